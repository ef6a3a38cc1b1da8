#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a kernel can be trusted: what was measured belongs to the facts it was measured with, and nothing else."""
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

SRCDIR, MMSCOPE = os.environ.get("SRCDIR", "."), os.environ.get("MMSCOPE", "build/mmscope")
FOLDER = tempfile.TemporaryDirectory()
# The newest release that the history tells of, "7.3".
with open(os.path.join(SRCDIR, "mmcore", "versions", "history.h")) as f:
    LAST = ".".join(re.search(r"#define HISTORY_LAST\s+(\d+), (\d+)", f.read()).groups())
count = 0


def ok(good, sentence, *remarks):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {sentence}")
    for remark in remarks if not good else ():
        print("#", str(remark)[:1500].replace("\n", "\n# "))


def run(*words):
    p = subprocess.run([MMSCOPE, *words], capture_output=True, text=True, timeout=120)
    return p.returncode, p.stdout, p.stderr


def shipped(name):
    with open(os.path.join(SRCDIR, "boards", "kernels", name + ".json")) as f:
        return json.load(f)


def write(name, profile, folder=None):
    path = os.path.join(folder or FOLDER.name, name + ".json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(profile, f)
    return path


def trust(path):
    status, out, err = run("boot", "qemu-virt", "-k", path, "-o", "manifest")
    return json.loads(out)["kernel"]["trust"] if not status else {"failed": err}


def facts_and_remarks():
    profile = shipped("6.7")
    profile.update(name="mine", description="a copy")
    profile["assumed"] = [{"what": "sizes of .data assumed", "effect": "the image's owners, not placement"}]
    t = trust(write("copy", dict(reversed(profile.items()))))
    ok(t["state"] == "verified" and t["boots"] == 12, "another name, order and remark are the same facts", t)
    ok(t["assumed"] == profile["assumed"], "what was assumed is told", t)
    status, _, err = run("boot", "qemu-virt", "-k", os.path.join(FOLDER.name, "copy.json"), "-o", "manifest")
    ok(not err, "of a verified kernel nothing is said on stderr", err)
    for what, edit in {
        "a size": lambda p: p["structs"].update(page=p["structs"]["page"] + 8), "an option": lambda p: p["config"].update(NR_CPUS=32),
        "a symbol": lambda p: p["symbols"].update(_end=hex(int(p["symbols"]["_end"], 16) + 4096)),
        "a caller": lambda p: p["callers"].update({"numa_init/distance": "nobody"}),
    }.items():
        profile = shipped("6.7")
        edit(profile)
        t = trust(write("edited", profile))
        ok(t.get("state") == "derived" and t["boots"] == 0 and t["known"] == "recorded" and t["behaviour"] == "6.7",
           f"{what} that was edited makes it derived, whatever it says of itself", t)
        ok(t["nearest"]["kernel"] == "6.7" and t["nearest"]["changes"] == 0, "and the nearest verified build is the one it was", t)
    ok(t["nearest"]["config"] == 0 and t["nearest"]["structs"] == 0, "which shares all options and sizes", t)
    profile = shipped("6.7")
    profile["config"]["NR_CPUS"] = 32
    path = write("edited", profile)
    ok(trust(path)["nearest"]["config"] == 1, "one option apart", trust(path))
    for command in (["check", "qemu-virt", "-k", path], ["diff", "qemu-virt", "-k", path, "-k", path]):
        err = run(*command)[2]
        ok(err.count("kernel edited is not verified") == 1, f"{command[0]} says so, once", err)
    status, _, err = run("boot", "qemu-virt", "-k", path)
    ok(status == 0 and ("kernel edited is not verified: no boot of this very build was compared; it follows the rules of 6.7, which were checked on boots of "
                       "6.7.3; the nearest verified build is 6.7 (6.7.3): 0 changes of Linux, 1 option") in err,
       "a boot says so on stderr", err)


def releases():
    profile = shipped("6.12")
    for version, known, behaviour, recorded in (("6.12.200", "recorded", "6.12", "6.12.117"), ("6.12.44", "recorded", "6.12", "6.12.43"),
                                                ("6.9.3", "unrecorded", "6.9", None), ("7.99.0", "outside", LAST, None),
                                                ("4.4.1", "outside", "4.9", None)):
        profile["version"] = version
        t = trust(write("other", profile))
        ok((t.get("known"), t.get("behaviour"), t.get("recorded", ""), t.get("state")) == (known, behaviour, recorded, "derived"),
           f"Linux {version} is {known}, and runs as {behaviour}", t)
    _, out, err = run("boot", "qemu-virt", "-k", write("other", {**profile, "version": "7.99.0"}))
    ok(f"outside of 4.9 to {LAST}, which mmscope knows: it follows the rules of {LAST}" in err, "one outside of the history warns on stderr", err)
    for version in ("3.18.140", "9.1.0"):
        path = write("far", {**profile, "version": version})
        status, out, err = run("boot", "qemu-virt", "-k", path)
        ok(status == 3 and not out and "far from what is known" in err and "--force" in err, f"Linux {version} is refused, and the way is named", status, err)
        status, out, err = run("boot", "qemu-virt", "-k", path, "--force")
        ok(status in (0, 1) and out and "outside of" in err, "with --force it boots, with a warning", status, err[:300])


def own_boots():
    """6.12-virt-1g with a profile of one's own: the facts of 6.12 with a caller that this boot never prints."""
    mine = os.path.join(FOLDER.name, "boards")
    profile = {**shipped("6.12"), "name": "mine"}
    profile["callers"]["memtest/never"] = "nobody"
    write("mine", profile, os.path.join(mine, "kernels"))
    captures = sorted(f for f in os.listdir(os.path.join(SRCDIR, "tests", "captures")) if f.startswith("6.12-virt-1g"))
    with tarfile.open(os.path.join(SRCDIR, "tests", "captures", captures[0])) as tar:
        tar.extractall(FOLDER.name)
    capture = os.path.join(FOLDER.name, captures[0].split(".tar")[0])
    ok("mine" in run("kernels", "--boards", mine)[1] and "not verified: no boot" in run("kernels", "mine", "--boards", mine)[1], "at first it is not verified")
    status, out, err = run("verify", capture, "-k", "mine", "--boards", mine)
    ok(status == 0 and "kept in" in out, "a boot is compared and kept", status, out, err)
    with open(os.path.join(mine, "verified.json")) as f:
        kept = json.load(f)
    ok(list(kept) == [trust(os.path.join(mine, "kernels", "mine.json"))["facts"]], "by the hash of the facts", kept)
    run("verify", capture, "-k", "mine", "--boards", mine)
    line = run("kernels", "mine", "--boards", mine)[1]
    ok("verified on 1 boot, " in line, "then it is verified on that boot, and the same boot counts once", line)
    status, _, err = run("boot", "qemu-virt", "-k", "mine", "--boards", mine)
    ok(status == 0 and "not verified" not in err, "and a boot from that folder says nothing any more", err)
    profile["config"]["NR_CPUS"] = 32
    write("mine", profile, os.path.join(mine, "kernels"))
    line = run("kernels", "mine", "--boards", mine)[1]
    ok("not verified: no boot" in line, "an edit makes it unverified again", line)
    run("verify", capture, "-k", "mine", "--boards", mine)
    line = run("kernels", "mine", "--boards", mine)[1]
    ok("none exact of 1 boot" in line or "verified on" in line, "what differs is told with its numbers", line)
    before = os.listdir(mine)
    ok(before == ["kernels", "verified.json"] or sorted(before) == ["kernels", "verified.json"], "nothing else is left behind", before)
    with open(os.path.join(mine, "verified.json"), "w") as f:
        f.write("{ broken")
    status, _, err = run("verify", capture, "-k", "mine", "--boards", mine)
    ok(status == 3 and "verified.json" in err, "a broken file is named and stays", status, err)
    ok(run("kernels", "--boards", mine)[0] == 0, "and harms no list")
    status, _, err = run("verify", capture)
    ok(status == 0 and not err, "a kernel that ships needs no keeping", err)


def main():
    for part in (facts_and_remarks, releases, own_boots):
        try:
            part()
        except (KeyError, AssertionError, OSError, ValueError) as error:
            ok(False, f"{part.__name__} goes through", repr(error))
    print(f"1..{count}")


sys.exit(main())
