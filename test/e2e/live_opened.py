"""What live tests of decryption share: the daemon on a wire between a client and an unmodified nginx with static key shares,
authorities that sign grants, and what is said of sessions."""
import grp
import json
import os
import shutil
import subprocess

import live

live.enter()

from decrypt_grants import Granted, POLICY  # noqa: E402  pylint: disable=wrong-import-position
from ets_peers import GROUPS, BY_OPENSSL, Peers  # noqa: E402  pylint: disable=wrong-import-position

NOBODY = 65534


class Opened(Granted):
    env = {}  # more of it, for the daemon

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peers = Peers(cls.home, os.environ["ETS_PROVIDER"], os.environ["ETS_KEYS"])
        cls.peers.make_material()

    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)
        self.serve()
        os.chmod(self.folder, 0o755)
        self.keys = os.path.join(self.folder, "keys")
        os.mkdir(self.keys, 0o700)
        self.prepare()
        self.start()

    def prepare(self):
        """What a test wants before the first start."""

    def start(self, **more):
        """The daemon, where it has been before too."""
        control = {"socket": os.path.join(self.folder, "ctl.sock"), "group": "users", "roles": {"authorise": "games"}}
        self.program = shutil.copy(live.PELLUCID, self.folder)
        config = live.af_packet(self.folder, 1, control=control, keys={"folder": self.keys}, host="probe-1", **more)
        self.daemon = live.Daemon(self.wire, config, self.folder, env=self.env)

    def serve(self):
        env = self.peers.configure()
        site = os.path.join(self.home, "site")
        os.makedirs(site, exist_ok=True)
        for name, size in (("index.html", 3000), ("big", 300_000_000)):
            with open(os.path.join(site, name), "wb") as out:
                out.truncate(size)
        servers = "\n".join(
            f"server {{ listen {port} ssl http2; ssl_ecdh_curve {BY_OPENSSL[group]}; ssl_protocols TLSv1.3; "
            f"ssl_certificate {self.home}/server.pem; ssl_certificate_key {self.home}/server.key; root {site}; }}"
            for port, group in enumerate(GROUPS, 443))
        conf = os.path.join(self.home, "live.conf")
        with open(conf, "w", encoding="utf-8") as out:
            out.write(f"daemon off; user root; pid {self.home}/live.pid; error_log {self.home}/live.log; events {{}}\n"
                      f"http {{ access_log off; {servers} }}\n")
        self.wire.start("server", ["nginx", "-p", self.home, "-c", conf], stderr=subprocess.DEVNULL, env=env)
        live.until(lambda: self.fetch(443, "index.html").returncode == 0, what="nginx")

    def fetch(self, port, page, *options):
        return subprocess.run(["ip", "netns", "exec", "client", "curl", "-sk", "--http1.1", "-o", "/dev/null", "--resolve",
                               f"ets.example:{port}:10.9.0.2", *options, f"https://ets.example:{port}/{page}"], check=False,
                              timeout=60)

    def must(self, *words):
        asked = self.daemon.ask(*words)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        return asked

    def by_authority(self, *words):
        """Said by somebody who holds the role for it: root does not."""
        groups = [grp.getgrnam(name).gr_gid for name in ("users", "games")]
        asked = subprocess.run([self.program, "--connect", "unix:" + os.path.join(self.folder, "ctl.sock"), *words],
                               capture_output=True, text=True, check=False, timeout=20, user=NOBODY, group=NOBODY,
                               extra_groups=groups)
        self.assertEqual(asked.returncode, 0, asked.stderr)

    def lay(self, name):
        """A copy that everybody may read."""
        copy = shutil.copy(os.path.join(self.home, name), self.folder)
        os.chmod(copy, 0o644)
        return copy

    def authorise(self, name="live", more="depth: headers\n"):
        self.by_authority("authority", "import", self.lay(self.soft))
        self.by_authority("grant", "import",
                          self.lay(self.warrant(name, scope="server_networks: 10.9.0.0/24", more=more)))

    def give_keys(self):
        for group in GROUPS:
            path = shutil.copy(self.peers.key(group), self.keys)
            os.chmod(path, 0o600)
        live.until(lambda: self.loaded() >= len(GROUPS), what="the keys of the folder")

    def loaded(self):
        said = [e.get("action") for e in self.audit()]
        return said.count("key_import") - said.count("key_zeroise")

    def audit(self):
        with open(os.path.join(self.folder, "state", "audit", "audit.jsonl"), encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def ask_for_it(self):
        policy = os.path.join(self.folder, "decrypt.yaml")
        with open(policy, "w", encoding="utf-8") as out:
            out.write(POLICY)
        self.must("policy", "apply", policy)

    def figure(self, name):
        """A metric's value, over all workers."""
        metric, _, wanted = name.partition("{")
        wanted = wanted.strip("}").split(",") if wanted else []
        lines = [line.rsplit(" ", 1) for line in self.must("metrics").stdout.splitlines() if not line.startswith("#")]
        return sum(float(value) for series, value in lines if series.partition("{")[0] == "pellucid_" + metric and
                   all(label in series for label in wanted))

    def stop(self):
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())
        return self.daemon.records()

    @staticmethod
    def decrypts(records):  # pylint: disable=arguments-differ
        return [r["pellucid"]["decrypt"] for r in records if r["event_type"] == "decrypt"]
