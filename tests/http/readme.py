# SPDX-License-Identifier: GPL-2.0-or-later
"""The curl lines of README.md and README.zh-CN.md do what they say."""
import os
import re
import subprocess
import tempfile

from mmhttp import API, BOARD, Daemon, Tap, check, same

test = Tap()
daemon = Daemon()
SRCDIR = os.environ.get("SRCDIR", ".")


def commands(name):
    """The lines of the code block that asks with curl, joined where they are continued."""
    with open(os.path.join(SRCDIR, name), encoding="utf-8") as f:
        blocks = re.findall(r"```sh\n(.*?)```", f.read(), re.S)
    block = next(b for b in blocks if "/events" in b)
    return [line for line in block.replace("\\\n", " ").splitlines() if "curl" in line]


def run(line, before, folder):
    """Status and output of a line, as typed, but for the port and the pace, which would take minutes."""
    script = "\n".join([*before, line]).replace("127.0.0.1:8642", daemon.host)
    return subprocess.run(["bash", "-c", "set -o pipefail; " + script], cwd=folder, capture_output=True, text=True, timeout=60)


def try_all(name):
    lines = commands(name)
    check(len(lines) >= 8, lines)
    before = [line.split("  #")[0] for line in lines if line.startswith("run=")]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "my.dtb"), "wb") as f:
            f.write(daemon.get(f"{API}/boards/{BOARD}/dtb").body)
        for line in lines:
            line = line.split("  #")[0].replace("pace=2", "pace=2&to=3")
            if line.startswith("run="):
                continue
            r = run(line, before, folder)
            same((r.returncode, r.stderr), (0, ""), line)
            check(r.stdout.strip() not in ("", "null"), f"{line}: {r.stdout!r}")
            check("problems/" not in r.stdout or line.rstrip().endswith("jq ."), f"{line}: {r.stdout[:300]}")


@test
def readme_works():
    """README.md: every curl line gives an answer"""
    try_all("README.md")


@test
def chinese_readme_works():
    """README.zh-CN.md: every curl line gives an answer"""
    try_all("README.zh-CN.md")


test.main()
