"""Faults around a running daemon's control: clients that mean no good, a second daemon, wrong configurations, sudden death."""
import json
import os
import socket
import subprocess
import time
import unittest

import live
import load

live.enter()

POLICY = "version: 1\ndefault: {{level: {0}}}\n"


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)

    def start(self, **more):
        config = live.af_packet(self.folder, **more)
        self.door = config["control"]["socket"]
        self.daemon = live.Daemon(self.wire, config, self.folder)
        return self.daemon

    def start_under_load(self):
        self.start(ports=[load.port(self.folder, 400, 40)], sinks=[])

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(self.door)
        client.settimeout(20)
        return client

    def answers_and_counts(self):
        code, state = self.daemon.status()
        self.assertIn(code, (0, 3), state)
        self.daemon.goes_on()

    def ended(self, config):
        """The end of a daemon that must not start: its code, and its one line."""
        path = os.path.join(self.folder, "wrong.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(config if isinstance(config, str) else json.dumps(config))
        ended = subprocess.run(["ip", "netns", "exec", "client", live.PELLUCIDD, "--config", path], capture_output=True,
                               text=True, check=False, timeout=60)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        return ended.returncode, ended.stderr

    def apply(self, level, *more):
        path = os.path.join(self.folder, level + ".yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(POLICY.format(level))
        applied = self.daemon.ask("policy", "apply", path, *more)
        self.assertEqual(applied.returncode, 0, applied.stderr)

    def history(self):
        return json.loads(self.daemon.ask("policy", "history", "--json").stdout)["revisions"]

    def test_garbage_and_a_megabyte_of_nothing_are_refused_and_others_are_answered(self):
        self.start_under_load()
        for nonsense in (os.urandom(65536), bytes(1 << 20), b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 100_000,
                         b"POST /v1/policy HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"):
            client = self.connect()
            try:
                client.sendall(nonsense)
                self.assertNotIn(b" 200 ", client.recv(4096)[:16])
            except OSError:
                pass  # shut in its face
            self.answers_and_counts()
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def test_a_thousand_connections_and_readers_who_never_read_keep_nobody_out(self):
        self.start_under_load()
        silent = [self.connect() for _ in range(1000)]
        self.answers_and_counts()
        for client in silent[-64:]:  # ask for more than the socket holds, and never read it
            try:
                client.sendall(b"GET /v1/policy HTTP/1.1\r\nHost: x\r\n\r\n" * 900)
            except OSError:
                pass  # it made room for others
        self.answers_and_counts()
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def test_killed_while_a_policy_waits_it_comes_back_with_the_one_before_and_the_whole_history(self):
        self.start()
        self.apply("count")
        self.apply("metadata", "--confirm", "2s", "-m", "a trial")
        before = self.history()
        self.daemon.kill()
        self.assertTrue(os.path.exists(self.door), "nobody took the dead socket away")
        time.sleep(3)  # the trial ends while nobody is there
        self.start()
        after = self.history()
        self.assertEqual([r["generation"] for r in after], [4, 3, 2, 1])
        self.assertEqual(after[-3:], before)
        self.assertEqual(after[1]["message"], "a trial")
        self.assertEqual(self.daemon.ask("policy", "diff", os.path.join(self.folder, "count.yaml")).returncode, 0)
        self.assertEqual(self.daemon.status()[1]["policy"]["generation"], 4)
        self.apply("ignore", "--expect-generation", "4")
        self.daemon.kill()
        self.start()
        self.assertEqual([r["generation"] for r in self.history()], [5, 4, 3, 2, 1])
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        self.assertFalse(os.path.exists(self.door))

    def test_a_second_daemon_ends_with_one_line_and_the_first_does_not_notice(self):
        self.start_under_load()
        with open(self.daemon.config, encoding="utf-8") as f:
            same = json.load(f)
        self.assertEqual(self.ended(same), (1, f"pellucidd: {same['state']}: is used by another daemon; "
                                               "give each a folder of its own (state)\n"))
        self.answers_and_counts()
        same["state"] += "2"
        code, line = self.ended(same)
        self.assertEqual(code, 1)
        self.assertIn(self.door + ": another daemon listens there", line)
        self.answers_and_counts()
        same["control"]["socket"] += "2"
        same["metrics"]["listen"] = "127.0.0.1:9477"
        other = self.wire.start("client", ["python3", "-m", "http.server", "9477", "--bind", "127.0.0.1"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        live.until(lambda: "9477" in self.wire.on("client", "ss -ltn"), what="a server on our port")
        code, line = self.ended(same)
        self.assertEqual(code, 1)
        self.assertIn("127.0.0.1:9477: cannot be listened on", line)
        self.assertIsNone(other.poll())
        self.answers_and_counts()
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def test_a_wrong_configuration_ends_with_line_and_column_before_anything_is_touched(self):
        state = os.path.join(self.folder, "nothing")
        wrong = [
            (f"state: {state}\nports:\n  - {{name: c0, device: net_null0}}\nprots: []\n", ":4:1: "),
            (f"state: {state}\nports:\n  - {{name: c0, device: net_null0, queues: 2}}\n", ":3:"),
            (f"state: {state}\nports:\n  - {{name: c0, device: net_null0}}\nworkers: {{cores: [1000]}}\n", ":4:"),
            (f"state: {state}\nports: [}}\n", ":2:"),
            (f"state: {state}\n", "ports"),
            (f"state: {state}\nports: []\n", ":2:"),
        ]
        for text, place in wrong:
            with self.subTest(text):
                code, line = self.ended(text)
                self.assertEqual(code, 4)
                self.assertIn(place, line)
                self.assertFalse(os.path.exists(state))

    def test_a_device_that_is_not_there_ends_with_its_ports_name(self):
        for device in ("net_af_packet0,iface=nowhere0", "net_nosuch0", "0000:ff:1f.7", "net_pcap0,rx_pcap=/nowhere.pcap"):
            with self.subTest(device):
                config = live.af_packet(self.folder, ports=[{"name": "tap", "device": device}])
                code, line = self.ended(config)
                self.assertEqual(code, 1)
                self.assertIn("port tap (", line)
                self.assertIn("DPDK says: ", line)
                self.assertFalse(os.path.exists(config["control"]["socket"]), "it leaves no dead socket")


if __name__ == "__main__":
    unittest.main()
