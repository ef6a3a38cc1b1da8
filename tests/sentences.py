#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""texts/sentences.json against what the sources say, and every finding of every rule and report, read in both languages."""
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import tap
from chinese import english, is_chinese, wrong_signs, wrong_words
from tap import check

SRC = Path(os.environ.get("SRCDIR", Path(__file__).resolve().parent.parent)).resolve()
PROGRAM = os.path.abspath(os.environ.get("MMSCOPE", SRC / "build" / "mmscope"))
BOARDS = SRC / "tests" / "doctor"
STRING = r'"((?:[^"\\]|\\.)*)"'


# ------------------------------------------------------------------- the catalogue and the sources

# Who is told a sentence, or a part of one, that a reader sees.
TELLERS = ("cause_because|cause_harmless|say_no_effect|say_ignored|say_unread|say_lost|say_failed|no_reserve_mem|complain|refuse|"
           "no_emulation|array_full|WHAT|loader_assume|assume|high|sentences_put|sentences_printf|try_parameter|try_reg|try_reg_of|"
           "try_flag|try_deletion|try_disabled|try_pool_size|try_slabs|try_input")
# What only looks like a sentence: an argument of theirs that is none, or what the kernel prints itself.
NO_SENTENCE = re.compile(r"^(Housekeeping: |isolcpus: |sched: |NO_HZ: |name \\?\"|no more room for reserved memory|empty or malformed|"
                         r"it would stop without|they would not come|the CPU|%u of its %u CPUs|Failed to|Wrote only|Setting sysctl)")
# What is wrong with an input, not with a boot, is an error's sentence.
NOT_OF_BOOTS = ("mmcore/fdt.c", "daemon/doctor/expect.c", "daemon/doctor/budget.c")
FILES = [f for pattern in ("mmcore/**/*.c", "mmcore/**/*.inc", "daemon/doctor/*.c") for f in glob.glob(str(SRC / pattern), recursive=True)
         if os.path.relpath(f, SRC) not in NOT_OF_BOOTS]
CONVERSION = r"(?:0x)?%(?:-?\d+|\.\*|\.\d+)?(?:ll|z|l)?[usdx+]+(?:-0x%llx)?|%\+lld"


def joined(text):
    """Neighbouring literals as one, without their quotes and escapes."""
    return "".join(re.findall(STRING, text)).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def source_of(name):
    """A C file without comments and character constants."""
    return re.sub(r"/\*.*?\*/|'(?:[^'\\\n]|\\.)'", "", Path(name).read_text(encoding="utf-8"), flags=re.S)


def call_at(source, at):
    """The text of a call's arguments, from its '(' at @at."""
    depth, i = 0, at
    while i < len(source):
        if source[i] == '"':
            i = re.compile(STRING).match(source, i).end()
            continue
        depth += {"(": 1, ")": -1}.get(source[i], 0)
        if not depth:
            break
        i += 1
    return source[at:i]


def told():
    """[(file, English format)] of all sentences in calls of TELLERS."""
    out = []
    for name in FILES:
        source = source_of(name)
        for m in re.finditer(rf"\b(?:{TELLERS})\s*\(", source):
            for literal in re.finditer(rf"{STRING}(?:\s*{STRING})*", call_at(source, m.end() - 1)):
                text = joined(literal.group(0))
                if re.search(r"[a-z]{2,} [a-z]", text) and not NO_SENTENCE.match(text):
                    out.append((os.path.relpath(name, SRC), text))
    return out


def pattern_of(form):
    return re.compile("".join(".*?" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\d\})", form)) + r"\Z", re.S | re.I)


def is_part(text):
    """Does it begin a form that is put together?"""
    begins = re.compile(".*?".join(re.escape(part) for part in re.split(CONVERSION, text)), re.S)
    return any(begins.match(f["en"]) or text in f["en"] for f in forms)


def weight(form):
    return len(re.sub(r"\{\d\}", "", form))


forms = [f for f in json.loads((SRC / "texts" / "sentences.json").read_text(encoding="utf-8"))["sentences"] if "about" not in f]
patterns = [(pattern_of(f["en"]), weight(f["en"])) for f in forms]
check("every form is there in both languages, and once", [f for f in forms if not f.get("en") or not f.get("zh-CN")] +
      [f["en"] for i, f in enumerate(forms) if f["en"] in {g["en"] for g in forms[:i]}])
check("places are numbered in order, and none is beside another", [
    f["en"] for f in forms if re.findall(r"\{(\d)\}", f["en"]) != [str(i + 1) for i in range(len(re.findall(r"\{\d\}", f["en"])))] or "}{" in f["en"]])
check("the translation has no place that the English has not", [
    f["zh-CN"] for f in forms if not set(re.findall(r"\{(\d)", f["zh-CN"])) <= set(re.findall(r"\{(\d)", f["en"]))])
check("Chinese: one word for one thing", [f"{w}: {f['zh-CN']}" for f in forms for w in wrong_words(f["zh-CN"])])
check("Chinese: no English is left", [f"{english(re.sub(r'{[^}]*}', '0', f['zh-CN']))}: {f['zh-CN']}" for f in forms if english(re.sub(r"{[^}]*}", "0", f["zh-CN"]))])
check("Chinese: its own punctuation", [f["zh-CN"] for f in forms if wrong_signs(f["zh-CN"].strip())])
sentences = told()
check(f"{len(sentences)} sentences stand in the sources", [] if len(sentences) > 250 else sentences)
check("each has its form", [f"{file}: {text}" for file, text in sentences
                            if not any(w >= 8 and p.match(re.sub(CONVERSION, "§", text)) for p, w in patterns) and not is_part(text)])
literals = "\n".join(joined(m.group(0)) for name in FILES + [str(SRC / f) for f in ("daemon/cli/cmd_check.c", "daemon/input/encode_history.c")]
                     for m in re.finditer(rf"{STRING}(?:\s*{STRING})*", source_of(name)))
bare = re.sub(CONVERSION, "\0", literals)
check("no form is of what nobody says", [
    f["en"] for f in forms for part in re.split(r"\{\d\}", f["en"]) for words in re.findall(r"[A-Za-z][\w' -]*[a-z]", part)
    if words not in bare and not all(w in bare for w in words.split())])

# --------------------------------------------------------------------- all findings, in both languages


def run(args, lang):
    done = subprocess.run([PROGRAM, *args, "--lang", lang, "--format", "json"], cwd=BOARDS, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)["checks"] if done.returncode in (0, 1) else done.stderr


def asked():
    """Command lines of all rules that can be reached, and of all reports."""
    for row in json.loads((BOARDS / "rules.json").read_text()):
        if "unreachable" not in row:
            yield shlex.split("check " + row["triggers"])
    for row in json.loads((BOARDS / "reports.json").read_text()):
        args = shlex.split(row["run"])
        if args[0] == "check" and "--format" not in args:
            yield args


def unpacked(args, folder):
    """A capture's archive is unpacked where it is named."""
    name = args[1].removeprefix("capture:")
    if name == args[1]:
        return args
    with tarfile.open(SRC / "tests" / "captures" / f"{name}.tar.xz") as tar:
        tar.extractall(folder)
    return ["check", os.path.join(folder, name), *args[2:]]


def said(finding):
    """(member, text) of all that is said of a finding; the kernel's words, names and pieces of .dts are not."""
    for key in ("title", "advice", "cause", "harmless", "assumed"):
        if finding.get(key):
            yield key, finding[key]
    for fix in finding["fixes"]:
        yield "fix", fix["what"]
        yield "effect", fix["effect"]
    for attempt in finding["did_not_help"]:
        yield "attempt", attempt["what"]
        yield "outcome", attempt["outcome"]


def is_figures(text):
    """ "memtotal +12 KiB, cma.size -64 MiB": names of numbers, and their changes. """
    return all(re.fullmatch(r"[a-z-]+(\.size)? [+-][\d.]+ ([KMGT]iB|字节)", part) for part in re.split(", |，", text))


def bared(text):
    """Without rules' ids, subjects of other findings and figures, which are names."""
    text = re.sub(r"(note|warning|error)\[[a-z-]+\]( [\w/,.@:-]+)?", "·", text)
    text = re.sub(r"\b[\w-]+[,@][\w-]+\b", "·", text)
    text = re.sub(r"新增提示：[a-z-]+( [\w/,.@:-]+)?", "新增提示", text)
    return re.sub(r"\b(memtotal|swiotlb\.size|cma\.size|crashkernel\.size|huge-page\.size) [+-]", "0", text)


if "--static" in sys.argv: sys.exit(tap.failed > 0)
english_of, chinese_of, refused = [], [], []
with tempfile.TemporaryDirectory() as folder:
    for args in asked():
        args = unpacked(args, folder)
        pair = [run(args, lang) for lang in ("en", "zh-CN")]
        if any(isinstance(p, str) for p in pair):
            refused.append(f"{args}: {pair}")
            continue
        for before, after in zip(*pair):
            for f, g in zip(before["findings"], after["findings"]):
                english_of += [(args, k, t) for k, t in said(f)]
                chinese_of += [(args, k, t) for k, t in said(g)]
where = [f"{k} {shlex.join(a)}: {t}" for a, k, t in chinese_of]
texts = [t for _, _, t in chinese_of]
check(f"{len(texts)} texts of findings are read in each language", refused + ([] if len(texts) == len(english_of) > 500 else [len(texts), len(english_of)]))
check("each is Chinese", [w for w, t in zip(where, texts) if not is_chinese(t) and not is_figures(t)])
check("no English clause is left", [f"{english(bared(t))} {w}" for w, t in zip(where, texts) if is_chinese(t) and english(bared(t))])
check("one word for one thing", [f"{x}: {w}" for w, t in zip(where, texts) for x in wrong_words(t)])
check("punctuation is Chinese", [w for w, t in zip(where, texts) if wrong_signs(bared(t))])
check("both have the same figures", [f"{t} | {u}" for (_, _, t), (_, _, u) in zip(english_of, chinese_of)
                                     if sorted(re.findall(r"0x[0-9a-f]+|\d+ [KMGT]iB", t)) != sorted(re.findall(r"0x[0-9a-f]+|\d+ [KMGT]iB", u))])
rules = subprocess.run([PROGRAM, "check", "--rules", "--lang", "zh-CN"], capture_output=True, text=True, timeout=60).stdout
lines = re.findall(r"^  (.+)$", rules, re.M)
check("every rule's title and advice are Chinese", [] if len(lines) > 70 and all(is_chinese(x) for x in lines) else [x for x in lines if not is_chinese(x)] or [rules])
check("and have no English in them", [f"{english(x)}: {x}" for x in lines if english(x)])
sys.exit(tap.end())
