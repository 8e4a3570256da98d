"""What a running daemon tells Prometheus, and what becomes of its sinks, while traffic passes."""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import live

live.enter()

METRICS = "http://127.0.0.1:9477/metrics"
LOAD = "for i in $(seq 200); do curl -sk -o /dev/null https://10.9.0.2/; done"


class Metrics(unittest.TestCase):
    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)
        live.nginx(self.wire, self.folder)

    def listen(self, **more):
        config = live.af_packet(self.folder, workers=2, metrics={"listen": "127.0.0.1:9477"}, **more)
        self.daemon = live.Daemon(self.wire, config, self.folder)
        self.control = "unix:" + config["control"]["socket"]

    def scrape(self):
        return self.wire.on("client", f"curl -sf {METRICS}")

    def total(self, name, text=None, **labels):
        """The sum over all series of that name which bear these labels."""
        found = re.findall(rf"^pellucid_{name}(?:\{{(.*)\}})? (\S+)$", text or self.scrape(), re.M)
        return sum(float(n) for has, n in found if all(f'{k}="{v}"' in has for k, v in labels.items()))

    def pellucid(self, *verb):
        line = [live.PELLUCID, *verb, "--json", "--connect", self.control]
        return json.loads(subprocess.run(line, capture_output=True, check=False).stdout)

    def load(self):
        return self.wire.start("client", ["sh", "-c", LOAD])

    def test_every_scrape_under_load_obeys_the_laws_and_promtool(self):
        self.listen()
        load = self.load()
        scrapes = 0
        while load.poll() is None:
            text = self.scrape()
            scrapes += 1
            self.assertEqual(self.total("worker_laws_broken", text), 0, text)
            created, ended = self.total("flow_created_total", text), self.total("flow_ended_total", text)
            self.assertEqual(created, ended + self.total("flows", text))
        self.assertGreater(scrapes, 10)
        live.until(lambda: self.total("worker_stale") == 0, what="an answer of every worker")
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=self.scrape(), text=True, capture_output=True,
                                     check=False)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        self.assertGreater(self.total("tls_sessions_total", version="TLS 1.3"), 100)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def test_records_about_the_daemon_come_in_intervals_and_say_what_status_says(self):
        self.listen(stats={"seconds": 1}, host="tap-1")
        self.load().wait(60)
        packets = self.pellucid("status")["packets"]
        told = live.until(lambda: [r for r in self.daemon.records() if r["event_type"] == "stats"
                                   and r["stats"]["capture"]["kernel_packets"] >= packets], what="a record that knows all")
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        stats = [r for r in self.daemon.records() if r["event_type"] == "stats"]
        self.assertEqual([r["stats"]["uptime"] for r in stats], sorted({r["stats"]["uptime"] for r in stats}))
        self.assertEqual(told[0]["host"], "tap-1")
        self.assertGreater(told[0]["stats"]["flow"]["total"], 190)
        self.assertEqual(told[0]["pellucid"]["sinks"][0]["dropped"], 0)
        judge = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "validate.py")
        judged = subprocess.run([sys.executable, judge, self.daemon.eve, "--need=stats"], capture_output=True, text=True,
                                check=False)
        self.assertIn(judged.returncode, (0, live.SKIPPED), judged.stdout + judged.stderr)

    def test_a_full_disk_costs_its_sinks_records_and_nothing_else_and_passes(self):
        small = os.path.join(self.folder, "small")
        os.mkdir(small)
        live.sh(f"mount -t tmpfs -o size=128k tmpfs {small}")
        self.addCleanup(lambda: live.sh(f"umount -l {small}"))
        sinks = [{"name": "small", "type": "file", "path": f"{small}/eve.jsonl"},
                 {"name": "large", "type": "file", "path": f"{self.folder}/large.jsonl"}]
        self.listen(sinks=sinks)
        self.load().wait(60)
        live.until(lambda: self.total("sink_up", sink="small") == 0, what="the full disk")
        self.assertEqual(self.total("sink_up", sink="large"), 1)
        state = {sink["name"]: sink for sink in self.pellucid("show", "sinks")["sinks"]}
        self.assertIn("No space left on device", state["small"]["error"])
        live.sh(f"mount -o remount,size=64m {small}")
        live.until(lambda: self.total("sink_up", sink="small") == 1, what="recovery")
        self.assertEqual(self.total("port_receive_missed_packets_total"), 0)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        for path in (f"{small}/eve.jsonl", f"{self.folder}/large.jsonl"):  # the queue kept what the disk did not take
            with open(path, encoding="utf-8") as f:
                self.assertGreater(sum(json.loads(line)["event_type"] == "tls" for line in f), 190)

    def test_killed_and_started_again_the_file_holds_whole_lines(self):
        self.listen()
        load = self.load()
        live.until(lambda: self.total("export_records_total") > 50, what="records")
        self.daemon.process.kill()
        self.daemon.process.wait()
        self.daemon.forget()
        with open(self.daemon.eve, "a", encoding="utf-8") as f:
            f.write('{"torn":')  # as a machine that lost its power leaves it
        self.listen()
        self.assertEqual(self.total("sink_mended_lines_total"), 1)
        load.wait(60)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        self.assertGreater(len(self.daemon.records()), 100)


if __name__ == "__main__":
    unittest.main()
