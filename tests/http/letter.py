# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP to the letter: what is ambiguous has one answer, ranges are right, and what a problem means can be read."""
import contextlib
import json
import os
import socket
import subprocess

from mmhttp import API, BOARD, Daemon, Tap, check, problem, same, until

test = Tap()
daemon = Daemon()
run = daemon.run()
HOST = f"Host: {daemon.host}\r\n".encode()


def ask(head, path=b"/healthz", version=b"HTTP/1.1"):
    return daemon.raw(b"GET " + path + b" " + version + b"\r\n" + head + b"Connection: close\r\n\r\n")


def refused_once(raw, detail):
    same((raw.count(b"HTTP/1.1 "), raw[:12]), (1, b"HTTP/1.1 400"))
    check(b"application/problem+json" in raw and detail in raw, raw)


@test
def nul_in_a_header():
    """NUL in Host, in another header, in a name or in the last one: 400, and one answer"""
    for host in (b"\0.evil", b"\0", b"\0\0evil", b"\0\r", b"\0" * 4 + b"evil"):
        refused_once(ask(b"Host: " + daemon.host.encode() + host + b"\r\n"), b"NUL")
        refused_once(ask(HOST + b"X-A: b" + host + b"\r\nX-B: c\r\n"), b"NUL")
        refused_once(daemon.raw(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST[:-2] + host + b"\r\n\r\n"), b"NUL")


@test
def what_everybody_sends():
    """spaces around values, no space, empty values, bare line feeds, a hundred headers: answered"""
    for head in (HOST, HOST.replace(b": ", b":"), HOST.replace(b": ", b":  "), HOST + b"X-Empty:\r\n", HOST + b"X-Empty: \r\nX-B: c\r\n",
                 HOST + b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(100)), HOST + b"Cookie: a=b; c=d\r\nX-After: 1\r\n"):
        same(ask(head)[:12], b"HTTP/1.1 200", head)
    same(daemon.raw(b"GET /healthz HTTP/1.1\n" + HOST.replace(b"\r", b"") + b"Connection: close\n\n")[:12], b"HTTP/1.1 200")


@test
def folded_headers():
    """a header that goes on in the next line: 400"""
    refused_once(ask(HOST + b"X-A: b\r\n c\r\n"), b"goes on")
    refused_once(ask(b"Host: 127.0.0.1\r\n :" + daemon.host.split(":")[1].encode() + b"\r\n"), b"")


@test
def no_host():
    """a missing Host has one answer, in HTTP/1.1 and 1.0"""
    refused_once(ask(b""), b"exactly one Host")
    refused_once(ask(b"", version=b"HTTP/1.0"), b"exactly one Host")


@test
def many_parameters():
    """25, 400, 700, 1 000 parameters: 400 with the reason, never silence"""
    for nr in (25, 400, 500, 700, 1000):
        query = b"&".join(b"p%d=1" % n for n in range(nr))
        refused_once(ask(HOST, b"/healthz?" + query), b"more than 24 query parameters")
        refused_once(ask(HOST, f"{API}/run?".encode() + query), b"more than 24 query parameters")


def told(raw, *statuses):
    """One answer, complete, and where it is a refusal, with the reason."""
    head, _, body = raw.partition(b"\r\n\r\n")
    check(head[9:12].decode() in statuses, (statuses, raw[:200]))
    if head[9:12] != b"200" and not body.startswith(b"<html>"):  # the library has a page of its own
        check(body.startswith(b"{") and json.loads(body)["status"] == int(head[9:12]), raw)


@test
def too_long():
    """an address or headers of any length, in any shape: an answer or 414 or 431, never silence"""
    with Daemon(stderr=subprocess.DEVNULL) as d:
        host = f"Host: {d.host}\r\nConnection: close\r\n".encode()

        def send(path, head=b""):
            return d.raw(b"GET " + path + b" HTTP/1.1\r\n" + host + head + b"\r\n")
        for length in (*range(100, 8000, 1900), *range(8000, 24000, 250), 60000):
            told(send(b"/healthz?a=" + b"b" * length), "200" if length < 8180 else "414")
            told(send(b"/" + b"b" * length), "404" if length < 8190 else "414")
            for kind in (b"X-A: ", b"Cookie: a=", b"If-None-Match: ", b"Cookie: " + b"a=b; " * 60):
                # libmicrohttpd 0.9.75 copies cookies: larger ones it refuses on its own, with two heads or in silence.
                if length < 8000 or b"Cookie" not in kind:
                    told(send(b"/healthz", kind + b"c" * length + b"\r\n"), "200", "431")
            told(send(b"/healthz", b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(length // 12))), "200", "431")
        told(send(b"/healthz?a=" + b"b" * 8100, b"X-A: " + b"c" * 6000 + b"\r\n"), "200")
        problem(d.get("/healthz?a=" + "b" * 9000), 414, "uri-too-long")
        problem(d.get("/healthz", {"X-A": "b" * 17000}), 431, "headers-too-large")
        same(d.get("/healthz").status, 200)
        check(until(lambda: d.metrics()["mmscope_connections_open"] == 1), "they are still held")


@test
def what_is_no_http():
    """a first line, a header line, a length or a chunk that HTTP does not know: refused by the library, in HTML or without a word, and closed; nothing behind it is answered"""
    post = b"POST " + f"{API}/runs".encode() + b" HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    chunks = post + b"Transfer-Encoding: chunked\r\n\r\n"
    get = b"GET /healthz HTTP/1.1\r\n"
    smuggled = get + HOST + b"\r\n"
    for head, status in ((b"GET\r\n\r\n", None), (b" / HTTP/1.1\r\n\r\n", None), (b"\x16\x03\x01\r\n\r\n", None),
                         (b"GET /healthz\r\n\r\n", 400), (b"GET / http/1.1\r\n\r\n", 400), (b"GET / HTTP/1.10\r\n\r\n", 400),
                         (b"GET / HTTP/0.9\r\n\r\n", 505), (b"GET / HTTP/2.0\r\n\r\n", 505),
                         (get + HOST + b"X-A\r\n\r\n", 400), (get + b"X-A\r\n" + HOST + b"\r\n", 400),
                         (post + b"Content-Length: x\r\n\r\n", 400), (post + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", 413),
                         (chunks + b"zz\r\n", 400), (chunks + b"2\r\n{}X\r\n", 400), (chunks + b"f" * 17 + b"\r\n", 413),
                         (chunks + b"2\r\n{}\r\n0\r\nX-A\r\n\r\n", 400), (b"A" * 30000 + b" / HTTP/1.1\r\n\r\n", 414)):
        with daemon.connect() as s:
            said = b""
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                s.sendall(head + smuggled)
            with contextlib.suppress(ConnectionResetError):  # where it closed before it had read all
                while part := s.recv(65536):
                    said += part
        statuses = {int(line[9:12]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}
        same(statuses, {status} if status else set(), head[-40:])
        check(not status or (b"Connection: close\r\n" in said and said.endswith(b"</html>")), said)
    check("a short page of HTML" in daemon.get(f"{API}/openapi.json").json()["info"]["description"], "the API says so")
    same(daemon.get("/healthz").status, 200)


@test
def one_side_closed():
    """requests and the end of the client's side in one packet: all are answered, and the connection is closed long before it would be for being idle"""
    request = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    for nr in (1, 1, 1, 5):
        with daemon.connect(timeout=15) as s:  # an idle one is kept for 30 s
            s.send(request * nr, socket.MSG_MORE)
            s.shutdown(socket.SHUT_WR)
            said = b""
            while part := s.recv(65536):
                said += part
        same(said.count(b"HTTP/1.1 200"), nr)
    check(until(lambda: daemon.metrics()["mmscope_connections_open"] == 1), "they are still held")
    same(daemon.metrics()["mmscope_connections_late_total"], 0)


@test
def parts_of_an_answer():
    """Range: the bytes that were asked for, 416 behind the end, the whole where If-Range is another's or it is no single range"""
    path = f"{API}/runs/{run}/state"
    whole = daemon.get(path)
    same(whole.header("accept-ranges"), "bytes")
    size = len(whole.body)
    for asked, first, end in (("0-9", 0, 10), ("5-5", 5, 6), (f"{size - 1}-", size - 1, size), ("-7", size - 7, size), (f"-{size + 9}", 0, size),
                              (f"10-{size * 9}", 10, size), ("0-", 0, size)):
        part = daemon.get(path, {"Range": f"bytes={asked}"})
        same((part.status, part.header("content-range"), part.body), (206, f"bytes {first}-{end - 1}/{size}", whole.body[first:end]), asked)
    for asked in (f"{size}-", f"{10 ** 30}-", "-0", "9-3"):
        part = daemon.get(path, {"Range": f"bytes={asked}"})
        same((part.status, part.header("content-range"), part.body), (416, f"bytes */{size}", b""), asked)
    for asked in ("bytes=0-1,4-5", "bytes=", "bytes=-", "lines=0-1", "bytes=a-b", "bytes=1-2x"):
        same((daemon.get(path, {"Range": asked}).status, daemon.get(path, {"Range": asked}).body), (200, whole.body), asked)
    tag = whole.header("etag")
    same(daemon.get(path, {"Range": "bytes=0-1", "If-Range": tag}).status, 206)
    same(daemon.get(path, {"Range": "bytes=0-1", "If-Range": '"another"'}).status, 200)
    same(daemon.get(path, {"Range": "bytes=0-1", "If-None-Match": tag}).status, 304)
    same(daemon.ask("HEAD", path, {"Range": "bytes=0-1"}).status, 200)
    same(daemon.get("/healthz", {"Range": "bytes=0-1"}).status, 200)


@test
def parts_of_a_coded_answer():
    """a range is one of the representation that goes out: of the coded bytes, under the coded answer's ETag"""
    path = f"{API}/runs/{run}/events"
    whole = {coding: daemon.get(path, {"Accept-Encoding": coding}) for coding in ("identity", "gzip", "zstd")}
    for coding, all_of_it in whole.items():
        size = int(all_of_it.header("content-length") or len(all_of_it.body))
        same(all_of_it.header("content-encoding"), None if coding == "identity" else coding)
        if coding == "identity":
            continue  # a document of events is a stream: it has no parts
        same(all_of_it.header("accept-ranges"), "bytes")
        for tag, status in ((all_of_it.header("etag"), 206), (None, 206), (whole["identity"].header("etag"), 200)):
            part = daemon.get(path, {"Accept-Encoding": coding, "Range": "bytes=100-299", "If-Range": tag})
            same((part.status, part.header("content-encoding"), part.header("etag")), (status, coding, all_of_it.header("etag")))
            same(part.body, all_of_it.body[100:300] if status == 206 else all_of_it.body)
        beyond = daemon.get(path, {"Accept-Encoding": coding, "Range": f"bytes={size}-"})
        same((beyond.status, beyond.header("content-range")), (416, f"bytes */{size}"))


@test
def what_a_problem_means():
    """the type of every problem is an address: JSON for programs, a page for who follows it in a browser"""
    listed = daemon.get(f"{API}/problems").json()["problems"]
    check(len(listed) > 20, len(listed))
    for entry in listed:
        same(daemon.get(entry["type"]).json(), entry)
        page = daemon.get(entry["type"], {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        same((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"))
        check(entry["title"] in page.text() and entry["meaning"] in page.text(), page.text())
    said = problem(daemon.get("/nothing"), 404, "not-found")
    same(daemon.get(said["type"]).json()["type"], said["type"])


@test
def another_build():
    """another build of the same version gives a run another id, and its answers other ETags"""
    programs = [os.environ.get(name, "") for name in ("MMSCOPE", "MMSCOPE_SAN")]
    if len(set(programs)) < 2 or not all(p and os.access(p, os.X_OK) for p in programs):
        return
    seen = set()
    for program in programs:
        done = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        port = int(done.stdout.readline().split(":")[2].strip("/\n"))
        reply = subprocess.run(["curl", "-sL", f"http://127.0.0.1:{port}{API}/run?board={BOARD}"], capture_output=True, check=True).stdout
        seen.add(json.loads(reply)["id"])
        done.terminate()
        done.wait()
    same(len(seen), 2)


test.main()
