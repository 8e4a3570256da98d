"""A load balancer of a few lines for tools/record-golden: a request over TLS to 127.0.0.1:8444, whose first segment is a PROXY
protocol header of the version given and the ClientHello. Usage: balancer.py AUTHORITIES 1|2"""
import socket
import ssl
import struct
import sys


def header(version):
    if version == "1":
        return b"PROXY TCP4 192.0.2.1 198.51.100.2 52176 443\r\n"
    ends = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.2") + struct.pack("!HH", 52176, 443)
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x11, len(ends)) + ends


def main():
    context = ssl.create_default_context(cafile=sys.argv[1])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="golden.example")
    first = header(sys.argv[2])
    with socket.create_connection(("127.0.0.1", 8444), timeout=5) as peer:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                peer.sendall(first + outgoing.read())
                first = b""
                incoming.write(peer.recv(65536))
        tls.write(b"GET / HTTP/1.1\r\nHost: golden.example\r\nConnection: close\r\n\r\n")
        peer.sendall(outgoing.read())
        while peer.recv(65536):
            pass


if __name__ == "__main__":
    main()
