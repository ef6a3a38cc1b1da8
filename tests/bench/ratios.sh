#!/usr/bin/env bash
# What is done most often (bench-cost.c), beside the same at commit 2820a2f and beside Jansson and orjson, in one run. BASE=COMMIT: another one.
# The two take turns, ROUNDS=5 times, and the best of each counts: a machine whose own speed changes does so for both.
set -eu
base=${BASE:-2820a2f}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
kernels=$SRCDIR/boards/kernels
inputs=("$kernels/6.7.json" "$kernels/6.12.json" "$kernels/7.2.json" "$BUILDDIR/boards/qemu-virt.dtb" "$BUILDDIR/boards/rpi4-8g.dtb")

echo "== CPU time of profiles, boots, JSON and memblock, load $(cut -d' ' -f1 /proc/loadavg)"

# The sources of then, the benchmark and the inputs of now. Of the daemon only what the benchmark pulls in is linked.
build_base() {
	local library=$tmp/base.a
	export flags='-std=gnu11 -O2 -g -w -D_GNU_SOURCE'
	mkdir "$tmp/base"
	git -C "$SRCDIR" archive "$base" daemon mmcore | tar -x -C "$tmp/base"
	(cd "$tmp/base" && find mmcore daemon -name '*.c' ! -name main.c ! -name version.c -print0 |
		xargs -0 -P 2 -I{} sh -c 'gcc $flags -iquote . -iquote mmcore -c "$1" -o "$(echo "$1" | tr / _).o" 2>/dev/null || :' sh {})
	# configure gives it its text.
	echo 'const char *mm_version(void); const char *mm_version(void) { return "then"; }' >"$tmp/base/version.c"
	(cd "$tmp/base" && gcc $flags -c version.c -o zz_version.o)
	ar -cr "$library" "$tmp"/base/*.o
	gcc $flags -iquote "$tmp/base" -iquote "$tmp/base/mmcore" "$SRCDIR/tests/bench/bench-cost.c" -o "$tmp/bench-base" \
		"$library" -ljansson -lfdt
}
git -C "$SRCDIR" cat-file -e "$base^{commit}" 2>/dev/null && build_base ||
	echo "(commit $base is not here, or does not build: nothing to compare with)"
for _ in $(seq "${ROUNDS:-5}"); do
	"$BUILDDIR/tests/bench/bench-cost" "${inputs[@]}" >>"$tmp/all-now"
	[ ! -x "$tmp/bench-base" ] || "$tmp/bench-base" "${inputs[@]}" >>"$tmp/all-then"
done
# The least time and the highest rate of each name, in the order they came.
best() {
	awk '!($1 in best) { order[++n] = $1; best[$1] = $2; unit[$1] = $3 }
		$3 == "ns" ? $2 < best[$1] : $2 > best[$1] { best[$1] = $2 }
		END { for (i = 1; i <= n; i++) print order[i], best[order[i]], unit[order[i]] }' "$@"
}
touch "$tmp/all-then"
best "$tmp/all-now" >"$tmp/now"
best "$tmp/all-then" >"$tmp/then"
awk -v base="$base" 'FILENAME ~ /then$/ { then[$1] = $2; next }
	{ printf "%-24s %8d %-5s", $1, $2, $3 }
	$1 in then && $2 && then[$1] { printf "  at %s %8d: %5.2f times as fast", base, then[$1], $3 == "ns" ? then[$1] / $2 : $2 / then[$1] }
	{ print "" }' "$tmp/then" "$tmp/now"

"$MMSCOPE" boot qemu-virt -k 6.7 -o events >"$tmp/events"
python3 - "$tmp/events" <<'END' || echo "(orjson is not installed: nothing to compare with)"
import sys, time
import orjson
events = [orjson.loads(line) for line in open(sys.argv[1], "rb")]
best = 1e9
for _ in range(15):
    start = time.process_time()
    size = len(orjson.dumps(events))
    best = min(best, time.process_time() - start)
print(f"{'json-orjson-qemu-virt':24} {size / best / 1e6:8.0f} MB/s   a tree that is there already; ours is made from the run")
END
