#!/usr/bin/env bash
# mmscope check: findings with their causes, fixes that were tried, expectations, formats, what is left out.
set -u
mmscope=${MMSCOPE_SAN:-$BUILDDIR/mmscope}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-doctor.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out" "$dir/err" | head -40
	fi
}
check() { # EXPECTED-STATUS ARGUMENTS...
	local expected=$1
	shift
	"$mmscope" check "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	[ $status = "$expected" ] || echo "exit status $status, not $expected" >>"$dir/err"
	[ $status = "$expected" ]
}
says() { grep -qF -e "$1" "$dir/out"; }

# ------------------------------------------------------------------ cause and fix
check 1 qemu-virt -k 6.12 -c 'cma=900M' && says 'error[cma-does-not-fit] cma' && says 'whose largest free range is 872 MiB at 0x48400000' &&
	says 'dtb 0x48200000-0x482fffff'
ok "an area that does not fit: the hole, its place, and what is in the way" $?
says 'cmdline: cma=872M' && says 'tried:    cma.size +872 MiB'
ok "what fits was tried" $?
check 0 qemu-virt -k 6.12 -c 'cma=872M'
ok "the fix, applied, leaves nothing to say" $?
check 1 qemu-virt -k 6.12 -c 'cma=873M'
ok "one MiB more does not fit" $?
check 1 qemu-virt -k 6.12 -c 'cma=64M@0x50010000' && says 'error[cma-misaligned] cma' && says '0x50010000 is no multiple of 2 MiB'
ok "an address that is no multiple" $?
check 1 qemu-virt -k 6.12 -c 'hugetlb_cma=1M' && says 'warning[hugetlb-cma-size] hugetlb_cma'
ok "less than a gigantic page" $?


# ------------------------------------------------------------ /reserved-memory
board() { # NAME: a board of 1 GiB whose /reserved-memory is standard input
	{
		cat <<-DTS
		/dts-v1/;
		$MEMRESERVE
		/ {
			#address-cells = <2>;
			#size-cells = <2>;
			compatible = "linux,dummy-virt";
			memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };
			cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a57"; reg = <0>; }; };
			reserved-memory {
				#address-cells = <2>;
				#size-cells = <2>;
				ranges;
		DTS
		cat
		printf '\t};\n};\n'
	} >"$dir/$1.dts"
}
MEMRESERVE=
board shut <<'DTS'
		pool { compatible = "shared-dma-pool"; reusable; size = <0x0 0x20000000>; alignment = <0x0 0x400000>; alloc-ranges = <0x0 0x60000000 0x0 0x20000000>; };
DTS
check 1 "$dir/shut.dts" -k 6.12 --dtb-addr 0x7fe00000 && says 'error[pool-does-not-fit] /reserved-memory/pool' && says "(by alloc-ranges)" &&
	says 'dtb 0x7fe00000' && says "shut.dts:13"
ok "the device tree just below the window's end splits it: node, line, bounds and who is in the way" $?
says 'have the loader put the device tree at 0x5fe00000' && says 'cma.size +512 MiB'
ok "moving the tree gives the pool all that it asked for" $?
check 0 "$dir/shut.dts" -k 6.12 --dtb-addr 0x5fe00000 --expect 'pool.pool.size == 512M'
ok "applied, it does" $?
says_fix() { check 1 "$dir/$1.dts" -k "$2" && says "$3"; }
board uneven <<'DTS'
		uneven: pool@50100000 { compatible = "shared-dma-pool"; reusable; reg = <0x0 0x50100000 0x0 0x1f00000>; };
DTS
says_fix uneven 6.12 'error[cma-pool-misaligned] /reserved-memory/pool@50100000' &&
	says 'dts: &{/reserved-memory/pool@50100000} { reg = <0x0 0x50200000 0x0 0x1e00000>; };'
ok "a pool that is no multiple is rounded" $?
board over <<'DTS'
		a@50000000 { reg = <0x0 0x50000000 0x0 0x200000>; no-map; };
		b@50100000 { reg = <0x0 0x50100000 0x0 0x200000>; no-map; };
DTS
says_fix over 6.12 'reserved-overlap] /reserved-memory/b@50100000'
ok "two nodes over each other" $?
board empty <<'DTS'
		nothing@0 { reg = <0x0 0x0 0x0 0x0>; no-map; };
DTS
check 0 "$dir/empty.dts" -k 6.1 && says 'note[reserved-zero-size] /reserved-memory/nothing@0' && says 'harmless:'
ok "a node that a loader left empty is harmless" $?
MEMRESERVE='/memreserve/ 0x50000000 0x200000;'
board secmon <<'DTS'
		secmon@50000000 { reg = <0x0 0x50000000 0x0 0x200000>; no-map; };
DTS
MEMRESERVE=
check 0 "$dir/secmon.dts" -k 5.10 && says 'note[reserved-overlap] /reserved-memory/secmon@50000000' && says '/memreserve/ has these bytes'
ok "what /memreserve/ has already is harmless" $?
board far <<'DTS'
		far@90000000 { reg = <0x0 0x90000000 0x0 0x200000>; };
DTS
check 1 "$dir/far.dts" -k 6.12 && says 'warning[reserved-outside-ram] /reserved-memory/far@90000000'
ok "a node where there is no RAM" $?

# ------------------------------------------------------------------- crashkernel=
check 1 qemu-virt -k 6.12 -c 'crashkernel=900M' && says 'error[crashkernel-does-not-fit] crashkernel' && says 'cmdline: crashkernel=808M'
ok "a crash kernel that does not fit, and what would" $?
check 1 qemu-virt -k 6.12 -c 'crashkernel=foo' && says 'error[crashkernel-bad-value] crashkernel' && ! says 'crashkernel-ignored'
ok "one that cannot be read" $?

# ------------------------------------------------------------ what no message tells
check 0 qemu-virt -k 6.12 -c 'mem=512M' && says 'note[ram-lost-mem-param] mem' && says 'mem=512M leaves 512 MiB of RAM unused' &&
	says 'memtotal +'
ok "mem= is a note, with what it costs" $?
check 1 qemu-virt -k 6.12 -c 'mem=512M' --fail-on note
ok "--fail-on note makes it count" $?
check 0 qemu-virt -k 5.10 -c 'swiotlb=65536' && says 'note[swiotlb-no-effect]'
ok "swiotlb= without effect" $?

# --------------------------------------------------------------- expectations
check 0 qemu-virt -k 6.12 --expect 'memtotal > 900M && problems == 0' --expect 'zone.0.DMA.present == ram'
ok "expectations that hold" $?
check 1 qemu-virt -k 6.12 --expect 'cma.size >= 512M' && says 'cma.size >= 512M: cma.size is 67108864 (64 MiB)'
ok "one that does not, with the value it met" $?
check 2 qemu-virt -k 6.12 --expect 'cam.size > 1' && grep -q "did you mean 'cma.size'.*column 1 " "$dir/err"
ok "a slip points at its column and offers a name" $?

# -------------------------------------------------------------- what is left out
check 0 qemu-virt -k 6.12 -c 'cma=900M' --ignore cma-does-not-fit@cma && says ', 1 known'
ok "--ignore RULE@PARAMETER" $?
check 1 qemu-virt -k 6.12 -c 'cma=900M' --ignore cma-does-not-fit@hugetlb_cma
ok "of another parameter it ignores nothing" $?
check 2 qemu-virt --ignore cma-does-not-fut && grep -q "did you mean 'cma-does-not-fit'" "$dir/err"
ok "an unknown rule offers the nearest" $?
check 0 qemu-virt -k 6.12 -c 'cma=900M' --write-baseline "$dir/known" && [ "$(cat "$dir/known")" = cma-does-not-fit@cma ] &&
	check 0 qemu-virt -k 6.12 -c 'cma=900M' --baseline "$dir/known"
ok "a baseline keeps what is known quiet" $?

# --------------------------------------------------------------------- many inputs
mkdir -p "$dir/trees/b"
cp "$BUILDDIR/boards/rpi4-8g.dtb" "$dir/trees/b/"
cp "$BUILDDIR/boards/qemu-virt.dtb" "$dir/trees/"
echo rubbish >"$dir/trees/a.dtb"
check 3 "$dir/trees" -k 6.12 && says 'a.dtb with its kernel: ' || says 'a.dtb with 6.12: ' && says 'rpi4-8g.dtb with 6.12' && says 'qemu-virt.dtb with 6.12'
ok "a folder: the good trees are answered, the broken one is named, exit 3" $?
printf '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0>; }; };' >"$dir/empty.dts"
check 3 "$dir/empty.dts" -k 6.12 && says 'give --memory SIZE, or --default-memory SIZE for all such trees'
ok "a tree without RAM: which options give it" $?
check 3 "$dir/nonesuch.dtb" && [ "$(wc -l <"$dir/out")" = 1 ] && ! says "$dir/nonesuch.dtb: $dir" && says "$dir/nonesuch.dtb: cannot be opened"
ok "a board that is not there is named once, without a kernel" $?
check 1 qemu-virt -k 6.12 --expect 'memtotal > 2G' --expect 'cma.size > 1G' --format github && [ "$(grep -c '^::error title=expectation::[^%]*$' "$dir/out")" = 2 ] &&
	check 1 qemu-virt -k 6.12 --expect 'memtotal > 2G' --expect 'cma.size > 1G' --format junit && [ "$(grep -c '<failure type="expectation" message="[^#]*#62; [^#]*"/>' "$dir/out")" = 2 ]
ok "each expectation is a failure of its own, on a line" $?
check 1 qemu-virt -k 6.12 -c cma=0 --expect 'cma.reserved.base == 0x70000000' && says 'cma.reserved.base is 0, as this boot has none' &&
	check 0 qemu-virt -k 6.12 -c cma=0 --expect 'cma.base == 0 && pool.fw@1000.size <= 1M'
ok "an area that a boot does not have is zero, so a gate says no" $?
check 2 qemu-virt -k 6.12 --expect 'cma.reservd.base == 1' && grep -q "did you mean 'cma.reserved.base'" "$dir/err"
ok "but one letter from an area that it has is a slip" $?
check 0 qemu-virt -k 6.12 -c cma=64M --expect 'cma.base == cma.reserved.base && cma.base > 1G'
ok "cma.base: wherever the area comes from" $?
check 2 qemu-virt -k 6.12 --expect 'memtotal => 1G' && grep -q 'this comparison is written >= at column 10' "$dir/err"
ok "=> is a slip for >=" $?
cp "${SRCDIR:-$(dirname "$0")/..}/boards/small-reserved.dts" "$dir/alone.dts" && check 1 "$dir/alone.dts" -k 6.12 --dtb-addr 0x43008000 && ! says "in the way: dtb 0x43008000-0x4300efff" && grep -qE 'leave the node what is free of its range: 0x[0-9a-f]+000-0x[0-9a-f]+fff$' "$dir/out"
ok "what is left to a node begins at a page" $?
check 3 "$dir/trees" -k 6.12 && says '3 boots: 0 with errors, 0 with warnings, 1 with notes, 1 without findings, 1 not booted' &&
	says '     1 ram-lost-section in 1 boot'
ok "a summary: how many of what kind, and rules" $?
check 3 "$dir/trees//" -k 6.12 && says "$dir/trees/qemu-virt.dtb with 6.12" && ! says 'trees//'
ok "a folder written with slashes at its end: one stands between it and its files" $?
rm "$dir/trees/a.dtb"
cp "$dir/empty.dts" "$dir/none.dts"
sed -i '/memory@40000000/s/reg = .*;  *}/reg = <0x0 0x40000000 0x0 0x0>; }/' "$dir/none.dts"
dtc -q -I dts -O dtb "$dir/none.dts" >"$dir/trees/none.dtb"
check 3 "$dir/trees" -k 6.12 && says 'none.dtb with 6.12: ' && check 0 "$dir/trees" -k 6.12 --default-memory 1G && says 'none.dtb (RAM assumed: 1G) with 6.12: '
ok "--default-memory: RAM for trees that leave it to the loader, and their line says so" $?
check 0 "$dir/trees" -k 6.1 -k 6.12 --default-memory 1G && says 'with the next kernel MemTotal changes by -' && says 'that go (-) and come (+)'
ok "two kernels: what changes with the next one" $?
check 0 "$dir/trees" -k 6.12 --default-memory 1G --details && says '  why:      Sections of 128 MiB'
ok "--details: all of each finding" $?
check 1 qemu-virt -k 6.12 -k 6.1 -c 'cma=900M' -c 'cma=64M' && [ "$(grep -c ' with 6' "$dir/out")" = 4 ] && ! says 'fix:'
ok "every kernel with every command line, without a search" $?

# ---------------------------------------------------------- parameters without effect
check 1 qemu-virt -k 6.12 -c 'numa=fake=2' && says 'CONFIG_NUMA_EMU' && says 'cmdline: without numa=' && ! says 'cma='
ok "a parameter that the kernel knows is no slip of another" $?
check 1 qemu-virt -k 5.10 -c 'crashkernal=64M' && says "'crashkernel' is one that it knows" && says 'write it as it is spelled: crashkernel=64M'
ok "a slip, on a release that does not list what it does not know" $?
check 0 qemu-virt -k 5.10 -c 'rootwait initcall_debug maxcpus=1 hugepages=1 init=/bin/sh' && says 'no findings'
ok "words that are near to none of them" $?
check 1 qemu-virt -k 6.7 -c 'reserve_mem=4M:4096:x' && [ "$(grep -c 'parameter-no-effect' "$dir/out")" = 1 ] && ! says 'is one that it knows'
ok "a parameter of other releases is told once, and is no slip of itself" $?
check 1 qemu-virt -k 6.7 -c 'hugepagesz=3M hugepages=4' && says 'cmdline: hugepagesz=2M hugepages=6' && says 'huge-page.size +12 MiB'
ok "pages of a size that the build has not: as many bytes of one that it has" $?
check 1 qemu-virt -k 6.7 -c 'hugepagesz=3M hugepages' && says 'unsupported hugepagesz=3M' &&
	check 1 qemu-virt -k 6.7 -c 'hugepagesz=3M hugepages=18446744073709551615' && ! says 'hugepages=0'
ok "a count that is missing, or more bytes than can be counted, stays as it is" $?
check 1 qemu-virt -k 4.9 -c 'crashkernel=64M' && says 'parameter-no-effect' && says 'reserves no memory for a crash kernel'
ok "crashkernel= before arm64 had it" $?
check 1 qemu-virt -k 6.12 -c 'hugepagesz=512M hugepages=1 hugepagesz=2M hugepages=3' && says 'cmdline: hugepagesz=32M hugepages=16' &&
	says 'huge-page.size +512 MiB'
ok "a size of huge page that the build has not: as many bytes of one that it has" $?
cat >"$dir/misnamed.dts" <<-DTS
	/dts-v1/;
	/ { #address-cells = <2>; #size-cells = <2>; compatible = "test,board";
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a57"; reg = <0>; }; };
	reserved_memory { #address-cells = <2>; #size-cells = <2>; ranges; fw@50000000 { reg = <0 0x50000000 0 0x100000>; }; }; };
DTS
check 1 "$dir/misnamed.dts" -k 6.12 && says 'node-not-read' && says 'exactly the name /reserved-memory'
ok "reserved memory under a name that nobody reads" $?

# ------------------------------------------------------------------------- formats
check 1 qemu-virt -k 6.12 -c 'cma=900M' --format json && jq -e '.checks[0].findings[0] |
	.rule == "cma-does-not-fit" and .severity == "error" and (.fixes | length) == 1' "$dir/out" >/dev/null
ok "JSON" $?
check 1 qemu-virt -k 6.12 -c 'cma=900M' --format sarif && jq -e '.version == "2.1.0" and
	(.runs[0].results[0].ruleId as $id | .runs[0].tool.driver.rules | any(.id == $id))' "$dir/out" >/dev/null
ok "SARIF: the result's rule is declared" $?
check 1 qemu-virt -k 6.12 -c 'cma=900M a="<&>"' --format junit &&
	python3 -c 'import sys, xml.etree.ElementTree as e; assert len(e.parse(sys.argv[1]).findall(".//failure")) == 1' "$dir/out"
ok "JUnit: one failure, and text that is escaped" $?
cp "$SRCDIR/boards/small-reserved.dts" "$dir/board.dts"
check 1 "$dir/board.dts" -k 6.12 -c 'cma=900G' --format github && says '::error title=cma-does-not-fit,file='
ok "GitHub's annotations name the file" $?
check 2 qemu-virt --format yaml && grep -q 'text, json, sarif, junit, github' "$dir/err"
ok "a format that there is not: the others are listed" $?
check 0 --rules && says 'cma-does-not-fit (error)'
ok "--rules" $?
check 1 qemu-virt -k 6.12 -c 'cma=900M' --color always && grep -q $'^\033\\[31merror\\[cma-does-not-fit\\].*\033\\[0m$' "$dir/out" && [ "$(grep -c $'\033' "$dir/out")" = 1 ] &&
	check 1 qemu-virt -k 6.12 -c 'cma=900M' && ! grep -q $'\033' "$dir/out"
ok "an error's first line is red where colours are wanted, and plain in a pipe" $?
echo "1..$n"
