"""Bad input: one clear line on standard error, the exit code that docs/CLI.md promises, nothing half-written."""
import gzip
import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

from harness import PELLUCID, golden, pcap, run, udp

DONE, FAILED, USAGE, INVALID = 0, 1, 2, 4


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def refused(self, code, path, *args, **more):
        """Runs on `path`: ends with `code`, says one line that names it, and writes no record."""
        ended = run(path, "--out", "-", *args, **more)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count(b"\n"), 1, ended.stderr)
        self.assertIn(os.path.basename(path).encode(), ended.stderr)
        return ended

    def test_a_missing_file_is_invalid_input(self):
        self.assertEqual(self.refused(INVALID, os.path.join(self.folder, "none.pcap")).stdout, b"")

    def test_an_empty_file_is_invalid_input(self):
        self.assertEqual(self.refused(INVALID, self.file("empty.pcap", b"")).stdout, b"")

    def test_a_directory_is_invalid_input(self):
        self.assertEqual(self.refused(INVALID, self.folder).stdout, b"")

    def test_a_file_that_is_no_capture_is_invalid_input(self):
        self.assertEqual(self.refused(INVALID, self.file("letter.txt", b"Dear Sir or Madam,\n" * 9)).stdout, b"")

    def test_a_compressed_file_that_is_no_capture_is_invalid_input(self):
        self.assertEqual(self.refused(INVALID, self.file("letter.gz", gzip.compress(b"Dear Sir " * 99))).stdout, b"")

    def test_devices_that_hold_no_capture_are_invalid_input(self):
        self.assertEqual(self.refused(INVALID, "/dev/null").stdout, b"")
        self.assertEqual(self.refused(INVALID, "/dev/zero").stdout, b"")

    def test_standard_input_that_is_empty_closed_or_cannot_be_read_twice_is_invalid(self):
        def said(ended):
            self.assertEqual((ended.returncode, ended.stdout, ended.stderr.count(b"\n")), (INVALID, b"", 1), ended.stderr)
            self.assertIn(b"standard input", ended.stderr)
        said(run("-", "--out", "-"))
        said(run("-", "--out", "-", "--repeat", "2", stdin=pcap([udp(1, 1, b"x")])))
        said(subprocess.run(["sh", "-c", "exec \"$0\" run - --out - <&-", PELLUCID], capture_output=True, check=False))

    def test_where_input_is_invalid_no_output_is_made_and_none_is_lost(self):
        new = os.path.join(self.folder, "new")
        old = os.path.join(self.folder, "old")
        os.mkdir(old)
        with open(os.path.join(old, "eve.jsonl"), "wb") as f:
            f.write(b"{}\n")
        for path in (os.path.join(self.folder, "none.pcap"), self.folder, self.file("empty.pcap", b"")):
            for out in (new, old):
                self.assertEqual(run(path, "--out", out).returncode, INVALID)
        self.assertFalse(os.path.exists(new))
        with open(os.path.join(old, "eve.jsonl"), "rb") as f:
            self.assertEqual(f.read(), b"{}\n")

    def test_a_file_that_may_not_be_read_is_invalid_input(self):
        path = self.file("locked.pcap", pcap([udp(1, 1, b"x")]))
        os.chmod(path, 0)
        if os.access(path, os.R_OK):
            self.skipTest("root reads everything")
        self.refused(INVALID, path)

    def test_a_torn_file_is_read_up_to_the_tear_and_fails_with_the_offset(self):
        whole = pcap([udp(i, 7, b"hello %02d" % i) for i in range(20)])
        for cut in (len(whole) - 1, len(whole) - 60, 24 + 8):
            ended = self.refused(FAILED, self.file("torn.pcap", whole[:cut]))
            self.assertIn(b"offset", ended.stderr)
            flows = [r for r in map(json.loads, ended.stdout.splitlines()) if r["event_type"] == "flow"]
            self.assertEqual(len(flows), (cut - 24) // (len(whole[24:]) // 20))

    def test_a_torn_compressed_file_is_read_up_to_the_tear(self):
        whole = gzip.compress(pcap([udp(i, 7, os.urandom(200)) for i in range(500)]))
        ended = self.refused(FAILED, self.file("torn.pcap.gz", whole[:len(whole) // 2]))
        self.assertGreater(ended.stdout.count(b"\n"), 100)

    def test_a_record_larger_than_any_packet_is_refused_where_it_stands(self):
        good = pcap([udp(1, 7, b"good")])
        bad = good + struct.pack("<IIII", 1, 0, 0x7fffffff, 0x7fffffff) + b"x" * 100
        ended = self.refused(FAILED, self.file("oversized.pcap", bad))
        self.assertIn(str(len(good)).encode(), ended.stderr)
        self.assertEqual(ended.stdout.count(b'"event_type":"flow"'), 1)

    def test_a_pcapng_block_with_an_impossible_length_is_refused(self):
        section = struct.pack("<IIIHHqI", 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
        ended = run(self.file("blocks.pcapng", section + struct.pack("<II", 6, 0xfffffff0) + b"x" * 50), "--out", "-")
        self.assertEqual(ended.returncode, FAILED, ended.stderr)
        self.assertEqual(ended.stderr.count(b"\n"), 1)

    def test_unknown_flags_verbs_and_values_are_usage_errors(self):
        for args in (["run"], ["run", "--nonsense", golden("dns")], ["fly"], [], ["run", golden("dns"), "--workers", "0"],
                     ["run", golden("dns"), "--workers", "many"], ["run", golden("dns"), "--level", "everything"]):
            ended = subprocess.run([PELLUCID, *args], capture_output=True, check=False)
            self.assertEqual(ended.returncode, USAGE, args)
            self.assertEqual(ended.stderr.count(b"\n"), 1, ended.stderr)


if __name__ == "__main__":
    unittest.main()
