"""A real Prometheus scrapes, follows the shipped rules and answers the shipped dashboard: each panel has something to show."""
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRAPE = os.environ["SCRAPE"]


def scrape(times):
    return subprocess.run([SCRAPE, str(times)], stdout=subprocess.PIPE, check=True).stdout


class Appliance(http.server.BaseHTTPRequestHandler):
    """Answers as a daemon whose counters run."""
    times = 0

    def do_GET(self):
        Appliance.times += 1
        text = scrape(Appliance.times)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@unittest.skipUnless(shutil.which("prometheus"), "prometheus is missing: install the package prometheus")
class Prometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Appliance)
        threading.Thread(target=cls.appliance.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.appliance.shutdown)
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        with open(os.path.join(ROOT, "conf", "prometheus", "scrape.yaml"), encoding="utf-8") as f:
            shipped = f.read()
        shipped = shipped.replace("15s", "1s").replace("127.0.0.1:9477", f"127.0.0.1:{cls.appliance.server_port}")
        with open(os.path.join(cls.folder, "prometheus.yml"), "w", encoding="utf-8") as f:
            f.write(shipped)
        shutil.copy(os.path.join(ROOT, "conf", "prometheus", "rules.yaml"), cls.folder)
        cls.port = free_port()
        cls.server = subprocess.Popen(
            ["prometheus", f"--config.file={cls.folder}/prometheus.yml", f"--storage.tsdb.path={cls.folder}/data",
             f"--web.listen-address=127.0.0.1:{cls.port}", "--log.level=error"])
        cls.addClassCleanup(cls.end)
        deadline = time.monotonic() + 60
        while Appliance.times < 6:
            if time.monotonic() > deadline or cls.server.poll() is not None:
                raise AssertionError("prometheus does not scrape")
            time.sleep(0.2)

    @classmethod
    def end(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait(timeout=30)

    def ask(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def test_finds_the_appliance_up(self):
        target, = self.ask("targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))

    def test_keeps_every_series_of_a_scrape(self):
        sent = set(re.findall(r"^(pellucid_\w+)", scrape(1).decode(), re.M))
        kept = set(self.ask("label/__name__/values"))
        self.assertGreater(len(sent), 70)
        self.assertEqual(sent - kept, set())

    def test_has_something_to_show_in_each_panel(self):
        with open(os.path.join(ROOT, "conf", "grafana", "pellucid.json"), encoding="utf-8") as f:
            panels = json.load(f)["panels"]
        for panel in panels:
            for target in panel.get("targets", []):
                expr = target["expr"].replace("$__rate_interval", "30s").replace("$job", "pellucid").replace("$instance", ".*")
                result = self.ask("query", query=expr)["result"]
                self.assertTrue(result, f"{panel['title']}: {expr}")
                asked = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                for series in result:
                    self.assertEqual(asked - set(series["metric"]), set(), panel["title"])

    def test_follows_every_rule_without_a_fault(self):
        for _ in range(100):
            rules = self.ask("rules")["groups"][0]["rules"]
            if all(rule["health"] != "unknown" for rule in rules):
                break
            time.sleep(0.2)
        self.assertEqual({rule["name"]: rule["health"] for rule in rules}, {rule["name"]: "ok" for rule in rules})
        self.assertGreater(len(rules), 9)


if __name__ == "__main__":
    unittest.main()
