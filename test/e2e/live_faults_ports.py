"""Faults in front of a running daemon: links that go and come back, buffers that are used up, a worker that stands still."""
import os
import struct
import unittest

import live

live.enter()

# Of 1,024 buffers a frame of 65,535 octets takes 31, so that 33 of them and a small one are a burst that leaves none.
BUFFERS = 1024
PATTERN = [65_535] * 33 + [142]


def frame(flow, size):
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 128, 0, 0x4000, 64, 17, 0) + bytes([10, 1, flow >> 8, flow & 255, 10, 2, 0, 1])
    return (bytes(12) + b"\x08\x00" + ip + struct.pack("!HHHH", 1000 + flow, 5555, 108, 0)).ljust(size, b"\0")


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = live.folder_of(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)

    def start(self, **more):
        self.daemon = live.Daemon(self.wire, live.af_packet(self.folder, **more), self.folder)

    def end(self):
        self.assertEqual(self.daemon.stop(), 0, self.daemon.said())

    def ping(self, count=2):
        self.wire.on("client", f"ping -c {count} -i 0.002 -W 5 10.9.0.2")

    def sees(self):
        before = self.daemon.packets()
        self.ping()
        live.until(lambda: self.daemon.packets() >= before + 4, what="the packets of a ping")

    def goes_and_comes(self):
        self.sees()
        for host, link in (("server", "s0"), ("client", "c0")):  # the other end, and our own
            self.wire.on(host, f"ip link set {link} down")
            live.until(lambda: self.daemon.status()[0] == 3, what="a degraded state")
            self.assertEqual(self.daemon.status()[1]["reasons"], ["port c0 has no link"])
            self.assertIn('pellucid_port_up{port="c0"} 0', self.daemon.ask("metrics").stdout)
            self.wire.on(host, f"ip link set {link} up")
            live.until(lambda: self.daemon.status()[0] == 0, what="a state without reasons")
            self.sees()
        self.end()

    def test_a_link_that_goes_degrades_the_state_and_traffic_is_seen_once_it_is_back(self):
        self.start()
        self.goes_and_comes()

    def test_the_same_by_libpcap(self):
        self.start(ports=[{"name": "c0", "device": "net_pcap0,rx_iface=c0"}])
        self.goes_and_comes()

    def test_an_interface_that_is_taken_away_for_good_degrades_the_state_and_ends_nothing(self):
        self.start()
        self.sees()
        self.wire.on("client", "ip link del c0")
        live.until(lambda: self.daemon.status()[1]["reasons"] == ["port c0 has no link"], what="a degraded state")
        self.end()
        flows = [r for r in self.daemon.records() if r["event_type"] == "flow"]
        self.assertTrue(any(r["proto"] == "ICMP" for r in flows))

    def test_where_no_buffer_is_left_frames_are_lost_counted_and_the_next_ones_are_seen(self):
        path = os.path.join(self.folder, "huge.pcap")
        sizes = (PATTERN * 10 + [142] * 1000 + [70_000]) * 2  # the last one has a length that its driver cannot tell
        with open(path, "wb") as f:
            f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for flow, size in enumerate(sizes):
                f.write(struct.pack("<IIII", 1_700_000_000, flow, size, size) + frame(flow, size))
        self.start(ports=[{"name": "huge", "device": f"net_pcap0,rx_pcap={path}", "descriptors": 64}])

        def port():
            return self.daemon.show("ports")[0]

        def all_accounted():
            now = port()
            return now["packets"] + now["no_buffer"] + now["errors"] == len(sizes)
        live.until(all_accounted, what="the end of the capture")
        now = port()
        self.assertGreater(now["no_buffer"], 0)
        live.until(lambda: self.daemon.packets() == now["packets"], what="each frame that had a buffer")
        self.assertGreater(now["packets"], 2000)
        code, state = self.daemon.status()
        self.assertEqual(code, 3)
        self.assertIn(f"ports lost {now['no_buffer']} packets within the last minute", state["reasons"])
        metric = f"pellucid_port_receive_nombuf_total{{port=\"huge\"}} {now['no_buffer']}"
        self.assertIn(metric, self.daemon.ask("metrics").stdout)
        live.until(lambda: port()["free_buffers"] == BUFFERS, what="every buffer")
        self.end()
        self.assertEqual(sum(r["flow"]["pkts_toserver"] for r in self.daemon.records() if "flow" in r), now["packets"])

    def test_while_one_worker_stands_still_the_state_says_so_and_what_the_kernel_held_is_seen_after(self):
        self.start()
        self.sees()
        before = self.daemon.packets()
        with live.Stopped(self.daemon, "worker"):
            live.until(lambda: "worker 0 does not answer" in self.daemon.status()[1]["reasons"], what="a degraded state")
            self.ping(200)
            self.assertEqual(self.daemon.packets(), before)
        live.until(lambda: self.daemon.packets() >= before + 400, what="what waited")
        live.until(lambda: self.daemon.status()[0] == 0, what="a state without reasons")
        self.end()


if __name__ == "__main__":
    unittest.main()
