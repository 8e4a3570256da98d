"""An inspector's own reading of an audit log: hashes, roots, paths and signatures by hashlib and openssl alone."""
import hashlib
import json
import os
import subprocess
import tempfile


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_of(record):
    """Of a decrypt record, as it stands in the file, without the end of its line."""
    return sha(b"\0" + record)


def root_of(leaves):
    """RFC 6962, 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def climb(leaf, which, count, path):
    """RFC 9162, 2.1.3.2: the root that a leaf and its path lead to."""
    at, last, found = which, count - 1, leaf
    for beside in path:
        if at % 2 == 1 or at == last:
            found = sha(b"\1" + beside + found)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            found = sha(b"\1" + found + beside)
        at, last = at // 2, last // 2
    assert last == 0
    return found


class Chain:
    """The entries of a log, each checked to bear the hash of the one before."""

    def __init__(self, log):
        with open(log, "rb") as file:
            self.lines = file.read().splitlines()
        self.entries = [json.loads(line) for line in self.lines]
        before = bytes(32)
        for i, (line, entry) in enumerate(zip(self.lines, self.entries)):
            assert entry["seq"] == i + 1 and entry["prev"] == before.hex(), entry
            before = sha(line)

    def did(self, action):
        return [e for e in self.entries if e["action"] == action]

    def signatures_hold(self, key):
        """How many checkpoints there are; each must be right."""
        with tempfile.TemporaryDirectory() as folder:
            text, sign = os.path.join(folder, "text"), os.path.join(folder, "sign")
            for line, entry in zip(self.lines, self.entries):
                if entry["action"] != "checkpoint":
                    continue
                with open(text, "wb") as out:
                    out.write(line[:line.index(b',"signature":"')])
                with open(sign, "wb") as out:
                    out.write(bytes.fromhex(entry["signature"]))
                subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", text,
                                "-sigfile", sign], check=True, capture_output=True)
        return len(self.did("checkpoint"))

    def trees(self, leaves):
        """The leaves of each root, from the file beside the log, each tree checked against its root: {seq: leaves}."""
        found = {}
        with open(leaves, encoding="ascii") as file:
            for line in map(json.loads, file):
                tree = found.setdefault(line["seq"], [])
                assert line["first"] == len(tree)
                tree += [bytes.fromhex(leaf) for leaf in line["leaves"].split()]
        for entry in self.did("sessions_opened"):
            tree = found[entry["seq"]]
            assert (root_of(tree).hex(), len(tree)) == (entry["root"], entry["count"]), entry
        return {e["seq"]: found[e["seq"]] for e in self.did("sessions_opened")}
