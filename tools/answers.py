"""How the reference programs write what we write otherwise: the names behind their numbers, and equal forms of both sides."""
import collections
import datetime
import functools
import glob
import ipaddress
import os
import re
import shutil
import subprocess

VERSIONS = {"0x0304": "TLS 1.3", "0x0303": "TLS 1.2", "0x0302": "TLS 1.1", "0x0301": "TLSv1", "0x0300": "SSLv3"}
HYBRID = {4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768", 4589: "SecP384r1MLKEM1024", 16696: "CECPQ2",
          25497: "X25519Kyber768Draft00", 25498: "SecP256r1Kyber768Draft00"}  # younger than tshark 4.0
TUNNELS = {"GTP.GTP_U": "gtpu", "GRE": "gre", "Teredo": "teredo", "VXLAN": "vxlan", "IP_in_IP": "ipip"}
RRTYPES = dict(enumerate("""A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR
SIG KEY PX GPOS AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID
NSEC3 NSEC3PARAM TLSA SMIMEA""".split(), 1))
RRTYPES |= {64: "SVCB", 65: "HTTPS", 99: "SPF", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR", 255: "ANY"}
RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
          "NOTZONE"]
CARRIERS = {"t": "tls", "q": "quic"}  # by the first letter of a JA4
IDS = {"vlan.id": "vlan", "mpls.label": "mpls", "pppoe.session_id": "pppoe", "gre.proto": "gre", "vxlan.vni": "vxlan",
       "geneve.vni": "geneve", "gtp.teid": "gtp", "esp.spi": "esp", "ah.spi": "ah"}  # marks of tools/dissect


@functools.lru_cache(None)
def tables():
    """tshark's own names of the numbers in the fields we ask about; without tshark, none."""
    wanted = {"tls.handshake.ciphersuite": "cipher", "tls.handshake.extensions_key_share_group": "group",
              "tls.alert_message.desc": "alert"}
    found = {kind: {} for kind in wanted.values()}
    if shutil.which("tshark"):
        run = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, errors="replace", check=False)
        for row in run.stdout.splitlines():
            cells = row.split("\t")
            if cells[0] == "V" and cells[1] in wanted:
                found[wanted[cells[1]]].setdefault(int(cells[2], 0), cells[3])
    return found


def cipher(code):
    return tables()["cipher"].get(int(code, 0), code)


def group(code):
    return HYBRID.get(int(code, 0)) or tables()["group"].get(int(code, 0), code)


def alert(code):
    return tables()["alert"].get(int(code), code)


def plainest(text):
    return re.sub(r"[^a-z0-9]", "", str(text).lower())


def same_name(got, want):
    return got is not None and plainest(got) == plainest(want)


def alike(want, said):
    """Whether `said`, of whatever shape, holds the wanted name or number."""
    values = said.values() if isinstance(said, dict) else said if isinstance(said, list) else [said]
    return any(alike(want, v) if isinstance(v, (dict, list)) else plainest(v) == plainest(want) for v in values)


def same_version(code, got):
    if code in VERSIONS:
        return got == VERSIONS[code]
    return str(got).startswith("TLS 1.3") or code[2:].lower() in str(got).lower()  # a draft


def unescape(value):
    """RFC 2253: a backslash before a character, or before two hexadecimal digits of UTF-8."""
    raw = re.sub(rb"\\([0-9A-Fa-f]{2})|\\(.)", lambda m: bytes.fromhex(m.group(1).decode()) if m.group(1) else m.group(2),
                 value.encode("utf-8"), flags=re.S)
    return raw.decode("utf-8", "replace")


def names(text):
    """openssl's `CN=b,O=a` in the order of the certificate and with our separators: `O=a, CN=b`."""
    parts = re.findall(r"((?:\\.|[^,\\])+)(?:,|$)", text)
    return ", ".join(unescape(p) for p in reversed(parts))


def plain(text):
    """Both sides name some attributes differently."""
    text = re.sub(r"\b(?:Email|emailAddress)=", "email=", text)
    text = re.sub(r"\b(?:streetAddress|street)=", "street=", text)
    return re.sub(r"\s+", " ", unescape(text)).strip().lower()


def date(text):
    return datetime.datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").strftime("%Y-%m-%dT%H:%M:%S")


def dns_name(text):
    """Our `\\DDD` escapes (RFC 4343) as tshark shows such octets: as UTF-8 where they are, control characters as we do."""
    if text in ("", "."):
        return "<Root>"
    raw = re.sub(rb"\\(\d{3})|\\(.)", octet, text.encode("utf-8"), flags=re.S)
    return mended(raw.decode("utf-8", "replace"))


def octet(escape):
    code = int(escape.group(1) or 0)
    if not escape.group(1):
        return escape.group(2)
    return escape.group(0) if code < 32 else bytes([code & 255])


def mended(text):
    """Decoders differ in how many replacement characters a wrong sequence gets."""
    return re.sub("\ufffd+", "\ufffd", text)


def dns_part(record):
    """A record's DNS message in the form of `dns`, also where it is multicast DNS, which EVE writes otherwise."""
    if "mdns" not in record:
        return record.get("dns", {})
    queries = [q | {"rrtype": q["rrtype"].upper()} for q in record["mdns"].get("queries", [])]
    said = {"queries": queries, "rcode": rcode(record["mdns"].get("rcode", 0))}
    return record["mdns"] | said | record["pellucid"].get("mdns", {})


def tls_form(record):
    """A record of QUIC, whose hellos are TLS 1.3's, in the form of `tls`."""
    if "quic" not in record:
        return record
    said, own = record["quic"], record["pellucid"]["quic"]
    tls = {k: said[k] for k in ("sni", "ja3", "ja3s", "ja4") if k in said}
    tls |= {k: own[k] for k in ("client_alpns",) if k in own} | ({"version": "TLS 1.3"} if "cipher" in own else {})
    return record | {"tls": tls, "pellucid": record["pellucid"] | {"tls": own}}


def rrtype(code):
    return RRTYPES.get(int(code), code)  # Suricata writes the number, too, where it has no name.


def rcode(code):
    return RCODES[int(code)] if int(code) < len(RCODES) else str(code)


def end(text):
    """`[v6]:port` or `v4:port`."""
    address, port = text.rsplit(":", 1)
    return address.strip("[]"), int(port)


def address(text):
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text  # nDPI shortens some in a way of its own


def ends(a, a_port, b, b_port):
    return tuple(sorted([(address(a), a_port or 0), (address(b), b_port or 0)]))


def ids(lines, field):
    """How often each identifier of a kind stands in a capture's packets, from their lines of tools/dissect. A packet has two
    where it completes a datagram: the second repeats what stands outside."""
    packets = collections.defaultdict(collections.Counter)
    for line in lines:
        packets[line["n"]] |= collections.Counter(i for mark, i in line.get("ids", []) if mark == IDS[field])
    return sum(packets.values(), collections.Counter())


def ja4(path, expected):
    """Every published JA4 of a TLS client over TCP or QUIC: (field, ports, fingerprint, whether of a stream's second hello)."""
    for row in expected.get("ja4") or []:
        for key in ("JA4.1", "JA4.2"):
            if str(row.get(key, ""))[:1] in ("t", "q"):
                ends_at = tuple(sorted((int(row["srcport"]), int(row["dstport"]))))
                yield f"{CARRIERS[row[key][0]]}.ja4", ends_at, row[key], key == "JA4.2"
    folder, name = os.path.split(path)
    for published in glob.glob(os.path.join(folder, "published", glob.escape(name) + ".rust.yaml")):
        with open(published, encoding="utf-8") as f:
            for block in f.read().split("\n- ")[1:]:
                said = dict(re.findall(r"^\s*(transport|src_port|dst_port|ja4): (\S+)", block, re.M))
                carrier = CARRIERS.get(said.get("ja4", "")[:1])
                if carrier:
                    ends_at = tuple(sorted((int(said["src_port"]), int(said["dst_port"]))))
                    yield f"{carrier}.ja4.rust", ends_at, said["ja4"], False
    for published in glob.glob(os.path.join(folder, "..", "ndpi-published", glob.escape(name) + ".out")):
        with open(published, encoding="utf-8", errors="replace") as f:
            for m in re.finditer(r"^\s*\d+\s+\w+ \S+:(\d+) <?->? \S+:(\d+) .*\[JA4: ([tq]\w+)\]", f.read(), re.M):
                ends_at = tuple(sorted((int(m.group(1)), int(m.group(2)))))
                yield f"{CARRIERS[m.group(3)[0]]}.ja4.ndpi", ends_at, m.group(3), False


def at(record, *path):
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def ports(thing, a="src_port", b="dest_port"):
    return tuple(sorted((thing.get(a) or 0, thing.get(b) or 0)))


def row_ports(row):
    return ports(row, "sport", "dport")
