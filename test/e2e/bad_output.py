"""Bad output: folders that cannot be made or written, full disks, closed streams, readers that go away. One clear line, the
exit code that docs/CLI.md promises, and whole lines only."""
import json
import os
import resource
import shutil
import subprocess
import tempfile
import unittest

from harness import PELLUCID, golden, pcap, run, udp

DONE, FAILED, INVALID = 0, 1, 4


def shell(command, *args):
    """A command of the shell, in which $0 is pellucid."""
    return subprocess.run(["sh", "-c", command, PELLUCID, *args], capture_output=True, timeout=120, check=False)


class BadOutput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.out = os.path.join(self.folder, "out")
        os.mkdir(self.out)

    def one_line(self, ended, code):
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count(b"\n"), 1, ended.stderr)

    def refused(self, out):
        ended = run(golden("https-tls12-http1"), "--out", out)
        self.one_line(ended, INVALID)
        self.assertIn(out.encode(), ended.stderr)

    def mount(self, options):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.out], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", self.out], check=False)

    def many_flows(self):
        path = os.path.join(self.folder, "many.pcap")
        with open(path, "wb") as f:
            f.write(pcap([udp(i, i % 60000, b"x" * 20) for i in range(5000)]))
        return path

    def whole_lines(self):
        """How many records reached the file; each of them is whole."""
        with open(os.path.join(self.out, "eve.jsonl"), "rb") as f:
            data = f.read()
        self.assertTrue(data == b"" or data.endswith(b"\n"))
        return len([json.loads(line) for line in data.splitlines()])

    def test_a_folder_that_cannot_be_made_is_invalid(self):
        path = os.path.join(self.folder, "file")
        with open(path, "wb"):
            pass
        self.refused(os.path.join(path, "below"))
        self.refused("/proc/pellucid")

    def test_a_folder_that_may_not_be_written_is_invalid(self):
        self.mount("ro")
        self.refused(self.out)
        self.refused(os.path.join(self.out, "below"))

    def test_a_folder_in_the_place_of_the_file_is_invalid(self):
        os.mkdir(os.path.join(self.out, "eve.jsonl"))
        self.refused(self.out)

    def test_a_full_disk_fails_and_leaves_whole_lines(self):
        self.mount("size=64k")
        for workers in ("1", "2"):
            self.one_line(run(self.many_flows(), "--out", self.out, "--workers", workers), FAILED)
            self.assertGreater(self.whole_lines(), 0)

    def test_a_disk_that_is_full_from_the_start_leaves_no_line(self):
        self.mount("size=64k")
        with open(os.path.join(self.out, "filler"), "wb") as f, self.assertRaises(OSError):
            f.write(bytes(1 << 20))
        self.one_line(run(self.many_flows(), "--out", self.out), FAILED)
        self.assertEqual(self.whole_lines(), 0)

    def test_a_file_that_may_not_grow_fails_and_leaves_whole_lines(self):
        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        self.one_line(run(self.many_flows(), "--out", self.out, preexec_fn=small), FAILED)
        self.assertGreater(self.whole_lines(), 0)

    def test_tables_that_memory_cannot_hold_are_said_in_one_line_and_nothing_is_made(self):
        if os.environ["SANITIZE"] != "none":
            self.skipTest("sanitizers want more address space than is given here")

        def poor():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        new = os.path.join(self.folder, "new")
        for more in ((), ("--flows", "67108864"), ("--workers", "64")):
            ended = run(golden("dns"), "--out", new, *more, preexec_fn=poor)
            if more:
                self.one_line(ended, FAILED)
                self.assertIn(b"out of memory", ended.stderr)
                self.assertFalse(os.path.exists(new))
            else:
                self.assertEqual((ended.returncode, ended.stderr), (DONE, b""))
                shutil.rmtree(new)

    def test_whatever_is_printed_on_a_full_device_is_missed(self):
        capture = golden("https-tls12-http1")
        for args in ("run \"$1\"", "run --json \"$1\"", "run --out - \"$1\"", "version", "--version", "--help", "run --help",
                     "completion bash"):
            self.one_line(shell(f"exec \"$0\" {args} >/dev/full", capture), FAILED)

    def test_a_closed_standard_output_is_no_file_of_ours(self):
        capture = golden("dns")
        for args in ("run \"$1\"", "run --out - \"$1\"", "version"):
            self.one_line(shell(f"exec \"$0\" {args} >&-", capture), FAILED)
        self.one_line(shell("exec \"$0\" run --json --out \"$2\" \"$1\" <&- >&-", capture, self.out), FAILED)
        self.assertEqual(self.whole_lines(), 16)

    def test_a_reader_that_goes_away_ends_the_run_without_noise(self):
        for workers in ("1", "2"):
            command = [PELLUCID, "run", "--workers", workers, "--repeat", "20", "--out", "-", self.many_flows()]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
                self.assertTrue(json.loads(child.stdout.readline()))
                child.stdout.close()
                noise = child.stderr.read()
                code = child.wait(60)
            self.assertEqual((code, noise), (DONE, b""))

    def test_a_reader_of_the_summary_that_goes_away_is_no_fault(self):
        ended = shell("(\"$0\" run \"$1\"; echo $? >&2) | exec true", golden("dns"))
        self.assertEqual(ended.stderr, b"0\n")


if __name__ == "__main__":
    unittest.main()
