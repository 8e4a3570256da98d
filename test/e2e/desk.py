"""The control API on a desk of fixed figures (desk.cc), as tests start it, ask it and end it."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

DESK = os.environ.get("DESK", "")
PELLUCID = os.environ.get("PELLUCID", "")


class Desk:
    def __init__(self, *args, keep=None):
        self.folder = keep or tempfile.mkdtemp()
        os.chmod(self.folder, 0o755)
        self.socket = os.path.join(self.folder, "ctl.sock")
        self.args = args
        self.start()

    def start(self):
        state = os.path.join(self.folder, "state")
        self.run = subprocess.Popen([DESK, "--socket", self.socket, "--state", state, *self.args], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = self.run.stdout.readline().split()
        if not first:
            raise RuntimeError(self.run.stderr.read())
        self.ports = [int(port) for port in first[1:]]

    def tick(self):
        self.run.stdin.write("\n")
        self.run.stdin.flush()

    def kill(self):
        self.run.send_signal(signal.SIGKILL)
        self.run.communicate()

    def stop(self):
        """Its counts, a server each."""
        out, err = self.run.communicate(timeout=60)
        assert self.run.returncode == 0, (self.run.returncode, err)
        rows = [line.split() for line in out.splitlines()]
        return [{row[i]: int(row[i + 1]) for i in range(0, len(row), 2)} for row in rows]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.run.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.connect(self.socket)  # one that may not wait would be refused while others queue
        s.settimeout(30)
        return s

    def raw(self, data):
        """What comes back until the server closes."""
        with self.connect() as s:
            try:
                s.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has seen enough
            return drain(s)

    def curl(self, path, *args, **who):
        """Status and JSON of one request."""
        command = ["curl", "-sS", "--max-time", "30", "--unix-socket", self.socket, "-w", "\n%{http_code}"]
        command += [*args, "http://x" + path]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, **who)
        assert ended.returncode == 0, ended.stderr
        body, status = ended.stdout.rsplit("\n", 1)
        return int(status), json.loads(body) if body.startswith("{") else body

    def post(self, path, body, **who):
        return self.curl(path, "-H", "Content-Type: application/json", "-d", json.dumps(body), **who)

    def cli(self, *args, **more):
        env = dict(os.environ, PELLUCID_CONNECT="unix:" + self.socket)
        return subprocess.run([PELLUCID, *args], capture_output=True, text=True, timeout=60, check=False, env=env, **more)


def drain(s):
    out = b""
    try:
        while piece := s.recv(65536):
            out += piece
    except ConnectionResetError:
        pass
    return out
