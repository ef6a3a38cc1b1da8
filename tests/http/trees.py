# SPDX-License-Identifier: GPL-2.0-or-later
"""Device trees that are wrong on purpose, posted to the daemon: each is refused by name and harms nobody."""
import random
import struct
import subprocess
import time
from urllib.parse import quote

from mmhttp import API, BOARD, Daemon, Tap, check, problem, same

test = Tap()
daemon = Daemon("--timeout", "4")
good = daemon.get(f"{API}/boards/{BOARD}/dtb").body

BEGIN, END_NODE, PROP, END = (struct.pack(">I", n) for n in (1, 2, 3, 9))


def tree(structure, strings=b"", reserve=b"", version=17, last=16, end=b"\0" * 16):
    """A DTB around these blocks."""
    reserve += end
    at_structure = 40 + len(reserve)
    at_strings = at_structure + len(structure)
    total = at_strings + len(strings)
    return struct.pack(">10I", 0xd00dfeed, total, at_structure, at_strings, 40, version, last, 0, len(strings),
                       len(structure)) + reserve + structure + strings


def node(name, content=b""):
    text = name.encode() + b"\0"
    return BEGIN + text + b"\0" * (-len(text) % 4) + content + END_NODE


def prop(at, value):
    return PROP + struct.pack(">II", len(value), at) + value + b"\0" * (-len(value) % 4)


def post(dtb):
    return daemon.post_dtb(dtb, "?kernel=6.7")


def refused(dtb, seconds=3.0):
    """Refused with a sentence, soon."""
    begin = time.monotonic()
    r = post(dtb)
    took = time.monotonic() - begin
    body = problem(r, 422, "board-rejected")
    check(took < seconds, f"took {took:.2f} s")
    return body


def answered(dtb):
    """A result or a refusal; what must not be is a crash or a hang."""
    r = post(dtb)
    check(r.status in (200, 201, 413, 422), f"{r.status}: {r.body[:300]}")
    check(b"worker-" not in r.body, r.body[:300])
    return r


OVERLAY = """/dts-v1/; /plugin/;
/ { fragment@0 { target-path = "/"; __overlay__ { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
    video@50000000 { reg = <0 0x50000000 0 0x1000000>; no-map; }; }; }; }; };"""
overlay = subprocess.run(["dtc", "-q", "-O", "dtb"], input=OVERLAY.encode(), capture_output=True, check=True).stdout


@test
def overlays_behind_a_tree_are_applied():
    """an overlay behind the tree, or alone with a board's name, is applied as a boot loader does it"""
    for dtb, query in ((good + overlay, "?kernel=6.7"), (overlay, f"?kernel=6.7&board={BOARD}")):
        r = daemon.post_dtb(dtb, query)
        check(r.status in (200, 201), r.body[:300])
        check(b"video@50000000" in daemon.get(r.header("location") + "/ledger").body)


@test
def a_broken_overlay_is_refused():
    """an overlay that does not fit is refused by its number, and one without a board says what it is"""
    body = problem(post(good + overlay.replace(b"target-path", b"target-pxth")), 422, "board-rejected")
    check("overlay 1" in str(body), str(body))
    check("overlay" in str(problem(post(overlay), 422, "board-rejected")))


@test
def a_good_tree_is_executed():
    """the board's own tree is executed, so that a refusal below means something"""
    check(post(good).status in (200, 201))


@test
def blobs_that_crash_libfdt():
    """an old header version, and aliases that lead to themselves: refused, the daemon lives"""
    empty = node("") + END
    for version in (0, 1, 2, 3, 15, 16, 18):
        refused(tree(empty, version=version, last=min(version, 16)))
    refused(tree(empty, version=3, last=3)[:80].ljust(80, b"\0"))
    strings = b"a\0b\0c\0"
    for loop in (prop(0, b"a\0"), prop(2, b"c/x\0") + prop(4, b"b/x\0")):
        answered(tree(node("", node("aliases", loop)) + END, strings))
        chosen = node("chosen", prop(6, b"a\0") + prop(18, b"a\0"))
        answered(tree(node("", node("aliases", loop) + chosen) + END, strings + b"stdout-path\0bootargs\0"))
    same(daemon.get("/healthz").status, 200)


@test
def trees_that_are_too_much():
    """100 000 nested nodes, a million nodes, 65 000 reservations: refused or done, in time"""
    deep = BEGIN + b"a\0\0\0"
    answered(tree(deep * 100000 + END_NODE * 100000 + END))
    answered(tree(node("", node("x") * 100000) + END))
    answered(tree(node("") + END, reserve=b"".join(struct.pack(">QQ", 0x40000000 + i * 0x4000, 0x1000) for i in range(65000))))
    same(post(b"\xd0\x0d\xfe\xed" + b"\0" * (3 << 20)).status, 413)
    same(daemon.get("/healthz").status, 200)


@test
def headers_that_lie():
    """sizes and offsets that point elsewhere, or are not aligned: refused"""
    for field in range(1, 10):
        for value in (0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff, len(good), len(good) + 1):
            blob = bytearray(good)
            blob[field * 4:field * 4 + 4] = struct.pack(">I", value)
            answered(bytes(blob))
    refused(tree(node("") + END, end=b""))


@test
def cut_trees_are_refused():
    """a tree cut at every 61st byte: refused each time"""
    for cut in range(0, len(good) - 1, 61):
        refused(good[:cut])


@test
def damaged_trees_are_answered():
    """300 trees with flipped bits: a result or a refusal"""
    random.seed(2)
    for _ in range(300):
        blob = bytearray(good)
        for _ in range(random.choice((1, 1, 2, 8, 64))):
            at = random.randrange(len(blob))
            blob[at] ^= 1 << random.randrange(8)
        answered(bytes(blob))
    same(daemon.get("/healthz").status, 200)


@test
def memory_that_makes_no_sense():
    """memory that wraps, overlaps, is empty or immense: a result or a refusal"""
    for memory in ("0x1", "1G@0xffffffffffffff00", "16E@0", "0xffffffffffffffff@1", "1G@0x40000001", "4K@0x40000000",
                   ",".join(f"1M@{0x40000000 + i * 0x200000:#x}" for i in range(1000))):
        r = daemon.post({"board": BOARD, "memory": memory})
        check(r.status in (200, 201, 400, 422), f"{memory[:40]}: {r.status} {r.body[:200]}")
        check(b"worker-" not in r.body, r.body[:300])


@test
def parameters_that_make_no_sense():
    """kernel parameters with absurd values: a result or a refusal"""
    for cmdline in ("mem=1", "crashkernel=64G", "cma=64G@0", "movablecore=99999999999G", "kernelcore=mirror", "hugepages=99999999999",
                    "numa=fake=1000", "memblock=debug " * 130, "\t\x01", "\"", "= = =", "default_hugepagesz=1G hugepagesz=1G hugepages=5000",
                    "possible_cpus=99999", "nr_cpus=0", "log_buf_len=16E", "swiotlb=99999999999", "percpu_alloc=page"):
        r = daemon.post({"board": BOARD, "cmdline": cmdline})
        check(r.status in (200, 201, 400, 422), f"{cmdline[:40]}: {r.status} {r.body[:200]}")
        check(b"worker-" not in r.body, r.body[:300])


ONE_CELL = subprocess.run(["dtc", "-q", "-O", "dtb"], input=b'''/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; compatible = "x";
    memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; }; };''', capture_output=True, check=True).stdout


@test
def reserved_nodes_that_make_no_sense():
    """what is reserved besides: a 400 that names the field, in a query as in JSON, and a 422 where the tree cannot hold it"""
    for reserved in ("x", "a@1=1", "a=1,2,often", "a=0xfffffffffffff000,8K", "=1,2", "a b=1,2", ";".join(f"n@{i}=0,0" for i in range(300))):
        for body in (problem(daemon.post({"board": BOARD, "reserved": reserved}), 400, "bad-parameter"),
                     problem(daemon.get(f"{API}/run?board={BOARD}&reserved={quote(reserved)}"), 400, "bad-parameter")):
            same(body["where"], "reserved")
            check(body["detail"].startswith("reserved: "), body)
    for value in ([1], 7, {}, True):
        body = problem(daemon.post({"board": BOARD, "reserved": value}), 400, "bad-parameter")
        same((body["where"], body["node"]), ("request", "reserved"))
    body = problem(daemon.post_dtb(ONE_CELL, "?reserved=x@1=0x100000000,0x1000"), 422, "board-rejected")
    check("x@1 of 0x1000 bytes at 0x100000000 does not fit" in body["detail"], body)
    for nothing in ("", None):
        check(daemon.post({"board": BOARD, "reserved": nothing}).status in (200, 201))


@test
def the_daemon_ends_clean():
    """after all that: no worker crashed or was stopped, and the daemon ends with status 0"""
    m = daemon.metrics()
    same((m["mmscope_jobs_crashed_total"], m["mmscope_jobs_timed_out_total"]), (0, 0))
    same(daemon.stop(), 0)


test.main()
