#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Pack recorded boots for the test suite: one NAME.tar.xz for each, holding the folder NAME.
#
# usage: pack.sh OUT-DIR CAPTURE-DIR...
#
# A CAPTURE-DIR is one recorded boot (it has case.json) or a folder of them. Only the files that tests compare are kept. The
# same input gives the same bytes: entries sorted, owner 0, mode and time fixed, one xz block.
set -eu

[ $# -ge 2 ] || { echo "usage: pack.sh OUT-DIR CAPTURE-DIR..." >&2; exit 2; }
out=$1
shift

keep='case.json kernel.json board.dtb console.txt zoneinfo.txt freelists.json iomem.txt buddyinfo.txt pagetypeinfo.txt meminfo.txt
slabinfo.txt uefi.txt memblock-memory.txt memblock-reserved.txt min_free_kbytes.txt numa_zonelist_order.txt'

pack() {
	name=$(basename "$1")
	files=
	for f in $keep; do
		[ ! -e "$1/$f" ] || files="$files $name/$f"
	done
	tar -C "$(dirname "$1")" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r \
		--mtime=@1 -cf - $files | xz -9e --threads=1 > "$out/$name.tar.xz"
}

mkdir -p "$out"
for dir in "$@"; do
	dir=${dir%/}
	if [ -e "$dir/case.json" ]; then
		pack "$dir"
	else
		for one in "$dir"/*/; do
			[ ! -e "$one/case.json" ] || pack "${one%/}"
		done
	fi
done
