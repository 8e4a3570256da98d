"""Long-term keys in the running daemon: what of them is in its memory while it holds them, and that nothing is afterwards."""
import base64
import grp
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import unittest

import live

live.enter()
KINDS = {"p256": ("EC", "-pkeyopt", "group:P-256"), "p521": ("EC", "-pkeyopt", "group:P-521"), "x25519": ("X25519",),
         "x448": ("X448",), "ffdhe2048": ("DH", "-pkeyopt", "group:ffdhe2048"),
         "rsa": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048")}
METRICS = 9871
NOBODY = 65534


def openssl(*args):
    return subprocess.run(["openssl", *args], capture_output=True, check=True).stdout


def forms_of(path):
    """How a private key may stand in memory: as octets, as a number's words, and as its file's text; of an RSA key, a prime."""
    text = openssl("pkey", "-in", path, "-noout", "-text").decode()
    block = re.search(r"(?:prime1|priv|private-key):?\s*\n((?:\s+[0-9a-f:]+\n)+)", text).group(1)
    octets = bytes.fromhex(re.sub(r"[\s:]", "", block)).lstrip(b"\0")
    with open(path, encoding="ascii") as f:
        lines = [line.strip().encode() for line in f if "---" not in line]
    at = base64.b64decode(b"".join(lines)).index(octets) * 4 // 3 + 2
    ends = at + len(octets) * 4 // 3 - 4
    pieces = [line[max(at - 64 * n, 0):max(ends - 64 * n, 0)] for n, line in enumerate(lines)]
    return octets[-24:], octets[::-1][:24], max(pieces, key=len)[:24]


def memory(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            place, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            start, end = (int(part, 16) for part in place.split("-"))
            mem.seek(start)
            yield mem.read(end - start)


def found(pid, forms):
    """How often each form stands in what the process can write to; a part of each, so that the rest of one is found too."""
    pages = list(memory(pid))
    return {name: [sum(page.count(form) for page in pages) for form in each] for name, each in forms.items()}


def tlv(tag, body):
    assert len(body) < 128
    return bytes([tag, len(body)]) + body


def package(path, not_after):
    """A static x25519 pair with a validity period (RFC 5958, RFC 7906 15)."""
    times = tlv(0x30, b"".join(tlv(2, n.to_bytes(5, "big")) for n in (1, not_after)))
    validity = tlv(0xA0, tlv(0x30, bytes.fromhex("0609608648016502010d06") + tlv(0x31, times)))
    secret = os.urandom(32)
    plain = tlv(0x30, b"\2\1\0" + tlv(0x30, bytes.fromhex("06032b656e")) + tlv(4, tlv(4, secret)))
    line = ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"]
    share = subprocess.run(line, input=plain, capture_output=True, check=True).stdout[-32:]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as f:
        f.write(tlv(0x30, tlv(0x30, b"\2\1\1" + plain[5:] + validity + tlv(0x81, b"\0" + share))))
    return hashlib.sha256(share).hexdigest()[:16], secret


@unittest.skipIf(os.environ.get("SANITIZE", "none") != "none", "sanitizers keep what is given back")
class Keys(unittest.TestCase):
    def setUp(self):
        self.folder = live.folder_of(self)
        self.keys = os.path.join(self.folder, "keys")
        os.mkdir(self.keys, 0o700)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)
        config = live.af_packet(self.folder, keys={"folder": self.keys}, metrics={"listen": f"127.0.0.1:{METRICS}"})
        config["control"].update(group="users", roles={"keys": "games"})
        os.chmod(self.folder, 0o755)
        self.program = shutil.copy(live.PELLUCID, self.folder)  # where everybody may run it
        self.daemon = live.Daemon(self.wire, config, self.folder)
        self.addCleanup(self.daemon.kill)
        self.forms = {}

    def make(self, name, folder):
        path = os.path.join(folder, name + ".pem")
        hidden = os.path.join(folder, "." + name)
        openssl("genpkey", "-algorithm", *KINDS[name], "-out", hidden)
        os.chmod(hidden, 0o600)
        self.forms[name] = forms_of(hidden)
        os.rename(hidden, path)
        return path

    def ask(self, *words):
        line = [self.program, "--connect", "unix:" + os.path.join(self.folder, "ctl.sock"), "key", *words]
        groups = [grp.getgrnam(name).gr_gid for name in ("users", "games")]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=20, user=NOBODY, group=NOBODY,
                              extra_groups=groups, cwd=self.folder)

    def ids(self):
        listed = self.ask("list", "--json")
        self.assertEqual((listed.returncode, listed.stderr), (0, ""))
        return {key["id"]: key["file"] for key in json.loads(listed.stdout)["keys"]}

    def test_a_zeroised_key_is_nowhere_in_memory(self):
        brought = [self.make(name, self.folder) for name in ("p256", "x25519", "rsa")]
        watched = [self.make(name, self.keys) for name in ("p521", "x448", "ffdhe2048")]
        for path in brought:
            os.chown(path, NOBODY, NOBODY)
            done = self.ask("import", path)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        live.until(lambda: set(self.ids().values()) == {*brought, *watched}, what="the keys")
        held = found(self.daemon.process.pid, self.forms)
        for name, counts in held.items():
            self.assertGreater(counts[0] + counts[1], 0, held)
            self.assertEqual(counts[2], 0, f"{name}: the file's text stays: {held}")
        one = next(key for key, path in self.ids().items() if path == brought[0])
        self.assertEqual(self.ask("zeroise", one).returncode, 0)
        os.remove(watched[0])
        live.until(lambda: set(self.ids().values()) == {*brought[1:], *watched[1:]}, what="the end of two keys")
        left = found(self.daemon.process.pid, self.forms)
        for name in ("p256", "p521"):
            self.assertEqual(left[name], [0, 0, 0], left)
        self.assertEqual(self.ask("zeroise", "--all").returncode, 0)
        self.assertEqual(self.ids(), {})
        self.assertEqual(found(self.daemon.process.pid, self.forms), {name: [0, 0, 0] for name in self.forms})

    def test_a_key_goes_when_its_time_is_over(self):
        not_after = int(time.time()) + 8
        key, secret = package(os.path.join(self.keys, "soon.der"), not_after)
        live.until(lambda: self.ids() == {key: os.path.join(self.keys, "soon.der")}, what="the key")
        scraped = self.wire.on("client", f"curl -s http://127.0.0.1:{METRICS}/metrics")
        line = re.search(r'pellucid_key_expiry_timestamp_seconds\{key="(\w+)"\} (\d+)', scraped)
        self.assertEqual(line.groups(), (key, str(not_after)))
        live.until(lambda: self.ids() == {}, 20, "its end")
        self.assertGreaterEqual(time.time(), not_after)
        forms = {"soon": (secret[:24], secret[::-1][:24])}
        self.assertEqual(found(self.daemon.process.pid, forms), {"soon": [0, 0]})
        told = [json.loads(line) for line in self.daemon.ask("audit", "export").stdout.splitlines()]
        self.assertEqual([(e["action"], e["object"]) for e in told if e["action"].startswith("key_")],
                         [("key_import", "key " + key), ("key_expire", "key " + key)])


if __name__ == "__main__":
    unittest.main()
