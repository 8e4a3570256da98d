"""What stays of a static key in a process: the key while the provider is loaded, nothing after it was unloaded."""
import base64
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from ets_peers import GROUPS, Peers, must

PROVIDER, MAKER = os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"]
HOLDER = """
import ctypes, sys
crypto = ctypes.CDLL("libcrypto.so.3")
crypto.OSSL_LIB_CTX_new.restype = ctypes.c_void_p
library = ctypes.c_void_p(crypto.OSSL_LIB_CTX_new())
good = crypto.OSSL_LIB_CTX_load_config(library, sys.argv[1].encode())
print(good, crypto.OSSL_PROVIDER_available(library, b"ets"), flush=True)
input()
crypto.OSSL_LIB_CTX_free(library)
print("free", flush=True)
input()
"""


def memory(pid):
    """All that a process can write to."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            place, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                start, end = (int(part, 16) for part in place.split("-"))
                mem.seek(start)
                yield mem.read(end - start)


class Memory(unittest.TestCase):
    def test_nothing_is_left_after_unloading(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        peers = Peers(folder, PROVIDER, MAKER)
        peers.make_material()
        peers.configure()
        forms = {}
        for group, size in zip(GROUPS, (32, 32, 48)):
            der = must("openssl", "pkey", "-in", peers.key(group), "-outform", "DER")
            at = der.index(bytes([4, size])) + 2
            scalar = der[at:at + size]
            # As octets, as a number's words, and as the file has it: a whole line of base64 that holds a part of the scalar.
            forms[group] = (scalar, scalar[::-1], base64.b64encode(der)[at * 4 // 3 + 4:(at + size) * 4 // 3 - 4][:24])
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, peers.path("openssl.cnf")], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        self.addCleanup(holder.kill)

        def found():
            pages = list(memory(holder.pid))
            return {group: [sum(page.count(form) for page in pages) for form in each] for group, each in forms.items()}
        self.assertEqual(holder.stdout.readline(), b"1 1\n")
        loaded = found()
        for group, counts in loaded.items():
            self.assertGreater(sum(counts), 0, loaded)
            self.assertEqual(counts[2], 0, loaded)
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline(), b"free\n")
        self.assertEqual(found(), {group: [0, 0, 0] for group in GROUPS})


if __name__ == "__main__":
    unittest.main()
