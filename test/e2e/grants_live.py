"""Authority sets and grants given to the daemon: who may, what is refused with which exit code, what is there after a crash."""
import grp
import json
import os
import shutil
import unittest

import grants
from desk import PELLUCID, Desk

NOBODY = 65534


@unittest.skipIf(os.geteuid() != 0, "only root can become others")
class Live(grants.Office):
    def setUp(self):
        self.desk = Desk("--group", "users", "--role-group=authorise=games", "--role-group=view=audio")
        self.addCleanup(self.desk.__exit__)
        os.chmod(self.home, 0o755)
        self.program = shutil.copy(PELLUCID, self.desk.folder)  # where everybody may run it
        os.chmod(self.program, 0o755)

    def ask(self, *args, role="games"):
        groups = [grp.getgrnam(name).gr_gid for name in ("users", role)]
        return self.desk.cli(*args, executable=self.program, cwd=self.home, user=NOBODY, group=NOBODY, extra_groups=groups)

    def done(self, *args):
        ended = self.ask(*args)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), args)
        return ended.stdout

    def state(self, name):
        listed = json.loads(self.done("grant", "list", "--json"))["grants"]
        return {g["id"]: g["state"] for g in listed}.get(name)

    def signed(self, name, signers=("ada", "bob"), form="PEM", more="depth: headers\n"):
        text = self.grant(name, more=more)
        path = os.path.join(self.home, text)
        with open(path, encoding="utf-8") as file:
            kept = file.read().replace("[probe-1]", "[sensor-1]")
        return self.sign(self.write(text, kept), list(signers), form)

    def test_a_grant_is_imported_listed_shown_and_revoked(self):
        self.done("authority", "import", self.pin)
        self.assertEqual(self.done("grant", "import", self.signed("one")), "one: live\n")
        two = self.signed("two", form="DER", more="depth: headers\nquota: {sessions: 7}\n")
        self.assertEqual(self.done("grant", "import", two), "two: live\n")
        self.assertIn("unbounded", self.done("grant", "list"))
        shown = json.loads(self.done("grant", "show", "two"))
        self.assertEqual((shown["sessions_left"], shown["grant"]["scope"]["names"]), (7, ["pay.example"]))
        self.assertEqual(self.done("grant", "revoke", "one", "--reason", "case closed"), "one: revoked\n")
        self.desk.kill()
        self.desk.start()
        self.assertEqual((self.state("one"), self.state("two")), ("revoked", "live"))
        self.assertEqual(json.loads(self.done("grant", "show", "one"))["revocation"]["reason"], "case closed")
        self.assertEqual(self.ask("grant", "import", self.signed("one")).returncode, 5)

    def test_what_is_refused_is_said_in_one_line(self):
        for args, code, words in ((("grant", "import", self.signed("one")), 5, "no authority set is pinned"),
                                  (("authority", "import", "ada.pem"), 4, "ada.pem"),
                                  (("grant", "show", "none"), 1, "there is no grant none"),
                                  (("grant", "import", "nothing"), 4, "cannot be read")):
            ended = self.ask(*args)
            self.assertEqual((ended.returncode, ended.stderr.count("\n"), ended.stdout), (code, 1, ""), args)
            self.assertIn(words, ended.stderr)
        self.done("authority", "import", self.pin)
        for file, code, words in ((self.signed("one", ["ada"]), 5, "signed by 1 of the 2"),
                                  (self.sign(self.grant("two"), ["ada", "bob"]), 5, "not for `sensor-1`"),
                                  (self.signed("three", more="depth: deep\n"), 4, ":11:8: `deep` is not allowed")):
            ended = self.ask("grant", "import", file)
            self.assertEqual((ended.returncode, ended.stderr.count("\n")), (code, 1), ended.stderr)
            self.assertIn(words, ended.stderr)

    def test_only_who_authorises_may(self):
        for args in (("authority", "import", self.pin), ("grant", "revoke", "x", "--reason", "y")):
            self.assertEqual(self.ask(*args, role="audio").returncode, 5)
        self.assertEqual(self.ask("grant", "list", role="audio").returncode, 0)
        self.assertEqual(self.ask("show", "flows").returncode, 5)  # who allows sees no traffic

    def test_a_set_follows_only_by_the_quorum_of_the_one_before(self):
        self.done("authority", "import", self.pin)
        self.done("grant", "import", self.signed("one"))

        def follower(signers):
            text = "version: 1\nid: next\ngeneration: 2\nthresholds: {sign: 1, override: 1}\ncertificates:\n"
            return self.sign(self.write("next.yaml", text + self.block(["eve"])), signers)
        for signers in (["eve"], ["ada"], ["ada", "eve"]):
            self.assertEqual(self.ask("authority", "import", follower(signers)).returncode, 5, signers)
        self.assertEqual(self.state("one"), "live")
        self.assertIn("next, generation 2", self.done("authority", "import", follower(["ada", "bob"])))
        self.assertEqual(self.state("one"), "no_grant")  # eve did not sign it
        self.assertEqual(self.ask("authority", "import", self.pin).returncode, 5)
        self.assertIn("degraded", self.desk.cli("status").stdout)


if __name__ == "__main__":
    unittest.main()
