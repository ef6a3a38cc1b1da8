#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every moment of a run of every kernel that ships, read in both languages: no sentence is empty of content, none is
left untranslated, none says what the moment's own rows deny."""
import collections
import json
import os
import re
import subprocess
import sys

import tap
from chinese import english, is_chinese, wrong_signs, wrong_words
from tap import check

PROGRAM = os.environ.get("MMSCOPE", "./mmscope")
SOURCE = os.environ.get("SRCDIR", ".")
LANGS = ("en", "zh-CN")
# A call in C: a name and what is in its parentheses, which may hold another.
CALL = re.compile(r"[A-Za-z_]\w*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
BOARDS = ("qemu-virt", "qemu-virt-numa", "rpi4-8g", "small-reserved", "numa4-asymmetric", "numa-memoryless")
MORE = "hugepagesz=1G hugepages=1 hugepagesz=2M hugepages=4 cma=64M crashkernel=128M memblock=debug log_buf_len=4M " \
       "numa_zonelist_order=zone swiotlb=force"


def run(*args):
    done = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), (args, done.stderr)
    return done.stdout


def boots():
    """(name, arguments) of every kernel on every board, and with all that the command line can ask for."""
    for kernel in (k["name"] for k in json.loads(run("kernels", "--json"))["kernels"]):
        for board in BOARDS:
            yield f"{kernel} {board}", (board, "-k", kernel)
        yield f"{kernel} qemu-virt-numa, much asked for", ("qemu-virt-numa", "-k", kernel, "-c", MORE)
    yield "6.12 ampere-altra", ("ampere-altra", "-k", "6.12")
    yield "6.12 qemu-virt, by UEFI", ("qemu-virt", "-k", "6.12", "--uefi", "edk2")


class Moment:
    """One moment: what is said of it, and what the event itself says."""

    def __init__(self, where, said, event):
        self.where, self.said, self.event = f"{where} #{event['seq']} {event['kind']} {event['text'].get('fn')}", said, event
        self.facts = {**event.get("why", {}), **event["text"]}

    def __str__(self):
        return f"{self.where}: {self.said['headline']}"

    def changed(self, table):
        """Rows of a table that are not the same before and after."""
        out = []
        for s in self.event.get("splices", []):
            if s["table"] == table:
                old = [json.dumps(r, sort_keys=True) for r in s["del"]]
                out += [r for r in s["ins"] if json.dumps(r, sort_keys=True) not in old]
        return out


def read():
    """Moments by language; the events beside them are the same for each, and read once."""
    out = {lang: [] for lang in LANGS}
    for where, args in boots():
        events = [json.loads(line) for line in run("boot", *args, "-o", "events").splitlines()]
        for lang, moments in out.items():
            said = json.loads(run("boot", *args, "-o", "explain", "--json", "--lang", lang))["moments"]
            assert len(said) == len(events), where
            moments += [Moment(where, s, e) for s, e in zip(said, events)]
    return out


def one(moments, **wanted):
    return [m for m in moments if all(m.event.get(k) == v or m.facts.get(k) == v for k, v in wanted.items())]


EMPTY = {"en": re.compile(r"^\S+ (begins|is done|is called|is at work|has its turn within \S+)\.?$"),
         "zh-CN": re.compile(r"^(进入|调用) ?\S+?。$|^\S+ ?(完成|在工作|正在执行)。$|^轮到 ")}

texts = read()
en, zh = texts["en"], texts["zh-CN"]
check(f"{len(en)} moments are read in each language", [len(en)] if len(en) != len(zh) or len(en) < 40000 else [])
for lang, moments in texts.items():
    heads = [m for m in moments]
    check(f"{lang}: every moment has a headline", [m.where for m in heads if len(m.said["headline"]) < 4])
    check(f"{lang}: none says only that something begins or is done", [m for m in heads if EMPTY[lang].match(m.said["headline"])])
    check(f"{lang}: no hole where a number was, no brace", [
        m for m in heads for t in (m.said["headline"], m.said["reason"])
        if re.search(r"[{}]|  |\(\s*\)|（\s*）|\s[,;:](?!\w)|[,，] ?[,，.。]|^\W?\s", re.sub(r"“[^”]*”|\w\(\)", "x", t))])
    check(f"{lang}: a sentence ends", [m for m in heads if not re.search(r"[.?。？”]$", m.said["headline"])])
    check(f"{lang}: headline and reason are not the same", [m for m in heads if m.said["headline"] == m.said["reason"]])
check("zh-CN: every headline is Chinese", [m for m in zh if not is_chinese(m.said["headline"])])
check("zh-CN: no English clause is left", [f"{english(t)} {m.where}: {t}" for m in zh for t in (m.said["headline"], m.said["reason"]) if english(t)])
check("en: no Chinese is", [m for m in en if is_chinese(m.said["headline"] + m.said["reason"])])
check("zh-CN: one word for one thing", [f"{w}: {m}" for m in zh for w in wrong_words(m.said["headline"] + m.said["reason"])])
check("en: one of a kind is one", [m for m in en for t in (m.said["headline"], m.said["reason"]) if re.search(
    r"(?<![\w.,#-])1 (\w+ )?(pages|CPUs|groups|units|words|sizes|calls|regions|zones|entries|ranges|tables|fields|blocks|operations|objects|sections)\b",
    re.sub(r"“[^”]*”", "", t))])
check("a number of pages is not one of bytes", [m for both in (en, zh) for m in both if re.search(r"\d [KMG]?i?B (pages|页)", m.said["headline"] + m.said["reason"])])
check("zh-CN: no space between Chinese words, no comma of a list", [m for m in zh for t in (m.said["headline"], m.said["reason"]) if re.search(
    r"[\u3400-\u9fff、，。] [\u3400-\u9fff]|, ", CALL.sub("f", re.sub(r"“[^”]*”", "", t)))])
check("zh-CN: code stays code", [m for m in zh for t in (m.said["headline"], m.said["reason"], m.said["function"]["text"])
                                 if any(re.search("[、，]", c) for c in CALL.findall(t))])
check("en: what was read as broken is not", [m for m in en for t in (m.said["headline"], m.said["reason"]) if re.search(
    r"\bcomes a |nodes? [\d, ]+(and \d+ )?and \d+ CPUs?|kept in: |: moved by|, \d+ of them without|largest (single )?cost|hold 128 regions|moved by 0x0|a list and red-black|\b0 new tables|since 4\.19 memory|up to 5\.10 nothing|Since 6\.12 only", t)])
check("zh-CN: nor is it here", [m for m in zh for t in (m.said["headline"], m.said["reason"]) if re.search(
    r"整体偏移 0x0|新建页表 0 个|1 个调用都|4\.19 起，为|5\.10 及以前为空|6\.12 起推迟", t)])
whole_late = [m for m in en if m.event["step"] == "page_alloc_init_late" and m.event["kind"] in ("step", "leave")]
check("page_alloc_init_late says one thing as it begins and as it ends", [f"{a}: {a.said['reason']} / {b}" for a, b in zip(
    whole_late[::2], whole_late[1::2]) if ("memory stays as it is" in a.said["headline"] + a.said["reason"]) != ("changed no memory" in b.said["headline"])])
check("a call that takes memory only if asked is not told to have taken some", [
    m for m in en if m.event["step"] in ("profile_init", "call_function_init") and re.search(
        r"no kernel profile|what it took|^What it takes", m.said["headline"] + "\n" + m.said["reason"], re.M)])
empty_zones = [m for m in en if m.event["text"].get("fn") == "__setup_per_zone_wmarks" and m.facts.get("managed") == 0 and m.facts.get("clamped")]
check("a zone without pages has no share", [m for m in empty_zones if "its share" in m.said["headline"]])
check("and there are such zones", [] if empty_zones else ["none"])
check("SLAB and SLOB are not told as SLUB", [m for m in en if re.match(r"4\.9-sl[ao]b ", m.where) and re.search(
    r"SLUB (can|says|makes)|[Tt]wo static caches", m.said["headline"] + m.said["reason"])])
check("and lie in files of their own", [m for m in en for name in ("slab", "slob") if m.where.startswith(f"4.9-{name} ")
                                        and m.said["function"]["name"].startswith("kmem_cache_init") and m.said["function"]["file"] != f"mm/{name}.c"])
whole_call = [m for m in en if m.event["step"] == "hugepage_init" and m.event["kind"] == "zone"]
check("what a call is for is told in the same way at each of its events", [m for m in whole_call if "Less than" in m.said["reason"]])
check("zh-CN: punctuation is Chinese", [m for m in zh for t in (m.said["headline"], m.said["reason"]) if wrong_signs(t)])

# ------------------------------------------------------------------------------ what a moment's own rows must bear out


def test(sentence, moments, says, denies=None, among=en):
    """Each of @moments says one thing, and does not say another."""
    check(sentence, ["there is no such moment"] if not moments else [
        m for m in moments if (says and not re.search(says, m.said["headline"])) or (denies and re.search(denies, m.said["headline"]))])


for lang, moments in texts.items():
    by_uefi = one(moments, kind="set", fn="efi_init")
    test(f"{lang}: where UEFI's memory map lies is told where it is known", [m for m in by_uefi if "qemu-virt" in m.where], "0x[1-9a-f]")
    test(f"{lang}: and not where it is not", [m for m in by_uefi if "ampere-altra" in m.where], None, "0x")
test("init_mm: its static values are told where they are set", one(en, kind="set", fn="init_mm"), "init_mm")
for field, symbol in (("start_code", "_text"), ("end_code", "_etext"), ("end_data", "_edata"), ("brk", "_end")):
    test(f"4.9: init_mm.{field} gets the address of {symbol}, and is told so",
         [m for m in en if m.event["step"] == f"init_mm.{field} = {symbol}" and m.event["kind"] == "set"],
         rf"init_mm\.{field} = {symbol}: 0x", "values that the compiler")
test("setup_arch itself is not told as a field of init_mm", [m for m in en if m.event["kind"] == "step" and m.event["step"] == "setup_arch"],
     None, "[Ff]ield of init_mm")
second = collections.defaultdict(list)
for m in en:
    if m.event["kind"] == "step" and m.event["step"] in ("pr_notice", "local_irq_disable"):
        second[(m.where.split(" #")[0], m.event["step"])].append(m)
test("the second pr_notice prints the command line", [v[1] for (_, s), v in second.items() if s == "pr_notice" and len(v) > 1], "command line", "version")
test("the second local_irq_disable is conditional", [v[1] for (_, s), v in second.items() if s == "local_irq_disable" and len(v) > 1], "only if")
whole = [m for m in en if m.facts.get("fn") == "__free_pages_memory"]


def gained(m, owner):
    """Bytes that @owner has of the ledger's rows that the moment leaves."""
    last = {r["key"]: r for r in m.changed("ledger")}
    return sum(int(r["size"], 16) for r in last.values() if r["owner"] == owner)


later = [m for m in whole if gained(m, "deferred")]
test("pages whose struct pages are initialised later do not share a page with anything, and are nobody's only for a while", later, "struct pages", "nobody's")
test("bytes that are no whole page do not enter buddy", [m for m in whole if not m.changed("zones") and m not in later], "share a page", "enter buddy|to buddy, in")
check("and are less than a page at each end", [m for m in whole if re.search("(\\d) [MGT]iB[^,:;]*share a page", m.said["headline"])])
test("pages that do are told as such", [m for m in whole if m.changed("zones")], "enter buddy")
test("the initrd that is added again is not RAM that the tree names", [m for m in one(en, fn="memblock_add") if m.facts["caller"] == "arm64_memblock_init"],
     "initrd.*again", "tree")
test("4.9-bootmem: bootmem_init is not told as without bootmem", [m for m in en if "4.9-bootmem" in m.where and m.event["step"] == "bootmem_init"
                                                               and m.event["kind"] == "step"], "bitmap", "historical|[Nn]o bootmem")
test("the others: bootmem_init initialises none", [m for m in en if "4.9-bootmem" not in m.where and m.event["step"] == "bootmem_init"
                                                   and m.event["kind"] == "step"], "historical")
test("4.9: CMA is not told as taken in bootmem_init", [m for m in en if re.match(r"4\.9(-sl.b)? ", m.where) and m.event["step"] == "bootmem_init"
                                                       and m.event["kind"] == "step"], "CMA was taken earlier")
resize = one(en, kind="set", fn="memblock_allow_resize")
test("4.9: the arrays may grow before the linear map is there", [m for m in resize if m.said["path"][-2] == "arm64_memblock_init"], "reserved by now", "linear map")
test("later: after it", [m for m in resize if m.said["path"][-2] != "arm64_memblock_init"], "linear map")
start = [m for m in en if m.event["step"] == "smp_init" and m.event["kind"] in ("step", "set")]
shared = {m.where.split(" #")[0] for m in en if m.event["step"] == "smp_init" and m.facts["fn"] == "zone_pcp_update"}
test("smp_init tells of shared limits where they are shared", [m for m in start if m.event["kind"] == "step" and m.where.split(" #")[0] in shared], "shared")
test("and of none where they are not", [m for m in start if m.event["kind"] == "step" and m.where.split(" #")[0] not in shared], "stay as they are")
test("boot_pageset has not served its time: empty zones keep it", [m for m in en if m.event["step"] == "setup_per_cpu_pageset"], None, "served its time")
tables = collections.Counter(m.where.split(" #")[0] for m in en if m.event["step"] == "vfs_caches_init_early" and m.event["kind"] == "hash")
early = [m for m in en if m.event["step"] == "vfs_caches_init_early" and m.event["kind"] == "step"]
test("hash tables are taken early only where they are", [m for m in early if tables[m.where.split(" #")[0]]], "taken from memblock")
test("where hashdist is on they wait", [m for m in early if not tables[m.where.split(" #")[0]]], "hashdist is on", "taken from memblock")
hashes = one(en, kind="hash")
test("a hash table at its limit says so", [m for m in hashes if m.facts["wanted"] > m.facts["limit"]], "limit")
test("and one below it does not", [m for m in hashes if m.facts["wanted"] <= m.facts["limit"]], None, "limit")
ends = [(m, n) for m, n in zip(en, en[1:]) if m.facts.get("fn") == "build_zonelists_in_node_order" and m.facts["zone"] == ""]
test("a terminator that the next node overwrites says so", [m for m, n in ends if n.facts.get("index") == m.facts["index"] and n.facts.get("list") == m.facts["list"]],
     "overwrite")
test("the last one does not", [m for m, n in ends if not (n.facts.get("index") == m.facts["index"] and n.facts.get("list") == m.facts["list"])], "ends at", "overwrite")
states = one(en, fn="slab_state")
test("slab_state that stays does not go anywhere", [m for m in states if m.facts["state"] == m.facts["was"]], " is ", "goes|was")
test("and one that changes tells both", [m for m in states if m.facts["state"] != m.facts["was"]], "goes from")
test("what memblock cannot find is not allocated", [m for m in en if m.event["kind"] == "alloc" and m.facts["base"] == "0x0" and not m.changed("ledger")],
     "no place", "hold|become")
test("an empty range that is freed changes nothing", [m for m in en if m.event["kind"] == "free" and m.facts.get("size") == "0x0"], "empty|[Nn]othing|no bit")
test("what a step changes is told as it ends", [m for m in en if m.event["kind"] == "leave"], r"returns|come to its end|is done|is over|static values|has run|left")


def release_of(text):
    return tuple(int(x) for x in re.match(r"(\d+)\.(\d+)", text).groups())


# What came and went, against what the kernels that ship really call: a call that moved did neither.
kernels = {k["name"]: release_of(k["version"]) for k in json.loads(run("kernels", "--json"))["kernels"]}
calls = collections.defaultdict(set)
for m in en:
    calls[m.where.split()[0]].add(m.event["step"].partition("#")[0])
edges = [(k, c) for k in kernels for c in json.loads(run("kernels", k, "--history", "--json"))["changes"]
         if c["kind"] == "step" and c["release"] and not c.get("stable")]
check("history: what came with a release, no older kernel calls", sorted({
    f"{c['subject']} since {c['release']}, but {j}" for k, c in edges if c["was"] is None for j, at in kernels.items()
    if at < release_of(c["release"]) and c["subject"] in calls[j]}))
check("history: what went with a release, no newer one calls", sorted({
    f"{c['subject']} until {c['release']}, but {j} ({k})" for k, c in edges if c["is"] is None for j, at in kernels.items()
    if release_of(c["release"]) <= at <= kernels[k] and c["subject"] in calls[j]}))
for lang, moments in texts.items():
    files = collections.defaultdict(set)
    for m in moments:
        files[(m.where.split()[0], m.said["function"]["name"])].add(m.said["function"]["file"])
    check(f"{lang}: a function lives in one file of a release", [f"{k}: {v}" for k, v in files.items() if len(v) > 1])
sys.exit(tap.end())
