#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/operations.md is what 'mmscope help ops' says; --docs writes it."""
import os
import re
import subprocess
import sys

PROGRAM = os.environ.get("MMSCOPE", "./mmscope")
PAGE = os.path.join(os.environ.get("SRCDIR", "."), "docs", "operations.md")
HEAD = """# Operations

What you can ask a booted machine to do, with `mmscope boot BOARD --ops FILE`, with `ops=` over HTTP, and in the page's console.
This page is `mmscope help ops`, made by `tests/operations.py --docs`.

Objects of caches follow the release's SLUB: the CPU's slab and its partial slabs up to 6.19, sheaves from 7.0 on. Caches made
during boot start as `start_kernel()` leaves them; what the rest of a boot puts into them is not modelled. With `--from-state` they start empty.

When an order above the limit is requested, the kernel warns once, with `WARNING: ... mm/page_alloc.c:LINE ... FUNCTION+OFFSET/SIZE`,
registers and a stack. Line, offset and size differ from build to build and are in no profile, so the line in the log ends with the name of
the file, which the event names as well. `---[ end trace ... ]---` has a random number before 5.17, and is left out there.

"""


def table(text):
    """The reference as Markdown: its head as text, a section for each statement, a table of its arguments."""
    head, _, rest = text.partition("\n\n")
    out = [" ".join(head.split()), ""]
    for block in rest.strip("\n").split("\n\n"):
        lines = block.splitlines()
        what = re.match(r"  (\S.*?)  +(\S.*)", lines[0])
        out += [f"## `{what[1].strip()}`", "", what[2].strip(), ""]
        rows = [re.match(r"      (\S.*?)  +(\S.*)", line) for line in lines[1:]]
        if rows:
            out += ["| argument | meaning |", "|---|---|"] + [f"| `{m[1].replace('|', chr(92) + '|')}` | {m[2].replace('|', chr(92) + '|')} |" for m in rows] + [""]
    return "\n".join(out)


page = HEAD + table(subprocess.run([PROGRAM, "help", "ops"], capture_output=True, text=True, check=True, timeout=20).stdout)
if "--docs" in sys.argv:
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(page)
    sys.exit(0)
with open(PAGE, encoding="utf-8") as f:
    same = f.read() == page
print(f"{'ok' if same else 'not ok'} 1 - docs/operations.md is what mmscope help ops says; tests/operations.py --docs writes it")
print("1..1")
