"""The counters' laws at the end of a run: they hold in what --json shows, and a run that breaks one says so and fails."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import GOLDEN, golden, pcap, run, udp

FAILED = 1
OUTLAW = os.environ["OUTLAW"]  # the program with a law that no run keeps


class Laws(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def counted(self, *args):
        ended = run("--json", *args)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return json.loads(ended.stdout)

    def balanced(self, summary):
        """A second opinion, from the counters as they are shown, zeros left out."""
        counters = summary["counters"]

        def sums(name):
            return sum(v for k, v in counters.items() if k == name or k.startswith(name + "."))

        def by_label(name):
            return {k.removeprefix(name + "."): v for k, v in counters.items() if k.startswith(name + ".")}
        unjoined = sum(sums("fragments_" + fate) for fate in ("timed_out_total", "evicted_total", "refused_total", "pending"))
        self.assertEqual(sums("worker_packets_total"),
                         sums("tracked_packets_total") + sums("untracked_packets_total") + sums("non_ip_packets_total") +
                         sums("parse_errors_total") + unjoined)
        self.assertEqual(sums("flow_created_total"), sums("flow_ended_total") + sums("flows"))
        self.assertEqual(sums("flow_evicted_total"), counters.get("flow_ended_total.evicted", 0))
        self.assertEqual(sums("worker_handover_total"), sums("worker_handover_taken_total"))
        self.assertEqual(by_label("records_written_total"), by_label("records_taken_total"))
        self.assertEqual(sums("records_made_total"), sums("records_written_total") + sums("records_dropped_total"))
        self.assertEqual(sums("records_taken_total"), sums("export_records_total") + sums("export_dropped_records_total"))
        self.assertEqual(sums("worker_packets_total"), summary["packets"])
        self.assertEqual(sums("parse_errors_total"), summary["parse_errors"])
        self.assertEqual(sums("flow_created_total"), summary["flows"])

    def test_they_hold_on_every_golden_capture(self):
        for capture in GOLDEN:
            self.balanced(self.counted(capture))
            self.balanced(self.counted("--workers", "2", "--level", "metadata", "--out", self.folder, capture))

    def test_they_hold_where_frames_are_refused_and_flows_evicted(self):
        path = os.path.join(self.folder, "hard.pcap")
        good = [udp(i, i % 60000, b"flood") for i in range(6000)]
        bad = [frame[:14 + i % 30] for i, frame in enumerate(good[:500])]
        arp = [bytes(12) + b"\x08\x06" + bytes(28)] * 20
        with open(path, "wb") as f:
            f.write(pcap(good + bad + arp))
        for workers in ("1", "3"):
            summary = self.counted("--flows", "1024", "--workers", workers, path)
            self.balanced(summary)
            self.assertGreater(summary["parse_errors"], 0)
            self.assertGreater(summary["counters"]["flow_evicted_total"], 0)
            self.assertEqual(summary["counters"]["non_ip_packets_total"], 20)

    def test_a_run_that_breaks_one_reports_what_it_read_and_fails(self):
        ended = subprocess.run([OUTLAW, "run", "--json", golden("dns")], capture_output=True, check=False)
        self.assertEqual(ended.returncode, FAILED)
        self.assertEqual(json.loads(ended.stdout)["packets"], 12)
        self.assertEqual(ended.stderr.count(b"\n"), 1, ended.stderr)
        self.assertIn(b"law of packets: packets = packets + 1", ended.stderr)


if __name__ == "__main__":
    unittest.main()
