"""A thousand policies while packets come as fast as one core can take them: none is lost by us, each flow has one verdict."""
import http.client
import json
import os
import socket
import subprocess
import time
import unittest

import live
import load

live.enter()

SWAPS = 1000
PACKETS = 40  # of a flow, handshake and end included
FLOWS = 400
LEVELS = ("count", "metadata")  # of the policies that take turns


def policy(n):
    return (f"version: 1\nrules:\n  - name: ours\n    match: {{networks: [10.0.0.0/8]}}\n    level: {LEVELS[n % 2]}\n"
            f"  - name: theirs\n    match: {{networks: [0.0.0.0/0]}}\n    level: {LEVELS[(n + 1) % 2]}\n"
            "default: {level: ignore}\n")


class Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        self.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        reply = self.getresponse()
        return reply.status, json.loads(reply.read())


class Swaps(unittest.TestCase):
    def test_a_thousand_policies_under_full_load_lose_no_packet_and_each_flow_has_one_verdict(self):
        folder = live.folder_of(self)
        wire = live.Wire()
        self.addCleanup(wire.close)
        ports = [load.port(folder, FLOWS, PACKETS)]
        # The history on a disk of memory: each change waits for the disk, and that is not what this is about.
        config = live.af_packet(folder, 1, ports=ports, flows={"capacity": 65536, "update_minutes": 0}, state="/run/state")
        first = os.path.join(folder, "first.yaml")
        with open(first, "w", encoding="utf-8") as f:
            f.write(policy(1))
        daemon = live.Daemon(wire, dict(config, policy=first, memory={"huge_pages": "prefer", "packet_mb": 256}), folder)
        control = Control(config["control"]["socket"])
        began = time.monotonic()
        generations = set()
        for n in range(2, SWAPS + 2):
            status, said = control.ask("POST", "/v1/policy", {"text": policy(n), "expect_generation": n - 1})
            self.assertEqual(status, 200, said)
            self.assertEqual(said["generation"], n)
            generations.add(n)
        seconds = time.monotonic() - began
        control.close()  # a connection may ask a thousand times
        status, workers = control.ask("GET", "/v1/workers")
        self.assertEqual(status, 200)
        packets = sum(w["packets"] for w in workers["workers"])
        self.assertEqual(daemon.stop(), 0, daemon.said())  # 1 where a law of the counters is broken
        self.assertGreater(packets, 100_000)
        self.check(daemon.records(), workers["workers"])
        print(f"{SWAPS} policies in {seconds:.1f} s, {packets} packets meanwhile", flush=True)

    def check(self, records, workers):
        self.assertEqual(sum(w["untracked"] + w["parse_errors"] + w["handover_dropped"] for w in workers), 0)
        verdicts, seen = set(), 0
        for record in records:
            own = record["pellucid"]
            rule = "ours" if "10.16." in (record["src_ip"] + " " + record["dest_ip"]) else "theirs"
            generation = own["policy_generation"]
            wanted = LEVELS[(generation + (rule == "theirs")) % 2]
            self.assertEqual(own["level"], wanted, record)
            self.assertIn(own.get("rule", rule), (rule,), record)
            self.assertTrue(1 <= generation <= SWAPS + 1)
            verdicts.add(generation)
            seen += 1
        self.assertGreater(seen, 1000)
        self.assertGreater(len(verdicts), 100, "flows were judged by many of the policies")

    def test_the_command_line_changes_policies_while_the_daemon_runs(self):
        folder = live.folder_of(self)
        wire = live.Wire()
        self.addCleanup(wire.close)
        daemon = live.Daemon(wire, live.af_packet(folder), folder)

        def run(*words):
            line = [live.PELLUCID, "--connect", "unix:" + os.path.join(folder, "ctl.sock"), "policy", *words]
            return subprocess.run(line, capture_output=True, text=True, check=False, timeout=30)
        path = os.path.join(folder, "site.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(policy(0))
        self.assertEqual(run("diff", path).returncode, 3)
        self.assertEqual(run("apply", path, "--dry-run").returncode, 0)
        self.assertEqual(run("diff", path).returncode, 3, "nothing was changed")
        self.assertEqual(run("apply", path, "--expect-generation", "9").returncode, 7)
        self.assertEqual(run("apply", path, "--confirm", "5m", "-m", "a trial").returncode, 0)
        self.assertEqual(run("apply", path).returncode, 7, "a confirm is pending")
        self.assertEqual(run("confirm").returncode, 0)
        self.assertEqual(run("diff", path).returncode, 0)
        with open(path, "a", encoding="utf-8") as f:
            f.write("rulez: []\n")
        refused = run("apply", path)
        self.assertEqual(refused.returncode, 4)
        self.assertIn(":10:1: ", refused.stderr)
        self.assertEqual(run("rollback").returncode, 0)
        self.assertIn("a trial", run("history").stdout)
        self.assertEqual(daemon.stop(), 0, daemon.said())


if __name__ == "__main__":
    unittest.main()
