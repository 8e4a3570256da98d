"""Each octet of payload counts once, under one outcome, whatever a tap does to packets, and which one follows from what was
asked for and allowed: the law of docs/why/coverage.md over recorded sessions."""
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

import harness
from opened import CAPTURES, GEN, KEYS, log_of

RULES = "version: 1\ndefault: {level: metadata}\nrules: [{name: all, match: {protocols: tls}, level: %s}]\n"
TAPS = ((), ("--late", "10", "--double", "10"), ("--lost", "3"), ("--late", "5", "--double", "5", "--lost", "1"))


def outcomes(*args):
    ended = harness.run("--json", "--quiet", *args)
    assert ended.returncode == 0, ended.stderr
    counters = json.loads(ended.stdout)["counters"]
    found = {name.partition(".")[2]: n for name, n in counters.items() if name.startswith("coverage_bytes_total.")}
    return collections.Counter(found), counters["payload_bytes_total"]


class Coverage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.made = os.path.join(folder.name, "made.pcap")
        self.policies = {}
        for level in ("metadata", "decrypt"):
            self.policies[level] = os.path.join(folder.name, level + ".yaml")
            with open(self.policies[level], "w", encoding="utf-8") as out:
                out.write(RULES % level)
        self.policies["protected"] = os.path.join(folder.name, "protected.yaml")
        with open(self.policies["protected"], "w", encoding="utf-8") as out:
            out.write(RULES % "decrypt" + "protect: {networks: 127.0.0.0/8}\n")

    def ask(self, *args):
        found, payload = outcomes("--lab", *args, self.made)
        self.assertEqual(sum(found.values()), payload, args)
        return found

    def test_every_octet_has_one_outcome(self):
        chance = random.Random(11)
        for path in CAPTURES:
            tap, seed = chance.choice(TAPS), chance.randrange(1000)
            subprocess.run([sys.executable, GEN, "disturb", *tap, "--seed", str(seed), path, self.made], check=True)
            wanted = ("--policy", self.policies["decrypt"])
            with self.subTest(path=path, tap=tap, seed=seed):
                self.assertEqual(set(self.ask(*KEYS, "--policy", self.policies["metadata"])), {"not_requested"})
                kept = self.ask("--policy", self.policies["protected"], *KEYS)
                self.assertLessEqual(set(kept), {"excluded", "not_requested", "lost", "no_key"})
                self.assertGreater(kept["excluded"] + kept["lost"], 0.5 * sum(kept.values()))
                for keys in (KEYS, log_of(path)):
                    found = self.ask(*wanted, *keys)
                    self.assertLessEqual(set(found), {"decrypted", "not_requested", "lost", "no_key"})
                    if "--lost" not in tap:
                        self.assertGreater(found["decrypted"], 0.9 * sum(found.values()))


if __name__ == "__main__":
    unittest.main()
