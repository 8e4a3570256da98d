#!/usr/bin/env python3
"""Authority sets and grants signed by the real openssl, as operators meet them: whose signatures count, what is refused and how
that is said; the commands of docs/GRANTS.md work as they stand there."""
import datetime
import glob
import json
import os
import re
import subprocess
import tempfile
import unittest

from harness import HERE, PELLUCID

ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
CA = """[ca]\ndefault_ca = own\n[own]\ndatabase = index\nnew_certs_dir = .\nserial = serial\npolicy = any\ndefault_md = sha256
unique_subject = no\n[any]\ncommonName = supplied\n"""


def moment(days):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


class Office(unittest.TestCase):
    """People with keys, in a folder of their own."""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.home = cls.kept.name
        for who in ("ada", "bob", "cleo", "eve", "desk"):
            cls.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-keyout", who + ".key", "-out", who + ".pem", "-subj", "/CN=" + who)
        cls.expired("old")
        cls.pin = cls.authorities("pin", ["ada", "bob", "cleo"], 2, 3, signers=["ada", "bob"])

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    @classmethod
    def openssl(cls, *args):
        subprocess.run(["openssl", *args], cwd=cls.home, check=True, capture_output=True)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.home, name), "w", encoding="utf-8") as out:
            out.write(text)
        return name

    @classmethod
    def read(cls, name):
        with open(os.path.join(cls.home, name), "rb") as file:
            return file.read()

    @classmethod
    def expired(cls, who):
        for name, text in (("ca.cnf", CA), ("index", ""), ("serial", "01\n")):
            cls.write(name, text)
        cls.openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", who + ".key", "-out", who + ".csr", "-subj",
                    "/CN=" + who)
        cls.openssl("ca", "-config", "ca.cnf", "-batch", "-selfsign", "-keyfile", who + ".key", "-in", who + ".csr", "-out",
                    who + ".pem", "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-notext")

    @classmethod
    def sign(cls, file, signers, form="PEM", more=()):
        """The file in CMS, by each of the signers in turn."""
        made, verb, inform = file, "-sign", []
        for i, who in enumerate(signers):
            into = f"{file}.{form}.{i}"
            cls.openssl("cms", verb, "-binary", "-nodetach", *inform, "-outform", form, *more, "-in", made, "-out", into,
                        "-signer", who + ".pem", "-inkey", who + ".key")
            made, verb, inform = into, "-resign", ["-inform", form]
        return made

    @classmethod
    def block(cls, people, indent="  "):
        return "".join("- |\n" + re.sub("^", indent, cls.read(who + ".pem").decode().rstrip(), flags=re.M) + "\n"
                       for who in people)

    @classmethod
    def authorities(cls, name, people, sign, lift, signers=(), more=""):
        text = (f"version: 1\nid: {name}\ngeneration: 1\nthresholds: {{sign: {sign}, override: {lift}}}\n{more}"
                f"certificates:\n{cls.block(people)}")
        return cls.sign(cls.write(name + ".yaml", text), signers)

    @classmethod
    def grant(cls, name="g", start=-1, end=20, more="depth: headers\n"):
        text = (f"version: 1\nid: {name}\nissuer: CISO\naudience: [probe-1]\npurpose: fraud\n"
                "legal_basis: {type: order, reference: 4 Js 17}\nscope: {server_networks: 10.0.0.0/8, names: pay.example}\n"
                f"method: ets\nnot_before: {moment(start)}\nnot_after: {moment(end)}\n{more}")
        return cls.write(name + ".yaml", text)

    def pellucid(self, *args):
        return subprocess.run([PELLUCID, *args], cwd=self.home, capture_output=True, text=True, timeout=60, check=False)

    def check(self, file, *more, pin=None):
        """The exit code, the JSON answer, and the line on standard error."""
        ended = self.pellucid("grant", "check", file, "--authorities", pin or self.pin, *more)
        self.assertIn(ended.stderr.count("\n"), (0, 1), ended.stderr)
        told = self.pellucid("grant", "check", file, "--authorities", pin or self.pin, "--json", *more)
        self.assertEqual(told.returncode, ended.returncode)
        return ended.returncode, json.loads(told.stdout or "{}"), ended.stderr

    def signatures(self, file, pin=None):
        code, told, _ = self.check(file, pin=pin)
        return code, sorted(s["signature"] for s in told["signers"]), told["signatures"]


class Signatures(Office):
    def test_one_of_one(self):
        pin = self.authorities("single", ["ada"], 1, 1, signers=["ada"])
        self.assertEqual(self.signatures(self.sign(self.grant(), ["ada"]), pin), (0, ["good"], 1))
        self.assertEqual(self.signatures(self.sign(self.grant(), ["bob"]), pin), (5, ["unknown"], 0))

    def test_two_of_three_in_pem_and_der(self):
        for form in ("PEM", "DER"):
            self.assertEqual(self.signatures(self.sign(self.grant(), ["ada", "cleo"], form)), (0, ["good", "good"], 2))
            self.assertEqual(self.signatures(self.sign(self.grant(), ["cleo"], form)), (5, ["good"], 1))

    def test_a_streamed_file_is_read_as_well(self):
        file = self.sign(self.grant(), ["ada"], "DER", ["-stream"])
        self.assertEqual(self.signatures(file), (5, ["good"], 1))

    def test_one_signer_twice_counts_once(self):
        twice = self.sign(self.grant(), ["ada", "ada"], more=["-nocerts"])
        self.assertEqual(self.signatures(twice), (5, ["good", "good"], 1))
        self.assertIn("signed by 1 of the 2 authorities", self.check(twice)[2])

    def test_a_stranger_beside_does_no_harm_and_does_not_count(self):
        self.assertEqual(self.signatures(self.sign(self.grant(), ["ada", "eve", "bob"])), (0, ["good", "good", "unknown"], 2))
        self.assertEqual(self.signatures(self.sign(self.grant(), ["eve", "bob"])), (5, ["good", "unknown"], 1))

    def test_tampered_content_is_signed_by_nobody(self):
        file = self.sign(self.grant(), ["ada", "bob"], "DER")
        changed = self.read(file).replace(b"10.0.0.0/8", b"10.0.0.0/7")
        with open(os.path.join(self.home, "changed"), "wb") as out:
            out.write(changed)
        self.assertEqual(self.signatures("changed"), (5, ["bad", "bad"], 0))

    def test_an_authority_whose_certificate_has_expired_does_not_count(self):
        pin = self.authorities("aged", ["ada", "bob", "old"], 2, 2, signers=["ada", "bob"])
        self.assertEqual(self.signatures(self.sign(self.grant(), ["ada", "old"]), pin), (5, ["expired", "good"], 1))

    def test_an_outdated_digest_and_a_bare_signature_do_not_count(self):
        old = self.sign(self.grant(), ["ada", "bob"], more=["-md", "sha1"])
        self.assertEqual(self.signatures(old), (5, ["weak", "weak"], 0))
        self.assertEqual(self.signatures(self.sign(self.grant(), ["ada"], more=["-noattr"])), (5, ["form"], 0))

    def test_rsa_keys_sign_too(self):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key", "-out", "rsa.pem", "-subj",
                     "/CN=rsa")
        pin = self.authorities("mixed", ["ada", "rsa"], 2, 2, signers=["ada", "rsa"])
        self.assertEqual(self.signatures(self.sign(self.grant(), ["rsa", "ada"]), pin), (0, ["good", "good"], 2))
        self.openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "PEM", "-in", self.grant(), "-out", "pss", "-signer",
                     "rsa.pem", "-inkey", "rsa.key", "-keyopt", "rsa_padding_mode:pss")
        self.assertEqual(self.signatures("pss", pin), (5, ["good"], 1))

    def test_what_is_no_signed_data_is_invalid_input(self):
        self.openssl("cms", "-encrypt", "-binary", "-outform", "PEM", "-in", self.grant(), "-out", "sealed", "desk.pem")
        self.openssl("cms", "-sign", "-binary", "-outform", "PEM", "-in", self.grant(), "-out", "detached", "-signer",
                     "ada.pem", "-inkey", "ada.key")
        self.write("torn", self.read(self.sign(self.grant(), ["ada"])).decode()[:600])
        for file, word in (("sealed", "not signed data"), ("detached", "-nodetach"), ("torn", "not signed"), ("none", "read")):
            code, _, error = self.check(file)
            self.assertEqual(code, 4, file)
            self.assertIn(word, error)


class Grants(Office):
    def test_the_text_within_has_lines_and_columns(self):
        file = self.sign(self.grant(more="depth: headers\nscop: 1\n"), ["ada", "bob"])
        self.assertEqual(self.check(file)[::2],
                         (4, f"pellucid: {file}:12:1: unknown key `scop`; did you mean `scope`?\n"))

    def test_what_yaml_hides_is_refused(self):
        for more in ("depth: headers\ndepth: content\n", "depth: &d headers\n", "depth: !!str headers\n"):
            self.assertEqual(self.check(self.sign(self.grant(more=more), ["ada", "bob"]))[0], 4, more)

    def test_time_decides_whether_it_is_live(self):
        code, told, error = self.check(self.sign(self.grant(start=1), ["ada", "bob"]))
        self.assertEqual((code, told["live"], told["reason"]), (5, False, "not_yet"))
        self.assertIn("not live before", error)
        code, told, error = self.check(self.sign(self.grant(start=-3, end=-1), ["ada", "bob"]))
        self.assertEqual((code, told["live"], told["reason"]), (5, False, "expired"))
        self.assertIn("expired since", error)

    def test_the_limits_of_the_set_hold(self):
        self.assertIn("at most 90d", self.check(self.sign(self.grant(end=90), ["ada", "bob"]))[2])
        short = self.authorities("short", ["ada"], 1, 1, signers=["ada"], more="limits: {max_grant_days: 5}\n")
        self.assertIn("at most 5d", self.check(self.sign(self.grant(), ["ada"]), pin=short)[2])
        deliver = "depth: content\ndeliver:\n  recipients:\n" + re.sub("^", "  ", self.block(["desk"]), flags=re.M)
        file = self.sign(self.grant(more=deliver), ["ada", "bob"])
        self.assertEqual(self.check(file)[0], 0)
        others = self.authorities("others", ["ada", "bob"], 2, 2, ["ada", "bob"], "recipients:\n" + self.block(["eve"]))
        self.assertIn("CN=desk", self.check(file, pin=others)[2])

    def test_only_appliances_that_it_names_may_use_it(self):
        file = self.sign(self.grant(), ["ada", "bob"])
        self.assertEqual(self.check(file, "--appliance", "probe-1")[0], 0)
        self.assertEqual(self.check(file, "--appliance", "probe-2")[0], 5)

    def test_a_protection_is_lifted_by_more_signatures(self):
        text = self.grant(more="depth: headers\noverride_protect: clinic.example\n")
        two, three = self.sign(text, ["ada", "bob"]), self.sign(text, ["ada", "bob", "cleo"], "DER")
        self.assertEqual([self.check(f)[1]["override_in_force"] for f in (two, three)], [False, True])
        self.assertIn("not in force", self.pellucid("grant", "check", two, "--authorities", self.pin).stdout)

    def test_plain_words_say_what_it_allows(self):
        ended = self.pellucid("grant", "check", self.sign(self.grant(), ["ada", "bob"]), "--authorities", self.pin)
        for words in ("g: live", "10.0.0.0/8", "pay.example", "headers, both directions, no client certificates", "CN=ada"):
            self.assertIn(words, ended.stdout)

    def test_before_it_is_signed_it_can_be_checked_and_gives_no_right(self):
        code, told, error = self.check(self.grant())
        self.assertEqual((code, told["signers"]), (5, []))
        self.assertIn("signed by 0 of the 2", error)

    def test_a_set_that_its_own_quorum_did_not_sign_pins_nothing(self):
        pin = self.authorities("lone", ["ada", "bob"], 2, 2, signers=["ada"])
        code, _, error = self.check(self.sign(self.grant(), ["ada", "bob"]), pin=pin)
        self.assertEqual(code, 5)
        self.assertIn("lone", error)
        self.assertEqual(self.check(self.sign(self.grant(), ["ada", "bob"]), pin="eve.pem")[0], 4)


class Authorities(Office):
    def test_a_set_is_shown(self):
        ended = self.pellucid("authority", "show", self.pin)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        for words in ("pin, generation 1", "CN=cleo", "2 signatures, to lift a protection 3", "at most 90 days"):
            self.assertIn(words, ended.stdout)
        told = json.loads(self.pellucid("authority", "show", self.pin, "--json").stdout)
        self.assertEqual((told["good"], told["signatures"], len(told["authorities"])), (True, 2, 3))

    def test_what_is_wrong_with_it_is_said(self):
        ended = self.pellucid("authority", "show", self.authorities("few", ["ada"], 2, 2, signers=["ada"]))
        self.assertEqual(ended.returncode, 4)
        self.assertIn(":4:20: more than the 1 certificates of this set", ended.stderr)
        ended = self.pellucid("authority", "show", self.authorities("same", ["ada", "ada"], 1, 1, signers=["ada"]))
        self.assertEqual(ended.returncode, 4)
        self.assertIn("stands here twice", ended.stderr)


class Documents(unittest.TestCase):
    def test_the_examples_are_good_but_for_their_signatures(self):
        pin = os.path.join(ROOT, "conf", "grants", "authorities.yaml")
        ended = subprocess.run([PELLUCID, "authority", "show", pin], capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 5, ended.stderr)
        self.assertIn("signed by 0 of the 2", ended.stderr)
        with tempfile.TemporaryDirectory() as home:
            Signatures.home = home
            Signatures.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                               "a.key", "-out", "a.pem", "-subj", "/CN=a")
            own = os.path.join(home, Signatures.authorities("own", ["a"], 1, 1, signers=["a"]))
            grants = set(glob.glob(os.path.join(ROOT, "conf", "grants", "*.yaml"))) - {pin}
            self.assertGreater(len(grants), 1)
            for path in grants:
                ended = subprocess.run([PELLUCID, "grant", "check", path, "--authorities", own], capture_output=True, text=True,
                                       check=False)
                self.assertEqual(ended.returncode, 5, ended.stderr)
                self.assertIn("signed by 0 of the 1", ended.stderr)

    def test_the_commands_of_the_page_work_as_they_stand_there(self):
        with open(os.path.join(ROOT, "docs", "GRANTS.md"), encoding="utf-8") as page:
            commands = re.findall(r"^```sh\n(.*?)^```", page.read(), re.M | re.S)
        self.assertGreater(len(commands), 3)
        with tempfile.TemporaryDirectory() as home:
            path = os.path.dirname(PELLUCID) + ":" + os.environ["PATH"]
            ended = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)], cwd=home, capture_output=True,
                                   text=True, check=False, env={**os.environ, "PATH": path})
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertIn("fraud-17: live", ended.stdout)


if __name__ == "__main__":
    unittest.main()
