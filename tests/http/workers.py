# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that execute runs: what happens when one crashes, hangs, or is too many."""
import contextlib
import os
import signal
import threading
import time

from mmhttp import API, BOARD, Daemon, Tap, check, gone, problem, same, until

test = Tap()


def ask_at_once(daemon, paths):
    """Responses to all of these, asked at the same time."""
    got = [None] * len(paths)

    def ask(i):
        got[i] = daemon.get(paths[i], timeout=60)
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(paths))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return got


def quiet(daemon):
    """A run is there, and the process that made it is gone."""
    run = daemon.run()
    rests(daemon)
    return run


def rests(daemon):
    """Nobody computes: a worker that has answered waits for the next question, which is a moment after its answer is read."""
    check(until(lambda: daemon.metrics()["mmscope_jobs_running"] == 0), "still running")


def held_worker(daemon, run):
    """The worker that hangs over a report, and the connection that asks for it."""
    helper = daemon.helper()
    # One that waits would take the question, and if it ends another is asked: what is looked at here is a worker of its own.
    for waiting in daemon.children(helper):
        with contextlib.suppress(ProcessLookupError):
            os.kill(waiting, signal.SIGKILL)
        check(until(lambda: gone(waiting)), "a worker that waits is left")
    before = set(daemon.children(helper))
    s = daemon.connect(60)
    s.sendall(f"GET {API}/runs/{run}/iomem HTTP/1.1\r\nHost: {daemon.host}\r\n\r\n".encode())
    check(until(lambda: set(daemon.children(helper)) - before), "no worker")
    return (set(daemon.children(helper)) - before).pop(), s


@test
def a_crash_is_one_answer():
    """a worker that crashes: 500 for that answer, twice; everything else is answered"""
    with Daemon(fault="buddyinfo=crash,iomem=exit") as d:
        run = d.run()
        for _ in range(2):
            problem(d.get(f"{API}/runs/{run}/buddyinfo"), 500, "worker-crashed")
            problem(d.get(f"{API}/runs/{run}/iomem"), 500, "worker-crashed")
            same(d.get(f"{API}/runs/{run}").status, 200)
        same(d.get(f"{API}/runs/{run}/log").status, 200)
        check(d.get("/healthz").text().startswith("ok\n"), "not well")
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 0), "still running")
        same(d.metrics()["mmscope_jobs_crashed_total"], 4)
        same(d.stop(), 0)


@test
def time_is_limited():
    """a worker that hangs: 504 at the limit; one that computes: 422 before it; others go on meanwhile"""
    with Daemon("--timeout", "3", fault="buddyinfo=hang,meminfo=spin") as d:
        run = d.run()
        begin = time.monotonic()
        got = ask_at_once(d, [f"{API}/runs/{run}/{what}" for what in ("buddyinfo", "meminfo", "log", "zoneinfo")])
        took = time.monotonic() - begin
        problem(got[0], 504, "worker-timeout")
        check(got[1].status in (422, 504), got[1].status)
        same((got[2].status, got[3].status), (200, 200))
        check(2.5 < took < 8, took)
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 0), "a worker is left")
        same(d.stop(), 0)


@test
def one_question_is_asked_once():
    """40 clients that ask for the same at once: one worker, the same bytes for everybody"""
    with Daemon() as d:
        run = quiet(d)
        before = d.metrics()["mmscope_jobs_total"]
        got = ask_at_once(d, [f"{API}/runs/{run}/zoneinfo"] * 40)
        same({r.status for r in got}, {200})
        same(len({r.body for r in got}), 1)
        same(d.metrics()["mmscope_jobs_total"], before + 1)


@test
def one_boot_answers_both():
    """the manifest, the events and a report come from one worker"""
    with Daemon() as d:
        run = quiet(d)
        workers = d.children(d.helper())
        for what in ("events", "log", "zoneinfo"):
            same(d.get(f"{API}/runs/{run}/{what}").status, 200)
            rests(d)
            same(d.children(d.helper()), workers)
        same(len(workers), 1)


@test
def another_run_of_one_tree_needs_no_other_process():
    """a run with another command line is booted by the worker that waits, one of another tree by another"""
    with Daemon() as d:
        d.run()
        workers = d.children(d.helper())
        same(d.post({"board": BOARD, "cmdline": "other"}).status, 201)
        same(d.children(d.helper()), workers)
        same(d.post({"board": "rpi3", "cmdline": "other"}).status, 201)
        same(len(d.children(d.helper())), 2)


@test
def too_many_are_refused():
    """more than can wait: 503 with Retry-After for the rest, and later they are welcome"""
    with Daemon("--workers", "1", "--timeout", "8", fault="iomem=hang") as d:
        # It hangs until all the others have asked, on a machine that is busy as well.
        run = quiet(d)
        last = d.get(f"{API}/runs/{run}/state").json()["seq"]
        paths = [f"{API}/runs/{run}/iomem"] + [f"{API}/runs/{run}/state?at={i}" for i in range(min(last, 100))]
        held = d.connect(60)
        held.sendall(f"GET {paths[0]} HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 1), "held")
        got = ask_at_once(d, paths[1:])
        refused = [r for r in got if r.status == 503]
        same({r.status for r in got}, {200, 503})
        same(len(refused), len(got) - 64)
        problem(refused[0], 503, "too-busy")
        check(refused[0].header("retry-after"))
        same(d.metrics()["mmscope_jobs_refused_total"], len(refused))
        got = [d.get(path) for path in paths[1:]]
        same({r.status for r in got}, {200})
        held.close()
        same(d.stop(), 0)


@test
def workers_can_be_killed():
    """workers killed at any moment: every question is answered, the next run works"""
    with Daemon("--timeout", "5", fault="iomem=hang") as d:
        run = quiet(d)
        for _ in range(10):
            worker, asking = held_worker(d, run)
            os.kill(worker, signal.SIGKILL)
            check(b" 500 " in asking.recv(65536).split(b"\r\n")[0], "not 500")
            asking.close()
            check(until(lambda: d.metrics()["mmscope_jobs_running"] == 0), "still running")
        same(d.get(f"{API}/runs/{run}/log").status, 200)
        same(d.stop(), 0)


@test
def a_killed_helper_is_replaced():
    """the helper killed, five times: who waits gets 503 and may ask again, the next run works"""
    with Daemon(fault="iomem=hang") as d:
        run = quiet(d)
        for i in range(5):
            worker, asking = held_worker(d, run)
            os.kill(d.helper(), signal.SIGKILL)
            check(b" 503 " in asking.recv(65536).split(b"\r\n")[0], "not 503")
            asking.close()
            check(until(lambda: gone(worker)), "its worker is left")
            same(d.post({"board": BOARD, "cmdline": f"after {i}"}).status, 201)
            same(d.get("/healthz").status, 200)
        check(until(lambda: d.metrics()["mmscope_jobs_running"] == 0), "still running")
        same(d.stop(), 0)


@test
def without_any_helper():
    """keeper and helper killed: what is known is answered, the rest is 503, health says so, and it stops clean"""
    with Daemon() as d:
        run = quiet(d)
        d.get(f"{API}/runs/{run}/log")
        helper = d.helper()
        os.kill(d.children()[0], signal.SIGKILL)
        same(d.get(f"{API}/runs/{run}/zoneinfo").status, 200)
        os.kill(helper, signal.SIGKILL)
        check(until(lambda: d.metrics()["mmscope_helper_up"] == 0), "not noticed")
        same(d.get(f"{API}/runs/{run}/log").status, 200)
        problem(d.get(f"{API}/runs/{run}/meminfo"), 503, "no-worker")
        problem(d.get("/healthz"), 503, "no-worker")
        same(d.stop(), 0)


@test
def nobody_outlives_the_server():
    """the server killed: helper and workers end too"""
    with Daemon(fault="iomem=hang") as d:
        helper = d.helper()
        worker, s = held_worker(d, quiet(d))
        d.kill()
        check(until(lambda: gone(worker) and gone(helper)), "left")
        s.close()


@test
def nobody_is_born_after_the_server():
    """a worker that was forked but did not run yet when the server stopped, or the helper was killed: ends at once"""
    for killed in (False, True):
        with Daemon(fault="birth=late,iomem=hang") as d:
            worker, s = held_worker(d, quiet(d))
            if killed:
                os.kill(d.helper(), signal.SIGKILL)
            else:
                same(d.stop(), 0)
            check(until(lambda: gone(worker)), "left")
            s.close()


@test
def workers_have_nothing_open():
    """a worker has its answer socket and its input, and the rights of nobody"""
    with Daemon(fault="iomem=hang") as d:
        helper = d.helper()
        worker, s = held_worker(d, quiet(d))
        def status():
            return dict(line.split(":\t", 1) for line in open(f"/proc/{worker}/status").read().splitlines() if ":\t" in line)
        check(until(lambda: status().get("Seccomp") == "2"), "no seccomp")
        same(status()["NoNewPrivs"], "1")
        fds = {os.readlink(f"/proc/{worker}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{worker}/fd") if fd != "2"}
        check(fds <= {"socket", "/memfd"}, fds)
        limits = open(f"/proc/{worker}/limits").read()
        for name in ("Max file size", "Max open files", "Max processes", "Max core file size"):
            line = next(line for line in limits.splitlines() if line.startswith(name))
            same(line[len(name):].split()[:2], ["0", "0"], name)
        s.close()


@test
def what_was_dropped_is_made_again():
    """with room for little, answers are made again, the same; runs stay known"""
    with Daemon("--cache", "1") as d:
        runs = [d.post({"board": BOARD, "cmdline": f"n={i}"}).json()["id"] for i in range(6)]
        bodies = [d.get(f"{API}/runs/{r}/events?format=ndjson").body for r in runs]
        for _ in range(2):
            same([d.get(f"{API}/runs/{r}/events?format=ndjson").body for r in runs], bodies)
        m = d.metrics()
        check(m["mmscope_store_runs"] == 6, m["mmscope_store_runs"])
        if len(bodies[0]) * 6 > 1 << 20:
            check(m["mmscope_store_evictions_total"] > 0, "nothing was dropped")


@test
def a_restart_knows_nothing_and_makes_the_same():
    """another server makes the same run, byte for byte, from the same inputs"""
    inputs = {"board": BOARD, "cmdline": "console=ttyAMA0 again"}
    with Daemon() as d:
        first = d.post(inputs)
        events = d.get(f"{first.header('location')}/events").body
    with Daemon() as d:
        problem(d.get(first.header("location")), 404, "unknown-run")
        again = d.post(inputs)
        same((again.status, again.body), (201, first.body))
        same(d.get(f"{again.header('location')}/events").body, events)


test.main()
