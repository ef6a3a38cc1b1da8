#!/usr/bin/env python3
"""Figures that the kernels of real boards printed (tests/figures.json), against what the engine says of boards like them.

The boards are rebuilt from what a log says of them: RAM, pools, how many bits of address a device has.  What differs is
listed in KNOWN with its reason; a figure that begins or ceases to agree fails.
"""
import json, os, pathlib, re, subprocess, tempfile

mmscope = os.environ.get("MMSCOPE", "build/mmscope")
src = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
boards = json.loads((src / "tests/figures.json").read_text())["boards"]

KNOWN = {
    ("home-assistant/operating-system#1467", "cma.base"):
        "the Raspberry Pi's own tree keeps the pool below 768 MiB, which the log does not tell",
    ("newracom/nrc7292_sw_pkg#3", "cma.base"): "5.4 reserves the area before paging_init, 5.10 behind its page tables",
    ("raspberrypi/linux#5291", "cma.base"): "where the firmware put the tree with gpu_mem=512 is not public; the place assumed for it lies in that area",
    ("public boot log of Debian's 5.6.0-1-arm64", "cma.base"): "5.6 reserves the area before paging_init, 5.10 behind its page tables",
    ("linux-kernel mailing list, June 2022, Pine64 RockPro64 v2.0", "cma.base"):
        "the area ends 26 MiB below the page structs: what its U-Boot left in between is not in the log",
    ("armbian/build#9721", "cma.base"): "what else the board reserves near 4 GiB is not in the part of the log that is public",
}


def cells(*numbers):
    return " ".join(f"0x{n >> 32:x} 0x{n & 0xffffffff:x}" for n in (int(x, 0) for x in numbers))


def source_of(tree):
    """The board as a .dts: what its log tells, and nothing else."""
    pools = "".join(
        f'{name.replace("memory@", "pool@")} {{ reg = <{cells(base, size)}>; '
        + ("no-map; };" if kind == "no-map" else 'compatible = "shared-dma-pool"; no-map; };')
        for name, base, size, kind in tree.get("reserved", []))
    if "cma" in tree:
        pools += (f'linux,cma {{ compatible = "shared-dma-pool"; reusable; linux,cma-default; size = <{cells(tree["cma"]["size"])}>; '
                  f'alloc-ranges = <{cells(*tree["cma"]["window"])}>; }};')
    soc = ""
    if "dma_bits" in tree:
        soc = ("soc { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = <1>; ranges; "
               f"dma-ranges = <0xc0000000 0x0 0x0 0x{1 << tree['dma_bits']:x}>; }};")
    cpus = "".join(f'cpu@{i} {{ device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <{i}>; enable-method = "psci"; }};' for i in range(4))
    return (f'/dts-v1/; / {{ #address-cells = <2>; #size-cells = <2>; compatible = "{tree["compatible"]}"; '
            f'memory {{ device_type = "memory"; reg = <{" ".join(cells(*bank) for bank in tree["memory"])}>; }}; '
            f'cpus {{ #address-cells = <1>; #size-cells = <0>; {cpus} }}; '
            f'reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges; {pools} }}; {soc} }};')


PATTERNS = {
    "pages.total": r"On node 0 totalpages: (\d+)",
    "pages.zonelists": r"Total pages: (\d+)",
    "memory.total": r"Memory: \d+K/(\d+)K",
    "hash.dentry": r"Dentry cache hash table entries: (\d+)",
    "hash.inode": r"Inode-cache hash table entries: (\d+)",
    "cma.base": r"(?:created CMA memory pool at|cma: Reserved \d+ MiB at) (0x[0-9a-f]+)",
    "pool.base": r"created DMA memory pool at (0x[0-9a-f]+)",
}


def figure(log, name):
    head, _, what = name.rpartition(".")
    pattern = PATTERNS.get(name)
    if head.startswith("zone."):
        zone = head[5:]
        pattern = {"end": rf"  {zone} +\[mem 0x[0-9a-f]+-(0x[0-9a-f]+)\]", "memmap": rf"  {zone} zone: (\d+) pages used for memmap",
                   "present": rf"  {zone} zone: (\d+) pages, LIFO"}[what]
    elif head == "unavailable":
        pattern = rf"zone {what}: (\d+) pages in unavailable ranges"
    elif head.startswith("node."):
        ends = re.findall(r"  node +0: \[mem 0x[0-9a-f]+-(0x[0-9a-f]+)\]", log)
        index = int(head[5:])
        return int(ends[index], 0) if index < len(ends) else None
    found = re.search(pattern, log)
    return int(found[1], 0) if found else None


number = equal = 0
with tempfile.TemporaryDirectory() as folder:
    for board in boards:
        path = pathlib.Path(folder) / "board.dtb"
        subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, "-"], input=source_of(board["tree"]), text=True, check=True)
        done = subprocess.run([mmscope, "boot", path, "-k", board["kernel"], "-c", board["cmdline"]], capture_output=True, text=True)
        for name, value in board["figures"].items():
            number += 1
            real, mine = int(str(value), 0), figure(done.stdout, name)
            why = KNOWN.get((board["source"], name))
            equal += real == mine
            good = (real == mine) != bool(why)
            print(f"{'ok' if good else 'not ok'} {number} - {board['name']} ({board['source']}): {name} is {value}"
                  + (f"; not here: {why}" if why and good else "").replace("#", "no. "))
            if not good:
                print(f"# predicted {mine if mine is None else hex(mine)} ({mine}) {done.stderr.strip()}")
number += 1
print(f"{'ok' if equal >= 25 else 'not ok'} {number} - {equal} of {number - 1} figures are equal, at least 25")
print(f"1..{number}")
