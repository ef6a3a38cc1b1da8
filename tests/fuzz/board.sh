#!/usr/bin/env bash
# A few mutants of each seed of each target of fuzz-board, under the sanitizers. MMSCOPE_MUTANTS=N for more.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
fuzz=${BUILDDIR:-$root/build}/tests/fuzz/fuzz-board
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 "$root/tests/fuzz/corpus.py" "$tmp/corpus" || exit 1
n=0
for folder in "$tmp"/corpus/*; do
	n=$((n + 1))
	if FUZZ_TARGET=${folder##*/} timeout 250 "$fuzz" "${MMSCOPE_MUTANTS:-12}" "$folder"/* >"$tmp/out" 2>&1; then
		echo "ok $n - mutants do no harm as ${folder##*/}: $(tail -n 1 "$tmp/out")"
	else
		echo "not ok $n - mutants do no harm as ${folder##*/}"
		head -c 3000 "$tmp/out" | sed 's/^/# /'
	fi
done
echo "1..$n"
