"""A DNS server of a few lines for tools/record-golden: it answers what it knows, over UDP and TCP, at the address given."""
import socket
import struct
import sys
import threading

A, CNAME, PTR, AAAA = 1, 5, 12, 28


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


ANSWERS = {
    ("golden.example", A): [(A, socket.inet_aton("192.0.2.7")), (A, socket.inet_aton("192.0.2.8"))],
    ("golden.example", AAAA): [(AAAA, socket.inet_pton(socket.AF_INET6, "2001:db8::7"))],
    ("alias.golden.example", A): [(CNAME, name("golden.example")), (A, socket.inet_aton("192.0.2.7"))],
    ("7.2.0.192.in-addr.arpa", PTR): [(PTR, name("golden.example"))],
    ("large.golden.example", A): [(A, bytes([198, 51, 100, n])) for n in range(1, 60)],
}


def answer(query, limit):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question = query[12:at + 5]
    qtype = struct.unpack("!H", query[at + 1:at + 3])[0]
    asked = ".".join(labels).lower()
    known = any(asked == text for text, _ in ANSWERS)
    rows = ANSWERS.get((asked, qtype), [])
    body = b""
    for kind, data in rows:
        owner = name("golden.example") if kind == A and rows[0][0] == CNAME else b"\xc0\x0c"
        body += owner + struct.pack("!HHIH", kind, 1, 300, len(data)) + data
    flags = 0x8580 | (0 if known else 3)
    if 12 + len(question) + len(body) > limit:
        flags, body, rows = flags | 0x0200, b"", []
    return query[:2] + struct.pack("!HHHHH", flags, 1, len(rows), 0, 0) + question + body


def serve_tcp(listener):
    while True:
        peer, _ = listener.accept()
        with peer:
            size = struct.unpack("!H", peer.recv(2, socket.MSG_WAITALL))[0]
            reply = answer(peer.recv(size, socket.MSG_WAITALL), 65535)
            peer.sendall(struct.pack("!H", len(reply)) + reply)
            peer.recv(2)


def main():
    where = (sys.argv[1], 53)
    listener = socket.create_server(where)
    threading.Thread(target=serve_tcp, args=(listener,), daemon=True).start()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(where)
    while True:
        query, peer = udp.recvfrom(4096)
        udp.sendto(answer(query, 512), peer)


main()
