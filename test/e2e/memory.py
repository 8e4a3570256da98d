"""Peak memory does not grow with the length of the file, whether its flows are few or ever new ones.

Tables and pools are touched as they fill, so a short run is smaller; what must be flat is what comes after that.
"""
import json
import os
import subprocess
import tempfile
import unittest

from harness import PELLUCID, pcap, udp

SLACK = 4 << 20  # bytes: what the C library and timing may add


def peak(*args):
    """Peak resident bytes of one run."""
    with subprocess.Popen([PELLUCID, "run", "--json", *args], stdout=subprocess.PIPE) as child:
        summary = json.loads(child.stdout.read())
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return usage.ru_maxrss * 1024, summary


class Memory(unittest.TestCase):
    def flat(self, frames):
        with tempfile.NamedTemporaryFile(suffix=".pcap") as f:
            f.write(pcap(frames))
            f.flush()
            once, short = peak("--flows", "4096", "--repeat", "20", f.name)
            often, long = peak("--flows", "4096", "--repeat", "80", f.name)
        self.assertEqual(long["packets"], 4 * short["packets"])
        self.assertLess(often, once + SLACK)

    def test_few_flows_with_many_packets(self):
        self.flat([udp(i % 100, 9, b"x" * 1000) for i in range(10000)])

    def test_ever_new_flows(self):
        self.flat([udp(i, 1000 + i // 60000, b"new") for i in range(25000)])


if __name__ == "__main__":
    unittest.main()
