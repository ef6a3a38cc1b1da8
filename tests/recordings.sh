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
"$MMSCOPE" verify "$tmp" >"$tmp/out" 2>&1
status=$?
[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
ok $status 'every operation of every recording in the tree is exact'
grep -q '^recordings exact: 13/13; operations exact: 62585/62585' "$tmp/out"
ok $? 'that is 62585 operations of thirteen recordings'
grep -q '^printed lines exact: 529/529$' "$tmp/out"
ok $? 'so is every line that the kernels printed of failures'

"$MMSCOPE_SAN" verify "$tmp/7.2-numa2g-c-fallback" >/dev/null 2>"$tmp/err"
status=$?
[ $status = 0 ] || sed 's/^/# /' "$tmp/err"
ok $status 'and nothing is wrong with memory meanwhile'

# One page of one change, another one: the first difference is found and explained.
one=$tmp/6.1-numa2g-c-fallback
xz -dc "$one/ops.ndjson.xz" | sed '700s/"pfn":\([0-9]*\)/"pfn":\11/' >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q '^operation 699: ' "$tmp/out" && grep -q 'kernel [0-9]*, mmscope [0-9]*' "$tmp/out"
ok $? 'a recording that says something else differs, and the first operation that does is named'
printf '{"i":0,"op":"alloc"' >"$one/ops.ndjson"
"$MMSCOPE" verify "$one" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'ops.ndjson: is not JSON' "$tmp/out"
ok $? 'a broken line is bad input'
head -c 2000 "$tmp/7.2-uma1g-d-random/state0.json.xz" >"$tmp/cut" && mv "$tmp/cut" "$tmp/7.2-uma1g-d-random/state0.json.xz"
"$MMSCOPE" verify "$tmp/7.2-uma1g-d-random" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q 'state0.json.xz: is no complete xz file' "$tmp/out"
ok $? 'so is half of a compressed file'

shared=$root/../shared/captures-ops
if [ -d "$shared" ] && [ "${MMSCOPE_ALL_RECORDINGS:-}" ]; then
	"$MMSCOPE" verify "$shared" >"$tmp/out" 2>&1
	status=$?
	[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
	ok $status 'every operation of every recording in ../shared is exact'
fi
echo "1..$n"
