#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogue of functions: an entry for whatever a profile shows, none besides, both languages in each, one word for one thing."""
import json
import os
import re
import subprocess
import sys

import tap
from chinese import wrong_words
from tap import check

PROGRAM = os.environ.get("MMSCOPE", "./mmscope")
SOURCE = os.environ.get("SRCDIR", ".")
BOARDS = ("qemu-virt", "qemu-virt-numa", "rpi4-8g", "small-reserved", "numa4-asymmetric", "numa-memoryless")
MORE = "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=4 cma=64M crashkernel=128M memblock=debug log_buf_len=4M " \
       "numa_zonelist_order=zone swiotlb=force"


def run(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), (args, done.stderr)
    return done.stdout


def catalogue(name):
    with open(os.path.join(SOURCE, "texts", name), encoding="utf-8") as f:
        return json.load(f)


def shown():
    """Names of all steps, and of the functions of all events."""
    steps, functions = set(), set()
    kernels = [k["name"] for k in json.loads(run("kernels", "--json"))["kernels"]]
    asks = [(k, b, ()) for k in kernels for b in BOARDS] + [(k, "qemu-virt-numa", ("-c", MORE)) for k in kernels]
    for kernel, board, more in asks:
        steps.update(s["name"] for s in json.loads(run("boot", board, "-k", kernel, "-o", "manifest", *more))["steps"])
        for line in run("boot", board, "-k", kernel, "-o", "events", *more).splitlines():
            e = json.loads(line)
            if e["kind"] not in ("step", "leave", "problem"):
                functions.add(e["text"]["fn"])
    return steps, functions


def explained(kernel, function):
    """The files that a boot's explanations give for @function."""
    text = run("boot", "qemu-virt-numa", "-k", kernel, "-o", "explain")
    return set(re.findall(rf"^ *{re.escape(function)} · (\S+) · Linux", text, re.M))


def in_order(files):
    releases = [tuple(map(int, release.split("."))) for release in files]
    return releases[0] == (4, 9) and releases == sorted(set(releases)) and all(a != b for a, b in zip(list(files.values()), list(files.values())[1:]))


def variants(text):
    return text if isinstance(text, list) else [text] if text else []


def placeholders(text):
    return set(re.findall(r"\{([\w.-]+#?)(?:\|[^{}|]+\|[^{}|]+)?\}", text))


texts, concepts = catalogue("functions.json"), catalogue("concepts.json")
functions, steps, fns = texts["functions"], *shown()
both = [(f"{name}.{sort}", v) for name, f in functions.items() for sort in ("does", "says", "why", "done") for v in variants(f.get(sort))]
both += [(name, v) for name, p in texts["phrases"].items() for v in variants(p)] + list(texts["owners"].items())
check("every text is there in both languages", [n for n, v in both if not v.get("en") or not v.get("zh-CN")])
check("both ask for the same numbers", [n for n, v in both if placeholders(v["en"]) != placeholders(v["zh-CN"])])
check("the last of several needs no condition, or another text stands behind it", [
    f"{name}.{sort}" for name, f in functions.items() for sort in ("does",) if isinstance(f.get(sort), list) and "if" in f[sort][-1]])
check("every step of every profile has a text", sorted(steps - {n for n, f in functions.items() if "does" in f}))
check("every function that makes an event has one", sorted(fns - {n for n, f in functions.items() if "says" in f or "like" in f}))
check("an entry is like one that there is", [n for n, f in functions.items() if f.get("like", n) not in functions])
check("files are paths", [n for n, f in functions.items() for p in ([f["file"]] if isinstance(f.get("file"), str) else f.get("file", {}).values())
                         if p and not re.fullmatch(r"[\w./-]+", p)])
check("files by release begin with the first one, ascend, and differ from one to the next", [
    n for n, f in functions.items() if isinstance(f.get("file"), dict) and not in_order(f["file"])])
check("a function stands in the file of its release", [
    f"{name} of {kernel}" for name, kernel, path in (("free_area_init", "5.10", "mm/page_alloc.c"), ("free_area_init", "6.7", "mm/mm_init.c"),
                                                     ("numa_set_distance", "4.9", "arch/arm64/mm/numa.c"),
                                                     ("numa_set_distance", "6.7", "drivers/base/arch_numa.c"),
                                                     ("numa_set_distance", "6.12", "mm/numa_memblks.c"))
    if path not in explained(kernel, name)])
with open(os.path.join(SOURCE, "mmcore", "table.c"), encoding="utf-8") as f:
    tables = re.findall(r'TABLE\(MM_\w+, "([\w.]+)"', f.read())
assert len(tables) > 20
check("a change of each table has words; the ledger's are its owners",
      [t for t in tables if t != "ledger" and f"table.{t}" not in catalogue("functions.json")["phrases"]])
check("concepts are pages that there are", [f"{n}: {c}" for n, f in functions.items() for c in f.get("concepts", []) if c not in concepts])
check("every concept is touched by a function", sorted(set(concepts) - {c for f in functions.values() for c in f.get("concepts", [])}))
check("a concept has title, text and words in both languages", [k for k, c in concepts.items() if any(
    not c["title"].get(lang) or not 2 <= len(c[lang]) <= 4 for lang in ("en", "zh-CN")) or not c["words"] or not c["view"]])
links = {lang: [w.lower() for c in concepts.values() for w in c["links"][lang]] for lang in ("en", "zh-CN")}
check("words lead to one concept, and to every concept leads a word",
      [f"{lang}: {w}" for lang, all_ in links.items() for w in all_ if all_.count(w) > 1]
      + [f"{k}: {lang}" for k, c in concepts.items() for lang in links if not c["links"][lang]])
check("it is half a screen", [k for k, c in concepts.items() if sum(map(len, c["en"])) > 1300 or sum(map(len, c["zh-CN"])) > 560])
check("it leads to a step that some kernel has", [k for k, c in concepts.items() if c["at"] not in steps])
chinese = [(n, v["zh-CN"]) for n, v in both] + [(k, t) for k, c in concepts.items() for t in [c["title"]["zh-CN"], *c["zh-CN"]]]
for name in ("zh-CN.json",):
    with open(os.path.join(SOURCE, "web", "i18n", name), encoding="utf-8") as f:
        chinese += [(f"{name} {k}", t) for k, t in json.load(f).items()]
with open(os.path.join(SOURCE, "README.zh-CN.md"), encoding="utf-8") as f:
    chinese += [(f"README.zh-CN.md:{i}", line) for i, line in enumerate(f, 1)]
check("Chinese: one word for one thing, here, on the page and in the README", [
    f"{word}: {n}: {t.strip()[:90]}" for n, t in chinese for word in wrong_words(t)])
sys.exit(tap.end())
