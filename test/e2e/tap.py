#!/usr/bin/env python3
"""Sends the frames of a pcap file out of an interface, at most so many a second, and says how many: tap.py FILE INTERFACE PACE

A connection begins slowly, as on a network where answers take their time: what is recorded on a loopback comes faster than
any keeper can judge a handshake, and no more than 64 KiB wait for its answer."""
import socket
import struct
import sys
import time

BURST = 32  # frames at once
PAUSE = 0.02  # seconds: what is left of a longer one
FIRST, SLOWLY = 60, 2000  # frames of a connection, and how many a second at most


def frames(path):
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}[data[:4]]
    at, scale = 24, 1e9 if b"\x4d" in data[:1] + data[3:4] else 1e6
    while at + 16 <= len(data):
        seconds, parts, size = struct.unpack_from(order + "III", data, at)
        yield seconds + parts / scale, data[at + 16:at + 16 + size]
        at += 16 + size


def begins(frame, seen):
    """Whether it is among the first of its TCP connection; of IPv4 on Ethernet."""
    at = 14 + (frame[14] & 15) * 4
    ends = frozenset((frame[at:at + 2], frame[at + 2:at + 4]))
    seen[ends] = 1 if frame[at + 13] & 2 else seen.get(ends, 0) + 1
    return seen[ends] <= FIRST


def main(path, link, pace):
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((link, 0))
    sent, due, seen, before = 0, time.monotonic(), {}, None
    for when, frame in frames(path):
        if before is not None and when - before > PAUSE:
            time.sleep(PAUSE)
        before = when
        out.send(frame)
        sent += 1
        slowly = begins(frame, seen)
        due += 1 / (SLOWLY if slowly else int(pace))
        if slowly or sent % BURST == 0:
            due = max(due, time.monotonic() - 0.001)  # what was late is not made up for by a flood
            time.sleep(max(0.0, due - time.monotonic()))
    print(sent)


if __name__ == "__main__":
    main(*sys.argv[1:])
