# SPDX-License-Identifier: GPL-2.0-or-later
"""Read zones, free lists, zonelists and slab caches out of a kernel that a debugger stub has halted.

Used by boot.py. QEMU's stub reads through the page tables of the halted CPU, so linear-map and vmemmap addresses are
read as the kernel would. Struct sizes, member offsets and enums come from the kernel's profile (boards/kernels/*.json
names, see contrib/profile), addresses from its System.map or /proc/kallsyms.
"""
import json
import socket
import struct
import time

LRU = 8             # of struct page, since lists of free pages are kept there
ZONEREF = 16        # { struct zone *zone; int zone_idx; }
STOPS = ("kmem_cache_init", "vmalloc_init")


class Stub:
    """The few requests of the GDB remote protocol that reading memory at a breakpoint takes."""

    def __init__(self, path, wait=20):
        self.sock = socket.socket(socket.AF_UNIX)
        end = time.time() + wait
        while True:
            try:
                self.sock.connect(path)
                break
            except OSError:
                if time.time() > end:
                    raise
                time.sleep(0.05)
        self.buffer = b""

    def _byte(self):
        if not self.buffer:
            self.buffer = self.sock.recv(65536)
            if not self.buffer:
                raise EOFError("the stub went away")
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def ask(self, text, timeout=60):
        self.sock.settimeout(timeout)
        data = text.encode()
        self.sock.sendall(b"$%s#%02x" % (data, sum(data) & 255))
        while self._byte() != b"$":
            pass
        out = b""
        while (c := self._byte()) != b"#":
            out += c
        self._byte(), self._byte()
        self.sock.sendall(b"+")
        return out.decode("latin-1")

    def read(self, address, size):
        out = b""
        while size:
            part = min(size, 1024)
            reply = self.ask(f"m{address:x},{part:x}")
            if reply[:1] == "E" or len(reply) != 2 * part:
                raise ValueError(f"cannot read {part} bytes at {address:#x}: {reply[:20]}")
            out, address, size = out + bytes.fromhex(reply), address + part, size - part
        return out

    def u64(self, address):
        return struct.unpack("<Q", self.read(address, 8))[0]

    def u32(self, address):
        return struct.unpack("<I", self.read(address, 4))[0]

    def string(self, address):
        out = b""
        while b"\0" not in out:
            out += self.read(address + len(out), 16)
        return out.split(b"\0")[0].decode()

    def stop_at(self, address, timeout):
        """Let the machine run up to the instruction at address."""
        if self.ask(f"Z1,{address:x},4") != "OK":
            raise ValueError("the stub takes no breakpoint")
        reply = self.ask("c", timeout)
        if not reply.startswith(("T05", "S05")):
            raise ValueError(f"stopped for another reason: {reply}")
        self.ask(f"z1,{address:x},4")

    def let_go(self):
        self.ask("D")
        self.sock.close()


class Layout:
    """Where things are in this build: structs.json (or a profile's raw material) and a map of symbols."""

    def __init__(self, structs, symbols):
        with open(structs, encoding="ascii") as file:
            self.data = json.load(file)
        self.symbol = {}
        with open(symbols, encoding="ascii", errors="replace") as file:
            for line in file:
                words = line.split()
                if len(words) >= 3:
                    self.symbol.setdefault(words[2], int(words[0], 16))

    def size(self, name):
        return self.data["sizeof"][name]

    def offset(self, name, member):
        return self.data["offsets"][name][member]

    def enum(self, name):
        return self.data["enums"][name]


class Reader:
    def __init__(self, stub, layout):
        self.stub, self.at = stub, layout
        self.names = self._migratetypes()
        self.vmemmap = self._vmemmap()
        self.pgdats = self._pgdats()

    def _migratetypes(self):
        """Index to name; two names may share a value, and the one that is no type of its own is not used."""
        types = self.at.enum("migratetype")
        names = {}
        for name, value in types.items():
            if name.startswith("MIGRATE_") and name not in ("MIGRATE_PCPTYPES", "MIGRATE_TYPES"):
                names[value] = name
        return {v: n for v, n in names.items() if v < types["MIGRATE_TYPES"]}

    def _vmemmap(self):
        """Address that struct page of pfn 0 would have, out of any present section's section_mem_map."""
        root = self.stub.u64(self.at.symbol["mem_section"])
        step = self.at.size("mem_section")
        for i in range(0, 65536):
            table = self.stub.u64(root + 8 * i)
            if not table:
                continue
            for offset in range(0, 4096 // step * step, step):
                word = self.stub.u64(table + offset)
                if word & 2:
                    return word & ~0x3f
        raise ValueError("no present section")

    def _pgdats(self):
        """node_data[] has holes where node numbers do; what lies behind it says another number, or none."""
        out = []
        for nid in range(64):
            pgdat = self.stub.u64(self.at.symbol["node_data"] + 8 * nid)
            if not pgdat:
                continue
            try:
                said = self.stub.u32(pgdat + self.at.offset("pglist_data", "node_id"))
            except ValueError:
                break
            if pgdat >> 52 != 0xfff or said != nid:
                break
            out.append(pgdat)
        return out

    def _list(self, head):
        """Addresses of the entries of a struct list_head; a zone without pages has heads of zeroes."""
        at = self.stub.u64(head)
        while at and at != head:
            yield at
            at = self.stub.u64(at)

    def _free(self, zone):
        area = zone + self.at.offset("zone", "free_area")
        size = self.at.size("free_area")
        orders = (self.at.offset("zone", "flags") - self.at.offset("zone", "free_area")) // size
        page = self.at.size("page")
        for order in range(orders):
            for mt in sorted(self.names):
                head = area + order * size + 16 * mt
                pfns = [(entry - LRU - self.vmemmap) // page for entry in self._list(head)]
                if pfns:
                    yield {"order": order, "migratetype": self.names[mt], "pfns": pfns}

    def _zone(self, zone):
        def value(member):
            return self.stub.u64(zone + self.at.offset("zone", member))
        return {"name": self.stub.string(value("name")), "zone_start_pfn": value("zone_start_pfn"),
                "spanned": value("spanned_pages"), "present": value("present_pages"), "managed": value("managed_pages"),
                "free": list(self._free(zone))}

    def _zoneref(self, zone):
        """(node, name) of a zone."""
        name = self.stub.string(self.stub.u64(zone + self.at.offset("zone", "name")))
        return self.stub.u32(zone + self.at.offset("zone", "node")), name

    def _zonelists(self, pgdat):
        lists = pgdat + self.at.offset("pglist_data", "node_zonelists")
        end = pgdat + self.at.offset("pglist_data", "nr_zones")
        for at in range(lists, end - self.at.size("zonelist") + 1, self.at.size("zonelist")):
            refs = []
            while zone := self.stub.u64(at):
                node, name = self._zoneref(zone)
                refs.append({"node": node, "zone": name, "zone_idx": self.stub.u32(at + 8)})
                at += ZONEREF
            yield refs

    def _node(self, pgdat):
        def at(member):
            return pgdat + self.at.offset("pglist_data", member)
        zones = range(self.stub.u32(at("nr_zones")))
        size = self.at.size("zone")
        return {"nid": self.stub.u32(at("node_id")), "start_pfn": self.stub.u64(at("node_start_pfn")),
                "spanned": self.stub.u64(at("node_spanned_pages")), "present": self.stub.u64(at("node_present_pages")),
                "zones": [self._zone(at("node_zones") + i * size) for i in zones],
                "zonelists": list(self._zonelists(pgdat))}

    def _cache(self, cache):
        def at(member):
            return cache + self.at.offset("kmem_cache", member)
        oo = self.stub.u32(at("oo"))
        return {"name": self.stub.string(self.stub.u64(at("name"))), "size": self.stub.u32(at("size")),
                "object_size": self.stub.u32(at("object_size")), "align": self.stub.u32(at("align")),
                "order": oo >> 16, "objects": oo & 0xffff}

    def snapshot(self, name):
        link = self.at.offset("kmem_cache", "list")
        caches = self._list(self.at.symbol["slab_caches"])
        return {"at": name, "nodes": [self._node(pgdat) for pgdat in self.pgdats],
                "slab_caches": [self._cache(entry - link) for entry in caches]}


def record(path, structs, symbols, timeout):
    """What a machine holds at each of STOPS; it then runs on. @path: the stub's socket, the machine not started yet."""
    layout = Layout(structs, symbols)
    stub = Stub(path)
    try:
        out = []
        for stop in STOPS:
            stub.stop_at(layout.symbol[stop], timeout)
            out.append(Reader(stub, layout).snapshot(stop))
        return out
    finally:
        stub.let_go()
