#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The seeds of tests/fuzz: a folder for each target of fuzz-board, small and of every kind, made from what is in the tree.

    tests/fuzz/corpus.py FOLDER

What a run of the fuzzers found is kept as well, in tests/fuzz/found.txt: "TARGET base64".
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tarfile

SRC = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent.parent))
HEAD = '/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; compatible = "fuzz";\n'
CPUS = 'cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; reg = <0>; }; cpu@1 { device_type = "cpu"; reg = <1>; numa-node-id = <1>; }; };\n'
RAM = 'memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x4000000>; };\n'
TREES = {
    "plain": CPUS + RAM + 'chosen { bootargs = "cma=8M hugepages=2"; };',
    "reserved": CPUS + RAM + """reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        a@41000000 { reg = <0 0x41000000 0 0x100000>; no-map; };
        b { size = <0 0x400000>; alignment = <0 0x200000>; alloc-ranges = <0 0x40000000 0 0x4000000>; compatible = "shared-dma-pool"; reusable; linux,cma-default; };
        c@42000000 { reg = <0 0x42000000 0 0x10000>; compatible = "ramoops"; record-size = <0x1000>; }; };""",
    "nodes": CPUS + """memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x2000000>; numa-node-id = <0>; };
        memory@50000000 { device_type = "memory"; reg = <0 0x50000000 0 0x2000000>; numa-node-id = <1>; };
        distance-map { compatible = "numa-distance-map-v1"; distance-matrix = <0 0 10>, <0 1 20>, <1 1 10>; };""",
    "ranges": CPUS + RAM + """soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0 0x80000000>; dma-ranges = <0 0 0 0x40000000 0x20000000>;
        usb@1000 { reg = <0x1000 0x10>; dma-coherent; }; };""",
    "chosen": CPUS + RAM + """chosen { bootargs = "mem=48M crashkernel=16M memblock=debug"; linux,usable-memory-range = <0 0x40000000 0 0x3000000>;
        linux,initrd-start = <0x41000000>; linux,initrd-end = <0x41200000>; kaslr-seed = <1 2>; rng-seed = <1 2 3 4>; };""",
    "efi": CPUS + RAM + """chosen { linux,uefi-system-table = <0 0x7ff0018>; linux,uefi-mmap-start = <0 0x43f00000>; linux,uefi-mmap-size = <0x300>;
        linux,uefi-mmap-desc-size = <48>; linux,uefi-mmap-desc-ver = <1>; };""",
}
OVERLAYS = {
    "path": '/ { fragment@0 { target-path = "/"; __overlay__ { memory@48000000 { device_type = "memory"; reg = <0 0x48000000 0 0x1000000>; }; }; }; };',
    "label": "&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; x { size = <0 0x100000>; }; }; };",
}
WORDS = ["console=ttyAMA0 cma=8M@0-1G hugepagesz=2M hugepages=4 crashkernel=8M,high mem=60M movablecore=25% swiotlb=512,force",
         "memblock=debug numa=fake=2 kernelcore=mirror log_buf_len=1M nr_cpus=2 init_on_alloc=1 slub_debug=FZ,kmalloc-64 page_owner=on",
         "alloc_pages order=3 gfp=GFP_KERNEL count=20\nkmalloc 100 x 5\nfree 1\ncompact\n", "a=alloc order=0\nfree a\nkmalloc 4096\n",
         "fdt_high=0x50000000,initrd_high=0x60000000", "reserve_mem=1M:4K:x hugetlb_cma=16M default_hugepagesz=2M earlycon"]
JSONS = [{"board": "qemu-virt", "kernel": "6.12", "cmdline": "cma=16M", "memory": "512M@1G"}, {"board": "qemu-virt", "loader": {"image": "0x40200000"}},
         {"board": "rpi4-8g", "kernel": "7.2", "memreserve": "0x40000000,4096", "initrd": "0x48000000,1M", "cpu": "cortex-a72"},
         {"board": "qemu-virt-numa", "ops": "alloc_pages order=1\n", "uefi": "hex:07"}, "cma=16M:1G:16M", "memory=1G:8G:1G", []]
HTTP = ["/api/v1/runs/%61bc/events\nformat=ndjson\nfrom=5\npace=2\nAccept=text/html;q=0.8, */*;q=0.1\nAccept-Encoding=gzip;q=0.5, zstd, *;q=0\n",
        "/\nRange=bytes=0-4\nr=bytes=-3\nr=bytes=18446744073709551615-\nIf-None-Match=W/\"abc\", \"def\", *\nx=%00%zz%2f\n", "/a/../b?%20\na=1\na=2\n"]
UEFI = [{"memory_map": [{"type": "Conventional", "base": "0x40000000", "size": "0x3c00000", "attribute": "WB"},
                        {"type": 6, "base": 0x43c00000, "pages": 64, "attribute": "WB|RUN"}, {"type": "Boot Data", "base": "0x43d00000", "end": "0x44000000"}],
         "tables": [{"name": "MEMATTR", "address": "0x43d00018", "size": 1024}], "map_address": "0x43d00040"},
        [{"type": "Conventional", "base": "0x40000000", "size": "0x2000000", "attribute": "WB"}, {"type": "Conventional", "base": "0x42000000", "size": "0x800000", "attribute": "WB|MR"},
         {"type": "Loader Code", "base": "0x100000000", "size": "0x4000000"}, {"type": "Conventional", "base": "0x104000000", "size": "0x1000000", "attribute": "WB|MR"},
         {"type": "ACPI Reclaim", "base": "0x105000000", "size": "0x10000"}, {"type": "Conventional", "base": "0x105010000", "end": "0x108000000", "attribute": "WB|SP"}]]
# What a log may have besides what a recorded boot of QEMU says.
LOGS = ["U-Boot 2026.07\n   Loading Ramdisk to 4f000000, end 4f123456 ... OK\n   Loading Device Tree to 4ef00000, end 4ef0ffff ... OK\n"
        "[    0.000000] Linux version 4.11.2 (x)\n[    0.000000] Boot CPU: AArch64 Processor [410fd034]\n[    0.000000] OF: fdt: - 80000000 ,  2c000000\n"
        "[    0.000000] Zone ranges:\n[    0.000000]   DMA      [mem 0x0000000000000000-0x000000003fffffff]\n[    0.000000] Early memory node ranges\n"
        "[    0.000000]   node   0: [mem 0x0000000000000000-0x0000000000128fff]\n",
        "Nov 29 21:25:42 b kernel: Linux version 6.12.107 (x)\r\nNov 29 21:25:42 b kernel: Machine model: x\r\nNov 29 21:25:42 b kernel: NUMA: Faking a node at "
        "[mem 0x0000000040000000-0x000000007fffffff]\r\nNov 29 21:25:42 b kernel: Reserved memory: created DMA memory pool at 0x0000000071000000, size 2 MiB\r\n"
        "Nov 29 21:25:42 b kernel: OF: reserved mem: initialized node vdev0buffer@71000000, compatible id shared-dma-pool\r\nNov 29 21:25:42 b kernel: Memory: 1K/2K available "
        "(3K kernel code, 4K rwdata, 5K rodata, 6K init, 7K bss, 8K reserved, 9K cma-reserved)\r\nNov 29 21:25:42 b kernel: SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=4, Nodes=2\r\n"]


def dtb(source):
    return subprocess.run(["dtc", "-q", "-@", "-O", "dtb", "-o", "-", "-"], input=source.encode(), capture_output=True, check=True).stdout


def seeds():
    """(target, name, bytes) of each."""
    for name, text in TREES.items():
        yield "tree", name, dtb(HEAD + text + "\n};\n")
    for board in ("small-reserved", "qemu-virt-numa", "rpi4-8g"):
        yield "tree", board, subprocess.run(["dtc", "-q", "-O", "dtb", "-o", "-", SRC / f"boards/{board}.dts"], capture_output=True, check=True).stdout
    for name, text in OVERLAYS.items():
        yield "overlay", name, dtb("/dts-v1/; /plugin/;\n" + text)
    for name in ("6.12", "4.9"):
        yield "profile", name, (SRC / f"boards/kernels/{name}.json").read_bytes()
    for i, text in enumerate(LOGS):
        yield "log", str(i), text.encode()
    for name in ("6.12-reserved-memory", "4.9-numa2", "7.2-numa2"):
        with tarfile.open(SRC / f"tests/captures/{name}.tar.xz") as tar:
            yield "log", name, b"".join(tar.extractfile(f"{name}/console.txt").read().splitlines(True)[:60])
    for name in ("6.1-uefi-1g",):
        with tarfile.open(SRC / f"tests/captures/{name}.tar.xz") as tar:
            yield "log", name, tar.extractfile(f"{name}/console.txt").read()[:12000]
            yield "uefi", name, tar.extractfile(f"{name}/uefi.txt").read()
    for i, value in enumerate(UEFI):
        yield "uefi", str(i), json.dumps(value).encode()
    yield "uefi", "hex", b"hex:07000000000000000000004000000000000000000000000000000400000000000800000000000000"
    for i, value in enumerate(JSONS):
        yield "json", str(i), (value if isinstance(value, str) else json.dumps(value)).encode()
    for i, text in enumerate(WORDS):
        for pad in range(3):  # the length says what they are tried as
            yield "words", f"{i}-{pad}", (text + " " * pad).encode()
    for i, text in enumerate(HTTP):
        yield "http", str(i), text.encode()
    for i, line in enumerate((SRC / "tests/fuzz/found.txt").read_text().splitlines()):
        target, data = line.split(" ")
        yield target, f"found-{i}", base64.b64decode(data)


for target, name, data in seeds():
    folder = pathlib.Path(sys.argv[1]) / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
