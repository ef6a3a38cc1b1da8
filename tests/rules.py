# SPDX-License-Identifier: GPL-2.0-or-later
"""Each rule of `mmscope check` has a board that triggers it, one that nearly does, and where it has a kernel's words a recorded boot.

tests/doctor/rules.json is the list; docs/rules/ has a page for each rule, made of it and of the rule table: tests/rules.py --docs.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SRC = Path(os.environ.get("SRCDIR", Path(__file__).resolve().parent.parent))
BOARDS = SRC / "tests" / "doctor"
DOCS = SRC / "docs" / "rules"
CAPTURES = SRC / "tests" / "captures"


def mmscope(*args):
    program = os.environ.get("MMSCOPE", str(SRC / "build" / "mmscope"))
    return subprocess.run([program, "check", *args], cwd=BOARDS, capture_output=True, text=True, timeout=120)


def table():
    """The rule table as the program has it: id -> (severity, title, help)."""
    found = re.findall(r"^(\S+) \((\w+)\)\n  (.*)\n  (.*)$", mmscope("--rules").stdout, re.M)
    return {name: (severity, title, text) for name, severity, title, text in found}


class Recordings:
    """tests/captures, unpacked as they are asked for."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def path(self, name):
        if not (self.folder / name).exists():
            with tarfile.open(CAPTURES / f"{name}.tar.xz") as tar:
                tar.extractall(self.folder, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(self.folder)
        return self.folder / name

    def console(self, name):
        return (self.path(name) / "console.txt").read_text(errors="replace")


def findings(run, recordings):
    """[(rule, kernel's words)] of a command; None if it could not be run."""
    args = shlex.split(run)
    if args[0].startswith("capture:"):
        args[0] = str(recordings.path(args[0].removeprefix("capture:")))
    done = mmscope(*args, "--no-fix", "--format", "json")
    if done.returncode not in (0, 1):
        return None, done.stderr or done.stdout
    return [(f["rule"], f["kernel"]) for check in json.loads(done.stdout)["checks"] for f in check["findings"]], ""


def without_rule(recordings):
    """What no rule speaks of, in every recorded boot."""
    boots = [str(recordings.path(tar.name.removesuffix(".tar.xz"))) for tar in sorted(CAPTURES.glob("*.tar.xz"))]
    done = mmscope(*boots, "--no-fix", "--details", "--format", "json")
    checks = json.loads(done.stdout)["checks"] if done.returncode in (0, 1) else []
    lost = [] if len(checks) == len(boots) else [f"{len(checks)} of {len(boots)} boots were checked: {done.stderr}"]
    return lost + [f"{Path(c['board']).name}: {f['kernel']}" for c in checks for f in c["findings"] if f["rule"] == "kernel-message"]


def wrong_with(r, recordings):
    """What does not hold of a rule's row, or an empty list."""
    if "unreachable" in r:
        return []
    wrong = []
    hit, why = findings(r["triggers"], recordings)
    if hit is None or r["rule"] not in [rule for rule, _ in hit]:
        wrong.append(f"not found by: {r['triggers']} {why or [rule for rule, _ in hit]}")
    elif "words" in r and not any(rule == r["rule"] and words for rule, words in hit):
        wrong.append("the kernel says nothing there")
    near, why = findings(r["nearly"], recordings)
    if near is None or r["rule"] in [rule for rule, _ in near]:
        wrong.append(f"found by, or failed: {r['nearly']} {why}")
    if "recorded" in r and r["words"] not in recordings.console(r["recorded"]):
        wrong.append(f"{r['recorded']} does not say: {r['words']}")
    return wrong


def page(r, rule, reports):
    """docs/rules/ID.md"""
    severity, title, text = rule
    out = f"# {r['rule']}\n\n*{severity}.* {title} {text}\n"
    if "words" in r:
        out += f"\nThe kernel says: `{r['words']}`"
        out += f" (recorded: `tests/captures/{r['recorded']}`).\n" if "recorded" in r else f" (no recording yet: {r['unrecorded']}).\n"
    else:
        out += "\nThe kernel prints nothing about it.\n" if "triggers" in r else ""
    if "unreachable" in r:
        out += f"\nNo board triggers it: {r['unreachable']}.\n"
    else:
        out += "\nTry it in `tests/doctor/`:\n\n```sh\n"
        out += f"mmscope check {r['triggers'].replace('capture:', '../captures/')}    # finds it\n"
        out += f"mmscope check {r['nearly'].replace('capture:', '../captures/')}    # does not\n```\n"
    mine = [report for report in reports if any(r["rule"] in words for words in report["cause"])]
    if mine:
        out += "\nReported in:\n\n" + "".join(f"- {m['title']} " + ", ".join(f"<{u}>" for u in m["urls"]) + "\n" for m in mine)
    return out


def pages(rules, known, reports):
    """Path -> text of every page, the index included."""
    out = {r["rule"] + ".md": page(r, known[r["rule"]], reports) for r in rules if r["rule"] in known}
    index = "# Rules of `mmscope check`\n\n| rule | | what is wrong |\n|---|---|---|\n"
    index += "".join(f"| [{name}]({name}.md) | {known[name][0]} | {known[name][1]} |\n" for name in sorted(known))
    out["README.md"] = index
    return out


def main():
    rules, known = json.loads((BOARDS / "rules.json").read_text()), table()
    reports = json.loads((BOARDS / "reports.json").read_text())
    if "--docs" in sys.argv:
        DOCS.mkdir(parents=True, exist_ok=True)
        for name, text in pages(rules, known, reports).items():
            (DOCS / name).write_text(text)
        return 0
    failed = 0

    def ok(good, what, lines=()):
        nonlocal failed
        ok.n += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {ok.n} - {what}")
        for line in [] if good else lines:
            print(f"# {line}")

    ok.n = 0
    print(f"1..{len(rules) + 3}")
    with tempfile.TemporaryDirectory() as folder:
        recordings = Recordings(folder)
        for r in rules:
            wrong = wrong_with(r, recordings)
            ok(not wrong, f"{r['rule']}: found where it is, and not where it nearly is", wrong)
        unnamed = without_rule(recordings)
        ok(not unnamed, "of all recorded boots, none has a failure without a rule of its own", unnamed)
    ok({r["rule"] for r in rules} == set(known), "every rule has its row, and every row its rule",
       sorted({r["rule"] for r in rules} ^ set(known)))
    stale = [name for name, text in pages(rules, known, reports).items()
             if not (DOCS / name).exists() or (DOCS / name).read_text() != text]
    ok(not stale, "docs/rules/ is made of both (tests/rules.py --docs)", stale)
    return failed != 0


sys.exit(main())
