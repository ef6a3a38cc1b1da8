# SPDX-License-Identifier: GPL-2.0-or-later
"""Run answers in the content coding that a client asks for: chosen by quality, made once, kept, tagged apart."""
import subprocess
import threading
import zlib

from mmhttp import API, Daemon, Tap, check, problem, same

test = Tap()
daemon = Daemon()
RUN = f"{API}/runs/{daemon.run()}"
ANSWERS = ("", "/events", "/events?format=ndjson", "/phases", "/log", "/state", "/metrics?format=json")


def decode(response):
    """The body as it was before it was coded."""
    coding = response.header("content-encoding")
    if coding == "gzip":
        return zlib.decompress(response.body, 31)
    if coding == "zstd":
        return subprocess.run(["zstd", "-dcq"], input=response.body, stdout=subprocess.PIPE, check=True).stdout
    return response.body


def get(path, coding, **fields):
    headers = {"Accept-Encoding": coding, **{k.replace("_", "-"): v for k, v in fields.items()}}
    return daemon.get(RUN + path, {k: v for k, v in headers.items() if v is not None})


@test
def the_body_is_the_same_and_smaller():
    """every answer of a run is had as gzip and as zstd, and is what it is without"""
    for path in ANSWERS:
        plain = get(path, None)
        same((plain.status, plain.header("content-encoding")), (200, None), path)
        for coding in ("gzip", "zstd"):
            coded = get(path, coding)
            same((coded.status, coded.header("content-encoding")), (200, coding), path)
            same(int(coded.header("content-length")), len(coded.body), path)
            check(len(coded.body) * 2 < len(plain.body), f"{path}: {len(coded.body)} of {len(plain.body)}")
            same(decode(coded), plain.body, path)
            same(coded.header("content-type"), plain.header("content-type"), path)


@test
def who_says_nothing_gets_it_as_it_is():
    """without the header, with codings that we lack, or for less than a packet, nothing is coded"""
    for coding in (None, "", "br, deflate", "identity", "gzip;q=0, zstd;q=0"):
        same(get("/log", coding).header("content-encoding"), None, coding)
    small = get("/state?at=3", "gzip, zstd")
    same(small.header("content-encoding"), None)
    check(len(small.body) < 1024, len(small.body))
    same(get("/state?at=3", "gzip, identity;q=0").header("content-encoding"), "gzip")


@test
def quality_decides():
    """q-values choose; of equals the smaller wins; * is no wish for zstd"""
    for coding, wanted in (("gzip, deflate, br, zstd", "zstd"), ("gzip;q=1, zstd;q=0.9", "gzip"), ("*", "gzip"),
                           ("gzip;q=0.4, identity;q=0.8", None), ("GZIP ; q=0.3", "gzip"), ("zstd;q=0, *", "gzip")):
        same(get("/log", coding).header("content-encoding"), wanted, coding)


@test
def nothing_acceptable_is_406():
    """identity;q=0 without a coding that we have is refused, and the refusal itself is readable"""
    for coding in ("identity;q=0", "*;q=0", "br, *;q=0"):
        refused = get("/log", coding)
        body = problem(refused, 406, "not-acceptable")
        check("gzip" in body["detail"] and "zstd" in body["detail"], body["detail"])
        same(refused.header("content-encoding"), None)


@test
def tags_are_apart():
    """each form has an ETag of its own, and Vary says what it hangs on"""
    for path in ANSWERS + ("/events?kind=alloc,free",):
        plain, gzip, zstd = (get(path, coding) for coding in (None, "gzip", "zstd"))
        tags = [r.header("etag") for r in (plain, gzip, zstd)]
        same(len(set(tags)), 3, path)
        for r in (plain, gzip, zstd):
            check("Accept-Encoding" in r.header("vary").split(", "), path)
        for i, coding in enumerate((None, "gzip", "zstd")):
            for j, tag in enumerate(tags):
                again = get(path, coding, If_None_Match=tag)
                same(again.status, 304 if i == j else 200, f"{path} {coding}")
                if i == j:
                    same(again.header("etag"), tag)


@test
def it_is_made_once():
    """thirty clients at once make one coded answer, which the next one finds"""
    run = daemon.post({"board": "qemu-virt-numa"}).json()["id"]
    path = f"{API}/runs/{run}/events"
    plain = daemon.get(path)
    before = daemon.metrics()
    bodies = []
    asking = [threading.Thread(target=lambda: bodies.append(daemon.get(path, {"Accept-Encoding": "gzip"}).body))
              for _ in range(30)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    same(len(bodies), 30)
    same(len(set(bodies)), 1)
    same(zlib.decompress(bodies[0], 31), plain.body)
    after = daemon.metrics()
    same(after["mmscope_store_misses_total"] - before["mmscope_store_misses_total"], 1)
    same(after["mmscope_jobs_total"], before["mmscope_jobs_total"])


@test
def head_and_post_know_it():
    """HEAD says what GET would; POST /runs is coded as well"""
    get_it = get("/log", "gzip")
    head = daemon.ask("HEAD", RUN + "/log", {"Accept-Encoding": "gzip"})
    for name in ("content-length", "content-encoding", "etag", "vary"):
        same(head.header(name), get_it.header(name), name)
    posted = daemon.post({"board": "qemu-virt"}, {"Accept-Encoding": "zstd"})
    same((posted.status, posted.header("content-encoding")), (200, "zstd"))
    same(decode(posted), get("", None).body)


@test
def live_streams_are_plain():
    """Server-Sent Events and paced lines are not coded: they come one by one"""
    for query in ("format=sse", "format=ndjson&pace=100000"):
        same(get(f"/events?{query}", "gzip, zstd").header("content-encoding"), None, query)


@test
def long_names_stay_apart():
    """two questions that differ behind their 200th letter have two answers"""
    kinds = ",".join(["alloc"] * 20)
    steps = ",".join(["setup_per_cpu_areas"] * 6)
    query = f"/events?format=ndjson&kind={kinds}&step={steps}&owner={','.join(['memmap'] * 11)}"
    answers = {owner: get(f"{query},{owner}", None) for owner in ("percpu", "memmap")}
    same({owner: answer.status for owner, answer in answers.items()}, {"percpu": 200, "memmap": 204})
    same(answers["percpu"].body, get("/events?format=ndjson&kind=alloc&step=setup_per_cpu_areas&owner=percpu", None).body)


@test
def a_server_that_ends_lets_them_go():
    """who waits for a coded answer when the server ends does not keep it from ending"""
    with Daemon() as other:
        path = f"{API}/runs/{other.post({'board': 'numa16-64t'}).json()['id']}/events"
        waiting = [other.connect() for _ in range(4)]
        for sock in waiting:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {other.host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        same(other.stop(), 0)
        for sock in waiting:
            sock.close()


test.main()
