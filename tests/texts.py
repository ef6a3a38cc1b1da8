#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogues of steps and events: the same keys in both languages, and none missing for anything a profile shows."""
import collections
import json
import os
import re
import subprocess
import sys

PROGRAM = os.environ.get("MMSCOPE", "./mmscope")
SOURCE = os.environ.get("SRCDIR", ".")
BOARDS = ("qemu-virt", "qemu-virt-numa", "rpi4-8g", "small-reserved", "numa4-asymmetric", "numa-memoryless")
MORE = "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=4 cma=64M crashkernel=128M memblock=debug log_buf_len=4M " \
       "numa_zonelist_order=zone swiotlb=force"
number = failed = 0


def check(sentence, wrong):
    """A test that passes if there is nothing wrong."""
    global number, failed
    number += 1
    failed += bool(wrong)
    print(f"{'not ok' if wrong else 'ok'} {number} - {sentence}")
    for what in list(wrong)[:20]:
        print(f"# {what}")


def run(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), (args, done.stderr)
    return done.stdout


def collect():
    """Names of all steps, and for each function the facts of its events, for each step those of the events in it."""
    steps, facts, step_facts = set(), collections.defaultdict(set), collections.defaultdict(set)
    kernels = [k["name"] for k in json.loads(run("kernels", "--json"))["kernels"]]
    asks = [(k, b, ()) for k in kernels for b in BOARDS] + [(k, "qemu-virt-numa", ("-c", MORE)) for k in kernels]
    for kernel, board, more in asks:
        steps.update(s["name"] for s in json.loads(run("boot", board, "-k", kernel, "-o", "manifest", *more))["steps"])
        for line in run("boot", board, "-k", kernel, "-o", "events", *more).splitlines():
            e = json.loads(line)
            if e["kind"] in ("step", "leave"):
                continue
            names = {*e["text"], *e.get("why", {})}
            facts[e["text"]["fn"]] |= names
            step_facts[e["step"]] |= names
    return steps, facts, step_facts


def catalogue(lang):
    with open(os.path.join(SOURCE, "web", "i18n", f"steps-{lang}.json"), encoding="utf-8") as f:
        return json.load(f)


def placeholders(entry):
    return set(re.findall(r"\{(\w+)\}", entry["text"]))


steps, facts, step_facts = collect()
en, zh = catalogue("en"), catalogue("zh-CN")
for section in ("steps", "events", "glossary"):
    check(f"{section}: both languages have the same keys", en[section].keys() ^ zh[section].keys())
    check(f"{section}: every entry has a text and names its file", [k for c in (en, zh) for k, v in c[section].items()
                                                                   if len(v["text"]) < 4 or not re.fullmatch(r"[\w./-]+", v["file"])])
    check(f"{section}: function, file and version are the same in both", [
        k for k in en[section].keys() & zh[section].keys()
        if {x: y for x, y in en[section][k].items() if x != "text"} != {x: y for x, y in zh[section][k].items() if x != "text"}])
    check(f"{section}: the Chinese texts are Chinese", [k for k, v in zh[section].items() if not re.search(r"[\u4e00-\u9fff]", v["text"])])
    check(f"{section}: the English ones are not", [k for k, v in en[section].items() if re.search(r"[\u4e00-\u9fff]", v["text"])])
check("every step of every profile has a text", steps - en["steps"].keys())
check("no text is for a step that no profile has", en["steps"].keys() - steps)
check("every function that makes an event has a text", facts.keys() - en["events"].keys())
for lang, c in (("en", en), ("zh-CN", zh)):
    check(f"{lang}: an event's text asks only for facts that it has", [
        f"{k}: {sorted(placeholders(v) - facts[k])}" for k, v in c["events"].items() if k in facts and placeholders(v) - facts[k]])
    check(f"{lang}: a step's text asks only for facts of its events", [
        f"{k}: {sorted(placeholders(v) - step_facts[k])}" for k, v in c["steps"].items() if placeholders(v) - step_facts[k]])
check("a text with numbers has them in both languages", [
    k for k, v in en["events"].items() if bool(placeholders(v)) != bool(placeholders(zh["events"].get(k, v)))])
print(f"1..{number}")
sys.exit(failed > 0)
