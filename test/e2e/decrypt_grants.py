#!/usr/bin/env python3
"""Sessions are opened as far as a signed grant allows, and no further: recorded sessions of a server with static key shares,
its keys, and every way in which a grant may say no. What is refused has its reason in a `decrypt` record, and nothing that was
said inside stands anywhere."""
import json
import os
import re
import subprocess
import tempfile
import unittest

from grants import Office, ROOT, moment

CAPTURES = os.path.join(ROOT, "test", "golden", "captures", "ets")
KEYS = [os.path.join(CAPTURES, g + ".key.der") for g in ("x25519", "secp256r1", "secp384r1")]
RECORDED = "captured_from: 2026-01-01T00:00:00Z, captured_until: 2100-01-01T00:00:00Z"
ALLOWED = "allow: {software_custody: true}\n"
POLICY = "version: 1\ndefault: {level: metadata}\nrules:\n  - {name: all, match: {protocols: tls}, level: decrypt}\n"


class Granted(Office):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.soft = cls.authorities("soft", ["ada", "bob", "cleo"], 2, 3, signers=["ada", "bob"], more=ALLOWED)

    @classmethod
    def warrant(cls, name="g", signers=("ada", "bob"), scope="server_networks: 127.0.0.0/8", start=-1, end=20,
                more="depth: headers\n", method="ets"):
        text = (f"version: 1\nid: {name}\nissuer: CISO\naudience: [probe-1]\npurpose: fraud\n"
                f"legal_basis: {{type: order, reference: 4 Js 17}}\nscope: {{{scope}, {RECORDED}}}\n"
                f"method: {method}\nnot_before: {moment(start)}\nnot_after: {moment(end)}\n{more}")
        return cls.sign(cls.write(name + ".yaml", text), list(signers))

    def run_it(self, capture, *args, keys=KEYS):
        """Exit code, records, and the line on standard error."""
        more = [a for key in keys for a in ("--keys", key)]
        ended = self.pellucid("run", "--out", "-", *more, *args, os.path.join(CAPTURES, capture + ".pcap"))
        return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr

    def decrypts(self, capture, grant, *args, pin=None):
        code, records, error = self.run_it(capture, "--grant", grant, "--authorities", pin or self.soft, *args)
        self.assertEqual((code, error), (0, ""))
        self.records = records
        return [r["pellucid"]["decrypt"] for r in records if r["event_type"] == "decrypt"]

    def kinds(self):
        return {r["event_type"] for r in self.records}

    def refused(self, reason, capture, grant, *args, pin=None):
        for told in self.decrypts(capture, grant, *args, pin=pin):
            self.assertEqual((told["result"], told["reason"], told["records_ok"]), ("refused", reason, 0))
        self.assertIn("decrypt", self.kinds())
        self.assertNotIn("http", self.kinds())
        self.assertEqual({r["pellucid"]["level"] for r in self.records}, {"classify"})


class What(Granted):
    def test_a_live_grant_opens(self):
        told = self.decrypts("curl-http1", self.warrant())
        self.assertEqual([(t["result"], t["grant"], t["purpose"], t["depth"], t["ets_visibility"]) for t in told],
                         [("opened", "g", "fraud", "headers", "match")])
        self.assertEqual(told[0]["verified"], ["server_finished", "client_finished", "certificate_verify"])
        http = [r["http"] for r in self.records if r["event_type"] == "http"]
        self.assertEqual([(h["status"], h["url"]) for h in http], [(200, "/index.html")])  # what was asked of it is content
        tls = [r["tls"] for r in self.records if r["event_type"] == "tls"]
        self.assertEqual(tls[0]["subject"], "CN=ets.example")

    def test_resumption_early_data_and_key_updates_go_with_it(self):
        for capture, sessions in (("resumed", 2), ("early-data", 2), ("key-updates", 1), ("hello-retry", 1)):
            told = self.decrypts(capture, self.warrant())
            self.assertEqual([t["result"] for t in told], ["opened"] * sessions, capture)

    def test_at_depth_handshake_no_data_is_opened(self):
        told = self.decrypts("curl-http1", self.warrant(more="depth: handshake\n"))
        self.assertEqual([(t["result"], t["depth"]) for t in told], [("opened", "handshake")])
        self.assertNotIn("http", self.kinds())
        tls = [r["tls"] for r in self.records if r["event_type"] == "tls"]
        self.assertEqual(tls[0]["subject"], "CN=ets.example")
        by_policy = self.write("shallow.yaml", POLICY.replace("level: decrypt", "level: decrypt, decrypt: {depth: handshake}"))
        told = self.decrypts("curl-http1", self.warrant(), "--policy", by_policy)
        self.assertEqual([t["depth"] for t in told], ["handshake"])
        self.assertNotIn("http", self.kinds())

    def test_one_direction_alone(self):
        self.decrypts("curl-http1", self.warrant(more="depth: headers\ndirection: to_server\n"))
        http = [r["http"] for r in self.records if r["event_type"] == "http"]
        self.assertEqual([("url" in h, "status" in h) for h in http], [(True, False)])

    def test_no_more_than_the_first_bytes(self):
        self.decrypts("curl-http1", self.warrant(more="depth: headers\nfirst_bytes: 10\n"))
        self.assertEqual([r for r in self.records if r["event_type"] == "http" and "status" in r["http"]], [])


class Coverage(Granted):
    """Each octet of payload has one outcome. That they add up is a law, which every run checks by itself."""

    def counted(self, capture, *args, grant=True, keys=KEYS, more="depth: headers\n"):
        given = ["--grant", self.warrant(more=more), "--authorities", self.soft] if grant else []
        given += [a for key in keys for a in ("--keys", key)]
        ended = self.pellucid("run", "--json", *given, *args, os.path.join(CAPTURES, capture + ".pcap"))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.counters = json.loads(ended.stdout)["counters"]
        return self.under("coverage_bytes_total"), self.counters["payload_bytes_total"]

    def under(self, name):
        return {k[len(name) + 1:]: n for k, n in self.counters.items() if k.startswith(name + ".")}

    def test_a_session_opened_as_a_whole_is_decrypted_as_a_whole(self):
        for capture, sessions in (("curl-http1", 1), ("resumed", 2), ("key-updates", 1), ("hello-retry", 1)):
            by, payload = self.counted(capture)
            self.assertEqual(set(by), {"decrypted"}, capture)
            self.assertEqual(by["decrypted"], payload, capture)
            self.assertEqual(self.under("decrypt_sessions_total"), {"ets.opened": sessions})
            self.assertEqual(set(self.under("decrypt_records_total")), {"ok"})
            self.assertGreater(self.counters["decrypt_bytes_total"], 0)

    def test_what_nobody_asked_for(self):
        by, payload = self.counted("curl-http1", grant=False, keys=[])
        self.assertEqual(by, {"not_requested": payload})

    def test_what_was_asked_and_not_given(self):
        by, payload = self.counted("curl-http1", keys=[])
        self.assertEqual(by, {"no_key": payload})
        by, payload = self.counted("curl-http1", "--policy", self.write("all.yaml", POLICY), grant=False, keys=[])
        self.assertEqual(by, {"refused": payload})
        protect = self.write("protect.yaml", POLICY + "protect: {names: [ets.example]}\n")
        by, payload = self.counted("curl-http1", "--policy", protect)
        self.assertEqual(by, {"excluded": payload})
        self.assertEqual(self.under("decrypt_refusals_total"), {"excluded": 1})

    def test_a_grant_of_less_leaves_the_rest_refused(self):
        for more in ("depth: handshake\n", "depth: headers\nquota: {bytes: 60}\n", "depth: headers\ndirection: to_server\n"):
            by, payload = self.counted("curl-http1", more=more)
            self.assertEqual(set(by), {"decrypted", "refused"}, more)
            self.assertEqual(sum(by.values()), payload)


class WhatNot(Granted):
    def test_keys_without_a_grant_are_not_used(self):
        code, records, error = self.run_it("curl-http1")
        self.assertEqual((code, records, error.count("\n")), (5, [], 1))

    def test_a_policy_that_asks_without_a_grant_is_told_so(self):
        policy = self.write("all.yaml", POLICY)
        code, self.records, _ = self.run_it("curl-http1", "--policy", policy, keys=[])
        self.assertEqual(code, 0)
        told = [r["pellucid"]["decrypt"] for r in self.records if r["event_type"] == "decrypt"]
        self.assertEqual([(t["result"], t["reason"]) for t in told], [("refused", "no_grant")])

    def test_expired_and_not_yet(self):
        self.refused("expired", "curl-http1", self.warrant("late", start=-5, end=-1))
        self.refused("not_yet", "curl-http1", self.warrant("early", start=1, end=5))

    def test_out_of_scope(self):
        for i, scope in enumerate(("server_networks: 10.0.0.0/8", "server_networks: 127.0.0.0/8, names: pay.example",
                                   "server_networks: 127.0.0.0/8, ports: 1", "server_networks: 127.0.0.0/8, "
                                   "client_networks: 10.0.0.0/8")):
            self.refused("scope", "curl-http1", self.warrant(f"s{i}", scope=scope))
        self.refused("scope", "curl-http1", self.warrant("method", method="keylog"))

    def test_a_grant_that_policy_did_not_name(self):
        policy = self.write("named.yaml", POLICY.replace("level: decrypt", "level: decrypt, decrypt: {grants: other}"))
        self.refused("no_grant", "curl-http1", self.warrant(), "--policy", policy)

    def test_quota(self):
        told = self.decrypts("resumed", self.warrant(more="depth: headers\nquota: {sessions: 1}\n"))
        self.assertEqual(sorted(t["result"] for t in told), ["opened", "refused"])
        self.assertEqual([t["reason"] for t in told if "reason" in t], ["quota"])

    def test_a_quota_in_bytes_ends_a_session(self):
        told = self.decrypts("curl-http1", self.warrant("few", more="depth: headers\nquota: {bytes: 60}\n"))
        self.assertEqual([(t["result"], t["reason"]) for t in told], [("partial", "quota")])
        http = [r["http"] for r in self.records if r["event_type"] == "http"]
        self.assertEqual([h for h in http if "status" in h], [])
        told = self.decrypts("resumed", self.warrant("many", more="depth: headers\nquota: {bytes: 100000}\n"))
        self.assertEqual([t["result"] for t in told], ["opened", "opened"])

    def test_another_key_than_the_grant_names(self):
        self.refused("no_key", "curl-http1", self.warrant(more=f"depth: headers\nkeys: [{'0' * 20}]\n"))

    def test_keys_in_memory_where_the_set_forbids_it(self):
        self.refused("no_key", "curl-http1", self.warrant(), pin=self.pin)

    def test_what_policy_protects_is_opened_only_where_enough_lift_it(self):
        for protect in ("names: [ets.example]", "names: ['*.example']", "networks: [127.0.0.0/8]", "applications: [TLS]"):
            policy = self.write("protect.yaml", POLICY + f"protect: {{{protect}}}\n")
            entry = protect.split("[")[1].strip("]'")
            lifts = f"depth: headers\noverride_protect: ['{entry}']\n"
            all_three = ("ada", "bob", "cleo")
            for grant in (self.warrant(), self.warrant("two", more=lifts),
                          self.warrant("other", signers=all_three, more=lifts.replace(entry, "clinic.example"))):
                told = self.decrypts("x25519-aes128", grant, "--policy", policy)
                self.assertEqual([(t["result"], t["reason"], t["records_ok"]) for t in told], [("refused", "excluded", 0)])
                self.assertEqual({r["pellucid"]["level"] for r in self.records}, {"metadata"})
            told = self.decrypts("x25519-aes128", self.warrant("three", signers=all_three, more=lifts), "--policy", policy)
            self.assertEqual([t["result"] for t in told], ["opened"])
            levels = {r["pellucid"]["level"] for r in self.records if r["event_type"] in ("flow", "decrypt")}
            self.assertEqual(levels, {"decrypt"})

    def test_too_few_signatures_and_changed_texts(self):
        for signers in (("ada",), ("ada", "eve"), ("ada", "old"), ("eve", "desk")):
            grant = self.warrant("few" + "".join(signers), signers=signers)
            code, records, error = self.run_it("curl-http1", "--grant", grant, "--authorities", self.soft)
            self.assertEqual((code, records, error.count("\n")), (5, [], 1), signers)
        text = self.read(self.warrant("changed")).decode()
        lines = text.splitlines()
        lines[5] = lines[5][:20] + ("A" if lines[5][20] != "A" else "B") + lines[5][21:]
        code, records, error = self.run_it("curl-http1", "--grant", self.write("changed.pem", "\n".join(lines) + "\n"),
                                           "--authorities", self.soft)
        self.assertIn(code, (4, 5))
        self.assertEqual((records, error.count("\n")), ([], 1))

    def test_a_set_that_its_own_quorum_did_not_sign(self):
        alone = self.authorities("alone", ["ada", "bob", "cleo"], 2, 3, signers=["ada"], more=ALLOWED)
        code, records, error = self.run_it("curl-http1", "--grant", self.warrant(), "--authorities", alone)
        self.assertEqual((code, records, error.count("\n")), (4, [], 1))


class Delivered(Granted):
    """Content goes to whom the grant says, and nowhere else."""

    def deliver(self, more, *args):
        out = tempfile.mkdtemp(dir=self.home)
        grant = self.warrant("c", more="depth: content\n" + more)
        keys = [a for key in KEYS for a in ("--keys", key)]
        ended = self.pellucid("run", "--quiet", "--out", out, *keys, "--grant", grant, "--authorities", self.soft, *args,
                              os.path.join(CAPTURES, "curl-http1.pcap"))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return out, sorted(name for name in os.listdir(out) if name != "eve.jsonl")

    def test_encrypted_to_each_recipient(self):
        out, names = self.deliver("deliver:\n  recipients:\n" + re.sub("^", "  ", self.block(["desk", "eve"]), flags=re.M))
        self.assertEqual(names, ["c-1.pcapng.p7m"])
        path = os.path.join(out, names[0])
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "rb") as file:
            self.assertNotIn(b"GET /index.html", file.read())
        for who in ("desk", "eve"):
            clear = os.path.join(out, who + ".pcapng")
            self.openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", path, "-out", clear, "-recip", who + ".pem",
                         "-inkey", who + ".key")
            with open(clear, "rb") as file:
                text = file.read()
            self.assertTrue(text.startswith(b"\x0a\x0d\x0d\x0a"))
            for said in (b"GET /index.html?1 HTTP/1.1", b"HTTP/1.1 200 OK", b"0000003 of a page", b"Grant c: fraud"):
                self.assertIn(said, text)
        with self.assertRaises(subprocess.CalledProcessError):
            self.openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", path, "-out", "/dev/null", "-recip", "ada.pem",
                         "-inkey", "ada.key")

    def test_as_it_is_only_where_the_grant_says_so(self):
        out, names = self.deliver("deliver: {clear: true}\n")
        self.assertEqual(names, ["c-1.pcapng"])
        self.assertEqual(os.stat(os.path.join(out, names[0])).st_mode & 0o777, 0o600)

    def test_a_policy_that_asks_for_less_gets_no_file(self):
        less = self.write("headers.yaml", POLICY.replace("level: decrypt", "level: decrypt, decrypt: {depth: headers}"))
        self.assertEqual(self.deliver("deliver: {clear: true}\n", "--policy", less)[1], [])


class Bad(Granted):
    def test_what_is_no_key(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = b"-----BEGIN " b"PRIVATE KEY-----\nAAAA\n"
            for name, text in (("empty", b""), ("noise", bytes(range(256)) * 4), ("pem", broken),
                               ("cut", self.openssl_key()[:40])):
                path = os.path.join(folder, name)
                with open(path, "wb") as out:
                    out.write(text)
                code, records, error = self.run_it("curl-http1", "--lab", keys=[path])
                self.assertEqual((code, records, error.count("\n")), (4, [], 1), name)
                self.assertIn(path, error)

    @staticmethod
    def openssl_key():
        with open(KEYS[0], "rb") as file:
            return file.read()


if __name__ == "__main__":
    unittest.main()
