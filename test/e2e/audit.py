#!/usr/bin/env python3
"""`run --audit`: a replay writes down what it opens before it does, proves each `decrypt` record by one root a second, and
opens nothing where it cannot. What the log proves is checked by an inspector's own means (chain.py)."""
import json
import os
import resource
import subprocess
import tempfile
import unittest

from chain import Chain, climb, leaf_of
from decrypt_grants import CAPTURES, KEYS, Granted
from harness import PELLUCID


class Audited(Granted):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir=self.home)
        self.addCleanup(self.folder.cleanup)
        self.log = os.path.join(self.folder.name, "log.jsonl")

    def replay(self, capture, *args, grant=None, limit=None):
        """Exit code, lines of records, and the line on standard error."""
        keys = [word for key in KEYS for word in ("--keys", key)]
        authority = ("--grant", grant or self.warrant(), "--authorities", self.soft)
        capped = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        line = [PELLUCID, "run", "--out", "-", *keys, *authority, "--audit", self.log, *args,
                os.path.join(CAPTURES, capture + ".pcap")]
        ended = subprocess.run(line, cwd=self.home, capture_output=True, check=False, timeout=60, preexec_fn=capped)
        return ended.returncode, ended.stdout.splitlines(), ended.stderr.decode()

    def decrypts_of(self, lines):
        return [line for line in lines if json.loads(line)["event_type"] == "decrypt"]

    def prove(self, records, *args):
        return subprocess.run([PELLUCID, "audit", "prove", "-", "--log", self.log, *args], input=b"\n".join(records) + b"\n",
                              capture_output=True, check=False, timeout=60)

    def verified(self):
        return subprocess.run([PELLUCID, "audit", "verify", self.log], capture_output=True, check=False).returncode

    def nothing_opened(self, ended, code):
        """All other records are there, and the reason stands in the one that says so."""
        self.assertEqual((ended[0], ended[2].count("\n")), (code, 1), ended[2])
        kinds = {json.loads(line)["event_type"] for line in ended[1]}
        self.assertTrue({"flow", "tls"} <= kinds and "http" not in kinds, kinds)
        told = [json.loads(line)["pellucid"]["decrypt"] for line in self.decrypts_of(ended[1])]
        self.assertEqual({t["reason"] for t in told}, {"unwitnessed"})
        return {(t["result"], t["records_ok"]) for t in told}


class Kept(Audited):
    def test_an_inspector_finds_each_record_under_a_signed_root(self):
        code, lines, error = self.replay("resumed", "--repeat", "40", "--workers", "3")
        self.assertEqual((code, error), (0, ""))
        records = self.decrypts_of(lines)
        self.assertEqual(len(records), 80)
        chain = Chain(self.log)
        self.assertEqual(chain.signatures_hold(self.log + ".d/public.pem"), 1)
        trees = chain.trees(self.log + ".d/leaves.jsonl")
        self.assertEqual(sorted(leaf for tree in trees.values() for leaf in tree), sorted(map(leaf_of, records)))
        self.assertGreater(len(trees), 1)
        proofs = json.loads(self.prove(records, "--json").stdout)["proofs"]
        by_seq = {e["seq"]: e for e in chain.did("sessions_opened")}
        for record, proof in zip(records, proofs):
            root = climb(leaf_of(record), proof["which"], proof["leaves"], map(bytes.fromhex, proof["path"]))
            self.assertEqual((root.hex(), proof["leaves"]), (by_seq[proof["seq"]]["root"], by_seq[proof["seq"]]["count"]))
            self.assertGreater(proof["signed_by"], proof["seq"])
            when = json.loads(record)["timestamp"]
            self.assertTrue(by_seq[proof["seq"]]["from"] <= when <= by_seq[proof["seq"]]["until"])

    def test_one_root_stands_for_a_second_of_the_capture(self):
        self.assertEqual(self.replay("resumed", "--repeat", "40")[0], 0)
        seconds = [e["from"][:19] for e in Chain(self.log).did("sessions_opened")]
        self.assertEqual(len(seconds), len(set(seconds)))

    def test_what_was_done_stands_there_in_order_and_nobody_is_named(self):
        code, lines, _ = self.replay("curl-http1")
        self.assertEqual(code, 0)
        chain = Chain(self.log)
        self.assertEqual([e["action"] for e in chain.entries], ["start", "authority_use", "grant_use", "session_open",
                                                                "sessions_opened", "stop", "checkpoint"])
        self.assertEqual([e["object"] for e in chain.did("session_open")], ["g"])
        self.assertEqual({e["actor"] for e in chain.entries}, {"pellucid run"})
        record = json.loads(self.decrypts_of(lines)[0])
        for secret in (b"127.0.0.1", b"ets.example", b"index.html", str(record["flow_id"]).encode(),
                       record["community_id"].encode()):
            self.assertFalse(any(secret in line for line in chain.lines), secret)
        for name in ("key.pem", "public.pem", "leaves.jsonl"):
            self.assertEqual(os.stat(os.path.join(self.log + ".d", name)).st_mode & 0o777, 0o600)

    def test_salts_differ(self):
        self.assertEqual(self.replay("resumed")[0], 0)
        _, lines, _ = self.replay("resumed")
        salts = {json.loads(line)["pellucid"]["decrypt"]["salt"] for line in self.decrypts_of(lines)}
        self.assertEqual(len(salts), 2)

    def test_the_next_replay_goes_on_with_the_log(self):
        for capture in ("curl-http1", "x25519-aes128", "resumed"):
            self.assertEqual(self.replay(capture)[0], 0)
        chain = Chain(self.log)
        self.assertEqual((len(chain.did("start")), chain.signatures_hold(self.log + ".d/public.pem")), (3, 3))
        self.assertEqual(self.verified(), 0)

    def test_refusals_are_summed_a_minute(self):
        code, lines, _ = self.replay("resumed", "--repeat", "30", grant=self.warrant("s", scope="server_networks: 10.0.0.0/8"))
        self.assertEqual((code, {json.loads(line)["event_type"] for line in lines} & {"http"}), (0, set()))
        told = Chain(self.log).did("sessions_refused")
        self.assertEqual({e["reason"] for e in told}, {"scope"})
        self.assertGreaterEqual(sum(int(e["object"].split()[0]) for e in told), 30)
        self.assertLess(len(told), 10)

    def test_ones_own_traffic_is_written_down_too(self):
        ended = subprocess.run([PELLUCID, "run", "--lab", "--quiet", "--audit", self.log, "--keys", KEYS[0],
                                os.path.join(CAPTURES, "curl-http1.pcap")], capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.assertEqual([e["object"] for e in Chain(self.log).did("session_open")], ["lab"])


class Changed(Audited):
    def setUp(self):
        super().setUp()
        _, lines, _ = self.replay("resumed")
        self.records = self.decrypts_of(lines)

    def change(self, path, old, new):
        with open(path, "rb") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "wb") as file:
            file.write(text.replace(old, new, 1))

    def test_a_record_that_was_changed_is_not_proved(self):
        self.assertEqual(self.prove(self.records).returncode, 0)
        for record in (self.records[0].replace(b'"opened"', b'"refused"'), self.records[0] + b" ", self.records[0][:-1]):
            ended = self.prove([record])
            self.assertEqual((ended.returncode, ended.stderr.count(b"\n")), (1, 1), record)

    def test_leaves_that_were_changed_do_not_pass(self):
        leaf = leaf_of(self.records[0]).hex().encode()
        other = leaf_of(self.records[1]).hex().encode()
        self.change(self.log + ".d/leaves.jsonl", other, b"0" * 64)
        self.assertEqual(self.prove([self.records[0]]).returncode, 8)
        self.change(self.log + ".d/leaves.jsonl", leaf, b"0" * 64)
        self.assertEqual(self.prove([self.records[0]]).returncode, 1)

    def test_a_log_that_was_changed_proves_nothing_and_nothing_is_opened(self):
        self.assertEqual(self.verified(), 0)
        self.change(self.log, b'"object":"g"', b'"object":"h"')
        self.assertEqual((self.verified(), self.prove(self.records).returncode), (8, 8))
        with open(self.log, "rb") as file:
            before = file.read()
        ended = self.replay("curl-http1")
        self.assertEqual(self.nothing_opened(ended, 8), {("refused", 0)})
        self.assertIn("the audit log is broken: entry 4", ended[2])
        with open(self.log, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_log_under_another_key_is_not_gone_on_with(self):
        os.remove(self.log + ".d/key.pem")
        self.nothing_opened(self.replay("curl-http1"), 8)


class Unwritable(Audited):
    def test_a_place_that_is_none(self):
        self.log = os.path.join(self.folder.name, "file", "log")
        self.write(os.path.join(self.folder.name, "file"), "")
        ended = self.replay("curl-http1")
        self.assertEqual(self.nothing_opened(ended, 1), {("refused", 0)})
        self.assertIn("the audit log cannot be written", ended[2])

    def test_a_full_disk(self):
        self.assertEqual(self.replay("curl-http1")[0], 0)
        full = os.path.getsize(self.log) + 1100  # a few entries more
        ended = self.replay("curl-http1", limit=full)
        self.nothing_opened(ended, 1)  # but a handshake, after which the entry was to be written
        self.assertEqual(self.verified(), 0)
        self.assertEqual(self.replay("curl-http1")[0], 0)
        self.assertEqual(len(Chain(self.log).did("session_open")), 2)


if __name__ == "__main__":
    unittest.main()
