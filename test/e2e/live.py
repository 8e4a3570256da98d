"""What the live tests share: two hosts in network namespaces of their own, real peers on them, and the daemon listening on the
wire between them. A test file begins with enter(), which starts it again where all of that can be made and none of it stays."""
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PELLUCID = os.environ["PELLUCID"]
PELLUCIDD = os.environ["PELLUCIDD"]
SKIPPED = 77  # to meson
ROOM = "framesz=2048,blocksz=65536,framecnt=4096"  # of a packet socket


def enter():
    """Goes on in namespaces of its own for network and mounts; without the rights to make them the test is skipped."""
    if os.environ.get("PELLUCID_INSIDE") == str(os.getppid()):
        subprocess.run(["mount", "-t", "tmpfs", "run", "/run"], check=True)
        os.makedirs("/run/netns")
        return
    probe = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False)
    if os.geteuid() != 0 or probe.returncode != 0:
        print("skipped: needs root and network namespaces")
        sys.exit(SKIPPED)
    inside = dict(os.environ, PELLUCID_INSIDE=str(os.getpid()))
    sys.exit(subprocess.run(["unshare", "--net", "--mount", sys.executable, *sys.argv], env=inside, check=False).returncode)


def sh(line, **more):
    return subprocess.run(line.split(), check=True, capture_output=True, text=True, **more).stdout


def until(true, seconds=10, what="what was waited for"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = true()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


class Wire:
    """client (10.9.0.1, interface c0) and server (10.9.0.2, s0), each frame on the wire as it would be on a real one."""

    def __init__(self):
        self.ended = []
        for name in ("client", "server"):
            sh(f"ip netns add {name}")
        sh("ip link add c0 netns client type veth peer name s0 netns server")
        for name, link, address in (("client", "c0", "10.9.0.1"), ("server", "s0", "10.9.0.2")):
            self.on(name, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
            self.on(name, f"ip addr add {address}/24 dev {link}")
            self.on(name, "ip link set lo up")
            self.on(name, f"ethtool -K {link} tso off gso off gro off tx off rx off tx-udp-segmentation off")
            self.on(name, f"ip link set {link} up")

    def on(self, host, line, **more):
        return sh(f"ip netns exec {host} {line}", **more)

    def start(self, host, args, **more):
        process = subprocess.Popen(["ip", "netns", "exec", host, *args], **more)
        self.ended.append(process)
        return process

    def vxlan(self, mtu=1500):
        """A tunnel whose packets are fragmented: 10.8.0.1 and 10.8.0.2 over it."""
        for host, here, there in (("client", 1, 2), ("server", 2, 1)):
            self.on(host, f"ip link add vx0 type vxlan id 42 dstport 4789 local 10.9.0.{here} remote 10.9.0.{there}")
            self.on(host, f"ip addr add 10.8.0.{here}/24 dev vx0")
            self.on(host, "ethtool -K vx0 tso off gso off gro off tx off rx off")
            self.on(host, f"ip link set vx0 mtu {mtu} up")
            self.on(host, f"ip route replace 10.8.0.0/24 dev vx0 src 10.8.0.{here} mtu lock {mtu}")  # else TCP would adapt

    def split(self):
        """Copies what passes c0 to two more interfaces: later fragments to d1, all else to d0."""
        for name in ("d0", "d1"):
            self.on("client", f"ip link add {name} mtu 9000 type veth peer name {name}x mtu 9000")
            self.on("client", f"ip link set {name}x up")
            self.on("client", f"ip link set {name} up")
        self.on("client", "tc qdisc add dev c0 clsact")
        first = "u32 match u16 0 0x1fff at 6"
        for way in ("ingress", "egress"):
            for prio, what, to in ((1, first, "d0"), (2, "u32 match u32 0 0", "d1")):
                copy = f"{what} action mirred egress mirror dev {to}"
                self.on("client", f"tc filter add dev c0 {way} protocol ip prio {prio} {copy}")

    def close(self):
        for process in self.ended:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        for name in ("client", "server"):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def certificate(folder, name="live.example"):
    key, pem = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    sh(f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {pem} -days 2 -subj /O=Live/CN={name} "
       f"-addext subjectAltName=DNS:{name}")
    return key, pem


def nginx(wire, folder, ports=(443,)):
    """HTTP/1.1 and 2 over TLS 1.2 and 1.3; /big is 400 kB."""
    key, pem = certificate(folder)
    web = os.path.join(folder, "www")
    os.makedirs(web, exist_ok=True)
    for name, size in (("index.html", 2000), ("big", 400_000)):
        with open(os.path.join(web, name), "wb") as f:
            f.write(b"x" * size)
    conf = os.path.join(folder, "nginx.conf")
    listens = " ".join(f"listen {port} ssl http2;" for port in ports)
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"daemon off; user root; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
                f"http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; "
                f"fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n"
                f"server {{ {listens} ssl_certificate {pem}; ssl_certificate_key {key}; "
                f"ssl_protocols TLSv1.2 TLSv1.3; root {web}; }} }}\n")
    process = wire.start("server", ["nginx", "-c", conf], stderr=subprocess.DEVNULL)
    until(lambda: subprocess.run(["ip", "netns", "exec", "client", "curl", "-sk", "-o", "/dev/null",
                                  f"https://10.9.0.2:{ports[0]}/"], check=False).returncode == 0, what="nginx")
    return process


class Daemon:
    """pellucidd with a configuration, in a namespace; ready once it says so, as to a service manager."""

    def __init__(self, wire, config, folder, host="client", expect_start=True, env=None):
        self.folder = folder
        self.eve = os.path.join(folder, "eve.jsonl")
        self.config = os.path.join(folder, "pellucid.yaml")
        with open(self.config, "w", encoding="utf-8") as f:
            json.dump(config, f)  # JSON is YAML
        notify = os.path.join(folder, "notify")
        if os.path.exists(notify):
            os.remove(notify)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(notify)
        os.chmod(notify, 0o777)  # whatever user it becomes
        self.heard = b""
        threading.Thread(target=self.listen, daemon=True).start()
        self.log = open(os.path.join(folder, "pellucidd.log"), "ab")  # pylint: disable=consider-using-with
        self.process = wire.start(host, [PELLUCIDD, "--config", self.config], stderr=self.log, stdout=self.log,
                                  env=dict(os.environ, NOTIFY_SOCKET=notify, **(env or {})))
        if expect_start:
            self.wait_for(b"READY=1")

    def listen(self):
        """Hears all that the daemon says, as a service manager does: whoever does not read stops the one who talks."""
        word = True
        while word:
            word = self.notify.recv(4096)
            self.heard += word + b"\n"

    def wait_for(self, word):
        def heard():
            if self.process.poll() is not None:
                raise AssertionError("pellucidd ended: " + self.said())
            return word in self.heard
        until(heard, 30, word.decode() + " of pellucidd")

    def said(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.forget()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.forget()

    def ask(self, *words):
        """The command line's answer, which must not be long in coming whatever else goes on."""
        line = [PELLUCID, "--connect", "unix:" + os.path.join(self.folder, "ctl.sock"), *words]
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=20)

    def status(self):
        """What monitoring sees: the exit code, and the state with its reasons."""
        asked = self.ask("status", "--json")
        return asked.returncode, json.loads(asked.stdout)

    def show(self, what):
        return json.loads(self.ask("show", what, "--json").stdout)[what]

    def packets(self):
        return sum(worker["packets"] for worker in self.show("workers"))

    def goes_on(self):
        """Packets are counted."""
        before = self.packets()
        until(lambda: self.packets() > before, what="a packet")

    def forget(self):
        self.notify.shutdown(socket.SHUT_RDWR)  # ends the thread that listens
        self.notify.close()
        self.log.close()

    def records(self):
        with open(self.eve, encoding="utf-8") as f:
            return [json.loads(line) for line in f]


def af_packet(folder, workers=1, **more):
    """A configuration that listens on c0."""
    config = {
        "ports": [{"name": "c0", "device": f"net_af_packet0,iface=c0,qpairs={workers},{ROOM}"}],
        "workers": {"count": workers},
        "memory": {"huge_pages": "never", "packet_mb": 128},
        "flows": {"capacity": 65536},
        "state": os.path.join(folder, "state"),
        "control": {"socket": os.path.join(folder, "ctl.sock")},
        "metrics": {"listen": "none"},
        "sinks": [{"name": "eve", "type": "file", "path": os.path.join(folder, "eve.jsonl")}],
    }
    config.update(more)
    return config


class Stopped:
    """One thread of a daemon, by its name, as long as this lasts: the others go on."""

    SEIZE, INTERRUPT, DETACH, ALL = 0x4206, 0x4207, 17, 0x40000000  # see ptrace(2), waitpid(2)

    def __init__(self, daemon, name):
        tasks = f"/proc/{daemon.process.pid}/task"
        self.threads = []
        for thread in os.listdir(tasks):
            with open(f"{tasks}/{thread}/comm", encoding="ascii") as f:
                if f.read().strip() == name:
                    self.threads.append(int(thread))
        assert self.threads, "no thread is called " + name

    def trace(self, request, thread):
        call = ctypes.CDLL(None, use_errno=True).ptrace
        call.argtypes, call.restype = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p], ctypes.c_long
        assert call(request, thread, None, None) == 0, os.strerror(ctypes.get_errno())

    def __enter__(self):
        for thread in self.threads:
            self.trace(self.SEIZE, thread)
            self.trace(self.INTERRUPT, thread)
            os.waitpid(thread, self.ALL)

    def __exit__(self, *_):
        for thread in self.threads:
            self.trace(self.DETACH, thread)


class Tcpdump:
    def __init__(self, wire, path, link="c0", host="client"):
        self.path = path
        line = f"tcpdump -Z root -i {link} -U --immediate-mode -n -B 16384 -w {path}"
        self.process = wire.start(host, line.split(),
                                  stderr=subprocess.PIPE)
        while b"listening" not in self.process.stderr.readline():
            pass

    def stop(self):
        time.sleep(0.5)
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=10)[1].decode()
        assert "\n0 packets dropped by kernel" in said, said


def folder_of(test):
    folder = tempfile.mkdtemp()
    test.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder
