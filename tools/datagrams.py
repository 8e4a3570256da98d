"""What tools/conformance compares of QUIC and DTLS."""
import answers
from answers import at, ports, row_ports


def quic(capture):
    """Connections of QUIC, as far as their headers tell, and the hellos of Google's own versions."""
    ours = {ports(r): r["quic"] for r in capture.of("quic")}
    first = {}
    for row in capture.tshark.get("quic_long", []) + capture.tshark.get("gquic", []):
        first.setdefault(row_ports(row), row)
        if row.get("sni"):
            capture.score.ask("quic.google.sni", capture.frame(row), row["sni"][0], ours.get(row_ports(row), {}).get("sni"))
    for key, row in first.items():
        capture.score.ask("quic.connection", capture.frame(row), True, key in ours)


def dtls(capture):
    """Hellos of DTLS and certificates over UDP; two handshakes of the same ports may stand for each other."""
    ours = [r for r in capture.of("tls") if at(r, "pellucid", "tls", "dtls")]
    for row in capture.tshark.get("dtls_hello", []):
        if not row.get("cipher"):
            continue
        found = [r for r in ours if ports(r) == row_ports(row)]
        if "1" in row["type"]:
            offered = [int(c, 16) for c in row["cipher"]]
            got = [at(r, "tls", "client_handshake", "ciphers") for r in found]
            same = any(g and g[: len(offered)] == offered for g in got)  # The answers have the first 60.
            capture.score.ask("dtls.client", capture.frame(row), offered, got, same)
        else:
            name = answers.cipher(row["cipher"][0])
            got = [at(r, "pellucid", "tls", "cipher") for r in found]
            capture.score.ask("dtls.server", capture.frame(row), name, got, any(answers.same_name(g, name) for g in got))
    for row in capture.tshark.get("certificates", []):
        found = [r for r in ours if ports(r) == row_ports(row)]
        if row["l4"] == "udp" and "over" not in row and found:
            capture.certificate(row, next((r for r in found if "subject" in r["tls"]), found[0]))
