"""The daemon gives root up once its ports are open, and goes on with all that it does."""
import os
import subprocess
import unittest

import live

live.enter()


class User(unittest.TestCase):
    def test_it_becomes_another_user_without_any_right_and_policies_and_records_go_on(self):
        folder = live.folder_of(self)
        os.chmod(folder, 0o711)
        wire = live.Wire()
        self.addCleanup(wire.close)
        below = os.path.join(folder, "new")
        config = live.af_packet(below, user="nobody", sinks=[{"type": "file", "path": f"{below}/log/eve.jsonl"}],
                                control={"socket": f"{below}/run/ctl.sock"}, state=f"{below}/state")
        daemon = live.Daemon(wire, config, folder)
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as f:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
        self.assertEqual(set(status["Uid"].split()), {"65534"})
        self.assertEqual(int(status["CapEff"], 16) | int(status["CapPrm"], 16), 0)
        self.assertEqual(status["NoNewPrivs"], "1")
        with open(f"/proc/{daemon.process.pid}/limits", encoding="ascii") as f:
            core = next(line for line in f if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"])
        policy = os.path.join(folder, "p.yaml")
        with open(policy, "w", encoding="utf-8") as f:
            f.write("version: 1\ndefault: {level: metadata}\n")
        line = [live.PELLUCID, "--connect", f"unix:{below}/run/ctl.sock", "policy", "apply", policy]
        self.assertEqual(subprocess.run(line, capture_output=True, check=False).returncode, 0)
        wire.on("client", "ping -c 2 -i 0.2 10.9.0.2")
        self.assertEqual(daemon.stop(), 0, daemon.said())
        self.assertEqual(os.stat(f"{below}/log/eve.jsonl").st_uid, 65534)
        self.assertGreater(os.path.getsize(f"{below}/log/eve.jsonl"), 0)


if __name__ == "__main__":
    unittest.main()
