"""As many flows as an hour of a busy link brings, one after the other: memory does not grow, and every counter adds up."""
import os
import time
import unittest

import live
import load

live.enter()

SECONDS = int(os.environ.get("PELLUCID_SOAK_SECONDS", "40"))
FLOWS, PACKETS = 4000, 12  # of one pass
SLACK_KIB = 8 * 1024  # of threads' arenas, which settle late


class Soak(unittest.TestCase):
    def resident(self):
        with open(f"/proc/{self.daemon.process.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))

    def flows(self):
        """So far; a worker may be late on a busy machine, but nothing else may be wrong, nor that for long."""
        live.until(lambda: self.daemon.status()[0] == 0, 30, "a state without reasons")
        return self.daemon.status()[1]["flows_created"]

    def test_memory_is_flat_over_millions_of_flows_and_the_laws_hold_at_the_end(self):
        folder = live.folder_of(self)
        wire = live.Wire()
        self.addCleanup(wire.close)
        sink = {"name": "eve", "type": "file", "path": os.path.join(folder, "eve.jsonl"), "rotate_mb": 64, "keep": 1}
        config = live.af_packet(folder, ports=[load.port(folder, FLOWS, PACKETS), load.sessions(folder)], sinks=[sink],
                                memory={"huge_pages": "never", "packet_mb": 256})
        self.daemon = live.Daemon(wire, config, folder)
        began = time.monotonic()
        seen = []
        while time.monotonic() - began < SECONDS:
            time.sleep(SECONDS / 40)
            seen.append((self.flows(), self.resident()))
        warm = max(rss for _, rss in seen[:len(seen) // 4])
        flows, last = seen[-1]
        print(f"{flows} flows in {SECONDS} s; {warm} KiB resident after a quarter of that, {last} KiB at the end", flush=True)
        self.assertGreater(flows, 10 * FLOWS)
        self.assertLess(max(rss for _, rss in seen), warm + SLACK_KIB, seen)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())  # 1 where a law of the counters is broken


if __name__ == "__main__":
    unittest.main()
