#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the source file of each function in texts/functions.json against trees of Linux.

usage: contrib/source-files.py [--write] TREE...

Each TREE is a folder with a kernel's sources, or with some of its folders; its name, or its Makefile, says the release
("6.12.43"). A function is looked for where it is defined, never where it is only declared or stubbed out. What the
trees say is written with --write: one path, or {"4.9": PATH, "6.5": PATH} from the first tree that has it there on.
Where the trees hold the folder of a path and no definition in it, nothing is said of that release. A tree is not the last
word: it may lack a folder, hold a stub of the same name or a function of another subject. Look at what it says.
"""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cmp_to_key

TEXTS = os.path.join(os.path.dirname(__file__), "..", "texts", "functions.json")
OLDEST = "4.9"
# Definitions that are not arm64's, of machines without an MMU, of tools and tests.
OTHERS = re.compile(r"^(arch/(?!arm64/)|tools/|samples/|mm/nommu\.c|lib/test|mm/kasan/.*test)|(^|/)(test_|selftest)|_kunit\.c$")


def release_of(tree):
    name = re.search(r"\d+\.\d+(\.\d+)?", os.path.basename(os.path.normpath(tree)))
    if name:
        return name[0]
    with open(os.path.join(tree, "Makefile"), encoding="utf-8", errors="replace") as f:
        return ".".join(re.findall(r"^(?:VERSION|PATCHLEVEL|SUBLEVEL) *= *(\d+)", f.read(), re.M)[:3])


def numbers(release):
    return tuple(int(n) for n in release.split("."))


def mentions(tree, wanted):
    """{path: names of @wanted that a line of it names in front of a parenthesis, or as a label}; grep is fast at this."""
    out = {}
    done = subprocess.run(["grep", "-rFwn", "-f", "-", "--include=*.[chS]", "."], cwd=tree, input="\n".join(wanted),
                          capture_output=True, text=True, encoding="utf-8", errors="replace")
    for line in done.stdout.splitlines():
        path, _, text = line.split(":", 2)
        path = path[2:]
        if text[:1] in "\t */}" or OTHERS.search(path):
            continue
        for name in re.findall(r"\w+", text):
            if name in wanted:
                out.setdefault(path, set()).add(name)
    return out


def folders_of(tree):
    return {os.path.relpath(folder, tree) for folder, _, files in os.walk(tree) if any(f.endswith(".c") for f in files)}


def is_body(text, at):
    """Does what begins with the parenthesis at @at, a list of parameters, have a body behind it?"""
    depth = 0
    for i in range(at, min(len(text), at + 4000)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return re.match(r"[\s\w()]*\{", text[i + 1:i + 200]) is not None
    return False


def definitions(path, text, wanted):
    """Names of @wanted that are defined in @text, each with how well: 2 a function of its own, 1 a stub of a header."""
    out = {}
    for m in re.finditer(r"^(?:SYM_FUNC_START|SYM_FUNC_START_LOCAL|SYM_CODE_START|ENTRY)(?:_LOCAL)?\((\w+)\)|^(__?\w+):$", text, re.M):
        name = m[1] or m[2]
        if name in wanted and path.endswith(".S"):
            out[name] = 2
    if path.endswith(".S"):
        return out
    for name in wanted:
        for m in re.finditer(rf"^(?![#\s*/}}]|return\b|else\b|typedef\b)[^\n;(={{}}]*\b{re.escape(name)}[ \t]*\(", text, re.M):
            if is_body(text, m.end() - 1):
                out[name] = max(out.get(name, 0), 1 if path.endswith(".h") else 2)
    for m in re.finditer(r"^SYSCALL_DEFINE\d\((\w+)", text, re.M):
        if f"sys_{m[1]}" in wanted:
            out[f"sys_{m[1]}"] = 2
    for m in re.finditer(r"^#[ \t]*define[ \t]+(\w+)\(", text, re.M):
        if m[1] in wanted and path.endswith(".h"):
            out[m[1]] = max(out.get(m[1], 0), 1)
    return out


def survey(tree, wanted):
    """{name: {path: how well}} and the folders whose sources the tree has."""
    found = {}
    for path, here in sorted(mentions(tree, wanted).items()):
        with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as f:
            text = f.read()
        for name, grade in definitions(path, text, here).items():
            found.setdefault(name, {})[path] = grade
    return found, folders_of(tree)


def file_at(entry, release):
    """The path that the catalogue gives for a release, as the daemon finds it."""
    if isinstance(entry, str):
        return entry
    since = [s for s in entry if numbers(s) <= numbers(release)]
    return entry[max(since, key=numbers)] if since else ""


def choose(paths, now, before):
    """Of several definitions: where the catalogue or the release before has it, else the only one of its own."""
    best = [p for p, grade in paths.items() if grade == max(paths.values())]
    for known in (now, before):
        if known in best:
            return known
    own = [p for p in best if p.startswith("arch/arm64/")]
    return own[0] if len(own) == 1 else best[0] if len(best) == 1 else None


def without_jumps(rows):
    """A place of one tree alone, between two that agree, is that tree's fault: a function that was found in a stub, a file left out."""
    return [r for i, r in enumerate(rows) if not 0 < i < len(rows) - 1 or rows[i - 1][1] != rows[i + 1][1] or r[1] == rows[i - 1][1]]


def compact(rows):
    """[(release, path)] -> a path, or a path for each release from which on it holds."""
    out = {}
    for release, path in rows:
        if not out or list(out.values())[-1] != path:
            out[".".join(release.split(".")[:2]) if out else OLDEST] = path
    return list(out.values())[0] if len(out) == 1 else out


def put(functions, files):
    """Change nothing of the catalogue but the files: it is written by hand."""
    with open(TEXTS, encoding="utf-8") as f:
        text = f.read()
    for name, file in files.items():
        old = functions[name].get("file")
        if old is None or old == file:
            continue
        at = text.index('"file": ', text.index(f'"{name}": {{')) + len('"file": ')
        text = text[:at] + json.dumps(file) + text[at + len(json.dumps(old)):]
    with open(TEXTS, "w", encoding="utf-8") as f:
        f.write(text)


def main(args):
    write = "--write" in args
    trees = sorted((a for a in args if a != "--write"), key=cmp_to_key(lambda a, b: (numbers(release_of(a)) > numbers(release_of(b))) * 2 - 1))
    if not trees:
        sys.exit(__doc__)
    with open(TEXTS, encoding="utf-8") as f:
        texts = json.load(f)
    functions = texts["functions"]
    rows = {name: [] for name in functions}
    wrong = set()
    checked = 0
    with ProcessPoolExecutor(max(4, os.cpu_count())) as pool:
        surveys = list(pool.map(survey, trees, [set(functions)] * len(trees)))
    for tree, (found, folders) in zip(trees, surveys):
        release = release_of(tree)
        for name, entry in functions.items():
            now = file_at(entry.get("file", ""), release)
            before = rows[name][-1][1] if rows[name] else None
            paths = found.get(name, {})
            complete = os.path.dirname(now) in folders or OTHERS.search(now)
            if paths and (complete or max(paths.values()) == 2):
                path = choose(paths, now, before)
                path = now if path is None else path
            elif not now or not complete or not re.fullmatch(r"\w+", name):
                continue    # nothing in this tree says anything of it
            else:
                path = ""
            checked += 1
            rows[name].append((release, path))
            if path and path != now:
                wrong.add((release, name, now, path))
    for release, name, now, path in sorted(wrong, key=lambda w: (numbers(w[0]), w[1])):
        print(f"{release:9} {name}: {now or 'not known'} -> {path or 'not known'}")
    print(f"{checked} places of {len(functions)} functions in {len(trees)} trees, {len(wrong)} wrong")
    if write:
        put(functions, {name: compact(without_jumps(known)) for name, seen in rows.items() if (known := [r for r in seen if r[1]])})
    return 1 if wrong and not write else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
