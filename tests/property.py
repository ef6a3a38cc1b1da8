# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fix that `mmscope check` offers, applied by hand, takes its finding away and brings none that it did not announce.

Boards out of a random number generator, broken in the ways that people break them. Fixes are applied as a user would: the new
command line is given, the loader's options are added, and the piece of .dts is appended to the file.

    tests/property.py [--boards N] [--seed S]    N boards from S on (default 40, 1; 2000 before a release)
    tests/property.py --one SEED                 one board, told in detail
"""
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SRC = Path(os.environ.get("SRCDIR", Path(__file__).resolve().parent.parent))
PROGRAM = os.environ.get("MMSCOPE", str(SRC / "build" / "mmscope"))
KERNELS = ["4.9", "5.10", "6.1", "6.7", "6.12", "6.12-16k", "7.2"]
MIB = 1 << 20
PLACES = [0, 0x40000000, 0x80000000]


def cells(*numbers):
    return "<" + " ".join(f"0x{n >> 32:x} 0x{n & 0xffffffff:x}" for n in numbers) + ">"


class Board:
    """A .dts, a command line and a loader's addresses."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.base = self.r.choice(PLACES)
        self.size = self.r.choice([256, 512, 1024, 2048, 3072]) * MIB
        self.banks = [(self.base, self.size)]
        if self.one_in(3):
            self.banks.append((0x100000000, self.r.choice([512, 1024, 4096]) * MIB))
        if self.one_in(6):
            self.banks[0] = (self.base, self.size - self.r.randrange(1, 64) * 0x800)
        self.numa = self.one_in(5) and len(self.banks) > 1
        self.kernel = self.r.choice(KERNELS)
        self.memreserve = [(self.somewhere(MIB), 16 * 4096) for _ in range(self.r.randrange(3) if self.one_in(4) else 0)]
        self.reserved = [self.region(i) for i in range(self.r.randrange(5))]
        self.root = self.r.choice(["2 2 ranges"] * 12 + ["2 1 ranges", "1 2 ranges", "2 2 ", "- - "])
        self.cmdline = " ".join(self.word() for _ in range(self.r.randrange(4)))
        self.options = self.loader()

    def one_in(self, n):
        return self.r.randrange(n) == 0

    def somewhere(self, align):
        return self.base + self.r.randrange(0, self.size, align)

    def region(self, i):
        """A child of /reserved-memory, good or bad."""
        size = self.r.choice([0x1000, MIB, 2 * MIB, 4 * MIB, 16 * MIB, 64 * MIB, self.size // 2, self.size * 3 // 4])
        at = self.somewhere(self.r.choice([0x1000, MIB, 2 * MIB, 32 * MIB]))
        flags = self.r.choice(["", "no-map;", "no-map;", 'compatible = "shared-dma-pool"; reusable;',
                               'compatible = "shared-dma-pool"; reusable; linux,cma-default;',
                               'compatible = "shared-dma-pool"; linux,cma-default;', 'compatible = "shared-dma-pool"; no-map;'])
        kind = self.r.randrange(12)
        if kind < 6:
            return f"fixed@{at:x} {{ reg = {cells(at, size)}; {flags} }};"
        if kind < 9:
            text = f"size = {cells(size)}; {flags}"
            if self.one_in(2):
                text += f" alloc-ranges = {cells(at, self.r.choice([size, 2 * size, 128 * MIB]))};"
            if self.one_in(3):
                text += f" alignment = {cells(self.r.choice([0x1000, 4 * MIB, 64 * MIB]))};"
            return f"placed{i} {{ {text} }};"
        return [f"short{i} {{ size = <0x{size:x}>; {flags} }};", f"empty@{i} {{ reg = {cells(0, 0)}; {flags} }};",
                f"away@{at:x} {{ reg = {cells(at + 0x2000000000, size)}; {flags} }};"][kind - 9]

    def word(self):
        size = self.r.choice([16, 64, 256, 900, 2048])
        return self.r.choice([
            f"cma={size}M", f"cma={size}M@0x{self.somewhere(0x10000):x}", f"crashkernel={size}M", f"crashkernel={size}M,high",
            "crashkernel=128M,low", f"crashkernel={size}M@0x{self.somewhere(MIB):x}", "crashkernel=8G-:64M", "crashkernel=x",
            "hugepagesz=1G hugepages=2", "hugepages=64", f"hugepages={self.size // MIB}", f"mem={self.size // MIB // 2}M",
            "swiotlb=65536", "swiotlb=1048576", "numa=fake=2", "loglevel=x", "hugetlb_cma=1M", "hugetlb_cma=1G", "quiet",
            "reserve_mem=4M:4096:x", "hugepagesz=3M"])

    def loader(self):
        out = []
        if self.one_in(3):
            out += ["--dtb-addr", hex(self.somewhere(2 * MIB))]
        if self.one_in(6):
            out += ["--image-addr", hex(self.somewhere(self.r.choice([2 * MIB, 2 * MIB, 0x10000])))]
        if self.one_in(5):
            out += ["--initrd", f"{hex(self.somewhere(MIB))},{8 * MIB}"]
        return out

    def dts(self):
        text = "/dts-v1/;\n" + "".join(f"/memreserve/ 0x{at:x} 0x{size:x};\n" for at, size in self.memreserve)
        text += '/ { #address-cells = <2>; #size-cells = <2>; compatible = "test,random";\n'
        for i, (base, size) in enumerate(self.banks):
            kind = "" if i and self.one_in(8) else 'device_type = "memory"; '
            nid = f"numa-node-id = <{i}>; " if self.numa and not (i and self.one_in(3)) else ""
            text += f"memory@{base:x} {{ {kind}{nid}reg = {cells(base, size)}; }};\n"
        text += "cpus { #address-cells = <1>; #size-cells = <0>;\n"
        for cpu in range(2):
            nid = f" numa-node-id = <{cpu}>;" if self.numa else ""
            text += f'cpu@{cpu} {{ device_type = "cpu"; compatible = "arm,cortex-a57"; reg = <{cpu}>; enable-method = "psci";{nid} }};\n'
        ac, sc, ranges = self.root.split(" ")
        text += "};\nreserved-memory { " + (f"#address-cells = <{ac}>; " if ac != "-" else "")
        text += (f"#size-cells = <{sc}>; " if sc != "-" else "") + (f"{ranges}; " if ranges else "") + "\n"
        seen = set()
        for region in self.reserved:
            name = region.split(" ")[0]
            if name not in seen:
                text += region + "\n"
            seen.add(name)
        return text + "};\n};\n"


def check(path, kernel, cmdline, options, *more):
    """The findings of one boot; None with a reason if the input is refused."""
    args = [PROGRAM, "check", str(path), "-k", kernel, "-c", cmdline, *options, *more, "--format", "json"]
    done = subprocess.run(args, capture_output=True, text=True, timeout=120)
    if done.returncode not in (0, 1):
        return None, f"exit status {done.returncode}: {done.stderr.strip() or done.stdout.strip()[:300]}"
    return json.loads(done.stdout)["checks"][0]["findings"], ""


def apply_options(options, added):
    """The loader's options with those of a fix in place of their like."""
    out, words = list(options), shlex.split(added)
    for name, value in zip(words[::2], words[1::2]):
        if name in out:
            out[out.index(name) + 1] = value
        else:
            out += [name, value]
    return out


def key(f):
    return f["rule"], f["subject"], f.get("base")


def wrong_with_fix(folder, board, text, before, f, fix):
    """Why a fix does not hold, or None."""
    path = Path(folder) / "fixed.dts"
    path.write_text(text + fix["dts"] + "\n")
    options = apply_options(board.options, fix["loader"])
    after, why = check(path, board.kernel, board.cmdline if fix["cmdline"] is None else fix["cmdline"], options, "--no-fix")
    if after is None:
        return f"cannot be booted: {why}"
    known = {key(b) for b in before}
    for now in after:
        if (now["rule"], now["subject"]) == (f["rule"], f["subject"]):
            return "the finding stays"
        if key(now) in known:
            continue
        if f"then: {now['severity']}[{now['rule']}]" in fix["effect"]:
            continue
        if now["severity"] != "note":
            return f"brings {now['severity']}[{now['rule']}] {now['subject']}: {now['cause']}"
        if f"new note: {now['rule']}" not in fix["effect"]:
            return f"brings a note that it does not announce: {now['rule']} {now['subject']}"
    return None


def try_board(seed):
    """(findings, fixes, [complaints]) of one board."""
    board = Board(seed)
    text, complaints, fixes = board.dts(), [], 0
    with tempfile.TemporaryDirectory(prefix="mmscope-property.") as folder:
        path = Path(folder) / "board.dts"
        path.write_text(text)
        before, why = check(path, board.kernel, board.cmdline, board.options)
        if before is None:
            return 0, 0, [] if "exit status 3" in why or "exit status 2" in why else [f"--one {seed}: {why}"]
        for f in before:
            for fix in f["fixes"]:
                fixes += 1
                wrong = wrong_with_fix(folder, board, text, before, f, fix)
                if wrong:
                    complaints.append(f"--one {seed}: {f['rule']} {f['subject']}: '{fix['apply']}' {wrong}")
    return len(before), fixes, complaints


def tell(seed):
    board = Board(seed)
    print(board.dts(), f"-k {board.kernel} -c '{board.cmdline}'", *board.options)
    for line in try_board(seed)[2]:
        print(line)


def main():
    args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    if "--one" in args:
        tell(int(args["--one"]))
        return 0
    first, number = int(args.get("--seed", 1)), int(args.get("--boards", 40))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(try_board, range(first, first + number)))
    findings, fixes, complaints = sum(d[0] for d in done), sum(d[1] for d in done), [c for d in done for c in d[2]]
    print("1..2")
    for line in complaints:
        print(f"# {line}")
    print(f"# {number} boards, {findings} findings, {fixes} fixes applied")
    print(f"{'not ' if complaints else ''}ok 1 - every fix of {number} boards holds, and brings nothing unannounced")
    enough = fixes >= number // 2
    print(f"{'' if enough else 'not '}ok 2 - the boards are broken enough to say something: a fix for every second one")
    return bool(complaints) or not enough


sys.exit(main())
