# SPDX-License-Identifier: GPL-2.0-or-later
"""The log of requests, ids of requests, and SIGHUP."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import tempfile

from mmhttp import API, BOARD, Daemon, Tap, check, problem, program, same, until

test = Tap()
folder = tempfile.TemporaryDirectory()
TREE = open(os.path.join(os.environ.get("SRCDIR", "."), "boards/qemu-virt.dts"), encoding="utf-8").read()
GENERATED = re.compile(r"^[0-9a-f]{8}-\d+$")


def lines(path, nr):
    """The @nr requests of a log by their number, once they are there: a line is written after its answer, by one of two threads."""
    def read():
        with open(path, encoding="utf-8") as f:
            return [entry for entry in map(json.loads, f.read().splitlines()) if "id" in entry]
    check(until(lambda: len(read()) >= nr), read())
    same(len(read()), nr)
    return sorted(read(), key=lambda entry: int(entry["id"].rpartition("-")[2]) if "-" in entry["id"] else 0)


def messages(path):
    with open(path, encoding="utf-8") as f:
        return [entry["message"] for entry in map(json.loads, f.read().splitlines()) if "message" in entry]


def hang_up(daemon, path):
    """SIGHUP, and wait until it was dealt with; the messages."""
    daemon.process.send_signal(signal.SIGHUP)
    check(until(lambda: os.path.exists(path) and any("were read again" in m for m in messages(path))), "no word of it")
    return messages(path)


def without_id(answer):
    """Its headers but for those that each answer has for itself."""
    return sorted((name.lower(), value) for name, value in answer.fields if name.lower() not in ("x-request-id", "date"))


@test
def one_line_for_each_request():
    """a line has time, id, client, method, path without parameters, status, bytes of the body and ms"""
    path = f"{folder.name}/requests"
    with Daemon("--log-file", path, "--log-format", "json") as d:
        answers = [d.get(f"{API}/boards"), d.ask("HEAD", f"{API}/boards"), d.get(f"{API}/run?board=secret-board"),
                   d.post_dtb(b"secret-bytes", "?cmdline=secret"), d.get("/%00"), d.get(f"{API}/kernels", {"If-None-Match": "*"})]
        found = lines(path, len(answers))
    for answer, line in zip(answers, found):
        same(list(line), ["time", "id", "client", "method", "path", "status", "bytes", "ms"])
        same((line["id"], line["status"], line["bytes"]), (answer.header("x-request-id"), answer.status, len(answer.body)))
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), line)
        check(line["ms"] >= 0 and line["client"] == "127.0.0.1", line)
    same([line["method"] for line in found], ["GET", "HEAD", "GET", "POST", "GET", "GET"])
    same([line["path"] for line in found], [f"{API}/boards"] * 2 + [f"{API}/run", f"{API}/runs", None, f"{API}/kernels"])
    check("secret" not in open(path, encoding="utf-8").read(), "what was asked with is in the log")


@test
def streams_count_what_they_sent():
    """the line of a stream has all bytes that it sent; a request that is refused early has one as well"""
    path = f"{folder.name}/streams"
    with Daemon("--log-file", path, "--log-format", "json") as d:
        answer = d.get(f"{API}/runs/{d.run()}/events?format=sse")
        early = d.raw(f"GET /{'a' * 9000} HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode()).decode()
        found = lines(path, 3)
    check(answer.header("transfer-encoding") == "chunked" and len(answer.body) > 100000, answer.fields)
    same((found[1]["bytes"], found[2]["status"]), (len(answer.body), 414))
    same(re.search(r"X-Request-Id: (\S+)\r\n", early).group(1), found[2]["id"])


@test
def ids():
    """an id that fits into a log is kept and answered; any other, and two of them, are replaced; each is another"""
    with Daemon() as d:
        for given in ("a", "A.b_c-9", "x" * 64):
            same(d.get("/healthz", {"X-Request-Id": given}).header("x-request-id"), given)
        for wrong in ("", "x" * 65, "a b", "a\"b", "a;b", "\xe9"):
            check(GENERATED.match(d.get("/healthz", {"X-Request-Id": wrong}).header("x-request-id")), wrong)
        twice = d.get("/healthz", {"X-Request-Id": "one", "x-request-id": "two"})
        check(GENERATED.match(twice.header("x-request-id")), twice.fields)
        for path in ("/", f"{API}/nothing", f"{API}/boards", "/metrics"):
            check(GENERATED.match(d.get(path).header("x-request-id")), path)
        same(len({d.get("/healthz").header("x-request-id") for _ in range(20)}), 20)


@test
def ids_of_answers_that_are_kept():
    """an answer that many ask for at once has each one's id, in the log as well, and the headers that its first one had"""
    path = f"{folder.name}/kept"
    with Daemon("--log-file", path, "--log-format", "json") as d:
        run = f"{API}/runs/{d.run()}"
        forms = [(f"{run}/state/counters", {}), (f"{run}/state/counters", {"Accept": "text/csv"}),
                 (f"{run}/state/counters", {"Accept-Encoding": "gzip;q=0, identity"}), (f"{run}/meminfo", {}), (run, {})]
        first = [d.get(where, fields) for where, fields in forms]

        def ask(n):
            where, fields = forms[n % len(forms)]
            return n, d.get(where, fields | ({"X-Request-Id": f"given-{n}"} if n % 3 else {}))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(300)))
        found = lines(path, len(answers) + len(first) + 1)
    for n, answer in answers:
        given, like = answer.header("x-request-id"), first[n % len(forms)]
        check(given == f"given-{n}" if n % 3 else GENERATED.match(given), given)
        same(without_id(answer), without_id(like))
        same(answer.body, like.body)
    sent = [answer.header("x-request-id") for _, answer in answers]
    same(len(set(sent)), len(sent))
    check(set(sent) <= {line["id"] for line in found}, "the log has other ids")


@test
def as_text():
    """text is NAME=VALUE in one line, and no path can make a line or a value of its own"""
    with tempfile.TemporaryFile("w+") as err:
        with Daemon("--log-format", "text", stderr=err) as d:
            for n, path in enumerate(("/healthz", "/a%0Ab%20status=200%22", "/x%20y")):
                d.get(path, {"X-Request-Id": str(n)})
            d.stop()
        err.seek(0)
        found = [line for line in err.read().splitlines() if line.startswith("time=")]
    same(sorted(re.sub(r"time=\S+ (.*) bytes=\d+ ms=[\d.]+", r"\1", line) for line in found),
         ["id=0 client=127.0.0.1 method=GET path=/healthz status=200",
          r'id=1 client=127.0.0.1 method=GET path="/a\nb status=200\"" status=404',
          'id=2 client=127.0.0.1 method=GET path="/x y" status=404'])


@test
def a_log_is_moved_away():
    """after SIGHUP requests go into a new file; where that cannot be made it is told, and the old one goes on"""
    path = f"{folder.name}/rotated"
    os.mkdir(f"{folder.name}/sub")
    with Daemon("--log-file", path, "--log-format", "json") as d:
        d.get("/healthz", {"X-Request-Id": "before"})
        lines(path, 1)
        os.rename(path, f"{path}.1")
        hang_up(d, path)
        d.get("/healthz", {"X-Request-Id": "after"})
        same([line["id"] for line in lines(path, 1)], ["after"])
        same([line["id"] for line in lines(f"{path}.1", 1)], ["before"])
        os.rename(path, f"{path}.2")
        os.mkdir(path)
        told = hang_up(d, f"{path}.2") and (until(lambda: len(messages(f"{path}.2")) >= 3) and messages(f"{path}.2"))
        check(any("cannot be logged there" in m for m in told), told)
        d.get("/healthz", {"X-Request-Id": "still"})
        same([line["id"] for line in lines(f"{path}.2", 2)], ["after", "still"])


@test
def what_is_served_survives():
    """connections, lectures, streams and kept answers survive SIGHUP; changed files are served, broken ones are told and served as they were"""
    boards, path = f"{folder.name}/boards", f"{folder.name}/reloaded"
    os.makedirs(f"{boards}/kernels")
    with open(os.path.join(os.environ.get("SRCDIR", "."), "boards/kernels/6.12.json"), encoding="utf-8") as f:
        profile = f.read()
    for name, text in (("mine.dts", TREE), ("set.dts", TREE), ("set.json", '{"cmdline": "kept"}'), ("kernels/own.json", profile)):
        with open(f"{boards}/{name}", "w", encoding="utf-8") as f:
            f.write(text)
    with Daemon("--boards", boards, "--log-file", path, "--log-format", "json") as d:
        run = d.run("mine")
        before = [d.post(inputs).json()["id"] for inputs in ({"board": "set"}, {"board": "mine", "kernel": "own"})]
        answer = d.get(f"{API}/runs/{run}/zoneinfo")
        lecture = d.ask("POST", f"{API}/live").json()
        stream = d.open("GET", f"{API}/runs/{run}/events?pace=0.05&format=sse")
        with d.connect() as kept:
            kept.sendall(f"GET /healthz HTTP/1.1\r\nHost: {d.host}\r\n\r\n".encode())
            same(kept.recv(12), b"HTTP/1.1 200")
            for name, text in (("mine.dts", "/dts-v1/; / { broken"), ("set.json", "{"), ("kernels/own.json", profile[:900]), ("kernels/bad.json", "{"),
                               ("other.dts", TREE)):
                with open(f"{boards}/{name}", "w", encoding="utf-8") as f:
                    f.write(text)
            told = hang_up(d, path)
            check(any(m.startswith(f"board mine of {boards}") for m in told), told)
            check(any(m.startswith(f"kernel bad of {boards}") and m.endswith("there is no earlier one to serve") for m in told), told)
            same(len([m for m in told if m.endswith("it is served as it was before")]), 3)
            check(told[-1].endswith("4 are broken"), told)
            # A broken file takes nothing away.
            same(d.run("mine"), run)
            same([d.post(inputs).json()["id"] for inputs in ({"board": "set"}, {"board": "mine", "kernel": "own"})], before)
            same(d.get(f"{API}/boards/set").json()["cmdline"], "kept")
            problem(d.post({"board": "mine", "kernel": "bad"}), 422, "board-rejected")
            check({"mine", "set", "other"} <= {b["name"] for b in d.get(f"{API}/boards").json()["boards"]}, "not listed")
            os.remove(f"{boards}/set.dts")
            same(d.post({"board": "set"}).status, 404, "what was removed is gone")
            kept.sendall(f"GET /healthz HTTP/1.1\r\nHost: {d.host}\r\nConnection: close\r\n\r\n".encode())
            said = b""
            while part := kept.recv(65536):
                said += part
            check(said.count(b"HTTP/1.1 200") >= 1, said)
        check(d.get(f"{API}/runs/{run}/zoneinfo").body == answer.body, "the run is another")
        same(d.get(f"{API}/runs/{run}/buddyinfo").status, 200, "an answer nobody had asked for, of the tree as it was")
        check(d.run("other") and lecture["name"], "a new board")
        live = d.open("GET", f"{API}/live/{lecture['name']}")
        same((live.status, stream.status), (200, 200))
        live.close()
        stream.close()


@test
def options_that_are_wrong():
    """a format that is none, and a file that cannot be made, are told at start"""
    for options, status, word in ((("--log-format", "xml"), 2, "text json"), (("--log-file", f"{folder.name}/none/log"), 4, "none/log")):
        done = subprocess.run([program(), "serve", "--listen", "127.0.0.1:0", *options], capture_output=True, text=True, timeout=60)
        check(done.returncode == status and word in done.stderr, (done.returncode, done.stderr))


test.main()
