"""What comes out: records alone on standard output, a folder, a summary as JSON or for a person; the same for any source."""
import gzip
import json
import os
import shutil
import tempfile
import unittest

from harness import GOLDEN, golden, pcap, plain, records, run, udp

SUMMARY = ("packets", "bytes", "flows", "records", "seconds", "ns_per_packet", "read_ns_per_packet", "workers", "dropped",
           "parse_errors")
EVERY = ("timestamp", "event_type", "flow_id", "src_ip", "dest_ip", "proto", "ip_v", "community_id", "pellucid")


class Output(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_out_to_standard_output_holds_nothing_but_records(self):
        for capture in GOLDEN:
            ended = run("--out", "-", capture)
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            found = [json.loads(line) for line in ended.stdout.decode("utf-8").splitlines()]
            self.assertGreater(len(found), 0, capture)
            for record in found:
                for key in EVERY:
                    self.assertIn(key, record)
                self.assertRegex(record["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$")
                self.assertLess(record["flow_id"], 1 << 51)

    def test_out_to_a_folder_makes_it_and_writes_the_same_records(self):
        out = os.path.join(self.folder, "new")
        self.assertEqual(run("--out", out, golden("dns")).returncode, 0)
        with open(os.path.join(out, "eve.jsonl"), encoding="utf-8") as f:
            found = [json.loads(line) for line in f]
        self.assertEqual(plain(found), plain(records(golden("dns"))))

    def test_json_is_one_object_with_every_promised_field(self):
        for capture in GOLDEN:
            ended = run("--json", capture)
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))
            summary = json.loads(ended.stdout)
            for key in SUMMARY:
                self.assertIn(key, summary)
                self.assertIsInstance(summary[key], (int, float), key)
            self.assertGreater(summary["packets"], 0)

    def test_json_counts_what_the_records_say(self):
        summary = json.loads(run("--json", golden("https-tls12-http1")).stdout)
        found = records(golden("https-tls12-http1"))
        self.assertEqual(summary["records"], len(found))
        flows = [r["flow"] for r in found if r["event_type"] == "flow"]
        self.assertEqual(summary["flows"], len(flows))
        self.assertEqual(summary["packets"], sum(f["pkts_toserver"] + f["pkts_toclient"] for f in flows))
        self.assertEqual(summary["bytes"], sum(f["bytes_toserver"] + f["bytes_toclient"] for f in flows))

    def test_without_options_a_person_reads_names_and_versions(self):
        text = run(golden("https-tls12-http1")).stdout.decode("utf-8")
        self.assertIn("golden.example", text)
        self.assertIn("TLS 1.2", text)
        self.assertGreater(len(text.splitlines()), 5)
        self.assertNotIn("{", text)

    def test_standard_input_and_compressed_files_give_the_same_records(self):
        def nameless(found):
            for record in found:
                record.pop("pcap_filename", None)
            return plain(found)
        for capture in GOLDEN[:6]:
            with open(capture, "rb") as f:
                data = f.read()
            want = nameless(records(capture))
            packed = os.path.join(self.folder, "packed.pcap.gz")
            with open(packed, "wb") as f:
                f.write(gzip.compress(data))
            self.assertEqual(nameless(records(packed)), want)
            self.assertEqual(nameless(records("-", stdin=data)), want)
            self.assertEqual(nameless(records("-", stdin=gzip.compress(data))), want)

    def test_metadata_level_gives_the_same_tls_records_without_a_verdict_by_ndpi(self):
        def tls(found):
            return [r["tls"] for r in found if r["event_type"] == "tls"]
        found = records("--level", "metadata", golden("gnutls-tls13"))
        self.assertEqual(tls(found), tls(records(golden("gnutls-tls13"))))
        self.assertNotIn("ndpi", {r["pellucid"].get("app", {}).get("by") for r in found})

    def test_repeat_gives_each_pass_later_times(self):
        def times(found):
            return [r["timestamp"] for r in found if r["event_type"] == "dns"]
        once, thrice = times(records(golden("dns"))), times(records("--repeat", "3", golden("dns")))
        self.assertEqual(len(thrice), 3 * len(once))
        self.assertEqual(thrice, sorted(thrice))
        self.assertEqual(len(set(thrice)), 3 * len(set(once)))

    def test_a_handshake_with_a_hole_is_marked_incomplete_and_counted(self):
        with open(golden("openssl-tls1_2"), "rb") as f:
            data = f.read()
        frames, at = [], 24
        while at < len(data):
            size = 16 + int.from_bytes(data[at + 8:at + 12], "little")
            frames.append(data[at:at + size])
            at += size
        longest = max(range(len(frames)), key=lambda i: len(frames[i]))  # ServerHello and certificate
        path = os.path.join(self.folder, "hole.pcap")
        for hole in (False, True):
            with open(path, "wb") as f:
                f.write(data[:24] + b"".join(frame for i, frame in enumerate(frames) if not (hole and i == longest)))
            found = [r for r in records(path) if r["event_type"] == "tls"]
            self.assertEqual(len(found), 1)
            self.assertEqual("incomplete" in found[0]["pellucid"], hole)
            counters = json.loads(run("--json", path).stdout)["counters"]
            self.assertEqual("records_incomplete_total" in counters, hole)

    def test_names_from_the_wire_cannot_break_the_lines(self):
        name = b'a"\\\n\x00\xff\xc3'
        query = bytes.fromhex("123401000001000000000000") + bytes([len(name)]) + name + b"\x07example\x00\x00\x01\x00\x01"
        frame = bytearray(udp(1, 40000, query))
        frame[36:38] = (53).to_bytes(2, "big")
        path = os.path.join(self.folder, "wild.pcap")
        with open(path, "wb") as f:
            f.write(pcap([bytes(frame)]))
        found = records(path)
        asked = [q["rrname"] for r in found if r["event_type"] == "dns" for q in r["dns"]["queries"]]
        self.assertEqual(len(asked), 1)
        self.assertIn('a"', asked[0])
        self.assertTrue(asked[0].endswith("example"))


if __name__ == "__main__":
    unittest.main()
