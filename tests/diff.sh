#!/usr/bin/env bash
# mmscope diff: what two boots have different.
set -u
mmscope=${MMSCOPE_SAN:-$BUILDDIR/mmscope}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-diff.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out" "$dir/err" | head -40
	fi
}
compare() { # EXPECTED-STATUS ARGUMENTS...
	local expected=$1
	shift
	"$mmscope" diff "$@" >"$dir/out" 2>"$dir/err"
	[ $? = "$expected" ]
}
says() { grep -qE -e "$1" "$dir/out"; }

compare 0 qemu-virt -k 6.12 && says '^no difference$'
ok "a boot and itself" $?
compare 1 qemu-virt -k 6.12 -c 'cma=64M' -c 'cma=128M' && says '^cma +\+64 MiB \(64 MiB -> 128 MiB\)$' &&
	says '^buddy +-64 MiB ' && says '^zone\.0\.DMA\.cma +64 MiB -> 128 MiB$'
ok "twice the CMA area: who wins, who loses, which zone" $?
says '^swiotlb +moved, from 0x7ab00000 to 0x76b00000 '
ok "what has as many bytes elsewhere has moved" $?
says '^they part at event [0-9]+: alloc memblock_alloc_range_nid in dma_contiguous_reserve '
ok "the first event where they part" $?
compare 1 qemu-virt -k 6.12 -c 'quiet cma=64M' -c 'cma=128M loglevel=3' && says '^caused by the command line: cma=64M before, cma=128M after$' &&
	! says '^caused.*loglevel'
ok "of several inputs that differ, the one that makes them part" $?
compare 1 rpi4-8g -k 6.7 -k 6.12 && says '^caused by the kernel: 6.7 before, 6.12 after$'
ok "the kernel is an input" $?
compare 1 qemu-virt -k 6.12 --dtb-addr 0x48200000 --dtb-addr 0x60000000 --format markdown && says "^Caused by the device tree's place: 0x48200000 before, 0x60000000 after$"
ok "and so is what the loader does; Markdown says it, too" $?
tar -xJf "$SRCDIR/tests/captures/6.12-virt-1g.tar.xz" -C "$dir"
compare 0 qemu-virt "$dir/6.12-virt-1g" -k 6.12 && says '^no difference$'
ok "a recorded boot is one side" $?
compare 1 qemu-virt --from "$dir/6.12-virt-1g/console.txt" -k 6.7 -k 6.12 && says '^caused by the kernel'
ok "a boot log completes a board" $?
compare 1 qemu-virt -k 6.12 -c 'cma=64M' -c 'cma=900M' && says '^came: error\[cma-does-not-fit\] cma: cma: Failed to reserve 900 MiB'
ok "a finding that came" $?
compare 1 qemu-virt -k 6.12 -c 'cma=900M' -c 'cma=64M' && says '^went: error\[cma-does-not-fit\] cma: '
ok "and one that went" $?
compare 1 rpi4-8g -k 6.7 -k 6.12 && says '^kernel-image +\+19540 KiB '
ok "one board, two kernels" $?
# Long reasons take two lines.
sed -z 's/\n      */ /g' "$dir/out" >"$dir/joined"
grep -qE '^    \+[0-9]+ KiB in the image of the build itself: [0-9]+ KiB, not [0-9]+ KiB$' "$dir/joined"
ok "how large the images are is a cause, too" $?
[ "$(grep -c '^several owners: 6.17 kernel_reserved_from_text' "$dir/joined")" = 1 ] &&
	grep -qE '^    buddy .*, kernel-image \+64 KiB' "$dir/joined" &&
	! awk '/^several owners/ { exit } { print }' "$dir/joined" | grep -q kernel_reserved_from_text
ok "a cause that several owners share is told once, with all of them" $?
grep -qE '6.13 reserved_mem_array: true, not false .* \(also in 6\.12\.[0-9]+\)$' "$dir/joined"
ok "a change of a later release that a point release took over says so" $?
compare 1 qemu-virt qemu-virt-numa -k 6.12 && says '^node\.1\.present '
ok "two boards, one kernel: what only one of them has counts as zero in the other" $?
compare 1 qemu-virt -k 6.12 -m 1G -m 2G --format json && jq -e '.before.board == "qemu-virt" and
	(.owners | map(select(.owner == "memmap")) | .[0] | .change == .after - .before and .change > 0) and
	.numbers.ram == [1073741824, 2147483648] and (.parting | length) == 2' "$dir/out" >/dev/null
ok "JSON: numbers are numbers" $?
# The ledger of each boot sums to its RAM, so all that is won is lost elsewhere or new RAM.
jq -e '([.owners[].change] | add) == .numbers.ram[1] - .numbers.ram[0]' "$dir/out" >/dev/null
ok "the changes of all owners add up to the change of RAM" $?
compare 1 qemu-virt -k 6.12 -c 'cma=64M' -c 'cma=900M' --format markdown && says '^\| cma \| 64 MiB \| 0 bytes \| -64 MiB \|$' &&
	says '^- new \*\*error\*\* `cma-does-not-fit` cma: '
ok "Markdown for a pull request" $?
compare 2 qemu-virt --format yaml && grep -q 'text, markdown, json' "$dir/err"
ok "a format that there is not" $?
compare 2 qemu-virt -c a -c b -c c && grep -q "'c' is a third one, and there are two boots" "$dir/err"
ok "a third value of an option" $?
printf '/dts-v1/;/plugin/;\n&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; fw@50000000 { reg = <0 0x50000000 0 0x100000>; no-map; }; }; };' >"$dir/fw.dtso"
compare 1 qemu-virt -k 6.12 --overlay '' --overlay "$dir/fw.dtso" && grep -qx -- '--- qemu-virt with 6.12' "$dir/out" &&
	grep -qx -- '+++ qemu-virt + fw.dtso with 6.12' "$dir/out" && grep -q 'the board: qemu-virt before, qemu-virt + fw.dtso after' "$dir/out"
ok "with an overlay and without: which is which is said" $?
compare 0 qemu-virt -k 6.12 --overlay "$dir/fw.dtso" && grep -q 'both boots are of the same inputs: give two boards' "$dir/err" &&
	compare 0 qemu-virt -k 6.12 -m 1G -m 1G@0x40000000 && ! grep -q 'same inputs' "$dir/err"
ok "no difference for want of another input is told" $?
compare 3 qemu-virt /nonexistent.dtb
ok "a board that cannot be read" $?
echo "1..$n"
