#!/usr/bin/env python3
"""The daemon on a wire between a client and an unmodified nginx with static key shares: under a signed grant it opens what they
say; without one, after a revocation, or once the key is gone, nothing."""
import hmac
import json
import os
import subprocess
import time
import unittest

from live_opened import Opened  # first: it starts this again in namespaces
import live
import live_keys
from ets_peers import GROUPS


class Decrypt(Opened):
    def test_what_a_grant_allows_is_opened(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        for port in range(443, 446):
            self.assertEqual(self.fetch(port, "index.html?[1-3]").returncode, 0)
        live.until(lambda: self.figure('decrypt_sessions_total{method="ets",result="opened"}') == 3, what="their counters")
        self.assertGreater(self.figure('decrypt_records_total{result="ok"}'), 9)
        self.assertGreater(self.figure("decrypt_bytes_total"), 27_000)
        self.assertEqual(self.figure('tls_sessions_total{version="TLS 1.3",mode="opened"}'), 3)
        self.assertEqual(self.figure("decryption_enabled"), 1)
        self.assertGreater(self.figure('grant_expiry_timestamp_seconds{alias="live"}'), time.time())
        records = self.stop()
        told = self.decrypts(records)
        self.assertEqual([(t["result"], t["grant"], t["ets_visibility"]) for t in told], [("opened", "live", "match")] * 3)
        for t in told:
            self.assertEqual(t["verified"][:2], ["server_finished", "client_finished"])
        http = [r["http"] for r in records if r["event_type"] == "http"]
        self.assertEqual([h["url"] for h in http], ["/index.html"] * 9)
        self.assertEqual({h["status"] for h in http}, {200})
        self.assertEqual(sum(e.get("action") == "session_open" for e in self.audit()), 3)

    def test_peers_are_proven_as_far_as_the_configuration_says(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        roots = self.lay("ca.pem")
        self.stop()
        for verify, proven in (({}, []), ({"certificate_verify": True}, ["certificate_verify"]),
                               ({"roots": roots, "certificate_verify": True}, ["certificate_verify", "chain"])):
            self.start(verify=verify)
            self.assertEqual(self.fetch(443, "index.html").returncode, 0)
            told = self.decrypts(self.stop())[-1]
            self.assertEqual(set(told["verified"]), {"server_finished", "client_finished", *proven})

    def ask_for_name(self, name, more):
        policy = os.path.join(self.folder, "named.yaml")
        with open(policy, "w", encoding="utf-8") as out:
            out.write("version: 1\ndefault: {level: metadata}\nrules:\n"
                      f"  - {{name: named, match: {{names: {name}}}, level: decrypt{more}}}\n")
        self.must("policy", "apply", policy)

    def test_a_name_that_no_hello_tells_is_looked_up_in_the_certificate_where_a_rule_says_so(self):
        self.authorise()
        self.give_keys()
        nameless = ["ip", "netns", "exec", "client", "curl", "-sk", "--http1.1", "-o", "/dev/null",
                    "https://10.9.0.2/index.html"]  # an address is no server name (RFC 6066 3)
        for name, more in (("ets.example", ""), ("other.example", ", open_handshake: true"),
                           ("ets.example", ", open_handshake: true")):
            self.ask_for_name(name, more)
            self.assertEqual(subprocess.run(nameless, check=False, timeout=60).returncode, 0)
        records = self.stop()
        told = self.decrypts(records)
        self.assertEqual([(t["depth"], t["result"]) for t in told], [("handshake", "opened"), ("headers", "opened")])
        tls = [r["tls"] for r in records if r["event_type"] == "tls"]
        self.assertEqual(["subject" in t for t in tls], [False, True, True])
        self.assertNotIn("sni", tls[2])
        self.assertEqual([r["http"]["url"] for r in records if r["event_type"] == "http"], ["/index.html"])
        self.assertEqual([e.get("action") for e in self.audit()].count("session_open"), 1)

    def test_without_a_grant_nothing_is_opened(self):
        self.give_keys()
        self.ask_for_it()
        self.assertEqual(self.fetch(443, "index.html").returncode, 0)
        live.until(lambda: self.figure('decrypt_refusals_total{reason="no_grant"}') == 1, what="its counter")
        self.assertEqual(self.figure("decryption_enabled"), 0)
        status = json.loads(self.must("status", "--json").stdout)
        self.assertEqual((status["decryption"]["enabled"], status["decryption"]["reason"], status["authority_set"]),
                         (False, "no authority set is pinned", None))
        records = self.stop()
        self.assertEqual([(t["result"], t["reason"]) for t in self.decrypts(records)], [("refused", "no_grant")])
        self.assertNotIn("http", {r["event_type"] for r in records})

    def test_a_revocation_ends_a_transfer_within_a_second(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        began = time.time()
        curl = self.wire.start("client", ["curl", "-sk", "--http1.1", "-o", "/dev/null", "--limit-rate", "20M", "--resolve",
                                          "ets.example:443:10.9.0.2", "https://ets.example:443/big"])
        time.sleep(4)
        self.by_authority("grant", "revoke", "live", "--reason", "enough")
        revoked = time.time()
        self.assertEqual(curl.wait(60), 0)
        took = time.time() - began
        told = self.decrypts(self.stop())
        self.assertEqual([(t["result"], t["reason"]) for t in told], [("partial", "revoked")])
        self.assertGreater(told[0]["bytes"], 1_000_000)
        self.assertLess(told[0]["bytes"], 300_000_000 * (revoked - began + 1) / took + 20_000_000)
        self.assertLess(told[0]["bytes"], 250_000_000)

    def test_a_quota_in_bytes_is_met_to_the_octet(self):
        self.authorise("little", more="depth: headers\nquota: {bytes: 5000000}\n")
        self.give_keys()
        self.ask_for_it()
        self.assertEqual(self.fetch(443, "big").returncode, 0)
        self.assertEqual(self.fetch(443, "index.html").returncode, 0)
        told = self.decrypts(self.stop())
        self.assertEqual([(t["result"], t["reason"]) for t in told], [("partial", "quota"), ("refused", "quota")])
        self.assertGreaterEqual(told[0]["bytes"], 5_000_000)  # and the handshake, and the end of the last record
        self.assertLess(told[0]["bytes"], 5_000_000 + 40_000)

    def secrets(self, log):
        """All that the session's keys are made of, as its client logged it, and these keys (RFC 8446 7.3; AES-256-GCM)."""
        found = {}
        with open(log, encoding="utf-8") as lines:
            for label, _, secret in (line.split() for line in lines if not line.startswith("#")):
                if "TRAFFIC_SECRET" not in label:
                    continue
                found[label] = bytes.fromhex(secret)
                for what, size in ((b"tls13 key", 32), (b"tls13 iv", 12)):
                    info = size.to_bytes(2, "big") + bytes([len(what)]) + what + b"\0\1"
                    found[f"{label} {what.decode()}"] = hmac.digest(found[label], info, "sha384")[:size]
        return found

    def left_of(self, secrets):
        """Which of them the daemon has in its memory: rings, slabs, heaps and stacks."""
        pages = list(live_keys.memory(self.daemon.process.pid))
        return {name for name, secret in secrets.items() if any(secret in page for page in pages)}

    @unittest.skipIf(os.environ.get("SANITIZE", "none") != "none", "sanitizers keep what is given back")
    def test_when_a_session_is_over_nothing_of_its_secrets_is_left(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        log = os.path.join(self.folder, "keylog")
        curl = self.wire.start("client", ["curl", "-sk", "--http1.1", "--tls13-ciphers", "TLS_AES_256_GCM_SHA384",
                                          "-o", "/dev/null",
                                          "--limit-rate", "1M", "--max-time", "4", "--resolve", "ets.example:443:10.9.0.2",
                                          "https://ets.example:443/big"], env={**os.environ, "SSLKEYLOGFILE": log})
        live.until(lambda: os.path.exists(log) and len(self.secrets(log)) == 12, what="the session's secrets")
        secrets = self.secrets(log)
        live.until(lambda: "SERVER_TRAFFIC_SECRET_0 tls13 key" in self.left_of(secrets), what="keys in use")
        curl.wait(20)
        live.until(lambda: not self.left_of(secrets), what="the end of all that was secret")
        told = self.decrypts(self.stop())  # the client may have gone in the middle of a record
        self.assertGreater(told[0]["records_ok"], 10)

    def test_what_is_delivered_goes_when_the_grant_says_so(self):
        self.authorise("brief", more="depth: content\ndeliver: {clear: true}\nretention: 4s\n")
        self.give_keys()
        self.ask_for_it()
        self.assertEqual(self.fetch(443, "index.html").returncode, 0)
        path = os.path.join(self.folder, "state", "deliver", "brief-1.pcapng")
        live.until(lambda: os.path.exists(path) and os.path.getsize(path) > 3000, what="the delivery")
        live.until(lambda: not os.path.exists(path), seconds=20, what="its end")
        told = [(e["object"], e["result"], e["reason"]) for e in self.audit() if e.get("action") == "delivery_delete"]
        self.assertEqual(told, [("file brief-1.pcapng", "done", "retention")])
        self.stop()

    def test_a_key_that_is_zeroised_ends_what_it_opened(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        curl = self.wire.start("client", ["curl", "-sk", "--http1.1", "-o", "/dev/null", "--limit-rate", "30M",
                                          "--max-time", "5", "--resolve",
                                          "ets.example:443:10.9.0.2", "https://ets.example:443/big"])
        time.sleep(2)
        for group in GROUPS:
            os.remove(os.path.join(self.keys, os.path.basename(self.peers.key(group))))
        curl.wait(60)
        told = self.decrypts(self.stop())
        self.assertEqual([(t["result"], t["reason"]) for t in told], [("partial", "no_key")])
        self.assertLess(told[0]["bytes"], 110_000_000)

    def test_a_key_that_was_zeroised_opens_nothing_more(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()
        self.assertEqual(self.fetch(443, "index.html").returncode, 0)
        for group in GROUPS:
            os.remove(os.path.join(self.keys, os.path.basename(self.peers.key(group))))
        live.until(lambda: self.loaded() == 0, what="the end of the keys")
        self.assertEqual(self.fetch(443, "index.html").returncode, 0)
        told = self.decrypts(self.stop())
        self.assertEqual(sorted((t["result"], t.get("reason", "")) for t in told), [("opened", ""), ("refused", "no_key")])


if __name__ == "__main__":
    unittest.main()
