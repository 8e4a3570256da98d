"""What delivered captures hold: the conversations of pcapng files, their TCP streams put in order."""
import ipaddress
import struct

ETHERNET, RAW, IP4, IP6 = 1, 101, 228, 229
SYN, ACK = 0x02, 0x10


class Conversation:
    """Both directions between a client, who sent the SYN, and a server."""
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.start, self.pieces = {}, {client: [], server: []}

    def said(self, by):
        """The octets of a direction, and how many are missing before the last of them."""
        out, missed = bytearray(), 0
        for at, data in sorted(self.pieces[by]):
            if at > len(out) + missed:
                missed += at - len(out) - missed
            out += data[max(0, len(out) + missed - at):]
        return bytes(out), missed

    def add(self, by, seq, flags, data):
        if flags & SYN:
            seq += 1
            self.start.setdefault(by, seq)
        start = self.start.setdefault(by, seq)
        if data:
            self.pieces[by].append(((seq - start) & 0xffffffff, data))


def blocks(path):
    """Frames and link types of the enhanced packets of a little-endian pcapng file."""
    with open(path, "rb") as f:
        data = f.read()
    at, links = 0, []
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size >= 12 and data[at + size - 4:at + size] == data[at + 4:at + 8], (path, at)
        if kind == 0x0a0d0d0a:
            assert data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a", path
            links = []
        elif kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        elif kind == 6:
            port, _, _, captured = struct.unpack_from("<IIII", data, at + 8)
            yield links[port], data[at + 28:at + 28 + captured]
        at += size
    assert at == len(data), (path, "torn")


def segments(path):
    for link, frame in blocks(path):
        packet = frame[14:] if link == ETHERNET else frame
        assert link in (ETHERNET, RAW, IP4, IP6), link
        if packet[0] >> 4 == 4:
            tcp, ends = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet, 2)[0]], (packet[12:16], packet[16:20])
        else:
            tcp, ends = packet[40:40 + struct.unpack_from("!H", packet, 4)[0]], (packet[8:24], packet[24:40])
        ports = struct.unpack_from("!HH", tcp)
        source, target = ((str(ipaddress.ip_address(end)), port) for end, port in zip(ends, ports))
        yield source, target, struct.unpack_from("!I", tcp, 4)[0], tcp[13], tcp[(tcp[12] >> 4) * 4:]


def conversations(*paths):
    """In the order of their beginnings; a SYN begins another one between the same ends."""
    found, live = [], {}
    for path in paths:
        for source, target, seq, flags, data in segments(path):
            key = frozenset((source, target))
            if key not in live or flags & (SYN | ACK) == SYN:
                live[key] = Conversation(source, target)
                found.append(live[key])
            live[key].add(source, seq, flags, data)
    return found
