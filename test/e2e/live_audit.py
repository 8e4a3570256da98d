#!/usr/bin/env python3
"""What the audit log proves of sessions that the daemon opens among real peers; and that nothing is opened, though all else
goes on, where it cannot be written, is not whole, or shows that state or clock were set back."""
import json
import os
import re
import shutil
import struct
import subprocess
import unittest

from live_opened import Opened  # first: it starts this again in namespaces
import live
from chain import Chain, climb, leaf_of


class Audited(Opened):
    def prepare(self):
        self.state = os.path.join(self.folder, "state")
        self.log = os.path.join(self.state, "audit", "audit.jsonl")

    def ready(self):
        self.authorise()
        self.give_keys()
        self.ask_for_it()

    def get(self, port=443):
        self.assertEqual(self.fetch(port, "index.html").returncode, 0)

    def lines(self):
        """Of decrypt records that were written so far."""
        with open(self.daemon.eve, "rb") as file:
            return [line for line in file.read().splitlines() if json.loads(line)["event_type"] == "decrypt"]

    def told(self):
        return [(d["result"], d.get("reason", "")) for d in (json.loads(x)["pellucid"]["decrypt"] for x in self.lines())]

    def await_told(self, n):
        live.until(lambda: len(self.lines()) >= n, what=f"{n} decrypt records")
        return self.told()

    def inside(self):
        """How many requests were read in sessions that were opened."""
        with open(self.daemon.eve, "rb") as file:
            return sum(json.loads(line)["event_type"] == "http" for line in file.read().splitlines())

    def degraded(self, why):
        """Monitoring is told by each of its ways."""
        code, status = live.until(lambda: (s := self.daemon.status())[0] == 3 and s, what="a degraded state")
        self.assertEqual(code, 3)
        self.assertTrue(any(why in reason for reason in status["reasons"]), status["reasons"])
        self.assertIn(why, status["decryption"]["reason"])
        self.assertIn("\npellucid_decryption_enabled 0\n", self.must("metrics").stdout)

    def writing(self):
        text = self.must("metrics").stdout
        return "\npellucid_audit_writing 1" in text

    def refused_now(self, reason, port=443):
        """Nothing of one more session is opened, while packets are counted and all other records written."""
        before, inside, packets = len(self.lines()), self.inside(), self.daemon.packets()
        self.get(port)
        told = self.await_told(before + 1)[before:]
        self.assertEqual(told, [("refused", reason)])
        self.assertEqual(self.inside(), inside)
        self.assertGreater(self.daemon.packets(), packets)
        live.until(lambda: re.search(rf'^pellucid_decrypt_refusals_total{{[^}}]*reason="{reason}"[^}}]*}} [1-9]',
                                     self.must("metrics").stdout, re.M), what="the refusal's metric")

    def opened_now(self):
        before = len(self.lines())
        self.get()
        self.assertEqual(self.await_told(before + 1)[before:], [("opened", "")])


class Proved(Audited):
    def test_each_session_stands_under_a_root_that_an_inspector_can_check(self):
        self.ready()
        for _ in range(3):
            self.opened_now()
        records = self.lines()
        proofs = os.path.join(self.folder, "decrypt.jsonl")
        with open(proofs, "wb") as out:
            out.write(b"\n".join(records) + b"\n")
        asked = live.until(lambda: (a := self.daemon.ask("audit", "prove", proofs, "--json")).returncode == 0 and a)
        told = json.loads(asked.stdout)["proofs"]
        self.stop()
        chain = Chain(self.log)
        by_seq = {e["seq"]: e for e in chain.did("sessions_opened")}
        for record, proof in zip(records, told):
            root = climb(leaf_of(record), proof["which"], proof["leaves"], map(bytes.fromhex, proof["path"]))
            self.assertEqual(root.hex(), by_seq[proof["seq"]]["root"])
        trees = chain.trees(os.path.join(self.state, "audit", "leaves.jsonl"))
        self.assertEqual({leaf for tree in trees.values() for leaf in tree}, {leaf_of(record) for record in records})
        self.assertGreater(chain.signatures_hold(os.path.join(self.state, "audit", "public.pem")), 0)
        self.assertEqual(chain.entries[-2]["action"], "stop")
        ended = subprocess.run([live.PELLUCID, "audit", "prove", proofs, "--log", self.log, "--json"], capture_output=True,
                               check=True)
        self.assertTrue(all(proof["signed_by"] > proof["seq"] for proof in json.loads(ended.stdout)["proofs"]))

    def test_start_status_and_checkpoints_name_the_authority_set(self):
        self.assertIsNone(self.daemon.status()[1]["authority_set"])
        self.ready()
        digest = self.daemon.status()[1]["authority_set"]
        self.assertRegex(digest, "^[0-9a-f]{64}$")
        self.stop()
        self.start()
        self.stop()
        chain = Chain(self.log)
        self.assertIn("authority set none", chain.did("start")[0]["reason"])
        self.assertIn("authority set sha256 " + digest, chain.did("start")[1]["reason"])
        self.assertEqual({e["authorities"] for e in chain.did("checkpoint")}, {digest})


class FullDisk(Audited):
    def prepare(self):
        super().prepare()
        os.mkdir(self.state)
        live.sh(f"mount -t tmpfs -o size=2m tmpfs {self.state}")
        self.addCleanup(live.sh, f"umount -l {self.state}")

    def test_a_full_disk_stops_decryption_until_there_is_room(self):
        self.ready()
        self.opened_now()
        fill = os.path.join(self.state, "fill")
        with open(fill, "wb", buffering=0) as out:
            try:
                while out.write(bytes(4096)):
                    pass
            except OSError:
                pass
        sessions = 1
        while self.writing():  # the last page has room for some entries
            self.get()
            sessions += 1
        self.degraded("the audit log cannot be written")
        self.await_told(sessions)
        self.refused_now("unwitnessed", port=444)  # a server of which no refusal was told yet
        os.remove(fill)
        live.until(self.writing, what="the end of the trouble")
        self.opened_now()
        self.stop()
        chain = Chain(self.log)
        self.assertGreaterEqual(len(chain.did("audit_gap")), 1)
        self.assertIn("unwitnessed", {e["reason"] for e in chain.did("sessions_refused")})
        chain.trees(os.path.join(self.state, "audit", "leaves.jsonl"))


class NotWhole(Audited):
    def test_a_log_that_is_cut_meanwhile_stops_decryption_also_after_a_restart(self):
        self.ready()
        self.opened_now()
        live.until(lambda: any(e["action"] == "sessions_opened" for e in self.audit()))
        os.truncate(self.log, os.path.getsize(self.log) - 10)
        self.degraded("the audit log is broken")
        self.refused_now("unwitnessed")
        self.assertEqual(self.daemon.stop(), 0)
        with open(self.log, "rb") as file:
            lines = file.read().splitlines(keepends=True)
        with open(self.log, "wb") as file:
            file.writelines(line.replace(b'"grant_import"', b'"grant_imparted"') for line in lines)
        self.start()
        self.degraded("the audit log is broken")
        self.refused_now("unwitnessed")
        self.assertEqual(self.daemon.stop(), 0)
        os.rename(self.log, self.log + ".looked-into")
        self.start()
        self.degraded("was restored from before")
        self.assertEqual(self.daemon.stop(), 0)
        os.remove(os.path.join(self.folder, "audit.last"))
        self.start()
        self.opened_now()


class FromBefore(Audited):
    def copy(self, name):
        there = os.path.join(self.folder, "copy")
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(os.path.join(self.state, name), there)

    def restore(self, name):
        shutil.rmtree(os.path.join(self.state, name))
        shutil.copytree(os.path.join(self.folder, "copy"), os.path.join(self.state, name))

    def test_a_state_folder_that_was_restored_from_before_opens_nothing(self):
        self.ready()
        self.stop()
        self.copy("")
        self.start()
        self.opened_now()
        self.stop()
        for _ in range(2):  # it does not grow into belief
            self.restore("")
            self.start()
            self.degraded("was restored from before")
            self.assertFalse(self.writing())
            self.refused_now("unwitnessed")
            self.stop()
            chain = Chain(self.log)
            self.assertEqual([e["result"] for e in chain.did("state_restored")], ["refused"])
            self.assertEqual({e["reason"] for e in chain.did("sessions_refused")}, {"unwitnessed"})
            self.assertEqual(chain.did("session_open"), [])

    def test_grants_that_were_restored_from_before_open_nothing(self):
        self.ready()
        self.copy("grants")
        self.by_authority("grant", "revoke", "live", "--reason", "enough")
        self.refused_now("revoked")
        self.stop()
        self.restore("grants")
        self.start()
        self.degraded("older than it was")
        self.refused_now("no_grant")
        self.stop()
        chain = Chain(self.log)
        self.assertEqual([e["result"] for e in chain.did("grants_read")], ["refused"])
        self.assertEqual([e["reason"] for e in chain.did("sessions_refused")], ["revoked", "no_grant"])


class SetBack(Audited):
    def prepare(self):
        super().prepare()
        self.clock = os.path.join(self.folder, "clock")
        self.set_clock(0)
        self.env = {"LD_PRELOAD": os.environ["CLOCK"], "CLOCK_FILE": self.clock}

    def set_clock(self, seconds):
        mode = "r+b" if os.path.exists(self.clock) else "wb"
        with open(self.clock, mode) as out:  # in place: the daemon has it before its eyes
            out.write(struct.pack("=q", seconds))

    def test_a_clock_that_was_set_back_opens_nothing(self):
        self.ready()
        self.opened_now()
        self.set_clock(-3600)
        live.until(lambda: any(e["action"] == "clock_step" for e in self.audit()), what="the step of the clock")
        self.refused_now("not_yet")
        self.set_clock(0)
        live.until(lambda: sum(e["action"] == "clock_step" for e in self.audit()) == 2, what="the step of the clock")
        self.opened_now()
        self.stop()
        chain = Chain(self.log)
        steps = [round(int(e["reason"].removesuffix(" ms")) / 1000) for e in chain.did("clock_step")]
        self.assertEqual(steps, [-3600, 3600])
        self.assertEqual([e["reason"] for e in chain.did("sessions_refused")], ["not_yet"])


if __name__ == "__main__":
    unittest.main()
