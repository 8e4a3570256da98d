"""What Prometheus is given, and what it is told to do with it: text, rules, scrape configuration, dashboard."""
import json
import os
import re
import shutil
import subprocess
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
RULES = os.path.join(ROOT, "conf", "prometheus")
DASHBOARD = os.path.join(ROOT, "conf", "grafana", "pellucid.json")
TEXT = subprocess.run([os.environ["SCRAPE"]], stdout=subprocess.PIPE, check=True, text=True).stdout
ADDED = {"job", "instance", "le"}  # labels that Prometheus adds, and those of buckets


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def promtool(*args, given=None):
    return subprocess.run(["promtool", *args], cwd=RULES, input=given, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def exported():
    """Labels by name of series."""
    found = {}
    for line in TEXT.splitlines():
        m = re.match(r"(pellucid_\w+)(?:\{(.*)\})? \S+$", line)
        if m:
            found.setdefault(m.group(1), set()).update(re.findall(r'(\w+)="', m.group(2) or ""))
    return found


def unknown(expr, known):
    """What an expression asks for that nobody exports."""
    bad = [name for name in re.findall(r"pellucid_\w+", expr) if name not in known]
    for name, labels in re.findall(r"(pellucid_\w+)\{([^}]*)\}", expr):
        asked = set(re.findall(r"(\w+)\s*=", labels))
        bad += [f"{name}.{label}" for label in asked - known.get(name, set()) - ADDED]
    everywhere = set().union(*known.values()) | ADDED
    for labels in re.findall(r"\bby \(([^)]*)\)", expr):
        bad += [label for label in re.split(r",\s*", labels) if label not in everywhere]
    return bad


@unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package prometheus")
class Promtool(unittest.TestCase):
    def test_finds_nothing_wrong_with_a_scrape(self):
        result = promtool("check", "metrics", given=TEXT)
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_would_find_something(self):
        result = promtool("check", "metrics", given="# TYPE pellucid_bad counter\npellucid_bad 1\n")
        self.assertNotEqual(result.returncode, 0)

    def test_accepts_rules_and_scrape_configuration(self):
        for args in (("check", "rules", "rules.yaml"), ("check", "config", "scrape.yaml")):
            result = promtool(*args)
            self.assertEqual(result.returncode, 0, result.stdout)

    def test_sees_every_alert_fire_and_stay_quiet(self):
        result = promtool("test", "rules", "rules_test.yaml")
        self.assertEqual(result.returncode, 0, result.stdout)


class Rules(unittest.TestCase):
    def test_have_a_test_that_fires_and_one_that_does_not_for_each_alert(self):
        alerts = re.findall(r"- alert: (\w+)", read(RULES, "rules.yaml"))
        quiet, firing = read(RULES, "rules_test.yaml").split("everything is wrong")
        self.assertGreater(len(alerts), 9)
        for alert in alerts:
            self.assertRegex(quiet, rf"alertname: {alert}, exp_alerts: \[\]")
            self.assertRegex(firing, rf"alertname: {alert}\n\s+exp_alerts:\n\s+- exp_labels")

    def test_tell_for_each_alert_what_to_do(self):
        for part in read(RULES, "rules.yaml").split("- alert: ")[1:]:
            self.assertRegex(part, r'runbook: "[^"]{40,}"', part.split("\n")[0])
            self.assertRegex(part, r"severity: (page|ticket)")

    def test_ask_only_for_what_is_exported(self):
        known = exported()
        for expr in re.findall(r"expr: (.*)", read(RULES, "rules.yaml")):
            self.assertEqual(unknown(expr, known), [], expr)
        for name in re.findall(r"pellucid_\w+", read(RULES, "rules.yaml") + read(RULES, "rules_test.yaml")):
            self.assertIn(name, known)


class Dashboard(unittest.TestCase):
    def expressions(self):
        panels = json.loads(read(DASHBOARD))["panels"]
        return [target["expr"] for panel in panels for target in panel.get("targets", [])]

    def test_asks_only_for_what_is_exported(self):
        known = exported()
        self.assertGreater(len(self.expressions()), 20)
        for expr in self.expressions():
            self.assertIn("pellucid_", expr)
            self.assertEqual(unknown(expr, known), [], expr)

    def test_would_not_get_away_with_a_wrong_name(self):
        known = exported()
        self.assertEqual(unknown("rate(pellucid_nothing_total[5m])", known), ["pellucid_nothing_total"])
        self.assertEqual(unknown('pellucid_flows{port="x"}', known), ["pellucid_flows.port"])
        self.assertEqual(unknown("sum by (address) (pellucid_flows)", known), ["address"])

    @unittest.skipUnless(shutil.which("promtool"), "promtool is missing: install the package prometheus")
    def test_has_expressions_that_prometheus_can_read(self):
        rules = ["groups:\n  - name: dashboard\n    rules:\n"]
        for i, expr in enumerate(self.expressions()):
            plain = expr.replace("$__rate_interval", "5m")
            rules.append(f"      - record: panel:{i}\n        expr: {json.dumps(plain)}\n")
        result = promtool("check", "rules", "/dev/stdin", given="".join(rules))
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_lays_its_panels_side_by_side(self):
        taken = set()
        for panel in json.loads(read(DASHBOARD))["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(taken & cells, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells


if __name__ == "__main__":
    unittest.main()
