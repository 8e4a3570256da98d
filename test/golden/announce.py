"""Multicast DNS in two messages for tools/record-golden: who looks for web servers on the link, and one that answers."""
import socket
import struct

GROUP = ("224.0.0.251", 5353)
A, PTR, TXT, SRV = 1, 12, 16, 33


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


def record(owner, kind, data):
    return name(owner) + struct.pack("!HHIH", kind, 1 if kind == PTR else 0x8001, 120, len(data)) + data


def main():
    service, instance, host = "_http._tcp.local", "Golden page._http._tcp.local", "golden.local"
    query = struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name(service) + struct.pack("!HH", PTR, 1)
    answers = [record(service, PTR, name(instance)),
               record(instance, SRV, struct.pack("!HHH", 0, 0, 80) + name(host)),
               record(instance, TXT, b"\6path=/\10text=\"x\""),
               record(host, A, socket.inet_aton("192.0.2.7"))]
    response = struct.pack("!6H", 0, 0x8400, 0, 1, 0, len(answers) - 1) + b"".join(answers)
    for address, message in (("127.0.0.1", query), ("127.0.0.2", response)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            link.bind((address, 5353))
            link.sendto(message, GROUP)


if __name__ == "__main__":
    main()
