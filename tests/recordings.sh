#!/usr/bin/env bash
# The allocator at work equals recorded real kernels after every operation: the recordings in the tree, and those of
# ../shared/captures-ops where it is there.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

ok() { # STATUS SENTENCE
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}

for archive in "$root"/tests/recordings/*.tar; do
	tar -xf "$archive" -C "$tmp"
done
# make check-hard looks at what is executed, not at every operation.
some='6.12-uma1g-s-caches 7.2-uma1g-g-fail 7.3-asym3-i-odd'
if [ "${MMSCOPE_SOME_RECORDINGS:-}" ]; then
	(cd "$tmp" && "$MMSCOPE" verify $some) >"$tmp/out" 2>&1
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
	ok $status "every operation of $some is exact"
else
	"$MMSCOPE" verify "$tmp" >"$tmp/out" 2>&1
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
	ok $status 'every operation of every recording in the tree is exact'
	grep -q '^recordings exact: 18/18; operations exact: 93602/93602' "$tmp/out"
	ok $? 'that is 93602 operations of eighteen recordings, 30864 of them on objects of caches'
	grep -q '^printed lines exact: 529/529$' "$tmp/out"
	ok $? 'so is every line that the kernels printed of failures'

	{ "$MMSCOPE_SAN" verify "$tmp/7.2-numa2g-c-fallback" && "$MMSCOPE_SAN" verify "$tmp/7.2-numa2g-t-churn" && "$MMSCOPE_SAN" verify "$tmp/6.12-numa2g-t-churn"; } >/dev/null 2>"$tmp/err"
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$tmp/err"
	ok $status 'and nothing is wrong with memory meanwhile'
fi

# One page of one change, another one: the first difference is found and explained.
one=$tmp/6.1-numa2g-c-fallback
xz -dc "$one/ops.ndjson.xz" | sed '700s/"pfn":\([0-9]*\)/"pfn":\11/' >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q '^operation 699: ' "$tmp/out" && grep -q 'kernel [0-9]*, mmscope [0-9]*' "$tmp/out"
ok $? 'a recording that says something else differs, and the first operation that does is named'
printf '{"i":0,"op":"alloc"' >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'ops.ndjson, line 1: is not JSON' "$tmp/out"
ok $? 'a broken line is bad input, and named'
xz -dc "$one/ops.ndjson.xz" | sed '7s/"op":"[a-z]*"/"op":"nonsense"/' >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'ops.ndjson, line 7: should be an operation that recordings have: alloc, free' "$tmp/out"
ok $? 'so is an operation that nobody knows'
: >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'ops.ndjson: has no operations' "$tmp/out"
ok $? 'a recording without operations is not exact'
# Taken twice, an operation's change fits no list soon; what differs first is told nevertheless.
xz -dc "$one/ops.ndjson.xz" | sed 61p >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q '^operation 60: ' "$tmp/out" && grep -q '^by operation: [a-z]' "$tmp/out"
ok $? 'an operation that is there twice differs'
mkdir "$tmp/part" && cp "$one/ops.ndjson.xz" "$one/case.json" "$tmp/part"
"$MMSCOPE" verify "$tmp/part" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'it has ops.ndjson and no state0.json' "$tmp/out"
ok $? 'what a recording lacks is named'
rm -r "$tmp/part"
head -c 2000 "$tmp/7.2-uma1g-d-random/state0.json.xz" >"$tmp/cut" && mv "$tmp/cut" "$tmp/7.2-uma1g-d-random/state0.json.xz"
"$MMSCOPE" verify "$tmp/7.2-uma1g-d-random" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'state0.json.xz: is not a complete xz file' "$tmp/out"
ok $? 'so is half of a compressed file'

# Recordings are read in a sandboxed process: a crash there is told, and a loop ends.
mv "$tmp/7.2-uma1g-d-random" "$tmp/moved"
tar -xf "$root/tests/recordings/7.2-uma1g-d-random.tar" -C "$tmp"
echo 'a = alloc order=3' >"$tmp/ops"
board() { # a board of that machine
	xz -dc "$tmp/$1/virt.dtb.xz" >"$tmp/$1.dtb"
	"$MMSCOPE" boot "$tmp/$1.dtb" -k "${1%%-*}" --from-state "${2:-$tmp/$1}" --ops "$tmp/ops" "${@:3}"
}
board 7.2-uma1g-d-random "$root/tests/recordings/7.2-uma1g-d-random.tar" -o buddyinfo >"$tmp/one" 2>"$tmp/err" &&
	board 7.2-uma1g-d-random "$tmp/7.2-uma1g-d-random" -o buddyinfo >"$tmp/two" && cmp -s "$tmp/one" "$tmp/two"
ok $? 'operations start from a recorded state, in a folder or in an archive of it'

# The first operations of a recording, as a script: the pages are those that the real kernel gave.
python3 - "$tmp/7.2-uma1g-d-random" "$tmp/ops" >"$tmp/real" <<'END'
import json, lzma, sys
lines, n = [], 0
for line in lzma.open(sys.argv[1] + "/ops.ndjson.xz", "rt"):
    op = json.loads(line)
    if op["op"] == "alloc":
        lines.append(f"s{op['slot']} = alloc order={op['order']} gfp={op['gfp']:#x} cpu={op['cpu']}" +
                     (f" node={op['node']}" if op["node"] >= 0 else ""))
        print(op["pfn"])
    elif op["op"] == "free":
        lines.append(f"free s{op['slot']} cpu={op['cpu']}")
    elif op["op"] in ("drain_all", "drain_local", "vmstat"):
        lines.append({"drain_all": "drain all", "drain_local": f"drain cpu={op['cpu']}", "vmstat": f"vmstat cpu={op['cpu']}"}[op["op"]])
    elif op["op"] == "bulk":
        lines.append(f"s{op['slot']} = bulk {op['n']} gfp={op['gfp']:#x} cpu={op['cpu']}")
        break
open(sys.argv[2], "w").write("\n".join(lines))
END
board 7.2-uma1g-d-random '' -o events 2>"$tmp/err" | python3 -c '
import json, sys
for line in sys.stdin:
    e = json.loads(line)
    if e["step"] == "ops" and "gfp" in e["text"] and "pfn" in e["text"]: print(e["text"]["pfn"])' >"$tmp/ours"
[ -s "$tmp/real" ] && head -n "$(wc -l <"$tmp/real")" "$tmp/ours" | cmp -s - "$tmp/real"
ok $? "a script from there gets the pages that the kernel gave ($(wc -l <"$tmp/real"))"
board 7.2-uma1g-d-random '' -m 2G >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -q 'is of another machine' "$tmp/err"
ok $? 'a state of another machine is refused by name'
board 7.2-uma1g-d-random "$tmp/moved" >"$tmp/out" 2>"$tmp/err"
[ $? = 3 ] && grep -q 'state0.json.xz: is not a complete xz file' "$tmp/err"
ok $? 'so is one that is cut short'
"$MMSCOPE" verify "$root/tests/recordings/6.12-numa2g-c-fallback.tar" >"$tmp/out" && grep -q '^recordings exact: 1/1' "$tmp/out"
ok $? 'verify takes an archive as well'

shared=$root/../shared/captures-ops
if [ -d "$shared" ] && [ "${MMSCOPE_ALL_RECORDINGS:-}" ]; then
	"$MMSCOPE" verify "$shared" >"$tmp/out" 2>&1
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
	ok $status 'every operation of every recording in ../shared is exact'
fi
echo "1..$n"
