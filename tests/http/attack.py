# SPDX-License-Identifier: GPL-2.0-or-later
"""An hour of somebody who means harm: one connection each, and afterwards the server is as well as before."""
import gzip
import os
import socket
import struct
import tempfile
import zlib
from urllib.parse import quote

from mmhttp import API, Daemon, Tap, check, same, until

test = Tap()


def statuses(said):
    """All statuses in what a server said to one connection."""
    return [int(line.split()[1]) for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


GET = "GET {api}/boards HTTP/1.1\r\nHost: {host}\r\n"
POST = "POST {api}/runs HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
JSON = b'{"board":"qemu-virt"}'
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n"

# (what, head, body, the only statuses that there may be; 0: the connection may close without one)
REQUESTS = [
    # Where one request ends and the next begins.
    ("a length and chunks", POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n" + SMUGGLED, {400}),
    ("two lengths", POST + "Content-Length: 21\r\nContent-Length: 0\r\n\r\n", JSON, {400}),
    ("a list of lengths", POST + "Content-Length: 21, 21\r\n\r\n", JSON, {400}),
    ("a length with a sign", POST + "Content-Length: +21\r\n\r\n", JSON, {400}),
    ("a length beyond 64 bits", POST + "Content-Length: 18446744073709551637\r\n\r\n", JSON, {400, 413}),
    ("a negative length", POST + "Content-Length: -1\r\n\r\n", JSON, {400}),
    ("a coding that hides", POST + "Transfer-Encoding: xchunked\r\n\r\n", b"15\r\n" + JSON + b"\r\n0\r\n\r\n", {400, 501}),
    ("chunked twice", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", b"0\r\n\r\n" + SMUGGLED, {400, 501}),
    ("a blank before the colon", POST + "Content-Length : 21\r\n\r\n", JSON, {400, 411}),
    ("a folded header", GET + "X-A: b\r\n Content-Length: 40\r\n\r\n", SMUGGLED, {200, 400, 403}),
    ("a body of a GET", GET + f"Content-Length: {len(SMUGGLED)}\r\n\r\n", SMUGGLED, {400}),
    ("a size of a chunk beyond 64 bits", POST + "Transfer-Encoding: chunked\r\n\r\n", b"fffffffffffffffff\r\n" + JSON, {0, 400, 413}),
    ("a chunk without an end", POST + "Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n" + JSON, {0, 400}),
    ("extensions of chunks", POST + "Transfer-Encoding: chunked\r\n\r\n", b"15;" + b"a=b;" * 20000 + b"\r\n" + JSON + b"\r\n0\r\n\r\n", {400}),
    ("an extension in small pieces", POST + "Transfer-Encoding: chunked\r\n\r\n", b"a\r\n" + JSON[:10] + b"\r\nb;" + b"c=d;" * 20000 + b"\r\n" + JSON[10:] + b"\r\n0\r\n\r\n", {400}),
    ("an extension that is read over", POST + "Transfer-Encoding: chunked\r\n\r\n", b"15;a=b;c=\"d\"\r\n" + JSON + b"\r\n0\r\n\r\n", {200, 201}),
    ("trailers that are headers", POST + "Transfer-Encoding: chunked\r\n\r\n", b"15\r\n" + JSON + b"\r\n0\r\nHost: evil.example\r\nContent-Length: 9\r\n\r\n", {0, 200, 201, 400}),
    ("a name with a blank", GET + "Transfer Encoding: chunked\r\n\r\n", b"", {400}),
    ("a name with a control", GET + "\x01a: b\r\n\r\n", b"", {400}),
    ("a carriage return in a value", POST + "X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 21\r\n\r\n", JSON, {400}),
    ("two of them", GET + "X-A: b\r\rGET /healthz HTTP/1.1\r\n\r\n", b"", {400}),
    ("ESC in a value", GET + "X-A: \x1b[2J\r\n\r\n", b"", {400}),
    ("a coding that is not undone", POST + "Content-Encoding: br\r\nContent-Length: 21\r\n\r\n", JSON, {415}),
    ("no coding, said outright", POST + "Content-Encoding: identity\r\nContent-Length: 21\r\n\r\n", JSON, {200, 201}),
    # Who is asked.
    ("the whole address, as a proxy has it", "GET HTTP://{host}/healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {200}),
    ("the whole address, of more than our name", "GET http://{host}.example/healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("a blank in an address", "GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("an address with another host", "GET http://evil.example/api/v1/boards HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"", {400, 403}),
    ("an address with our host, Host with another", "GET http://{host}/api/v1/boards HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"", {400, 403}),
    ("a proxy's CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 403, 404, 405, 501}),
    ("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0\0\0\4\0\0\0\0\0", {0, 400, 403, 405, 501, 505}),
    ("an upgrade to HTTP/2", GET + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", b"", {200}),
    ("a greeting of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", os.urandom(500), {0, 400}),
    ("no version, as HTTP/0.9 has none", "GET /healthz\r\n\r\n", b"", {400}),
    ("a version that there is not", "GET /healthz HTTP/9.9\r\nHost: {host}\r\n\r\n", b"", {400, 505}),
    ("no method", " /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {0, 400}),
    ("a method of ten thousand letters", "A" * 10000 + " / HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 414, 501}),
    ("TRACE, which tells a page its own headers", "TRACE / HTTP/1.1\r\nHost: {host}\r\nCookie: a=b\r\n\r\n", b"", {405, 501}),
    ("a WebSocket", "GET {api}/live HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", b"", {405}),
    ("a name before our own", "GET / HTTP/1.1\r\nHost: a@{host}\r\n\r\n", b"", {400, 403}),
    ("an expectation that nobody has", POST + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n", b"{}", {400, 417}),
    ("a terabyte, after being asked to go on", POST + "Expect: 100-continue\r\nContent-Length: 1099511627776\r\n\r\n", b"", {413}),
    # What is asked for.
    ("NUL in an address", "GET /\0healthz HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("NUL behind an address", "GET /healthz\0.evil HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("NUL in a parameter", "GET {api}/run?board=qemu-virt\0&memory=1Q HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("a request behind a NUL", "GET /\0 HTTP/1.1\r\nHost: {host}\r\n\r\n", SMUGGLED, {400}),
    ("ten thousand parameters of one name", "GET {api}/run?" + "&".join(["board=qemu-virt"] * 10000) + " HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 414}),
    ("ten thousand parameters that are none", "GET {api}/run?" + "&" * 10000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 414}),
    ("a flag that is neither yes nor no", "GET {api}/run?board=qemu-virt&force=NaN HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400}),
    ("a guess at a lecture's name", "GET {api}/live/aaaaaaaa HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {404}),
    ("a guess at its token", "POST {api}/live/aaaaaaaa HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
     "Authorization: Bearer \xff\xfe\r\nContent-Length: 2\r\n\r\n", b"{}", {400, 401, 403, 404}),
    ("a place in a stream beyond 64 bits", "GET {api}/runs/" + "0" * 64 + "/events HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n"
     "Last-Event-ID: 99999999999999999999\r\n\r\n", b"", {400, 404}),
    ("codings without sense", "GET / HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip;q=999,;;;,br;q=1e9,\xff,zstd;q=-1\r\n\r\n", b"", {200}),
    ("JSON that says a thing twice", POST + "Content-Length: 41\r\n\r\n", b'{"board":"qemu-virt","board":"rpi4-8g"}  ', {400}),
    ("JSON in UTF-16", POST + "Content-Length: 44\r\n\r\n", '{"board":"qemu-virt"}'.encode("utf-16"), {400}),
    ("JSON with half of a pair", POST + "Content-Length: 18\r\n\r\n", b'{"board":"\\ud800"}', {400}),
    ("JSON with a NUL in a name", POST + "Content-Length: 18\r\n\r\n", b'{"board":"\\u0000"}', {400}),
    ("a number beyond all numbers", POST + "Content-Length: 33\r\n\r\n", b'{"board":"qemu-virt","cpu":1e999}', {400}),
    ("a path that climbs, coded twice", "GET /%252e%252e/%252e%252e/etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("a path that climbs, in UTF-8 too long", "GET /%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("a path with back slashes", "GET /..\\..\\etc\\passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("a new line in a path", "GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("a forged run", "GET {api}/runs/" + "0" * 64 + "/events HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {404}),
    ("a run that is a path", "GET {api}/runs/..%2f..%2fboards%2fqemu-virt/events HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("a board whose name is none", "GET {api}/run?board=%E2%80%AE%F0%9F%92%A3%00 HTTP/1.1\r\nHost: {host}\r\n\r\n", b"", {400, 404}),
    ("half of a character", POST + "Content-Length: 15\r\n\r\n", b'{"board":"\xed\xa0\x80"}', {400, 404, 422}),
    ("a thousand ranges", "GET / HTTP/1.1\r\nHost: {host}\r\nRange: bytes=" + ",".join(f"{i}-{i}" for i in range(1000)) + "\r\n\r\n", b"", {200, 206, 416}),
    ("a range that overflows", "GET / HTTP/1.1\r\nHost: {host}\r\nRange: bytes=18446744073709551615-18446744073709551616\r\n\r\n", b"", {200, 206, 416}),
    ("a header of a megabyte", GET + "X-A: " + "a" * (1 << 20) + "\r\n\r\n", b"", {0, 400, 431}),
    ("ten thousand headers", GET + "".join(f"X-{i}: a\r\n" for i in range(10000)) + "\r\n", b"", {0, 400, 431}),
    ("ten thousand wishes", GET + "Accept: " + ",".join(f"a/b{i};q=0.{i % 1000:03}" for i in range(600)) + "\r\n\r\n", b"", {200, 400, 406, 431}),
    ("JSON of a thousand depths", POST + "Content-Length: 2000\r\n\r\n", b"[" * 1000 + b"]" * 1000, {400, 422}),
    ("a number of a million digits", POST + "Content-Length: 1000012\r\n\r\n", b'{"memory":' + b"9" * 1000001 + b"}", {400, 413, 422}),
]


@test
def nobody_is_fooled():
    """some seventy requests that are meant to fool a server, over TCP and a Unix socket: each gets a refusal that fits, none is taken for two, and nothing of this machine comes back"""
    fool("127.0.0.1:0")
    with tempfile.TemporaryDirectory() as folder:
        fool(f"unix:{folder}/socket")


def fool(listen):
    with Daemon(listen=listen) as d:
        wrong = {}
        for what, head, body, allowed in REQUESTS:
            data = head.replace("{host}", d.name()).replace("{api}", API).encode("latin-1") + body
            said = d.raw(data)
            got = statuses(said)
            # libmicrohttpd 0.9.75 says what it thinks of a Content-Length twice; the first says that the connection ends.
            if len(got) == 2 and got[0] == got[1] >= 400 and b"Connection: close" in said.partition(b"\r\n\r\n")[0]:
                got.pop()
            # Whoever reaches a Unix socket may call it what they like.
            if d.path and 403 in allowed:
                allowed = allowed | {200}
            if not ((len(got) == 1 and got[0] in allowed) or (not got and 0 in allowed)) or b"root:" in said or b"Set-Cookie" in said:
                wrong[what] = (got, said[:120])
            same(d.get("/healthz").status, 200, what)
        check(not wrong, "\n".join(f"{what}: {got}" for what, got in wrong.items()))
        same(d.stop(), 0)


@test
def long_lines_of_chunks():
    """over a Unix socket, where others send chunks at the same time: 400 for the one whose line has no end, and for nobody else"""
    with tempfile.TemporaryDirectory() as folder, Daemon(listen=f"unix:{folder}/socket") as d:
        head = POST.replace("{host}", d.name()).replace("{api}", API).encode() + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        honest = [d.connect() for _ in range(8)]
        for s in honest:
            s.sendall(head + b"a\r\n" + JSON[:10] + b"\r\n" + b"b")
        for begin in (b"", b"a\r\n" + JSON[:10] + b"\r\n"):
            said = d.raw(head + begin + b"b;" + b"c=d;" * 20000)
            same((statuses(said), b"the first line of a chunk" in said), ([400], True))
        for s in honest:
            s.sendall(b"\r\n" + JSON[10:] + b"\r\n0\r\n\r\n")
            check(s.recv(12)[9:12] in (b"200", b"201"), "an honest one")
            s.close()


@test
def nothing_drives_a_terminal():
    """a tree that writes ESC, CSI of Unicode and marks of direction into its model: none of them in any answer or in the log of requests"""
    with tempfile.TemporaryDirectory() as folder, Daemon("--log-file", f"{folder}/log") as d:
        tree = d.get(f"{API}/boards/qemu-virt/dtb").body
        harm = ("\x1b[2J", "\x9b2J", "\u202e", "\u2066", "\x7f")
        model = "".join(harm).encode()
        check(len(model) <= len(b"linux,dummy-virt") and tree.count(b"linux,dummy-virt\0") == 2, "another tree")
        dtb = tree.replace(b"linux,dummy-virt\0", model.ljust(16, b"!") + b"\0")
        run = d.post_dtb(dtb, "?kernel=6.12").json()["id"]
        d.get("/" + quote(model[4:]))
        for answer in ("", "/log", "/log?format=json", "/ledger", "/events?format=ndjson", "/events?format=sse", "/explain", "/check", "/state/ledger?at=end&format=csv"):
            text = d.get(f"{API}/runs/{run}{answer}").text()
            check("Machine model: ?[2J?2J???!" in text or answer != "/log", text[:500])
            same([h for h in harm if h[0] in text], [], answer)
        with open(f"{folder}/log", encoding="utf-8") as log:
            text = log.read()
        same([h for h in harm if h[0] in text], [], text[-300:])


@test
def what_unpacks_to_much():
    """bombs: a body that claims a coding, kernels and recordings that unpack to gigabytes; each ends in a sentence, and memory stays within its limit"""
    gib = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    bomb = b"".join(gib.compress(zeros) for _ in range(1024)) + gib.flush()
    with Daemon("--memory-limit", "64", "--cache", "32", shipped=True) as d:
        coded = d.ask("POST", f"{API}/runs", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, gzip.compress(JSON))
        check(400 <= coded.status < 500, coded.status)
        for path, kind in (("runs", "application/octet-stream"), ("states", "application/x-tar")):
            for data in (bomb, gzip.compress(bomb)):
                reply = d.ask("POST", f"{API}/{path}?kernel=6.12", {"Content-Type": kind}, data, timeout=120)
                check(400 <= reply.status < 500 and reply.json()["detail"], (path, reply.status, reply.body))
        for data in (bomb, gzip.compress(bomb)):
            parts = b'--x\r\nContent-Disposition: form-data; name="log"\r\n\r\n' + data + b"\r\n--x--\r\n"
            reply = d.ask("POST", f"{API}/logs", {"Content-Type": "multipart/form-data; boundary=x"}, parts, timeout=120)
            check(400 <= reply.status < 500 and reply.json()["detail"], ("logs", reply.status, reply.body))
        for data in (bomb, gzip.compress(bomb)):
            reply = d.ask("POST", f"{API}/kernels", {"Content-Type": "application/octet-stream"}, data, timeout=120)
            check(400 <= reply.status < 600 and reply.json()["detail"], reply.body)
        check(d.metrics()["mmscope_memory_peak_bytes"] <= 64 << 20, "above the limit")
        check(d.run(), "the next one works")


PARTS = [
    ("cut off in a part", "x", b'--x\r\nContent-Disposition: form-data; name="log"\r\n\r\n[    0.000000] Linux'),
    ("cut off in a part's head", "x", b'--x\r\nContent-Disposition: form-data; name="log'),
    ("no part", "x", b"--x--\r\n"),
    ("no boundary", "", b"--\r\n"),
    ("a boundary of 5000 letters", "a" * 5000, b"--a"),
    ("20000 parts", "x", b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\na\r\n' % i for i in range(20000)) + b"--x--\r\n"),
    ("a part's head of 100 KB", "x", b'--x\r\nContent-Disposition: form-data; name="log"; filename="../../etc/passwd"\r\nX: ' + b"a" * 100000
     + b"\r\n\r\nx\r\n--x--\r\n"),
    ("a log twice", "x", b'--x\r\nContent-Disposition: form-data; name="log"\r\n\r\na\r\n' * 2 + b"--x--\r\n"),
    ("nothing but boundaries", "x", b"\r\n--x" * 30000),
]


@test
def broken_forms():
    """forms that break off, repeat themselves or have no end: 4xx with the reason, for logs and kernels"""
    with Daemon() as d:
        for what, boundary, body in PARTS:
            for path in ("logs", "kernels"):
                reply = d.ask("POST", f"{API}/{path}", {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body)
                check(400 <= reply.status < 500 and reply.header("content-type") == "application/problem+json" and reply.json()["detail"],
                      (what, path, reply.status, reply.body[:200]))
        same(d.get("/healthz").status, 200)
        same(d.stop(), 0)


VALUES = ["18446744073709551616", "9" * 40, "-1", "-9223372036854775809", "0x10000000000000000", "1e308", "NaN", "inf", "0x", "1" * 3000,
          "%00", "1%00", "%ff%fe", "%c0%80", "%D9%A3"]


@test
def no_number_is_too_large():
    """each query parameter of each address, with numbers beyond 64 bits, below zero or none at all, NUL, no UTF-8: refused with the reason, or taken; never our failure"""
    with Daemon() as d:
        run = d.run()
        fill = {"id": run, "other": run, "table": "zones", "kernel": "6.7", "report": "meminfo"}
        tried, wrong = 0, []
        for path, item in d.get(f"{API}/openapi.json").json()["paths"].items():
            for parameter in item.get("get", {}).get("parameters", ()):
                if parameter.get("in") != "query":
                    continue
                board = "&board=qemu-virt" if path.endswith(("/run", "/sweep")) and parameter["name"] != "board" else ""
                for value in VALUES:
                    reply = d.get(f"{path.format_map(fill)}?{parameter['name']}={value}{board}")
                    tried += 1
                    kind = reply.header("content-type")
                    if reply.status >= 500 or (reply.status >= 400 and kind != "application/problem+json"):
                        wrong.append((path, parameter["name"], value[:40], reply.status, reply.body[:100]))
        check(not wrong, "\n".join(map(str, wrong)))
        check(tried > 500, tried)
        same((d.get("/healthz").status, d.stop()), (200, 0))


@test
def slow_bodies_and_floods():
    """bodies by the byte, and streams that are opened by the hundred and left: an honest client is answered, and all that was taken comes back"""
    with Daemon("--streams", "200", shipped=True) as d:
        run = d.run()
        before = d.fds()
        slow = []
        for _ in range(100):
            s = d.connect()
            s.sendall(f"POST {API}/runs HTTP/1.1\r\nHost: {d.host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
            slow.append(s)
        streams = []
        for _ in range(400):
            s = d.connect()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            s.sendall(f"GET {API}/runs/{run}/events?pace=1 HTTP/1.1\r\nHost: {d.host}\r\nAccept: text/event-stream\r\n\r\n".encode())
            streams.append(s)
        same(d.get("/healthz").status, 200)
        same(d.get(f"{API}/runs/{run}/zoneinfo").status, 200)
        got = [s.recv(12)[9:12] for s in streams]
        check(set(got) <= {b"200", b"503"} and got.count(b"200") <= 200, (got.count(b"200"), set(got)))
        for s in slow[:50] + streams:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # gone without a word
            s.close()
        # Those that go on are cut off: a body has ten seconds.
        for s in slow[50:]:
            s.settimeout(60)
            while s.recv(4096):
                pass
            s.close()
        check(until(lambda: d.fds() <= before + 4, 30), (before, d.fds()))
        same(d.stop(), 0)


test.main()
