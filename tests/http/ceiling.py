# SPDX-License-Identifier: GPL-2.0-or-later
"""One ceiling for all that is held for clients, and workers that are shared fairly among them."""
import re
import socket
import tempfile
import threading
import zlib

from mmhttp import API, BOARD, Daemon, Tap, check, problem, same, until

test = Tap()
MIB = 1 << 20
PATIENT = "--timeout", "120"  # with sanitizers and on a busy machine, a boot of the largest board takes its time


def big_run(daemon, n, kernel="7.2"):
    """A run with some 25 MB of events, on 4.9 with some 5, another one for each n."""
    reply = daemon.post({"board": "numa16-64t", "kernel": kernel, "cmdline": f"mark={n}"}, answer="metrics", timeout=200)
    return reply.header("location") or f"{API}/runs/{reply.json()['id']}"


def never_read(daemon, path):
    """A connection that asks, and takes next to nothing of the answer."""
    s = socket.socket(socket.AF_UNIX if daemon.path else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(200)
    s.connect(daemon.path or ("127.0.0.1", daemon.port))
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {daemon.name()}\r\n\r\n".encode())
    return s, s.recv(32, socket.MSG_WAITALL)


def sip(s, stop):
    """Take just enough of it not to be let go, until told: on a busy machine the last answer is made a minute after the first."""
    def drink():
        while not stop.wait(0.2) and s.recv(32768):
            pass
    threading.Thread(target=drink, daemon=True).start()


@test
def readers_that_do_not_read():
    """5 readers who take nothing of 5 MB each: never more held than --memory-limit, the rest is told to come back; who reads goes on, and they are let go"""
    stop = threading.Event()
    with Daemon("--memory-limit", "16", "--cache", "12", *PATIENT, shipped=True) as d:
        runs = [big_run(d, n, "4.9") for n in range(5)]
        readers = []
        for run in runs:
            readers.append(never_read(d, f"{run}/events?format=ndjson"))
            if b" 200 " in readers[-1][1]:
                sip(readers[-1][0], stop)
        got = [int(line.split()[1]) for _, line in readers]
        check(set(got) == {200, 503}, got)
        now = d.metrics()
        same(now["mmscope_memory_limit_bytes"], 16 * MIB)
        check(now["mmscope_memory_peak_bytes"] <= 16 * MIB, now["mmscope_memory_peak_bytes"])
        check(now["mmscope_memory_refused_total"] >= got.count(503), now["mmscope_memory_refused_total"])
        refused = readers[got.index(503)][0].recv(2000).decode()
        check("problems/memory-full" in refused and "there is no room" in refused, refused)
        check(int(re.search(r"Retry-After: (\d+)\r\n", refused).group(1)) >= 1, refused)
        same(d.get("/healthz").status, 200)
        check(d.run(), "small answers are still made")
        stop.set()
        check(until(lambda: d.metrics()["mmscope_connections_slow_total"] >= got.count(200), 40), "still held")
        same(d.get(f"{runs[-1]}/events?format=ndjson", timeout=200).status, 200)
        for s, _ in readers:
            s.close()
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 16 * MIB, "above the limit")


@test
def readers_behind_a_unix_socket():
    """over a Unix socket, where the kernel does not count: who takes nothing of an answer or a stream is let go, who takes some goes on, and gets it whole"""
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as folder, Daemon(*PATIENT, listen=f"unix:{folder}/socket", shipped=True) as d:
        run = big_run(d, 0, "4.9")
        whole = d.get(f"{run}/events?format=ndjson", timeout=200).body
        idle = [never_read(d, f"{run}/events?format={form}")[0] for form in ("ndjson", "sse")]
        sipping = never_read(d, f"{run}/events?format=ndjson")[0]
        sip(sipping, stop)
        check(until(lambda: d.metrics()["mmscope_connections_slow_total"] == 2, 60), "still held")
        # They are counted a moment before they are closed.
        check(until(lambda: d.metrics()["mmscope_connections_open"] == 2.0, 10), "not let go")
        stop.set()
        same(d.get(f"{run}/events?format=ndjson", timeout=200).body, whole)
        for s in (*idle, sipping):
            s.close()


@test
def all_forms_of_an_answer():
    """an answer that cannot be held is refused in all of its forms, whole or as a stream"""
    with Daemon("--memory-limit", "16", "--cache", "8", *PATIENT) as d:
        run = big_run(d, 0)
        for query, accept in ("", "application/json"), ("", "text/event-stream"), ("?format=ndjson", "*/*"), ("?pace=2", "text/event-stream"):
            problem(d.get(f"{run}/events{query}", {"Accept": accept}, timeout=200), 503, "memory-full")
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 16 * MIB, "above the limit")


@test
def coded_answers_count():
    """what is kept coded counts like what is plain; where there is no room for it, the answer goes out as it is"""
    gzip = {"Accept-Encoding": "gzip"}
    with Daemon("--memory-limit", "64", "--cache", "60", *PATIENT) as d:
        path = f"{big_run(d, 0)}/events"
        plain = d.get(path, timeout=200)
        held = d.metrics()["mmscope_memory_held_bytes"]
        coded = d.get(path, gzip, timeout=200)
        more = d.metrics()["mmscope_memory_held_bytes"] - held
        same((coded.header("content-encoding"), zlib.decompress(coded.body, 31)), ("gzip", plain.body))
        check(len(coded.body) < more < len(coded.body) + 8192, (more, len(coded.body)))
    with Daemon("--memory-limit", "40", "--cache", "38", *PATIENT) as d:
        path = f"{big_run(d, 0)}/events"
        same(d.get(path, timeout=200).status, 200)
        rest = int(40 * MIB - d.metrics()["mmscope_memory_held_bytes"]) - 300000
        with d.connect() as upload:  # half a kernel takes what is left
            upload.sendall(f"POST {API}/kernels HTTP/1.1\r\nHost: {d.host}\r\nContent-Type: application/octet-stream\r\n"
                           f"Content-Length: {rest * 2}\r\n\r\n".encode() + bytes(rest))
            check(until(lambda: d.metrics()["mmscope_memory_held_bytes"] > 40 * MIB - 400000), "not there")
            answer = d.get(path, gzip, timeout=200)
        same((answer.status, answer.header("content-encoding"), answer.header("etag"), answer.body),
             (200, None, plain.header("etag"), plain.body))
        check(d.metrics()["mmscope_memory_refused_total"] >= 1, "there was room")
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 40 * MIB, "above the limit")


@test
def bodies_count():
    """what is being sent to us counts as well: uploads that do not fit are refused, and give back what they took"""
    with Daemon("--memory-limit", "16") as d:
        reply = d.ask("POST", f"{API}/kernels", {"Content-Type": "application/octet-stream"}, bytes(24 * MIB), timeout=200)
        problem(reply, 503, "memory-full")
        check(until(lambda: d.metrics()["mmscope_memory_held_bytes"] < MIB), "not given back")
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 16 * MIB, "above the limit")


def ask_as(daemon, address, path, done, **kw):
    """In a thread: ask from an address of its own; who was answered is appended to @done."""
    def ask():
        try:
            done.append((address, daemon.get(path, {"X-Forwarded-For": f"192.0.2.99, {address}"}, timeout=120, **kw)))
        except ConnectionError:
            pass  # the server was stopped
    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def waiting(daemon, n):
    return until(lambda: daemon.metrics()["mmscope_jobs_queued"] >= n)


def run_path(n):
    return f"{API}/run?board={BOARD}&cmdline=mark={n}"


def answer_paths(daemon, run):
    return [f"{API}/runs/{run}/state?at={n}" for n in range(1, 100)]


@test
def one_address_does_not_starve_another():
    """one address has twelve questions in the queue of one worker: another's only one is the third to be answered at the latest"""
    with Daemon("--workers", "1", fault="state=late") as d:
        paths, done = answer_paths(d, d.run()), []
        many = [ask_as(d, "198.51.100.1", path, done) for path in paths[:12]]
        check(waiting(d, 11), d.metrics()["mmscope_jobs_queued"])
        one = ask_as(d, "198.51.100.2", paths[50], done)
        one.join()
        order = [address for address, _ in done]
        check(order.index("198.51.100.2") <= 2, order)
        d.stop()
        for thread in many:
            thread.join()


@test
def a_worker_is_left_for_others():
    """one address hangs all the workers it gets: of three, one answers everybody else at once"""
    with Daemon("--workers", "3", fault="iomem=hang,buddyinfo=hang,zoneinfo=hang") as d:
        run, done = d.run(), []
        hung = [ask_as(d, "198.51.100.1", f"{API}/runs/{run}/{name}", done) for name in ("iomem", "buddyinfo", "zoneinfo")]
        check(waiting(d, 1), "the third does not wait")
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 2), "not two")
        same(d.get(f"{API}/runs/{run}/state?at=3").status, 200)
        same(done, [])
        d.stop()
        for thread in hung:
            thread.join()


@test
def a_full_queue_has_room_for_others():
    """the queue is full of one address: it is told when to come back; another one's question takes the place of its last"""
    with Daemon("--workers", "1", "--timeout", "60", fault="iomem=hang") as d:
        run, done, other = d.run(), [], []
        paths = answer_paths(d, run)
        threads = [ask_as(d, "198.51.100.1", f"{API}/runs/{run}/iomem", done)]
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 1), "not hung")
        threads += [ask_as(d, "198.51.100.1", path, done) for path in paths[:64]]
        check(waiting(d, 64), d.metrics()["mmscope_jobs_queued"])
        refused = d.get(paths[70], {"X-Forwarded-For": "198.51.100.1"})
        check("there is room in about" in problem(refused, 503, "too-busy")["detail"], refused.body)
        check(int(refused.header("retry-after")) >= 1, refused.fields)
        threads.append(ask_as(d, "198.51.100.2", paths[80], other))
        check(until(lambda: done), "nobody gave way")
        problem(done[0][1], 503, "too-busy")
        same((d.metrics()["mmscope_jobs_queued"], other), (64, []))
        d.stop()
        for thread in threads:
            thread.join()


@test
def what_is_begun_ahead_counts_for_who_asked():
    """twelve runs begun by GET /run from one address: another address's run is the third to be made at the latest"""
    with Daemon("--workers", "1", fault="manifest=late") as d:
        for n in range(12):
            same(d.get(run_path(n), {"X-Forwarded-For": "198.51.100.1"}).status, 303)
        check(waiting(d, 11), d.metrics()["mmscope_jobs_queued"])
        mine = {"X-Forwarded-For": "198.51.100.2"}
        same(d.get(d.get(run_path(99), mine).header("location"), mine, timeout=60).status, 200)
        check(d.metrics()["mmscope_jobs_queued"] >= 8, d.metrics()["mmscope_jobs_queued"])


@test
def a_sweep_counts_for_who_asked():
    """a sweep of one address waits on its turns: the parts of another's sweep are not behind all of its runs"""
    sweep = f"{API}/sweep?board={BOARD}&x=cma=16M,32M&show=cma.size"
    with Daemon("--workers", "1", fault="manifest=late") as d:
        done = []
        many = [ask_as(d, "198.51.100.1", f"{sweep}&cmdline=mark={n}", done) for n in range(2)]
        for n in range(12):
            same(d.get(run_path(n), {"X-Forwarded-For": "198.51.100.1"}).status, 303)
        check(waiting(d, 10), d.metrics()["mmscope_jobs_queued"])
        same(d.get(sweep, {"X-Forwarded-For": "198.51.100.2"}, timeout=60).status, 200)
        check(d.metrics()["mmscope_jobs_queued"] >= 6, d.metrics()["mmscope_jobs_queued"])
        d.stop()
        for thread in many:
            thread.join()


@test
def addresses_are_those_of_sockets():
    """without a proxy the address is the connection's; what a client forwards from elsewhere than this machine is not looked at"""
    with Daemon("--workers", "1", fault="state=late") as d:
        paths, done = answer_paths(d, d.run()), []
        many = [ask_as(d, "198.51.100.1", path, done) for path in paths[:6]]
        check(waiting(d, 5), "no queue")
        with socket.create_connection(("127.0.0.1", d.port), 60, source_address=("127.0.0.9", 0)) as s:
            s.sendall(f"GET {paths[50]} HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
            same(s.recv(12), b"HTTP/1.1 200")
            check(len(done) <= 2, len(done))
        d.stop()
        for thread in many:
            thread.join()


test.main()
