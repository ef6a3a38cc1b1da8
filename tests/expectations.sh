#!/usr/bin/env bash
# The project's own boards, held to their figures as a user's CI holds its own: mmscope check --expect, a line of
# boards/expectations.tsv each. All kernels, also one whose pages the board's CPU cannot translate.
set -u
program=${MMSCOPE:-$BUILDDIR/mmscope}
file=$SRCDIR/boards/expectations.tsv
n=0
failed=
while IFS=$'\t' read -r board kernel expression; do
	case $board in '' | '#'*) continue ;; esac
	n=$((n + 1))
	if said=$("$program" check "$board" -k "$kernel" --no-fix --ignore cpu-without-granule --expect "$expression" 2>&1); then
		echo "ok $n - $board with $kernel: $expression"
	else
		echo "not ok $n - $board with $kernel: $expression"
		printf '%s\n' "$said" | sed 's/^/# /'
		failed=1
	fi
done <"$file"
echo "1..$n"
[ -z "$failed" ]
