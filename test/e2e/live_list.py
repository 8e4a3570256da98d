#!/usr/bin/env python3
"""What real servers say to real clients, put on the daemon's wire: under a signed grant every byte of it is delivered, in
every way in which `pellucid run` delivers it. Frames are recorded on a loopback and sent at a pace that the wire can take."""
import glob
import os
import re
import subprocess
import sys
import time
import unittest

from live_opened import Opened  # first: it starts this again in namespaces
import live
import opened_peers
from decrypt_grants import Granted

SENDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "tap.py")
PACES = (20_000, 8_000, 3_000)  # frames a second: where the ring lost some, once more and slower
BRIEF = ("test_early_data", "test_http_2", "test_resumption_by_one_ticket_after_the_other", "test_short_sessions_on_few_ports")
ROOM = "framesz=2048,blocksz=65536,framecnt=16384"


class Tapped(Opened):
    @classmethod
    def setUpClass(cls):
        Granted.setUpClass.__func__(cls)
        live.sh("ip link set lo mtu 1500 gso_max_size 1500 gso_max_segs 1 up")  # one packet a segment, as on a wire
        opened_peers.Recorded.setUpClass.__func__(cls)

    def setUp(self):
        if not opened_peers.LONG and self._testMethodName not in BRIEF:
            self.skipTest("takes long: PELLUCID_LONG=1")
        opened_peers.Recorded.setUp(self)
        self.wire = live.Wire()
        self.addCleanup(self.wire.close)

    def serve(self, *args, **more):  # pylint: disable=arguments-differ
        opened_peers.Recorded.serve(self, *args, **more)

    def listen(self):
        """A daemon that knows nothing yet but a grant, the keys and what is wanted."""
        self.folder = live.folder_of(self)
        os.chmod(self.folder, 0o755)
        self.keys = os.path.join(self.folder, "keys")
        os.mkdir(self.keys, 0o700)
        self.start(ports=[{"name": "c0", "device": f"net_af_packet0,iface=c0,qpairs=1,{ROOM}"}])
        self.give_keys()
        self.by_authority("authority", "import", self.lay(self.soft))
        self.by_authority("grant", "import", self.lay(self.warrant("live", more="depth: content\ndeliver: {clear: true}\n")))
        self.ask_for_it()

    def sent(self, capture, pace):
        """Whether the daemon got every frame that was sent."""
        self.listen()
        frames = int(self.wire.on("server", f"{sys.executable} {SENDER} {capture} s0 {pace}"))
        try:
            live.until(lambda: self.daemon.packets() >= frames, seconds=5)
            time.sleep(0.5)  # the keeper may still be asked about the last session
        except AssertionError:
            print(f"the ring lost {frames - self.daemon.packets()} of {frames} frames at {pace} a second", file=sys.stderr)
            return False
        finally:
            self.records = self.stop()
        return True

    def opened(self, capture, *_):
        """The `decrypt` records, and the conversations that were delivered."""
        if not any(self.sent(capture, pace) for pace in PACES):
            self.skipTest("frames are lost by this machine's kernel")
        self.files = sorted(glob.glob(os.path.join(self.folder, "state", "deliver", "*.pcapng")),
                            key=lambda path: int(re.search(r"-(\d+)\.pcapng", path)[1]))
        for path in self.files:
            judged = subprocess.run(["tshark", "-n", "-r", path, "-Y", "_ws.malformed || _ws.expert.severity == error"],
                                    capture_output=True, text=True, check=True)
            self.assertEqual(judged.stdout, "")
        return self.decrypts(self.records), opened_peers.conversations.conversations(*self.files)


class Handshakes(Tapped, opened_peers.Handshakes):
    pass


class Load(Tapped, opened_peers.Load):
    pass


if __name__ == "__main__":
    unittest.main()
