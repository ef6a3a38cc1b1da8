#!/usr/bin/env bash
# A few mutants of each made-up kernel, under the sanitizers. MMSCOPE_MUTANTS=N for more.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
fuzz=${BUILDDIR:-$root/build}/tests/fuzz/fuzz-image
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 "$root/tests/image/corpus.py" "$tmp/corpus" || exit 1
n=0
for file in "$tmp"/corpus/*; do
	n=$((n + 1))
	if timeout 100 "$fuzz" "${MMSCOPE_MUTANTS:-12}" "$file" >"$tmp/out" 2>&1; then
		echo "ok $n - mutants of ${file##*/} do no harm, and cuts of it are told with their byte"
	else
		echo "not ok $n - mutants of ${file##*/} do no harm, and cuts of it are told with their byte"
		head -c 3000 "$tmp/out" | sed 's/^/# /'
	fi
done
echo "1..$n"
