"""Servers under the provider: stock nginx and s_server send the static share in every session of TLS 1.3, and nowhere else."""
import os
import shutil
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import ets_peers
import ets_schedule
from ets_peers import BY_OPENSSL, GROUPS, SITE, Peers, must

PROVIDER, MAKER = os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"]
NGINX = {"x25519": 4431, "secp256r1": 4432, "secp384r1": 4433}
S_SERVER = {"x25519": 4441, "secp256r1": 4442, "secp384r1": 4443}


def public(path):
    """The share that belongs to a private key: the last octets of its SubjectPublicKeyInfo."""
    der = must("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER")
    return der[-{44: 32, 91: 65, 120: 97}[len(der)]:]


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.peers = peers = Peers(folder, PROVIDER, MAKER)
        cls.addClassCleanup(peers.dismiss)
        peers.make_material()
        cls.env = peers.configure()
        cls.static = {group: public(peers.key(group)) for group in GROUPS}
        peers.nginx(NGINX, cls.env)
        cls.servers = {group: peers.s_server(port, cls.env, "-groups", BY_OPENSSL[group]) for group, port in S_SERVER.items()}

    def talk(self, group, *options, **more):
        return self.peers.s_client(self.servers[group], S_SERVER[group], *options, **more)

    def watched(self, talk):
        """The sessions that passed while the clients talked."""
        capture = self.peers.path(self.id() + ".pcap")
        self.peers.watch(capture)
        try:
            talk()
        finally:
            self.peers.enough()
        return capture, list(ets_schedule.sessions(capture))

    def check(self, sessions, count):
        """Each server's share is the static one, no client's is, and what the keys derive is what the client logged."""
        self.assertEqual(len(sessions), count)
        logged = ets_schedule.keylog(self.peers.keylog)
        for session in sessions:
            self.assertEqual(session.share, self.static[session.group])
            self.assertFalse(set(session.offered.values()) & set(self.static.values()))
            if not session.resumed:
                for label, secret in ets_schedule.handshake_secrets(session, self.peers.key(session.group)).items():
                    self.assertEqual(secret, logged[label, session.random], label)
        offers = [share for session in sessions for share in session.offered.values()]
        self.assertEqual(len(offers), len(set(offers)))

    def test_curl_over_both_versions_of_http_gets_the_page(self):
        def talk():
            for port in NGINX.values():
                for version in ("--http1.1", "--http2"):
                    ended = self.peers.curl(port, version)
                    self.assertEqual((ended.returncode, ended.stdout), (0, SITE), ended.stderr)
        _, sessions = self.watched(talk)
        self.check(sessions, 6)
        # curl sends a share for x25519 alone, so the other two servers ask for another hello.
        self.assertEqual([(s.group, s.retried) for s in sessions],
                         [("x25519", False)] * 2 + [("secp256r1", True)] * 2 + [("secp384r1", True)] * 2)

    def test_gnutls_gets_the_page(self):
        def talk():
            for group, port in NGINX.items():
                ended = self.peers.gnutls(port, group)
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
                self.assertIn(SITE[-50:].strip(), ended.stdout)
        _, sessions = self.watched(talk)
        self.check(sessions, 3)

    def test_every_suite_in_every_group(self):
        suites = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")

        def talk():
            for group in GROUPS:
                for suite in suites:
                    self.talk(group, "-groups", BY_OPENSSL[group], "-ciphersuites", suite)
        _, sessions = self.watched(talk)
        self.check(sessions, 9)
        self.assertEqual([(s.suite, s.retried) for s in sessions], [(0x1301, False), (0x1302, False), (0x1303, False)] * 3)

    def test_a_second_hello_and_key_updates_of_both_kinds(self):
        lines = ("> k", "> first", "< second", "> K", "> third", "< fourth", "< k", "< fifth", "< K", "< sixth", "> seventh")

        def talk():
            for group in GROUPS:
                heard = self.talk(group, "-groups", "X448:" + BY_OPENSSL[group], talk=lines)
                self.assertEqual(heard.count(b"KEYUPDATE"), 2, heard)
        _, sessions = self.watched(talk)
        self.check(sessions, 3)
        self.assertTrue(all(session.retried for session in sessions))

    def test_a_resumed_session_gets_the_static_share_too(self):
        def talk():
            for group in GROUPS:
                ticket = self.peers.path(group + ".ticket")
                self.assertIn(b"New, TLSv1.3", self.talk(group, "-groups", BY_OPENSSL[group], "-sess_out", ticket))
                self.assertIn(b"Reused, TLSv1.3", self.talk(group, "-groups", BY_OPENSSL[group], "-sess_in", ticket))
        _, sessions = self.watched(talk)
        self.check(sessions, 6)
        self.assertEqual([session.resumed for session in sessions], [False, True] * 3)

    def test_tshark_sees_the_same_shares(self):
        capture, _ = self.watched(lambda: [self.peers.curl(port) for port in NGINX.values()])
        shares = ets_schedule.tshark(capture, "tls.handshake.extensions_key_share_key_exchange",
                                     only="tls.handshake.type == 2 && tls.handshake.extensions_key_share_key_exchange")
        self.assertEqual([bytes.fromhex(row[0]) for row in shares], [self.static[group] for group in NGINX])

    def test_in_tls_1_2_shares_are_fresh(self):
        def talk():
            for group in GROUPS:
                self.assertIn(b"New, TLSv1.2", self.talk(group, "-tls1_2"))
        capture, sessions = self.watched(talk)
        self.assertEqual(sessions, [])
        points = ets_schedule.tshark(capture, "tls.handshake.server_point", only="tls.handshake.server_point")
        self.assertEqual(len(points), 3)
        self.assertFalse({bytes.fromhex(row[0]) for row in points} & set(self.static.values()))

    def test_a_client_under_the_provider_sends_fresh_shares(self):
        """A proxy is a server's client: those servers' operators were not asked."""
        ports = dict(zip(GROUPS, (4451, 4452, 4453)))
        plain = {g: self.peers.s_server(port, dict(os.environ), "-groups", BY_OPENSSL[g]) for g, port in ports.items()}

        def talk():
            for group, port in ports.items():
                self.peers.s_client(plain[group], port, "-tls1_3", "-groups", BY_OPENSSL[group], env=self.env)
                self.peers.s_client(plain[group], port, "-tls1_2", env=self.env)
        capture, sessions = self.watched(talk)
        points = ets_schedule.tshark(capture, "tls.handshake.client_point", only="tls.handshake.client_point")
        shares = [bytes.fromhex(row[0]) for row in points] + [s for session in sessions for s in session.offered.values()]
        self.assertEqual(len(shares), 6)
        self.assertFalse(set(shares) & set(self.static.values()))

    def test_many_sessions_at_once_in_two_workers(self):
        def ask(port):
            return self.peers.curl(port, "--http1.1", "--no-sessionid", "-H", "Connection: close", pages=8)

        def talk():
            with ThreadPoolExecutor(6) as clients:
                for ended in clients.map(ask, list(NGINX.values()) * 2):
                    self.assertEqual((ended.returncode, ended.stdout), (0, SITE * 8), ended.stderr)
        _, sessions = self.watched(talk)
        self.check(sessions, 48)


if __name__ == "__main__":
    ets_peers.enter_namespace()
    unittest.main()
