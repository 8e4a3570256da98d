#!/usr/bin/env python3
"""What the daemon opens on a wire is delivered to whom the grant names: byte for byte what the client heard, encrypted or in
the clear; where the disk of the deliveries is full, one error says so and everything else goes on."""
import glob
import hashlib
import os
import re
import subprocess
import sys
import unittest

from live_opened import Opened  # first: it starts this again in namespaces
import live

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools"))
import conversations  # noqa: E402  pylint: disable=wrong-import-position

CLEAR = "depth: content\ndeliver: {clear: true}\n"


def digests(said):
    return sorted(hashlib.sha256(data).hexdigest() for data in said)


class Delivery(Opened):
    def heard(self, port, *pages, more=()):
        urls = [f"https://ets.example:{port}/{page}" for page in pages]
        asked = subprocess.run(["ip", "netns", "exec", "client", "curl", "-ski", "--raw", "--http1.1", "--resolve",
                                f"ets.example:{port}:10.9.0.2", *more, *urls], check=True, capture_output=True, timeout=100)
        return asked.stdout

    def folder_of_deliveries(self):
        return os.path.join(self.folder, "state", "deliver")

    def delivered(self, *paths):
        return [c.said(c.server) for c in conversations.conversations(*paths)]

    def test_in_the_clear(self):
        self.authorise(more=CLEAR)
        self.give_keys()
        self.ask_for_it()
        heard = [self.heard(port, "index.html", "index.html") for port in range(443, 446)]
        told = self.decrypts(self.stop())
        self.assertEqual([t["result"] for t in told], ["opened"] * 3)
        path = os.path.join(self.folder_of_deliveries(), "live-1.pcapng")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        said = self.delivered(path)
        self.assertEqual((digests(data for data, _ in said), sum(gap for _, gap in said)), (digests(heard), 0))
        self.assertEqual(self.judged(path, "_ws.malformed || tcp.analysis.flags"), [])
        self.assertEqual(self.judged(path, "http.response.code == 200 && http.content_length == 3000"), ["200"] * 6)

    @staticmethod
    def judged(path, shown):
        """What tshark finds in a file."""
        asked = subprocess.run(["tshark", "-n", "-r", path, "-d", "tcp.port==443-445,http", "-Y", shown, "-T", "fields", "-e",
                                "http.response.code"], capture_output=True, text=True, check=True)
        return asked.stdout.splitlines()

    def test_encrypted_to_its_recipient(self):
        block = re.sub("^", "  ", self.block(["desk"]), flags=re.M)
        self.authorise(more="depth: content\ndeliver:\n  recipients:\n" + block)
        self.give_keys()
        self.ask_for_it()
        heard = self.heard(443, "index.html", "index.html")
        self.stop()
        path, clear = os.path.join(self.folder_of_deliveries(), "live-1.pcapng.p7m"), os.path.join(self.folder, "clear.pcapng")
        with open(path, "rb") as sealed:
            self.assertNotIn(b"HTTP/1.1 200", sealed.read())
        self.openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", path, "-out", clear, "-recip", "desk.pem", "-inkey",
                     "desk.key")
        self.assertEqual(self.delivered(clear), [(heard, 0)])


class FullDisk(Delivery):
    def prepare(self):
        where = self.folder_of_deliveries()
        os.makedirs(where, 0o700)
        os.chmod(os.path.dirname(where), 0o700)
        live.sh(f"mount -t tmpfs -o size=256k,mode=700 deliveries {where}")
        self.addCleanup(subprocess.run, ["umount", where], check=False)

    test_in_the_clear = test_encrypted_to_its_recipient = None  # not on such a disk

    def test_the_capture_goes_on_and_one_error_says_why(self):
        self.authorise(more=CLEAR)
        self.give_keys()
        self.ask_for_it()
        self.heard(443, "big", more=("--range", "0-3999999", "--limit-rate", "4M", "-o", "/dev/null"))
        live.until(lambda: "/deliver/live: No space left" in self.daemon.said(), what="the error")
        code, state = self.daemon.status()
        self.assertEqual((code, len(state["reasons"])), (3, 1), state)
        self.assertRegex(state["reasons"][0], "/deliver/live: No space left.*; what is opened from here on is not delivered")
        self.heard(444, "index.html")
        records = self.stop()
        self.assertEqual(self.daemon.said().count("No space left"), 1)
        told = self.decrypts(records)
        # What a fast server sends before its session's key is there may overrun what waits for it (docs/LIMITS.md).
        self.assertIn((told[0]["result"], told[0].get("reason")), (("opened", None), ("partial", "lost")))
        self.assertGreater(told[0]["records_ok"], 100)
        self.assertEqual([t["result"] for t in told[1:]], ["opened"])
        self.assertLessEqual(sum(os.path.getsize(p) for p in glob.glob(self.folder_of_deliveries() + "/*")), 256 * 1024)


if __name__ == "__main__":
    unittest.main()
