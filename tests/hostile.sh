#!/usr/bin/env bash
# Inputs made to hurt, end to end: each ends in a result or in one clear sentence (exit 3, usage 2), in time, and
# without a report of the sanitizers.
set -u
mmscope=${MMSCOPE_SAN:-${MMSCOPE:-./mmscope}}
[ -x "$mmscope" ] || mmscope=${MMSCOPE:-./mmscope}
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0 failed=0
seconds=40	# with sanitizers and other tests beside it; a release takes less than one

ok() { # STATUS SENTENCE
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

bad=0
try() { # WORDS...: boots, or is refused in one sentence; sets bad
	local got
	timeout $seconds "$mmscope" "$@" >out 2>err </dev/null
	got=$?
	if { [ $got != 0 ] && [ $got != 1 ] && [ $got != 3 ]; } || grep -qE 'Sanitizer|runtime error|assert' err ||
	   { [ $got = 3 ] && [ "$(wc -l <err)" != 1 ]; }; then
		echo "# exit $got: mmscope $*" | cut -c1-300
		head -n 3 err | cut -c1-300 | sed 's/^/#   /'
		bad=1
	fi
}
end() { # SENTENCE about all that was tried since the last one
	ok $bad "$1"
	bad=0
}

# One of each kind, and each input with two of them in turn; ALL=1 for every input with every profile, before a release.
kernels='4.9 5.10 6.7 6.12-16k 7.2'
[ -z "${ALL-}" ] || kernels='4.9 4.9-slab 4.9-slob 5.10 6.1 6.7 6.12 6.12-16k 7.2'
turn=0
next_kernels() { # sets `these` for the next input
	local all=($kernels)
	these=$kernels
	[ -n "${ALL-}" ] || these="${all[turn % ${#all[@]}]} ${all[(turn + 2) % ${#all[@]}]}"
	turn=$((turn + 1))
}

# ------------------------------------------------------------------- parameters
words='mem= mem=0 mem=1 mem=4095 mem=1M mem=64E mem=-1 mem=nonsense hugepages=999999999 hugepages=-1
	hugepagesz=1G,hugepages=999999999 hugepagesz=3 hugepagesz=0 hugepagesz=64K,hugepages=99999999 default_hugepagesz=7
	hugepages=0:99999999999,99:1 nr_cpus=0 nr_cpus=-1 nr_cpus=4294967296 maxcpus=0 maxcpus=-1 maxcpus=x cma=64E cma=1 cma=0
	cma=1G@0 cma=16M@0-0 cma=-1M cma=16M@18446744073709551615 movablecore=200% movablecore=0% movablecore=64E
	kernelcore=100% kernelcore=99999999999999999999 kernelcore=mirror movable_node log_buf_len=1T log_buf_len=64E log_buf_len=1
	log_buf_len=-1 log_buf_len=0 crashkernel= crashkernel=, crashkernel=@ crashkernel=1G-:@ crashkernel=1G-2G crashkernel=0
	crashkernel=64E crashkernel=64M@1 crashkernel=64M@18446744073709551615 crashkernel=1G-:64M@4G,2G-:x
	crashkernel=64M,high,low crashkernel=4G,high crashkernel=64M,low crashkernel=64M,cma crashkernel=x dhash_entries=0
	dhash_entries=18446744073709551615 ihash_entries=-1 mhash_entries=9999999999 hashdist=9 swiotlb=0 swiotlb=1
	swiotlb=4294967295 swiotlb=1,0,force swiotlb=64,99999 swiotlb=, slub_min_order=300 slub_max_order=-1
	slub_min_objects=4294967295 slub_min_objects=0 slub_debug=@@ numa=fake=0 numa=fake=-1 numa=fake=64E numa=fake=1000 numa=off
	percpu_alloc=nonsense kfence.sample_interval=18446744073709551615 reserve_mem=64E:1:x reserve_mem=4K:3:x reserve_mem=
	reserve_mem=4096:18446744073709551615:x hugetlb_cma=64E hugetlb_cma=1 hugetlb_cma=99:1G rodata=maybe
	min_free_kbytes=-1 numa_zonelist_order=x debug_pagealloc= "" "\"" =x = -- --=1 a=\" \"a= \"\"="" memblock= loglevel=-99 initrd=1,64E
	initrd=0,0 initrdmem=0x48000000,64E ramdisk_size=64E elfcorehdr=1 acpi=force efi=x kaslr nokaslr=1 stack_depot_disable=x
	init_on_alloc=7 page_owner=on early_page_ext earlycon=x vmalloc=64E cgroup_disable=memory nohugeiomap iommu=x'
for word in $words; do
	case $word in
	*,hugepages=*) word=${word/,/ } ;;
	esac
	next_kernels
	for kernel in $these; do
		try boot qemu-virt -k "$kernel" -c "memblock=debug $word" -o zoneinfo
	done
done
end 'a kernel takes every nonsense as a parameter'
for word in $words; do
	next_kernels
	[ -n "${ALL-}" ] || these=${these% *}
	for kernel in $these; do
		try boot qemu-virt-numa -k "$kernel" -c "$word" -o log
	done
done
end 'and does so on two nodes'
for len in 2040 2047 2048 2049 4000; do
	timeout $seconds "$mmscope" boot qemu-virt -k 6.7 -c "$(printf "%0${len}d" 0)" >out 2>err
	case $? in 0 | 2 | 3) ;; *) bad=1 ;; esac
	timeout $seconds "$mmscope" boot qemu-virt -k 6.7 -c "$(printf 'a=%.0s' $(seq $((len / 2))))" >out 2>err
	case $? in 0 | 2 | 3) ;; *) bad=1 ;; esac
done
end 'a command line of any length'

# ----------------------------------------------------------------- memory, loader
place() { # OPTION...: boots, says what it lacks, or is refused; one sentence is not asked of it
	timeout $seconds "$mmscope" boot qemu-virt -k "$kernel" -c quiet "$@" >out 2>err </dev/null
	case $? in 0 | 1 | 2 | 3) ;; *) echo "# -k $kernel $*"; head -n 3 err | sed 's/^/#  /'; bad=1 ;; esac
}
for memory in 1M 2M 16M 64M 0 1 4095 1M@0 4G@0 64T 4P 4P@1G 15E 1G@0xfffffffffffff000 1G@0xffffffff00000 1G@52,1G@52 \
	1G@1G,1G@1G 1G@1G,512M@0x48000000 2G@1G,1G@0x50000000 1G@1G,64T@64T 4096@1G,4096@0x40002000 1G@1G,1@5G; do
	next_kernels
	for kernel in $these; do
		place -m "$memory" -o zoneinfo
	done
done
end 'RAM of any size and place'
for where in '--image-addr 0' '--image-addr 0x1000' '--image-addr 0x200000' '--image-addr 0x7fe00000' \
	'--image-addr 0xfffffffffff00000' '--dtb-addr 0x40200000' '--dtb-addr 0x40210000' '--dtb-addr 8' \
	'--dtb-addr 0xfffffffffffffff8' '--initrd 0x40200000,1M' '--initrd 0,1' '--initrd 0x7ff00000,64M' \
	'--initrd 0xfffffffffffff000,8192' '--initrd 0x48200000,1M'; do
	next_kernels
	for kernel in $these; do
		# shellcheck disable=SC2086
		place $where -o log
	done
done
end 'image, device tree and initrd anywhere'

# ------------------------------------------------------------------------ trees
python3 - <<'PY'
import struct

class Tree:
    """A writer of blobs that dtc would refuse."""
    def __init__(self, reserve=()):
        self.s, self.names, self.strings, self.reserve = b"", {}, b"", reserve
    def open(self, name):
        name = name.encode() + b"\0"
        self.s += struct.pack(">I", 1) + name + bytes(-len(name) % 4)
        return self
    def prop(self, name, data=b""):
        if isinstance(data, str):
            data = data.encode() + b"\0"
        elif not isinstance(data, bytes):
            data = b"".join(struct.pack(">I", x & 0xffffffff) for x in data)
        if name not in self.names:
            self.names[name] = len(self.strings)
            self.strings += name.encode() + b"\0"
        self.s += struct.pack(">3I", 3, len(data), self.names[name]) + data + bytes(-len(data) % 4)
        return self
    def close(self):
        self.s += struct.pack(">I", 2)
        return self
    def write(self, path):
        s = self.s + struct.pack(">I", 9)
        rsv = b"".join(struct.pack(">QQ", *r) for r in self.reserve) + bytes(16)
        off_struct = 40 + len(rsv)
        off_strings = off_struct + len(s)
        total = off_strings + len(self.strings)
        with open(path, "wb") as f:
            f.write(struct.pack(">10I", 0xd00dfeed, total, off_struct, off_strings, 40, 17, 16, 0, len(self.strings), len(s)) + rsv + s + self.strings)

def u64(*v):
    return b"".join(struct.pack(">Q", x & (2**64 - 1)) for x in v)

def board(reserve=(), memory=((0x40000000, 0x40000000, None),), ac=2, sc=2):
    t = Tree(reserve).open("").prop("#address-cells", [ac]).prop("#size-cells", [sc])
    for base, size, nid in memory:
        t.open(f"memory@{base:x}").prop("device_type", "memory").prop("reg", u64(base, size))
        if nid is not None:
            t.prop("numa-node-id", [nid])
        t.close()
    return t

def reserved(t, children):
    t.open("reserved-memory").prop("#address-cells", [2]).prop("#size-cells", [2]).prop("ranges")
    for i, props in enumerate(children):
        t.open(f"r@{i:x}")
        for k, v in props.items():
            t.prop(k, v)
        t.close()
    return t.close()

board([(0x40000000 + i * 0x4000, 0x1000) for i in range(65000)]).close().write("memreserve-65000.dtb")
board([(0x40000000 + i * 0x4000, 0x1000) for i in range(10000)]).close().write("memreserve-10000.dtb")
board([(i * 7919 % 2**64, 2**64 - 1) for i in range(2000)]).close().write("memreserve-huge.dtb")
reserved(board(), [{"reg": u64(0x44000000 + i * 0x3000, 0x1000)} for i in range(5000)]).close().write("reserved-5000.dtb")
reserved(board(), [{"size": u64(0x1000), "alignment": u64(0x1000)} for i in range(5000)]).close().write("dynamic-5000.dtb")
reserved(board(), [{"reg": u64(0x44000000, 0x1000), "no-map": b""}] * 1000).close().write("nomap-same.dtb")
nasty = [{}, {"reg": b""}, {"reg": b"abc"}, {"reg": u64(0, 0)}, {"reg": u64(2**64 - 1, 2**64 - 1)}, {"size": b""}, {"size": u64(2**64 - 1)},
         {"size": u64(0)}, {"size": u64(2**63)}, {"size": u64(4096), "alignment": u64(3)}, {"size": u64(4096), "alignment": u64(2**63)},
         {"size": u64(4096), "alignment": u64(0)}, {"size": u64(4096), "alloc-ranges": u64(2**64 - 1, 2**64 - 1)},
         {"size": u64(4096), "alloc-ranges": b"12345"}, {"reg": u64(0x40000000, 0x40000000), "no-map": b""},
         {"reg": u64(0x40000000, 0x40000000)}, {"size": u64(1 << 20), "compatible": "shared-dma-pool", "reusable": b"", "linux,cma-default": b""},
         {"reg": u64(0x50000000, 1 << 22), "compatible": "shared-dma-pool", "reusable": b"", "no-map": b""},
         {"reg": u64(0x50000001, 12345), "compatible": "shared-dma-pool", "reusable": b""}, {"reg": u64(0x51000000, 4096) * 100}]
for i, child in enumerate(nasty):
    reserved(board(), [child]).close().write(f"nasty-{i}.dtb")
reserved(board(), nasty).close().write("nasty-all.dtb")
board(memory=[(0x40000000 + i * 0x10000000, 0x8000000, i) for i in range(70)]).close().write("nodes-70.dtb")
board(memory=[(0x40000000 + i * 0x100000, 0x80000, i % 4) for i in range(3000)]).close().write("banks-3000.dtb")
board(memory=[(0x40000000, 0x40000000, 2**32 - 1)]).close().write("node-minus-one.dtb")
board(memory=[(0x40000000, 0x40000000, 0), (0x40000000, 0x40000000, 1), (0x60000000, 0x40000000, 2)]).close().write("overlapping-nodes.dtb")
board(memory=[(0, 2**64 - 1, None)]).close().write("all-memory.dtb")
board(memory=[(2**52 - 4096, 4096, None)]).close().write("last-page.dtb")
# The last struct page that there can be lies just below the top of all addresses.
board(memory=[(0x80000000, 0x7fff80000000, 0), (0x800000000000, 0x800000000000, 1)]).close().write("top-of-vmemmap.dtb")
board(memory=[]).close().write("no-memory.dtb")
board(memory=[(0x40000001, 0x3fffffff, None)]).close().write("odd-memory.dtb")
t = board()
t.open("cpus").prop("#address-cells", [1]).prop("#size-cells", [0])
for i in range(5000):
    t.open(f"cpu@{i:x}").prop("device_type", "cpu").prop("reg", [i]).prop("numa-node-id", [i]).close()
t.close().close().write("cpus-5000.dtb")
t = board(memory=[(0x40000000, 0x40000000, 0), (0x80000000, 0x40000000, 1)])
t.open("distance-map").prop("compatible", "numa-distance-map-v1").prop("distance-matrix", [0, 1, 2**32 - 1, 99, 99, 20, 0, 0, 0, 5, 5]).close()
t.close().write("distances.dtb")
t = board()
t.open("chosen").prop("bootargs", b"not terminated").prop("linux,initrd-start", b"abc").prop("linux,initrd-end", u64(2**64 - 1))
t.prop("linux,usable-memory-range", u64(2**64 - 1, 2**64 - 1)).prop("linux,elfcorehdr", u64(1, 2**64 - 1)).prop("kaslr-seed", u64(2**64 - 1))
t.close().close().write("chosen.dtb")
PY
for tree in *.dtb; do
	next_kernels
	for kernel in $these; do
		try boot "./$tree" -k "$kernel" -c quiet -o zoneinfo
	done
done
end 'every tree is taken'

try boards --json --boards .
python3 - <<'PY' || bad=1
import glob, json
listed = {b["name"]: b for b in json.load(open("out"))["boards"]}
for path in glob.glob("*.dtb"):
    b = listed[path[:-4]]
    assert all(int(r["size"], 16) and int(r["base"], 16) + int(r["size"], 16) <= 2**64 for r in b["banks"] + b["reserved"]), path
assert len(listed["banks-3000"]["banks"]) == len(listed["reserved-5000"]["reserved"]) == 1024
assert (listed["cpus-5000"]["cpus"], listed["cpus-5000"]["nodes"]) == (5000, 1024)
PY
end 'every tree is summed up in the list of boards'

# -------------------------------------------------------------- what lies beside
mkdir capture
cp reserved-5000.dtb capture/board.dtb
: >capture/console.txt
for json in '' '{' '[]' 'null' '{"kernel":7}' '{"kernel":"6.7","cmdline":1}' '{"kernel":"6.7","cmdline":"x","loader":{"initrd":[1]}}' \
	'{"kernel":"6.7","loader":{"kernel_image":"0xfffffffffffffffff"}}' '{"kernel":"../../etc/passwd"}' '{"kernel":"6.7","cpu":"x"}' \
	'{"kernel":"6.7","loader":{"initrd":["0x5","0x1"]}}' '{"kernel":"6.7","cmdline":"\u0000"}'; do
	printf '%s' "$json" >capture/case.json
	try boot ./capture -o log
	try verify capture
done
end 'a case.json of any kind'

# 128 banks of a page each with holes between: the array of reserved ranges grows too early, which is a panic.
banks=$(for i in $(seq 0 127); do printf '4096@0x%x,' $((0x40000000 + i * 8192)); done)
for kernel in 5.10 6.7 7.2; do
	try boot qemu-virt -k $kernel -m "${banks%,}" -c memblock=debug
done
for memory in 512K 1M 1536K 2M 3M; do
	try boot rpi4-8g -k 4.9-bootmem -m $memory
done
end 'boards with less memory than their kernel are wide end in a result'

# Numbers of a profile, mutated by seed: every kernel that ships boots, or is refused in one sentence.
python3 - "${ALL:+6}" "$root"/boards/kernels/*.json <<'P'
import json, os, random, sys
def numbers(node, path=()):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from numbers(value, path + (key,))
        elif isinstance(value, int) and not isinstance(value, bool) and path and path[0] not in ("conformance", "recorded"):
            yield node, key
for path in sys.argv[2:]:
    name = os.path.basename(path)
    for seed in range(1, 1 + int(sys.argv[1] or 2)):
        profile = json.load(open(path))
        rng = random.Random(f"{name}{seed}")
        for node, key in rng.sample(list(numbers(profile)), 1 + seed % 3):
            node[key] = rng.choice([0, 1, node[key] + 1, node[key] * 2, 63, 64, 70, 2**31, 2**32, 2**63 - 1])
        json.dump(profile, open(f"mutated-{seed}-{name}", "w"))
P
for profile in mutated-*.json; do
	try boot qemu-virt -k "./$profile"
done
end 'mutated numbers of profiles are refused, or boot'

echo "1..$n"
exit $failed
