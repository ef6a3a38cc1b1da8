# SPDX-License-Identifier: GPL-2.0-or-later
"""A lecture: one presenter, many followers, and what becomes of those who read slowly."""
import json
import socket

from mmhttp import API, Daemon, Tap, check, problem, same, sse, until

FOLLOWERS = 300
SLOW = 250
test = Tap()
daemon = Daemon("--heartbeat", "1")
SSE = {"Accept": "text/event-stream"}


def begin():
    r = daemon.ask("POST", f"{API}/live")
    same(r.status, 201)
    lecture = r.json()
    same(r.header("location"), f"{API}/live/{lecture['name']}")
    return lecture


def say(lecture, message, token=None):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or lecture['token']}"}
    return daemon.ask("POST", lecture["follow"], headers, json.dumps(message, indent=1).encode())


def state(lecture):
    return daemon.get(lecture["follow"], {"Accept": "application/json"}).json()


def end(lecture):
    return daemon.ask("DELETE", lecture["follow"], {"Authorization": f"Bearer {lecture['token']}"})


@test
def a_message_is_told_to_who_follows_and_to_who_comes_late():
    """what the presenter says reaches who follows, and at once who comes later; the end is told"""
    lecture = begin()
    with daemon.open("GET", lecture["follow"], SSE) as early:
        same(early.header("content-type"), "text/event-stream")
        same(say(lecture, {"run": "x", "seq": 1}).status, 204)
        until(lambda: state(lecture)["seq"] == 1)
        with daemon.open("GET", lecture["follow"], SSE) as late:
            same(end(lecture).status, 204)
            for reader in (early, late):
                reader.read()
                messages = [m for m in sse(reader.text()) if m.get("data")]
                same([json.loads(m["data"]) for m in messages], [{"run": "x", "seq": 1}, {}])
                same(messages[-1]["event"], "end")
    problem(daemon.get(lecture["follow"], SSE), 404, "not-found")


@test
def only_the_presenter_speaks():
    """without its token nobody says anything, or ends the lecture"""
    lecture = begin()
    for token in ("x", lecture["token"][:-1], lecture["token"] + "0", "0" * 32):
        problem(say(lecture, {"seq": 1}, token), 403, "not-presenter")
    problem(daemon.ask("DELETE", lecture["follow"]), 403, "not-presenter")
    same(state(lecture)["last"], None)
    problem(daemon.ask("POST", lecture["follow"], {"Content-Type": "application/json",
                                                  "Authorization": f"Bearer {lecture['token']}"}, b"[1]"),
            400, "bad-parameter")
    end(lecture)


@test
def a_lecture_survives_its_server():
    """whoever has the token goes on under the same name on another server; nobody else does"""
    lecture = begin()
    with Daemon() as d:
        def again(token):
            return d.ask("POST", f"{API}/live", {"Authorization": f"Bearer {token}"})
        problem(d.get(lecture["follow"], SSE), 404, "not-found")
        for token in ("x", lecture["token"][:-1], lecture["token"] + "0", "X" * 32):
            problem(again(token), 403, "not-presenter")
        other = again("0" * 32)
        same((other.status, other.json()["name"] == lecture["name"]), (201, False))
        for _ in range(2):
            r = again(lecture["token"])
            same((r.status, r.json()), (201, lecture))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {lecture['token']}"}
        same(d.ask("POST", lecture["follow"], headers, b'{"seq": 1}').status, 204)
        same(d.get(lecture["follow"], {"Accept": "application/json"}).json()["last"], {"seq": 1})
    end(lecture)


@test
def many_follow():
    """300 followers hear every last word, and each is counted"""
    lecture = begin()
    readers = [daemon.open("GET", lecture["follow"], SSE) for _ in range(FOLLOWERS)]
    until(lambda: state(lecture)["followers"] == FOLLOWERS)
    same(state(lecture)["followers"], FOLLOWERS)
    for seq in range(20):
        same(say(lecture, {"seq": seq}).status, 204)
    end(lecture)
    for reader in readers:
        reader.read()
        messages = [json.loads(m["data"]) for m in sse(reader.text()) if m.get("data")]
        seqs = [m["seq"] for m in messages if "seq" in m]
        same((seqs[-1], seqs), (19, sorted(seqs)))
        same(messages[-1], {})
        reader.close()


@test
def who_is_slow_skips():
    """a follower that does not read costs no memory, and hears the newest when it does"""
    lecture = begin()
    # Large and few: whoever reads nothing for ten seconds is let go, and a busy machine takes its time.
    pad = "x" * 64000
    with daemon.open("GET", lecture["follow"], SSE) as slow:
        until(lambda: state(lecture)["followers"] == 1)
        for seq in range(SLOW):
            same(say(lecture, {"seq": seq, "pad": pad}).status, 204)
        end(lecture)
        slow.read()
        messages = [json.loads(m["data"]) for m in sse(slow.text()) if m.get("data")]
        seqs = [m["seq"] for m in messages if "seq" in m]
        check(seqs == sorted(set(seqs)), "in order, each once")
        check(len(seqs) < SLOW, f"{len(seqs)} of {SLOW} were kept for it")
        same(seqs[-1], SLOW - 1)


@test
def messages_are_bounded():
    """a message has 256 KiB at most; followers that stopped in the middle of different ones hold what the ceiling allows, then the presenter is told"""
    with Daemon("--memory-limit", "16") as d:
        lecture = d.ask("POST", f"{API}/live").json()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {lecture['token']}"}

        def tell(size):
            return d.ask("POST", lecture["follow"], headers, json.dumps({"x": "y" * size}).encode())
        problem(tell(257 << 10), 413, "too-large")
        slow, last = [], None
        for n in range(60):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", d.port))
            s.sendall(f"GET {lecture['follow']} HTTP/1.1\r\nHost: {d.host}\r\nAccept: text/event-stream\r\n\r\n".encode())
            s.recv(500)
            slow.append(s)
            last = tell(250 << 10)
            if last.status != 204:
                break
        check(last.status in (204, 503), last.status)
        if last.status == 503:
            problem(last, 503, "memory-full")
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 16 << 20, "above the limit")
        for s in slow:
            s.close()
        check(until(lambda: tell(100).status == 204), "no room again")


@test
def lectures_are_bounded():
    """there is a limit of lectures, and one that ends makes room"""
    lectures = []
    while True:
        r = daemon.ask("POST", f"{API}/live")
        if r.status != 201:
            break
        lectures.append(r.json())
    problem(r, 503, "too-many-lectures")
    check(len(lectures) >= 32, len(lectures))
    for lecture in lectures:
        same(end(lecture).status, 204)
    same(end(begin()).status, 204)


@test
def the_end_is_told():
    """at SIGTERM followers, and streams of events at a pace, get a last record"""
    lecture = begin()
    run = daemon.run()
    with daemon.open("GET", lecture["follow"], SSE) as follower, \
            daemon.open("GET", f"{API}/runs/{run}/events?pace=1&format=sse") as events, \
            daemon.open("GET", f"{API}/runs/{run}/events?pace=1&format=ndjson") as lines:
        until(lambda: daemon.metrics()["mmscope_streams_open"] == 3)
        same(daemon.stop(), 0)
        follower.read()
        same(sse(follower.text())[-1]["event"], "stopping")
        events.read()
        last = sse(events.text())[-1]
        same((last["event"], json.loads(last["data"])["next"]), ("stopping", len(sse(events.text())) - 1))
        lines.read()
        same(json.loads(lines.text().splitlines()[-1])["stopping"], True)


test.main()
