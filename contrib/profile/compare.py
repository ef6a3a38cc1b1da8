#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a profile that ships the one that `mmscope profile` makes of its kernel?

usage: compare.py [--mmscope PROGRAM] NAME KERNEL [OPTION]...

NAME is a profile in boards/kernels; the options (--config FILE, --system-map FILE ...) go to mmscope profile. Prints each fact
that differs; exit status 1 if one does. Remarks (conformance, recorded, description ...) are not compared, nor the words that
only other kernels know, nor an address that mail scrubbers took out of the banner. Symbols called __pi_* are second names of
others that kallsyms leaves out, and idmap_pg_dir is one that the older lists left out.
"""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REMARKS = {"conformance", "recorded", "description", "symbol_notes", "evidence", "derived", "assumed"}


def facts(profile):
    """"section.name" -> value."""
    out = {}
    for section, value in profile.items():
        if section == "banner":
            value = re.sub(r"@[\w.]+", "", value)
        if section in REMARKS:
            continue
        for key, fact in value.items() if isinstance(value, dict) else [("", value)]:
            if section == "params" and key == "unknown" or key.startswith("__pi_") or key == "idmap_pg_dir":
                continue
            out[f"{section}.{key}"] = fact
    return out


def main():
    args, program = sys.argv[1:], "mmscope"
    if args[:1] == ["--mmscope"]:
        program, args = args[1], args[2:]
    if len(args) < 2:
        sys.exit(__doc__)
    name, kernel, *options = args
    made = subprocess.run([program, "profile", "-q", "--name", name, *options, kernel], capture_output=True, check=True).stdout
    with open(os.path.join(HERE, "../../boards/kernels", name + ".json"), encoding="utf-8") as f:
        ships, made = facts(json.load(f)), facts(json.loads(made))
    different = [k for k in sorted({*ships, *made}) if ships.get(k) != made.get(k)]
    for key in different:
        print(f"{key}: ships {ships.get(key)}, made {made.get(key)}")
    print(f"{name}: {len(ships)} facts, {len(different)} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
