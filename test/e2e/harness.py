"""What the end-to-end tests share: running the program, the golden captures, and captures made byte by byte."""
import glob
import json
import os
import struct
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
PELLUCID = os.environ["PELLUCID"]
GOLDEN = sorted(glob.glob(os.path.join(HERE, "..", "golden", "captures", "*.pcap")))


def golden(name):
    return os.path.join(HERE, "..", "golden", "captures", name + ".pcap")


def run(*args, stdin=b"", **more):
    return subprocess.run([PELLUCID, "run", *args], input=stdin, capture_output=True, timeout=120, check=False, **more)


def records(*args, **more):
    ended = run("--out", "-", *args, **more)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def udp(source, port, payload):
    """An Ethernet frame: UDP from 10.0.x.y, which `source` counts, to 10.9.9.9; without a checksum, as RFC 768 allows."""
    size = 8 + len(payload)
    header = struct.pack("!HHHH", port, 5000, size, 0)
    addresses = bytes([10, 0, source >> 8 & 255, source & 255, 10, 9, 9, 9])
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0, 64, 17, 0) + addresses
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ip[12:]
    return bytes(12) + b"\x08\x00" + ip + header + payload


def pcap(frames, start=1_700_000_000):
    head = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)
    rows = (struct.pack("<IIII", start + i // 1000, i % 1000 * 1000, len(f), len(f)) + f for i, f in enumerate(frames))
    return head + b"".join(rows)


def plain(found):
    """Records that can be compared across runs: without the keyed flow_id, in an order of their own."""
    for record in found:
        record.pop("flow_id", None)
    return sorted(json.dumps(r, sort_keys=True) for r in found)
