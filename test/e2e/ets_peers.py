"""Real servers under the provider for static key shares and real clients, on the loopback of a namespace of their own."""
import os
import signal
import socket
import subprocess
import sys
import time

GROUPS = ("x25519", "secp256r1", "secp384r1")
BY_OPENSSL = {"x25519": "X25519", "secp256r1": "P-256", "secp384r1": "P-384"}
BY_GNUTLS = {"x25519": "X25519", "secp256r1": "SECP256R1", "secp384r1": "SECP384R1"}
SITE = b"".join(b"%07d of a page that is long enough for several segments\n" % i for i in range(60))


def enter_namespace():
    """Starts this program again in a network namespace; 77 is meson's word for a test that cannot run here."""
    if os.environ.get("ETS_INSIDE"):
        link = "ip link set lo mtu 1500 gso_max_size 1500 gso_max_segs 1 up"  # one packet a segment, as on a wire
        subprocess.run(link.split(), check=True)
        return
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode != 0:
        print("needs the right to make network namespaces", file=sys.stderr)
        sys.exit(77)
    os.environ["ETS_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])


def run(*command, text=b"", **more):
    return subprocess.run(command, input=text, capture_output=True, timeout=20, check=False, **more)


def must(*command, **more):
    ended = run(*command, **more)
    assert ended.returncode == 0, (command, ended.stdout[-1500:], ended.stderr[-1500:])
    return ended.stdout


class Peers:
    """Keys and certificates in a folder, and the servers that were started with them."""
    def __init__(self, folder, provider, maker):
        self.folder, self.provider, self.maker, self.servers = folder, provider, maker, []
        self.keylog = self.path("keys.log")
        self.tcpdump = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_material(self, form="pem"):
        curve = ("-pkeyopt", "ec_paramgen_curve:P-256")
        must("openssl", "req", "-x509", "-newkey", "ec", *curve, "-nodes", "-keyout", self.path("ca.key"), "-out",
             self.path("ca.pem"), "-days", "3650", "-subj", "/O=Pellucid Tests/CN=ETS Root", "-addext",
             "keyUsage=critical,keyCertSign")
        must("openssl", "genpkey", "-algorithm", "EC", *curve, "-out", self.path("server.key"))
        for group in GROUPS:
            must(self.maker, "make", group, "--form", form, "--out", self.key(group, form))
        self.certify("server.pem", form)

    def certify(self, name, form="pem", groups=GROUPS):
        static = [word for group in groups for word in ("--static", self.key(group, form))]
        must(self.maker, "certificate", "--key", self.path("server.key"), *static, "--access", "Pellucid's own tests",
             "--dns", "ets.example", "--ip", "127.0.0.1", "--days", "800", "--ca", self.path("ca.pem"), "--ca-key",
             self.path("ca.key"), "--out", self.path(name))

    def key(self, group, form="pem"):
        return self.path(f"{group}.{form}")

    def configure(self, name="openssl.cnf", form="pem", **changes):
        """An openssl.cnf with the provider before the default one; a change to None leaves a line out."""
        settings = {group: self.key(group, form) for group in GROUPS}
        settings |= {"certificates": self.path("server.pem")} | changes
        lines = [f"{key} = {value}" for key, value in settings.items() if value is not None]
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write("\n".join(["openssl_conf = init", "[init]", "providers = providers", "[providers]", "ets = ets",
                               "default = usual", "[usual]", "activate = 1", "[ets]", f"module = {self.provider}",
                               "activate = 1", *lines, ""]))
        return dict(os.environ, OPENSSL_CONF=self.path(name))

    def serve(self, port, *command, **more):
        with open(self.path(f"server-{port}.log"), "wb") as log:
            server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, **more)
        self.servers.append(server)
        for _ in range(200):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    return server
            time.sleep(0.02)
        with open(self.path(f"server-{port}.log"), "rb") as log:
            raise AssertionError(f"no server on port {port}: {log.read()[-1000:]}")

    def nginx(self, ports, env):
        """One nginx of two workers: a port for each group, which is all that it offers there."""
        server = """server {{ listen 127.0.0.1:{port} ssl http2; ssl_ecdh_curve {curve}; ssl_protocols TLSv1.2 TLSv1.3;
            ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key; root {folder}/site; }}"""
        servers = [server.format(port=port, curve=BY_OPENSSL[group], folder=self.folder) for group, port in ports.items()]
        os.makedirs(self.path("site"), exist_ok=True)
        with open(self.path("site/index.html"), "wb") as f:
            f.write(SITE)
        with open(self.path("nginx.conf"), "w", encoding="utf-8") as f:
            f.write(f"daemon off; worker_processes 2; user root; pid {self.folder}/nginx.pid; "
                    f"error_log {self.folder}/error.log;"
                    "events {} http { access_log off; " + "\n".join(servers) + "}\n")
        command = ("nginx", "-p", self.folder, "-c", self.path("nginx.conf"), "-e", self.path("error.log"))
        return self.serve(list(ports.values())[-1], *command, env=env)

    def s_server(self, port, env, *options):
        pair = ("-cert", self.path("server.pem"), "-key", self.path("server.key"))
        return self.serve(port, "openssl", "s_server", "-accept", f"127.0.0.1:{port}", *pair, *options, env=env)

    def curl(self, port, *options, pages=1):
        env = dict(os.environ, SSLKEYLOGFILE=self.keylog)
        return run("curl", "-sS", "--cacert", self.path("ca.pem"), "--resolve", f"ets.example:{port}:127.0.0.1", *options,
                   f"https://ets.example:{port}/index.html?[1-{pages}]", env=env)

    def gnutls(self, port, group, *options):
        env = dict(os.environ, SSLKEYLOGFILE=self.keylog)
        priority = f"NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-{BY_GNUTLS[group]}"
        ask = b"GET /index.html HTTP/1.0\r\nHost: ets.example\r\n\r\n"
        return run("gnutls-cli", "--x509cafile", self.path("ca.pem"), "--port", str(port), "--sni-hostname", "ets.example",
                   "--verify-hostname", "ets.example", "--priority", priority, *options, "127.0.0.1", text=ask, env=env)

    def s_client(self, server, port, *options, talk=("> hello", "< answer"), env=None):
        """A talk with an s_server: each line is said (`>`: by the client) once the one before was heard. k and K: KeyUpdate."""
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "ets.example", "-verify_return_error",
             "-CAfile", self.path("ca.pem"), "-keylogfile", self.keylog, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        os.set_blocking(client.stdout.fileno(), False)
        heard = {">": b"", "<": b""}
        with open(self.path(f"server-{port}.log"), "rb") as log:
            log.seek(0, os.SEEK_END)

            def wait(side, word):
                ends = time.monotonic() + 10
                while word not in heard[side]:
                    heard[">"] += log.read()
                    heard["<"] += client.stdout.read() or b""
                    if time.monotonic() > ends or client.poll() is not None:
                        client.kill()
                        raise AssertionError((options, word, heard))
                    time.sleep(0.01)
            wait("<", b"Verify return code: 0 (ok)")
            for line in talk:
                speaker = client if line[0] == ">" else server
                speaker.stdin.write(line[2:].encode() + b"\n")
                speaker.stdin.flush()
                if len(line) > 3:
                    wait(line[0], line[2:].encode())
                else:
                    time.sleep(0.1)  # a command, which nobody else hears
        client.stdin.write(b"Q\n")
        client.stdin.close()
        client.wait(5)
        said = heard["<"] + (client.stdout.read() or b"")
        client.stdout.close()
        return said

    def watch(self, path, room="32768"):
        command = ["tcpdump", "-Z", "root", "-i", "lo", "-U", "--immediate-mode", "-B", room, "-n", "-w", path, "tcp"]
        self.tcpdump = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        line = self.tcpdump.stderr.readline()
        while b"listening" not in line:
            assert line, "tcpdump did not start"
            line = self.tcpdump.stderr.readline()

    def enough(self):
        time.sleep(0.4)
        self.tcpdump.send_signal(signal.SIGINT)
        return self.tcpdump.communicate(timeout=30)[1].decode()

    def dismiss(self):
        for server in self.servers:
            server.terminate()
            server.stdin.close()
            server.wait(10)
        self.servers.clear()
