"""A signal in the middle: what was read until then is reported, in whole lines, and the exit code says so."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import PELLUCID, golden

INTERRUPTED = 130


def catches(pid, number):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        caught = next(line for line in f if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1 == 1


class Interrupted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, *args):
        child = subprocess.Popen([PELLUCID, "run", *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def end(self, child):
        out, err = child.communicate(timeout=60)
        self.assertEqual((child.returncode, err), (INTERRUPTED, b""))
        return out

    def test_a_long_run_stops_and_reports(self):
        eve = os.path.join(self.folder, "eve.jsonl")
        for workers in ("1", "3"):
            for number in (signal.SIGINT, signal.SIGTERM):
                child = self.start("--json", "--out", self.folder, "--workers", workers, "--repeat", "1000000", golden("dns"))
                while not os.path.exists(eve) or os.path.getsize(eve) == 0:
                    time.sleep(0.01)
                child.send_signal(number)
                summary = json.loads(self.end(child))
                self.assertTrue(summary["interrupted"])
                with open(eve, "rb") as f:
                    data = f.read()
                self.assertTrue(data.endswith(b"\n"))
                self.assertEqual(len([json.loads(line) for line in data.splitlines()]), summary["records"])
                os.unlink(eve)

    def test_a_silent_pipe_does_not_hold_it_back(self):
        with open(golden("dns"), "rb") as f:
            capture = f.read()
        for workers in ("1", "3"):
            child = self.start("--workers", workers, "--json", "-")
            child.stdin.write(capture)
            child.stdin.flush()
            while not catches(child.pid, signal.SIGINT):
                time.sleep(0.01)
            time.sleep(0.3)  # so that it is most likely waiting for more
            child.send_signal(signal.SIGINT)
            with self.subTest(workers=workers):
                # The pipe's other end stays open until the program has ended.
                self.assertEqual(child.wait(30), INTERRUPTED)
                self.assertIn(json.loads(child.stdout.read())["packets"], (0, 12))
                self.assertEqual(child.stderr.read(), b"")
            for stream in (child.stdin, child.stdout, child.stderr):
                stream.close()

    def test_before_a_capture_begins_it_ends_at_once_and_makes_nothing(self):
        out = os.path.join(self.folder, "new")
        child = self.start("--out", out, "-")
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(30), -signal.SIGINT)
        self.assertFalse(os.path.exists(out))
        for stream in (child.stdin, child.stdout, child.stderr):
            stream.close()


if __name__ == "__main__":
    unittest.main()
