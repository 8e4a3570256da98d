"""The daemon on a wire between real peers: every session has its records, the same that a replay of tcpdump's capture gives."""
import collections
import json
import os
import subprocess
import unittest

import live

live.enter()

OPENSSL = "openssl s_client -connect {0}:443 -servername live.example -quiet -no_ign_eof"


def replay(path):
    policy = path + ".yaml"
    with open(policy, "w", encoding="utf-8") as f:
        f.write("version: 1\ndefault: {level: classify}\n")  # the daemon's own, where none was ever applied
    ended = subprocess.run([live.PELLUCID, "run", "--policy", policy, "--out", "-", path], capture_output=True, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def comparable(records):
    """What must be equal however a packet was taken: not the keyed id, not what depends on when exactly it was stamped."""
    out = []
    for record in records:
        for key in ("flow_id", "timestamp", "in_iface", "pcap_filename"):
            record.pop(key, None)
        for key in ("start", "end", "age", "reason"):
            record.get("flow", {}).pop(key, None)
        record.get("pellucid", {}).pop("policy_generation", None)
        out.append(json.dumps(record, sort_keys=True))
    return sorted(out)


class Sessions(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)

    def talk(self, server, bulk):
        """Every kind of client, several times; gives how many sessions that were."""
        curl = f"curl -sk --resolve live.example:443:{server} -o /dev/null https://live.example/"
        ask = "GET / HTTP/1.0\r\n\r\n"
        clients = [
            (curl + " --http1.1", None), (curl + " --http2", None),
            (curl + " --tls-max 1.2", None), (OPENSSL.format(server), ask), (OPENSSL.format(server) + " -tls1_2", ask),
            (f"gnutls-cli --insecure --sni-hostname=live.example {server}", ask),
        ]
        clients += [(curl + "big --http2", None)] * bulk
        for line, said in clients * 2:
            subprocess.run(["ip", "netns", "exec", "client", *line.split()], input=(said or "").encode(), timeout=20,
                           check=True, capture_output=True)
        return 2 * len(clients)

    def watch(self, workers, server, bulk, ports):
        live.nginx(self.wire, self.folder)
        capture = os.path.join(self.folder, "seen.pcap")
        tcpdump = live.Tcpdump(self.wire, capture)
        daemon = live.Daemon(self.wire, live.af_packet(self.folder, workers, **ports), self.folder)
        sessions = self.talk(server, bulk)
        tcpdump.stop()
        self.assertEqual(daemon.stop(), 0, daemon.said())
        return sessions, daemon.records(), replay(capture)

    def same(self, workers, server="10.9.0.2", bulk=1, **ports):
        sessions, live_records, replayed = self.watch(workers, server, bulk, ports)
        named = [r for r in live_records if r["event_type"] == "tls" and r["tls"].get("sni") == "live.example"]
        self.assertEqual(len(named), sessions)
        flows = [r for r in live_records if r["event_type"] == "flow" and r.get("dest_port") == 443]
        self.assertEqual(len(flows), sessions)
        seen, expected = collections.Counter(comparable(live_records)), collections.Counter(comparable(replayed))
        brief = lambda lines: "\n".join(line[:400] for line in sorted(lines.elements()))
        self.assertEqual(brief(seen - expected), brief(expected - seen))
        return live_records

    def test_one_worker_gives_what_a_replay_gives(self):
        self.same(1)

    def test_two_workers_give_what_a_replay_gives(self):
        self.same(2)

    def test_a_tunnel_whose_ports_differ_by_direction_spreads_over_both_queues_and_gives_the_same(self):
        self.wire.vxlan(1450)
        self.in_a_tunnel(self.same(2, "10.8.0.2"))

    @unittest.skipIf(os.environ.get("SANITIZE", "none") != "none", "this device has room for 32 packets only")
    def test_fragments_of_a_tunnel_that_come_by_different_ports_give_the_same(self):
        self.wire.vxlan(1500)
        self.wire.split()
        # Not af_packet: its sockets get whole datagrams, put together by the kernel. This device has room for 32 packets only.
        ports = [{"name": name, "device": f"net_pcap{i},rx_iface={name}x"} for i, name in enumerate(("d0", "d1"))]
        self.in_a_tunnel(self.same(2, "10.8.0.2", bulk=0, ports=ports))

    def in_a_tunnel(self, records):
        inner = [r for r in records if r["event_type"] == "flow" and r.get("dest_port") == 443]
        for record in inner:
            self.assertEqual([t["type"] for t in record["pellucid"]["tunnels"]], ["vxlan"])
            self.assertEqual(record["pellucid"]["tunnels"][0]["id"], 42)


if __name__ == "__main__":
    unittest.main()
