"""Reference answers on what keys open: how each capture's keys are given to us, and the digest of each stream's plaintext."""
import glob
import gzip
import hashlib
import hmac
import os
import re
import subprocess
import tempfile

import conversations

SECONDS = 60
EXEMPT = ("ws__rsasnakeoil2", "ws__tls13-20")  # SSL 3.0; a draft of TLS 1.3 whose labels differ


def ways(folder, expected, scratch):
    """The options by which we are given what tshark was given; a capture of a static key share is asked for by that key too."""
    said = expected.get("decrypted") or {}
    if not said.get("tls_plaintext"):
        return
    options = " ".join(said["tshark_opts"])
    log, rsa, psk = (re.search(p, options) for p in (r"tls\.keylog_file:(\S+)", r'rsa_keys:"([^"]+)"', r" tls\.psk:(\w+)"))
    where = lambda m: m.group(1).replace("{D}", folder)  # noqa: E731
    if log:
        yield ["--keylog", where(log)]
    if rsa:
        yield ["--keys", where(rsa)]
    if psk:
        yield ["--keylog", logged(os.path.join(folder, expected["file"]), bytes.fromhex(psk.group(1)), scratch)]
    if not log and not rsa and not psk:
        yield []  # the capture bears them
    static = re.search(r"keys/\S+-server-ephemeral-private\.key", said["how"])
    if static:
        yield ["--keys", os.path.join(folder, static.group(0))]


def logged(capture, psk, scratch):
    """A key log of the sessions of a capture with a key known before (RFC 4279 2, RFC 5246 8.1)."""
    with (gzip.open if capture.endswith(".gz") else open)(capture, "rb") as f:
        data = f.read()
    hellos = [re.findall(rb"\x16\x03..." + kind + rb"\x00..\x03\x03(.{32})", data, re.S) for kind in (b"\1", b"\2")]
    size = len(psk).to_bytes(2, "big")
    premaster = size + bytes(len(psk)) + size + psk
    sha384 = re.search(rb"\x16\x03...\x02\x00..\x03\x03.{32}(?:\x00|\x20.{32})\x00\xa9", data, re.S)
    path = os.path.join(scratch, "psk.keys")
    with open(path, "w", encoding="ascii") as f:
        for client, server in zip(*hellos):
            seed, out, a = b"master secret" + client + server, b"", b"master secret" + client + server
            while len(out) < 48:
                a = hmac.digest(premaster, a, "sha384" if sha384 else "sha256")
                out += hmac.digest(premaster, a + seed, "sha384" if sha384 else "sha256")
            f.write(f"CLIENT_RANDOM {client.hex()} {out[:48].hex()}\n")
    return path


def end(text):
    """`1.2.3.4:443`, `[::1]:443` as address and port."""
    address, port = text.rsplit(":", 1)
    return address.strip("[]"), int(port)


def delivered(out):
    """What was delivered: for each end of a conversation, what that end said and what its peer said, as digests."""
    found = {}
    for c in conversations.conversations(*sorted(glob.glob(os.path.join(out, "*.pcapng")))):
        said = {by: hashlib.sha256(c.said(by)[0]).hexdigest() for by in (c.client, c.server)}
        found.setdefault(c.client, []).append((said[c.client], said[c.server]))
        found.setdefault(c.server, []).append((said[c.server], said[c.client]))
    return found


def compare(score, pellucid, folder, expected):
    """Asks for each direction of each conversation that the reference opened."""
    if expected["file"].startswith(EXEMPT):
        return
    with tempfile.TemporaryDirectory() as scratch:
        for number, way in enumerate(ways(folder, expected, scratch)):
            name, out = f"{os.path.basename(folder)}/{expected['file']} {way[0] if way else 'embedded'}", f"{scratch}/{number}"
            path = os.path.join(folder, expected["file"])
            subprocess.run([pellucid, "run", path, "--lab", *way, "--quiet", "--out", out], capture_output=True,
                           timeout=SECONDS, check=False)
            found = delivered(out)
            for row in expected["decrypted"]["tls_plaintext"]:
                wanted = row["node0_to_node1"]["sha256"], row["node1_to_node0"]["sha256"]
                ours = found.get(end(row["node0"]), [])
                best = max(ours, key=lambda o: (o[0] == wanted[0]) + (o[1] == wanted[1]), default=(None, None))
                for want, got in zip(wanted, best):
                    score.ask("open." + (way[0].strip("-") if way else "embedded"), name, want, got)
