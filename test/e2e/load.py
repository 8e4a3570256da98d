"""Captures that a device replays without end: TCP connections, one after the other, each from SYN to FIN; or real sessions."""
import glob
import os
import struct

FIRST_PORT = 20000  # of the clients, a flow each


def segment(flow, up, flags, seq, size=0):
    ends = [bytes([10 if flow % 2 else 172, 16, flow >> 8 & 255, flow & 255]), bytes([192, 0, 2, 1])]
    ports = [FIRST_PORT + flow, 5555]
    if not up:
        ends.reverse()
        ports.reverse()
    tcp = struct.pack("!HHIIBBHHH", *ports, seq, 0 if flags == 2 else 1, 0x50, flags, 65535, 0, 0)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + size, 0, 0x4000, 64, 6, 0)
    return bytes(12) + b"\x08\x00" + ip + ends[0] + ends[1] + tcp + b"x" * size


def connection(flow, packets):
    """SYN to FIN, so that each pass over the capture begins and ends every flow anew."""
    yield segment(flow, True, 2, 100)
    yield segment(flow, False, 18, 500)
    yield segment(flow, True, 16, 101)
    for i in range(packets - 6):
        yield segment(flow, i % 2 == 0, 24, (101 if i % 2 == 0 else 501) + i // 2 * 20, 20)
    end = (packets - 6) // 2 * 20
    yield segment(flow, True, 17, 101 + end)
    yield segment(flow, False, 17, 501 + end)
    yield segment(flow, True, 16, 102 + end)


HEAD = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)


def endless(number, path, packets):
    """A port whose device brings the same capture again and again, as fast as it is taken."""
    return {"name": f"load{number}", "device": f"net_pcap{number},rx_pcap={path},infinite_rx=1", "buffers": packets + 4096}


def port(folder, flows, packets):
    """Flows of so many packets each."""
    path = os.path.join(folder, "load.pcap")
    with open(path, "wb") as f:
        f.write(HEAD)
        for flow in range(flows):
            for i, frame in enumerate(connection(flow, packets)):
                f.write(struct.pack("<IIII", 1_700_000_000, i, len(frame), len(frame)) + frame)
    return endless(0, path, flows * packets)


def sessions(folder):
    """All golden captures as one: every kind of TLS session, HTTP, DNS, a tunnel, fragments."""
    path = os.path.join(folder, "sessions.pcap")
    captures = glob.glob(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "golden", "captures", "*.pcap"))
    size = 0
    with open(path, "wb") as out:
        out.write(HEAD)
        for capture in sorted(captures):
            with open(capture, "rb") as f:
                head = f.read(24)
                assert head[:4] == HEAD[:4] and head[20:] == HEAD[20:], capture
                size += out.write(f.read())
    return endless(1, path, size // 64)  # no packet with its header is shorter
