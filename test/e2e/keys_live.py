"""Long-term keys given to the daemon, listed and zeroised; a folder that is watched; who may, and what is refused."""
import grp
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from desk import PELLUCID, Desk

NOBODY = 65534


def openssl(*args):
    return subprocess.run(["openssl", *args], capture_output=True, check=True).stdout


@unittest.skipIf(os.geteuid() != 0, "only root can become others")
class Keys(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.watched = os.path.join(self.folder, "keys")
        os.mkdir(self.watched, 0o700)
        self.desk = Desk("--group", "users", "--role-group=keys=games", "--role-group=view=audio", "--role-group=audit=video",
                         "--keys", self.watched)
        self.addCleanup(self.desk.__exit__)
        self.program = shutil.copy(PELLUCID, self.desk.folder)
        os.chmod(self.program, 0o755)

    def ask(self, *args, role="games"):
        groups = [grp.getgrnam(name).gr_gid for name in ("users", role)]
        return self.desk.cli(*args, executable=self.program, cwd=self.folder, user=NOBODY, group=NOBODY, extra_groups=groups)

    def done(self, *args, role="games"):
        ended = self.ask(*args, role=role)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), args)
        return ended.stdout

    def make(self, name, *kind, folder=None, form="PEM"):
        path = os.path.join(folder or self.folder, name)
        openssl("genpkey", "-algorithm", *kind, "-outform", form, "-out", path)
        os.chmod(path, 0o600)
        if folder is None:
            os.chown(path, NOBODY, NOBODY)
        return path

    def listed(self):
        return json.loads(self.done("key", "list", "--json"))

    def look(self):
        """The folder is looked at now; what was asked before has been answered."""
        self.desk.tick()
        self.desk.tick()
        time.sleep(0.3)

    def actions(self):
        lines = [json.loads(line) for line in self.done("audit", "export", role="video").splitlines()]
        return [(e["action"], e["result"]) for e in lines if e["action"].startswith("key_")]

    def test_keys_are_imported_listed_and_zeroised(self):
        one = self.make("one.pem", "EC", "-pkeyopt", "group:P-256")
        two = self.make("two.der", "DH", "-pkeyopt", "group:ffdhe2048", form="DER")
        said = self.done("key", "import", one)
        key, rest = said.strip().split(": ")
        self.assertEqual((len(key), rest), (16, "secp256r1, imported"))
        self.done("key", "import", two)
        keys = {k["kind"]: k for k in self.listed()["keys"]}
        self.assertEqual(set(keys), {"secp256r1", "ffdhe2048"})
        self.assertEqual((keys["secp256r1"]["id"], keys["secp256r1"]["file"]), (key, one))
        self.assertEqual(keys["secp256r1"]["visibility"][:16], key)
        self.assertIn("not said", self.done("key", "list", role="audio"))
        self.assertEqual(self.done("key", "zeroise", key), key + ": secp256r1, zeroised\n")
        self.assertEqual([k["kind"] for k in self.listed()["keys"]], ["ffdhe2048"])
        self.assertEqual(self.done("key", "zeroise", "--all").count("zeroised"), 1)
        self.assertEqual(self.listed()["keys"], [])
        self.assertEqual(self.actions(), [("key_import", "done")] * 2 + [("key_zeroise", "done")] * 2)

    def test_what_is_refused_is_said_in_one_line(self):
        good = self.make("good.pem", "X25519")
        self.done("key", "import", good)
        broken = os.path.join(self.folder, "broken.pem")
        with open(good, encoding="utf-8") as f, open(broken, "w", encoding="utf-8") as to:
            to.write(f.read()[:60])
        locked = os.path.join(self.folder, "locked.pem")
        openssl("pkey", "-in", good, "-aes128", "-passout", "pass:x", "-out", locked)
        for path in (broken, locked):
            os.chmod(path, 0o600)
            os.chown(path, NOBODY, NOBODY)
        shown = self.make("shown.pem", "X25519")
        os.chmod(shown, 0o644)
        other = self.make("other.pem", "ED25519")
        for args, code, words in ((("import", broken), 4, "cut short"), (("import", locked), 4, "is encrypted"),
                                  (("import", good), 4, "there already"), (("import", shown), 4, "chmod 600"),
                                  (("import", other), 4, "is of a kind"), (("import", "nothing.pem"), 4, "cannot be read"),
                                  (("import", "pkcs11:token=a"), 4, "keys in tokens"),
                                  (("zeroise", "0123456789abcdef"), 1, "there is no key"), (("zeroise",), 2, "--all")):
            ended = self.ask("key", *args)
            self.assertEqual((ended.returncode, ended.stderr.count("\n"), ended.stdout), (code, 1, ""), (args, ended.stderr))
            self.assertIn(words, ended.stderr)
        self.assertEqual(len(self.listed()["keys"]), 2, "x25519 without its public key: in both orders")

    def test_only_who_holds_keys_may(self):
        path = self.make("one.pem", "X25519")
        for args in (("import", path), ("zeroise", "--all")):
            self.assertEqual(self.ask("key", *args, role="audio").returncode, 5)
        self.assertEqual(self.ask("show", "flows").returncode, 5)
        self.assertEqual(self.desk.cli("key", "zeroise", "--all").returncode, 5, "root is not asked for keys")

    def test_a_folder_is_watched(self):
        one = self.make("one.pem", "EC", "-pkeyopt", "group:P-384", folder=self.watched)
        bad = os.path.join(self.watched, "bad.pem")
        with open(bad, "w", encoding="utf-8") as f:
            f.write("-----BEGIN KEY PACKAGE-----\nAAAA\n")
        os.chmod(bad, 0o600)
        open_one = self.make("open.pem", "X448", folder=self.watched)
        os.chmod(open_one, 0o640)
        self.look()
        state = self.listed()
        self.assertEqual([k["file"] for k in state["keys"]], [one])
        self.assertEqual(len(state["problems"]), 2, state)
        self.assertTrue(any(bad in p for p in state["problems"]) and any("chmod 600" in p for p in state["problems"]))
        os.chmod(open_one, 0o600)
        self.look()
        self.assertEqual({k["file"] for k in self.listed()["keys"]}, {one, open_one})
        again = shutil.copy(one, os.path.join(self.watched, "again.pem"))
        os.chmod(again, 0o600)
        self.look()
        self.assertTrue(any("there already, from " + one in p for p in self.listed()["problems"]))
        os.remove(one)
        self.look()
        self.look()
        self.assertEqual({k["file"] for k in self.listed()["keys"]}, {again, open_one}, "its copy takes the place")
        os.remove(bad)
        os.chmod(self.watched, 0o777)
        self.look()
        self.assertEqual(len(self.listed()["keys"]), 3, "what was taken stays, in both orders of x448")
        self.assertTrue(any("others may write" in p for p in self.listed()["problems"]))
        os.chmod(self.watched, 0o700)
        shutil.rmtree(self.watched)
        os.mkdir(self.watched, 0o700)
        self.look()
        self.assertEqual(self.listed(), {"schema": 1, "keys": [], "problems": []})


if __name__ == "__main__":
    unittest.main()
