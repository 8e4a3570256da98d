"""What tshark reads of the TLS sessions of a capture with the key log beside it: the reference for what we deliver."""
import subprocess


def streams(capture, keylog):
    """For each TCP stream, in order: one of its ends, what that end said and what its peer said."""
    found = []
    while True:
        rows = follow(capture, keylog, len(found))
        if rows is None:
            return found
        found.append(rows)


def follow(capture, keylog, number):
    command = ["tshark", "-r", capture, "-o", f"tls.keylog_file:{keylog}", "-q", "-z", f"follow,tls,raw,{number}"]
    text = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    lines = [line for line in text.splitlines() if line and not line.startswith("=")]
    node = next((line for line in lines if line.startswith("Node 0: ")), "Node 0: :0")
    if node == "Node 0: :0":
        return None
    body = lines[lines.index(next(line for line in lines if line.startswith("Node 1: "))) + 1:]
    said = ["".join(line.strip() for line in body if line.startswith("\t") == other) for other in (False, True)]
    address, port = node.removeprefix("Node 0: ").rsplit(":", 1)
    return (address.strip("[]"), int(port)), bytes.fromhex(said[0]), bytes.fromhex(said[1])
