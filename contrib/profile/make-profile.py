#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn what is known of one kernel build into a profile, boards/kernels/NAME.json.

usage: make-profile.py --kernels DIR [--boots PATH]... [-o DIR] NAME...
       make-profile.py --sites [-o DIR]

DIR/NAME holds the raw material of one build:
  config         the Kconfig result
  symbols.txt    "address type name" lines, as in System.map
  structs.json   sizeof, member offsets and enum values, as read from DWARF
  image.json     the fields of the arm64 Image header, a line about the build
A --boots PATH is a capture (a folder with console.txt), a folder of captures, or a console log (plain or .gz). A boot
belongs to the kernel whose banner ("Linux version ...") it prints; captures name their kernel in case.json and thereby
teach which banner that is. Boots of other kernels are passed over.

This is for builds of which no image is at hand any more; of an image `mmscope profile` makes a profile. params-NAME.txt beside
this script lists the parameters of such a build, read from the sources.

From the boots come the facts that no file of the build tells: the names that memblock's debug lines print for call
sites that the compiler inlined; see sites.py for the sites.
"""
import argparse, fnmatch, glob, gzip, json, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sites  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

# Linker and layout symbols; everything else in symbols.txt is no business of memory initialisation.
SYMBOLS = re.compile(
    r"_text|_stext|_etext|_sinittext|_einittext|_data|_sdata|_edata|_end"
    r"|__(init|inittext|initdata|exittext)_(begin|end)|__bss_(start|stop)"
    r"|__(start|end)_(rodata|ro_after_init|data_ro_after_init|init_task|data_ro_after_init)"
    r"|\w*(pg_dir|pg_end)|__idmap_\w+|idmap_ptrs_per_pgd|__hyp_\w+_(start|end)|__hyp_stub_vectors"
    r"|__per_cpu_\w+|__mmuoff_data_(start|end)|__nosave_(begin|end)|__entry_tramp_(text|data)_(start|end)"
    r"|__hibernate_exit_text_(start|end)|__relocate_new_kernel_(start|end)|__(sched|lock|kprobes|noinstr|entry|irqentry)_text_(start|end)"
    r"|__pi_(___?\w+|_end|init_\w+|swapper_pg_dir|rel[ar]_\w+|memstart_offset_seed)|__rel[ar]_(start|end)"
    r"|__initramfs_\w+|__irf_(start|end)|\w*reservedmem\w*|__start___param|__stop___param|__start_once|__end_once"
    r"|boot_pageset|init_task|init_mm|empty_zero_page|bm_p\w\w?|mem_section|memblock|memblock_\w+_init_regions"
    r"|_printk_rb_static_(infos|descs)|memstart_addr|kimage_v\w+")

# Member offsets that size an allocation or place a table; the rest of structs.json stays out.
MEMBERS = {
    "kmem_cache": ("node", "per_node", "cpu_slab", "array", "object_size", "random_seq"),
    "mm_struct": ("cpu_bitmap", "flexible_array"),
    "pcpu_chunk": ("populated", "data", "base_addr"),
    "pcpu_alloc_info": ("groups", "__ai_size"),
    "pcpu_group_info": ("cpu_map",),
    "per_cpu_pages": ("lists",),
    "pglist_data": ("node_zones", "node_zonelists", "nr_zones", "node_start_pfn", "node_present_pages",
                    "node_spanned_pages", "node_id", "first_deferred_pfn", "static_init_pgcnt"),
    "zone": ("zone_start_pfn", "managed_pages", "spanned_pages", "present_pages", "cma_pages", "name", "free_area",
             "lowmem_reserve", "watermark", "_watermark"),
}


def read_config(path, patterns):
    """The set keys that match one of the patterns: y -> true, numbers as numbers, hex and text as text."""
    out = {}
    for line in open(path, encoding="utf-8"):
        m = re.match(r"CONFIG_(\w+)=(.*)", line)
        if not m or not any(fnmatch.fnmatchcase(m[1], p) for p in patterns):
            continue
        value = m[2].strip()
        if value == "y":
            out[m[1]] = True
        elif value == "n":
            continue
        elif re.fullmatch(r"-?\d+", value):
            out[m[1]] = int(value)
        else:
            out[m[1]] = value.strip('"')
    return dict(sorted(out.items()))


def read_patterns():
    text = open(os.path.join(HERE, "../../daemon/image/config_keys.h"), encoding="utf-8").read()
    return re.findall(r'"([^"]+)"', text)


def read_symbols(path):
    """Link addresses by name, in address order; the first of two with one name wins."""
    out = {}
    for line in open(path, encoding="ascii"):
        address, kind, name = line.split()
        if SYMBOLS.fullmatch(name) and not (kind == "A" and int(address, 16) < 1 << 32):
            out.setdefault(name, int(address, 16))
    return out


def signed_hex(n):
    return hex(n) if n >= 0 else "-" + hex(-n)


def offsets_from_text(symbols):
    """Offsets from _text, and notes on the names that had to be taken from another one."""
    text, notes = symbols["_text"], {}
    out = {name: address - text for name, address in symbols.items()}
    for name in list(out):
        plain = name.removeprefix("__pi_")
        if plain != name and re.search(r"pg_dir$|pg_end$|^_end$", plain) and plain not in out:
            out[plain] = out[name]
            notes[plain] = f"this build has the symbol only as {name}"
    return {n: signed_hex(o) for n, o in sorted(out.items(), key=lambda x: (x[1], x[0]))}, notes


def read_structs(path):
    raw = json.load(open(path, encoding="utf-8"))
    out = dict(raw["sizeof"])
    for struct, members in MEMBERS.items():
        for member in members:
            if member in raw["offsets"].get(struct, {}):
                out[f"{struct}.{member}"] = raw["offsets"][struct][member]
    return dict(sorted(out.items())), raw["enums"]


class Boot:
    """One recorded console log."""

    def __init__(self, name, text, case=None):
        self.name = name
        self.case = case
        lines = [re.sub(r"^\[ *\d+\.\d+\] ", "", x.rstrip()) for x in text.replace("\r", "").split("\n")]
        end = [i for i, x in enumerate(lines) if re.match("Run /init|Booting Linux on|=====BEGIN", x) and i > 1]
        self.lines = lines[:end[0]] if end else lines  # what follows may be a dmesg that /init printed
        self.banner = next((x for x in self.lines if x.startswith("Linux version ")), None)

    def first(self, pattern):
        return next((m for m in (re.match(pattern, x) for x in self.lines) if m), None)


def read_boots(paths):
    for path in paths:
        if os.path.isdir(path) and not os.path.exists(os.path.join(path, "console.txt")):
            yield from read_boots(sorted(glob.glob(os.path.join(path, "*"))))
        elif os.path.isdir(path):
            case = json.load(open(os.path.join(path, "case.json"), encoding="utf-8"))
            yield Boot(case["name"], open(os.path.join(path, "console.txt"), encoding="utf-8", errors="replace").read(), case)
        elif path.endswith((".log", ".log.gz")):
            opener = gzip.open if path.endswith(".gz") else open
            with opener(path, "rt", encoding="utf-8", errors="replace") as f:
                yield Boot(os.path.basename(path), f.read())


def boots_of(kernel, boots):
    banners = {b.banner for b in boots if b.case and b.case["kernel"] == kernel}
    return [b for b in boots if b.banner in banners]


def words_of(boots):
    """(unknown, known) words of recorded command lines. Kernels before 5.14 do not tell."""
    unknown, known = set(), set()
    for boot in boots:
        line = boot.first(r"Kernel command line: (.*)")
        if not line:
            continue
        told = boot.first(r'Unknown kernel command line parameters "(.*)", will be passed')
        words = {w.split("=")[0] for w in line[1].split() if "." not in w.split("=")[0]}
        mine = {w.split("=")[0] for w in told[1].split()} if told else set()
        unknown |= mine
        known |= words - mine
    return unknown, known - unknown


def known_words(name):
    """Words that the build claims, and where they are from; None if that is not to be had."""
    path = os.path.join(HERE, f"params-{name}.txt")
    if os.path.exists(path):
        return {x for x in open(path, encoding="utf-8").read().split("\n") if x and x[0] != "#"} | sites.SYSCTL_ALIASES, "the sources"
    return None, None


def params_of(name, boots, universe):
    """The params of a profile and the remark about them."""
    known, source = known_words(name)
    unknown, claimed = words_of(boots)
    if known is None:
        return {"unknown": sorted(unknown), "known": sorted(claimed), "complete": False}, "words of recorded command lines"
    names = {sites.bare(w) for w in known}
    claimed, refused = {sites.bare(w) for w in claimed}, {sites.bare(w) for w in unknown} & names
    if not claimed <= names or refused:
        raise SystemExit(f"{name}: boots know {claimed - names}, do not know {refused}; {source} differ")
    unknown, known = sites.split_words(known, universe | unknown)
    return {"unknown": unknown, "known": known, "complete": True}, f"known: from {source}, agreeing with {len(boots)} boots; " \
        "unknown: what other kernels claim and this one does not; any other word is unknown too"


def rodata_end(boots, offsets):
    """__end_rodata from the Memory line, for a symbol list that lacks it: RO_DATA ends on a page."""
    for boot in boots:
        m = boot.first(r"Memory: .*?, (\d+)K rodata,")
        if m:
            end = int(offsets["__start_rodata"], 16) + int(m[1]) * 1024
            return end, boot.name
    return None, None


def check_sections(boots, offsets):
    """The symbols must give the section sizes that the kernel itself prints."""
    pairs = (("kernel code", "_stext", "_etext"), ("rwdata", "_sdata", "_edata"), ("rodata", "__start_rodata", "__end_rodata"),
             ("init", "__init_begin", "__init_end"), ("bss", "__bss_start", "__bss_stop"))
    for boot in boots:
        memory = boot.first(r"Memory: (.*)")
        for what, start, end in pairs if memory else ():
            printed = re.search(rf"(\d+)K {what}", memory[1])
            mine = (int(offsets[end], 16) - int(offsets[start], 16)) >> 10
            if int(printed[1]) != mine:
                raise SystemExit(f"{boot.name}: {what} is {printed[1]}K, symbols say {mine}K")
        percpu = boot.first(r"percpu: .* s(\d+) ")
        if percpu and int(percpu[1]) != int(offsets["__per_cpu_end"], 16) - int(offsets["__per_cpu_start"], 16):
            raise SystemExit(f"{boot.name}: static per-CPU size differs from the symbols")


def make(name, folder, boots, universe):
    about = json.load(open(os.path.join(folder, "image.json"), encoding="utf-8"))
    config = read_config(os.path.join(folder, "config"), read_patterns())
    symbols = read_symbols(os.path.join(folder, "symbols.txt"))
    structs, enums = read_structs(os.path.join(folder, "structs.json"))
    offsets, notes = offsets_from_text(symbols)
    header = about["image_header"]
    mine = boots_of(name, boots)
    recorded = {}
    if "__end_rodata" not in offsets:
        end, log = rodata_end(mine, offsets)
        if end is not None:
            offsets["__end_rodata"] = hex(end)
            recorded["symbols.__end_rodata"] = {"value": hex(end), "from": log,
                "comment": "symbols.txt lacks it; __start_rodata plus the rodata size of the Memory line, which ends on a page"}
    check_sections(mine, offsets)
    version = re.search(r"Linux version (\d+\.\d+(?:\.\d+)?)", mine[0].banner)[1] if mine else name
    release = re.search(r"\b(\d+\.\d+\.\d+)(?:-\d+)?$", about["build"]) or re.search(r"(\d+\.\d+\.\d+)", about["build"])
    if release and release[1].startswith(".".join(version.split(".")[:2]) + "."):
        version = release[1]
    page = 1024 * next(n for n in (4, 16, 64) if f"ARM64_{n}K_PAGES" in config) if "ARM64" in config else 4096
    callers, seen = sites.callers_of(name, mine, page, int(header["image_size"], 16))
    params = {}
    if sites.tells_unknown(name):
        params, comment = params_of(name, mine, universe)
        recorded["params"] = {"comment": comment}
    recorded["callers"] = {"from": f"{len(mine)} boots", "seen": seen,
        "comment": "seen: the sites that the recorded boots reached; for the others see SITES.md"}
    if mine:
        recorded["banner"] = {"value": mine[0].banner, "from": mine[0].name, "comment": "no file of the build holds it"}
    profile = {
        "name": name, "version": version, "arch": "arm64", "description": about["build"],
        "banner": mine[0].banner if mine else None,
        "image": {"text_offset": header["text_offset"], "image_size": header["image_size"], "flags": header["flags"]},
        "kimage_vaddr": hex(symbols["_text"] - int(header["text_offset"], 16)),
        "config": config, "symbols": offsets, "symbol_notes": notes, "structs": structs, "enums": enums,
        "callers": callers, "params": params, "recorded": recorded,
    }
    return {k: v for k, v in profile.items() if v not in ({}, None)}


def profiles_in(folder):
    profiles = [json.load(open(p, encoding="utf-8")) for p in glob.glob(os.path.join(folder, "*.json"))]
    return sorted(profiles, key=lambda p: ([int(x) for x in p["version"].split(".")], p["name"]))


def write_sites(folder):
    profiles = profiles_in(folder)
    with open(os.path.join(folder, "SITES.md"), "w", encoding="utf-8") as f:
        f.write(sites.table({p["name"]: p.get("callers", {}) for p in profiles}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", default=".", metavar="DIR")
    parser.add_argument("--boots", action="append", default=[], metavar="PATH")
    parser.add_argument("-o", dest="out", default="boards/kernels", metavar="DIR")
    parser.add_argument("--sites", action="store_true", help="write SITES.md from the profiles instead")
    parser.add_argument("names", nargs="*", metavar="NAME")
    a = parser.parse_args()
    if a.sites:
        write_sites(a.out)
        return 0
    boots = list(read_boots(a.boots))
    universe = sites.OTHERS.union(*(known_words(n)[0] or () for n in a.names if sites.tells_unknown(n)),
                                  *(p.get("params", {}).get("known", ()) for p in profiles_in(a.out)))
    universe = {w.rstrip("=*") for w in universe}
    for name in a.names:
        profile = make(name, os.path.join(a.kernels, name), boots, universe)
        with open(os.path.join(a.out, name + ".json"), "w", encoding="utf-8") as f:
            json.dump(profile, f, indent=1, ensure_ascii=False)
            f.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
