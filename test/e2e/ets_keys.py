"""The command that makes static keys and certificates for them: what it makes, what it checks, what it refuses."""
import hashlib
import os
import shutil
import stat
import tempfile
import unittest

from ets_peers import GROUPS, Peers, must, run

PROVIDER, MAKER = os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"]
SHARE_SIZES = dict(zip(GROUPS, (32, 65, 97)))
TYPE = bytes.fromhex("060604009b430301")  # 0.4.0.3523.3.1


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.peers = Peers(folder, PROVIDER, MAKER)
        cls.peers.make_material()

    def path(self, name):
        return self.peers.path(name)

    def print_of(self, group):
        der = must("openssl", "pkey", "-in", self.peers.key(group), "-pubout", "-outform", "DER")
        return hashlib.sha256(der[-SHARE_SIZES[group]:]).digest()[:10]

    def ends(self, code, *arguments, says=""):
        ended = run(MAKER, *arguments)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertIn(says, ended.stderr.decode())
        self.assertEqual(ended.stderr.count(b"\n"), 1 if code else 0, ended.stderr)
        return ended.stdout.decode()

    def issue(self, verb, out, *more):
        return (verb, "--key", self.path("server.key"), "--static", self.peers.key("x25519"), "--access", "an auditor", "--dns",
                "ets.example", "--out", self.path(out), *more)

    def test_key_files_are_private_and_never_written_over(self):
        for group in GROUPS:
            self.assertEqual(stat.S_IMODE(os.stat(self.peers.key(group)).st_mode), 0o600)
        with open(self.peers.key("x25519"), "rb") as f:
            before = f.read()
        self.ends(1, "make", "x25519", "--out", self.peers.key("x25519"), says="is there already")
        with open(self.peers.key("x25519"), "rb") as f:
            self.assertEqual(f.read(), before)
        self.ends(1, "make", "x25519", "--out", self.path("no/folder"), says="cannot be made")

    def test_forms_that_openssl_reads(self):
        for group in GROUPS:
            for form in ("pem", "der"):
                for more in ([], ["--sec1"]) if group != "x25519" else ([],):
                    path = self.path(f"{group}-{form}-{len(more)}")
                    self.ends(0, "make", group, "--out", path, "--form", form, *more)
                    must("openssl", "pkey", "-check", "-noout", "-inform", form.upper(), "-in", path)
                    if more and form == "pem":
                        with open(path, "rb") as f:
                            self.assertIn(b"BEGIN EC PRIVATE", f.read())
        self.ends(2, "make", "x25519", "--sec1", "--out", self.path("x"), says="no form for x25519")

    def test_fingerprints_are_those_of_the_specification(self):
        said = self.ends(0, "show", *map(self.peers.key, GROUPS), self.path("server.pem"))
        for group in GROUPS:
            self.assertIn(f"{group} {self.print_of(group).hex()} ", said)
            self.assertIn(f"visibility {self.print_of(group).hex()} ", said)

    def test_certificates_carry_an_entry_for_each_key(self):
        der = must("openssl", "x509", "-in", self.path("server.pem"), "-outform", "DER")
        self.assertEqual(der.count(TYPE), 3)
        for group in GROUPS:
            self.assertIn(b"\x04\x0a" + self.print_of(group) + b"\x0c", der)
        must("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "ets.example", "-CAfile",
             self.path("ca.pem"), self.path("server.pem"))

    def test_by_itself_or_by_somebody_else(self):
        self.ends(0, *self.issue("certificate", "self.pem"))
        must("openssl", "verify", "-CAfile", self.path("self.pem"), self.path("self.pem"))
        self.ends(0, *self.issue("request", "request.pem"))
        must("openssl", "req", "-in", self.path("request.pem"), "-verify", "-noout")
        must("openssl", "x509", "-req", "-in", self.path("request.pem"), "-CA", self.path("ca.pem"),
             "-CAkey", self.path("ca.key"), "-copy_extensions", "copy", "-out", self.path("signed.pem"))
        self.ends(0, "check", self.path("signed.pem"), self.peers.key("x25519"))

    def test_check_knows_what_is_missing_on_either_side(self):
        keys = [self.peers.key(group) for group in GROUPS]
        self.assertIn("3 entries", self.ends(0, "check", self.path("server.pem"), *keys))
        self.ends(1, "check", self.path("server.pem"), *keys[:2], says="none of these keys has")
        other = self.path("other.pem")
        self.ends(0, "make", "x25519", "--out", other)
        self.ends(1, "check", self.path("server.pem"), *keys, other, says="has no visibility entry")

    def test_what_is_refused(self):
        self.ends(4, "check", self.peers.key("x25519"), self.peers.key("x25519"), says="holds no certificate")
        self.ends(4, "show", self.path("nothing.pem"), says="cannot be opened")
        self.ends(4, *self.issue("certificate", "a.pem", "--static", self.path("server.key")), says="impersonate the server")
        self.ends(4, *self.issue("certificate", "a.pem", "--ca", self.path("ca.pem"), "--ca-key", self.path("server.key")),
                  says="is not the key of")
        self.ends(2, *self.issue("certificate", "a.pem", "--access", "a", "--access", "b"), says="give --access once")
        self.ends(2, *self.issue("certificate", "a.pem", "--ca", self.path("ca.pem")), says="--ca-key")
        self.ends(1, *self.issue("certificate", "a.pem", "--ip", "300.1.1.1"), says="OpenSSL says")
        self.ends(2, "make", "secp224r1", "--out", self.path("a.pem"), says="secp224r1")
        self.ends(2, says="subcommand is required")
        self.assertFalse(os.path.exists(self.path("a.pem")))

    def test_an_entry_that_is_malformed_is_not_relied_on(self):
        der = must("openssl", "x509", "-in", self.path("server.pem"), "-outform", "DER")
        at = der.index(TYPE) + len(TYPE) + 4
        self.assertEqual(der[at:at + 2], b"\x04\x0a")
        with open(self.path("bent.der"), "wb") as f:
            f.write(der[:at] + b"\x0c" + der[at + 1:])
        self.ends(4, "show", self.path("bent.der"), says="malformed visibility entry")


if __name__ == "__main__":
    unittest.main()
