#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own failure is ours: every allocation and system call that can fail does, once and from then on.

The command line then ends with status 4 or with the right answer; the server lives, answers 503 or rightly, and keeps
nothing that was wrong.  A sample of all places by default; TORTURE_ALL=1 takes each one.
"""
import atexit
import http.client
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile

SRCDIR = os.environ.get("SRCDIR", ".")
MMSCOPE = os.path.abspath(os.environ.get("MMSCOPE", "./mmscope"))
MEMORY, CALLS = 1, 2
KINDS = {MEMORY: "allocation", CALLS: "system call"}
tmp = tempfile.TemporaryDirectory()
number = 0
random.seed(14)


def ok(good, sentence, *lines):
    global number
    number += 1
    print("ok" if good else "not ok", number, "-", sentence)
    for line in lines[:10]:
        print("#", line)
    sys.stdout.flush()


def build():
    if os.environ.get("TORTURE_LINKED"):
        return ""  # fail.c is in the program (builds.mk)
    so = os.path.join(tmp.name, "fail.so")
    subprocess.run([os.environ.get("CC", "cc").split()[-1], "-shared", "-fPIC", "-O1", "-w", "-o", so,
                    os.path.join(SRCDIR, "tests/torture/fail.c"), "-ldl"], check=True)
    return so


class Control:
    """The preloaded library's struct control, in a file."""

    def __init__(self):
        self.path = os.path.join(tmp.name, f"control{random.random()}")
        with open(self.path, "wb") as f:
            f.write(bytes(24))
        self.fd = os.open(self.path, os.O_RDWR)
        self.map = mmap.mmap(self.fd, 24)

    def arm(self, kind, n, for_ever=False):
        self.map[8:12] = struct.pack("=i", for_ever)
        self.map[0:8] = struct.pack("=q", n)
        self.map[16:24] = bytes(8)
        self.map[12:16] = struct.pack("=i", kind)

    def disarm(self):
        self.map[12:16] = bytes(4)
        return struct.unpack("=q", self.map[16:24])[0]


def places(count, sample, first=0):
    """Which of COUNT places fail: the first ones (FIRST of them at least), the last ones, and some between."""
    if os.environ.get("TORTURE_ALL") or count <= sample + first:
        return range(1, count + 1)
    edge = sample // 3
    begin = max(edge, first)
    between = random.sample(range(begin + 1, count - edge + 1), sample - 2 * edge)
    return [*range(1, begin + 1), *sorted(between), *range(count - edge + 1, count + 1)]


def environment(so, control):
    return {**os.environ, **({"LD_PRELOAD": so} if so else {}), "TORTURE": control.path}


def run(so, control, words):
    return subprocess.run([MMSCOPE, *words], env=environment(so, control), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, cwd=tmp.name)


def command(so, words, sample):
    """One command, with each kind of failure at each place."""
    control = Control()
    right = run(so, control, words)
    for kind, what in KINDS.items():
        control.arm(kind, 1 << 40)
        run(so, control, words)
        count = control.disarm()
        wrong, ours = [], 0
        for n in places(count, sample):
            for for_ever in (False, True):
                control.arm(kind, n, for_ever)
                got = run(so, control, words)
                control.disarm()
                ours += got.returncode == 4
                same = (got.returncode, got.stdout) == (right.returncode, right.stdout)
                if not same and (got.returncode != 4 or not got.stderr) and not (got.returncode == 4 and for_ever):
                    wrong.append(f"{what} {n}{' and on' if for_ever else ''}: status {got.returncode}: "
                                 f"{got.stderr.decode(errors='replace').strip()[:150]}")
        ok(not wrong, f"mmscope {' '.join(words[:3])}: any of {count} {what}s may fail", *wrong)
        ok(ours or kind != MEMORY, f"mmscope {' '.join(words[:3])}: of {what}s that fail, some are told as our own failure, with status 4")


class Server:
    def __init__(self, so, control):
        self.process = subprocess.Popen([MMSCOPE, "serve", "--listen", "127.0.0.1:0", "--workers", "1"], cwd=tmp.name,
                                        env=environment(so, control), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        atexit.register(self.process.kill)
        self.host = self.process.stdout.readline().decode().strip().split("//")[1].rstrip("/")

    def ask(self, path, method="GET", body=None, headers=None):
        """(status, body); status 0: the connection was closed without an answer."""
        connection = http.client.HTTPConnection(self.host, timeout=15)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, ConnectionError):
            return 0, b""
        except TimeoutError:
            return -1, b"no answer in time"
        finally:
            connection.close()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return self.process.returncode


def whole(status, body, right):
    return status in (0, 503) or (status, body) == right


def serve(so, sample):
    control = Control()
    server = Server(so, control)
    board = server.ask("/api/v1/boards/qemu-virt/dtb")[1]
    made = 0

    def fresh():
        """A run that nobody has asked for yet, so that all of the way is gone."""
        nonlocal made
        made += 1
        return f"cmdline=torture%3D{made}"

    def manifest():
        run = server.ask(f"/api/v1/run?board=qemu-virt&{fresh()}")
        if run[0] != 303:
            return run[0], b"no run" if run[0] in (0, 503) else run[1]
        status, body = server.ask(run[1].decode().split('"')[7])
        return status, b"manifest" if body.startswith(b'{"id"') and body.endswith(b"}\n") else body

    def post():
        status, body = server.ask(f"/api/v1/runs?kernel=6.7&{fresh()}", "POST", board,
                                  {"Content-Type": "application/octet-stream"})
        return status, b"manifest" if body.startswith(b'{"id"') and body.endswith(b"}\n") else body

    def post_json():
        status, body = server.ask("/api/v1/runs", "POST", '{"board":"qemu-virt","cmdline":"%s"}' % fresh(),
                                  {"Content-Type": "application/json"})
        return status, b"manifest" if body.startswith(b'{"id"') and body.endswith(b"}\n") else body

    def pair():
        """Ids of two runs whose boots are over."""
        runs = [server.ask(f"/api/v1/run?board=qemu-virt&{fresh()}")[1].decode().split('"') for _ in range(2)]
        return [server.ask(words[7]) and words[3] for words in runs]

    def diff(a, b):
        """By a worker of its own: none that waits compares two runs."""
        status, body = server.ask(f"/api/v1/runs/{a}/diff/{b}")
        return status, b"diff" if body.startswith(b"{") and body.endswith(b"}\n") and status == 200 else body

    kept = server.ask("/api/v1/run?board=qemu-virt&kernel=6.7")[1].decode().split('"')[7]

    def stream():
        status, body = server.ask(f"{kept}/events?from=0&to=50&format=sse")
        # A stream that is cut off has no end record.
        return status if body.endswith(b"}\n\n") or status != 200 else 0, body

    requests = {
        "a run by its address": manifest,
        "a posted tree": post,
        "a posted JSON": post_json,
        "two runs compared": diff,
        "events as a stream": stream,
        "a table": lambda: server.ask(f"{kept}/state/zones?at={random.randrange(600)}")[0:1] + (b"",),
        "the boards": lambda: server.ask("/api/v1/boards"),
        "the page": lambda: server.ask("/"),
    }
    server.ask(kept)
    # What is made before anything fails, and of how many places from the first on each one is tried.
    before = {"two runs compared": (pair, 60)}
    for name, request in requests.items():
        prepare, first = before.get(name, (list, 0))
        right = request(*prepare())
        if right[0] == 201:
            right = (201, right[1])
        for kind, what in KINDS.items():
            given = prepare()
            control.arm(kind, 1 << 40)
            request(*given)
            count = control.disarm()
            wrong = []
            # A machine on which no call succeeds any more lets nobody hear anything.
            for n in places(count, sample, first):
                for for_ever in (False, True) if kind == MEMORY else (False,):
                    given = prepare()
                    control.arm(kind, n, for_ever)
                    got = request(*given)
                    control.disarm()
                    if server.ask("/healthz")[0] != 200:
                        server.process.wait(10)
                        break
                    if not whole(*got, right):
                        wrong.append(f"{what} {n}{' and on' if for_ever else ''}: {got[0]} {got[1][:200]}")
                    after = request(*prepare())
                    if after != right:
                        wrong.append(f"{what} {n}: afterwards {after[0]} {after[1][:200]}")
                if server.process.poll() is not None:
                    wrong.append(f"{what} {n}: the server died: {server.process.returncode} "
                                 f"{server.process.stderr.read().decode(errors='replace')[-300:]}")
                    server = Server(so, control)
                    server.ask("/api/v1/run?board=qemu-virt&kernel=6.7")
                    break
            ok(not wrong, f"{name}: any of {count} {what}s may fail", *wrong)
    ok(server.end() == 0, "the server lived through it and ends well")


def main():
    so = build()
    capture = os.path.join(tmp.name, "capture")
    subprocess.run(["tar", "-xJf", os.path.join(os.path.abspath(SRCDIR), "tests/captures/6.7-virt-1g.tar.xz"), "-C", tmp.name],
                   check=True)
    os.rename(os.path.join(tmp.name, "6.7-virt-1g"), capture)
    sample = int(os.environ.get("TORTURE_SAMPLE", "9"))
    command(so, ["boot", "qemu-virt", "-o", "zoneinfo"], sample)
    command(so, ["boot", "qemu-virt", "-o", "state", "--json", "--at", "100"], sample)
    command(so, ["verify", "capture"], sample)
    command(so, ["boards", "--json"], sample)
    command(so, ["check", "qemu-virt"], sample)
    serve(so, sample)
    print(f"1..{number}")


main()
