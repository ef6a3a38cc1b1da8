#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What an uncompressed arm64 Image tells of its build: symbols, who calls memblock, which parameters it knows.

usage: image.py IMAGE SYMBOLS

SYMBOLS is the build's symbols.txt ("address type name"; a handful of layout symbols is enough): it says where _text is
linked and where the tables are. Prints the callers of memblock's functions and the names of the parameters.

All addresses in here are offsets from _text, which is the start of the file.
"""
import array
import bisect
import collections
import struct
import sys

MEMBLOCK = ("memblock_add", "memblock_add_node", "memblock_remove", "memblock_reserve", "__memblock_reserve", "memblock_free",
            "memblock_phys_free", "memblock_phys_alloc_range", "memblock_alloc_try_nid", "memblock_alloc_try_nid_raw",
            "memblock_alloc_exact_nid_raw", "__memblock_alloc_or_panic", "memblock_alloc", "memblock_alloc.constprop.0")


def read_symbols(path):
    """name -> link address."""
    out = {}
    for line in open(path, encoding="ascii"):
        address, _, name = line.split()
        out.setdefault(name, int(address, 16))
    return out


class Image:
    def __init__(self, path, symbols):
        self.data = open(path, "rb").read()
        self.link = symbols
        self.text = symbols["_text"]
        self.names = None  # [(offset, name)] in kallsyms order
        self.moved = None  # offset -> offset that a relocation puts there
        self.claimed = None

    def offset(self, name):
        return self.link[name] - self.text

    # --- kallsyms (kernel/kallsyms.c and scripts/kallsyms.c; the layout changed in 6.1, 6.4 and 6.16) ------------------
    def tokens(self):
        """(the 256 tokens, where the table starts, where its index ends)."""
        digits = b"".join(b"%d\0" % i for i in range(10))
        at = -1
        while True:
            at = self.data.find(digits, at + 1)
            if at < 0:
                raise ValueError("no kallsyms token table")
            start = at
            for _ in range(ord("0")):  # tokens before "0"
                start = self.data.rfind(b"\0", 0, start - 1) + 1
            tokens, offsets, end = [], [], start
            for _ in range(256):
                stop = self.data.index(b"\0", end)
                offsets.append(end - start)
                tokens.append(self.data[end:stop])
                end = stop + 1
            if end - start > 1 << 14:
                continue
            index = self.data.find(struct.pack("<64H", *offsets[:64]), end, end + 256)
            if index >= 0:
                return tokens, start, index + 512

    def name_records(self, before):
        """[bytes of tokens] of every name, and where they start: the table before the markers before the tokens."""
        for at in range(before & ~3, max(0, before - (8 << 20)), -4):
            count = struct.unpack_from("<I", self.data, at)[0]
            if not 20000 < count < 1000000:
                continue
            for head in (4, 8):
                for long in (True, False):
                    records = self.records_at(at + head, count, before, long)
                    if records:
                        return records, at
        raise ValueError("no kallsyms names")

    def records_at(self, start, count, limit, long):
        data, at, out, marks = self.data, start, [], []
        for i in range(count):
            if i % 256 == 0:
                marks.append(at - start)
            size = data[at]
            at += 1
            if size & 0x80 and long:  # two bytes of length, since 6.1
                size = size & 0x7f | data[at] << 7
                at += 1
            if size == 0 or at + size > limit:
                return None
            out.append(data[at:at + size])
            at += size
        for align in (4, 8):
            marker = (at + align - 1) & -align
            for form in ("<2I", "<2Q"):
                if struct.unpack_from(form, data, marker) == (0, marks[1]):
                    return out
        return None

    def kallsyms(self):
        """[(offset, name)], aliases in the order in which %pS prefers them."""
        if self.names is None:
            tokens, start, end = self.tokens()
            records, at = self.name_records(start)
            names = [b"".join(tokens[b] for b in r).decode("ascii", "replace")[1:] for r in records]
            self.names = list(zip(self.addresses(names, at, end), names))
        return self.names

    def addresses(self, names, before, after):
        """Offsets of all names: the array, plain or relative to its own place, in which the known symbols agree."""
        index = {n: i for i, n in enumerate(names)}
        known = [n for n in ("_stext", "_etext", "__init_begin", "_sinittext", "_einittext", "__sched_text_start", "_stop")
                 if n in index and n in self.link]
        first, size = known[0], 4 * len(names)
        for at in [*range(max(0, before - 3 * size) & ~3, before, 4), *range(after & ~3, min(len(self.data) - size, after + 3 * size), 4)]:
            base = struct.unpack_from("<i", self.data, at + 4 * index[first])[0]
            for step in (0, 4):
                if all(struct.unpack_from("<i", self.data, at + 4 * index[n])[0] - base
                       == self.link[n] - self.link[first] - step * (index[n] - index[first]) for n in known[1:]):
                    values = [v + step * i for i, v in enumerate(struct.unpack_from(f"<{len(names)}i", self.data, at))]
                    start = values[index[first]] - self.offset(first)
                    return [v - start for v in values]
        raise ValueError("no kallsyms addresses")

    # --- calls ------------------------------------------------------------------------------------------------------------
    def callers(self, targets=MEMBLOCK):
        """target -> [(function that a call's return address lies in, "call" or "jump")], in address order."""
        places, seen = [], set()
        for at, name in sorted(self.kallsyms(), key=lambda x: x[0]):  # stable: the first alias wins, as in the kernel
            if at not in seen and not name.startswith("$"):
                seen.add(at)
                places.append((at, name))
        starts = [at for at, _ in places]
        wanted = {at: name for at, name in self.kallsyms() if name in targets}
        words = array.array("I")
        words.frombytes(self.data[:len(self.data) & ~3])
        out = collections.defaultdict(list)
        for i, word in enumerate(words):
            if word >> 26 not in (0x25, 0x05):  # BL, B
                continue
            distance = word & 0x3ffffff
            target = wanted.get(4 * (i + distance - (0x4000000 if distance & 0x2000000 else 0)))
            if target:
                call = word >> 26 == 0x25
                function = places[bisect.bisect_right(starts, 4 * i + 4 * call) - 1][1]
                if function != target:
                    out[target].append((function, "call" if call else "jump"))
        return out

    def printed(self):
        """memblock function -> set of the function names that its debug line can show."""
        calls = self.callers()
        out = {op: {f for f, how in calls[op] if how == "call"} for op in calls}
        for op in calls:  # a function that jumps on to another leaves its own caller as return address
            for function, how in calls[op]:
                if how == "jump":
                    out[op] |= {f for f, h in calls.get(function, ()) if h == "call"}
        return out

    # --- parameters ---------------------------------------------------------------------------------------------------------
    def relocations(self):
        """Images with RELA relocations hold no addresses in place."""
        if self.moved is None:
            self.moved, kind, at = {}, struct.pack("<Q", 0x403), 0
            while True:
                at = self.data.find(kind, at)
                if at < 0:
                    break
                place = at - 8
                while place % 8 == 0 and place + 24 <= len(self.data):
                    where, info, addend = struct.unpack_from("<QQQ", self.data, place)
                    if info != 0x403 or not 0 <= where - self.text < 1 << 28:
                        break
                    self.moved[where - self.text] = addend - self.text
                    place += 24
                at = max(at + 8, place)
        return self.moved

    def pointer(self, at):
        if at in self.relocations():
            return self.moved[at]
        value = struct.unpack_from("<Q", self.data, at)[0] - self.text
        return value if 0 < value < 1 << 28 else None

    def string(self, at):
        if at is None or at >= len(self.data):
            return None
        text = self.data[at:self.data.find(b"\0", at, at + 200)]
        return text.decode() if text and all(32 < c < 127 for c in text) else None

    def setup_table(self):
        """Names in the table of __setup() and early_param(): the longest run of its records in the init data."""
        low, high = self.offset("__initdata_begin"), self.offset("__init_end")
        best, done = [], set()
        for start in range(low, high - 24, 8):
            names, at = [], start
            while at not in done and at + 24 <= high:
                text, function = self.pointer(at), self.pointer(at + 8)
                early, pad = struct.unpack_from("<II", self.data, at + 16)
                name = self.string(text) if text is not None and low <= text < high else None
                if name is None or early > 1 or pad or (function is None and struct.unpack_from("<Q", self.data, at + 8)[0]):
                    break
                done.add(at)
                names.append(name)
                at += 24
            if len(names) > len(best):
                best = names
        return best

    def params(self):
        """Words that this build claims: __setup(), early_param() and module parameters without a dot."""
        if self.claimed is None:
            places = range(self.offset("__start___param"), self.offset("__stop___param"), 40)
            words = {n.rstrip("=") for n in self.setup_table()} | {self.string(self.pointer(at)) for at in places}
            self.claimed = sorted(w for w in words if w and "." not in w)
        return self.claimed


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    image = Image(sys.argv[1], read_symbols(sys.argv[2]))
    for op, functions in sorted(image.printed().items()):
        print(f"{op}: {' '.join(sorted(functions))}")
    print("parameters:", " ".join(image.params()))


if __name__ == "__main__":
    main()
