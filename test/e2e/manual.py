"""--help, docs/CLI.md and the manual page name the same verbs, flags and exit codes; the page renders without a warning; the
commands of README.md work as they stand there, and its links lead somewhere."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import HERE, PELLUCID

ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
DOCS = os.path.join(ROOT, "docs")
PAGE = os.path.join(DOCS, "man", "pellucid.1")
FLAG = r"--[a-z][a-z-]*"


def help_of(*verb):
    return subprocess.run([PELLUCID, *verb, "--help"], capture_output=True, text=True, check=True).stdout


def flags_of(page):
    options = between(page + "Subcommands", "Options:", "Subcommands")
    return set(re.findall(rf"^  (?:-\w,)?({FLAG})", options, re.M)) - {"--help"}


def subcommands_of(page):
    return re.findall(r"^  (\w+) ", page.split("Subcommands:\n")[1].split("\n\n")[0], re.M) if "Subcommands:" in page else []


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def between(whole, start, end):
    return whole.split(start, 1)[1].split(end, 1)[0]


class Manual(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.cli = text(os.path.join(DOCS, "CLI.md"))
        self.man = text(PAGE).replace("\\-", "-")
        options = help_of("run").split("Options:\n")[1].split("\n\n")[0]
        self.flags = set(re.findall(rf"^  (?:-\w,)?({FLAG})", options, re.M)) - {"--help"}

    def test_help_knows_flags_at_all(self):
        self.assertIn("--out", self.flags)
        self.assertGreater(len(self.flags), 8)

    def test_the_table_and_the_synopsis_of_the_document_have_every_flag(self):
        table = between(self.cli, "| option | meaning |", "\n\n")
        named = {flag for row in table.splitlines() if row.startswith("| `") for flag in re.findall(FLAG, row.split("|")[1])}
        self.assertEqual(named, self.flags)
        self.assertEqual(set(re.findall(FLAG, between(self.cli, "pellucid run FILE", "pellucid version"))), self.flags)

    def test_the_options_and_the_synopsis_of_the_page_have_every_flag(self):
        options = between(self.man, ".SH OPTIONS", ".SH ")
        named = {flag for tag in re.findall(r"^\.TP\n(.*)", options, re.M) for flag in re.findall(FLAG, tag)}
        self.assertEqual(named - {"--help"}, self.flags)
        self.assertEqual(set(re.findall(FLAG, between(self.man, ".B pellucid run\n", ".br"))), self.flags)

    def test_defaults_are_the_same_everywhere(self):
        options = between(self.man, ".SH OPTIONS", ".SH ")
        defaults = dict(re.findall(rf"({FLAG}) UINT\S.*?=(\d+)$", help_of("run"), re.M))
        self.assertEqual(set(defaults), {"--workers", "--flows", "--dpi-tcp", "--dpi-udp", "--flow-update"})
        for flag, value in defaults.items():
            row = next(row for row in self.cli.splitlines() if row.startswith("| `") and flag in row.split("|")[1])
            self.assertRegex(row, rf"\b{value}\b", flag)
            self.assertRegex(next(p for p in options.split(".TP\n") if flag in p.split("\n")[0]), rf"\b{value}\b", flag)

    def test_verbs_are_the_same_everywhere(self):
        verbs = set(re.findall(r"^  (\w+) ", help_of().split("Subcommands:\n")[1], re.M))
        self.assertEqual(set(re.findall(r"^pellucid ([a-z]+)", between(self.cli, "```\n", "```"), re.M)), verbs)
        self.assertEqual(set(re.findall(r"^\.B pellucid ([a-z]+)", between(self.man, ".SH SYNOPSIS", ".SH "), re.M)), verbs)

    def test_every_verb_and_all_its_flags_stand_in_both(self):
        cli = between(self.cli, "```\n", "```").replace("\n ", " ")
        man = between(self.man, ".SH SYNOPSIS", ".SH ").replace(".br", "\x00")
        man = re.sub(r"\\f[BRI]|^\.[A-Z]+ |\n", " ", man, flags=re.M)
        pairs = [(v,) for v in subcommands_of(help_of())]
        pairs += [(v, s) for (v,) in list(pairs) for s in subcommands_of(help_of(v))]
        self.assertIn(("policy", "apply"), pairs)
        for pair in pairs:
            flags = flags_of(help_of(*pair))
            start = rf" *pellucid +{pair[0]}\b" + "".join(rf".*\b{sub}\b" for sub in pair[1:])
            lines, rows = ([row for row in rows if re.match(start, row)] for rows in (cli.splitlines(), man.split("\x00")))
            self.assertTrue(lines and rows, pair)
            for flag in flags:
                short = "-m" if flag == "--message" else flag
                self.assertTrue(any(short in row for row in lines), (pair, flag))
                self.assertTrue(any(short in row for row in rows), (pair, flag))

    def test_global_options_stand_in_both(self):
        flags = flags_of(help_of()) - {"--version"}
        self.assertGreater(len(flags), 6)
        man = set(re.findall(FLAG, between(self.man, ".SH GLOBAL OPTIONS", ".SH ")))
        self.assertEqual(man, flags)
        self.assertEqual(set(re.findall(FLAG, between(self.cli, "| global option |", "\n\n"))), flags)

    def test_exit_codes_are_the_same_everywhere(self):
        codes = set(re.findall(r" = (\d+)", text(os.path.join(ROOT, "app", "exit.h"))))
        self.assertEqual(set(re.findall(r"^\| (\d+) \|", self.cli, re.M)), codes)
        self.assertEqual(set(re.findall(r"^(\d+)\t", self.man, re.M)), codes)
        self.assertEqual(set(re.findall(r"(\d+) \w", between(help_of(), "Exit codes:", "."))), codes)

    def test_the_page_renders_without_a_warning(self):
        if shutil.which("groff") is None:
            self.skipTest("no groff here")
        for width in ("65n", "78n", "120n"):
            groff = ["groff", "-ww", "-t", "-man", "-Tutf8", "-rLL=" + width, PAGE]
            ended = subprocess.run(groff, capture_output=True, check=True)
            self.assertEqual(ended.stderr, b"", width)
            self.assertIn(b"130", ended.stdout)


class Readme(unittest.TestCase):
    def setUp(self):
        self.readme = text(os.path.join(ROOT, "README.md"))

    def test_its_commands_work_as_they_stand_there(self):
        commands = re.findall(r"^build/app/pellucid .*", self.readme, re.M)
        self.assertGreater(len(commands), 3)
        with tempfile.TemporaryDirectory() as clone:  # of which only what the commands name is there
            os.makedirs(os.path.join(clone, "build", "app"))
            os.symlink(PELLUCID, os.path.join(clone, "build", "app", "pellucid"))
            os.symlink(os.path.join(ROOT, "test"), os.path.join(clone, "test"))
            for command in commands:
                ended = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=clone, capture_output=True, check=False)
                self.assertEqual((ended.returncode, ended.stderr), (0, b""), command)
            self.assertTrue(os.path.exists(os.path.join(clone, "records", "eve.jsonl")))

    def test_the_tools_and_the_pages_that_it_names_are_there(self):
        tools = re.findall(r"^(tools/\w+)", self.readme, re.M)
        self.assertIn("tools/demo", tools)
        for tool in tools:
            self.assertTrue(os.access(os.path.join(ROOT, tool), os.X_OK), tool)
        for page in re.findall(r"\]\(([^)]+)\)", self.readme):
            self.assertTrue(os.path.exists(os.path.join(ROOT, page)), page)


if __name__ == "__main__":
    unittest.main()
