# SPDX-License-Identifier: GPL-2.0-or-later
"""What a machine's UEFI leaves behind, written by hand: for maps that no firmware of QEMU's makes, such as mirrored memory.

A kernel that finds /chosen/linux,uefi-* asks for no more than a system table with a header, one configuration table and the
memory map. There is no code behind them: boot with efi=noruntime.
"""
import json
import struct

PAGE = 4096
TYPES = ["Reserved", "Loader Code", "Loader Data", "Boot Code", "Boot Data", "Runtime Code", "Runtime Data", "Conventional",
         "Unusable", "ACPI Reclaim", "ACPI Mem NVS", "MMIO", "MMIO Port", "PAL Code", "Persistent", "Unaccepted"]
ATTRIBUTES = {"UC": 1, "WC": 2, "WT": 4, "WB": 8, "UCE": 0x10, "WP": 0x1000, "RP": 0x2000, "XP": 0x4000, "NV": 0x8000,
              "MR": 0x10000, "RO": 0x20000, "SP": 0x40000, "CC": 0x80000, "HP": 0x100000, "RUN": 1 << 63}
DESCRIPTOR = 48
# SMBIOS 3, at an address where there is none: a table without any would not be mapped.
TABLE = bytes.fromhex("4415fdf29497 2c4a992ee5bbcf20e394".replace(" ", ""))


def number(value):
    return int(value, 0) if isinstance(value, str) else value


def ranges(path):
    """The JSON list that mmscope's --uefi takes; -> (type, base, pages, attribute) each."""
    with open(path, encoding="utf-8") as file:
        read = json.load(file)
    found = []
    for r in read["memory_map"] if isinstance(read, dict) else read:
        base = number(r["base"])
        size = number(r["size"]) if "size" in r else number(r["end"]) - base
        found.append((TYPES.index(r["type"]), base, size // PAGE, sum(ATTRIBUTES[w] for w in r.get("attribute", "WB").split("|"))))
    return found


def place_of(found, name):
    for kind, base, _, _ in found:
        if TYPES[kind] == name:
            return base
    raise SystemExit(f"the memory map has no range of type \"{name}\": there the tables would lie")


def files(path):
    """-> [(address, bytes)] to be put into RAM, {property of /chosen: (cells, value)}"""
    found = ranges(path)
    at, map_at = place_of(found, "Runtime Data"), place_of(found, "ACPI Reclaim")
    vendor, tables = at + 0x100, at + 0x200
    header = struct.pack("<QIIIIQII6QQQQQ", 0x5453595320494249, 2 << 16 | 70, 120, 0, 0, vendor, 0, 0, *[0] * 6, 0, 0, 1, tables)
    block = header.ljust(0x100, b"\0") + "by hand\0".encode("utf-16-le").ljust(0x100, b"\0") + TABLE + struct.pack("<Q", at + 0x800)
    memory_map = b"".join(struct.pack("<II4QQ", kind, 0, base, 0, pages, attribute, 0) for kind, base, pages, attribute in found)
    words = {"linux,uefi-system-table": (2, at), "linux,uefi-mmap-start": (2, map_at), "linux,uefi-mmap-size": (1, len(memory_map)),
             "linux,uefi-mmap-desc-size": (1, DESCRIPTOR), "linux,uefi-mmap-desc-ver": (1, 1), "linux,uefi-secure-boot": (1, 2)}
    return [(at, block.ljust(PAGE, b"\0")), (map_at, memory_map)], words
