"""Who may do what: Unix groups and certificates give roles; nobody may be two of operate, authorise and keys."""
import grp
import os
import shutil
import subprocess
import tempfile
import unittest

from desk import PELLUCID, Desk, drain

GROUPS = {"view": "audio", "operate": "video", "authorise": "games", "keys": "cdrom", "audit": "tape"}  # any five will do
DOOR = "users"
COUNT = "version: 1\ndefault: {level: count}\n"
NOBODY = 65534


def make(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def sign(folder, name, ca, *, subject, san):
    """NAME.pem and NAME.key, signed by CA.pem."""
    with open(os.path.join(folder, name + ".ext"), "w", encoding="utf-8") as f:
        f.write(f"subjectAltName={san}\n")
    make(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
         "-keyout", name + ".key", "-out", name + ".csr")
    make(folder, "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-days", "2", "-extfile",
         name + ".ext", "-out", name + ".pem")


def authority(folder, name):
    make(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem")


@unittest.skipIf(os.geteuid() != 0, "only root can become others")
class Groups(unittest.TestCase):
    def setUp(self):
        roles = [f"--role-group={role}={group}" for role, group in GROUPS.items()]
        self.desk = Desk("--group", DOOR, *roles)
        self.addCleanup(self.desk.__exit__)
        self.policy = os.path.join(self.desk.folder, "count.yaml")
        with open(self.policy, "w", encoding="utf-8") as f:
            f.write(COUNT)
        self.program = shutil.copy(PELLUCID, self.desk.folder)  # where everybody may run it
        os.chmod(self.program, 0o755)

    def code(self, roles, *args):
        groups = [grp.getgrnam(DOOR).gr_gid] + [grp.getgrnam(GROUPS[role]).gr_gid for role in roles]
        env = {"PELLUCID_CONNECT": "unix:" + self.desk.socket}
        ended = subprocess.run([self.program, *args], user=NOBODY, group=NOBODY, extra_groups=groups, env=env,
                               capture_output=True, text=True, check=False, cwd=self.desk.folder)
        return ended.returncode

    def test_each_role_may_do_its_own_and_no_more(self):
        allowed = {"view": (0, 5, 0), "operate": (0, 0, 0), "authorise": (5, 5, 5), "keys": (5, 5, 5), "audit": (0, 5, 0)}
        for role, codes in allowed.items():
            got = (self.code([role], "status"), self.code([role], "policy", "apply", self.policy),
                   self.code([role], "policy", "history"))
            self.assertEqual(got, codes, role)

    def test_without_a_role_nothing_is_said(self):
        self.assertEqual(self.code([], "status"), 5)

    def test_two_of_three_are_none(self):
        for pair in (("operate", "authorise"), ("operate", "keys"), ("authorise", "keys")):
            self.assertEqual(self.code(pair, "status"), 5, pair)
        self.assertEqual(self.code(("view", "operate", "audit"), "policy", "apply", self.policy), 0)

    def test_outside_its_group_the_socket_does_not_open(self):
        env = {"PELLUCID_CONNECT": "unix:" + self.desk.socket}
        ended = subprocess.run([self.program, "status"], user=NOBODY, group=NOBODY, extra_groups=[], env=env,
                               capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 6)
        self.assertIn("group", ended.stderr)

    def test_root_sees_and_decides_but_holds_no_key(self):
        self.assertEqual(self.desk.curl("/v1/whoami")[1]["roles"], ["view", "operate", "audit"])


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        for ca in ("ours", "theirs"):
            authority(cls.folder, ca)
        sign(cls.folder, "server", "ours", subject="/CN=sensor-1", san="DNS:localhost,IP:127.0.0.1")
        sign(cls.folder, "alice", "ours", subject="/CN=alice", san="DNS:alice.example")
        sign(cls.folder, "bob", "ours", subject="/CN=bob", san="email:bob@example.com")
        sign(cls.folder, "both", "ours", subject="/CN=alice", san="DNS:keeper")
        sign(cls.folder, "mallory", "theirs", subject="/CN=alice", san="DNS:alice.example")
        cls.desk = Desk("--tls", "127.0.0.1:0", *(f"--{k}={cls.folder}/{v}" for k, v in
                                                 {"cert": "server.pem", "key": "server.key", "ca": "ours.pem"}.items()),
                        "--role-name=operate=alice", "--role-name=view=bob@example.com", "--role-name=keys=keeper")

    @classmethod
    def tearDownClass(cls):
        counts = cls.desk.stop()
        assert counts[1]["tls_failed"] >= 3, counts
        cls.desk.__exit__()
        shutil.rmtree(cls.folder)

    def cli(self, who, *args, ca="ours", host="localhost"):
        where = f"https://{host}:{self.desk.ports[1]}"
        files = ["--cert", f"{self.folder}/{who}.pem", "--key", f"{self.folder}/{who}.key"] if who else []
        return subprocess.run([PELLUCID, "--connect", where, "--ca", f"{self.folder}/{ca}.pem", *files, *args],
                              capture_output=True, text=True, check=False, timeout=60)

    def test_names_give_roles(self):
        self.assertEqual(self.cli("alice", "status").returncode, 0)
        self.assertEqual(self.cli("alice", "status", host="127.0.0.1").returncode, 0)
        self.assertEqual(self.cli("bob", "status").returncode, 0)
        self.assertEqual(self.cli("bob", "policy", "confirm").returncode, 5)
        self.assertEqual(self.cli("alice", "policy", "confirm").returncode, 7)

    def test_two_names_that_may_not_meet_are_refused(self):
        ended = self.cli("both", "status")
        self.assertEqual(ended.returncode, 5)
        self.assertIn("two of operate, authorise and keys", ended.stderr)

    def test_a_certificate_by_others_or_none_is_not_let_in(self):
        self.assertEqual(self.cli("mallory", "status").returncode, 6)
        self.assertEqual(self.cli(None, "status").returncode, 6)

    def test_a_server_by_others_is_not_believed(self):
        ended = self.cli("alice", "status", ca="theirs")
        self.assertEqual(ended.returncode, 6)
        self.assertIn("--ca", ended.stderr)

    def client(self, *args, data=b""):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.desk.ports[1]}", "-cert",
                               f"{self.folder}/alice.pem", "-key", f"{self.folder}/alice.key", "-ign_eof", *args], input=data,
                              capture_output=True, check=False, timeout=60)

    def test_old_versions_are_refused_and_both_new_ones_served(self):
        ask = b"GET /v1/whoami HTTP/1.1\r\nConnection: close\r\n\r\n"
        for version in ("-tls1_2", "-tls1_3"):
            self.assertIn(b'"roles":["operate"]', self.client(version, data=ask).stdout, version)
        old = self.client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0", data=ask)
        self.assertNotIn(b"roles", old.stdout)

    def test_plain_text_and_silence_end_in_time(self):
        import socket
        with socket.create_connection(("127.0.0.1", self.desk.ports[1]), timeout=30) as s:
            s.sendall(b"GET /v1/status HTTP/1.1\r\n\r\n")
            self.assertNotIn(b"200", drain(s))
        silent = [socket.create_connection(("127.0.0.1", self.desk.ports[1]), timeout=30) for _ in range(100)]
        self.assertEqual(self.cli("alice", "status").returncode, 0)
        for s in silent:
            s.close()


if __name__ == "__main__":
    unittest.main()
