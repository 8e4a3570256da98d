"""The recorded sessions with static key shares are what they are said to be: the keys beside them open them."""
import glob
import os
import subprocess
import unittest

import ets_schedule

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "golden", "captures", "ets")


class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.captures = {os.path.basename(path)[:-5]: list(ets_schedule.sessions(path))
                        for path in sorted(glob.glob(os.path.join(FOLDER, "*.pcap")))}

    def key(self, group):
        return os.path.join(FOLDER, group + ".key.der")

    def test_every_first_session_opens_with_a_static_key(self):
        for name, sessions in self.captures.items():
            logged = ets_schedule.keylog(os.path.join(FOLDER, name + ".keylog"))
            for session in sessions:
                if session.resumed:
                    self.assertIn(("SERVER_HANDSHAKE_TRAFFIC_SECRET", session.random), logged, name)
                    continue
                for label, secret in ets_schedule.handshake_secrets(session, self.key(session.group)).items():
                    self.assertEqual(secret, logged[label, session.random], (name, label))

    def test_every_share_of_a_server_is_static(self):
        for name, sessions in self.captures.items():
            for session in sessions:
                ended = subprocess.run(["openssl", "pkey", "-in", self.key(session.group), "-pubout", "-outform", "DER"],
                                       capture_output=True, check=True)
                self.assertTrue(ended.stdout.endswith(session.share), name)
                self.assertGreater(len(session.share), 31)

    def test_they_show_what_their_names_say(self):
        shown = {name: [(s.resumed, s.retried) for s in sessions] for name, sessions in self.captures.items()}
        first, resumed, retried = (False, False), (True, False), (False, True)
        want = {"hello-retry": [retried], "hello-retry-aes128": [retried], "key-updates": [first], "resumed": [first, resumed],
                "early-data": [first, resumed], "early-data-refused": [first, resumed, first], "curl-http1": [first],
                "curl-http2": [retried], "gnutls": [first]}
        for group in ets_schedule.NAMES.values():
            for suite, number in (("aes128", 0x1301), ("aes256", 0x1302), ("chacha20", 0x1303)):
                want[f"{group}-{suite}"] = [first]
                self.assertEqual([s.suite for s in self.captures[f"{group}-{suite}"]], [number])
        self.assertEqual(shown, want)


if __name__ == "__main__":
    unittest.main()
