#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Recorded boots of builds that do not ship: each stands beside the profile that `mmscope profile` made of its image
# (kernel.json), and is exact with that.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0
for archive in "$root"/tests/captures/derived/*.tar.xz; do
	name=$(basename "$archive" .tar.xz)
	tar -xJf "$archive" -C "$tmp"
	n=$((n + 1))
	if "${MMSCOPE:-./mmscope}" verify --show 3 "$tmp/$name" -k "$tmp/$name/kernel.json" >"$tmp/out" 2>&1; then
		echo "ok $n - $name is exact"
	else
		sed 's/^/# /' "$tmp/out"
		echo "not ok $n - $name is exact"
		failed=1
	fi
done
echo "1..$n"
exit $failed
