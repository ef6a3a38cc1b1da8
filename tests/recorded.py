#!/usr/bin/env python3
"""Builds of which boots were recorded stand in mmcore/versions/recorded.inc, and nothing else decides who is recorded."""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

SRC = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
MMSCOPE = os.environ.get("MMSCOPE", SRC / "build/mmscope")
ROW = re.compile(r'^RECORDED\((\d+), (\d+), (\d+), "(.*)", (\d+)\)$', re.M)


def captured():
    """Of each kernel's release, how many boots tests/captures has."""
    boots = collections.Counter()
    for archive in (SRC / "tests/captures").rglob("*.tar.xz"):
        folder = archive.name[:-len(".tar.xz")]
        with tarfile.open(archive) as tar:
            if archive.parent.name == "derived":
                profile = json.load(tar.extractfile(folder + "/kernel.json"))
            else:
                case = json.load(tar.extractfile(folder + "/case.json"))
                profile = json.loads((SRC / f"boards/kernels/{case['kernel']}.json").read_text())
        boots[tuple(int(n) for n in profile["version"].split("."))] += 1
    return boots


def main():
    found = ROW.findall((SRC / "mmcore/versions/recorded.inc").read_text())
    rows = [(tuple(map(int, row[:3])), row[3], int(row[4])) for row in found]
    counted, boots = collections.Counter(), captured()
    for release, _, nr in rows:
        counted[release] += nr
    failed = False

    def ok(number, good, sentence):
        nonlocal failed
        failed |= not good
        print(f"{'ok' if good else 'not ok'} {number} - {sentence}")

    ok(1, rows == sorted(rows, key=lambda row: row[:2]) and len(set(row[1] for row in rows)) == len(rows), "rows are in order, and once each")
    fewer = [r for r in boots if counted[r] < boots[r]]
    for release in fewer:
        print(f"# {'.'.join(map(str, release))}: {boots[release]} boots in tests/captures, {counted[release]} in recorded.inc")
    ok(2, not fewer, "every recorded boot of tests/captures is counted")
    said = subprocess.run([MMSCOPE, "kernels", "6.12"], capture_output=True, text=True, check=False)
    ok(3, said.returncode == 0 and "unrecorded" not in said.stdout, "a series with a row is not called unrecorded")
    print("1..3")
    return failed


sys.exit(main())
