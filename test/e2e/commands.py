"""The command line against a daemon: tables and JSON, exit codes, and what `top` does to a terminal."""
import fcntl
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import unittest

from desk import PELLUCID, Desk


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk()
        cls.good = os.path.join(cls.desk.folder, "good.yaml")
        cls.bad = os.path.join(cls.desk.folder, "bad.yaml")
        for path, level in ((cls.good, "count"), (cls.bad, "red")):
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"version: 1\ndefault: {{level: {level}}}\n")

    @classmethod
    def tearDownClass(cls):
        cls.desk.__exit__()

    def code(self, code, *args):
        ended = self.desk.cli(*args)
        self.assertEqual(ended.returncode, code, ended)
        if code not in (0, 3):
            self.assertEqual((ended.stdout, ended.stderr.count("\n")), ("", 1), ended)
        return ended

    def test_every_view_is_a_table_and_an_object_with_a_schema(self):
        for args in (["status"], ["show", "ports"], ["show", "workers"], ["show", "sinks"], ["show", "apps"], ["show", "flows"],
                     ["show", "flow", "2"], ["policy", "history"], ["policy", "show"], ["config", "show"], ["top", "--once"]):
            self.assertTrue(self.code(0, *args).stdout, args)
            for way in (["--json", *args], [*args, "--json"]):
                self.assertEqual(json.loads(self.code(0, *way).stdout)["schema"], 1, way)

    def test_filters_reach_the_daemon(self):
        rows = json.loads(self.code(0, "show", "flows", "--min-bytes", "200", "--limit", "1", "--json").stdout)
        self.assertEqual((rows["matched"], len(rows["flows"])), (2, 1))
        self.assertEqual(json.loads(self.code(0, "show", "flows", "--port", "80", "--json").stdout)["matched"], 0)
        self.code(1, "show", "flows", "--network", "nowhere")
        self.code(2, "show", "flows", "--limit", "0")

    def test_metrics_are_plain_text(self):
        self.assertIn("# TYPE pellucid_flows gauge", self.code(0, "metrics").stdout)

    def test_exit_codes_say_what_happened(self):
        self.code(2, "nonsense")
        self.code(2, "--connect", "http://x", "status")
        self.code(2, "--timeout", "3", "version")
        self.code(2, "top")
        self.code(4, "policy", "apply", self.bad)
        self.code(4, "policy", "apply", self.bad + ".not")
        self.code(6, "--connect", "unix:" + self.desk.socket + ".not", "status")
        self.code(7, "policy", "apply", self.good, "--expect-generation", "99")
        self.code(1, "show", "flow", "77")
        with Desk("--degraded") as ill:
            ended = ill.cli("status")
            self.assertEqual(ended.returncode, 3)
            self.assertIn("disk is full", ended.stdout)

    def test_errors_are_json_where_that_is_asked_for(self):
        for code, args in ((4, ["policy", "apply", self.bad]), (4, ["policy", "check", self.bad]), (2, ["nonsense"]),
                           (6, ["--connect", "unix:/nowhere", "status"]), (2, ["top"])):
            error = json.loads(self.code(code, "--json", *args).stderr)["error"]
            self.assertTrue(error["code"] and error["reason"], args)
            if code == 4:
                self.assertEqual((error["file"], error["line"], error["column"]), (self.bad, 2, 18))

    def test_a_policy_goes_its_way(self):
        with Desk() as desk:
            self.assertEqual(desk.cli("policy", "diff", self.good).returncode, 3)
            dry = desk.cli("policy", "apply", self.good, "--dry-run")
            self.assertEqual((dry.returncode, "1 of 3 live flows" in dry.stdout), (0, True))
            applied = desk.cli("policy", "apply", self.good, "--confirm", "5m", "-m", "why not")
            self.assertRegex(applied.stdout, r"^generation 2 live on 3/3 readers in .* unless: pellucid policy confirm\n$")
            self.assertEqual(desk.cli("policy", "apply", self.good).returncode, 7)
            self.assertEqual(desk.cli("policy", "confirm").returncode, 0)
            self.assertEqual(desk.cli("policy", "diff", self.good).returncode, 0)
            self.assertEqual(desk.cli("policy", "rollback", "1").returncode, 0)
            self.assertIn("why not", desk.cli("policy", "history").stdout)
            self.assertEqual(desk.cli("policy", "show", "2").stdout, open(self.good, encoding="utf-8").read())
            self.assertEqual(desk.cli("policy", "apply", self.good, "--confirm", "25h").returncode, 2)

    def test_what_was_done_stands_in_the_audit_log_and_nobody_can_change_it_there(self):
        self.code(0, "policy", "apply", self.good, "-m", 'because of "x"')
        self.code(4, "policy", "apply", self.bad)
        entries = [json.loads(line) for line in self.code(0, "audit", "export").stdout.splitlines()]
        self.assertEqual([e["seq"] for e in entries], list(range(1, len(entries) + 1)))
        done = [(e["action"], e["result"], e["reason"]) for e in entries if e["action"] == "policy_apply"]
        self.assertIn(("policy_apply", "done", 'because of "x"'), done)
        self.assertTrue(any(result == "refused" and ":2:" in reason for _, result, reason in done), done)
        self.assertEqual({e["actor"] for e in entries if e["role"]}, {"root"})
        last = json.loads(self.code(0, "audit", "tail", "-n", "1").stdout)
        self.assertEqual(last["action"], "audit_read")
        self.assertIn("policy_apply", self.code(0, "audit", "show", str(entries[-2]["seq"])).stdout + json.dumps(done))
        self.code(1, "audit", "show", "1000000")
        self.assertGreater(json.loads(self.code(0, "audit", "verify", "--json").stdout)["entries"], len(entries))
        log = os.path.join(self.desk.folder, "log")
        key = os.path.join(self.desk.folder, "state", "audit", "public.pem")
        text = self.code(0, "audit", "export").stdout
        for content, code in ((text, 0), (text.replace("because", "becausE"), 8), ("".join(text.splitlines(True)[1:]), 8),
                              (text + "x\n", 8)):
            with open(log, "w", encoding="utf-8") as f:
                f.write(content)
            self.code(code, "audit", "verify", log, "--key", key)
        self.code(2, "audit", "verify", log)
        self.code(4, "audit", "verify", log, "--key", self.good)
        self.code(4, "audit", "verify", log + "-not-there", "--key", key)

    def test_quiet_says_nothing(self):
        self.assertEqual(self.code(0, "--quiet", "status").stdout, "")


class Top(unittest.TestCase):
    def test_the_terminal_is_as_before_when_it_ends(self):
        for end in (b"q", b"\x03", signal.SIGTERM):
            with Desk() as desk:
                main, other = pty.openpty()
                fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
                before = termios.tcgetattr(other)
                env = dict(os.environ, PELLUCID_CONNECT="unix:" + desk.socket)
                run = subprocess.Popen([PELLUCID, "top"], stdin=other, stdout=other, stderr=other, env=env,
                                       start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
                seen = b""
                while b"WORKER" not in seen:
                    seen += os.read(main, 65536)
                self.assertIn(b"\033[?1049h", seen)
                fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", 3, 20, 0, 0))
                seen = b""
                while seen.count(b"\033[J") < 2:  # whole pages, the second surely for the small window
                    seen += os.read(main, 65536)
                last = seen.split(b"\033[J")[1]
                self.assertLessEqual(last.count(b"\r\n"), 2)
                if isinstance(end, bytes):
                    os.write(main, end)
                else:
                    run.send_signal(end)
                while b"\033[?1049l" not in seen:
                    seen += os.read(main, 65536)
                self.assertEqual(run.wait(timeout=30), 0)
                self.assertEqual(termios.tcgetattr(other), before)
                os.close(main)
                os.close(other)


class Doctor(unittest.TestCase):
    def findings(self, *args):
        ended = subprocess.run([PELLUCID, "doctor", "--json", *args], capture_output=True, text=True, check=False)
        return ended.returncode, {f["area"]: f for f in json.loads(ended.stdout)["findings"]}

    def test_this_machine_can_be_examined(self):
        code, found = self.findings()
        self.assertIn(code, (0, 1))
        for area in ("cpu", "clocksource", "cores", "numa", "hugepages", "iommu", "vfio", "card", "limits", "clock", "disk"):
            self.assertIn(area, found)
        for f in found.values():
            self.assertEqual(f["state"] == "ok", f["remedy"] == "" and f["state"] == "ok", f)

    def test_another_machine_is_judged_from_a_copy(self):
        root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, root)

        def put(path, text):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "w", encoding="utf-8") as f:
                f.write(text + "\n")
        code, found = self.findings("--root", root)
        self.assertEqual((code, found["cpu"]["state"], found["hugepages"]["state"]), (1, "fail", "warn"))
        put("/proc/cpuinfo", "processor : 0\nflags : fpu ssse3 cx16 sse4_2 popcnt")
        put("/proc/mounts", "none /dev/hugepages hugetlbfs rw 0 0")
        put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet")
        put("/sys/devices/system/cpu/online", "0-7")
        put("/sys/devices/system/cpu/isolated", "2-7")
        put("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "2")
        put("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "4")
        put("/sys/kernel/iommu_groups/0/type", "DMA")
        put("/sys/bus/pci/devices/0000:3b:00.0/class", "0x020000")
        put("/sys/bus/pci/devices/0000:3b:00.0/numa_node", "1")
        os.makedirs(root + "/sys/bus/pci/drivers/ice")
        os.symlink("../../drivers/ice", root + "/sys/bus/pci/devices/0000:3b:00.0/driver")
        os.makedirs(root + "/sys/bus/pci/devices/0000:3b:00.0/net/eth0")
        for i in range(2):
            os.makedirs(root + f"/sys/class/net/eth0/queues/rx-{i}")
        code, found = self.findings("--root", root)
        self.assertEqual(code, 0)
        states = {"cpu": "ok", "clocksource": "warn", "cores": "ok", "hugepages": "ok", "iommu": "ok", "card": "warn"}
        for area, state in states.items():
            self.assertEqual(found[area]["state"], state, found[area])
        self.assertIn("2 receive queues", found["card"]["finding"])
        self.assertEqual(found["card"]["remedy"].split("  #")[0], "driverctl set-override 0000:3b:00.0 vfio-pci")


if __name__ == "__main__":
    unittest.main()
