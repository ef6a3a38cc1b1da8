#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds mmscope as it was at a commit, once, and prints where it is: what bench-web holds the page against.
# usage: tests/web/baseline.sh COMMIT     needs the history; SRCDIR and BUILDDIR are the tree and its build
set -eu
commit=$1
source=$(cd "${SRCDIR:-.}" && pwd)
mkdir -p "${BUILDDIR:-build}/tests/web/baseline"
base=$(cd "${BUILDDIR:-build}/tests/web/baseline" && pwd)/$commit
if [ ! -x "$base/build/mmscope" ]; then
	git -C "$source" cat-file -e "$commit^{commit}"
	rm -rf "$base" && mkdir -p "$base/build"
	git -C "$source" archive "$commit" | tar -x -C "$base"
	echo "building mmscope of $commit, once" >&2
	(cd "$base" && ./bootstrap && cd build && ../configure -q && make -s -j2 mmscope) >"$base/log" 2>&1 || {
		tail -n 5 "$base/log" >&2
		exit 1
	}
fi
echo "$base/build/mmscope"
