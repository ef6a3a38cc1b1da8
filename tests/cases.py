#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What people's machines printed, from public reports: the right lines, and the cause or the assumption said.

Boards are rebuilt from addresses and sizes alone; each row names what has to be printed, what must not be, and the rule
under which `mmscope check` tells the cause.
"""
import os, pathlib, subprocess, tempfile

mmscope = os.environ.get("MMSCOPE", "build/mmscope")
number = 0


def ok(good, sentence, seen=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {sentence}")
    if not good:
        print("# " + str(seen)[:3000].replace("\n", "\n# "))


def tree(compatible, memory, reserved="", cells=2, extra="", chosen="", cpu="arm,cortex-a53"):
    cpus = "".join(f'cpu@{i} {{ device_type = "cpu"; compatible = "{cpu}"; reg = <{i}>; enable-method = "psci"; }};' for i in range(4))
    rmem = f"reserved-memory {{ #address-cells = <{cells}>; #size-cells = <{cells}>; ranges; {reserved} }};" if reserved else ""
    return (f'/dts-v1/; / {{ compatible = "{compatible}"; #address-cells = <{cells}>; #size-cells = <{cells}>; chosen {{ {chosen} }}; '
            f'cpus {{ #address-cells = <1>; #size-cells = <0>; {cpus} }}; {memory} {rmem} {extra} }};')


POOL = 'compatible = "shared-dma-pool"; reusable; '
RAM = 'memory@0 {{ device_type = "memory"; reg = <{}>; }};'
ZYNQMP = RAM.format("0 0 0 0x7ff00000")
PI5 = tree("raspberrypi,5-model-b", RAM.format("0 0 0 0"), "atf@0 { reg = <0 0 0 0x80000>; no-map; }; linux,cma { " + POOL +
           "size = <0 0x4000000>; alloc-ranges = <0 0 0 0x40000000>; linux,cma-default; };", cpu="arm,cortex-a76")
PI5_RAM = ["-m", "0x3fc00000@0,0x1c0000000@1G"]
PI4 = tree("raspberrypi,4-model-b", RAM.format("0 0 0"), "linux,cma { " + POOL + "size = <0x4000000>; alloc-ranges = <0 0 0x30000000>; linux,cma-default; };")
PI4 = PI4.replace("#size-cells = <2>", "#size-cells = <1>").replace(
    "reserved-memory", 'soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0xc0000000 0 0 0x40000000>; }; reserved-memory', 1)
PI4_RAM = ["-m", "0x3b400000@0,0xbc000000@1G,2G@4G,2G@6G", "--dtb-addr", "0x2eff2f00"]
ROCK5B = tree("radxa,rock-5b", 'memory { device_type = "memory"; reg = <0 0x200000 0 0x8200000 0 0x9400000 0 0xe6c00000 1 0 1 0>; };',
              "drm-logo@00000000 { reg = <0 0 0 0>; }; drm-cubic-lut@00000000 { reg = <0 0 0 0>; }; "
              "cma { " + POOL + "reg = <0 0x10000000 0 0x10000000>; linux,cma-default; };", cpu="arm,cortex-a55")
MESON = tree("bananapi,bpi-m5", RAM.format("0 0 0 0x40000000"),
             "secmon@5000000 { reg = <0 0x5000000 0 0x300000>; no-map; }; secmon@5300000 { reg = <0 0x5300000 0 0x2000000>; no-map; }; "
             "linux,cma { " + POOL + "size = <0 0x10000000>; alignment = <0 0x400000>; linux,cma-default; };", cpu="arm,cortex-a55")

# name, tree, arguments, lines, what is not printed, the rule of mmscope check (or None)
ROWS = [
    ("a pool of 1 MiB where areas are aligned to 4", tree("xlnx,zynqmp", ZYNQMP, "rproc@3ed00000 { no-map; reg = <0 0x3ed00000 0 0x1000000>; }; image_buf@0 { " +
     POOL + "reg = <0 0x6fc00000 0 0x100000>; alignment = <0 0x1000>; };"), ["-k", "4.9", "-c", "cma=256M"],
     ["Reserved memory: incorrect alignment of CMA region", "cma: Reserved 256 MiB at 0x000000005fc00000"], [], "cma-pool-misaligned"),
    ("two buffers, of which one fits", tree("xlnx,zynqmp", ZYNQMP, "image_buf@0 { " + POOL + "reg = <0 0x40000000 0 0x4c0000>; }; image_buf@1 { " + POOL +
     "reg = <0 0x41400000 0 0x25c00000>; };"), ["-k", "5.10"],
     ["incorrect alignment of CMA region", "created CMA memory pool at 0x0000000041400000, size 604 MiB"], [], "cma-pool-misaligned"),
    ("a Raspberry Pi 4's own tree with one size cell", PI4, ["-k", "5.10", *PI4_RAM],
     ["created CMA memory pool at 0x000000002ac00000", "Memory:", "/8245248K available"], ["pages in unavailable ranges"], None),
    # Until 5.13 arm64's own pfn_valid() leaves out a hole that begins at a pageblock's start; since then sections decide.
    ("the same on 6.1: its holes are told", PI4, ["-k", "6.1", *PI4_RAM],
     ["On node 0, zone DMA32: 19456 pages in unavailable ranges", ": 16384 pages in unavailable ranges"], [], None),
    ("a Raspberry Pi 3 with cma=128M@64M", tree("raspberrypi,3-model-b-plus", RAM.format("0 0"), cells=1), ["-k", "4.9", "-m", "0x3e000000@0", "-c", "cma=128M@64M"],
     ["# assumed: device tree at", "cma: Reserved 128 MiB at 0x0000000004000000", "Total pages: 249984"], ["Failed to reserve"], None),
    ("a Raspberry Pi 5 with 4 KiB pages", PI5, ["-k", "6.12", *PI5_RAM], ["created CMA memory pool at 0x000000003bc00000", "/8384512K available"], [], None),
    ("the same with 16 KiB pages", PI5, ["-k", "6.12-16k", *PI5_RAM],
     ["created CMA memory pool at 0x000000003a000000", "software IO TLB: mapped [mem 0x00000000fbffc000-0x00000000ffffc000]"], [], None),
    ("a RK3588 whose loader left two nodes at zero", ROCK5B, ["-k", "5.10"],
     ["OF: fdt: Reserved memory: failed to reserve memory for node 'drm-logo@00000000': base 0x0000000000000000, size 0 MiB",
      "created CMA memory pool at 0x0000000010000000", "  node   0: [mem 0x0000000000200000-0x00000000083fffff]",
      "  node   0: [mem 0x0000000009400000-0x00000000efffffff]", "  node   0: [mem 0x0000000100000000-0x00000001ffffffff]"], [], "reserved-zero-size"),
    ("the same on 4.9, in its words", ROCK5B, ["-k", "4.9"], ["OF: fdt:Reserved memory: failed to reserve memory for node 'drm-logo"],
     ["OF: fdt: Reserved memory"], "reserved-zero-size"),
    ("an Amlogic board whose loader reserves by itself", MESON, ["-k", "5.10", "-m", "0xf4807000@0", "--memreserve", "0x5000000,0x300000",
     "--image-addr", "0x8080000", "--dtb-addr", "0xf4020000"],
     ["failed to reserve memory for node 'secmon@5000000': base 0x0000000005000000, size 3 MiB", "created CMA memory pool at 0x00000000e4000000",
      "  node   0: [mem 0x0000000000000000-0x00000000052fffff]", "  node   0: [mem 0x0000000005300000-0x00000000072fffff]",
      "  node   0: [mem 0x0000000007300000-0x00000000f4806fff]"], ["# assumed"], "loader-image-misaligned"),
    ("an Ampere Altra that UEFI booted", "ampere-altra", ["-k", "7.2"],
     ["  DMA      [mem 0x0000000088300000-0x00000000ffffffff]", "  Normal   [mem 0x0000000100000000-0x00000807ffffffff]",
      "  node   0: [mem 0x0000000088300000-0x00000000883fffff]", "  node   0: [mem 0x00000000927c0000-0x00000000f896ffff]",
      "  node   0: [mem 0x00000000faff0000-0x00000000ffefffff]", "  node   0: [mem 0x00000000fffe0000-0x00000000ffffffff]",
      "  node   0: [mem 0x0000080100000000-0x00000807ffffffff]", "On node 0, zone DMA: 768 pages in unavailable ranges",
      "On node 0, zone DMA: 31744 pages in unavailable ranges", "cma: Reserved 64 MiB at 0x00000000fbe00000",
      "printk: log_buf_len total cpu_extra contributions: 126976 bytes",
      "Dentry cache hash table entries: 4194304 (order: 13, 33554432 bytes, linear)", "software IO TLB: area num 32.",
      "Built 1 zonelists, mobility grouping on.  Total pages: 8323328", "CPUs=32, Nodes=1"], ["Failed to reserve"], None),
    ("swiotlb= where all RAM can be reached", tree("fsl,imx8mq", 'memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0>; };'),
     ["-k", "4.9", "-m", "1G", "-c", "swiotlb=65536"], ["/1048576K available"], ["software IO TLB"], "swiotlb-no-effect"),
    ("crashkernel=,high before it was known", "qemu-virt", ["-m", "8G", "-k", "5.10", "-c", "crashkernel=256M,high crashkernel=128M,low"],
     ["cma: Reserved"], ["crashkernel reserved"], "crashkernel-ignored"),
    ("an initrd over the kernel", "qemu-virt", ["-k", "6.12", "--initrd", "0x40000000,64M"],
     ["the initrd [0x40000000-0x43ffffff] overwrites the kernel image [0x40200000-", "this machine does not boot"], [], "loader-overlap"),
    ("reserved-memory with cells of its own", tree("xlnx,zynqmp", RAM.format("0 0 0 0x80000000"), "image_buf@0 { " + POOL + "reg = <0 0x40000000 0x1000000>; };").replace(
        "reserved-memory { #address-cells = <2>; #size-cells = <2>", "reserved-memory { #address-cells = <2>; #size-cells = <1>"),
     ["-k", "6.12", "-c", "cma=1252M"], ["Reserved memory: unsupported node format, ignoring"], [], "reserved-cells"),
]

# What is refused, and with which words: name, tree, arguments, what is said.
REFUSED = [
    ("a board that UEFI booted", tree("acme,server", ZYNQMP, chosen="linux,uefi-system-table = <0 0>;"), ["-k", "6.12"], ["linux,uefi-system-table", "give --uefi LOG"]),
    ("a 32-bit board", tree("fsl,imx6ull", ZYNQMP, cpu="arm,cortex-a7"), ["-k", "6.12"], ["32-bit ARM", "these kernels are for arm64"]),
    ("a RISC-V board", tree("starfive,jh7110", ZYNQMP, cpu="riscv"), ["-k", "6.12"], ["RISC-V"]),
    ("RAM that the tree leaves to the loader", tree("acme,phone", 'memory { device_type = "memory"; reg = <0 0 0 0>; };'), ["-k", "6.12"], ["--memory 4G"]),
]


with tempfile.TemporaryDirectory() as folder:
    def board_of(index, source):
        if not source.startswith("/dts-v1/"):
            return source
        path = pathlib.Path(folder) / f"{index}.dtb"
        subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, "-"], input=source, text=True, check=True)
        return str(path)

    def run(*args):
        return subprocess.run([mmscope, *args], capture_output=True, text=True)

    for index, (name, source, args, lines, never, rule) in enumerate(ROWS):
        board = board_of(f"row{index}", source)
        done = run("boot", board, *args)
        missing = [line for line in lines if line not in done.stdout] + [f"not: {line}" for line in never if line in done.stdout]
        ok(not missing, f"{name}: the lines that the machine printed", f"{missing}\n{done.stdout}\n{done.stderr}")
        if rule:
            said = run("check", board, *args, "--no-fix")
            ok(f"[{rule}]" in said.stdout, f"{name}: the cause is {rule}", said.stdout + said.stderr)
    for index, (name, source, args, words) in enumerate(REFUSED):
        done = run("boot", board_of(f"refused{index}", source), *args)
        ok(done.returncode == 3 and all(word in done.stderr for word in words), f"{name} is refused, and what to give instead is said", done.stderr)
print(f"1..{number}")
