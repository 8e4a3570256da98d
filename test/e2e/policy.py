#!/usr/bin/env python3
"""Policy files as operators meet them: examples are good, faults have a line and a column, changes are said."""
import glob
import json
import os
import subprocess
import tempfile
import unittest

from harness import HERE, PELLUCID


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


if __name__ == "__main__":
    unittest.main()
