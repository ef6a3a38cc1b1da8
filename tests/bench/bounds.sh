#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the largest machines cost, and trees that were made to: whole commands, CPU time, the least of seven. The goal is 100 ms each,
# and time that grows no faster than memory does.
set -eu
exec python3 - "$MMSCOPE" "${MMSCOPE_CASES:-$SRCDIR/../shared/cases}" <<'END'
import os, resource, subprocess, sys
mmscope, cases = sys.argv[1:]


def cost(*words):
    """Least CPU milliseconds, most MiB, exit status."""
    least = 1e9
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([mmscope, "boot", *words, "-o", "zoneinfo"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return least, done.returncode, done.stderr.strip().split("\n")[0]


def line(what, ms, status, said):
    print(f"{what:34} {ms:8.1f} ms  (goal   100)  status {status}{': ' + said[:90] if said else ''}")


print(f"== the largest machines, load {os.getloadavg()[0]:.1f}")
start = cost("no-such-board")[0]
print(f"{'the program alone':34} {start:8.1f} ms")
for kernel, sizes in (("5.10", (1, 8, 64, 128)), ("6.12", (1, 8, 64, 128)), ("7.2", (1, 8, 64, 128)), ("6.12-16k", (1, 8, 64, 128))):
    took = {}
    for tib in sizes:
        took[tib], status, said = cost("qemu-virt", "-k", kernel, "--cpu", "neoverse-n1", "-m", f"{tib}T@0x40000000")
        line(f"{kernel}, one node of {tib} TiB", took[tib], status, said)
    print(f"{'  twice the memory':34} {(took[128] - start) / (took[64] - start):8.2f} times the time (goal: no more than 2)")
for kernel in ("5.10", "6.12", "7.2"):
    line(f"{kernel}, 16 nodes of 4 TiB", *cost("numa16-64t", "-k", kernel))
for name in ("half2.dtb", "ram256t.dtb"):
    path = os.path.join(cases, name)
    if not os.path.exists(path):
        print(f"({path} is not here; MMSCOPE_CASES is the folder)")
        continue
    for kernel in ("5.10", "6.12"):
        line(f"{kernel}, {name}", *cost(path, "-k", kernel))
END
