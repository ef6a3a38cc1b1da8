#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make check-hard: each goal of reliability by really running it, and a line with its figure.

    tests/hard.py [--long] [--only R4,R17]
    tests/hard.py --fuzz [--only tree,profile] [--executions N] [--seconds S]

By default it takes some minutes and samples what is endless; --long takes an hour or two, before a release.  PASS and FAIL are
what they say; OPEN is a goal of which a part is not shown here, and the line says which.  Exit status 1 if one fails.
"""
import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

SRC = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent)).resolve()
BUILD = pathlib.Path(os.environ.get("BUILDDIR", SRC / "build")).resolve()
os.environ.setdefault("SRCDIR", str(SRC))
os.environ.setdefault("BUILDDIR", str(BUILD))
os.environ.setdefault("MMSCOPE", str(BUILD / "mmscope"))
os.environ.setdefault("MMSCOPE_SAN", str(BUILD / "tests/mmscope-san"))
sys.path.insert(0, str(SRC / "tests/http"))
from mmhttp import API, Daemon, gone, until  # noqa: E402

MMSCOPE = os.environ["MMSCOPE"]
options = argparse.Namespace(long=False, executions=1000000, seconds=0)
CPUS = os.cpu_count() or 1
tmp = pathlib.Path(tempfile.mkdtemp())


def many(short, long):
    return long if options.long else short


class Open(Exception):
    """What was run holds; what was not is said."""


def ensure(good, what):
    if not good:
        raise AssertionError(what)


def side_by_side(jobs):
    """What each of these functions returned, a core for each; the first that fails ends it."""
    with concurrent.futures.ThreadPoolExecutor(CPUS) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            return [f.result() for f in futures]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


# ------------------------------------------------------------------------ fuzzing
def corpus():
    folder = tmp / "corpus"
    if not folder.exists():
        subprocess.run([sys.executable, SRC / "tests/fuzz/corpus.py", folder], check=True)
    return folder


def kernels():
    """Made-up kernels, as small as one can be."""
    folder = tmp / "kernels"
    if not folder.exists():
        subprocess.run([sys.executable, SRC / "tests/image/corpus.py", folder], check=True, env=dict(os.environ, MMSCOPE_FAKE_KERNEL="small"))
    return sorted(folder.iterdir())


def seeds(target):
    return kernels() if target == "image" else sorted((corpus() / target).iterdir())


def watched():
    """By whom, as configure was told."""
    makefile = (BUILD / "Makefile").read_text()
    return "with ASan and UBSan" if re.search(r"^SAN_CFLAGS = *-f", makefile, re.M) else "without sanitizers"


def fuzz(target, count, mode=None, files=None, seed=0):
    """How many were executed, about @count in all; a report of the sanitizers is a failure, with where it stands."""
    files = files or seeds(target)
    each = count if mode == "cuts" else max(1, count // len(files))
    # What was freed is kept for a while, to see who still uses it; 256 MiB of that is mostly page faults.
    env = dict(os.environ, FUZZ_TARGET=target, FUZZ_SEED=str(seed), ASAN_OPTIONS="quarantine_size_mb=4", **({"FUZZ_MODE": mode} if mode else {}))
    program = "fuzz-image" if target == "image" else "fuzz-board"
    done = subprocess.run([BUILD / "tests/fuzz" / program, str(each), *files], env=env, capture_output=True, text=True)
    if done.returncode:
        report = pathlib.Path(f"check-hard-{target}-{seed}.txt").absolute()
        report.write_text(done.stderr)
        raise AssertionError(f"target {target}, seed {seed}, {each} mutants of each file: status {done.returncode}; see {report}")
    return int(done.stdout.split()[0])


class Campaign:
    """One target for as many executions, or as long, as is asked for; a process on each core, a seed for each batch."""

    EACH = 100  # mutants of each seed file in a batch: some seconds

    def __init__(self, target):
        self.target, self.files, self.done, self.seed, self.begin = target, seeds(target), 0, 0, time.monotonic()
        self.lock = threading.Lock()

    def next_seed(self):
        with self.lock:
            if self.done >= options.executions or (options.seconds and time.monotonic() - self.begin >= options.seconds):
                return None
            self.seed += 1
            return self.seed

    def work(self):
        while (seed := self.next_seed()) is not None:
            done = fuzz(self.target, self.EACH * len(self.files), seed=seed)
            with self.lock:
                self.done += done
            if sys.stderr.isatty():
                print(f"\r\033[Kfuzz {self.target}: {self.done} executed", end="", file=sys.stderr, flush=True)

    def run(self):
        side_by_side([self.work] * CPUS)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        return f"{self.done} executed {watched()}, no report, {self.done / max(1e-9, time.monotonic() - self.begin):.0f}/s"


def fuzz_all(targets, count):
    got = {target: fuzz(target, count) for target in targets}
    return f"executions {watched()}, no report: " + ", ".join(f"{name} {nr}" for name, nr in got.items())


def trees():
    """Twenty trees: those of the corpus, then boards."""
    out = sorted((corpus() / "tree").iterdir())
    for dts in sorted((SRC / "boards").glob("*.dts")):
        if len(out) < 20 and not (corpus() / "tree" / dts.stem).exists():
            dtb = tmp / f"{dts.stem}.dtb"
            subprocess.run(["dtc", "-q", "-O", "dtb", "-o", dtb, dts], check=True)
            out.append(dtb)
    return out[:20]


def r1():
    return fuzz_all(("tree", "overlay", "profile", "log", "uefi", "image"), many(1000, 1000000)) + f", words {fuzz('words', many(300, 1000000))}"


def r2():
    return fuzz_all(("json",), many(5000, 1000000))


def r6():
    step = many(23, 1)
    return f"20 trees cut at {'every byte' if step == 1 else f'every {step}th byte'}: {fuzz('tree', step, 'cuts', trees())} executed"


def r7():
    return f"{fuzz('tree', many(3000, 1000000), 'flips', trees())} trees with one to three bits flipped"


# ---------------------------------------------------------------------------- HTTP
def damaged(seed):
    """A request, with what is wrong with it."""
    rnd = random.Random(seed)
    request = bytearray(rnd.choice((
        b"GET /api/v1/boards HTTP/1.1\r\nHost: HOST\r\nAccept: text/html;q=0.3, */*\r\nRange: bytes=0-9\r\n\r\n",
        b"POST /api/v1/runs HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"board\":\"qemu-virt\"}  ",
        b"POST /api/v1/runs HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"boa\r\n0\r\n\r\n",
        b"GET /api/v1/run?board=qemu-virt&cmdline=a%20b HTTP/1.1\r\nHost: HOST\r\nAccept-Encoding: gzip;q=0, zstd\r\nIf-None-Match: \"x\"\r\n\r\n")))
    for _ in range(rnd.randrange(1, 6)):
        at = rnd.randrange(len(request))
        kind = rnd.randrange(5)
        if kind == 0:
            request[at] = rnd.randrange(256)
        elif kind == 1:
            del request[at:at + rnd.randrange(1, 20)]
        elif kind == 2:
            request[at:at] = bytes(rnd.choices(b"\0\r\n:%&=;, \t\xff", k=rnd.randrange(1, 9)))
        elif kind == 3:
            request[at:at] = request[rnd.randrange(len(request)):][:rnd.randrange(1, 60)]
        else:
            request[at:at] = bytes([request[at]]) * rnd.choice((2, 300, 9000))
        request = request or bytearray(b"G")
    return bytes(request)


def r3():
    count, seen = many(500, 200000), {}
    with Daemon(stderr=subprocess.DEVNULL) as d:
        for seed in range(count):
            s = d.connect(10)
            with contextlib.suppress(OSError):
                data = damaged(seed).replace(b"HOST", d.host.encode())
                cut = random.Random(seed).randrange(len(data) + 1)
                s.sendall(data[:cut])
                s.sendall(data[cut:])
                s.shutdown(socket.SHUT_WR)
                head = s.recv(12)
                seen[head[9:12].decode("latin-1")] = seen.get(head[9:12].decode("latin-1"), 0) + 1
            s.close()
        ensure(d.get("/healthz").status == 200, "it does not answer any more")
        status = d.stop()
    ensure(status == 0, f"it ended with {status}")
    odd = {code for code in seen if code and code not in ("200", "201", "206", "303", "304", "400", "403", "404", "405", "406", "413", "414", "415",
                                                       "416", "422", "431", "501", "503", "505")}
    ensure(not odd, f"answers with {odd}")
    return f"{count} damaged requests, each cut in two: {sum(seen.values()) - seen.get('', 0)} answered, the others closed or unfinished; fuzzed in-process: {fuzz('http', many(20000, 1000000))}"


ATTACKS = [
    # What a page of another site, or a name that was made to point here, can send.
    ("a name of its own", {"Host": "evil.example"}, 403), ("a name with our port", {"Host": "evil.example:PORT"}, 403), ("our name, another port", {"Host": "127.0.0.1:1"}, 403),
    ("no Host", {"Host": None}, 400), ("an empty Host", {"Host": ""}, 403), ("localhost behind a dot", {"Host": "localhost.evil.example:PORT"}, 403),
    ("userinfo in Host", {"Host": "127.0.0.1:PORT@evil.example"}, 403), ("a path in Host", {"Host": "127.0.0.1:PORT/evil"}, 403),
    ("a NUL in Host", {"Host": "127.0.0.1:PORT\0.evil.example"}, 400), ("Host twice", {"Host": "127.0.0.1:PORT\r\nHost: evil.example"}, 400),
    ("a foreign Origin", {"Origin": "http://evil.example"}, 403), ("Origin null", {"Origin": "null"}, 403), ("our Origin with https", {"Origin": "https://127.0.0.1:PORT"}, 403),
    ("our Origin, another port", {"Origin": "http://127.0.0.1:1"}, 403), ("Origin twice", {"Origin": "http://127.0.0.1:PORT\r\nOrigin: http://evil.example"}, 400),
    ("a script element", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403), ("a frame of a sister site", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403),
]
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


def r17():
    with Daemon(stderr=subprocess.DEVNULL) as d:
        before = d.metrics()["mmscope_store_runs"]
        got = {}
        for name, fields, status in ATTACKS:
            fields = {k: v.replace("PORT", str(d.port)) if v is not None else None for k, v in fields.items()}
            reply = d.ask("GET", f"{API}/boards", fields)
            got[name] = (reply.status, status, reply.header("access-control-allow-origin"))
        for form in FORMS:
            reply = d.ask("POST", f"{API}/runs", {"Content-Type": form, "Origin": "http://evil.example"}, b'{"board":"qemu-virt"}')
            got[f"a form as {form}"] = (reply.status, 403, reply.header("access-control-allow-origin"))
        ensure(d.metrics()["mmscope_store_runs"] == before, "one of them made a run")
    wrong = {name: seen for name, seen in got.items() if seen[0] != seen[1] or seen[2]}
    ensure(not wrong, f"(status, wanted, CORS): {wrong}")
    return f"{len(got)} of {len(got)} cross-site probes refused, nothing made"


# --------------------------------------------------------------------------- trees
def run(*words, limit=60):
    """Exit status, CPU milliseconds, the first line of stderr."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([MMSCOPE, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=limit)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return done.returncode, ms, done.stderr.decode("utf-8", "replace").partition("\n")[0]


def blob(structure, strings=b"", reserve=b"", version=17, last=16, total=None):
    head = 40
    off_struct = head + len(reserve) + 16
    off_strings = off_struct + len(structure)
    size = off_strings + len(strings)
    return struct.pack(">10I", 0xd00dfeed, total or size, off_struct, off_strings, head, version, last, 0, len(strings), len(structure)) + \
        reserve + bytes(16) + structure + strings


def killers():
    u32, u64 = (lambda *v: struct.pack(f">{len(v)}I", *v)), (lambda *v: struct.pack(f">{len(v)}Q", *v))
    begin, end, done = u32(1), u32(2), u32(9)
    root = begin + bytes(4)
    yield "version 3", blob(root + end + done, version=3, last=1)
    yield "version 2 of 32 bytes", struct.pack(">8I", 0xd00dfeed, 32, 32, 32, 32, 2, 1, 0)
    yield "200 000 nodes in one another", blob(begin + bytes(4) + (begin + b"a\0\0\0") * 200000 + end * 200001 + done)
    yield "an alias of itself", blob(root + begin + b"aliases\0" + u32(3, 8, 0) + b"serial0\0" + end + end + done, b"serial0\0")
    yield "65 000 reservations", blob(root + end + done, reserve=b"".join(u64(0x40000000 + i * 0x4000, 4096) for i in range(65000)))
    yield "blocks at odd bytes", struct.pack(">10I", 0xd00dfeed, 80, 57, 77, 41, 17, 16, 0, 0, 16) + bytes(40)
    yield "a size beyond the file", blob(root + end + done, total=0xffffffff)
    yield "no end", blob(root)
    yield "a name without end", blob(begin + b"x" * 4096)
    yield "a property of 4 GiB", blob(root + u32(3, 0xfffffff0, 0) + end + done, b"reg\0")


def r4():
    slowest = ("", 0)
    count = 0
    for name, data in killers():
        path = tmp / "killer.dtb"
        path.write_bytes(data)
        status, ms, said = run("boot", path, "-k", "6.12", "-o", "log")
        ensure(status in (0, 1, 3) and (status != 3 or said), f"{name}: status {status} {said}")
        slowest = max(slowest, (name, ms), key=lambda x: x[1])
        count += 1
    own = min(run("boot", tmp / "no-such.dtb")[1] for _ in range(3))
    figure = f"{count} known killers end in a result or a sentence; slowest {slowest[1]:.0f} ms of CPU ({slowest[0]}), {own:.0f} of them the program's start"
    ensure(slowest[1] - own <= 50, figure)
    return figure


def r5():
    """Those of a distribution where they are at hand; otherwise the boards that ship and those of public reports, all real ones' trees."""
    folder = os.environ.get("MMSCOPE_DTBS")
    files = sorted(pathlib.Path(folder).rglob("*.dtb")) if folder else sorted((SRC / "boards").glob("*.dts")) + sorted((SRC / "tests/doctor").glob("*.dts"))
    files = files if options.long or not folder else files[::max(1, len(files) // 100)]
    times, ends = [], {}
    for file in files:
        words = (file.stem,) if file.parent.name == "boards" else (file,)
        status, ms, said = run("boot", *words, "-k", "6.12", "-o", "zoneinfo")
        if status == 3:
            status, ms, said = run("boot", *words, "-k", "6.12", "-m", "2G", "-o", "zoneinfo")
        ensure(status in (0, 1) or (status == 3 and said), f"{file.name}: status {status} {said}")
        ends[status] = ends.get(status, 0) + 1
        times.append(ms)
    times.sort()
    figure = f"{len(files)} trees, statuses {ends}; CPU p50 {times[len(times) // 2]:.0f} ms, largest {times[-1]:.0f} ms"
    if options.long and not folder:
        raise Open(f"{figure}: shipped boards; MMSCOPE_DTBS=FOLDER takes a distribution's")
    return figure if folder else f"{figure}; MMSCOPE_DTBS=FOLDER takes a distribution's"


# ------------------------------------------------------------------------ failures
def tap(script, *words, san=True, env=None):
    """(ok, not ok, lines) of one of the tests."""
    env = dict(os.environ, **(env or {}))
    if not san:
        env.pop("MMSCOPE_SAN", None)
    done = subprocess.run([*words, sys.executable if script.endswith(".py") else "bash", SRC / "tests" / script], env=env, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    good = [line for line in lines if line.startswith("ok ")]
    # With the first thing that is said of each.
    bad = [f"{line} ({after[2:200]})" for line, after in zip(lines, [*lines[1:], ""]) if line.startswith("not ok")]
    ensure(not done.returncode and good and not bad, f"tests/{script}: status {done.returncode}, {'; '.join(bad[:3])}")
    return good


def torture():
    if not hasattr(torture, "lines"):
        torture.lines = tap("torture.py", env={"TORTURE_ALL": "1"} if options.long else {"TORTURE_SAMPLE": "40"})
    return torture.lines


def r8():
    lines = [line for line in torture() if "allocation" in line]
    ensure(lines, "torture.py failed no allocation")
    return f"{len(lines)} command lines and servers with allocations that fail, once and from then on ({many('sampled', 'each one')})"


def r9():
    lines = [line for line in torture() if "system call" in line]
    ensure(lines, "torture.py failed no system call")
    return f"{len(lines)} command lines and servers with system calls that fail, once and from then on ({many('sampled', 'each one')})"


def r10():
    kills, answered = many(100, 1000), 0
    with Daemon("--timeout", "5", fault="iomem=hang", stderr=subprocess.DEVNULL) as d:
        run_id, helper = d.run(), d.helper()
        until(lambda: d.metrics()["mmscope_jobs_running"] == 0)
        for i in range(kills):
            # One that waits is asked first, and where it ends another is: here each question has a worker of its own.
            for waiting in d.children(helper):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(waiting, signal.SIGKILL)
                ensure(until(lambda: gone(waiting)), "a worker that waits is left")
            before = set(d.children(helper))
            s = d.connect(60)
            s.sendall(f"GET {API}/runs/{run_id}/iomem HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
            ensure(until(lambda: set(d.children(helper)) - before), "no worker")
            time.sleep(random.Random(i).random() * 0.005)
            for worker in set(d.children(helper)) - before:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            reply = s.recv(65536)
            answered += b"problems/worker-crashed" in reply
            s.close()
        ensure(d.get(f"{API}/runs/{run_id}/state").status == 200, "the next run does not work")
        status = d.stop()
    ensure(status == 0 and answered == kills, f"status {status}, {answered} of {kills} were told")
    return f"{kills} workers killed at random moments: every client told, the next run works, the server ends with 0"


# ----------------------------------------------------------------------------- load
def rss(pid):
    """KiB of a process and of what it has started."""
    with contextlib.suppress(OSError):
        own = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))
        return own + sum(rss(int(p)) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return 0


def timed(d, count, path="/healthz"):
    """Sorted milliseconds of @count honest requests on a connection that is kept."""
    s = d.connect(30)
    out = []
    for _ in range(count):
        begin = time.perf_counter()
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
        ensure(s.recv(65536)[9:12] == b"200", "not answered")
        out.append(1000 * (time.perf_counter() - begin))
    s.close()
    return sorted(out)


def pause_and(what, *args):
    time.sleep(0.1)
    return what(*args)


def trickle(socks, closed):
    for s in [s for s in socks if s not in closed]:
        try:
            s.setblocking(False)
            s.send(b"G")
            if s.recv(100) == b"":
                closed.add(s)
        except BlockingIOError:
            pass
        except OSError:
            closed.add(s)


def r13():
    nr = many(200, 1000)
    with Daemon(shipped=True, stderr=subprocess.DEVNULL) as d:
        big = d.run("numa4-asymmetric")
        d.get(f"{API}/runs/{big}/events")
        quiet = sorted(ms for _ in range(20) for ms in pause_and(timed, d, 50))
        slow = [d.connect(30) for _ in range(nr)]
        readers = [d.connect(30) for _ in range(nr)]
        for s in readers:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(f"GET {API}/runs/{big}/events HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
        closed, begin, honest = set(), time.monotonic(), []
        while len(closed) < nr and time.monotonic() - begin < 20:
            trickle(slow, closed)
            honest += pause_and(timed, d, 50)
        held, took = rss(d.process.pid), time.monotonic() - begin
        for s in slow + readers:
            s.close()
        honest.sort()
    p99 = honest[len(honest) * 99 // 100]
    figure = (f"{nr} that send and {nr} that read by the byte: {len(closed)} senders closed within {took:.1f} s; an honest client's p99 {p99:.1f} ms "
              f"(without them {quiet[len(quiet) * 99 // 100]:.1f}); {held >> 10} MiB")
    ensure(len(closed) == nr and held < 64 << 10, figure)
    # A busy machine keeps everybody waiting.
    ensure(p99 <= max(5, 3 * quiet[len(quiet) * 99 // 100]), figure)
    return figure


def r14():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    nr = min(many(1500, 5000), hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, nr + 200), hard))
    with Daemon(shipped=True, stderr=subprocess.DEVNULL) as d:
        before = d.fds()
        socks = []
        for _ in range(nr):
            with contextlib.suppress(OSError):
                socks.append(d.connect(5))
        served = until(lambda: honest_client(d), 15)
        for s in socks:
            s.close()
        back = until(lambda: d.fds() <= before + 1, 30)
    figure = f"{len(socks)} connections that say nothing: an honest client is served, and the descriptors come back"
    ensure(served and back, f"{figure}: served {served}, back {back}")
    return figure


def honest_client(d):
    with contextlib.suppress(OSError, ConnectionError):
        return d.get("/healthz", timeout=5).status == 200
    return False


def r15():
    good = tap("http/workers.py", san=False) + tap("http/ceiling.py", san=False)
    return f"{len(good)} tests of budgets: computing, time, memory, queue, one ceiling for all that is held, fair shares"


def grown(d):
    """(KiB beyond what the store says that it holds, descriptors) of a server."""
    now = d.metrics()
    return rss(d.process.pid) - int(now["mmscope_store_run_bytes"] + now["mmscope_store_answer_bytes"]) // 1024, d.fds()


def r16():
    seconds = many(20, 1800)
    with Daemon("--cache", "8", shipped=True, stderr=subprocess.DEVNULL) as d:
        run_id = d.run()
        total = d.get(f"{API}/runs/{run_id}").json()
        streams = [d.open("GET", f"{API}/runs/{run_id}/events?pace=40", {"Accept": "text/event-stream"}, timeout=60) for _ in range(50)]
        lost = []
        threads = [threading.Thread(target=follow, args=(s, lost), daemon=True) for s in streams]
        for thread in threads:
            thread.start()
        begin, runs, first = time.monotonic(), 0, None
        while time.monotonic() - begin < seconds:
            ensure(d.post({"board": "qemu-virt", "cmdline": f"mark={runs}"}).status in (200, 201), "a run failed")
            runs += 1
            if not first and time.monotonic() - begin > seconds / 2:
                first = grown(d)
            time.sleep(max(0, begin + runs / 20 - time.monotonic()))
        last = grown(d)
        for s in streams:
            s.close()
    figure = (f"{runs} runs in {seconds} s beside 50 streams of {total.get('events', {}).get('count', 'all')} events: {last[0] - first[0]:+d} KiB beyond what is kept on purpose and {last[1] - first[1]:+d} descriptors "
              f"in the second half, {len(lost)} records lost")
    ensure(not lost and last[0] - first[0] < 8 << 10 and abs(last[1] - first[1]) <= 4, figure)
    return figure if options.long else f"{figure}; --long goes on for 30 minutes"


def follow(stream, lost):
    seq = 0
    with contextlib.suppress(OSError, ValueError, ConnectionError, AttributeError):
        for part in stream.chunks():
            for found in re.findall(rb"^id: (\d+)", part, re.M):
                if int(found) != seq:
                    lost.append((seq, int(found)))
                seq = int(found) + 1


def r18():
    with Daemon() as d:
        now = d.metrics()
        tried, refused = int(now["mmscope_sandbox_attempts"]), int(now["mmscope_sandbox_refused"])
        said = d.get("/healthz").text().splitlines()[-1]
    ensure(tried >= 8 and tried == refused, said)
    if not shutil.which("systemd-analyze"):
        raise Open(f"{said}; the unit was not looked at (no systemd-analyze)")
    unit = tmp / "mmscope.service"
    unit.write_text((SRC / "contrib/systemd/mmscope.service.in").read_text().replace("%BINDIR%", "/usr/bin"))
    score = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", str(unit)], capture_output=True, text=True)
    level = re.search(r"xposure level[^:]*: ([\d.]+)", score.stdout)
    figure = f"{said}; the unit's exposure is {level.group(1) if level else '?'}"
    ensure(not score.returncode, figure)
    return figure


# ------------------------------------------------------------------ other compilers
# What is built (tests/builds.mk), in the order in which it is needed: the longest first.
BUILDS = [("covered", "mmscope", "units"), ("tsan", "mmscope"), ("i686", "determinism"), ("clang", "determinism"), ("gcc-O0", "determinism")]
COMPILERS = {"covered": "clang", "clang": "clang", "i686": "i686-linux-gnu-gcc"}


def lacks(*programs):
    return [p for p in programs if not shutil.which(p)]


def make(kind, *goals):
    return ["make", "-C", str(BUILD), f"-j{CPUS}", "-s", "check-build", f"KIND={kind}", f"GOAL={' '.join(goals)}", f"SYSROOT={BUILD / 'hard/i386'}"]


class Ahead:
    """Builds that begin while other goals are looked at, on a core that nobody else wants."""

    def __init__(self):
        self.stopping = False
        self.process = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        for kind, *goals in BUILDS:
            if self.stopping or lacks(COMPILERS.get(kind, "gcc")) or (kind == "i686" and not i386()):
                continue
            self.process = subprocess.Popen(make(kind, *goals), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                            preexec_fn=lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)))
            self.process.wait()

    def stop(self):
        """Whoever needs one now makes what is left of it, at his own priority."""
        self.stopping = True
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
        if self.thread.ident:
            self.thread.join()


ahead = Ahead()


def build(kind):
    """The folder of what another compiler made."""
    ahead.stop()
    done = subprocess.run(make(kind, *next(goals for name, *goals in BUILDS if name == kind)), capture_output=True, text=True)
    ensure(not done.returncode, f"the {kind} build: {done.stderr[-300:]}")
    return BUILD / "hard" / kind


def unit_programs(folder):
    return [p for p in sorted((folder / "tests/unit").glob("test-*")) if os.access(p, os.X_OK) and p.is_file()]


def unit(program, env=None):
    """How many tests it has, all of which passed."""
    done = subprocess.run([program], capture_output=True, text=True, env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", **(env or {})))
    ensure(not done.returncode, f"{program.relative_to(BUILD)}: status {done.returncode}: {done.stderr[-200:]}")
    return done.stdout.count("\nok ")


def under_valgrind():
    done = subprocess.run(["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", MMSCOPE, "boot", "qemu-virt", "-k", "6.12", "-o", "zoneinfo"],
                          capture_output=True, text=True)
    ensure(done.returncode == 0, f"valgrind: {done.stderr[:300]}")


# What is run by the build that counts, the longest first.  --long: also those that add little for the time that they take.
COVERING = ("bootlog.py", "torture.py", "profile.py", "cli.sh", "recordings.sh", "http/whatif.py", "loader.py", "sweep.sh", "budget.sh", "reports.py", "doctor.sh", "diff.sh",
            *(f"http/{name}.py" for name in ("endpoints", "letter", "streams", "live", "kernels", "states", "automation", "coded", "journal", "sandbox")))
COVERING_LONG = ("verify.sh", "rules.py", "ops.py", "conformance.sh", "cases.py", "derived.sh", "http/doctor.py", "http/logs.py", "http/trees.py", "http/hostile.py", "http/schemas.py", "http/attack.py")


def threads(folder):
    """Of the processes of this program only the server has threads: two of libmicrohttpd's, one that codes answers."""
    env = {"MMSCOPE_SAN": str(folder / "mmscope"), "TSAN_OPTIONS": "halt_on_error=1 exitcode=66"}
    # Not those that boot the largest boards or wait for a rate: fifteen times slower they run into limits.
    return [lambda name=name: len(tap(f"http/{name}.py", env=env)) for name in many(("workers", "letter"), ("workers", "letter", "endpoints", "states", "whatif"))]


def counted(folder, raw, reports):
    """The build that has sanitizers and counts what runs: (unit tests, scripts), as functions."""
    env = {"LLVM_PROFILE_FILE": f"{raw}/%m%c.profraw", "MMSCOPE": str(folder / "mmscope"), "MMSCOPE_SAN": str(folder / "mmscope"),
           "ASAN_OPTIONS": f"log_path={reports}/asan", "UBSAN_OPTIONS": f"log_path={reports}/ubsan:print_stacktrace=1",
           "TORTURE_LINKED": "1", "TORTURE_SAMPLE": many("5", "40"), "BOOTLOG_MUTANTS": many("6", "60"),
           "MMSCOPE_SOME_RECORDINGS": many("1", "")}
    return ([lambda p=p: unit(p, env) for p in unit_programs(folder)],
            [lambda name=name: len(tap(name, env=env)) for name in COVERING + many((), COVERING_LONG)])


def covered(folder, raw):
    """What the counters say of each file.  All that unit tests are made of is in the program as well."""
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", tmp / "all.profdata", *raw.glob("*.profraw")], check=True)
    out = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={tmp / 'all.profdata'}", folder / "mmscope"], capture_output=True, check=True).stdout
    return json.loads(out)["data"][0]["files"]


def coverage(files):
    """Lines and branches of our C that ran, those of workers included."""
    total = {"lines": [0, 0], "branches": [0, 0]}
    missing = []
    for file in files:
        if "/mmcore/" not in file["filename"] and "/daemon/" not in file["filename"]:
            continue
        for what, sums in total.items():
            sums[0] += file["summary"][what]["covered"]
            sums[1] += file["summary"][what]["count"]
        missing.append((file["summary"]["branches"]["count"] - file["summary"]["branches"]["covered"], os.path.relpath(file["filename"], SRC)))
    lines, branches = (100 * sums[0] / sums[1] for sums in total.values())
    (BUILD / "check-hard-coverage.txt").write_text("".join(f"{nr} branches not taken: {name}\n" for nr, name in sorted(missing, reverse=True)))
    figure = f"{lines:.1f} % of {total['lines'][1]} lines and {branches:.1f} % of {total['branches'][1]} branches of our C run (check-hard-coverage.txt)"
    ensure(lines >= 90 and branches >= 80, figure)
    return figure


def r19():
    missing = lacks("clang", "llvm-cov", "llvm-profdata", "valgrind")
    by_gcc = [lambda p=p: unit(p) for p in unit_programs(BUILD)]
    if missing:
        raise Open(f"{sum(side_by_side(by_gcc))} unit tests clean with ASan and UBSan by gcc; not installed: {', '.join(missing)}")
    by_clang, race_free = build("covered"), threads(build("tsan"))
    raw, reports = tmp / "profraw", tmp / "reports"
    reports.mkdir()
    # Servers that root starts are nobody.
    tmp.chmod(0o755)
    reports.chmod(0o777)
    units, scripts = counted(by_clang, raw, reports)
    groups = race_free, scripts, [under_valgrind], by_gcc, units
    done = side_by_side([job for jobs in groups for job in jobs])
    said = sorted(reports.iterdir())
    ensure(not said, f"a sanitizer reports: {said and said[0].read_text()[:400]}")
    parts = iter(done)
    raced, scripted, _, unit_gcc, unit_clang = ([next(parts) for _ in jobs] for jobs in groups)
    return (f"clean with ASan and UBSan: {sum(unit_gcc)} unit tests by gcc, {sum(unit_clang)} and {sum(scripted)} of the whole program by clang; "
            f"{sum(raced)} with TSan; a boot under valgrind; {coverage(covered(by_clang, raw))}")


def i386():
    """Libraries of Debian's i386, unpacked into the build; nothing is installed.  None: they are not to be had."""
    folder, lists = BUILD / "hard/i386", tmp / "apt"
    if not list(folder.rglob("libz.a")):
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        apt = ["apt-get", "-q", "-o", "APT::Architecture=i386", "-o", "APT::Architectures=i386", "-o", f"Dir::State::Lists={lists}", "-o", "Dir::State::Status=/dev/null",
               "-o", f"Dir::Cache={lists}", "-o", "APT::Sandbox::User=root"]
        folder.mkdir(parents=True, exist_ok=True)
        for words in (["update"], ["download", "libfdt-dev", "libjansson-dev", "liblzma-dev", "zlib1g-dev"]):
            if subprocess.run([*apt, *words], cwd=lists, capture_output=True).returncode and words[0] == "download":
                return None
        for deb in lists.glob("*.deb"):
            subprocess.run(["dpkg", "-x", deb, folder], check=True)
    return folder


def makers():
    """(what made it, the words that print events, how they name a kernel) for each way in which this program is made."""
    shell, driver = ["boot", "-o", "events"], []
    yield "gcc -O2", [MMSCOPE, *shell], ["-k"]
    yield "addresses not at random", ["setarch", "-R", MMSCOPE, *shell], ["-k"]
    yield "gcc with sanitizers", [os.environ["MMSCOPE_SAN"], *shell], ["-k"]
    yield "the engine by gcc -O0", [build("gcc-O0") / "determinism"], driver
    if not lacks("clang"):
        yield "the engine by clang -O3", [build("clang") / "determinism"], driver
        yield "clang -O1 with sanitizers", [build("covered") / "mmscope", *shell], ["-k"]
    if not lacks("i686-linux-gnu-gcc") and i386():
        yield "i686", [build("i686") / "determinism"], driver


def r21():
    nr, seen, ways = many(20, 1000), {}, []
    for made, words, option in makers():
        ways.append(made)
        for board, kernel in (("qemu-virt", "6.12"), ("rpi4-8g", "7.2"), ("numa-memoryless", "4.9")):
            for _ in range(nr if made == "gcc -O2" else 1):
                done = subprocess.run([*words, board, *option, kernel], capture_output=True)
                ensure(not done.returncode and done.stdout, f"{made}: status {done.returncode} {done.stderr[:200]}")
                seen.setdefault((board, kernel), {}).setdefault(hashlib.sha256(done.stdout).hexdigest(), made)
    differing = {key: sorted(value.values()) for key, value in seen.items() if len(value) != 1}
    ensure(not differing, f"differ: {differing}")
    said = f"event logs of {len(seen)} boards, {nr} times each and by {', '.join(ways)}: one hash each"
    if len(ways) < 7:
        raise Open(f"{said}; clang or i686 (gcc-i686-linux-gnu, libc6-dev-i386-cross) is not at hand")
    return said


GOALS = {
    "R1": ("hostile trees, overlays, profiles, kernels, logs, words", r1), "R2": ("hostile JSON", r2), "R3": ("hostile HTTP", r3), "R4": ("known killers", r4),
    "R5": ("real trees", r5), "R6": ("trees cut short", r6), "R7": ("bit flips", r7), "R8": ("no memory", r8), "R9": ("failing system calls", r9),
    "R10": ("killed workers", r10), "R13": ("slow clients", r13), "R14": ("a flood", r14), "R15": ("budgets", r15), "R16": ("soak", r16),
    "R17": ("other sites", r17), "R18": ("sandbox", r18), "R19": ("sanitizers, coverage", r19), "R21": ("determinism", r21),
}


# What is fuzzed in a process of its own (tests/fuzz), and how it is called there.
FUZZED = {
    "tree": "trees through boot", "overlay": "overlays", "profile": "profiles", "image": "kernel images", "log": "boot logs", "uefi": "UEFI memory maps", "json": "JSON",
    "words": "parameters and scripts", "http": "what a request says",
}


def judge(name, title, goal):
    begin = time.monotonic()
    try:
        verdict, figure = "PASS", goal()
    except Open as e:
        verdict, figure = "OPEN", str(e)
    except Exception as e:  # whatever it is, the goal is not shown to hold
        verdict, figure = "FAIL", f"{type(e).__name__}: {e}".removeprefix("AssertionError: ").replace("\n", " ")[:600]
    print(f"{verdict} {name:3} {title}: {figure} [{time.monotonic() - begin:.0f} s]", flush=True)
    return verdict


def chosen(names, parser):
    only = options.only.split(",") if options.only else list(names)
    unknown = [name for name in only if name not in names]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(names)}")
    return only


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="an hour or two: before a release")
    parser.add_argument("--only", help="goals (or, with --fuzz, targets), separated by commas")
    parser.add_argument("--fuzz", action="store_true", help="a fuzzing campaign: a line for each target")
    parser.add_argument("--executions", type=int, default=1000000, metavar="N", help="of each target, with --fuzz (default 1000000)")
    parser.add_argument("--seconds", type=int, default=0, metavar="S", help="at most so long for each target, with --fuzz (default: no limit)")
    parser.parse_args(namespace=options)
    only = chosen(FUZZED if options.fuzz else GOALS, parser)
    if not options.fuzz and {"R19", "R21"} & set(only):
        ahead.thread.start()
    try:
        if options.fuzz:
            verdicts = [judge("fuzz", f"{name} ({FUZZED[name]})", lambda name=name: Campaign(name).run()) for name in only]
        else:
            verdicts = [judge(name, *GOALS[name]) for name in only]
    finally:
        ahead.stop()
        shutil.rmtree(tmp, ignore_errors=True)
    print(f"{verdicts.count('PASS')} pass, {verdicts.count('OPEN')} open, {verdicts.count('FAIL')} fail")
    return 1 if "FAIL" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
