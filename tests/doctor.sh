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
says 'cmdline: cma=872M' && says 'tried:   cma.size +872 MiB'
ok "what fits was tried" $?
check 0 qemu-virt -k 6.12 -c 'cma=872M'
ok "the fix, applied, leaves nothing to say" $?
check 1 qemu-virt -k 6.12 -c 'cma=873M'
ok "one MiB more does not fit" $?
check 1 qemu-virt -k 6.12 -c 'cma=64M@0x50010000' && says 'error[cma-misaligned] cma' && says '0x50010000 is no multiple of 2 MiB'
ok "an address that is no multiple" $?
check 1 qemu-virt -k 6.12 -c 'hugetlb_cma=1M' && says 'warning[hugetlb-cma-size] hugetlb_cma'
ok "less than a gigantic page" $?

# ------------------------------------------------------------ what no message tells
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
check 1 qemu-virt -k 6.12 -k 6.1 -c 'cma=900M' -c 'cma=64M' && [ "$(grep -c ' with 6' "$dir/out")" = 4 ] && ! says 'fix:'
ok "every kernel with every command line, without a search" $?

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
echo "1..$n"
