"""What the provider refuses: keys and certificates that a server must not start with. One line says what, where, what to do."""
import os
import shutil
import tempfile
import unittest

from ets_peers import GROUPS, Peers, must, run

PROVIDER, MAKER = os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"]


class Refused(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.peers = Peers(folder, PROVIDER, MAKER)
        cls.peers.make_material()

    def load(self, **settings):
        env = self.peers.configure("tried.cnf", **settings)
        ended = run("openssl", "list", "-providers", env=env)
        return b"Pellucid" in ended.stdout, ended.stderr.decode()

    def refused(self, *words, **settings):
        loaded, said = self.load(**settings)
        lines = [line for line in said.splitlines() if line.startswith("ets-provider:")]
        self.assertFalse(loaded)
        self.assertEqual(len(lines), 1, said)
        for word in words:
            self.assertIn(word, lines[0])

    def file(self, name, content, mode=0o600):
        path = self.peers.path(name)
        with open(path, "wb") as f:
            f.write(content)
        os.chmod(path, mode)
        return path

    def content(self, group, form="pem"):
        with open(self.peers.key(group, form), "rb") as f:
            return f.read()

    def test_with_good_keys_it_loads_and_says_nothing(self):
        self.assertEqual(self.load(), (True, ""))
        self.assertEqual(self.load(secp256r1=None, secp384r1=None), (True, ""))
        self.assertEqual(self.load(certificates=None, visibility="annex-a"), (True, ""))

    def test_every_form_of_key_file(self):
        for group in GROUPS:
            for form in ("PEM", "DER"):
                pkcs8, sec1 = self.peers.path("pkcs8"), self.peers.path("sec1")
                must("openssl", "pkey", "-in", self.peers.key(group), "-outform", form, "-out", pkcs8)
                self.assertEqual(self.load(**{group: pkcs8}), (True, ""))
                if group != "x25519":
                    must("openssl", "ec", "-in", self.peers.key(group), "-outform", form, "-out", sec1)
                    os.chmod(sec1, 0o600)
                    self.assertEqual(self.load(**{group: sec1}), (True, ""))

    def test_files_that_others_can_reach(self):
        for mode in (0o604, 0o644, 0o620, 0o602, 0o666):
            self.refused("is open to others", "chmod 600", x25519=self.file("open.pem", self.content("x25519"), mode))
        self.assertEqual(self.load(x25519=self.file("group.pem", self.content("x25519"), 0o640)), (True, ""))

    def test_a_file_of_another_user(self):
        path = self.file("strange.pem", self.content("x25519"))
        try:
            os.chown(path, 65534, 65534)
        except PermissionError:
            self.skipTest("needs root to give a file away")
        self.refused("belongs to user 65534", "chown", x25519=path)

    def test_files_that_are_no_keys(self):
        broken = {"is empty": b"", "holds no private key": b"hello\n" * 9, "more than 16384 octets": b"#" * 20000}
        for what, content in broken.items():
            self.refused("no.pem", what, x25519=self.file("no.pem", content))
        self.refused("holds no private key", x25519=self.file("cut.pem", self.content("x25519")[:60]))
        self.refused("cannot be opened", x25519=self.peers.path("missing.pem"))
        self.refused("is no plain file", x25519=self.peers.folder)
        self.refused("give the whole path", x25519="x25519.pem")
        with open(self.peers.path("ca.pem"), "rb") as f:
            self.refused("holds no private key", x25519=self.file("certificate.pem", f.read()))

    def test_keys_of_another_kind(self):
        rsa, locked = self.peers.path("rsa.pem"), self.peers.path("locked.pem")
        must("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", rsa)
        must("openssl", "pkey", "-in", self.peers.key("secp256r1"), "-aes256", "-passout", "pass:secret", "-out", locked)
        self.refused("is a key of no group that is served", x25519=rsa)
        self.refused("is of secp384r1, but is named for secp256r1", secp256r1=self.peers.key("secp384r1"))
        self.refused("is encrypted", secp256r1=locked)

    def test_values_that_are_no_keys(self):
        x25519 = must("openssl", "pkey", "-in", self.peers.key("x25519"), "-outform", "DER")
        self.refused("broken key", x25519=self.file("zeros.der", x25519[:-32] + bytes(32)))
        other = self.peers.path("other.pem")
        must("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other)
        mine, theirs = (must("openssl", "pkey", "-in", path, "-outform", "DER")
                        for path in (self.peers.key("secp256r1"), other))
        self.refused("broken key", secp256r1=self.file("mixed.der", mine[:-64] + theirs[-64:]))
        self.refused("off.der", secp256r1=self.file("off.der", mine[:-1] + bytes([mine[-1] ^ 1])))
        scalar = mine.index(b"\x04\x20") + 2
        self.refused("zero.der", secp256r1=self.file("zero.der", mine[:scalar] + bytes(32) + mine[scalar + 32:]))

    def test_certificates_that_do_not_say_who_reads_along(self):
        self.refused("no certificates", certificates=None)
        self.peers.certify("two.pem", groups=GROUPS[:2])
        two = self.peers.path("two.pem")
        self.refused("two.pem has no visibility entry", "for the static key of secp384r1", certificates=two)
        both = self.peers.path("server.pem") + ":" + two
        self.refused("two.pem has no visibility entry", certificates=both)
        self.assertEqual(self.load(certificates=both, secp384r1=None), (True, ""))
        self.refused("ca.key cannot be read", certificates=self.peers.path("ca.key"))
        self.refused("name no certificates", visibility="annex-a")
        self.refused("not `annex-b`", visibility="annex-b")

    def test_a_static_key_that_is_the_certificate_s(self):
        key = self.file("own.pem", must("openssl", "pkey", "-in", self.peers.path("server.key")))
        self.refused("could impersonate the server", secp256r1=key)

    def test_no_key_at_all(self):
        self.refused("no key file", x25519=None, secp256r1=None, secp384r1=None)

    def test_no_secret_is_told(self):
        scalar = must("openssl", "pkey", "-in", self.peers.key("x25519"), "-outform", "DER")[-32:]
        _, said = self.load(secp256r1=self.peers.key("x25519"))
        self.assertNotIn(scalar.hex(), said.lower())
        self.assertIn("is of x25519", said)


if __name__ == "__main__":
    unittest.main()
