# SPDX-License-Identifier: GPL-2.0-or-later
"""Events in three forms; resuming, pace, and what becomes of clients that go away."""
import json
import signal
import time

from mmhttp import API, BOARD, Daemon, Tap, check, gone, problem, same, sse, until

test = Tap()
daemon = Daemon("--heartbeat", "1")
run = daemon.run()
check(until(lambda: daemon.metrics()["mmscope_jobs_running"] == 0), "still running")
QUIET_FDS = daemon.fds()
EVENTS = f"{API}/runs/{run}/events"
lines = daemon.get(f"{EVENTS}?format=ndjson").text().splitlines()
events = [json.loads(line) for line in lines]
LAST = len(events) - 1
SSE = {"Accept": "text/event-stream"}


@test
def events_are_numbered():
    """events are numbered from 0 without gaps"""
    same([e["seq"] for e in events], list(range(len(events))))
    check(len(events) > 100, len(events))


@test
def the_three_forms_agree():
    """SSE, NDJSON and JSON carry the same events, chosen by Accept or ?format="""
    r = daemon.get(EVENTS, SSE)
    same(r.header("content-type"), "text/event-stream")
    same(r.header("cache-control"), "no-store")
    same(r.header("x-accel-buffering"), "no")
    messages = sse(r.text())
    same([m["data"] for m in messages[:-1]], lines)
    same([int(m["id"]) for m in messages[:-1]], list(range(len(events))))
    same((messages[-1]["event"], json.loads(messages[-1]["data"])), ("end", {"next": LAST + 1}))
    check("id" not in messages[-1], "the end must not move Last-Event-ID")
    check(r.text().startswith("retry: "), r.text()[:40])
    r = daemon.get(EVENTS)
    same(r.header("content-type"), "application/json")
    same(r.json(), {"from": 0, "to": LAST + 1, "events": events})
    same(int(r.header("content-length")), len(r.body))
    r = daemon.get(EVENTS, {"Accept": "application/x-ndjson"})
    same(r.header("content-type"), "application/x-ndjson")
    same(r.text().splitlines(), lines)
    same(daemon.get(f"{EVENTS}?format=sse", {"Accept": "application/json"}).body, daemon.get(EVENTS, SSE).body)


@test
def ranges_are_half_open():
    """from= and to= cut out [from, to), in every form"""
    same(daemon.get(f"{EVENTS}?from=3&to=5").json(), {"from": 3, "to": 5, "events": events[3:5]})
    same(daemon.get(f"{EVENTS}?from={LAST}&format=ndjson").text().splitlines(), lines[LAST:])
    same(len(sse(daemon.get(f"{EVENTS}?to=7&format=sse").text())), 8)
    same(daemon.get(f"{EVENTS}?to=99999999").json()["to"], LAST + 1)
    same(daemon.get(f"{EVENTS}?from=5&to=5").json()["events"], [])
    problem(daemon.get(f"{EVENTS}?from=5&to=4"), 400, "bad-parameter")
    for wrong in ("from=-1", "from=x", "to=1.5", "from=", "to=18446744073709551616", "pace=0", "pace=-1", "pace=x",
                  "pace=nan", "pace=inf", "pace=1e9", "pace=", "unit=day", "frm=1"):
        problem(daemon.get(f"{EVENTS}?{wrong}"), 400, "bad-parameter")


@test
def resuming_tells_the_rest():
    """Last-Event-ID: the events behind it, also where the query says from="""
    for last in (0, 5, LAST - 1):
        messages = sse(daemon.get(EVENTS, {**SSE, "Last-Event-ID": str(last)}).text())
        same([m["data"] for m in messages[:-1]], lines[last + 1:])
        messages = sse(daemon.get(f"{EVENTS}?from=2", {**SSE, "Last-Event-ID": str(last)}).text())
        same(messages[0]["data"], lines[max(last + 1, 2)])
    problem(daemon.get(EVENTS, {**SSE, "Last-Event-ID": "x"}), 400, "bad-parameter")


@test
def after_the_end_there_is_nothing():
    """behind the last event: 204, which ends EventSource for good"""
    for last in (LAST, LAST + 1, 2**40):
        r = daemon.get(EVENTS, {**SSE, "Last-Event-ID": str(last)})
        same((r.status, r.body), (204, b""))
    same(daemon.get(f"{EVENTS}?to=5", {**SSE, "Last-Event-ID": "4"}).status, 204)
    same(daemon.get(f"{EVENTS}?from={LAST + 1}", SSE).status, 204)
    same(daemon.get(f"{EVENTS}?format=ndjson&from={LAST + 1}").status, 204)
    r = daemon.get(EVENTS, {**SSE, "Last-Event-ID": str(LAST)})
    same(r.header("content-length") or "0", "0")


@test
def a_pace_is_kept():
    """pace=20: the first event at once, then twenty a second"""
    begin = time.monotonic()
    with daemon.open("GET", f"{EVENTS}?pace=20&to=11", SSE) as r:
        times = []
        for part in r.chunks():
            times += [time.monotonic() - begin] * part.count(b"\nid: ") or []
            times += [time.monotonic() - begin] if part.startswith(b"id: ") else []
    same(len(times), 11)
    check(times[0] < 0.3, times)
    check(0.45 < times[-1] < 1.5, times)
    same(daemon.get(f"{EVENTS}?pace=50&to=5").header("content-type"), "application/x-ndjson")


@test
def a_pace_can_count_steps():
    """unit=step: the events of a step come together"""
    steps = [i for i, e in enumerate(events) if e["kind"] == "step"]
    check(len(steps) > 5, "steps")
    begin = time.monotonic()
    r = daemon.get(f"{EVENTS}?pace=20&unit=step&to={steps[5]}")
    took = time.monotonic() - begin
    same(r.text().splitlines(), lines[:steps[5]])
    check(0.15 < took < 1.5, took)


@test
def a_quiet_stream_shows_life():
    """a slow pace: a comment every heartbeat"""
    with daemon.open("GET", f"{EVENTS}?pace=0.05&format=sse") as r:
        end = time.monotonic() + 10
        beats = 0
        for part in r.chunks():
            beats += part == b":\n\n"
            if beats == 2 or time.monotonic() > end:
                break
    same(beats, 2)


@test
def gone_clients_are_noticed():
    """20 clients that went away: descriptors and places come back within a heartbeat"""
    check(until(lambda: daemon.metrics()["mmscope_connections_open"] == 1), "those before")
    clients = [daemon.open("GET", f"{EVENTS}?pace=0.05&format=sse") for _ in range(20)]
    check(until(lambda: daemon.metrics()["mmscope_connections_parked"] == 20), "parked")
    for client in clients:
        client.close()
    check(until(lambda: daemon.fds() <= QUIET_FDS + 1), f"{daemon.fds()} of {QUIET_FDS}")
    check(until(lambda: daemon.metrics()["mmscope_streams_open"] == 0), "places are taken")


@test
def streams_are_limited():
    """with all places taken: 503 with Retry-After, while everything else is answered"""
    with Daemon("--streams", "5") as small:
        path = f"{API}/runs/{small.run()}/events?pace=0.05&format=sse"
        clients = [small.open("GET", path) for _ in range(5)]
        r = small.get(path)
        problem(r, 503, "too-many-streams")
        check(int(r.header("retry-after")) > 0)
        same(small.get("/healthz").status, 200)
        same(small.get(path.replace("pace=0.05&format=sse", "to=3")).status, 200)
        clients.pop().close()
        # The place is free once a heartbeat has found out; an open client keeps its own.
        same(clients[0].status, 200)
        for client in clients:
            client.close()
        same(small.stop(), 0)


@test
def many_readers_get_the_same():
    """100 paced readers at once: everybody gets every event, the server stays quick"""
    clients = [daemon.open("GET", f"{EVENTS}?pace=100&to=51&format=ndjson", timeout=30) for _ in range(100)]
    begin = time.monotonic()
    same(daemon.get("/healthz").status, 200)
    check(time.monotonic() - begin < 2, "healthz is slow")
    for client in clients:
        same(client.read().decode().splitlines(), lines[:51])
        client.close()


@test
def slow_readers_harm_nobody():
    """clients that do not read: others are answered, and memory stays where it was"""
    def rss():
        with open(f"/proc/{daemon.process.pid}/statm") as f:
            return int(f.read().split()[1]) * 4096
    daemon.get(EVENTS)
    before = rss()
    clients = [daemon.open("GET", f"{EVENTS}?format=sse") for _ in range(50)]
    begin = time.monotonic()
    same(daemon.get("/healthz").status, 200)
    check(time.monotonic() - begin < 2)
    check(rss() - before < 64 << 20, f"{(rss() - before) >> 20} MiB more")
    for client in clients:
        client.close()


@test
def it_stops_with_clients_suspended():
    """50 suspended streams at SIGTERM: status 0, five times; a stop while clients come and go too"""
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        with Daemon() as other:
            path = f"{API}/runs/{other.run()}/events?pace=0.05&format=sse"
            clients = [other.open("GET", path) for _ in range(50)]
            for client in clients[::7]:
                client.close()
            same(other.stop(sig), 0)
            for client in clients:
                client.close()


@test
def it_stops_while_streams_run():
    """fast paced streams being read at SIGTERM: status 0, and the stream just ends"""
    for _ in range(5):
        with Daemon() as other:
            path = f"{API}/runs/{other.run()}/events?pace=150"
            clients = [other.open("GET", path) for _ in range(40)]
            time.sleep(0.1)
            same(other.stop(), 0)
            for client in clients:
                client.read()
                client.close()


@test
def it_stops_while_runs_are_made():
    """runs waiting for workers at SIGTERM: status 0, and whoever waits is told or let go"""
    with Daemon("--workers", "1", fault="iomem=hang") as other:
        run_id = other.run()
        check(until(lambda: other.metrics()["mmscope_jobs_running"] == 0), "still running")
        waiting = other.connect()
        waiting.sendall(f"GET {API}/runs/{run_id}/iomem HTTP/1.1\r\nHost: {other.host}\r\n\r\n".encode())
        # The server has two threads: the second request could be the first to be served.
        check(until(lambda: other.metrics()["mmscope_jobs_running"] == 1), "not running")
        queued = other.connect()
        queued.sendall(f"GET {API}/runs/{run_id}/meminfo HTTP/1.1\r\nHost: {other.host}\r\n\r\n".encode())
        check(until(lambda: other.metrics()["mmscope_jobs_queued"] == 1), "queued")
        helper = [other.helper()]
        # The one that hangs, and the one that made the manifest, if it still waits for a question.
        workers = other.children(helper[0])
        check(workers, "no worker")
        same(other.stop(), 0)
        check(until(lambda: all(gone(p) for p in helper + workers)), "left behind")
        for s in (waiting, queued):
            answer = s.recv(65536)
            check(answer == b"" or b" 503 " in answer.split(b"\r\n")[0], answer)
            s.close()


@test
def the_daemon_ends_clean():
    """after all that, status 0"""
    same(daemon.stop(), 0)


test.main()
