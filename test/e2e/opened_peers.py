"""What real servers say to real clients is delivered byte for byte: recorded on a loopback, opened by the servers' keys, and
again with what a tap does to packets. PELLUCID_LONG=1 takes the sizes of an appliance."""
import glob
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import ets_peers

if __name__ == "__main__":
    ets_peers.enter_namespace()

import harness  # noqa: E402  pylint: disable=wrong-import-position
from ets_peers import BY_OPENSSL, GROUPS, Peers, must  # noqa: E402  pylint: disable=wrong-import-position

sys.path.insert(0, os.path.join(harness.HERE, "..", "..", "tools"))
import conversations  # noqa: E402  pylint: disable=wrong-import-position

GEN = os.path.join(harness.HERE, "..", "..", "tools", "gen")
LONG = bool(os.environ.get("PELLUCID_LONG"))
BODY, BULK, SHORT = (300_000_000, 4_000_000, 5000) if LONG else (5_000_000, 200_000, 200)
NGINX = {"x25519": 4431, "secp256r1": 4432, "secp384r1": 4433}
SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
OLD_RSA = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-CCM", "AES256-CCM8", "AES128-SHA", "AES256-SHA256")
OLD_BY_LOG = ("ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-CCM8")
PAGE = random.Random(7).randbytes(200_000)


def ask(*urls):
    return b"".join(b"GET /%s HTTP/1.0\r\nHost: ets.example\r\n\r\n" % url.encode() for url in urls)


def data_of_http2(said):
    """The octets of all DATA frames (RFC 9113 4.1, 6.1)."""
    at, out = 0, bytearray()
    while at + 9 <= len(said):
        size, kind, flags = int.from_bytes(said[at:at + 3], "big"), said[at + 3], said[at + 4]
        if kind == 0:
            pad = 1 + said[at + 9] if flags & 8 else 0
            out += said[at + 9 + min(pad, 1):at + 9 + size - max(pad - 1, 0)]
        at += 9 + size
    return bytes(out)


def digest(said):
    return hashlib.sha256(said).hexdigest()


class Recorded(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.peers = peers = Peers(cls.folder, os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"])
        cls.addClassCleanup(peers.dismiss)
        peers.make_material()
        must("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", peers.path("rsa.key"), "-out",
             peers.path("rsa.pem"), "-days", "800", "-subj", "/CN=ets.example")
        cls.env = peers.configure()
        cls.keys = [word for name in (*(g + ".pem" for g in GROUPS), "rsa.key") for word in ("--keys", peers.path(name))]
        os.mkdir(peers.path("site"))
        for name, data in (("page", PAGE), ("bulk", random.Random(8).randbytes(BULK)), ("body", b""), ("little", PAGE[:500])):
            with open(peers.path("site/" + name), "wb") as f:
                f.write(data)
                if name == "body":
                    made = random.Random(9)
                    for _ in range(0, BODY, 1_000_000):
                        f.write(made.randbytes(1_000_000))
        peers.nginx(NGINX, cls.env)  # which writes an index.html of its own

    def setUp(self):
        self.scratch = tempfile.mkdtemp(dir=self.folder)
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.capture = os.path.join(self.scratch, "seen.pcap")

    def serve(self, port, *options, pair=("server.pem", "server.key")):
        certificate, key = (self.peers.path(name) for name in pair)
        server = self.peers.serve(port, "openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate, "-key",
                                  key, "-WWW", *options, env=self.env, cwd=self.peers.path("site"))
        self.addCleanup(self.dismiss, server)

    def dismiss(self, server):
        self.peers.servers.remove(server)
        server.terminate()
        server.stdin.close()
        server.wait(10)

    def watched(self, talk):
        """What the clients heard, a text a session; recorded again where the kernel was too slow to record."""
        for _ in range(3):
            self.peers.watch(self.capture, "262144" if LONG else "65536")
            heard = talk()
            if "\n0 packets dropped by kernel" in self.peers.enough():
                return heard
        return self.skipTest("packets are dropped by this machine's kernel")

    def client(self, *command, text=b"", okay=(0,)):
        ended = subprocess.run(command, input=text, capture_output=True, timeout=200, check=False)
        self.assertIn(ended.returncode, okay, (command, ended.stderr[-500:]))
        return ended.stdout

    def curl(self, port, *pages, more=()):
        urls = [f"https://ets.example:{port}/{page}" for page in pages]
        return self.client("curl", "-si", "--raw", "--http1.1", "--cacert", self.peers.path("ca.pem"), "--resolve",
                           f"ets.example:{port}:127.0.0.1", *more, *urls)

    def s_client(self, port, *options, text=None):
        return self.client("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-quiet", "-servername", "ets.example",
                           "-keylogfile", self.peers.keylog, *options, text=text or ask("page"), okay=(0, 1))

    def opened(self, capture, *keys):
        """The `decrypt` records, and the conversations that were delivered."""
        out = tempfile.mkdtemp(dir=self.scratch)
        ended = subprocess.run([harness.PELLUCID, "run", "--lab", "--quiet", "--out", out, *(keys or self.keys), capture],
                               capture_output=True, timeout=300, check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        with open(os.path.join(out, "eve.jsonl"), encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines if '"event_type":"decrypt"' in line]
        self.files = sorted(glob.glob(os.path.join(out, "*.pcapng")))
        return [r["pellucid"]["decrypt"] for r in records], conversations.conversations(*self.files)

    def disturb(self, *shares, seed=1):
        made = os.path.join(self.scratch, "disturbed.pcap")
        subprocess.run([sys.executable, GEN, "disturb", *shares, "--seed", str(seed), self.capture, made], check=True)
        return made

    def whole(self, heard, *keys, read=bytes):
        """Every byte is delivered, as it was seen and as a tap might have seen it."""
        for capture in (self.capture, self.disturb("--late", "1", "--double", "1")):
            told, found = self.opened(capture, *keys)
            said = [c.said(c.server) for c in found]
            got, missed = sorted(digest(read(data)) for data, _ in said), sum(gap for _, gap in said)
            self.assertEqual((got, missed), (sorted(map(digest, heard)), 0), (capture, told[:5]))
            self.assertEqual([(t["result"], t["records_bad"], t["records_lost"]) for t in told],
                             [("opened", 0, 0)] * len(heard))
        return told


class Handshakes(Recorded):
    def test_every_group_and_suite_of_tls_1_3(self):
        pairs = [(port, suite) for port in NGINX.values() for suite in SUITES]
        self.whole(self.watched(lambda: [self.curl(port, "page", "little", more=("--tls13-ciphers", suite))
                                         for port, suite in pairs]))

    def test_ccm_in_tls_1_3(self):
        suites = ("TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256")
        self.serve(4450, "-ciphersuites", ":".join(suites), "-cipher", "DEFAULT@SECLEVEL=0", "-groups", "P-256")
        self.whole(self.watched(lambda: [self.s_client(4450, "-ciphersuites", suite, "-cipher", "DEFAULT@SECLEVEL=0")
                                         for suite in suites]))

    def test_http_2(self):
        def talk():
            self.curl(4432, "page", "little", more=("--http2", "-o", "/dev/null", "-o", "/dev/null"))
            return [PAGE + PAGE[:500]]
        self.whole(self.watched(talk), read=data_of_http2)

    def test_gnutls(self):
        def talk():
            for group in GROUPS:  # which says more than what it was told
                self.assertIn(ets_peers.SITE, self.peers.gnutls(NGINX[group], group).stdout)
            return [ets_peers.SITE] * 3
        self.whole(self.watched(talk), read=lambda said: said.partition(b"\r\n\r\n")[2])

    def test_a_retried_hello(self):
        self.whole(self.watched(lambda: [self.curl(port, "page", more=("--curves", f"P-521:{BY_OPENSSL[group]}"))
                                         for group, port in NGINX.items()]))

    def test_resumption_by_one_ticket_after_the_other(self):
        def talk():
            heard = self.curl(4431, *["little"] * 8, more=("-H", "Connection: close"))
            return re.findall(rb"HTTP/1.*?(?=HTTP/1|\Z)", heard, re.S)
        told = self.whole(self.watched(talk))
        self.assertEqual(sum("binder" in t["verified"] for t in told), 7)

    def test_early_data(self):
        server = self.peers.s_server(4451, self.env, "-early_data", "-max_early_data", "16000", "-groups", "P-256", "-quiet")
        self.addCleanup(self.dismiss, server)
        ticket, early = os.path.join(self.scratch, "ticket"), os.path.join(self.scratch, "early")
        with open(early, "wb") as f:
            f.write(PAGE[:9000])

        def talk():
            self.peers.s_client(server, 4451, "-groups", "P-256", "-sess_out", ticket, talk=("> once ", "< first "))
            self.peers.s_client(server, 4451, "-groups", "P-256", "-sess_in", ticket, "-early_data", early,
                                talk=("< second ",))
            return [b"first \n", b"second \n"]
        self.whole(self.watched(talk))
        _, found = self.opened(self.capture)
        self.assertEqual([c.said(c.client)[0] for c in found], [b"once \n", PAGE[:9000]])

    def test_many_key_updates(self):
        server = self.peers.s_server(4452, self.env, "-groups", "X25519", "-quiet")
        self.addCleanup(self.dismiss, server)
        talk = [line for i in range(20) for line in (f"< answer {i} ", f"> question {i} ", "> K", "> k")]
        self.watched(lambda: self.peers.s_client(server, 4452, talk=talk))
        wanted = "".join(f"answer {i} \n" for i in range(20)).encode()
        self.whole([wanted])

    def test_a_client_that_shows_its_certificate_later(self):
        pair = [self.peers.path(name) for name in ("late.pem", "late.key")]
        must("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-out", pair[0],
             "-keyout", pair[1], "-days", "800", "-subj", "/CN=late")
        server = self.peers.s_server(4453, self.env, "-groups", "X25519", "-CAfile", pair[0])
        self.addCleanup(self.dismiss, server)
        talk = ("> before ", "< asks ", "< c", "> after ", "< answers ")  # c: CertificateRequest (RFC 8446 4.6.2)
        options = ("-enable_pha", "-cert", pair[0], "-key", pair[1])
        self.watched(lambda: self.peers.s_client(server, 4453, *options, talk=talk))
        with open(self.peers.path("server-4453.log"), encoding="utf-8", errors="replace") as log:
            self.assertIn("CN = late", log.read())
        self.whole([b"asks \nanswers \n"])


class Before(Recorded):
    """TLS 1.2, by the server's RSA key or by the client's log."""
    def old(self, port, suites, *more, clients=()):
        self.serve(port, "-cipher", ":".join(suites) + ":@SECLEVEL=0", "-tls1_2", *more, pair=("rsa.pem", "rsa.key"))
        return self.watched(lambda: [self.s_client(port, "-cipher", suite + ":@SECLEVEL=0", *clients) for suite in suites])

    def test_rsa_key_transport(self):
        self.whole(self.old(4460, OLD_RSA))

    def test_key_logs(self):
        self.whole(self.old(4461, OLD_BY_LOG), "--keylog", self.peers.keylog)

    def test_mac_then_encrypt(self):
        def talk():
            priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC:%NO_ETM"
            said = self.client("gnutls-cli", "--insecure", "--port", "4462", "--priority", priority, "--logfile", "/dev/null",
                               "127.0.0.1", text=ask("page"))
            return [said]
        self.serve(4462, "-cipher", "AES128-SHA:AES256-SHA256:@SECLEVEL=0", "-tls1_2", pair=("rsa.pem", "rsa.key"))
        self.whole(self.watched(talk))

    def test_resumption_by_ticket_and_by_id(self):
        for port, more in ((4463, ()), (4464, ("-no_ticket",))):
            self.serve(port, "-cipher", "AES128-GCM-SHA256", "-tls1_2", *more, pair=("rsa.pem", "rsa.key"))
            session = os.path.join(self.scratch, f"session{port}")
            self.whole(self.watched(lambda: [self.s_client(port, "-sess_out", session)] +  # pylint: disable=cell-var-from-loop
                                    [self.s_client(port, "-sess_in", session)] * 1))  # pylint: disable=cell-var-from-loop


class Load(Recorded):
    def test_a_long_body(self):
        self.whole(self.watched(lambda: [self.curl(4431, "body", more=("--limit-rate", "100M"))]))

    def many(self, flows=50):
        with open(self.peers.path("site/bulk"), "rb") as f:
            body = f.read()
        more = [word for i in range(flows) for word in ("-o", os.path.join(self.scratch, f"got{i}"))]
        self.curl(4431, *["bulk"] * flows, more=("-Z", "--parallel-max", str(flows), "--parallel-immediate",
                                                 "--limit-rate", "1M", *more))
        heard = []
        for i in range(flows):
            with open(os.path.join(self.scratch, f"got{i}"), "rb") as f:
                heard.append(f.read())
            self.assertEqual(heard[i][-len(body):], body)
        return heard

    def test_many_flows_at_once_with_and_without_losses(self):
        heard = self.watched(self.many)
        told = self.whole(heard)
        whole = sum(t["records_ok"] for t in told)
        for share, floor in (("0.1", 0.97), ("1", 0.85)):
            told, found = self.opened(self.disturb("--lost", share, "--spare", "30"))
            self.assertGreaterEqual(sum(t["records_ok"] for t in told), floor * whole, share)
            self.assertEqual(({t["result"] for t in told} - {"opened", "partial"}, len(told)), (set(), 50))
            self.assertEqual({c.said(c.server)[0][:8] for c in found}, {b"HTTP/1.1"})
            for c in found:
                _, last = max(c.pieces[c.server])
                self.assertTrue(any(text.endswith(last) for text in heard) or share == "1", "the end is missing")

    def test_short_sessions_on_few_ports(self):
        must("sysctl", "-qw", "net.ipv4.ip_local_port_range=20000 20199")

        def talk():
            heard = []
            for more in ((), ("--no-sessionid",)):
                said = self.curl(4431, f"little?[1-{SHORT // 2}]", more=("-H", "Connection: close", *more))
                heard += re.findall(rb"HTTP/1.*?(?=HTTP/1|\Z)", said, re.S)
            self.assertEqual(len(heard), SHORT)
            return heard
        self.whole(self.watched(talk))


if __name__ == "__main__":
    unittest.main()
