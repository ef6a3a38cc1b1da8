#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make check-hard: each goal of reliability by really running it, and a line with its figure.

    tests/hard.py [--long] [--only R4,R17]

By default it takes some minutes and samples what is endless; --long takes an hour or two, before a release.  PASS and FAIL are
what they say; OPEN is a goal of which a part is not shown here, and the line says which.  Exit status 1 if one fails.
"""
import argparse
import contextlib
import hashlib
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
from mmhttp import API, Daemon, until  # noqa: E402

MMSCOPE = os.environ["MMSCOPE"]
options = argparse.Namespace(long=False)
tmp = pathlib.Path(tempfile.mkdtemp())


def many(short, long):
    return long if options.long else short


class Open(Exception):
    """What was run holds; what was not is said."""


def ensure(good, what):
    if not good:
        raise AssertionError(what)


# ------------------------------------------------------------------------ fuzzing
def corpus():
    folder = tmp / "corpus"
    if not folder.exists():
        subprocess.run([sys.executable, SRC / "tests/fuzz/corpus.py", folder], check=True)
    return folder


def fuzz(target, count, mode=None, files=None):
    """How many were executed, about @count in all; a report of the sanitizers is a failure, with where it stands."""
    files = files or sorted((corpus() / target).iterdir())
    each = count if mode == "cuts" else max(1, count // len(files))
    env = dict(os.environ, FUZZ_TARGET=target, **({"FUZZ_MODE": mode} if mode else {}))
    done = subprocess.run([BUILD / "tests/fuzz/fuzz-board", str(each), *files], env=env, capture_output=True, text=True)
    report = tmp / f"{target}-{mode or 'mutants'}.txt"
    report.write_text(done.stderr)
    if done.returncode:
        shutil.copy(report, "check-hard-report.txt")
        raise AssertionError(f"target {target} ends with status {done.returncode}; see check-hard-report.txt")
    return int(done.stdout.split()[0])


def fuzz_all(targets, count):
    got = {target: fuzz(target, count) for target in targets}
    return "executions with ASan and UBSan, no report: " + ", ".join(f"{name} {nr}" for name, nr in got.items())


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
    return fuzz_all(("tree", "overlay", "profile", "log", "uefi"), many(1000, 1000000)) + f", words {fuzz('words', many(300, 100000))}"


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
    folder = os.environ.get("MMSCOPE_DTBS")
    files = sorted(pathlib.Path(folder).rglob("*.dtb")) if folder else sorted((SRC / "boards").glob("*.dts"))
    files = files if options.long else files[::max(1, len(files) // 40)]
    times, ends = [], {}
    for file in files:
        words = (file,) if folder else (file.stem,)
        status, ms, said = run("boot", *words, "-k", "6.12", "-o", "zoneinfo")
        if status == 3:
            status, ms, said = run("boot", *words, "-k", "6.12", "-m", "2G", "-o", "zoneinfo")
        ensure(status in (0, 1) or (status == 3 and said), f"{file.name}: status {status} {said}")
        ends[status] = ends.get(status, 0) + 1
        times.append(ms)
    times.sort()
    figure = f"{len(files)} trees, statuses {ends}; CPU p50 {times[len(times) // 2]:.0f} ms, largest {times[-1]:.0f} ms"
    if not folder:
        raise Open(f"{figure}: shipped boards; MMSCOPE_DTBS=FOLDER takes a distribution's")
    return figure


# ------------------------------------------------------------------------ failures
def tap(script, *words, san=True, env=None):
    """(ok, not ok, lines) of one of the tests."""
    env = dict(os.environ, **(env or {}))
    if not san:
        env.pop("MMSCOPE_SAN", None)
    done = subprocess.run([*words, sys.executable if script.endswith(".py") else "bash", SRC / "tests" / script], env=env, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    good, bad = [line for line in lines if line.startswith("ok ")], [line for line in lines if line.startswith("not ok")]
    ensure(not done.returncode and good and not bad, f"tests/{script}: status {done.returncode}, {'; '.join(bad[:3])}")
    return good


def torture():
    if not hasattr(torture, "lines"):
        torture.lines = tap("torture.py", env={"TORTURE_ALL": "1"} if options.long else {})
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
                first = (rss(d.process.pid), d.fds())
            time.sleep(max(0, begin + runs / 20 - time.monotonic()))
        last = (rss(d.process.pid), d.fds())
        for s in streams:
            s.close()
    figure = (f"{runs} runs in {seconds} s beside 50 streams of {total.get('events', {}).get('count', 'all')} events: {last[0] - first[0]:+d} KiB and {last[1] - first[1]:+d} descriptors "
              f"in the second half, {len(lost)} records lost")
    ensure(not lost and last[0] - first[0] < 8 << 10 and abs(last[1] - first[1]) <= 4, figure)
    if not options.long:
        raise Open(f"{figure}; 30 minutes with --long, 24 hours were not run")
    return figure


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


def r19():
    programs = [p for p in sorted((BUILD / "tests/unit").glob("test-*")) if os.access(p, os.X_OK) and p.is_file()]
    tests = 0
    for program in programs:
        done = subprocess.run([program], capture_output=True, text=True, env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP"))
        ensure(not done.returncode, f"{program.name}: status {done.returncode}")
        tests += done.stdout.count("\nok ")
    said = f"{tests} unit tests in {len(programs)} programs clean with ASan and UBSan (gcc)"
    if shutil.which("valgrind"):
        done = subprocess.run(["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", MMSCOPE, "boot", "qemu-virt", "-k", "6.12", "-o", "zoneinfo"],
                              capture_output=True, text=True)
        ensure(done.returncode == 0, f"valgrind: {done.stderr[:300]}")
        said += ", a boot clean under valgrind"
    raise Open(f"{said}; not run here: TSan, clang, coverage of our C")


def r21():
    nr, seen = many(20, 1000), {}
    for board, kernel in (("qemu-virt", "6.12"), ("rpi4-8g", "7.2"), ("numa-memoryless", "4.9")):
        for program, words in ((MMSCOPE, ["setarch", "-R"]), (os.environ["MMSCOPE_SAN"], []), *[(MMSCOPE, [])] * nr):
            out = subprocess.run([*words, program, "boot", board, "-k", kernel, "-o", "events"], capture_output=True, check=False).stdout
            seen.setdefault((board, kernel), set()).add(hashlib.sha256(out).hexdigest())
    differing = {key: len(value) for key, value in seen.items() if len(value) != 1}
    ensure(not differing, f"differ: {differing}")
    said = f"{3 * (nr + 2)} event logs of 3 boards: {len(seen)} hashes; gcc with and without optimisation and sanitizers, addresses at random and not"
    missing = "clang" if shutil.which("i686-linux-gnu-gcc") else "clang and i686 (no i686-linux-gnu-gcc)"
    raise Open(f"{said}; not compared here: {missing}")


GOALS = {
    "R1": ("hostile trees, overlays, profiles, logs, words", r1), "R2": ("hostile JSON", r2), "R3": ("hostile HTTP", r3), "R4": ("known killers", r4),
    "R5": ("real trees", r5), "R6": ("trees cut short", r6), "R7": ("bit flips", r7), "R8": ("no memory", r8), "R9": ("failing system calls", r9),
    "R10": ("killed workers", r10), "R13": ("slow clients", r13), "R14": ("a flood", r14), "R15": ("budgets", r15), "R16": ("soak", r16),
    "R17": ("other sites", r17), "R18": ("sandbox", r18), "R19": ("sanitizers, coverage", r19), "R21": ("determinism", r21),
}


def judge(name):
    title, goal = GOALS[name]
    begin = time.monotonic()
    try:
        verdict, figure = "PASS", goal()
    except Open as e:
        verdict, figure = "OPEN", str(e)
    except Exception as e:  # whatever it is, the goal is not shown to hold
        verdict, figure = "FAIL", f"{type(e).__name__}: {e}".removeprefix("AssertionError: ").replace("\n", " ")[:600]
    print(f"{verdict} {name:3} {title}: {figure} [{time.monotonic() - begin:.0f} s]", flush=True)
    return verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true", help="an hour or two: before a release")
    parser.add_argument("--only", default=",".join(GOALS), help="goals, with commas between")
    parser.parse_args(namespace=options)
    unknown = [name for name in options.only.split(",") if name not in GOALS]
    if unknown:
        parser.error(f"there is no goal {', '.join(unknown)}; there are {', '.join(GOALS)}")
    try:
        verdicts = [judge(name) for name in options.only.split(",")]
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    print(f"{verdicts.count('PASS')} pass, {verdicts.count('OPEN')} open, {verdicts.count('FAIL')} fail")
    return 1 if "FAIL" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
