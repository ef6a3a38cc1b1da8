#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Break the engine at random, one operator or number at a time, and count what the fast tests notice.

usage: mutate.py SEED NR-STEPS NR-NOUNS SCRATCH LOG      called by contrib/mutate.sh --random, which prepares SCRATCH

A mutant is one token of one source file: a comparison, an arithmetic or logical operator, a boolean or a small number.  Comments,
strings, preprocessor lines, assertions and the rows of the history (CHANGE, MEMBER, steps) stay as they are: what they say is data,
held by test-history, and a release that nobody recorded can only be read.  A mutant that does not compile, or whose
object is the same as before, is drawn anew.  The N-th of a seed is the same whatever was tried before it, so that a run that
was cut short goes on with the LOG that it left.
"""
import pathlib
import random
import re
import subprocess
import sys

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
        return subprocess.run(["gcc", *self.flags, "-w", "-c", path.relative_to(self.root), "-o", self.object(path)], cwd=self.root,
                              capture_output=True, check=False).returncode == 0

    def noticed(self, path):
        done = subprocess.run(["bash", self.root / "noticed.sh", path.relative_to(self.root)], cwd=self.root, capture_output=True, text=True, check=False)
        return done.stdout.split("\n")[0].strip()


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
        path.write_text(whole[:start] + other + whole[end:])
        compiles = bench.compile(path)
        path.write_text(whole)
        if compiles and bench.object(path).read_bytes() != before:
            number = whole.count("\n", 0, start) + 1
            line = whole[whole.rfind("\n", 0, start) + 1:whole.find("\n", end)].strip()
            return path, before, f"{path.relative_to(bench.root)}:{number}: {whole[start:end]} -> {other or 'nothing'}: {line}"
        bench.object(path).write_bytes(before)


def weighted(files):
    """Each file as often as it has lines, so that each line is equally likely."""
    return [f for f in files for _ in range(1 + f.read_text().count("\n") // 20)]


def judge(rng, bench, files):
    """A mutant, who noticed it ('' if nobody), and the sentence that says what it was."""
    path, before, sentence = draw(rng, bench, files)
    by = bench.noticed(path)
    bench.object(path).write_bytes(before)
    return by, sentence


def main():
    seed, nr = sys.argv[1], {"steps": int(sys.argv[2]), "nouns": int(sys.argv[3])}
    bench, log = Bench(sys.argv[4]), pathlib.Path(sys.argv[5])
    tried = set(log.read_text().splitlines()) if log.is_file() else set()
    core = bench.root / "mmcore"
    files = {
        "steps": sorted(f for f in core.rglob("*.c") if {"steps", "arch"} & set(f.relative_to(core).parts)),
        "nouns": sorted([*core.glob("*.c"), *core.glob("ops/*.c")]),
    }
    lines = {kind: weighted(files[kind]) for kind in files}
    noticed = dict.fromkeys(nr, 0)
    # In turns, so that a run that is cut short tells something of each.
    for i, kind in ((i, kind) for i in range(max(nr.values())) for kind in nr if i < nr[kind]):
        head = f"# seed {seed}, {kind} {i + 1}: "
        line = next((t for t in tried if t.startswith(head)), None)
        if not line:
            by, sentence = judge(random.Random(f"{seed} {kind} {i}"), bench, lines[kind])
            line = f"{head}{'noticed by ' + by if by else 'SURVIVES'}: {sentence}"
            with log.open("a") as f:
                f.write(line + "\n")
        noticed[kind] += "SURVIVES" not in line
        print(line, flush=True)
    failed = False
    for kind in filter(nr.get, nr):
        good = noticed[kind] >= 0.8 * nr[kind]
        failed |= not good
        print(f"{'ok' if good else 'not ok'} - seed {seed}: {noticed[kind]} of {nr[kind]} random mutants of {kind} are noticed", flush=True)
    return failed


sys.exit(main())
