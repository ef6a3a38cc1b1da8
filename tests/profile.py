#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mmscope profile on a made-up kernel: every layout of its tables, everything that it may be wrapped in, and damage."""
import json
import os
import random
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("SRCDIR", "."), "tests", "image"))
import fake_kernel as fake  # noqa: E402

MMSCOPE = os.environ.get("MMSCOPE_SAN") or os.environ.get("MMSCOPE", "./mmscope")
if not os.path.exists(MMSCOPE):
    MMSCOPE = os.environ["MMSCOPE"]
FOLDER = tempfile.TemporaryDirectory()
count = 0


def ok(good, sentence, *remarks):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {sentence}")
    for remark in remarks if not good else ():
        print("#", str(remark)[:1000].replace("\n", "\n# "))


def write(name, data):
    path = os.path.join(FOLDER.name, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def run(kernel, *options):
    """(status, profile as bytes, stderr)"""
    p = subprocess.run([MMSCOPE, "profile", kernel, *options], capture_output=True, timeout=120)
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def facts(kernel, *options):
    status, out, err = run(kernel, *options)
    if status:
        raise AssertionError(f"exit {status}: {err}")
    return json.loads(out)


def check_facts(profile, sentence):
    wanted = {name: hex(at) for name, at in fake.LAYOUT.items() if name in profile["symbols"]}
    ok(profile["symbols"] == wanted and len(wanted) > 20, f"{sentence}: the sections of the image", profile["symbols"], wanted)
    ok(profile["structs"] == {**fake.STRUCTS, "zone.free_area": 256}, f"{sentence}: sizes and offsets", profile.get("structs"))
    ok(profile["enums"]["zone_type"] == {"ZONE_DMA": 0, "ZONE_NORMAL": 1} and profile["enums"]["constants"] == {"free_area orders": 11},
       f"{sentence}: enumerators and array lengths", profile.get("enums"))
    ok(profile["config"]["NR_CPUS"] == 64 and profile["config"]["ARM64"] is True and "SOUND" not in profile["config"],
       f"{sentence}: the options that memory depends on", profile["config"])
    known = profile["params"]["known"]
    ok({"mem", "crashkernel", "cma", "panic", "dhash_entries=", "setup_word19*"} <= set(known) and
       not {"dotted.name", "refused_word*"} & set(known) and known == sorted(known),
       f"{sentence}: the words of the command line", known)


def layouts():
    for layout in ("after", "base", "seqs", "addresses", "self"):
        profile = facts(write("Image", fake.image(layout)))
        check_facts(profile, f"kallsyms, layout {layout}")
        ok(profile["kimage_vaddr"] == hex(fake.LINK) and profile["version"] == "6.12.34", "and where and what it is", profile["kimage_vaddr"])
    profile = facts(write("Image", fake.image("base", everything=False)), "--system-map", write("System.map", fake.system_map()))
    check_facts(profile, "names of data from System.map")
    wrong = fake.system_map().replace(b"%016x t start_kernel" % (fake.LINK + fake.functions()["start_kernel"]), b"%016x t start_kernel" % (fake.LINK + fake.CODE))
    status, out, err = run(write("Image", fake.image()), "--system-map", write("System.map", wrong))
    ok(status == 3 and "of another build: start_kernel" in err, "another build's System.map is refused", status, err)
    profile = facts(write("Image", fake.image(types=False)))
    vmlinux = facts(write("vmlinux", fake.elf(fake.image(types=False), debug=True)))
    check_facts(vmlinux, "types from a vmlinux's DWARF")
    ok("DWARF" in json.dumps(vmlinux["derived"]), "and that is said", vmlinux["derived"])
    ok("6.12" in profile["assumed"][0]["what"] and profile["structs"]["page"] == 64 and profile["structs"]["pglist_data"] == 14144,
       "without BTF the sizes are those of the nearest release, and that is said", profile["assumed"])


def callers():
    """
    arm64_memblock_init -> memblock_reserve                            prints arm64_memblock_init
    reserve_crashkernel_generic -> memblock_phys_alloc_range           reserve_crashkernel() is inlined there
    pcpu_embed_first_chunk -> memblock_free -jumps-> memblock_phys_free    prints pcpu_embed_first_chunk
    start_kernel -> __memblock_alloc_or_panic -> memblock_alloc_try_nid    prints __memblock_alloc_or_panic
    """
    profile = facts(write("Image", fake.image()))
    names = profile["callers"]
    ok(names["pcpu_build_alloc_info/info"] == "pcpu_embed_first_chunk", "a function that nobody calls prints nothing", names)
    ok(profile["evidence"]["pgtable_noleaktrace"] is True, "a constant that a call passes is evidence", profile["evidence"])
    ok(names.get("reserve_crashkernel/main") == "reserve_crashkernel_generic", "an inlined function prints the one that holds it", names)
    ok(names.get("start_kernel/saved-cmdline") == "__memblock_alloc_or_panic", "a copy that calls on prints itself", names)
    ok("pcpu_embed_first_chunk/areas-free" not in names, "a copy that jumps on prints who called it", names)
    ok("arm64_memblock_init/kernel" not in names, "a direct call prints its own function", names)
    ok("reserve_crashkernel/main-free" in profile["assumed"][0]["what"] and profile["assumed"][0]["effect"], "a call that is nowhere is told", profile["assumed"])
    log = b"Linux version 6.12.34 (builder)\nmemblock_reserve: [0x40000000-0x40ffffff] arm64_memblock_init+0x20/0x300\n"
    ok(facts(write("Image", fake.image()), "--log", write("boot.log", log))["derived"]["callers"] == "the code, and the boot log", "a boot log is read")
    status, _, err = run(write("Image", fake.image()), "--log", write("boot.log", b"hello\n"))
    ok(status == 3 and "boot log" in err, "a text that is no boot log is refused", err)


def same_facts(a, b):
    """Two profiles without the record of what their facts are from."""
    a, b = ({k: v for k, v in json.loads(text).items() if k != "derived"} for text in (a, b))
    return a == b


def wrappings():
    raw = fake.image(config=False)
    config = write("config", fake.CONFIG.encode())
    status, wanted, err = run(write("Image", raw), "--config", config)
    ok(status == 0, "a raw Image with its configuration", err)
    gz = fake.COMPRESSORS["gzip"](raw)
    wrapped = {name: how(raw) for name, how in fake.COMPRESSORS.items()}
    wrapped.update({"EFI zboot": fake.zboot(gz), "EFI zboot of xz": fake.zboot(fake.COMPRESSORS["xz"](raw), b"xzkern"),
                    "uImage": fake.uimage(raw), "uImage of gzip": fake.uimage(gz), "FIT": fake.fit(gz), "FIT with its data outside": fake.fit(gz, outside=True),
                    "zboot in gzip in a uImage": fake.uimage(fake.COMPRESSORS["gzip"](fake.zboot(gz)))})
    wrapped.update({f"boot.img v{v}": fake.bootimg(gz, v) for v in range(5)})
    for name, data in wrapped.items():
        status, out, err = run(write("kernel", data), "--config", config)
        ok(status == 0 and out == wanted, f"{name} is the raw Image", status, err)
    stub = b"ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"
    files = [("./boot/vmlinuz-6.12.34", gz), ("./boot/config-6.12.34", fake.CONFIG.encode()), ("./boot/System.map-6.12.34", stub)]
    for suffix, how in (("xz", "xz"), ("gz", "gzip"), ("zst", "zstd")):
        data = fake.deb(files, fake.COMPRESSORS[how], suffix)
        status, out, err = run(write("kernel.deb", data))
        ok(status == 0 and out == wanted, f"a package of Debian or, with zst, of Ubuntu (data.tar.{suffix}) has both", status, err)
    files[0] = ("./usr/lib/debug/boot/vmlinux-6.12.34", fake.elf(raw, debug=True).ljust(210 << 20, b"\0"))
    status, out, err = run(write("dbg.deb", fake.deb(files, fake.COMPRESSORS["gzip"], "gz")))
    ok(status == 0 and same_facts(out, wanted), "a vmlinux in a package that is too large to be held is read as far as it is loaded", status, err)
    files[0] = ("./boot/vmlinuz-6.12.34", gz)
    status, out, err = run(write("kernel.deb", fake.deb(files[:1])), "--config", write("base.deb", fake.deb(files[1:])))
    ok(status == 0 and out == wanted, "two packages: the kernel in one, the configuration in the other", status, err)
    status, out, err = run(write("vmlinux", fake.elf(raw)), "--config", config)
    ok(status == 0 and same_facts(out, wanted), "an ELF vmlinux is the raw Image", status, err)
    status, out, err = run(write("vmlinux", fake.elf(raw, symtab=False)), "--config", config)
    ok(status == 0, "a stripped one has kallsyms", err)
    with open(config, "rb") as stdin:
        p = subprocess.run([MMSCOPE, "profile", "-", "--config", config], stdin=open(write("Image", raw), "rb"), capture_output=True)
    ok(p.returncode == 0 and p.stdout == wanted, "standard input is one")
    pipe = os.path.join(FOLDER.name, "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    subprocess.run([MMSCOPE, "profile", write("Image", raw), "--config", config, "-o", pipe], capture_output=True, timeout=120)
    ok(stat.S_ISFIFO(os.stat(pipe).st_mode) and os.read(reader, len(wanted)) == wanted[:65536],
       "what is no file, a pipe or /dev/null, is written into and stays what it is")
    os.close(reader)
    kept, link, new = write("kept.json", b"old"), os.path.join(FOLDER.name, "link"), os.path.join(FOLDER.name, "new.json")
    os.chmod(kept, 0o600)
    os.symlink(kept, link)
    for output in (link, new):
        subprocess.run([MMSCOPE, "profile", write("Image", raw), "--config", config, "-o", output], timeout=120, umask=0o027)
    ok(os.path.islink(link) and open(kept, "rb").read() == wanted and stat.S_IMODE(os.stat(kept).st_mode) == 0o600,
       "what a link leads to is replaced, keeps its mode, and the link stays")
    ok(stat.S_IMODE(os.stat(new).st_mode) == 0o640 and not [f for f in os.listdir(FOLDER.name) if ".part" in f],
       "a new file has the mode that the umask leaves, and nothing lies beside it")


def refusals():
    raw = fake.image()
    cases = {
        "an x86 kernel in a uImage": (fake.uimage(raw, arch=24), "x86-64"),
        "a RAM disk in a uImage": (fake.uimage(raw, kind=3), "type 3"),
        "a FIT for another machine": (fake.fit(raw, b"arm"), "kernel for arm"),
        "a device tree that is no FIT": (fake.fit(raw).replace(b"images", b"imagez"), "not a FIT"),
        "a vmlinux for RISC-V": (fake.elf(raw, machine=243), "RISC-V"),
        "a boot.img without a kernel": (fake.bootimg(b"", 4), "init_boot"),
        "a package without a kernel": (fake.deb([("./boot/config-6.1", b"")]), r"package: holds no kernel \(boot/vmlinuz-\*\)"),
        "an Image without kallsyms": (fake.image("base")[:fake.RODATA + 0x10000].ljust(len(raw), b"\0"), "kallsyms"),
        "an Image of something else": (raw.replace(b"Linux version", b"Minix version"), "not a Linux kernel"),
        "an Image that was cut": (raw[:len(raw) // 2], r"sections go on to 720896; it is truncated \(byte 360448\)"),
        "a gzip that was cut in its head": (fake.COMPRESSORS["gzip"](raw)[:7], r"truncated or damaged \(byte 7\)"),
        "an Image that lies about its size": (raw[:16] + b"\xff" * 8 + raw[24:], "claims to be"),
        "an Image without its configuration": (fake.image(config=False), "--config FILE"),
        "a package of a kernel that is too large to be unpacked in memory": (
            fake.deb([("./boot/vmlinuz-6.1.0-47", raw.ljust((192 << 20) + 1, b"\0"))], fake.COMPRESSORS["gzip"], "gz"),
            r"vmlinuz-6\.1\.0-47: is larger than 201326592 bytes, the limit of a packed file; unpack the package and give it the file itself"),
        "a profile instead of a kernel": (b'{"name": "6.12"}', "looks like JSON.*-k FILE"),
        "a gzip bomb of layers": (fake.uimage(fake.uimage(fake.uimage(fake.uimage(fake.uimage(fake.uimage(fake.uimage(raw))))))), "wrapped more than"),
    }
    import re
    for sentence, (data, pattern) in cases.items():
        status, out, err = run(write("kernel", data))
        ok(status == 3 and re.search(pattern, err) and err.count("\n") == 1 and not out, f"{sentence}: one sentence, exit 3", status, err)


def damage():
    """Bytes that lie, at random by a fixed seed: a profile or one sentence, never a crash."""
    rng, bad = random.Random(9), []
    raw = fake.image()
    subjects = [raw, fake.elf(raw), fake.fit(raw), fake.deb([("./boot/vmlinuz-1", raw)]), fake.lzop(raw)]
    for i in range(int(os.environ.get("MMSCOPE_MUTANTS", "60"))):
        data = bytearray(subjects[i % len(subjects)])
        if i % 4 == 0:
            del data[rng.randrange(len(data)):]
        for _ in range(rng.choice((1, 8, 200))):
            if data:
                data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
        status, _, err = run(write("kernel", bytes(data)))
        if status not in (0, 3) or "Sanitizer" in err or "runtime error" in err:
            bad.append((i, status, err))
    ok(not bad, "damaged kernels give a profile or one sentence", bad)


def main():
    for part in (layouts, callers, wrappings, refusals, damage):
        try:
            part()
        except AssertionError as error:
            ok(False, f"{part.__name__} goes through", error)
    print(f"1..{count}")


main()
