#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Break the engine at random, one operator or number at a time, and count what the fast tests notice.

usage: mutate.py SEED NR-STEPS NR-NOUNS JOBS SCRATCH LOG      called by contrib/mutate.sh --random, which prepares SCRATCH

A mutant is one token of one source file: a comparison, an arithmetic or logical operator, a boolean or a small number.  Comments,
strings, preprocessor lines, assertions and the rows of the history (CHANGE, MEMBER, steps) stay as they are: what they say is data,
held by test-history, and a release that nobody recorded can only be read.  A mutant that does not compile, or whose
object is the same as before, is drawn anew.  The N-th of a seed is the same whatever was tried before it, so that a run that
was cut short goes on with the LOG that it left.  JOBS mutants are tried at a time, each in a copy of SCRATCH; those tests
that noticed others of the same file come first.
"""
import collections
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

OTHERS = {
    "<": ("<=", ">"), "<=": ("<", ">"), ">": (">=", "<"), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "%": ("/",), "<<": (">>",), ">>": ("<<",),
    "&": ("|",), "|": ("&",), "+=": ("-=",), "-=": ("+=",), "++": ("--",), "--": ("++",), "!": ("",),
    "true": ("false",), "false": ("true",), "break": ("continue",), "continue": ("break",),
}
TOKEN = re.compile(
    r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^[ \t]*\#(?:\\\n|[^\n])*"""       # what is left alone
    r"""|(?<![\w.])(?:0x[0-9a-fA-F]+|\d+)(?![\w.])"""                                    # numbers
    r"""|\b(?:true|false|break|continue)\b|->|<<=|>>=|\+\+|--|&&|\|\||<<|>>|<=|>=|==|!=|\+=|-=|[-+*/%<>&|!]""", re.S | re.M)
# A row of the history, in a table of its own.
HISTORY = re.compile(r"^\t(?:CHANGE|MEMBER)\(.*?\),$", re.S | re.M)
# Neither behaviour nor a claim about one: dereferences, casts, addresses.
UNARY_BEFORE = re.compile(r"(?:[=(,{\[?:!&|<>+\-*/%;]|\breturn|\bsizeof|^)\s*$")


def candidates(text):
    """Every (start, end, replacement) that could be tried."""
    body = 0
    found = []
    history = [row.span() for row in HISTORY.finditer(text)]
    for m in TOKEN.finditer(text):
        token = m[0]
        if token[0] in "\"'#" or token.startswith("/*") or token.lstrip().startswith("#") or token in ("->", "<<=", ">>="):
            continue
        if any(start <= m.start() < end for start, end in history):
            continue
        line = text[text.rfind("\n", 0, m.start()) + 1:text.find("\n", m.end())]
        # Only inside of functions: prototypes, tables and structs have no behaviour to break.
        depth = text.count("{", body, m.start()) - text.count("}", body, m.start())
        if not line.startswith("\t") or depth < 0 or re.match(r"\s*(static const|\{|\[|assert|static_assert)", line):
            continue
        if token[0].isdigit():
            value = int(token, 0)
            found += [(m.start(), m.end(), str(value + 1))] + ([(m.start(), m.end(), str(value - 1))] if value else [])
            continue
        if token in "*&-+" and UNARY_BEFORE.search(text[max(0, m.start() - 20):m.start()]):
            continue
        if token == "*" and re.search(r"\b(?:struct \w+|char|void|const|uint\d+_t|unsigned|size_t|phys_addr_t) $", text[:m.start()][-40:]):
            continue
        found += [(m.start(), m.end(), other) for other in OTHERS.get(token, ())]
    return found


class Bench:
    """The scratch folder: compile one file, link, run the tests."""

    def __init__(self, scratch):
        self.root = pathlib.Path(scratch)
        self.flags = (self.root / "flags").read_text().split()

    def object(self, path):
        return self.root / "o" / (str(path.relative_to(self.root / "mmcore")).replace("/", "_") + ".o")

    def compile(self, path):
        # By the name that the whole tree was compiled with: assertions keep it, and objects are compared.
        # The arena's own test counts bytes.
        own = ["-UARENA_GUARD"] if path.name == "arena.c" else []
        return subprocess.run(["gcc", *self.flags, *own, "-w", "-c", path.relative_to(self.root), "-o", self.object(path)], cwd=self.root,
                              capture_output=True, check=False).returncode == 0

    def noticed(self, path, first):
        done = subprocess.run(["bash", self.root / "noticed.sh", path.relative_to(self.root), " ".join(first)], cwd=self.root,
                              capture_output=True, text=True, check=False)
        return done.stdout.split("\n")[0].strip()

    def copy(self, to):
        """A bench of its own: what a mutant changes is copied, the recorded boots are not."""
        shutil.rmtree(to, ignore_errors=True)
        recorded = {"captures", "recordings"}
        shutil.copytree(self.root, to, symlinks=True, ignore=lambda d, names: recorded if pathlib.Path(d) == self.root else ())
        for name in recorded:
            (to / name).symlink_to(self.root / name)
        return Bench(to)


def draw(rng, bench, files):
    """A mutant that compiles to something else, its object built; what the object was, and the sentence that says what it is."""
    while True:
        path = rng.choice(files)
        whole = path.read_text()
        options = candidates(whole)
        if not options:
            continue
        start, end, other = rng.choice(options)
        before = bench.object(path).read_bytes()
        bench.compile(path)
        same = bench.object(path).read_bytes()
        path.write_text(whole[:start] + other + whole[end:])
        compiles = bench.compile(path)
        path.write_text(whole)
        if compiles and bench.object(path).read_bytes() != same:
            number = whole.count("\n", 0, start) + 1
            line = whole[whole.rfind("\n", 0, start) + 1:whole.find("\n", end)].strip()
            return path, before, f"{path.relative_to(bench.root)}:{number}: {whole[start:end]} -> {other or 'nothing'}: {line}"
        bench.object(path).write_bytes(before)


def weighted(files):
    """Each file as often as it has lines, so that each line is equally likely."""
    return [f for f in files for _ in range(1 + f.read_text().count("\n") // 20)]


class Log:
    """What has been found, in FILE and in memory; several threads add to it."""
    LINE = re.compile(r"# seed \S+, \w+ \d+: noticed by (test-\S+): (\S+?):")

    def __init__(self, path):
        self.path = path
        self.lines = {line.split(": ")[0]: line for line in (path.read_text().splitlines() if path.is_file() else ())}
        self.by_file = collections.defaultdict(collections.Counter)
        self.lock = threading.Lock()
        for line in self.lines.values():
            self.learn(line)

    def learn(self, line):
        if m := self.LINE.match(line):
            self.by_file[m[2]][m[1]] += 1

    def add(self, head, line):
        with self.lock:
            self.lines[head] = line
            self.learn(line)
            with self.path.open("a") as f:
                f.write(line + "\n")
            print(line, flush=True)

    def likely(self, file):
        """The tests that noticed mutants of @file so far, the best first."""
        with self.lock:
            return [test for test, _ in self.by_file[str(file)].most_common()]


def judge(head, seed, bench, files, log):
    path, before, sentence = draw(random.Random(seed), bench, [bench.root / f for f in files])
    by = bench.noticed(path, log.likely(path.relative_to(bench.root)))
    bench.object(path).write_bytes(before)
    log.add(head, f"{head}: {'noticed by ' + by if by else 'SURVIVES'}: {sentence}")


def main():
    seed, nr, jobs = sys.argv[1], {"steps": int(sys.argv[2]), "nouns": int(sys.argv[3])}, int(sys.argv[4])
    bench, log = Bench(sys.argv[5]), Log(pathlib.Path(sys.argv[6]))
    core = bench.root / "mmcore"
    files = {
        "steps": sorted(f for f in core.rglob("*.c") if {"steps", "arch"} & set(f.relative_to(core).parts)),
        "nouns": sorted([*core.glob("*.c"), *core.glob("ops/*.c")]),
    }
    lines = {kind: [f.relative_to(bench.root) for f in weighted(files[kind])] for kind in files}
    # In turns, so that a run that is cut short tells something of each.
    turns = [(kind, i) for i in range(max(nr.values())) for kind in nr if i < nr[kind]]
    free = queue.SimpleQueue()
    for i in range(jobs):
        free.put(bench.copy(bench.root.with_name(f"{bench.root.name}.{i}")))

    def work(turn):
        kind, i = turn
        head = f"# seed {seed}, {kind} {i + 1}"
        if head in log.lines:
            print(log.lines[head], flush=True)
            return
        mine = free.get()
        try:
            judge(head, f"{seed} {kind} {i}", mine, lines[kind], log)
        finally:
            free.put(mine)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(work, turns))
    while not free.empty():
        shutil.rmtree(free.get().root)
    failed = False
    for kind in filter(nr.get, nr):
        noticed = sum("SURVIVES" not in log.lines[f"# seed {seed}, {kind} {i + 1}"] for i in range(nr[kind]))
        good = noticed >= 0.8 * nr[kind]
        failed |= not good
        print(f"{'ok' if good else 'not ok'} - seed {seed}: {noticed} of {nr[kind]} random mutants of {kind} are noticed", flush=True)
    return failed


sys.exit(main())
