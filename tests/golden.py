#!/usr/bin/env python3
"""The whole log of a few boots, event by event, is what it was when somebody last looked: two boards, the allocators of
4.9 that no capture shows object by object, and what booted machines were asked to do.

tests/golden/BOARD-KERNEL.events.gz holds it; a change must be looked at and then kept with
    tests/golden.py --keep
What came out instead lies in tests/golden-new/ of the build folder, and the first difference of each is shown.
Both must also be the same from the program with sanitizers and from a second run: same input, same bytes.
"""
import gzip, json, os, pathlib, subprocess, sys, tempfile

src = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
build = pathlib.Path(os.environ.get("BUILDDIR", src / "build"))
mmscope = os.environ.get("MMSCOPE", str(build / "mmscope"))
sanitized = os.environ.get("MMSCOPE_SAN", str(build / "tests/mmscope-san"))
OPERATIONS = """
a = bulk 40; b = alloc order=4; split b; c = alloc movable gfp=HIGHUSER_MOVABLE; d = alloc order=9 movable gfp=HIGHUSER_MOVABLE
repeat 60 { e = kmalloc 1000 }; repeat 20 { f = kmalloc 200 cpu=1 }; g = kmalloc 9000
h = kmem_cache_create 300 hwcache_align; repeat 40 { i = kmem_cache_alloc cache=h }; kmem_cache_free i all cpu=1
free b; release a cpu=1; kfree f all; kfree e; free c; drain all; wait 2; vmstat cpu=0
vm.min_free_kbytes=30000; j = alloc gfp=ATOMIC cpu=1; kfree e all cpu=1; kfree g; free d; free j
"""
BOOTS = [("qemu-virt", "6.7"), ("qemu-virt-numa", "6.12"), ("qemu-virt", "4.9-slob"), ("qemu-virt", "4.9-slab")]
WORKED = [("qemu-virt", "5.10"), ("qemu-virt-numa", "6.12"), ("qemu-virt", "7.2")]
# The boot under them is golden above, or like one that is: what they do begins where it ends.
LOGS = [(board, kernel, "events", None) for board, kernel in BOOTS] + [(board, kernel, "operations", OPERATIONS) for board, kernel in WORKED]


def booted(program, board, kernel, *more):
    return subprocess.run([program, "boot", board, "-k", kernel, "-o", "events", *more], check=True, capture_output=True).stdout


def events(program, board, kernel, _, operations):
    if not operations:
        return booted(program, board, kernel)
    with tempfile.NamedTemporaryFile("w", suffix=".ops") as script:
        script.write(operations)
        script.flush()
        whole = booted(program, board, kernel, "--ops", script.name)
    return whole[len(booted(program, board, kernel)):]


def path_of(board, kernel, what, _):
    return src / f"tests/golden/{board}-{kernel}.{what}.gz"


def summary(log):
    """One line an event: what a reader wants to see in a diff."""
    out = []
    for line in log.decode().splitlines():
        event = json.loads(line)
        text = event.get("text", {})
        facts = " ".join(f"{k}={v}" for k, v in text.items())
        tables = " ".join(f"{s['table']}[{s['at']}]-{len(s.get('del', []))}+{len(s.get('ins', []))}" for s in event.get("splices", []))
        out.append(f"{event['seq']} {event['kind']} x{event.get('count', 1)} {facts} | {tables}")
    return out


def first_difference(old, new):
    for a, b in zip(old, new):
        if a != b:
            return f"was {a}\n# is  {b}"
    return f"{len(old)} events before, {len(new)} now"


def keep():
    (src / "tests/golden").mkdir(exist_ok=True)
    for log in LOGS:
        path = path_of(*log)
        path.write_bytes(gzip.compress(events(mmscope, *log), 9, mtime=0))
        print(path)


def main():
    number, failed = 0, False

    def ok(good, sentence):
        nonlocal number, failed
        number += 1
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {sentence}")

    for log in LOGS:
        board, kernel, what, _ = log
        now = events(mmscope, *log)
        path = path_of(*log)
        then = gzip.decompress(path.read_bytes())
        if now != then:
            new = build / "tests/golden-new"
            new.mkdir(parents=True, exist_ok=True)
            (new / path.name).write_bytes(gzip.compress(now, 9, mtime=0))
            print("# " + first_difference(summary(then), summary(now)))
            print(f"# all of it: {new / path.name}; if that is right: tests/golden.py --keep")
        ok(now == then, f"the {what} of {board} under {kernel} are those that were kept")
        ok(now == events(mmscope, *log), "and a second run writes the same bytes")
        if os.access(sanitized, os.X_OK):
            ok(now == events(sanitized, *log), "and so does a build by other compiler flags")
    print(f"1..{number}")
    return failed


sys.exit(keep() if sys.argv[1:] == ["--keep"] else main())
