"""What `meson install` gives: a program that runs, with its manual, completions, schemas and documents, and nothing else."""
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import HERE, golden

ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
BUILD = os.environ["BUILD"]
DOCUMENTS = ("API.md", "AUDIT.md", "CLI.md", "DELIVERY.md", "ETS.md", "GRANTS.md", "KEYS.md", "LICENSE", "LIMITS.md",
             "METRICS.md", "OPERATE.md", "POLICY.md", "README.md", "RECORDS.md", "openapi.yaml", "pellucid.yaml")
PROGRAMS = ("bin/pellucid", "sbin/pellucidd")


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        install = ["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.folder]
        subprocess.run(install, check=True, capture_output=True)
        found = [os.path.join(folder, name) for folder, _, names in os.walk(cls.folder) for name in names]
        program = [path for path in found if path.endswith("/bin/pellucid")]
        assert len(program) == 1, found
        cls.prefix = os.path.dirname(os.path.dirname(program[0]))
        cls.found = sorted(os.path.relpath(path, cls.prefix) for path in found)

    def path(self, *parts):
        return os.path.join(self.prefix, *parts)

    def text(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as f:
            return f.read()

    def test_it_is_all_there_and_nothing_else(self):
        want = [*PROGRAMS, "lib/systemd/system/pellucidd.service", "lib/sysusers.d/pellucid.conf",
                "share/man/man1/pellucid.1", "share/man/man8/pellucidd.8", "share/bash-completion/completions/pellucid",
                "share/zsh/site-functions/_pellucid", "share/fish/vendor_completions.d/pellucid.fish"]
        want += ["share/doc/pellucid/" + name for name in DOCUMENTS]
        want += ["share/doc/pellucid/policy/" + name for name in os.listdir(os.path.join(ROOT, "conf", "policy"))]
        want += ["share/doc/pellucid/grants/" + name for name in os.listdir(os.path.join(ROOT, "conf", "grants"))]
        for folder in ("schema", "prometheus", "grafana"):
            want += [f"share/pellucid/{folder}/{name}" for name in os.listdir(os.path.join(ROOT, "conf", folder))]
        self.assertEqual(self.found, sorted(want))

    def test_the_program_runs_from_there(self):
        ended = subprocess.run([self.path("bin", "pellucid"), "run", "--out", "-", golden("dns")], cwd="/", env={},
                               capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))
        self.assertEqual(ended.stdout.count(b"\n"), 16)

    def test_everybody_may_read_it(self):
        for path in self.found:
            mode = os.stat(self.path(path)).st_mode
            self.assertEqual(mode & 0o444, 0o444, path)
            self.assertEqual(mode & 0o111, 0o111 if path in PROGRAMS else 0, path)

    def complete(self, *words):
        """What bash offers for the last word."""
        script = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pellucid; printf "%s\\n" "${COMPREPLY[@]}"'
        completion = self.path("share/bash-completion/completions/pellucid")
        ended = subprocess.run(["bash", "-c", script, completion, *words], capture_output=True, text=True, check=True)
        self.assertEqual(ended.stderr, "")
        return ended.stdout.split()

    def test_bash_completes_verbs_and_flags(self):
        self.assertEqual(self.complete("pellucid", "ru"), ["run"])
        self.assertEqual(self.complete("pellucid", "run", "--dpi"), ["--dpi-tcp", "--dpi-udp"])
        self.assertEqual(self.complete("pellucid", "run", "capt"), [])

    def test_bash_completes_verbs_below_verbs_and_values_that_are_known(self):
        self.assertEqual(self.complete("pellucid", "policy", "c"), ["check", "confirm"])
        self.assertEqual(self.complete("pellucid", "--json", "show", "flo"), ["flows", "flow"])
        self.assertEqual(self.complete("pellucid", "policy", "apply", "--con"), ["--confirm", "--connect"])
        self.assertEqual(self.complete("pellucid", "run", "--level", "m"), ["metadata"])
        self.assertEqual(self.complete("pellucid", "show", "flows", "--level", ""), ["ignore", "count", "metadata", "classify"])
        self.assertEqual(self.complete("pellucid", "completion", "z"), ["zsh"])

    def test_zsh_and_fish_take_their_scripts(self):
        for shell, script in (("zsh", "share/zsh/site-functions/_pellucid"),
                              ("fish", "share/fish/vendor_completions.d/pellucid.fish")):
            self.assertIn("--flow-update" if shell == "zsh" else "-l flow-update", self.text(script))
            if shutil.which(shell):
                subprocess.run([shell, "-n", self.path(script)], check=True)


if __name__ == "__main__":
    unittest.main()
