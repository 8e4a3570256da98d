"""What a passive observer computes (RFC 8446 7.1): handshakes from a capture, and their secrets from a static private key."""
import hashlib
import hmac
import os
import struct
import subprocess
import tempfile

NAMES = {0x001d: "x25519", 0x0017: "secp256r1", 0x0018: "secp384r1"}
HASHES = {0x1301: "sha256", 0x1302: "sha384", 0x1303: "sha256"}
SPKI = {"x25519": "302a300506032b656e032100", "secp256r1": "3059301306072a8648ce3d020106082a8648ce3d030107034200",
        "secp384r1": "3076301006072a8648ce3d020106052b81040022036200"}
RETRY = hashlib.sha256(b"HelloRetryRequest").digest()


class Session:
    def __init__(self):
        self.clients, self.servers = [], []  # hello messages
        self.retried = self.resumed = False
        self.random, self.suite, self.group, self.share, self.offered = b"", 0, None, b"", {}


def tshark(path, *fields, only="tcp"):
    command = ["tshark", "-r", path, "-Y", only, "-T", "fields", "-E", "occurrence=a"]
    for field in fields:
        command += ["-e", field]
    text = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    return [line.split("\t") for line in text.splitlines()]


def hellos(stream):
    """The hellos among the records of one direction: whatever stands in records of type handshake up to the first other one."""
    at, text, found = 0, b"", []
    while at + 5 <= len(stream):
        kind, _, size = struct.unpack_from("!BHH", stream, at)
        if kind == 22:
            text += stream[at + 5:at + 5 + size]
        at += 5 + size
    while len(text) >= 4 and text[0] in (1, 2):
        size = 4 + int.from_bytes(text[1:4], "big")
        found.append(text[:size])
        text = text[size:]
    return found


def extensions(hello):
    at = 38 + 1 + hello[38]
    if hello[0] == 1:
        at += 2 + int.from_bytes(hello[at:at + 2], "big")
        at += 1 + hello[at]
    else:
        at += 3
    at, found = at + 2, {}
    while at + 4 <= len(hello):
        kind, size = struct.unpack_from("!HH", hello, at)
        found[kind] = hello[at + 4:at + 4 + size]
        at += 4 + size
    return found


def conversations(path):
    """The octets of each TCP conversation over IPv4, by direction, in the order of their SYNs; nothing was lost on loopback."""
    found, live = [], {}
    with open(path, "rb") as f:
        capture = f.read()
    at = 24
    while at + 16 <= len(capture):
        size = struct.unpack_from("<I", capture, at + 8)[0]
        ip = capture[at + 30:at + 16 + size]
        at += 16 + size
        tcp = ip[(ip[0] & 15) * 4:int.from_bytes(ip[2:4], "big")]
        source, target, payload = ip[12:16] + tcp[:2], ip[16:20] + tcp[2:4], tcp[(tcp[12] >> 4) * 4:]
        if tcp[13] & 0x12 == 2:
            live[source, target] = live[target, source] = (source, {True: b"", False: b""})
            found.append(live[source, target][1])
        elif payload:
            client, both = live[source, target]
            both[source == client] += payload
    return found


def sessions(path):
    """The sessions of TLS 1.3 of a capture."""
    for both in conversations(path):
        session = Session()
        session.clients, session.servers = hellos(both[True]), hellos(both[False])
        if not session.servers or 43 not in extensions(session.servers[-1]) or session.servers[-1][6:38] == RETRY:
            continue  # another version, or not finished
        answer = session.servers[-1]
        said = extensions(answer)
        session.retried = session.servers[0][6:38] == RETRY
        session.resumed = 41 in said
        session.random = session.clients[-1][6:38]
        session.suite = int.from_bytes(answer[39 + answer[38]:41 + answer[38]], "big")
        session.group, session.share = NAMES.get(int.from_bytes(said[51][:2], "big")), said[51][4:]
        offers, at = extensions(session.clients[-1])[51], 2
        while at < len(offers):
            group, size = struct.unpack_from("!HH", offers, at)
            session.offered[group] = offers[at + 4:at + 4 + size]
            at += 4 + size
        yield session


def expand(key, label, context, size, name):
    info = struct.pack("!HB", size, 6 + len(label)) + b"tls13 " + label + bytes([len(context)]) + context
    out = block = b""
    while len(out) < size:
        block = hmac.digest(key, block + info + bytes([len(out) // hashlib.new(name).digest_size + 1]), name)
        out += block
    return out[:size]


def agreed(session, key):
    """The shared secret, from the server's private key and what the client sent."""
    number = next(n for n, name in NAMES.items() if name == session.group)
    with tempfile.NamedTemporaryFile() as peer:
        peer.write(bytes.fromhex(SPKI[session.group]) + session.offered[number])
        peer.flush()
        return subprocess.run(["openssl", "pkeyutl", "-derive", "-inkey", key, "-peerform", "DER", "-peerkey", peer.name],
                              capture_output=True, check=True, timeout=20, env=dict(os.environ, OPENSSL_CONF="")).stdout


def handshake_secrets(session, key):
    """CLIENT_ and SERVER_HANDSHAKE_TRAFFIC_SECRET of a session that was not resumed."""
    name = HASHES[session.suite]
    size = hashlib.new(name).digest_size
    nothing = hashlib.new(name).digest()
    early = hmac.digest(bytes(size), bytes(size), name)
    handshake = hmac.digest(expand(early, b"derived", nothing, size, name), agreed(session, key), name)
    messages = session.clients[-1] + session.servers[-1]
    if session.retried:  # RFC 8446 4.4.1
        messages = b"\xfe\0\0" + bytes([size]) + hashlib.new(name, session.clients[0]).digest() + session.servers[0] + messages
    transcript = hashlib.new(name, messages).digest()
    return {side + "_HANDSHAKE_TRAFFIC_SECRET": expand(handshake, label, transcript, size, name)
            for side, label in (("CLIENT", b"c hs traffic"), ("SERVER", b"s hs traffic"))}


def keylog(path):
    with open(path, encoding="utf-8") as f:
        rows = [line.split() for line in f if not line.startswith("#")]
    return {(row[0], bytes.fromhex(row[1])): bytes.fromhex(row[2]) for row in rows if len(row) == 3}
