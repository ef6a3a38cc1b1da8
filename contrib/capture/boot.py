#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot a real arm64 kernel in QEMU and keep what it says of its memory as a capture directory for `mmscope verify`.

usage: boot.py -k NAME -i IMAGE -b BUSYBOX [OPTION]... OUT-DIR [-- QEMU-OPTION...]

  -k NAME        name of the kernel's profile, as in `mmscope kernels`
  -i IMAGE       the kernel's Image (vmlinuz of a Debian package is one)
  -b BUSYBOX     a statically linked busybox for arm64
  -m SIZE        memory (1G)          --smp N     CPUs (2)          --cpu MODEL     (cortex-a57)
  --append TEXT  words for the command line besides those that a capture needs
  --console TEXT earlycon= and console= of a board that is not virt; --ram ADDRESS   and where its RAM begins
  --dtb FILE     a board's tree (.dts or .dtb) in place of QEMU's own; QEMU writes its memory nodes and /chosen
  --as-is        ... and changes nothing but /chosen: any memory layout inside the machine's RAM
  --image-at, --initrd-at, --dtb-at ADDRESS   where the loader of --as-is puts things
  --firmware FILE   boot through UEFI (QEMU_EFI.fd of qemu-efi-aarch64) and the kernel's EFI stub, without ACPI
  --uefi-map FILE   with --as-is: the memory map (JSON, as for `mmscope boot --uefi`) and tables of a UEFI that is not there
  --node SIZE[:CPUS]   a NUMA node; SIZE 0 is a node without memory. Repeat for each
  --dist A,B,D   distance of two nodes
  --structs FILE, --map FILE   struct layout and System.map: also read the free lists out of the halted kernel
  --bare         not the words memblock=debug and nokaslr
  --timeout SECONDS   (120)

Options after -- go to QEMU as they are, for example -- -M virt,gic-version=3.
fetch.sh gets packages of Debian's releases; README.md has the whole story.
"""
import argparse
import base64
import json
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time

import freelists
import uefi

HERE = os.path.dirname(os.path.abspath(__file__))
CONSOLE = "earlycon=pl011,0x9000000 console=ttyAMA0"
NEEDED = "memblock=debug panic=-1 nokaslr"
BARE = "panic=-1"
DTB_ALIGN = 2 << 20
PANIC = b"Kernel panic - not syncing: "
DROPPED = re.compile(r"^\*\* (\d+) printk messages dropped \*\*.*\n", re.M)
NAMES = {"/proc/zoneinfo": "zoneinfo", "/proc/buddyinfo": "buddyinfo", "/proc/pagetypeinfo": "pagetypeinfo", "/proc/iomem": "iomem",
         "/proc/meminfo": "meminfo", "/proc/slabinfo": "slabinfo", "/proc/sys/vm/min_free_kbytes": "min_free_kbytes",
         "/proc/sys/vm/numa_zonelist_order": "numa_zonelist_order", "/sys/kernel/debug/memblock/memory": "memblock-memory",
         "/sys/kernel/debug/memblock/reserved": "memblock-reserved", "/proc/kallsyms": "kallsyms", "dmesg": "dmesg",
         "/sys/firmware/fdt": "fdt"}


def arguments():
    words, extra = sys.argv[1:], []
    if "--" in words:
        cut = words.index("--")
        words, extra = words[:cut], words[cut + 1:]
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("-k", dest="kernel", required=True)
    ap.add_argument("-i", dest="image", required=True)
    ap.add_argument("-b", dest="busybox", required=True)
    ap.add_argument("-m", dest="memory", default="1G")
    ap.add_argument("--smp", default="2")
    ap.add_argument("--cpu", default="cortex-a57")
    ap.add_argument("--append", default="")
    ap.add_argument("--dtb")
    ap.add_argument("--console", default=CONSOLE)
    ap.add_argument("--ram", type=lambda s: int(s, 0), default=0x40000000)
    ap.add_argument("--as-is", action="store_true")
    ap.add_argument("--image-at", type=lambda s: int(s, 0))
    ap.add_argument("--initrd-at", type=lambda s: int(s, 0), default=0x48000000)
    ap.add_argument("--dtb-at", type=lambda s: int(s, 0))
    ap.add_argument("--node", action="append", default=[])
    ap.add_argument("--dist", action="append", default=[])
    ap.add_argument("--structs")
    ap.add_argument("--map")
    ap.add_argument("--firmware")
    ap.add_argument("--uefi-map")
    ap.add_argument("--bare", action="store_true")
    ap.add_argument("--timeout", type=int, default=120)
    ap.add_argument("out")
    a = ap.parse_args(words)
    a.extra = extra
    if a.uefi_map and not a.as_is:
        ap.error("--uefi-map goes with --as-is: QEMU itself puts no tables into RAM")
    return a


# ---------------------------------------------------------------- initramfs

def entry(name, mode, data=b"", device=(0, 0)):
    """One member of a cpio archive in the "newc" format."""
    raw = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(raw), 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + raw
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def initramfs(busybox):
    with open(busybox, "rb") as file:
        box = file.read()
    with open(os.path.join(HERE, "init"), "rb") as file:
        init = file.read()
    return b"".join((entry("bin", stat.S_IFDIR | 0o755), entry("dev", stat.S_IFDIR | 0o755),
                     entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)), entry("bin/busybox", stat.S_IFREG | 0o755, box),
                     entry("init", stat.S_IFREG | 0o755, init), entry("TRAILER!!!", 0)))


# ------------------------------------------------------------------ machine

def machine(a):
    """QEMU's options for the board; the first two are always -M and its value."""
    virt, extra = "virt", list(a.extra)
    if "-M" in extra:
        at = extra.index("-M")
        virt = extra[at + 1]
        del extra[at:at + 2]
    if a.firmware:
        virt += ",acpi=off"
        extra += ["-bios", a.firmware]
    words = ["-M", virt, "-cpu", a.cpu, "-m", a.memory, "-smp", a.smp]
    for nid, node in enumerate(a.node):
        size, _, cpus = node.partition(":")
        numa = f"node,nodeid={nid}"
        if size != "0":
            words += ["-object", f"memory-backend-ram,id=m{nid},size={size}"]
            numa += f",memdev=m{nid}"
        for cpu in filter(None, cpus.split("+")):
            numa += f",cpus={cpu}"
        words += ["-numa", numa]
    for dist in a.dist:
        src, dst, value = dist.split(",")
        words += ["-numa", f"dist,src={src},dst={dst},val={value}"]
    return words + extra


def tree(a, work):
    """The board's own DTB, compiled if need be; none if QEMU makes it."""
    if not a.dtb:
        return []
    dtb = a.dtb
    if dtb.endswith(".dts"):
        dtb = os.path.join(work, "in.dtb")
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb, a.dtb], check=True)
    return ["-dtb", dtb]


def u64_property(dtb, name):
    """A property of /chosen, of four or eight bytes."""
    text = subprocess.run(["fdtget", "-t", "x", dtb, "/chosen", name], check=True, capture_output=True, text=True).stdout
    cells = [int(word, 16) for word in text.split()]
    return cells[0] if len(cells) == 1 else cells[0] << 32 | cells[1]


def image_base(image, ram):
    """Where QEMU puts an Image: text_offset past the start of RAM, 2 MiB if it is 0."""
    with open(image, "rb") as file:
        head = file.read(64)
    offset, size = struct.unpack_from("<QQ", head, 8)
    if head[56:60] != b"ARM\x64":
        sys.exit(f"{image}: not an arm64 Image")
    return ram + (offset if size and offset else 2 << 20 if size else 0x80000)


def round_up(value, unit):
    return (value + unit - 1) // unit * unit


def keep_uefi(out, text):
    """UEFI's memory map as the log tells it, into uefi.txt; -> the log's lines without times."""
    lines = [re.sub(r"^\[ *\d+\.\d+\] ", "", line) for line in text.replace("\r", "").split("\n")]
    write(os.path.join(out, "uefi.txt"), "".join(line + "\n" for line in lines
                                                if line.startswith("efi: ") or re.match(r"(__)?memblock_reserve: .* efi_", line)))
    return lines


def uefi_facts(a, out, dtb, text, initrd_bytes):
    """Where a boot through UEFI says that things lie."""
    lines = keep_uefi(out, text)
    size = os.path.getsize(dtb)
    tree = next(re.search(r"\[(0x\w+)-", line)[1] for line in lines
                if re.match(rf" reserved\[0x\w+\]\s.* {size:#018x} bytes", line))
    # With mem= the kernel's own pages are added again as well: the initrd is what has its length.
    start = next(found[1] for line in lines if (found := re.match(r"memblock_add: \[(0x\w+)-(0x\w+)\].* arm64_memblock_init", line))
                 and int(found[2], 16) + 1 - int(found[1], 16) >= initrd_bytes > int(found[2], 16) - int(found[1], 16) - 0x10000)
    code = int(re.search(r"(?m)^ *([0-9a-f]+)-[0-9a-f]+ : Kernel code", pathlib.Path(out, "iomem.txt").read_text())[1], 16)
    # Kernel code begins at _text up to 5.10 and 64 KiB behind it since.
    return {"kernel_image": hex(code - code % 0x20000), "initrd": [hex(int(start, 16)), hex(int(start, 16) + initrd_bytes)],
            "dtb": hex(int(tree, 16))}


def loader_facts(a, dtb):
    if a.as_is:
        return {"kernel_image": hex(a.image_at), "initrd": [hex(a.initrd_at), hex(a.initrd_end)], "dtb": hex(a.dtb_at)}
    start, end = u64_property(dtb, "linux,initrd-start"), u64_property(dtb, "linux,initrd-end")
    return {"kernel_image": hex(image_base(a.image, a.ram)), "initrd": [hex(start), hex(end)], "dtb": hex(round_up(end, DTB_ALIGN))}


# ------------------------------------------------- a tree taken as it is

# ldr x0, tree; x1 = x2 = x3 = 0; ldr x4, image; br x4: the boot protocol, and the two addresses.
START = struct.pack("<6I", 0x580000c0, 0xaa1f03e1, 0xaa1f03e2, 0xaa1f03e3, 0x58000084, 0xd61f0080)


# QEMU's own tree lies in the MiB before, where firmware would look for it.
START_AT = 0x40100000


def put_words(a, dtb, cmdline, initrd):
    """/chosen as a boot loader fills it in."""
    a.image_at = a.image_at or image_base(a.image, a.ram)
    a.initrd_end = a.initrd_at + os.path.getsize(initrd)
    a.dtb_at = a.dtb_at or round_up(a.initrd_end, DTB_ALIGN)
    subprocess.run(["fdtput", "-p", "-t", "s", dtb, "/chosen", "bootargs", cmdline], check=True)
    for name, value in (("start", a.initrd_at), ("end", a.initrd_end)):
        subprocess.run(["fdtput", "-t", "x", dtb, "/chosen", f"linux,initrd-{name}", f"{value >> 32:x}", f"{value & 0xffffffff:x}"],
                       check=True)


def put_uefi(a, work, dtb):
    """UEFI's tables in RAM, /chosen that tells of them; -> QEMU's options for them."""
    blocks, properties = uefi.files(a.uefi_map)
    words = []
    for name, (cells, value) in properties.items():
        subprocess.run(["fdtput", "-t", "x", dtb, "/chosen", name] + [f"{value >> 32:x}"] * (cells - 1) + [f"{value & 0xffffffff:x}"],
                       check=True)
    for i, (at, data) in enumerate(blocks):
        path = os.path.join(work, f"uefi{i}")
        with open(path, "wb") as file:
            file.write(data)
        words += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
    return words


def as_is_options(a, work, dtb, initrd):
    """QEMU as a machine without a boot loader: three files in RAM, and where the first CPU starts."""
    first = os.path.join(work, "start")
    with open(first, "wb") as file:
        file.write(START + struct.pack("<QQ", a.dtb_at, a.image_at))
    words = put_uefi(a, work, dtb) if a.uefi_map else []
    for name, at in ((first, START_AT), (a.image, a.image_at), (initrd, a.initrd_at), (dtb, a.dtb_at)):
        words += ["-device", f"loader,file={name},addr={at:#x},force-raw=on"]
    return words + ["-device", f"loader,addr={START_AT:#x},cpu-num=0"]


# ---------------------------------------------------------------- recording

def listen(a, work, found):
    """Read the free lists while the machine boots; @found receives them."""
    try:
        found.append(freelists.record(os.path.join(work, "gdb"), a.structs, a.map, a.timeout))
    except (OSError, ValueError, EOFError, KeyError) as error:
        print(f"free lists: {type(error).__name__}: {error}", file=sys.stderr)


def qemu(words, **kwargs):
    """Run QEMU to its end; what it has to complain of is said by us, not swallowed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **kwargs)
    if done.returncode:
        sys.exit(f"{words[0]} failed (status {done.returncode}): {done.stderr.strip() or 'it gave no reason'}")


def dump_tree(words, machine_type, path):
    """QEMU's device tree as the kernel gets it: /chosen filled in, memory nodes of the machine."""
    qemu([words[0], "-M", f"{machine_type},dumpdtb={path}", *words[3:], "-display", "none", "-serial", "null", "-monitor", "none"])


def wait(process, console, seconds):
    """Until the machine is off, or dead, or out of time; -> what QEMU complained of."""
    end, dead = time.monotonic() + seconds, None
    while process.poll() is None and time.monotonic() < min(end, dead or end):
        time.sleep(0.2)
        # A kernel that dies before it has read panic= stands still.
        if dead is None and os.path.exists(console) and PANIC in pathlib.Path(console).read_bytes():
            dead = time.monotonic() + 3
    if process.poll() is None:
        process.kill()
        if not dead:
            print("the machine did not power off in time", file=sys.stderr)
    return process.communicate()[1].strip()


def run(a, words, work):
    """Boot once; returns the console's text."""
    console = os.path.join(work, "console")
    found, reader = [], None
    words = words + ["-display", "none", "-monitor", "none", "-no-reboot", "-serial", f"file:{console}"]
    if a.structs and a.map:
        words += ["-S", "-gdb", f"unix:{os.path.join(work, 'gdb')},server=on,wait=off"]
        reader = threading.Thread(target=listen, args=(a, work, found), daemon=True)
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if reader:
        reader.start()
    complaint = wait(process, console, a.timeout)
    if complaint:
        print(f"{words[0]}: {complaint}", file=sys.stderr)
    if not os.path.exists(console):
        sys.exit(f"{words[0]} did not start (status {process.returncode})")
    if reader:
        reader.join(5)
    with open(console, "rb") as file:
        return file.read().decode("utf-8", "replace"), found


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def whole_log(console, files):
    """The console's lines; where it skipped some, the kernel's own log, if that still has its first line."""
    dropped = sum(int(n) for n in DROPPED.findall(console))
    if not dropped:
        return console, 0
    log = re.sub(r"(?m)^<\d+>", "", files.get("dmesg", ""))
    if "Booting Linux on physical CPU" in log.partition("\n")[0]:
        return log, 0
    return DROPPED.sub("", console), dropped


def keep(out, text, lists):
    """The console as far as the kernel alone speaks, and each file that init printed; -> how many lines are missing."""
    text = text.replace("\r", "")
    boot, _, rest = text.partition("@@@ START\n")
    parts = (part.partition("\n") for part in re.split(r"(?m)^@@@ FILE ", rest.partition("@@@ END")[0])[1:])
    files = {NAMES[name]: body for name, _, body in parts}
    boot, dropped = whole_log(boot, files)
    # UEFI's console is no part of the kernel's log.
    boot = boot[max(boot.find("[    0.000000] Booting Linux"), 0):] if "EFI stub:" in boot else boot
    write(os.path.join(out, "console.txt"), re.sub(r"(Run /init as init process\n)(?s:.*)", r"\1", boot))
    if "fdt" in files:
        with open(os.path.join(out, "board.dtb"), "wb") as file:
            file.write(base64.b64decode(files.pop("fdt")))
    for name, body in files.items():
        write(os.path.join(out, name + ".txt"), body)
    if lists:
        write(os.path.join(out, "freelists.json"), json.dumps(lists[0], indent=1) + "\n")
    return dropped


def main():
    a = arguments()
    os.makedirs(a.out, exist_ok=True)
    cmdline = f"{a.console} {BARE if a.bare else NEEDED}{' efi=debug' if a.firmware else ' efi=debug,noruntime' if a.uefi_map else ''} {a.append}".rstrip()
    with tempfile.TemporaryDirectory() as work:
        initrd = os.path.join(work, "initrd")
        with open(initrd, "wb") as file:
            file.write(initramfs(a.busybox))
        board = machine(a)
        words = ["qemu-system-aarch64", *board]
        dtb = os.path.join(a.out, "board.dtb")
        if a.as_is:
            with open(tree(a, work)[1], "rb") as source, open(dtb, "wb") as file:
                file.write(source.read())
            put_words(a, dtb, cmdline, initrd)
            words += as_is_options(a, work, dtb, initrd)
        else:
            words += ["-kernel", a.image, "-initrd", initrd, "-append", cmdline]
            if not a.dtb and not a.firmware and "nokaslr" not in cmdline.split():
                # QEMU draws another kaslr-seed each time it starts: boot with the one that is kept.
                a.dtb = os.path.join(work, "own.dtb")
                dump_tree(words, board[1], a.dtb)
            words += tree(a, work)
            dump_tree(words, board[1], dtb)
        case = {"name": os.path.basename(os.path.abspath(a.out)), "kernel": a.kernel,
                "machine": [os.path.basename(word) if word == a.firmware else word for word in board], "cmdline": cmdline, "initrd_bytes": os.path.getsize(initrd), "emulator": "QEMU", "loader": {} if a.firmware else loader_facts(a, dtb), "cpu": a.cpu}
        text, lists = run(a, words, work)
    dropped = keep(a.out, text, lists)
    if a.firmware:
        case["loader"] = uefi_facts(a, a.out, dtb, text, case["initrd_bytes"])
    elif a.uefi_map:
        keep_uefi(a.out, text)
    banner = re.search(r"Linux version .*", text)
    case["kernel_build"] = banner[0].strip() if banner else ""
    write(os.path.join(a.out, "case.json"), json.dumps(case, indent=1) + "\n")
    done, died = "@@@ END" in text, PANIC.decode() in text
    print(f"{a.out}: " + ("recorded" if done else "recorded, it dies" if died else "did not reach user space") +
          (", with free lists" if lists else ""))
    if dropped:
        print(f"{a.out}: {dropped} lines are missing, the console was too slow: record again with --append mmscope_dmesg or "
              "a larger log_buf_len=", file=sys.stderr)
    return 0 if (done or died) and not dropped else 1


if __name__ == "__main__":
    sys.exit(main())
