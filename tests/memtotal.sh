#!/usr/bin/env bash
# MemTotal term by term: the terms of every recorded boot add up to what that kernel printed.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
mmscope=${MMSCOPE:-$BUILDDIR/mmscope}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-memtotal.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
n=0
for archive in "$root"/tests/captures/*.tar.xz; do
	tar -xJf "$archive" -C "$dir"
done
for capture in "$dir"/*/; do
	name=$(basename "$capture")
	"$mmscope" boot "$capture" -o memtotal --json >"$dir/json" 2>"$dir/err"
	n=$((n + 1))
	# A boot that panics has no MemTotal to show.
	if python3 - "$dir/json" "$capture/meminfo.txt" "$capture/console.txt" <<'PY' >"$dir/why" 2>&1
import json, os, re, sys
m = json.load(open(sys.argv[1]))
if m["panicked"]:
    sys.exit(0)
lost, kept = (sum(t["bytes"] for t in m[k]) for k in ("lost", "kept"))
# Linux counts pages that are freed twice as free twice.
log = open(sys.argv[3], errors="replace").read()
freed = re.search(r"Freeing initrd memory: (\d+)K", log)
twice = -m["rest"]
assert twice == 0 or twice == int(freed.group(1)) * 1024, f"{twice} bytes more than there are"
assert m["ram"] - lost == m["memtotal"] - twice, f"RAM {m['ram']} - terms {lost} is not {m['memtotal']} - {twice}"
assert kept == m["memtotal"] - twice, f"what the page allocator has, {kept}, is not {m['memtotal']} - {twice}"
if os.path.exists(sys.argv[2]):
    said = int(open(sys.argv[2]).readline().split()[1]) * 1024
    assert said == m["memtotal"], f"the kernel printed {said}, predicted is {m['memtotal']}"
PY
	then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		tail -1 "$dir/why" | sed 's/^/# /'
	fi
done
n=$((n + 1))
"$mmscope" boot qemu-virt -k 6.12 -o memtotal >"$dir/out" && head -1 "$dir/out" | grep -qx 'MemTotal of Linux 6.12.107, in bytes' && sed -n 2p "$dir/out" | grep -q '1073741824  RAM' &&
	grep -qE '^= +1015222272  MemTotal +991428 kB' "$dir/out" && grep -qE '^- +16777216  memmap' "$dir/out" &&
	! grep -q 'not explained' "$dir/out"
[ $? = 0 ] && echo "ok $n - as text" || { echo "not ok $n - as text"; sed 's/^/# /' "$dir/out"; }
echo "1..$n"
