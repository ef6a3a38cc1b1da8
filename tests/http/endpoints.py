# SPDX-License-Identifier: GPL-2.0-or-later
"""Every endpoint: status, type, validators, forms, HEAD, and what is refused."""
import json
import os
import re
import socket
import subprocess
import tempfile

from mmhttp import API, BOARD, Daemon, Tap, check, problem, same

test = Tap()
daemon = Daemon()
run = daemon.run()
RUN = f"{API}/runs/{run}"
REPORTS = ["log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "iomem", "meminfo", "ledger"]
READABLE = ["/", "/healthz", "/metrics", API, f"{API}/boards", f"{API}/boards/{BOARD}", f"{API}/boards/{BOARD}/dtb",
            f"{API}/boards/{BOARD}/dts", f"{API}/kernels", f"{API}/kernels/6.7", f"{API}/openapi.json",
            f"{API}/schemas/event.json", f"{API}/problems", f"{API}/problems/not-found", RUN, f"{RUN}/events",
            f"{RUN}/events?format=ndjson", f"{RUN}/events?format=sse", f"{RUN}/events?pace=1000", f"{RUN}/state",
            f"{RUN}/state/zones", f"{RUN}/steps/0.svg", f"{RUN}/freelists"] + [f"{RUN}/{r}" for r in REPORTS]
TAGGED = [p for p in READABLE if p not in ("/healthz", "/metrics", API, f"{API}/problems", f"{API}/problems/not-found",
                                          f"{RUN}/events?format=sse", f"{RUN}/events?pace=1000")]


@test
def the_first_line_is_the_address():
    """the first line printed is the address to open"""
    same(daemon.line, f"http://127.0.0.1:{daemon.port}/")


@test
def everything_readable_is_there():
    """every readable address answers 200, with a type and the headers that keep browsers honest"""
    for path in READABLE:
        r = daemon.get(path)
        same(r.status, 200, path)
        check(r.header("content-type"), path)
        same(r.header("x-content-type-options"), "nosniff", path)
        same(r.header("cross-origin-resource-policy"), "same-origin", path)
        check("frame-ancestors 'none'" in r.header("content-security-policy"), path)
        check(not [n for n, _ in r.fields if n.startswith("access-control-")], path)
        check(r.body, path)


@test
def head_is_get_without_a_body():
    """HEAD has GET's headers and not one byte behind them"""
    skip = ("date", "transfer-encoding", "content-length")
    for path in READABLE + [f"{API}/nothing", f"{API}/run?board={BOARD}"]:
        get = daemon.get(path)
        raw = daemon.raw(f"HEAD {path} HTTP/1.1\r\nHost: {daemon.host}\r\nConnection: close\r\n\r\n".encode())
        head, _, rest = raw.partition(b"\r\n\r\n")
        same(rest, b"", path)
        same(head.split()[1], str(get.status).encode(), path)
        names = {line.split(b":")[0].lower().decode() for line in head.split(b"\r\n")[1:]} - {"connection", *skip}
        same(names, {n for n, _ in get.fields} - set(skip), path)


@test
def head_keeps_the_connection_usable():
    """after HEAD of a stream the next request on the connection is understood"""
    s = daemon.connect()
    host = f"Host: {daemon.host}\r\n\r\n"
    s.sendall(f"HEAD {RUN}/events?format=sse HTTP/1.1\r\n{host}".encode())
    s.settimeout(5)
    first = b""
    while b"\r\n\r\n" not in first:
        first += s.recv(65536)
    s.sendall(f"GET /healthz HTTP/1.1\r\nConnection: close\r\n{host}".encode())
    second = b""
    while part := s.recv(65536):
        second += part
    check(second.startswith(b"HTTP/1.1 200") and b"\r\n\r\nok\n" in second, second)


@test
def tags_save_the_body():
    """If-None-Match: 304, with the tag and without a body; another tag gets 200"""
    for path in TAGGED:
        r = daemon.get(path)
        tag = r.header("etag")
        check(tag and tag.startswith('"'), f"{path}: {tag}")
        for value in (tag, f'"x", W/{tag}', "*"):
            again = daemon.get(path, {"If-None-Match": value})
            same(again.status, 304, path)
            same(again.header("etag"), tag, path)
            check(again.header("content-length") != "0", f"{path}: Content-Length: 0")
        same(daemon.get(path, {"If-None-Match": '"x"'}).body, r.body, path)


@test
def a_304_leaves_the_connection_usable():
    """after 304 the next request on the connection is understood"""
    tag = daemon.get(RUN).header("etag")
    one = f"GET {RUN} HTTP/1.1\r\nHost: {daemon.host}\r\nIf-None-Match: {tag}\r\n\r\n"
    last = f"GET /healthz HTTP/1.1\r\nHost: {daemon.host}\r\nConnection: close\r\n\r\n"
    raw = daemon.raw((one + last).encode())
    same(raw.count(b"HTTP/1.1 "), 2)
    check(b"\r\n\r\nok\n" in raw, raw)


@test
def answers_about_a_run_never_expire():
    """a run's answers are immutable, and the manifest's tag is the id"""
    for path in [RUN, f"{RUN}/events", f"{RUN}/state?at=0"] + [f"{RUN}/{r}" for r in REPORTS]:
        check("immutable" in daemon.get(path).header("cache-control"), path)
    same(daemon.get(RUN).header("etag"), f'"{run}"')
    check("no-cache" in daemon.get("/").header("cache-control"))


@test
def reports_are_text_or_json():
    """reports: text for everybody, JSON for who accepts only that or says ?format="""
    for report in REPORTS:
        path = f"{RUN}/{report}"
        same(daemon.get(path).header("content-type"), "text/plain; charset=utf-8", report)
        same(daemon.get(path, {"Accept": "*/*"}).header("content-type"), "text/plain; charset=utf-8", report)
        r = daemon.get(path, {"Accept": "application/json"})
        same(r.header("content-type"), "application/json", report)
        r.json()
        same(daemon.get(f"{path}?format=json", {"Accept": "text/plain"}).body, r.body, report)
        check(r.header("etag") != daemon.get(path).header("etag"), report)
        same(r.header("vary"), "Accept, Accept-Encoding")


@test
def accept_is_weighed():
    """Accept: quality and precision decide, and what cannot be had is 406"""
    table = [("application/json;q=0.5, text/plain;q=0.4", "application/json"),
             ("application/json;q=0.4, text/*;q=0.5", "text/plain; charset=utf-8"),
             ("text/*;q=0, */*;q=0.1", "application/json"),
             ("application/*", "application/json"),
             ("TEXT/PLAIN", "text/plain; charset=utf-8"),
             ("text/html,application/xhtml+xml,*/*;q=0.8", "text/plain; charset=utf-8")]
    for accept, expected in table:
        same(daemon.get(f"{RUN}/log", {"Accept": accept}).header("content-type"), expected, accept)
    for accept in ("image/png", "text/plain;q=0, application/json;q=0", "application/jso", ";;;,q="):
        problem(daemon.get(f"{RUN}/log", {"Accept": accept}), 406, "not-acceptable")
    problem(daemon.get(f"{RUN}/log?format=yaml"), 406, "not-acceptable")
    problem(daemon.get(f"{RUN}/freelists", {"Accept": "text/plain"}), 406, "not-acceptable")
    problem(daemon.get(RUN, {"Accept": "text/html"}), 406, "not-acceptable")


@test
def the_same_inputs_are_the_same_run():
    """two identical POSTs: the same id, byte-identical bodies, 201 then 200"""
    inputs = {"board": BOARD, "cmdline": "console=ttyAMA0 memblock=debug unique=1"}
    first, second = daemon.post(inputs), daemon.post(inputs)
    same((first.status, second.status), (201, 200))
    same(first.body, second.body)
    same(first.header("location"), f"{API}/runs/{first.json()['id']}")
    same(second.header("location"), first.header("location"))
    same(daemon.get(first.header("location")).body, first.body)
    other = daemon.post({**inputs, "cmdline": "unique=2"})
    check(other.json()["id"] != first.json()["id"])


@test
def get_run_redirects():
    """GET /run: 303 to the run of its inputs, the same run that POST makes"""
    r = daemon.get(f"{API}/run?board={BOARD}&cmdline=a%20b+c")
    same(r.status, 303)
    same(r.header("location"), f"{API}/runs/{daemon.post({'board': BOARD, 'cmdline': 'a b c'}).json()['id']}")
    same(daemon.get(r.header("location")).status, 200)
    problem(daemon.get(f"{API}/run?board=none-such"), 404, "not-found")
    problem(daemon.get(f"{API}/run?board={BOARD}&kernel=none-such"), 404, "not-found")
    problem(daemon.get(f"{API}/run?board={BOARD}&memory=lots"), 400, "bad-parameter")
    overlapping = daemon.get(f"{API}/run?board=qemu-virt&memory=1G@0x40000000,1G@0x60000000").header("location")
    p = problem(daemon.get(overlapping), 422, "board-rejected")
    same((p["option"], p["example"]), ("memory", "1024M@0x40000000,1024M@0x80000000"))
    assert "ranges 1 and 2 overlap: 0x40000000-0x7fffffff and 0x60000000-0x9fffffff" in p["detail"], p
    problem(daemon.get(f"{API}/run?board={BOARD}&bord=x"), 400, "bad-parameter")
    problem(daemon.get(f"{API}/run?board={BOARD}&board={BOARD}"), 400, "bad-parameter")


@test
def what_a_run_was_given_is_kept():
    """a kernel that dies before it reads its command line was given one: the run says which"""
    for given, line in ({"cmdline": "cma=32M"}, "cma=32M"), ({}, "console="), ({"cmdline": ""}, ""):
        inputs = daemon.post({"board": BOARD, "memory": "3K", **given}).json()["inputs"]
        check(line in inputs["cmdline"] and bool(line) == bool(inputs["cmdline"]), inputs)


@test
def boards_say_what_their_trees_do():
    """boards: RAM, reservations, CPUs and nodes of each; one of a folder is read again when it changes"""
    listed = {b["name"]: b for b in daemon.get(f"{API}/boards").json()["boards"]}
    same(listed[BOARD]["banks"], [{"base": "0x40000000", "size": "0x40000000", "node": -1}])
    same([listed["numa-memoryless"][k] for k in ("reserved", "cpus", "nodes")], [[], 4, 3])
    check(listed["small-reserved"]["reserved"])
    for name, entry in listed.items():
        one = daemon.get(f"{API}/boards/{name}").json()
        for key in ("description", "description_zh", "banks", "reserved", "cpus", "nodes"):
            same(one[key], entry[key], name)
        check("memory" not in one, "no settings replace these trees' memory")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mine.dtb")
        with open(os.path.join(folder, "mine.json"), "w") as f:
            f.write('{"memory": "2G"}')
        with open(path, "wb") as f:
            f.write(b"no tree")
        with Daemon("--boards", folder) as other:
            def mine():
                return [b for b in other.get(f"{API}/boards").json()["boards"] if b["name"] == "mine"][0]
            same([mine()[k] for k in ("banks", "reserved", "cpus", "nodes")], [[], [], 0, 0])
            with open(path, "wb") as f:
                f.write(daemon.get(f"{API}/boards/qemu-virt-numa/dtb").body)
            for _ in range(2):
                same(mine()["banks"], listed["qemu-virt-numa"]["banks"])
            one = other.get(f"{API}/boards/mine").json()
            same((one["memory"], one["banks"]), ("2G", listed["qemu-virt-numa"]["banks"]))
            same(other.stop(), 0)


@test
def a_dtb_can_be_posted():
    """a board's own DTB posted as octet-stream is executed; its query parameters count"""
    dtb = daemon.get(f"{API}/boards/{BOARD}/dtb").body
    check(dtb.startswith(b"\xd0\x0d\xfe\xed"))
    r = daemon.post_dtb(dtb, "?kernel=6.7&memory=2G@0x40000000")
    same(r.status, 201)
    same(daemon.post_dtb(dtb, "?kernel=6.7&memory=2G@0x40000000").status, 200)
    check(daemon.post_dtb(dtb, "?kernel=6.7").json()["id"] != r.json()["id"])
    problem(daemon.post_dtb(dtb, "?kernel=6.7&colour=red"), 400, "bad-parameter")


@test
def bad_boards_are_named():
    """a DTB that is none: 422, with where; an empty one too; the refusal is remembered"""
    for dtb in (b"", b"x", b"not a device tree at all" * 10, b"\xd0\x0d\xfe\xed" + b"\0" * 36):
        body = problem(daemon.post_dtb(dtb, "?kernel=6.7"), 422, "board-rejected")
        check(body.get("where") or body.get("node"), body)


@test
def bad_json_is_named():
    """a body that is no JSON, or not ours: 400 and a sentence"""
    head = {"Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b'"x"', b'{"board":1}', b'{"board":"a","board":"b"}', b'{"bored":"x"}',
                 b'{"board":"\xff"}', b"[" * 5000, b'{"loader":{"dtb":5}}'):
        problem(daemon.ask("POST", f"{API}/runs", head, body), 400, "bad-parameter")
    problem(daemon.post({"board": "../../etc/passwd"}), 404, "not-found")
    problem(daemon.post({"board": BOARD, "kernel": "/etc/passwd"}), 404, "not-found")


@test
def bodies_have_types_and_limits():
    """415 for other types, 413 for too much, said in advance or not"""
    for kind in (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"):
        problem(daemon.ask("POST", f"{API}/runs", {"Content-Type": kind}, b"{}"), 415, "unsupported-type")
    same(daemon.ask("POST", f"{API}/runs", {"Content-Type": "application/json; charset=utf-8"},
                    json.dumps({"board": BOARD}).encode()).status, 200)
    r = daemon.ask("POST", f"{API}/runs", {"Content-Type": "application/octet-stream", "Content-Length": "99999999"}, b"")
    problem(r, 413, "too-large")
    for _ in range(20):
        problem(daemon.post_dtb(b"x" * (4 << 20)), 413, "too-large")
        problem(daemon.ask("POST", f"{API}/runs", {"Content-Type": "text/plain"}, b"x" * (4 << 20)), 415, "unsupported-type")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    r = daemon.ask("POST", f"{API}/runs", {"Content-Type": "application/json", "Transfer-Encoding": "chunked",
                                         "Content-Length": None}, chunk * 20 + b"0\r\n\r\n")
    problem(r, 413, "too-large")


@test
def chunked_bodies_work():
    """a chunked body is as good as one with a length"""
    body = json.dumps({"board": BOARD}).encode()
    r = daemon.ask("POST", f"{API}/runs", {"Content-Type": "application/json", "Transfer-Encoding": "chunked",
                                         "Content-Length": None},
                   b"".join(b"1\r\n" + bytes([c]) + b"\r\n" for c in body) + b"0\r\n\r\n")
    same(r.json()["id"], run)


@test
def unknown_runs_say_what_to_do():
    """an id that is not known: 404 with a hint, under every address"""
    for tail in ("", "/events", "/state", "/log", "/state/zones"):
        body = problem(daemon.get(f"{API}/runs/{'0' * 64}{tail}"), 404, "unknown-run")
        check("POST" in body["detail"], body)
    for bad in ("x", "0" * 63, "A" * 64, "%2e%2e", "0" * 65):
        problem(daemon.get(f"{API}/runs/{bad}"), 404, "unknown-run")


@test
def free_lists_of_a_moment():
    """buddyinfo and both indexes with at= are of the free lists of that moment, as the state has them"""
    same(daemon.get(f"{RUN}/buddyinfo?at=end").text(), daemon.get(f"{RUN}/buddyinfo").text())
    for at in ("memblock_free_all", "kmem_cache_init"):
        free = {}
        for row in daemon.get(f"{RUN}/state/freelists?at={at}").json()["rows"]:
            zone = free.setdefault((str(row["node"]), row["zone"]), {})
            zone[row["order"]] = zone.get(row["order"], 0) + row["nr_free"]
        for line in daemon.get(f"{RUN}/buddyinfo?at={at}").text().splitlines():
            words = line.replace(",", "").split()
            zone = free.get((words[1], words[3]), {})
            same([int(n) for n in words[4:]], [zone.get(o, 0) for o in range(len(words) - 4)])
        for line in daemon.get(f"{RUN}/unusable_index?at={at}").text().splitlines():
            words = line.replace(",", "").split()
            zone = free.get((words[1], words[3]), {})
            pages = sum(n << o for o, n in zone.items())
            for order, said in enumerate(words[4:]):
                small = sum(n << o for o, n in zone.items() if o < order)
                same(said, f"{small * 1000 // pages // 1000}.{small * 1000 // pages % 1000:03d}" if pages else "1.000")


@test
def states_have_moments():
    """state?at=: a number, a step's name, the end without; what is none is refused"""
    last = daemon.get(f"{RUN}/state").json()
    same(daemon.get(f"{RUN}/state?at={last['seq']}").json(), last)
    first = daemon.get(f"{RUN}/state?at=0").json()
    same(first["seq"], 0)
    same(daemon.get(f"{RUN}/state/zones?at=0").json()["rows"], first["tables"]["zones"])
    problem(daemon.get(f"{RUN}/state?at={last['seq'] + 1}"), 404, "not-found")
    problem(daemon.get(f"{RUN}/state?at=no_such_step"), 404, "not-found")
    problem(daemon.get(f"{RUN}/state/nonsense"), 404, "not-found")
    problem(daemon.get(f"{RUN}/log?at=0"), 400, "bad-parameter")
    check("format=json" in problem(daemon.get(f"{RUN}/memblock?at=0"), 400, "bad-parameter")["detail"])
    for at in ("-1", "1e3", "99999999999999999999", "a%20b", "a'b", "x" * 200, "0x10"):
        r = daemon.get(f"{RUN}/state?at={at}")
        check(r.status in (400, 404), f"{at}: {r.status}")


@test
def steps_have_pictures():
    """steps/N.svg: well-formed, the same by number and by name, different where something changed"""
    import xml.etree.ElementTree as xml
    steps = daemon.get(RUN).json()["steps"]
    pictures = {}
    for name in ("setup_arch", "paging_init", "start_kernel"):
        number = next(s["index"] for s in steps if s["name"] == name)
        r = daemon.get(f"{RUN}/steps/{number}.svg")
        same(r.header("content-type"), "image/svg+xml")
        root = xml.fromstring(r.body)
        same(root.tag, "{http://www.w3.org/2000/svg}svg")
        check(name in root[0].text, root[0].text)
        check(len(root) < 5000 and "style" not in r.text(), len(root))
        same(daemon.get(f"{RUN}/steps/{name}.svg").body, r.body)
        pictures[name] = r.body
    same(len(set(pictures.values())), 3)
    for wrong in ("9999.svg", "none.svg", "0.png", ".svg", "0.svg/x", "-1.svg"):
        problem(daemon.get(f"{RUN}/steps/{wrong}"), 404, "not-found")


@test
def nothing_else_is_there():
    """404 for what is not there, 405 with Allow, 501 for methods nobody knows, OPTIONS says what goes"""
    for path in ("/nothing", f"{API}/nothing", f"{API}/", f"{RUN}/", f"{RUN}/nothing", f"{RUN}/state/zones/x",
                 f"{API}/boards/none", f"{API}/boards/none/dtb", f"{API}/boards/none/dts", f"{API}/kernels/none",
                 f"{API}/schemas/none.json", f"{API}/problems/none"):
        problem(daemon.get(path), 404, "not-found")
    for method, path, allow in (("POST", RUN, "GET, HEAD, OPTIONS"), ("DELETE", RUN, "GET, HEAD, OPTIONS"),
                                ("GET", f"{API}/runs", "POST, OPTIONS"), ("PUT", f"{API}/runs", "POST, OPTIONS"),
                                ("POST", "/", "GET, HEAD, OPTIONS"), ("PATCH", "/healthz", "GET, HEAD, OPTIONS")):
        r = daemon.ask(method, path)
        problem(r, 405, "method-not-allowed")
        same(r.header("allow"), allow)
    problem(daemon.ask("BREW", "/"), 501, "not-implemented")
    r = daemon.ask("OPTIONS", f"{API}/runs")
    same((r.status, r.header("allow"), r.body), (204, "POST, OPTIONS", b""))


@test
def files_come_gzipped():
    """the page comes gzipped to who wants it, with a tag of its own"""
    import gzip
    plain = daemon.get("/")
    packed = daemon.get("/", {"Accept-Encoding": "br, gzip"})
    same(packed.header("content-encoding"), "gzip")
    same(gzip.decompress(packed.body), plain.body)
    check(packed.header("etag") != plain.header("etag"))
    same((packed.header("vary"), plain.header("vary")), ("Accept-Encoding", "Accept-Encoding"))
    same(daemon.get("/", {"Accept-Encoding": "gzip;q=0"}).header("content-encoding"), None)
    check("script-src 'self'" in plain.header("content-security-policy"))
    check("unsafe" not in plain.header("content-security-policy"))


@test
def links_lead_somewhere():
    """every link of the service document, the manifest and a board leads to a 200 or a redirect"""
    service = daemon.get(API).json()
    for name in ("self", "boards", "kernels", "openapi", "problems", "health", "metrics", "page"):
        same(daemon.get(service["links"][name]).status, 200, name)
    for name, link in daemon.get(RUN).json().get("links", {}).items():
        same(daemon.get(link).status, 200, name)
    for name, link in daemon.get(f"{API}/boards/{BOARD}").json()["links"].items():
        check(daemon.get(link).status in (200, 303), name)


@test
def documents_are_what_they_say():
    """OpenAPI's paths answer with a status that they name"""
    api = daemon.get(f"{API}/openapi.json")
    document = api.json()
    same(document["openapi"], "3.1.0")
    for path, item in document["paths"].items():
        address = (path.replace("{board}", BOARD).replace("{kernel}", "6.7").replace("{id}", run)
                   .replace("{table}", "zones").replace("{step}", "paging_init").replace("{report}", "log").replace("{code}", "internal")
                   .replace("{name}", "event.json").replace("{other}", run))
        for method in set(item) - {"delete"} if "/live" not in path else ():
            query = (f"?board={BOARD}" if path.endswith("/run") else
                     f"?board={BOARD}&x=cma=64M" if path.endswith("/sweep") else "")
            r = daemon.post({"board": BOARD}) if method == "post" else daemon.get(address + query)
            check(str(r.status) in item[method]["responses"], f"{method} {address}: {r.status}")
    same(len(daemon.get(f"{API}/problems").json()["problems"]), len({
        p["type"] for p in daemon.get(f"{API}/problems").json()["problems"]}))


@test
def metrics_are_openmetrics():
    """metrics: every sample has a type, counters end in _total, the text ends as it must"""
    text = daemon.get("/metrics").text()
    check(text.endswith("# EOF\n"))
    types = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name = line.split("{")[0].split(" ")[0]
        family = re.sub("_(total|info|bucket|count|sum)$", "", name)
        check(family in types, line)
        same(name.endswith("_total"), types[family] == "counter", line)
    same(daemon.get("/metrics").header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8")
    # The client library of Prometheus reads it, where it is installed.
    parse = "import sys\nfrom prometheus_client.openmetrics import parser\nprint(len(list(parser.text_string_to_metric_families(sys.stdin.read()))))"
    if not subprocess.run(["/usr/bin/python3", "-c", "import prometheus_client"], capture_output=True, check=False).returncode:
        r = subprocess.run(["/usr/bin/python3", "-c", parse], input=text, capture_output=True, text=True, check=False)
        same((r.returncode, int(r.stdout or 0)), (0, len(types)), r.stderr)
    before = daemon.metrics()
    daemon.get(RUN)
    after = daemon.metrics()
    check(after["mmscope_store_hits_total"] > before["mmscope_store_hits_total"])
    same(after["mmscope_helper_up"], 1.0)


@test
def latency_is_a_histogram():
    """metrics: every reply is in one class of latency, each class counts those below it, the last one all"""
    def classes():
        return {k: v for k, v in daemon.metrics().items() if k.startswith("mmscope_http_request_seconds_bucket")}
    before = classes()
    limits = [float(k.split('"')[1]) for k in before]
    same((limits, limits[-1]), (sorted(limits), float("inf")))
    same(list(before.values()), sorted(before.values()))
    for _ in range(10):
        daemon.get("/healthz")
    after = classes()
    last = list(after)[-1]
    # The ten, and the question that brought `before`.
    same(after[last] - before[last], 11)
    numbers = daemon.metrics()
    same(numbers["mmscope_http_request_seconds_count"], after[last] + 1)
    check(0 < numbers["mmscope_http_request_seconds_sum"] < 3600, numbers["mmscope_http_request_seconds_sum"])


@test
def a_unix_socket_works():
    """--listen unix:PATH: the same answers, the file gone afterwards, a stale one replaced"""
    import os
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s")
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(path)
        stale.close()
        with Daemon(listen=f"unix:{path}") as other:
            same(other.path, path)
            check(other.get("/healthz").text().startswith("ok\n"), "not well")
            same(other.run(), run)
        # Who was root may not clean up in root's folder any more; the next server does.
        check(os.geteuid() == 0 or not os.path.exists(path), "socket left behind")


@test
def a_socket_can_be_handed_over():
    """systemd's protocol: the socket that is handed over is served, and outlives the server"""
    import subprocess

    from mmhttp import Response, program
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    script = f'exec 3<&{listening.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" serve'
    for _ in range(2):
        server = subprocess.Popen(["bash", "-c", script, program()], pass_fds=[listening.fileno()],
                                  stdout=subprocess.PIPE, text=True)
        same(server.stdout.readline(), f"http://127.0.0.1:{port}/\n")
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            same(Response(s, "GET").status, 200)
        server.terminate()
        same(server.wait(20), 0)
        server.stdout.close()
    listening.close()


@test
def what_is_handed_over_is_served_or_refused():
    """two sockets, one beside --listen, one that does not listen: refused with the reason, so that nobody waits at them"""
    import subprocess

    from mmhttp import program
    one, two = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for given, nr, options, said in ((one, 2, "", "2 sockets"), (one, 1, "--listen 127.0.0.1:0", "leave one of them out"),
                                     (datagrams, 1, "", "does not listen")):
        script = f'exec 3<&{given.fileno()} 4<&{two.fileno()}; export LISTEN_FDS={nr} LISTEN_PID=$$; exec "$0" serve {options}'
        r = subprocess.run(["bash", "-c", script, program()], pass_fds=[given.fileno(), two.fileno()], capture_output=True, text=True, timeout=30)
        same((r.returncode, r.stdout), (2, ""), said)
        check(said in r.stderr, r.stderr)
    for s in (one, two, datagrams):
        s.close()


@test
def a_busy_port_is_named():
    """a port in use: one sentence that says so and what to do, exit 4"""
    import subprocess

    from mmhttp import program
    r = subprocess.run([program(), "serve", "--listen", daemon.host], capture_output=True, text=True, timeout=30)
    same((r.returncode, r.stdout), (4, ""))
    check("is in use" in r.stderr and "127.0.0.1:0" in r.stderr, r.stderr)
    for wrong in (["--listen", "nonsense"], ["--listen", "127.0.0.1:99999"], ["--workers", "0"], ["extra"], ["--nope"]):
        r = subprocess.run([program(), "serve", *wrong], capture_output=True, text=True, timeout=30)
        same((r.returncode, r.stdout), (2, ""), wrong)
        check("--help" in r.stderr, r.stderr)


@test
def it_ends_clean():
    """SIGTERM ends it with status 0 and no child left"""
    children = daemon.children()
    same(daemon.stop(), 0)
    import os
    for pid in children:
        check(not os.path.exists(f"/proc/{pid}"), f"child {pid} is left")


test.main()
