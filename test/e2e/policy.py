#!/usr/bin/env python3
"""Policy files as operators meet them: examples are good, faults have a line and a column, changes are said."""
import glob
import json
import os
import subprocess
import tempfile
import unittest

from harness import HERE, PELLUCID, golden, plain, records, run


def pellucid(*args):
    return subprocess.run([PELLUCID, *args], capture_output=True, timeout=60, check=False)


class Policy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, text):
        path = os.path.join(self.folder.name, f"{len(os.listdir(self.folder.name))}.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def test_every_example_is_good(self):
        examples = glob.glob(os.path.join(HERE, "..", "..", "conf", "policy", "*.yaml"))
        self.assertGreater(len(examples), 2)
        for path in examples:
            ended = pellucid("policy", "check", path)
            self.assertEqual((ended.returncode, ended.stderr), (0, b""), path)

    def test_a_fault_is_one_line_with_line_column_and_remedy(self):
        path = self.write("version: 1\ndefault: {level: classify}\nrules:\n- name: a\n  levle: count\n")
        ended = pellucid("policy", "check", path)
        self.assertEqual(ended.returncode, 4)
        self.assertEqual(ended.stderr.decode(), f"pellucid: {path}:5:3: unknown key `levle`; did you mean `level`?\n")

    def test_applications_are_those_of_ndpi(self):
        text = "version: 1\ndefault: {level: count}\nrules: [{name: a, level: ignore, match: {applications: [%s]}}]\n"
        self.assertEqual(pellucid("policy", "check", self.write(text % "tls, WhatsApp")).returncode, 0)
        ended = pellucid("policy", "check", self.write(text % "WhatsAp"))
        self.assertIn(b"did you mean `WhatsApp`?", ended.stderr)

    def test_a_file_that_is_not_there_is_invalid_input(self):
        ended = pellucid("policy", "check", os.path.join(self.folder.name, "none"))
        self.assertEqual((ended.returncode, ended.stderr.count(b"\n")), (4, 1))

    def test_changes_are_lines_for_people_and_json_for_programs(self):
        old = self.write("version: 1\ndefault: {level: count}\n")
        new = self.write("version: 1\ndefault: {level: metadata}\nrules: [{name: a, level: ignore, match: {vlan: 3}}]\n")
        self.assertEqual(pellucid("policy", "diff", old, "--against", old).returncode, 0)
        ended = pellucid("policy", "diff", new, "--against", old)
        self.assertEqual((ended.returncode, ended.stdout), (3, b"+ rules[a]: ignore\n~ default.level: count -> metadata\n"))
        ended = pellucid("policy", "diff", new, "--against", old, "--json")
        self.assertEqual(json.loads(ended.stdout)["changes"],
                         [{"change": "added", "where": "rules[a]", "after": "ignore"},
                          {"change": "changed", "where": "default.level", "before": "count", "after": "metadata"}])


class Run(unittest.TestCase):
    """A replay under a policy."""
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def under(self, policy, capture, *more):
        path = os.path.join(self.folder.name, "policy.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write("version: 1\n" + policy)
        return records("--policy", path, *more, golden(capture))

    def shown(self, policy, capture):
        return sorted((r["event_type"], r["pellucid"]["level"], r["pellucid"]["rule"]) for r in self.under(policy, capture))

    def test_each_level_shows_what_it_promises(self):
        capture = "https-tls13-h2"
        self.assertEqual(self.shown("default: {level: ignore}\n", capture), [])
        self.assertEqual(set(self.shown("default: {level: count}\n", capture)), {("flow", "count", "default")})
        self.assertEqual(set(self.shown("default: {level: metadata}\n", capture)),
                         {("flow", "metadata", "default"), ("tls", "metadata", "default")})
        counted = self.under("default: {level: count}\n", capture)
        self.assertEqual({r["pellucid"]["app"]["by"] for r in counted}, {"nobody"})
        self.assertEqual({r["pellucid"]["policy_generation"] for r in counted}, {1})

    def test_a_rule_by_name_holds_for_that_name_alone(self):
        policy = "default: {level: metadata}\nrules: [{name: quiet, level: count, match: {names: %s}}]\n"
        name = next(r["tls"]["sni"] for r in records(golden("https-tls13-h2")) if r["event_type"] == "tls")
        self.assertEqual(set(self.shown(policy % name, "https-tls13-h2")), {("flow", "count", "quiet")})
        self.assertNotIn("quiet", str(self.shown(policy % ("x." + name), "https-tls13-h2")))

    def test_without_a_policy_a_replay_is_as_it_was_but_for_the_generation_and_the_rule(self):
        for capture in ("https-tls13-h2", "dns", "http-kept-alive", "vxlan-https"):
            under = self.under("default: {level: classify}\n", capture)
            for record in under:
                self.assertEqual(record["pellucid"].pop("rule"), "default")
                record["pellucid"]["policy_generation"] = 0
            self.assertEqual(plain(under), plain(records(golden(capture))))

    def test_any_number_of_workers_judges_alike(self):
        policy = "default: {level: count}\nrules: [{name: web, level: metadata, match: {protocols: [tls, http]}}]\n"
        for capture in ("http-kept-alive", "https-tls13-h2"):
            self.assertEqual(plain(self.under(policy, capture)), plain(self.under(policy, capture, "--workers", "3")))

    def test_a_bad_policy_stops_before_anything_is_written(self):
        path = os.path.join(self.folder.name, "bad.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write("version: 1\ndefault: {level: decrypt}\n")
        into = os.path.join(self.folder.name, "out")
        ended = run("--policy", path, "--out", into, golden("dns"))
        self.assertEqual((ended.returncode, ended.stderr.count(b"\n")), (4, 1))
        self.assertIn(b"bad.yaml:2:18: ", ended.stderr)
        self.assertFalse(os.path.exists(into))


if __name__ == "__main__":
    unittest.main()
