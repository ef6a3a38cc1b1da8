# SPDX-License-Identifier: GPL-2.0-or-later
"""An arm64 Image made up for tests: as small as what `mmscope profile` reads of one, in every layout that kernels have had.

A kernel is laid out like this (offsets from _text, which is where the file begins):

    0 head   0x10000 code: 16 bytes a function   0x30000 read-only data: banner, kallsyms, BTF, IKCONFIG, .rela
    init text and data: __setup() table          data, __param table               up to _edata; then bss up to _end
"""
import bz2
import gzip
import lzma
import os
import struct
import zlib

# MMSCOPE_FAKE_KERNEL=small: as small as still is one, for fuzzers, which read it a million times.
SMALL = os.environ.get("MMSCOPE_FAKE_KERNEL") == "small"
CODE, RODATA, INIT, INITDATA, DATA, EDATA = (0x1000, 0xa000, 0x11000, 0x12000, 0x15000, 0x18000) if SMALL else (0x10000, 0x30000, 0x80000, 0x90000, 0xa0000, 0xb0000)
BSS_STOP, PG_DIR, PG_END, END = (EDATA + at for at in (0x8000, 0x8000, 0xc000, 0x10000))
PARAM, BANNER, IKCONFIG, BTF, KALLSYMS = (RODATA + at for at in ((0x100, 0x200, 0x300, 0x800, 0x1800) if SMALL else (0x100, 0x1000, 0x3000, 0x4000, 0x10000)))
SETUP, TEXTS, PERCPU = (INITDATA + at for at in ((0x100, 0x800, 0x1000) if SMALL else (0x1000, 0x4000, 0x8000)))
FILLERS = 500 if SMALL else 700
LINK = 0xffff800080000000

LAYOUT = {"_text": 0, "_stext": CODE, "_etext": RODATA, "__start_rodata": RODATA, "__end_rodata": INIT, "__init_begin": INIT,
          "_sinittext": INIT, "_einittext": INIT + 0x100, "__inittext_end": INITDATA, "__initdata_begin": INITDATA,
          "__per_cpu_start": PERCPU, "__per_cpu_load": PERCPU, "__per_cpu_end": PERCPU + 0x1230,
          "__init_end": DATA, "__initdata_end": DATA, "_data": DATA, "_sdata": DATA, "init_mm": DATA + 0x100, "memblock": DATA + 0x800,
          "_edata": EDATA, "__bss_start": EDATA, "mem_section": EDATA + 64, "__bss_stop": BSS_STOP, "init_pg_dir": PG_DIR,
          "init_pg_end": PG_END, "_end": END}

# Who calls whom: BL, or with "b " in front a jump.
CALLS = {
    "arm64_memblock_init": ["memblock_reserve", "memblock_add", "memblock_remove"],
    "reserve_crashkernel_generic": ["memblock_phys_alloc_range"],  # reserve_crashkernel() is inlined there
    "pcpu_embed_first_chunk": ["memblock_alloc_try_nid", "memblock_free"],
    "memblock_free": ["b memblock_phys_free"],  # leaves its own caller's address
    "start_kernel": ["__memblock_alloc_or_panic", "memblock_free"],
    "__memblock_alloc_or_panic": ["memblock_alloc_try_nid"],
    "pcpu_alloc_alloc_info": ["memblock_alloc_try_nid"],  # nobody calls it: pcpu_embed_first_chunk() has a copy
    "early_pgtable_alloc": ["mov x3, 1", "memblock_phys_alloc_range"],
}
PRINTERS = ["memblock_reserve", "memblock_add", "memblock_remove", "memblock_phys_alloc_range", "memblock_phys_free",
            "memblock_alloc_try_nid"]

CONFIG = """CONFIG_ARM64=y
CONFIG_64BIT=y
CONFIG_ARM64_4K_PAGES=y
CONFIG_ARM64_VA_BITS=48
CONFIG_ARM64_PA_BITS=48
CONFIG_NR_CPUS=64
CONFIG_NODES_SHIFT=2
CONFIG_NUMA=y
CONFIG_PGTABLE_LEVELS=4
CONFIG_SPARSEMEM_VMEMMAP=y
CONFIG_ARCH_FORCE_MAX_ORDER=10
CONFIG_CMDLINE="quiet \\"x\\""
# CONFIG_IKCONFIG is not set
CONFIG_SOUND=m
"""

STRUCTS = {"page": 64, "pglist_data": 9792, "mem_section": 16, "device_node": 208, "property": 104, "resource": 64, "pcpu_chunk": 192,
           "kmem_cache": 320, "kmem_cache_node": 64, "zone": 1664, "alias_prop": 40, "hlist_bl_head": 8, "hlist_head": 8, "list_head": 16,
           "memblock_region": 24, "mm_struct": 1024, "pcpu_alloc_info": 48, "pcpu_group_info": 32, "reserved_mem": 56, "vmap_area": 72,
           "mem_section_usage": 40, "pcpu_block_md": 32, "prb_desc": 24, "printk_info": 88, "io_tlb_slot": 24, "io_tlb_area": 16}
WORDS = {"early": ["mem", "memblock", "crashkernel", "cma"], "setup": ["dhash_entries="], "param": ["panic", "loglevel", "dotted.name"]}


def functions():
    """name -> place; everything that is called or calls, 64 bytes each, and enough others to look like a kernel."""
    names = [*CALLS, *PRINTERS, *(f"function_{i}" for i in range(FILLERS))]
    return {n: CODE + 64 * i for i, n in enumerate(names, 1)}


def symbols(everything=True):
    """[(place, type, name)] by place."""
    text = [(at, "t", n) for n, at in functions().items()]
    layout = [(at, "D", n) for n, at in LAYOUT.items() if everything or CODE <= at <= RODATA or INIT <= at <= INIT + 0x100]
    return sorted([*layout, *text], key=lambda s: s[0])


def put(image, at, data):
    image[at:at + len(data)] = data


def align(data, to):
    return data + b"\0" * (-len(data) % to)


# --- kallsyms ----------------------------------------------------------------------------------------------------------
TOKENS = [chr(i) for i in range(256)]
for code, token in ((1, "memblock_"), (2, "function_"), (3, "__init"), (128, "kernel"), (200, "_begin")):
    TOKENS[code] = token


def pack_name(text):
    out = b""
    while text:
        token = max((t for t in TOKENS if text.startswith(t)), key=len)
        out += bytes([TOKENS.index(token)])
        text = text[len(token):]
    return out


def kallsyms(at, layout, everything=True, link=LINK):
    """The tables for place @at of the file.  Layouts: addresses (to 4.5), base (to 6.3), seqs (6.2, 6.3), after (6.4 on), self (7.0 on)."""
    syms = symbols(everything)
    wide = layout == "addresses"
    names, marks = b"", []
    for i, (_, kind, name) in enumerate(syms):
        if i % 256 == 0:
            marks.append(len(names))
        record = pack_name(kind + name)
        names += (bytes([len(record)]) if len(record) < 128 else bytes([len(record) & 0x7f | 0x80, len(record) >> 7])) + record
    count = struct.pack("<Q" if wide else "<I", len(syms))
    table = b"".join(t.encode("latin-1") + b"\0" for t in TOKENS)
    index, here = [], 0
    for token in TOKENS:
        index.append(here)
        here += len(token) + 1
    lists = align(align(count, 8) + names, 8) + align(struct.pack(f"<{len(marks)}{'Q' if wide else 'I'}", *marks), 8)
    if layout == "seqs":
        lists += align(b"\1\2\3" * len(syms), 8)
    lists += align(table, 8) + align(struct.pack("<256H", *index), 8)
    base = syms[0][0]
    if wide:
        return struct.pack(f"<{len(syms)}Q", *(link + s[0] for s in syms)) + lists
    offsets = align(struct.pack(f"<{len(syms)}i", *(s[0] - base for s in syms)), 8) + struct.pack("<Q", link + base)
    if layout == "after":
        return lists + offsets
    if layout == "self":
        start = at + len(lists)
        return lists + align(struct.pack(f"<{len(syms)}i", *(s[0] - start - 4 * i for i, s in enumerate(syms))), 8) + struct.pack("<Q", link + 0x40000000)  # some other pointer
    return offsets + lists


# --- BTF ---------------------------------------------------------------------------------------------------------------
def btf():
    strings, types = b"\0", b""

    def text(s):
        nonlocal strings
        strings += s.encode() + b"\0"
        return len(strings) - len(s) - 1

    types += struct.pack("<III", text("unsigned int"), 1 << 24, 4) + struct.pack("<I", 32)  # 1
    types += struct.pack("<III", 0, 3 << 24, 0) + struct.pack("<III", 1, 1, 11)  # 2: an array of eleven
    for name, size in STRUCTS.items():
        members = [("free_area", 2, 256), ("", 0, 0)] if name == "zone" else []
        members = [m for m in members if m[0]]
        types += struct.pack("<III", text(name), 4 << 24 | len(members), size)
        for member, kind, at in members:
            types += struct.pack("<III", text(member), kind, 8 * at)
    types += struct.pack("<III", text("zone_type"), 6 << 24 | 2, 4)
    types += struct.pack("<Ii", text("ZONE_DMA"), 0) + struct.pack("<Ii", text("ZONE_NORMAL"), 1)
    return struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings


# --- the image ---------------------------------------------------------------------------------------------------------
def bl(image, at, to, jump):
    put(image, at, struct.pack("<I", (0x05 if jump else 0x25) << 26 | (to - at) >> 2 & 0x3ffffff))


def code(image):
    places = functions()
    for name, calls in CALLS.items():
        for i, call in enumerate(calls):
            if call == "mov x3, 1":
                put(image, places[name] + 4 * i, struct.pack("<I", 0xd2800023))
                continue
            bl(image, places[name] + 4 * i, places[call.removeprefix("b ")], call.startswith("b "))


def tables(image):
    """__setup() and __param, with the texts that they point to."""
    text, at, param = TEXTS, SETUP, PARAM
    takes_none = TEXTS - 16
    put(image, takes_none, struct.pack("<3I", 0xd503201f, 0x52800000, 0xd65f03c0))      # nop; mov w0, #0; ret
    refusing = {"refused_word": takes_none}
    words = WORDS["early"] + WORDS["setup"] + [f"setup_word{i}" for i in range(20)] + list(refusing)
    for word in words:
        put(image, text, word.encode() + b"\0")
        put(image, at, struct.pack("<QQII", LINK + text, LINK + refusing.get(word, CODE), word in WORDS["early"], 0))
        text, at = text + 32, at + 24
    for word in WORDS["param"]:
        put(image, text, word.encode() + b"\0")
        put(image, param, struct.pack("<QQQQQ", LINK + text, 0, LINK + CODE, 0o644, LINK + DATA))
        text, param = text + 32, param + 40
    return {"__setup_start": SETUP, "__setup_end": at, "__start___param": PARAM, "__stop___param": param}


def image(layout="after", release="6.12.34", config=True, types=True, everything=True):
    """The file's bytes."""
    out = bytearray(EDATA)
    put(out, 0, b"MZ\0\0" + bytes(4) + struct.pack("<QQQ", 0, END, 0xa) + bytes(24) + b"ARM\x64" + struct.pack("<I", 0x40))
    put(out, 0x40, b"PE\0\0\x64\xaa" + struct.pack("<H", 2) + bytes(12) + struct.pack("<HH", 0xa0, 0x206))
    put(out, 0x40 + 24 + 0xa0, b".text".ljust(8, b"\0") + bytes(32))
    put(out, 0x40 + 24 + 0xa0 + 40, b".data".ljust(8, b"\0") + struct.pack("<IIII", END - INITDATA, INITDATA, EDATA - INITDATA, INITDATA) + bytes(16))
    code(out)
    LAYOUT.update(tables(out))
    put(out, BANNER, f"Linux version {release} (builder) (gcc 12) #1 SMP Sun Nov 29 2026\n\0".encode())
    if types:
        put(out, BTF, btf())
        LAYOUT["__start_BTF"] = BTF
    else:
        LAYOUT.pop("__start_BTF", None)
    if config:
        put(out, IKCONFIG, b"IKCFG_ST" + gzip.compress(CONFIG.encode(), mtime=0) + b"IKCFG_ED")
    put(out, KALLSYMS, kallsyms(KALLSYMS, layout, everything))
    return bytes(out)


def system_map():
    return "".join(f"{LINK + at:016x} {kind} {name}\n" for at, kind, name in symbols()).encode()


# --- what it may be wrapped in --------------------------------------------------------------------------------------------
def zboot(payload, how=b"gzip"):
    head = bytearray(0x400)
    put(head, 0, b"MZ\0\0zimg" + struct.pack("<II", 0x400, len(payload)) + bytes(8) + how)
    put(head, 0x3c, struct.pack("<I", 0x40))
    put(head, 0x40, b"PE\0\0\x64\xaa")
    return bytes(head) + payload


def uimage(payload, arch=22, kind=2):
    head = struct.pack(">IIIIIII4B", 0x27051956, 0, 0, len(payload), 0x80000, 0x80000, zlib.crc32(payload), 5, arch, kind, 0)
    return head + b"linux".ljust(32, b"\0") + payload


def bootimg(payload, version):
    if version < 3:
        head = b"ANDROID!" + struct.pack("<10I", len(payload), 0, 0, 0, 0, 0, 0, 2048, version, 0)
        return align(head, 2048) + align(payload, 2048)
    head = b"ANDROID!" + struct.pack("<9I", len(payload), 0, 0, 1580, 0, 0, 0, 0, version)
    return align(head, 4096) + align(payload, 4096)


def fit(payload, arch=b"arm64", outside=False):
    """A flattened tree by hand: /images/k and /configurations/c."""
    strings, body = b"", b""

    def prop(name, value):
        nonlocal strings, body
        if name + b"\0" not in strings:
            strings += name + b"\0"
        body += struct.pack(">III", 3, len(value), strings.index(name + b"\0")) + align(value, 4)

    def node(name):
        nonlocal body
        body += struct.pack(">I", 1) + align(name + b"\0", 4)

    def end():
        nonlocal body
        body += struct.pack(">I", 2)

    node(b""), node(b"images"), node(b"k")
    prop(b"type", b"kernel\0"), prop(b"arch", arch + b"\0")
    if outside:
        prop(b"data-offset", struct.pack(">I", 0)), prop(b"data-size", struct.pack(">I", len(payload)))
    else:
        prop(b"data", payload)
    end(), end(), node(b"configurations"), prop(b"default", b"c\0"), node(b"c"), prop(b"kernel", b"k\0"), end(), end(), end()
    body += struct.pack(">I", 9)
    total = 40 + 16 + len(body) + len(strings)
    head = struct.pack(">10I", 0xd00dfeed, total, 56, 56 + len(body), 40, 17, 16, 0, len(strings), len(body))
    tree = head + bytes(16) + body + strings
    return align(tree, 4) + payload if outside else tree


def lzop(data):
    """Blocks that are stored; a compressor is not at hand everywhere."""
    head = b"\x89LZO\0\r\n\x1a\n" + struct.pack(">HHHBBIIIIB", 0x1030, 0x2080, 0x0940, 1, 5, 0x3000001, 0o644, 0, 0, 0) + struct.pack(">I", 0)
    out = head
    for i in range(0, len(data), 262144):
        block = data[i:i + 262144]
        out += struct.pack(">III", len(block), len(block), zlib.adler32(block)) + block
    return out + struct.pack(">I", 0)


def zstd(data):
    """A frame of blocks that are stored."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    for i in range(0, len(data), 1 << 17):
        block = data[i:i + (1 << 17)]
        out += struct.pack("<I", (i + len(block) == len(data)) | len(block) << 3)[:3] + block
    return out


def lz4(data):
    """A frame of blocks that are stored, 4 MiB at most each."""
    out = b"\x04\x22\x4d\x18\x60\x70\x73"
    for i in range(0, len(data), 4 << 20):
        block = data[i:i + (4 << 20)]
        out += struct.pack("<I", len(block) | 1 << 31) + block
    return out + bytes(4)


def lz4_legacy(data):
    """As the kernel's build makes it: blocks of 8 MiB, here one sequence of literals each."""
    out = b"\x02\x21\x4c\x18"
    for i in range(0, len(data), 8 << 20):
        block = data[i:i + (8 << 20)]
        more, rest = divmod(len(block) - 15, 255)
        packed = b"\xf0" + b"\xff" * more + bytes([rest]) + block
        out += struct.pack("<I", len(packed)) + packed
    return out


def tar(files):
    out = b""
    for name, data in files:
        head = bytearray(512)
        put(head, 0, name.encode())
        put(head, 100, b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(data) + b"00000000000\0" + b" " * 8 + b"0")
        put(head, 257, b"ustar\0" + b"00")
        put(head, 148, b"%06o\0 " % sum(head))
        out += bytes(head) + align(data, 512)
    return out + bytes(1024)


def deb(files, compress=lambda data: lzma.compress(data), suffix="xz"):
    out = b"!<arch>\n"
    for name, data in (("debian-binary", b"2.0\n"), ("control.tar.gz", gzip.compress(tar([("./control", b"")]))),
                       (f"data.tar.{suffix}", compress(tar(files)))):
        out += f"{name:16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(data):<10}`\n".encode() + data + (b"\n" if len(data) % 2 else b"")
    return out


def uleb(n):
    out = bytes([n & 0x7f])
    while n > 0x7f:
        n >>= 7
        out = out[:-1] + bytes([out[-1] | 0x80, n & 0x7f])
    return out


def dwarf():
    """(.debug_info, .debug_abbrev), version 4: the types that btf() has."""
    def abbrev(code, tag, children, *fields):
        return uleb(code) + uleb(tag) + bytes([children]) + b"".join(uleb(a) + uleb(f) for a, f in fields) + b"\0\0"

    name, size, place, of, value, count, string, udata, ref4 = 3, 0x0b, 0x38, 0x49, 0x1c, 0x37, 8, 0x0f, 0x13
    abbrevs = (abbrev(1, 0x11, 1, (name, string)) + abbrev(2, 0x24, 0, (name, string), (size, udata)) +
               abbrev(3, 0x01, 1, (of, ref4)) + abbrev(4, 0x21, 0, (count, udata)) +
               abbrev(5, 0x13, 1, (name, string), (size, udata)) + abbrev(6, 0x0d, 0, (name, string), (of, ref4), (place, udata)) +
               abbrev(7, 0x04, 1, (name, string), (size, udata)) + abbrev(8, 0x28, 0, (name, string), (value, udata)) + b"\0")
    head = 11
    out = b"\1made-up.c\0"
    word = head + len(out)
    out += b"\2unsigned int\0\4"
    array = head + len(out)
    out += b"\3" + struct.pack("<I", word) + b"\4" + uleb(11) + b"\0"
    for kind, length in STRUCTS.items():
        out += b"\5" + kind.encode() + b"\0" + uleb(length)
        if kind == "zone":
            out += b"\6free_area\0" + struct.pack("<I", array) + uleb(256)
        out += b"\0"
    out += b"\7zone_type\0\4" + b"\x08ZONE_DMA\0\0" + b"\x08ZONE_NORMAL\0\1" + b"\0\0"
    return struct.pack("<IHIB", len(out) + 7, 4, 0, 8) + out, abbrevs


def elf(data, machine=183, symtab=True, debug=False):
    """A vmlinux: one segment, .symtab, the names of sections, and DWARF if asked for."""
    names = b"\0.symtab\0.strtab\0.shstrtab\0.debug_info\0.debug_abbrev\0"
    text, table = b"\0", bytes(24)
    for at, kind, name in symbols() if symtab else []:
        table += struct.pack("<IBBHQQ", len(text), 0x12 if kind == "t" else 0x10, 0, 1, LINK + at, 0)
        text += name.encode() + b"\0"
    start = 0x10000
    parts, at, sections = b"", start + len(data), [bytes(64)]
    sections.append(struct.pack("<IIQQQQIIQQ", 0, 1, 6, LINK, start, len(data), 0, 0, 1, 0))
    info, abbrevs = dwarf() if debug else (b"", b"")
    for name, kind, content, link, entry in ((1, 2, table, 3, 24), (9, 3, text, 0, 0), (17, 3, names, 0, 0),
                                             *(((27, 1, info, 0, 0), (39, 1, abbrevs, 0, 0)) if debug else ())):
        sections.append(struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, at, len(content), link, 1, 1, entry))
        parts += content
        at += len(content)
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, LINK, 64, at, 0, 64, 56, 1, 64, len(sections), 4)
    segment = struct.pack("<IIQQQQQQ", 1, 7, start, LINK, LINK, len(data), END, 0x10000)
    return align(head + segment, start) + data + parts + b"".join(sections)


COMPRESSORS = {"gzip": lambda d: gzip.compress(d, mtime=0), "bzip2": bz2.compress, "xz": lzma.compress,
               "lzma": lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE), "lzo": lzop,
               "zstd": zstd, "lz4": lz4, "lz4 (legacy)": lz4_legacy}
