"""A real Prometheus scrapes the daemon: its queries give what `pellucid status` says; promtool finds nothing."""
import json
import os
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request

import live

live.enter()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Scraped(unittest.TestCase):
    def setUp(self):
        live.sh("ip link set lo up")
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)
        self.own, self.port = free_port(), free_port()
        live.nginx(self.wire, self.folder)
        config = live.af_packet(self.folder, 2, metrics={"listen": f"127.0.0.1:{self.own}"})
        config["flows"]["timeouts"] = {"tcp_closed": 1}
        self.socket = config["control"]["socket"]
        self.daemon = live.Daemon(self.wire, config, self.folder)

    def pellucid(self, *words):
        line = [live.PELLUCID, "--connect", "unix:" + self.socket, "--json", *words]
        return json.loads(subprocess.run(line, capture_output=True, check=True, timeout=30).stdout)

    def prometheus(self):
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as f:
            f.write("global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: pellucid\n    static_configs:\n"
                    f"      - targets: ['127.0.0.1:{self.own}']\n")
        self.wire.start("client", ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/tsdb",
                                   f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"])
        live.until(lambda: self.query("up"), 30, "a first scrape")

    def inside(self, url):
        return live.sh(f"ip netns exec client curl -s --max-time 5 {url}")

    def query(self, expression):
        try:
            text = self.inside(f"http://127.0.0.1:{self.port}/api/v1/query?query={urllib.parse.quote(expression)}")
            result = json.loads(text)["data"]["result"]
        except (subprocess.CalledProcessError, ValueError):
            return None  # it does not listen yet, or is not ready to answer
        return float(result[0]["value"][1]) if result else None

    def test_queries_equal_what_status_says(self):
        self.prometheus()
        for _ in range(5):
            self.wire.on("client", "curl -sk -o /dev/null --resolve live.example:443:10.9.0.2 https://live.example/")
        pairs = {
            "sum(pellucid_worker_packets_total)": "packets",
            "sum(pellucid_worker_bytes_total)": "bytes",
            "sum(pellucid_flow_created_total)": "flows_created",
            "sum(pellucid_flows)": "flows",
            "sum(pellucid_records_made_total)": "records",
        }
        expected = {}

        def settled():  # nothing passes any more, and Prometheus has seen the last of it
            nonlocal expected
            status = self.pellucid("status")
            found = {expression: self.query(expression) for expression in pairs}
            expected = {expression: float(status[key]) for expression, key in pairs.items()}
            return found == expected and status["flows"] == 0
        live.until(settled, 40, "queries that equal the status")
        self.assertGreater(expected["sum(pellucid_worker_packets_total)"], 50)
        self.assertGreaterEqual(expected["sum(pellucid_flow_created_total)"], 5)
        self.assertEqual(self.query('sum(pellucid_tls_sessions_total{version="TLS 1.3"})'),
                         sum(1 for r in self.daemon.records() if r["event_type"] == "tls" and r["tls"]["version"] == "TLS 1.3"))
        self.assertEqual(self.query("pellucid_policy_generation"), 1)
        self.assertEqual(self.query('pellucid_port_up{port="c0"}'), 1)
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def test_promtool_finds_the_metrics_clean_and_probes_are_answered(self):
        text = self.inside(f"http://127.0.0.1:{self.own}/metrics")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        for probe in ("healthz", "readyz"):
            self.assertEqual(self.inside(f"-o /dev/null -w %{{http_code}} http://127.0.0.1:{self.own}/{probe}"), "200")
        self.assertEqual(self.inside(f"-o /dev/null -w %{{http_code}} http://127.0.0.1:{self.own}/v1/status"), "404")
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())


if __name__ == "__main__":
    unittest.main()
