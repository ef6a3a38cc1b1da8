# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that nobody honest sends: other sites' pages, two meanings in one request, slow and large ones."""
import os
import random
import re
import socket
import subprocess
import time

from mmhttp import API, BOARD, Daemon, Tap, check, problem, program, same, until

test = Tap()
daemon = Daemon("--allow-host", "boots.example", "--allow-host", "proxy.example:9000")
run = daemon.run()
check(until(lambda: daemon.metrics()["mmscope_jobs_running"] == 0), "still running")
QUIET_FDS = daemon.fds()
PORT = daemon.port


def status(head, body=b"", method="GET", path="/healthz"):
    """Status of a request whose header lines are given as they are; 0: closed without a word."""
    lines = "".join(f"{line}\r\n" for line in head)
    raw = daemon.raw(f"{method} {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode("latin-1") + body)
    return int(raw.split()[1]) if raw else 0


@test
def only_our_names_are_answered():
    """Host: exactly one of our names with our port, else 403; none or two: 400"""
    good = [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"[::1]:{PORT}", "boots.example",
            f"boots.example:{PORT}", "boots.example:1", "proxy.example:9000"]
    bad = ["evil.example", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", f"evil.example@127.0.0.1:{PORT}",
           f"127.0.0.1:{PORT + 1}", "127.0.0.1", "localhost", f"127.0.0.1:{PORT}.evil.example", f"127.0.0.2:{PORT}",
           f"0.0.0.0:{PORT}", f"[::]:{PORT}", f"[::1:{PORT}", f"::1:{PORT}", f"127.1:{PORT}", f"0x7f.1:{PORT}",
           f"2130706433:{PORT}", f"localhost.:{PORT}", f"127.0.0.1:{PORT}, evil.example", f"127.0.0.1:0{PORT}0",
           f"127.0.0.1:{PORT}/", f"127.0.0.1:{PORT}#", "[", "]", ":", "[]", "[]:", "[" * 300, "x" * 3000, "", "proxy.example",
           "proxy.example:9001", "xboots.example", "boots.example.evil.example", f"127.0.0.1:+{PORT}", f"127.0.0.1: {PORT}"]
    for host in good:
        same(status([f"Host: {host}"]), 200, host)
    for host in bad:
        check(status([f"Host: {host}"]) in (400, 403), f"{host}: {status([f'Host: {host}'])}")
    same(status([]), 400, "none")
    same(status([f"Host: 127.0.0.1:{PORT}", "Host: evil.example"]), 400, "two")
    same(status([f"Host: 127.0.0.1:{PORT}", f"Host: 127.0.0.1:{PORT}"]), 400, "the same twice")
    r = daemon.get("/", {"Host": "evil.example"})
    check("--allow-host" in problem(r, 403, "foreign-host")["detail"])


@test
def only_our_page_may_ask():
    """Origin and Sec-Fetch-Site: our own page, or a link followed, else 403; and never a CORS header"""
    host = f"Host: 127.0.0.1:{PORT}"
    good = [[f"Origin: http://127.0.0.1:{PORT}"], ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"],
            ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]]
    bad = [["Origin: null"], ["Origin: http://evil.example"], [f"Origin: http://localhost:{PORT}"],
           [f"Origin: https://127.0.0.1:{PORT}"], ["Origin: http://127.0.0.1"], [f"Origin: http://127.0.0.1:{PORT}/"],
           [f"Origin: http://127.0.0.1:{PORT}.evil.example"], ["Origin: "], ["Origin: file://"],
           ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"], ["Sec-Fetch-Site: cross-site"],
           ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"],
           [f"Origin: http://127.0.0.1:{PORT}", "Origin: http://evil.example"]]
    for head in good:
        same(status([host, *head]), 200, head)
    for head in bad:
        check(status([host, *head]) in (400, 403), head)
        check(status([host, *head, "Access-Control-Request-Method: POST"], method="OPTIONS", path=f"{API}/runs")
              in (400, 403), head)
    same(status(["Host: boots.example", "Origin: https://boots.example"]), 200, "behind a proxy with TLS")
    for path in ("/", f"{API}/boards", f"{API}/runs/{run}"):
        raw = daemon.raw(f"GET {path} HTTP/1.1\r\n{host}\r\nOrigin: http://127.0.0.1:{PORT}\r\nConnection: close\r\n\r\n".encode())
        check(b"access-control-" not in raw.lower(), path)


@test
def a_form_cannot_post():
    """what a form of another site can send, POST of its three types, is refused before anything happens"""
    before = daemon.metrics()["mmscope_store_runs"]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        r = daemon.ask("POST", f"{API}/runs", {"Content-Type": kind}, b'{"board":"qemu-virt","cmdline":"evil"}')
        problem(r, 415, "unsupported-type")
    r = daemon.post({"board": BOARD, "cmdline": "evil"}, {"Origin": "http://evil.example"})
    problem(r, 403, "foreign-origin")
    same(daemon.metrics()["mmscope_store_runs"], before)


@test
def two_meanings_are_none():
    """requests that two servers in a row could read in two ways: 400 and the connection closed"""
    host = f"Host: 127.0.0.1:{PORT}\r\n"
    head = f"POST {API}/runs HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
    hidden = f"GET /metrics HTTP/1.1\r\n{host}\r\n"
    for framing in ("Content-Length: 3\r\nContent-Length: 5\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n",
                    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Content-Length: +5\r\n",
                    "Content-Length: -1\r\n", "Content-Length: 5, 5\r\n", "Content-Length: 0x5\r\n",
                    "Content-Length: 99999999999999999999\r\n", "Content-Length : 5\r\n"):
        raw = daemon.raw((head + framing + "\r\n0\r\n\r\n" + hidden).encode())
        # The library says some of its own refusals twice; what counts is that nothing else is said.
        check(set(re.findall(rb"HTTP/1.1 (\d+)", raw)) <= {b"400", b"413"}, f"{framing!r}: {raw[:300]}")
        check(b"mmscope_" not in raw, framing)
    raw = daemon.raw(f"GET /healthz HTTP/1.1\r\n{host}Content-Length: 5\r\n\r\nhello{hidden}".encode())
    check(raw.split()[1] == b"400" and raw.count(b"HTTP/1.1 ") == 1, raw[:200])


@test
def nothing_is_cut_at_nul():
    """%00, control characters, broken escapes and %2F are refused, in paths and in parameters"""
    for path in ("/healthz%00x", "/healthz%00", f"{API}/boards%00/../x", "/index.html%00.js", "/%", "/%4", "/%zz",
                 "/health%7a%01", f"{API}/boards/..%2f..%2fetc", f"{API}/boards/a%2Fb", "/%0d%0aSet-Cookie:x"):
        check(daemon.get(path).status in (400, 404), path)
    problem(daemon.get("/healthz%00"), 400, "bad-request")
    for query in ("board=qemu-virt%00x", "board%00=qemu-virt", "board=%", "board=%ff%0"):
        problem(daemon.get(f"{API}/run?{query}"), 400, "bad-parameter")
    same(daemon.get("/health%7a").status, 200)


@test
def no_path_leads_out():
    """paths that climb: 404, and what is served with --web stays inside its folder"""
    climbing = ["/../etc/passwd", "/..", "/./healthz", "//etc/passwd", "/%2e%2e/etc/passwd", "/.%2e/x", "/web/../x",
                "/index.html/", "/index.html/..", "/\\..\\x", "/.git/config", "/lib/", "/lib"]
    with Daemon("--web", "/etc") as other:
        same(other.get("/hostname").status in (200, 404), True)
        for path in climbing + ["/../etc/hostname", "/..%5chostname", "/./hostname"]:
            check(other.get(path).status in (400, 404), path)
    for path in climbing:
        check(daemon.get(path).status in (400, 404), path)


@test
def headers_have_limits():
    """huge request lines, headers and queries are refused; the next client is served"""
    host = f"Host: 127.0.0.1:{PORT}\r\n"
    for raw in (f"GET /{'a' * 60000} HTTP/1.1\r\n{host}\r\n", f"GET / HTTP/1.1\r\n{host}X: {'a' * 60000}\r\n\r\n",
                f"GET / HTTP/1.1\r\n{host}" + "X: y\r\n" * 20000 + "\r\n",
                f"GET /?{'&'.join('a%d=b' % i for i in range(3000))} HTTP/1.1\r\n{host}\r\n"):
        answer = daemon.raw(raw.encode())
        check(not answer or answer.split()[1][:1] in (b"4", b"5"), answer[:100])
    problem(daemon.get(f"{API}/run?" + "&".join(f"a{i}=b" for i in range(100))), 400, "bad-parameter")
    same(daemon.get("/healthz").status, 200)


@test
def nonsense_is_survived():
    """2000 damaged requests: answered or closed, never a crash"""
    random.seed(1)
    good = [f"GET {API}/runs/{run}/events?from=1&to=5&format=sse HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAccept: */*;q=0.1\r\nIf-None-Match: \"a\", W/\"b\"\r\nLast-Event-ID: 3\r\n\r\n",
            f"POST {API}/runs HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{{\"board\":\"qemu-virt\"}}",
            f"GET {API}/run?board=qemu-virt&memory=1G@0x40000000,2G HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAccept-Encoding: gzip;q=1.0, *;q=0\r\n\r\n"]
    for _ in range(2000):
        data = bytearray(random.choice(good).encode())
        for _ in range(random.randint(1, 6)):
            place = random.randrange(len(data))
            kind = random.random()
            if kind < 0.5:
                data[place] = random.randrange(256)
            elif kind < 0.7:
                del data[place:place + random.randint(1, 20)]
            elif kind < 0.9:
                data[place:place] = bytes(data[place:place + random.randint(1, 30)])
            else:
                data[place:place] = random.choice([b"\r\n", b"\0", b"%", b",", b";q=", b"\xff\xfe", b"9" * 30])
            if not data:
                break
        s = daemon.connect(0.05)
        try:
            s.sendall(bytes(data))
            s.recv(4096)
        except OSError:
            pass
        s.close()
    check(daemon.alive(), "it died")
    same(daemon.get("/healthz").status, 200)


@test
def split_anywhere():
    """a request cut into two packets at every byte is the same request"""
    request = f"GET {API}/runs/{run} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nConnection: close\r\n\r\n".encode()
    for cut in range(1, len(request)):
        s = daemon.connect(5)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.sendall(request[:cut])
        s.sendall(request[cut:])
        check(s.recv(12) == b"HTTP/1.1 200", cut)
        s.close()


@test
def slow_senders_are_let_go():
    """30 clients that send a header byte by byte: closed within 7 s, an honest one is served at once"""
    begin = time.monotonic()
    slow = [daemon.connect() for _ in range(30)]
    closed = set()
    while len(closed) < len(slow) and time.monotonic() - begin < 9:
        for i, s in enumerate(slow):
            if i in closed:
                continue
            try:
                s.sendall(b"G")
                s.settimeout(0.001)
                if not s.recv(100):
                    closed.add(i)
            except socket.timeout:
                pass
            except OSError:
                closed.add(i)
        t = time.monotonic()
        same(daemon.get("/healthz").status, 200)
        check(time.monotonic() - t < 2)
        time.sleep(0.3)
    same(len(closed), len(slow))
    check(daemon.metrics()["mmscope_connections_late_total"] >= len(slow))
    for s in slow:
        s.close()


@test
def all_descriptors_come_back():
    """after 500 connections that end in every way, the descriptors are as many as before"""
    for i in range(500):
        s = daemon.connect(5)
        if i % 5 == 1:
            s.sendall(b"GET / HT")
        elif i % 5 == 2:
            s.sendall(f"GET {API}/runs/{run}/events HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode())
        elif i % 5 == 3:
            s.sendall(f"POST {API}/runs HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
        elif i % 5 == 4:
            s.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        if i % 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()
    check(until(lambda: daemon.fds() <= QUIET_FDS + 1, 20), f"{daemon.fds()} of {QUIET_FDS}")


@test
def a_full_stderr_stops_nobody():
    """nobody reads the daemon's stderr: it serves on"""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 65536)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    with Daemon(stderr=writer) as other:
        for _ in range(50):
            s = other.connect()
            s.sendall(f"GET {API}/runs HTTP/9.9\r\n\r\n".encode())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            s.close()
        same(other.get("/healthz").status, 200)
    os.close(reader)
    os.close(writer)


@test
def other_machines_only_on_purpose():
    """loopback by default; beyond it there is a warning, and a number is a good Host"""
    with Daemon(listen="0.0.0.0:0", stderr=subprocess.PIPE) as other:
        check("other machines" in other.process.stderr.readline())
        same(other.get("/healthz", {"Host": f"192.0.2.1:{other.port}"}).status, 200)
        same(other.get("/healthz", {"Host": f"[2001:db8::1]:{other.port}"}).status, 200)
        same(other.get("/healthz", {"Host": f"evil.example:{other.port}"}).status, 403)
        same(other.get("/healthz", {"Host": "192.0.2.1:1"}).status, 403)
    listening = open(f"/proc/{daemon.process.pid}/net/tcp").read()
    check(f"0100007F:{PORT:04X}" in listening and f"00000000:{PORT:04X}" not in listening, "not on loopback only")


@test
def the_daemon_ends_clean():
    """after all that, status 0"""
    same(daemon.stop(), 0)


test.main()
