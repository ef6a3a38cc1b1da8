#!/usr/bin/env python3
"""The whole log of two boards, event by event, is what it was when somebody last looked.

tests/golden/BOARD-KERNEL.events.gz holds it; a change must be looked at and then kept with
    tests/golden.py --keep
What came out instead lies in tests/golden-new/ of the build folder, and the first difference of each is shown.
Both must also be the same from the program with sanitizers and from a second run: same input, same bytes.
"""
import gzip, json, os, pathlib, subprocess, sys

src = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
build = pathlib.Path(os.environ.get("BUILDDIR", src / "build"))
mmscope = os.environ.get("MMSCOPE", str(build / "mmscope"))
sanitized = os.environ.get("MMSCOPE_SAN", str(build / "tests/mmscope-san"))
BOOTS = [("qemu-virt", "6.7"), ("qemu-virt-numa", "6.12")]


def events(program, board, kernel):
    return subprocess.run([program, "boot", board, "-k", kernel, "-o", "events"], check=True, capture_output=True).stdout


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
    for board, kernel in BOOTS:
        path = src / f"tests/golden/{board}-{kernel}.events.gz"
        path.write_bytes(gzip.compress(events(mmscope, board, kernel), 9, mtime=0))
        print(path)


def main():
    number, failed = 0, False

    def ok(good, sentence):
        nonlocal number, failed
        number += 1
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {sentence}")

    for board, kernel in BOOTS:
        now = events(mmscope, board, kernel)
        path = src / f"tests/golden/{board}-{kernel}.events.gz"
        then = gzip.decompress(path.read_bytes())
        if now != then:
            new = build / "tests/golden-new"
            new.mkdir(parents=True, exist_ok=True)
            (new / path.name).write_bytes(gzip.compress(now, 9, mtime=0))
            print("# " + first_difference(summary(then), summary(now)))
            print(f"# all of it: {new / path.name}; if that is right: tests/golden.py --keep")
        ok(now == then, f"the events of {board} under {kernel} are those that were kept")
        ok(now == events(mmscope, board, kernel), "and a second run writes the same bytes")
        if os.access(sanitized, os.X_OK):
            ok(now == events(sanitized, board, kernel), "and so does a build by other compiler flags")
    print(f"1..{number}")
    return failed


sys.exit(keep() if sys.argv[1:] == ["--keep"] else main())
