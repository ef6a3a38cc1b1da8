# SPDX-License-Identifier: GPL-2.0-or-later
"""Public reports of memory that was not had: a board and a command reproduce each, and the answer names what the thread found.

tests/doctor/reports.json is the list; docs/reports.md is made of it: tests/reports.py --docs.
"""
import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

SRC = Path(os.environ.get("SRCDIR", Path(__file__).resolve().parent.parent))
BOARDS = SRC / "tests" / "doctor"
DOCS = SRC / "docs" / "reports.md"
AT_LEAST = 30
UNTOLD = "architecture not told"


def table(reports):
    """docs/reports.md"""
    others = Counter(r["of"] for r in reports if "of" in r)
    head = (
        "# Public reports that mmscope explains\n\n"
        "Each row is a public report. Its board is in `tests/doctor/` or one of `mmscope boards`; run the commands in that folder.\n"
        "`tests/reports.py` runs them all. None of the boards is the reporter's own: each is rebuilt from what the thread quotes, such as\n"
        "an excerpt of a tree, a log or a few addresses. What it does not quote (often the amount of RAM, CPUs, other reserved nodes) is\n"
        "made up, or taken from a board of the same kind. If the reported kernel does not come with mmscope, the nearest one stands in\n"
        "for it.\n\n"
        "mmscope boots arm64 only. "
        f"{others['32-bit Arm']} threads are about 32-bit Arm and {others['x86']} about x86, and {others[UNTOLD]} do not say which architecture they\n"
        "are about; they are listed because arm64 has the same fault. Their rows say so, and show an arm64 board.\n\n"
        "| report | command | what the thread found | what mmscope says | what helps |\n|---|---|---|---|---|\n"
    )
    return head + "".join(row(r) for r in reports)


def cell(text):
    return text.replace("|", "\\|")


def row(r):
    links = ", ".join(f"[{place(url)}]({url})" for url in r["urls"]) or "(told in person)"
    of = f" ({r['of']})" if "of" in r else ""
    helps = " · ".join(f"`{w}`" for w in r["fix"]) if "fix" in r else f"nothing is needed, or nothing in reach helps: `{r['none']}`"
    says = " · ".join(f"`{w}`" for w in r["cause"])
    return "| " + " | ".join(cell(c) for c in (f"{r['title']}{of}<br>{links}", f"`mmscope {r['run']}`", r["found"], says, helps)) + " |\n"


def place(url):
    words = url.split("/")
    return f"{words[3]}/{words[4]}#{words[-1]}" if words[-1].isdigit() else f"{words[3]}/{words[4]}"


def answer(run):
    program = os.environ.get("MMSCOPE", str(SRC / "build" / "mmscope"))
    return subprocess.run([program, *shlex.split(run)], cwd=BOARDS, capture_output=True, text=True, timeout=60)


def wrong_with(r):
    """What the answer to a report lacks, or an empty list."""
    done = answer(r["run"])
    if done.returncode != r["status"]:
        return [f"exit status {done.returncode}, not {r['status']}: {done.stderr.strip()}"]
    words = r["cause"] + r.get("fix", []) + ([r["none"]] if "none" in r else [])
    said = done.stdout.lower()
    return [f"does not say '{w}'" for w in words if w.lower() not in said]


def main():
    reports = json.loads((BOARDS / "reports.json").read_text())
    if "--docs" in sys.argv:
        DOCS.write_text(table(reports))
        return 0
    failed = 0
    print(f"1..{len(reports) + 2}")
    for n, r in enumerate(reports, 1):
        wrong = wrong_with(r)
        failed += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {n} - {r['id']}: {r['title']}")
        for line in wrong + answer(r["run"]).stdout.splitlines() if wrong else []:
            print(f"# {line}")
    ids, public = {r["id"] for r in reports}, [r for r in reports if r["urls"]]
    checks = [(len(ids) == len(reports) and len(public) >= AT_LEAST, f"there are {AT_LEAST} reports or more, each once"),
              (DOCS.read_text() == table(reports), "docs/reports.md is made of them (tests/reports.py --docs)")]
    for n, (good, what) in enumerate(checks, len(reports) + 1):
        failed += not good
        print(f"{'' if good else 'not '}ok {n} - {what}")
    return failed != 0


sys.exit(main())
