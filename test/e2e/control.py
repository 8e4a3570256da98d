"""The control server under clients that are wrong, slow, silent or many: none of them ends it or keeps the next one waiting."""
import os
import random
import socket
import subprocess
import time
import unittest

from desk import DESK, Desk, drain

STATUS = b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
COUNT = {"text": "version: 1\ndefault: {level: count}\n"}


class Hostile(unittest.TestCase):
    def setUp(self):
        self.desk = Desk("--large", "--scrape", "127.0.0.1:0")
        self.addCleanup(self.desk.__exit__)

    def answers(self):
        self.assertEqual(self.desk.curl("/v1/status")[0], 200)

    def test_garbage_is_refused(self):
        chance = random.Random(7)
        for i in range(200):
            data = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 3000)))
            back = self.desk.raw(data + (b"\r\n\r\n" if i % 2 else b"\n\n"))
            self.assertTrue(back == b"" or back.startswith(b"HTTP/1.1 4"), back[:80])
        self.answers()

    def test_a_million_octets_of_nothing_are_refused(self):
        for nothing in (b"\0", b"a", b"\r", b" "):
            back = self.desk.raw(nothing * 1_000_000)
            self.assertTrue(back == b"" or back.startswith(b"HTTP/1.1 431"), back[:80])
        self.answers()

    def test_fields_without_end_are_refused(self):
        head = b"GET /v1/status HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(100_000))
        self.assertIn(b"431", self.desk.raw(head + b"\r\n")[:20])
        self.answers()

    def test_a_thousand_connections_make_room_for_the_next(self):
        idle = [self.desk.connect() for _ in range(1000)]
        for s in idle[::3]:
            try:
                s.sendall(b"GET /v1/st")
            except BrokenPipeError:
                pass  # it has made room already
        self.answers()
        for s in idle:
            s.close()
        counts = self.desk.stop()[0]
        self.assertEqual(counts["accepted"], 1001)
        self.assertGreater(counts["evicted"], 0)

    def test_clients_that_never_read_make_room_for_the_next(self):
        deaf = []
        for _ in range(40):
            s = self.desk.connect()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(b"GET /v1/flows?limit=10000 HTTP/1.1\r\nHost: x\r\n\r\n")
            deaf.append(s)
        until = time.monotonic() + 60  # forty long answers are made first; who comes meanwhile is told to try again
        while self.desk.curl("/v1/status")[0] == 503 and time.monotonic() < until:
            time.sleep(0.2)
        self.answers()
        for s in deaf:
            s.close()

    def test_a_head_that_never_ends_is_given_up(self):
        with self.desk.connect() as s:
            s.sendall(b"GET /v1/status HTTP/1.1\r\nHost:")
            self.assertTrue(drain(s).startswith(b"HTTP/1.1 408"))

    def test_what_would_cost_stack_or_memory_is_refused(self):
        for field in (b"Range: bytes=0-1," + b"1-2," * 1500, b"range: bytes=0-"):
            self.assertIn(b" 400 ", self.desk.raw(b"GET /v1/status HTTP/1.1\r\n" + field + b"\r\n\r\n")[:20])
        self.assertIn(b" 414 ", self.desk.raw(b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n")[:20])
        self.answers()

    def test_bodies_that_cannot_be_are_refused_before_they_come(self):
        def post(fields, body=b""):
            return self.desk.raw(b"POST /v1/policy HTTP/1.1\r\n" + fields + b"\r\n" + body).split(b" ")[1]
        json = b"Content-Type: application/json\r\n"
        self.assertEqual(post(json + b"Content-Length: 99999999999\r\n"), b"413")
        self.assertEqual(post(json + b"Content-Length: 99999999999\r\nExpect: 100-continue\r\n"), b"413")
        self.assertEqual(post(json + b"Content-Length: -1\r\n"), b"411")
        self.assertEqual(post(json + b"Content-Length: 5\r\nContent-Length: 6\r\n", b"12345"), b"411")
        self.assertEqual(post(json), b"411")
        self.assertEqual(post(json + b"Transfer-Encoding: chunked\r\n", b"5\r\n12345\r\n0\r\n\r\n"), b"411")
        self.assertEqual(post(json + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n", b"12345"), b"415")
        self.assertEqual(post(b"Content-Type: text/plain\r\nContent-Length: 5\r\n", b"12345"), b"415")
        self.answers()

    def test_several_requests_may_come_at_once(self):
        back = self.desk.raw(STATUS + STATUS + b"GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n")
        self.assertEqual(back.count(b"HTTP/1.1 200"), 3)

    def test_the_scrape_listener_is_no_way_in(self):
        with socket.create_connection(("127.0.0.1", self.desk.ports[1]), timeout=30) as s:
            s.sendall(b"GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n")
            self.assertIn(b" 404 ", drain(s)[:20])
        self.answers()


class Requests(unittest.TestCase):
    def setUp(self):
        self.desk = Desk("--scrape", "127.0.0.1:0")
        self.addCleanup(self.desk.__exit__)

    def error(self, answer, status, code):
        self.assertEqual((answer[0], answer[1]["error"]["code"]), (status, code), answer)
        self.assertTrue(answer[1]["error"]["reason"])
        return answer[1]["error"]

    def test_what_is_not_there_or_not_so_asked_is_said(self):
        self.error(self.desk.curl("/v2"), 404, "not_found")
        self.error(self.desk.curl("/v1/flows/1/2"), 404, "not_found")
        self.error(self.desk.curl("/v1/flows/77"), 404, "not_found")
        self.error(self.desk.curl("/v1/status", "-X", "DELETE"), 405, "method_not_allowed")

    def test_parameters_are_judged(self):
        good = ["network=192.0.2.0/24", "network=2001:db8::1", "port=443", "proto=tcp", "proto=17", "level=count",
                "min_bytes=1", "limit=10000", "app=TLS.Example"]
        for query in good:
            self.assertEqual(self.desk.curl("/v1/flows?" + query)[0], 200, query)
        bad = ["network=x", "network=192.0.2.0/33", "network=::/129", "port=65536", "port=-1", "proto=256", "level=decrypt",
               "limit=0", "limit=10001", "limit=1&limit=2", "colour=red"]
        for query in bad:
            self.error(self.desk.curl("/v1/flows?" + query), 400, "bad_request")

    def test_bodies_are_judged(self):
        for body in ([], {}, {"text": 1}, dict(COUNT, colour=1), dict(COUNT, confirm_seconds=0), dict(COUNT, dry_run="yes"),
                     dict(COUNT, message="m" * 1025)):
            self.error(self.desk.post("/v1/policy", body), 400, "bad_request")
        self.error(self.desk.curl("/v1/policy", "-H", "Content-Type: application/json", "-d", "{"), 400, "bad_request")
        deep = "[" * 100_000
        self.error(self.desk.curl("/v1/policy", "-H", "Content-Type: application/json", "-d", deep), 400, "bad_request")

    def test_a_wrong_policy_is_refused_with_its_place_and_the_old_one_stays(self):
        wrong = {"text": "version: 1\ndefault: {level: red}\n", "file": "a:b.yaml"}
        error = self.error(self.desk.post("/v1/policy", wrong), 422, "invalid_policy")
        self.assertEqual((error["file"], error["line"], error["column"]), ("a:b.yaml", 2, 18))
        self.assertEqual(self.desk.curl("/v1/status")[1]["policy"]["generation"], 1)

    def test_generations_are_compared_and_swapped(self):
        self.error(self.desk.post("/v1/policy", dict(COUNT, expect_generation=7)), 409, "conflict")
        self.assertEqual(self.desk.post("/v1/policy", dict(COUNT, expect_generation=1))[1]["generation"], 2)
        self.assertEqual(self.desk.post("/v1/policy/rollback", {})[1]["generation"], 3)
        self.assertEqual(self.desk.curl("/v1/policy")[1]["text"], self.desk.curl("/v1/policy/history/1")[1]["text"])
        kinds = [r["kind"] for r in self.desk.curl("/v1/policy/history")[1]["revisions"]]
        self.assertEqual(kinds, ["rollback", "apply", "first"])

    def test_what_waits_to_be_confirmed_survives_a_kill_and_goes_back_when_its_time_is_over(self):
        self.assertEqual(self.desk.post("/v1/policy", dict(COUNT, confirm_seconds=600))[0], 200)
        self.error(self.desk.post("/v1/policy", COUNT), 409, "pending")
        self.desk.kill()
        self.desk.start()
        self.assertEqual(self.desk.curl("/v1/status")[1]["pending"]["previous"], 1)
        self.assertEqual(self.desk.post("/v1/policy/confirm", {})[1]["pending"], None)
        self.error(self.desk.post("/v1/policy/confirm", {}), 409, "conflict")
        self.assertEqual(self.desk.post("/v1/policy", dict(COUNT, confirm_seconds=1))[1]["generation"], 3)
        self.desk.kill()
        while True:  # the second passes while it is down, or while it runs
            self.desk.start()
            live = self.desk.curl("/v1/status")[1]
            if live["pending"] is None:
                break
            self.desk.kill()
        self.assertEqual((live["policy"]["generation"], live["policy"]["kind"], live["policy"]["of"]), (4, "expired", 2))

    def test_health_is_for_anyone(self):
        def get(port, path):
            ended = subprocess.run(["curl", "-sS", "-w", "%{http_code}", f"http://127.0.0.1:{port}{path}"], capture_output=True,
                                   text=True, check=True)
            return ended.stdout
        self.assertEqual(get(self.desk.ports[1], "/healthz"), "ok\n200")
        self.assertEqual(get(self.desk.ports[1], "/readyz"), "ok\n200")
        self.assertIn("pellucid_flows", get(self.desk.ports[1], "/metrics"))
        with Desk("--degraded", "--scrape", "127.0.0.1:0") as ill:
            self.assertEqual(get(ill.ports[1], "/healthz")[-3:], "200")
            self.assertEqual(get(ill.ports[1], "/readyz"), "no policy is live\n503")


class Sockets(unittest.TestCase):
    def refused(self, folder, *args):
        where = ["--socket", os.path.join(folder, "ctl.sock"), "--state", os.path.join(folder, "other")]
        ended = subprocess.run([DESK, *where, *args],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual((ended.returncode, ended.stderr.count("\n")), (1, 1), ended)
        return ended.stderr

    def test_it_is_for_its_group_alone(self):
        with Desk() as desk:
            self.assertEqual(os.stat(desk.socket).st_mode & 0o777, 0o660)

    def test_a_dead_one_is_replaced_and_a_live_one_is_not(self):
        with Desk() as desk:
            self.assertIn("another daemon listens there", self.refused(desk.folder))
            desk.kill()
            self.assertTrue(os.path.exists(desk.socket))
            desk.start()
            self.assertEqual(desk.curl("/v1/status")[0], 200)

    def test_a_file_in_its_place_is_left_alone(self):
        with Desk() as desk:
            desk.stop()
            self.assertFalse(os.path.exists(desk.socket))
            with open(desk.socket, "w", encoding="utf-8") as f:
                f.write("mine")
            self.assertIn("is no socket", self.refused(desk.folder))
            with open(desk.socket, encoding="utf-8") as f:
                self.assertEqual(f.read(), "mine")

    def test_a_port_that_is_taken_and_a_group_that_is_not_there_are_said(self):
        with Desk("--scrape", "127.0.0.1:0") as desk:
            other = desk.folder + ".2"
            self.assertIn("another program listens there", self.refused(other, "--scrape", f"127.0.0.1:{desk.ports[1]}"))
            self.assertIn("groupadd", self.refused(other, "--group", "no-such-group"))
            subprocess.run(["rm", "-r", other], check=True)


if __name__ == "__main__":
    unittest.main()
