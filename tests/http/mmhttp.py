# SPDX-License-Identifier: GPL-2.0-or-later
"""A real daemon on a free loopback port, a small HTTP client, and TAP. Standard library only."""
import atexit
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import traceback

API = "/api/v1"
BOARD = "qemu-virt"


def program(shipped=False):
    """The one with sanitizers where it was built, unless @shipped; what it finds, it reports by its exit status."""
    if shipped:
        return os.environ.get("MMSCOPE", "./mmscope")
    san = os.environ.get("MMSCOPE_SAN", "")
    return san if san and os.access(san, os.X_OK) else os.environ.get("MMSCOPE", "./mmscope")


class Daemon:
    """mmscope serve; use with `with`, or stop() it."""

    def __init__(self, *options, listen="127.0.0.1:0", fault=None, stderr=None, env=None, shipped=False):
        environment = dict(os.environ, **(env or {}))
        environment.pop("MMSCOPE_TEST_FAULT", None)
        if os.geteuid() == 0 and "--user" not in options and {"--boards", "--kernels", "--web", "--log-file"} & set(options):
            options += ("--user", "root")  # folders of tests are their owner's; sandbox.py serves one as nobody
        if fault:
            environment["MMSCOPE_TEST_FAULT"] = fault
        self.process = subprocess.Popen([program(shipped), "serve", "--listen", listen, *options], env=environment,
                                        stdout=subprocess.PIPE, stderr=stderr, text=True)
        atexit.register(self.kill)
        self.line = self.process.stdout.readline().strip()
        match = re.match(r"http://([^/]+):(\d+)/", self.line)
        self.port = int(match.group(2)) if match else 0
        self.host = f"127.0.0.1:{self.port}"
        self.path = self.line[5:].split(" ")[0] if self.line.startswith("unix:") else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, sig=signal.SIGTERM, timeout=20):
        """Its exit status, negative for a signal."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return "did not stop"

    def alive(self):
        return self.process.poll() is None

    def fds(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def children(self, pid=None):
        pid = pid or self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(p) for p in f.read().split()]

    def helper(self):
        """The process that forks workers: child of the keeper, which is the daemon's only child."""
        until(lambda: self.children(self.children()[0]))
        return self.children(self.children()[0])[0]

    def name(self):
        """What a client calls it in Host."""
        return self.host if self.port else "localhost"

    def connect(self, timeout=20):
        if self.path:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(timeout)
            s.connect(self.path)
            return s
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, data, timeout=20):
        """Everything the server says to these bytes until it closes, or falls silent for a second."""
        s, out = self.connect(timeout), b""
        with s, contextlib.suppress(ConnectionResetError, BrokenPipeError, socket.timeout):
            # Who is refused before all was sent has an answer to read all the same.
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                s.sendall(data)
            s.settimeout(min(timeout, 1.0))
            while part := s.recv(65536):
                out += part
        return out

    def open(self, method, path, headers=None, body=None, timeout=20):
        """A request on a connection of its own; the Response reads on."""
        s = self.connect(timeout)
        fields = {"Host": self.name(), **(headers or {})}
        if body is not None:
            fields.setdefault("Content-Length", str(len(body)))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None)
        s.sendall(head.encode("latin-1") + b"\r\n" + (body or b""))
        return Response(s, method)

    def ask(self, method, path, headers=None, body=None, timeout=20):
        with self.open(method, path, headers, body, timeout) as r:
            r.read()
            return r

    def get(self, path, headers=None, **kw):
        return self.ask("GET", path, headers, **kw)

    def post(self, inputs, headers=None, answer="", **kw):
        return self.ask("POST", API + "/runs" + (f"?answer={answer}" if answer else ""), {"Content-Type": "application/json", **(headers or {})},
                        json.dumps(inputs).encode(), **kw)

    def post_dtb(self, dtb, query="", headers=None, **kw):
        return self.ask("POST", API + "/runs" + query, {"Content-Type": "application/octet-stream", **(headers or {})},
                        dtb, **kw)

    def run(self, board=BOARD):
        return self.post({"board": board}).json()["id"]

    def metrics(self):
        """Name (with labels) to number."""
        lines = self.get("/metrics", timeout=120).text().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}


class Response:
    """Status, headers and body as they come; chunks are joined."""

    def __init__(self, sock, method):
        self.sock, self.method = sock, method
        self.file = sock.makefile("rb")
        line = self.file.readline().decode("latin-1")
        if not line:
            raise ConnectionError("no answer")
        self.status = int(line.split()[1])
        self.fields = []
        while (field := self.file.readline().decode("latin-1").rstrip("\r\n")):
            name, value = field.split(":", 1)
            self.fields.append((name.lower(), value.strip()))
        self.body = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.sock.close()

    def header(self, name):
        values = [v for n, v in self.fields if n == name.lower()]
        return ", ".join(values) if values else None

    def chunks(self):
        while True:
            size = int(self.file.readline().split(b";")[0] or b"0", 16)
            if not size:
                self.file.readline()
                return
            yield self.file.read(size)
            self.file.readline()

    def read(self):
        if self.method == "HEAD" or self.status in (204, 304):
            return self.body
        if self.header("transfer-encoding") == "chunked":
            for part in self.chunks():
                self.body += part
        elif self.header("content-length") is not None:
            self.body = self.file.read(int(self.header("content-length")))
        else:
            self.body = self.file.read()
        return self.body

    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


def sse(text):
    """Messages of an event stream, comments and retry left out."""
    messages = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            messages.append(fields)
    return messages


def until(condition, seconds=90):
    """True as soon as the condition is; False after that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def gone(pid):
    """That process does nothing any more, whether or not its parent has taken note."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


class Tap:
    """Tests are functions; a test fails by raising."""

    def __init__(self):
        self.tests = []

    def __call__(self, function):
        self.tests.append(function)
        return function

    def main(self):
        print(f"1..{len(self.tests)}", flush=True)
        bad = 0
        for number, test in enumerate(self.tests, 1):
            name = (test.__doc__ or test.__name__).strip().splitlines()[0]
            try:
                test()
                print(f"ok {number} - {name}", flush=True)
            except Exception:
                bad += 1
                print(f"not ok {number} - {name}")
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
                sys.stdout.flush()
        sys.exit(1 if bad else 0)


def same(got, expected, what=""):
    if got != expected:
        raise AssertionError(f"{what}: got {got!r:.300}, expected {expected!r:.300}")


def check(condition, what=""):
    if not condition:
        raise AssertionError(what)


def problem(response, status, code):
    """A refusal with the right status, type and shape."""
    same(response.status, status, "status")
    same(response.header("content-type"), "application/problem+json")
    body = response.json()
    same(body["type"], f"{API}/problems/{code}")
    same(body["status"], status)
    check(body["title"] and body["detail"], "title and detail")
    return body
