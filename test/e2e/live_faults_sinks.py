"""Faults behind a running daemon: the exporter stands still, readers go or do not read, a disk is full, files are moved away,
the end comes under full load. Records may be lost, and are counted; packets never are."""
import json
import os
import signal
import socket
import threading
import unittest

import live
import load

live.enter()

FEW = 100  # flows of a load whose records every sink can take


class Reader:
    """Whoever listens on a sink's socket: takes one connection at a time and keeps what stands in it."""

    def __init__(self, test, path):
        self.test = test
        if os.path.exists(path):
            os.remove(path)
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(path)
        self.door.listen(1)
        self.door.settimeout(20)
        self.test.addCleanup(self.door.close)

    def accept(self):
        self.peer, _ = self.door.accept()
        self.peer.settimeout(20)
        self.test.addCleanup(self.peer.close)

    def lines(self, size):
        got = bytearray()
        while len(got) < size:
            more = self.peer.recv(1 << 20)
            assert more, "the daemon went away"
            got += more
        return got.split(b"\n")[:-1]

    def read_on(self):
        """Takes what comes until the daemon ends."""
        self.peer.settimeout(None)
        while self.peer.recv(1 << 20):
            pass

    def leave(self):
        self.door.close()
        self.peer.close()


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)

    def start(self, flows=400, packets=40, **more):
        """Under load: some ten thousand flows a second, which is more than any sink's queue holds for long."""
        config = live.af_packet(self.folder, ports=[load.port(self.folder, flows, packets)],
                                memory={"huge_pages": "never", "packet_mb": 256}, **more)
        self.daemon = live.Daemon(self.wire, config, self.folder)

    def sink(self, name="sink"):
        return next(sink for sink in self.daemon.show("sinks") if sink["name"] == name)

    def workers(self, what):
        return sum(worker[what] for worker in self.daemon.show("workers"))

    def degraded(self, reason):
        def said():
            code, state = self.daemon.status()
            return code == 3 and any(reason in line for line in state["reasons"])
        live.until(said, 20, "degraded: " + reason)

    def well(self):
        live.until(lambda: self.daemon.status()[0] == 0, 20, "a state without reasons")

    def end(self):
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())  # 1 where a law of the counters is broken

    def test_while_the_exporter_stands_still_packets_are_counted_and_records_dropped(self):
        self.start(sinks=[])
        live.until(lambda: self.workers("records") > 0, what="a record")
        with live.Stopped(self.daemon, "exporter"):
            live.until(lambda: self.workers("records_dropped") > 0, 30, "a dropped record")
            self.degraded("the exporter does not answer")
            self.daemon.goes_on()
            path = os.path.join(self.folder, "count.yaml")
            with open(path, "w", encoding="utf-8") as f:
                f.write("version: 1\ndefault: {level: metadata}\n")
            applied = self.daemon.ask("policy", "apply", path)
            self.assertIn("live on 2/3", applied.stdout + applied.stderr)
        live.until(lambda: self.daemon.status()[0] == 0, what="the exporter")
        before = self.workers("records")
        live.until(lambda: self.workers("records") > before, what="a record")
        self.end()

    def test_a_reader_who_goes_costs_records_and_the_next_one_begins_with_a_whole_line(self):
        path = os.path.join(self.folder, "reader.sock")
        reader = Reader(self, path)
        self.start(sinks=[{"name": "sink", "type": "socket", "path": path}])
        reader.accept()
        for line in reader.lines(1 << 20):
            json.loads(line)
        reader.leave()
        self.degraded("sink sink loses records: ")
        live.until(lambda: self.sink()["dropped"].get("disconnected"), 30, "a record dropped as disconnected")
        self.daemon.goes_on()
        reader = Reader(self, path)
        reader.accept()
        for line in reader.lines(1 << 20):
            json.loads(line)
        threading.Thread(target=reader.read_on, daemon=True).start()
        self.well()
        self.end()

    def test_a_reader_who_does_not_read_costs_records_of_its_own_sink_alone(self):
        path = os.path.join(self.folder, "reader.sock")
        reader = Reader(self, path)
        eve = {"name": "eve", "type": "file", "path": os.path.join(self.folder, "eve.jsonl"), "rotate_mb": 16, "keep": 1}
        self.start(sinks=[{"name": "sink", "type": "socket", "path": path}, eve])
        reader.accept()
        live.until(lambda: self.sink()["dropped"].get("full"), 60, "a record dropped as full")
        self.degraded("its reader has stopped")
        self.daemon.goes_on()
        written = self.sink("eve")["records"]
        live.until(lambda: self.sink("eve")["records"] > written, what="a record of the other sink")
        self.assertEqual(self.sink("eve")["state"], "up")
        for line in reader.lines(40 << 20):  # what had waited and more: lost were whole lines
            json.loads(line)
        threading.Thread(target=reader.read_on, daemon=True).start()
        self.well()
        self.end()

    def test_a_full_disk_degrades_the_state_until_there_is_room_and_tears_no_line(self):
        small = os.path.join(self.folder, "small")
        os.mkdir(small)
        live.sh(f"mount -t tmpfs -o size=8m tmpfs {small}")
        self.addCleanup(lambda: live.sh(f"umount -l {small}"))
        path = os.path.join(small, "eve.jsonl")
        self.start(sinks=[{"name": "sink", "type": "file", "path": path}])
        self.degraded("No space left on device")
        live.until(lambda: self.sink()["dropped"].get("disk_full"), 60, "a record dropped as disk_full")
        metrics = self.daemon.ask("metrics").stdout
        self.assertIn('pellucid_sink_up{sink="sink"} 0', metrics)
        self.assertRegex(metrics, r'pellucid_export_dropped_records_total\{.*reason="disk_full".*\} [1-9]')
        self.daemon.goes_on()
        with open(path, "rb") as f:
            for line in f:
                json.loads(line)  # the last one too is whole
        old = path + ".old"
        os.rename(path, old)  # what an operator does first frees nothing; the daemon goes on with a new file
        os.truncate(old, 0)
        self.daemon.process.send_signal(signal.SIGHUP)
        live.sh(f"mount -o remount,size=512m {small}")
        written = self.sink()["records"]
        live.until(lambda: self.sink()["records"] > written, what="recovery")
        self.well()
        self.end()
        with open(path, "rb") as f:
            for line in f:
                json.loads(line)

    def test_a_file_that_was_moved_away_is_made_anew_at_a_hangup_and_no_record_is_lost(self):
        self.start(flows=FEW, packets=400)
        live.until(lambda: self.sink("eve")["records"] > 1000, what="records")
        moved = []
        for i in range(3):
            moved.append(f"{self.daemon.eve}.{i}")
            os.rename(self.daemon.eve, moved[-1])
            self.daemon.process.send_signal(signal.SIGHUP)
            live.until(lambda: os.path.exists(self.daemon.eve) and os.path.getsize(self.daemon.eve) > 0, what="a new file")
        self.end()
        self.check_all_there(moved + [self.daemon.eve])

    def test_the_end_under_full_load_drains_what_was_made(self):
        self.start(flows=FEW, packets=400)
        live.until(lambda: self.sink("eve")["records"] > 5000, what="records")
        self.end()
        self.check_all_there([self.daemon.eve])

    def check_all_there(self, files):
        """The load brings one flow after the other, again and again: none is missing, none torn, none twice."""
        ids, passes = set(), [0] * FEW
        for path in files:
            with open(path, encoding="utf-8") as f:
                for line in f:
                    record = json.loads(line)
                    ids.add(record["flow_id"])
                    passes[record["src_port"] - load.FIRST_PORT] += 1
        self.assertEqual(sum(passes), len(ids))
        self.assertGreater(passes[0], 10)
        self.assertEqual(passes, sorted(passes, reverse=True))
        self.assertLessEqual(passes[0] - passes[-1], 1)


if __name__ == "__main__":
    unittest.main()
