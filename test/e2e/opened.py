"""Recorded sessions with static key shares open by the servers' keys alone and by key logs, whatever a tap does to packets."""
import collections
import glob
import json
import os
import struct
import subprocess
import tempfile
import time
import unittest

import harness

FOLDER = os.path.join(harness.HERE, "..", "golden", "captures", "ets")
GEN = os.path.join(harness.HERE, "..", "..", "tools", "gen")
CAPTURES = sorted(glob.glob(os.path.join(FOLDER, "*.pcap")))
KEYS = [word for path in sorted(glob.glob(os.path.join(FOLDER, "*.key.der"))) for word in ("--keys", path)]
ROOTS = ("--roots", os.path.join(FOLDER, "ca.pem"))
FULL = ["server_finished", "client_finished", "certificate_verify", "chain"]
RESUMED = ["server_finished", "client_finished", "binder"]
BOTH = {"resumed": [FULL, RESUMED], "early-data": [FULL, RESUMED], "early-data-refused": [FULL, RESUMED, FULL]}
PAGES = {"curl-http1": 3540, "gnutls": 3540}


def name_of(path):
    return os.path.basename(path).removesuffix(".pcap")


def log_of(path):
    return ["--keylog", path.removesuffix("pcap") + "keylog"]


def opened(path, *keys):
    """What is said of each session, in the order of their beginnings, and what was read inside."""
    records = harness.records("--lab", *ROOTS, *keys, path)
    said = [r for r in records if r["event_type"] == "decrypt"]
    said.sort(key=lambda r: r["timestamp"])
    pages = [r["http"].get("length") for r in records if r["event_type"] == "http"]
    return [r["pellucid"]["decrypt"] for r in said], pages


def figures(path, *keys):
    """What does not depend on when packets came, in no order."""
    said, pages = opened(path, *keys)
    fields = ("result", "method", "records_ok", "records_bad", "records_lost", "bytes")
    return sorted([tuple(d[f] for f in fields) + tuple(d["verified"]) for d in said]), pages


def disturb(source, target, seed, *shares):
    subprocess.run([GEN, "disturb", *shares, "--seed", str(seed), source, target], check=True)


def with_secrets(source, log, target):
    """The capture as pcapng, the key log in front of its packets."""
    with open(source, "rb") as f:
        data = f.read()
    with open(log, "rb") as f:
        secrets = f.read()
    out, at = [block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)),
               block(10, struct.pack("<II", 0x544c534b, len(secrets)) + secrets), block(1, struct.pack("<HHI", 1, 0, 0))], 24
    while at < len(data):
        seconds, micro, size, whole = struct.unpack_from("<IIII", data, at)
        ticks = seconds * 10**6 + micro
        frame = data[at + 16:at + 16 + size]
        out.append(block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xffffffff, size, whole) + frame))
        at += 16 + size
    with open(target, "wb") as f:
        f.write(b"".join(out))


def hello_last(source, target):
    """The ClientHello behind the server's first answer, as two queues may bring them."""
    with open(source, "rb") as f:
        data = f.read()
    frames, at = [], 24
    while at < len(data):
        size, = struct.unpack_from("<I", data, at + 8)
        frames.append(data[at:at + 16 + size])
        at += 16 + size
    hellos = [i for i, frame in enumerate(frames) if b"\x16\x03" in frame[16 + 54:16 + 80]][:2]
    frames.insert(hellos[1], frames.pop(hellos[0]))
    with open(target, "wb") as f:
        f.write(data[:24] + b"".join(frames))


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


class Recorded(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.made = os.path.join(folder.name, "made.pcap")

    def test_the_servers_keys_open_every_session_and_prove_who_spoke(self):
        for path in CAPTURES:
            said, pages = opened(path, *KEYS)
            wanted = BOTH.get(name_of(path), [FULL])
            self.assertEqual([d["verified"] for d in said], wanted, path)
            for d, proofs in zip(said, wanted):
                self.assertEqual((d["result"], d["method"], d["records_bad"], d["records_lost"]), ("opened", "ets", 0, 0), path)
                self.assertEqual(d["ets_visibility"], "match" if proofs is FULL else "inherited", path)
            if name_of(path) in PAGES:
                self.assertEqual(pages, [PAGES[name_of(path)]])

    def test_a_key_log_opens_as_much(self):
        for path in CAPTURES:
            by_key, by_log = ([(d["records_ok"], d["bytes"]) for d in opened(path, *keys)[0]] for keys in (KEYS, log_of(path)))
            self.assertEqual(by_key, by_log, path)

    def test_a_key_log_inside_the_capture_opens_as_much_and_nothing_unasked(self):
        for path in CAPTURES[:4]:
            with_secrets(path, log_of(path)[1], self.made)
            self.assertEqual(figures(self.made), figures(path, *log_of(path)), path)
            self.assertEqual([r for r in harness.records(self.made) if r["event_type"] in ("decrypt", "http")], [])

    def test_a_key_log_may_grow_while_the_capture_comes(self):
        capture = os.path.join(FOLDER, "x25519-aes128.pcap")
        with open(capture, "rb") as f:
            octets = f.read()
        hello = 24 + 16 + struct.unpack_from("<I", octets, 24 + 8)[0]  # the file's head and its first packet
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "keylog")
            with open(log, "w", encoding="utf-8"), open(log_of(capture)[1], encoding="utf-8") as lines:
                secrets = lines.read()
            replay = subprocess.Popen([harness.PELLUCID, "run", "--lab", "--keylog", log, "--out", "-", "-"],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            replay.stdin.write(octets[:hello])
            replay.stdin.flush()
            time.sleep(0.5)
            for part in (secrets[:100], secrets[100:]):  # a line may come in two pieces
                with open(log, "a", encoding="utf-8") as out:
                    out.write(part)
            records = [json.loads(line) for line in replay.communicate(octets[hello:], 30)[0].splitlines()]
        told = [r["pellucid"]["decrypt"] for r in records if r["event_type"] == "decrypt"]
        self.assertEqual([(t["result"], t["method"]) for t in told], [("opened", "keylog")])

    def test_without_the_key_nothing_is_opened_and_the_reason_is_told(self):
        for path in CAPTURES:
            said, pages = opened(path)
            self.assertEqual(pages, [], path)
            self.assertEqual({(d["result"], d["reason"], d["bytes"]) for d in said}, {("refused", "no_key", 0)}, path)

    def test_segments_that_come_late_or_twice_cost_nothing(self):
        for path in CAPTURES:
            undisturbed = figures(path, *KEYS)
            for seed in range(5, 9):
                disturb(path, self.made, seed, "--late", "10", "--double", "10")
                self.assertEqual(figures(self.made, *KEYS), undisturbed, (path, seed))

    def test_a_server_that_is_heard_after_the_clients_handshake_is_opened_too(self):
        for name in ("curl-http1", "key-updates", "early-data-refused"):
            path = os.path.join(FOLDER, name + ".pcap")
            disturb(path, self.made, 4, "--late", "10", "--double", "10")
            self.assertEqual(figures(self.made, *KEYS), figures(path, *KEYS), name)

    def test_segments_that_are_lost_cost_no_more_than_their_records(self):
        sums = collections.Counter()
        for path in CAPTURES:
            whole = sum(d["records_ok"] for d in opened(path, *KEYS)[0])
            for seed in range(3):
                disturb(path, self.made, seed, "--lost", "3")
                said, _ = opened(self.made, *log_of(path))
                for d in said:
                    self.assertLessEqual(d["records_ok"], whole)
                    self.assertLess(d["records_bad"], 8, (path, seed))
                sums.update(whole=whole, ok=sum(d["records_ok"] for d in said))
        self.assertGreater(sums["ok"], 0.5 * sums["whole"], sums)  # handshakes that lost a hello cannot be opened at all

    def test_policy_is_asked_once_both_hellos_were_read(self):
        policy = os.path.join(os.path.dirname(self.made), "policy.yaml")
        with open(policy, "w", encoding="utf-8") as f:
            f.write("version: 1\ndefault: {level: metadata}\n"
                    "rules: [{name: all, match: {protocols: tls}, level: decrypt}]\n")
        path = os.path.join(FOLDER, "curl-http1.pcap")
        hello_last(path, self.made)
        for capture in (path, self.made):
            said, pages = opened(capture, *KEYS, "--policy", policy)
            self.assertEqual(([d["result"] for d in said], pages), (["opened"], [PAGES["curl-http1"]]), capture)

    def test_policy_is_asked_even_where_the_answer_comes_late(self):
        policy = os.path.join(os.path.dirname(self.made), "policy.yaml")
        with open(policy, "w", encoding="utf-8") as f:
            f.write("version: 1\ndefault: {level: classify}\nrules: []\n")
        path = os.path.join(FOLDER, "curl-http1.pcap")
        disturb(path, self.made, 4, "--late", "10", "--double", "10")
        for capture in (path, self.made):
            found = harness.records("--lab", *KEYS, "--policy", policy, capture)
            self.assertEqual([r for r in found if r["event_type"] in ("decrypt", "http")], [])


if __name__ == "__main__":
    unittest.main()
