"""Any number of workers gives the same records, apart from their order."""
import os
import shutil
import tempfile
import unittest

from harness import GOLDEN, pcap, plain, records, udp


def joined(path, captures):
    """The packets of several pcap files of one link type, one after the other."""
    with open(path, "wb") as out:
        for i, capture in enumerate(captures):
            with open(capture, "rb") as f:
                out.write(f.read()[24 if i else 0:])


class Workers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def same(self, path):
        one = [r for r in records("--workers", "1", path)]
        self.assertGreater(len(one), 0)
        settled = plain([dict(r) for r in one])
        for workers in ("2", "3"):
            found = records("--workers", workers, path)
            self.assertEqual(plain(found), settled, f"{workers} workers")

    def test_real_traffic_of_many_kinds_gives_the_same_records(self):
        path = os.path.join(self.folder, "all.pcap")
        joined(path, GOLDEN)
        self.same(path)

    def test_thousands_of_flows_give_the_same_records(self):
        path = os.path.join(self.folder, "many.pcap")
        with open(path, "wb") as f:
            f.write(pcap([udp(i % 3000, 1000 + i % 7, b"%d" % i) for i in range(12000)]))
        self.same(path)


if __name__ == "__main__":
    unittest.main()
