"""Shows that tools/tidy and tools/weak can fail: each rule gets a small tree with one violation and must find that one."""
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools")
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("tidy", os.path.join(TOOLS, "tidy"))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
loader.exec_module(tidy)

HEAD = "// Thing: what it is and who owns it, on which thread.\n#pragma once\n"
CLEAN = {
    "lib/meson.build": "order = ['base', 'net', 'tls+dns', 'engine']\n",
    "lib/base/cursor.h": HEAD + "#include <cstdint>\n\ninline constexpr int kMaxThing = 4 * 1024;\n",
    "lib/net/row.h": HEAD + "#include \"lib/base/cursor.h\"\n\nint read_row(Cursor& in) noexcept;\n",
    "lib/tls/hello.cc": "#include \"lib/net/row.h\"\n\nint hello() { return 1; }\n",
    "lib/dns/name.h": HEAD,
    "drivers/io/file/source.cc": "#include <zlib.h>\n\n#include \"lib/net/row.h\"\n",
    "app/cli/main.cc": "#include \"drivers/io/file/source.h\"\n",
    "test/fuzz/meson.build": "fuzz_targets = ['row']\n",
    "test/fuzz/row.cc": "#include \"lib/net/row.h\"\n",
    "tools/tidy.ratchet": "# none\n",
    **{f"test/fuzz/seeds/row/{i}": "seed" for i in range(3)},
    "docs/MAP.md": "".join(f"`{f}`\n" for f in (
        "lib/", "lib/base/", "lib/net/", "lib/tls/", "lib/dns/", "tools/", "drivers/", "drivers/io/", "drivers/io/file/",
        "app/", "app/cli/", "test/", "test/fuzz/",
        "test/fuzz/seeds/")),
    "docs/LIMITS.md": "| `base::kMaxThing` | 4 KiB | nothing |\n",
}
PLANTED = {  # rule: file, what it holds instead
    "order": [("lib/net/row.cc", '#include "lib/tls/hello.h"\n'), ("lib/tls/hello.cc", '#include "lib/dns/name.h"\n'),
              ("lib/net/row.cc", "#include <openssl/evp.h>\n"), ("lib/net/row.cc", '#include "drivers/io/file/source.h"\n'),
              ("lib/net/row.cc", "#include <thread>\n"), ("lib/net/row.cc", "#include <immintrin.h>\n"),
              ("drivers/io/mem/source.cc", '#include "drivers/io/file/source.h"\n'),
              ("drivers/io/file/source.cc", '#include "app/cli/run.h"\n'), ("app/cli/main.cc", "#include <ndpi_api.h>\n")],
    "length": [("lib/tls/hello.cc", "int x;\n" * 401)],
    "columns": [("lib/tls/hello.cc", "// " + "x" * 126 + "\n")],
    "function": [("lib/tls/hello.cc", "int hello() {\n" + "  f();\n" * 60 + "}\n"),
                 ("lib/tls/hello.cc", "namespace a {\nstruct B {\n  int f(int x) const noexcept {\n" + "    g();\n" * 60 +
                  "  }\n};\n}\n")],
    "header": [("lib/dns/name.h", "#pragma once\n"), ("lib/dns/name.h", "// Thing: what it is and who owns it.\n")],
    "todo": [("lib/tls/hello.cc", "// TO" "DO: finish\n"), ("tools/x", "#!/bin/sh\n# FIX" "ME\n")],
    "ifdef": [("lib/tls/hello.cc", "#ifdef X\n#endif\n")],
    "macro": [("lib/dns/name.h", HEAD + "#define X 1\n")],
    "using": [("lib/tls/hello.cc", "using namespace std;\n")],
    "mutex": [("lib/tls/hello.cc", "std::mutex m;\n")],
    "print": [("lib/tls/hello.cc", "void f() { std::printf(\"x\"); }\n"),
              ("lib/tls/hello.cc", "auto& o = std::cout;\n")],
    "clock": [("lib/tls/hello.cc", "auto t = std::chrono::steady_clock::now();\n")],
    "bool": [("lib/dns/name.h", HEAD + "void f(int a, bool deep);\n")],
    "private": [("test/x.key", "-----BEGIN " "PRIVATE KEY-----\n"), ("docs/x.md", "see /wor" "k/main\n")],
    "map": [("lib/esp/head.h", HEAD), ("docs/MAP.md", CLEAN["docs/MAP.md"] + "`lib/gone/x/`\n")],
    "fuzz": [("test/fuzz/meson.build", "fuzz_targets = []\n"), ("test/fuzz/seeds/row/2", None),
             ("lib/dns/name.h", HEAD + "int read_name(Bytes in) noexcept;\n")],
    "limits": [("lib/dns/name.h", HEAD + "inline constexpr std::size_t kMaxName = 255;\n"),
               ("docs/LIMITS.md", "| `base::kMaxThing` | 5 | |\n"),
               ("docs/LIMITS.md", CLEAN["docs/LIMITS.md"] + "| `dns::kMaxOld` | 1 | |\n"),
               ("lib/engine/state.h", HEAD + "struct Limits {\n  int flows = 4;\n};\n")],
    "counters": [("lib/metrics/counter.h", HEAD + "struct WorkerCounters {\n  Counter packets;\n};\n")],
    "ratchet": [("tools/tidy.ratchet", "mutex lib/tls/hello.cc 1 it was needed once\n")],
    "format": [(".clang-format", "BasedOnStyle: Google\n"), ("lib/tls/hello.cc", "int  hello( ){return 1;}\n")],
}


class Planted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for path, text in CLEAN.items():
            self.put(path, text)

    def put(self, path, text):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text is None:
            os.unlink(path)
            return
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def rules(self):
        return [rule for rule, *_ in tidy.check(self.folder)]

    def test_a_clean_tree_has_no_finding(self):
        self.assertEqual(tidy.check(self.folder), [])

    def test_each_planted_violation_is_found(self):
        for rule, plants in PLANTED.items():
            if rule == "format":
                continue
            for path, text in plants:
                with self.subTest(rule=rule, path=path, text=(text or "")[:60]):
                    self.setUp()
                    self.put(path, text)
                    self.assertIn(rule, self.rules())

    def test_a_file_that_is_not_formatted_is_found(self):
        if not shutil.which("clang-format-14"):
            self.skipTest("clang-format-14 is not there")
        for path, text in PLANTED["format"]:
            self.put(path, text)
        self.assertEqual(self.rules(), ["format"])

    def test_an_exception_in_the_ratchet_is_granted_once(self):
        self.put("lib/tls/hello.cc", "std::mutex m;\n")
        self.put("tools/tidy.ratchet", "mutex lib/tls/hello.cc 1 a reason\n")
        self.assertEqual(self.rules(), [])
        self.put("lib/tls/hello.cc", "std::mutex m;\nstd::mutex n;\n")
        self.assertEqual(self.rules(), ["mutex", "mutex"])

    def weak(self, source):
        self.put("k/sum_avx2.cc", source)
        path = os.path.join(self.folder, "k", "sum_avx2.cc")
        subprocess.run(["g++", "-O1", "-c", path, "-o", path + ".o"], check=True)
        return subprocess.run([os.path.join(TOOLS, "weak"), self.folder], capture_output=True, check=False).returncode

    def test_a_weak_symbol_in_a_kernel_is_found(self):
        self.assertEqual(self.weak("static int one() { return 1; }\nint sum() { return one(); }\n"), 0)
        self.assertEqual(self.weak("[[gnu::noinline]] inline int one() { return 1; }\nint sum() { return one(); }\n"), 1)

    def test_a_build_without_kernels_does_not_pass_for_clean(self):
        ended = subprocess.run([os.path.join(TOOLS, "weak"), self.folder], capture_output=True, check=False)
        self.assertEqual(ended.returncode, 1)


if __name__ == "__main__":
    unittest.main()
