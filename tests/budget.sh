#!/usr/bin/env bash
# mmscope budget: a file of figures that boards are held against, made and kept by the program itself; and the knobs
# behind each line of the ledger.
set -u
mmscope=${MMSCOPE_SAN:-$BUILDDIR/mmscope}
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-budget.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out" "$dir/err" | head -40
	fi
}
run() { # EXPECTED-STATUS ARGUMENTS...
	local expected=$1
	shift
	"$mmscope" "$@" >"$dir/out" 2>"$dir/err"
	[ $? = "$expected" ]
}
says() { grep -qF -- "$1" "$dir/out" "$dir/err"; }
mkdir boards && cp "$root"/boards/rpi4-8g.dts "$root"/boards/rpi4-8g.json boards

run 0 budget memory.budget --write boards/rpi4-8g.dts -k 6.12 -k 7.2 -c cma=64M && [ "$(grep -c '^board   boards/rpi4-8g.dts$' memory.budget)" = 2 ] &&
	grep -qE '^    memtotal >= [0-9]+K$' memory.budget && grep -qE '^    pool.nvram@0.size <= 1K$' memory.budget
ok "--write makes a block for each boot" $?
run 0 budget memory.budget && says '10 figures, 0 exceeded'
ok "what was just written holds" $?
run 2 budget memory.budget --write boards/rpi4-8g.dts && says 'is there already' && [ -s memory.budget ]
ok "--write does not overwrite" $?
mkdir elsewhere && (cd elsewhere && "$mmscope" budget ../memory.budget >"$dir/out" 2>"$dir/err") && says '10 figures, 0 exceeded'
ok "boards are seen from the budget's folder" $?
cat >hand.budget <<'END'
# A comment.
board   boards/rpi4-8g.dts qemu-virt
kernel  6.12
cmdline cma=64M
cmdline cma=32M
    memtotal >= 7.9G    # too much for one of them
    cma.size == 64M || cma.size == 32M
    problems == 0
END
run 1 budget hand.budget && says "hand.budget:6: qemu-virt on 6.12, 'cma=64M': memtotal >= 7.9G: is 991428 KiB" && says 'too little' && says '12 figures, 4 exceeded'
ok "boards by kernels by command lines; which figure, where it stands, and by how much" $?
run 1 budget hand.budget qemu-virt && says '6 figures, 2 exceeded'
ok "only the boards that are given" $?
run 2 budget hand.budget nonesuch && says 'has nothing about these boards'
ok "a board that the budget does not have" $?
run 1 budget hand.budget --format json && jq -e '.exceeded == 4 and (.figures | length) == 12 and (.figures[0] | .holds == false and .line == 6 and .limit == "memtotal >= 7.9G" and .value < .bound)' "$dir/out" >/dev/null
ok "JSON" $?
run 1 budget hand.budget --format github && [ "$(grep -c '^::error file=hand.budget,line=6,title=memory budget::' "$dir/out")" = 4 ]
ok "annotations of a workflow" $?
run 1 budget hand.budget --format junit && python3 -c '
import sys, xml.etree.ElementTree as e
cases = e.parse(sys.argv[1]).findall(".//testcase")
assert len(cases) == 12 and sum(c.find("failure") is not None for c in cases) == 4' "$dir/out"
ok "JUnit" $?
run 2 budget hand.budget --format xml && says 'there are text, json, github, junit'
ok "another format" $?
run 0 budget hand.budget --keep && grep -q '# too much for one of them' hand.budget && grep -q '^    cma.size == 64M || cma.size == 32M$' hand.budget &&
	! grep -q 7.9G hand.budget && run 0 budget hand.budget && says '12 figures, 0 exceeded'
ok "--keep takes today's figures over: the loosest that a boot needs; comments and longer expectations stay" $?
printf 'memtotal > 1G\n' >bad.budget
run 2 budget bad.budget && says "bad.budget: line 1: 'memtotal > 1G' comes before any board"
ok "a limit without a board" $?
printf 'board qemu-virt\n    memtotl > 1G\n    problems == 0\n' >bad.budget
run 2 budget bad.budget && says 'bad.budget:2:' && says "did you mean 'memtotal'"
ok "a slip in a name points at the line" $?
printf 'board nonesuch qemu-virt\n    problems == 0\n' >bad.budget
run 3 budget bad.budget && says 'nonesuch' && says '1 figure, 0 exceeded, 1 not booted'
ok "a board that cannot be read: the others are answered" $?
run 3 budget none.budget && says 'none.budget'
ok "no such file" $?

printf '/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0>; }; };' >empty.dts
printf 'board empty.dts\nkernel 6.12\n    problems == 0\n' >empty.budget
run 3 budget empty.budget && says "add a line 'memory 4G' below its board" && says '0 figures, 0 exceeded, 1 not booted'
ok "a tree without RAM: what to write where" $?
run 2 budget empty.budget -m 4G && says "empty.budget says what is booted: add a line 'memory 4G' below its board" &&
	run 2 budget empty.budget -k 6.7 && says "'kernel 6.7'" && run 2 budget empty.budget --keep --loader uefi && says "'loader uefi'"
ok "an option that FILE has a line for is refused, not ignored" $?
run 0 budget inputs.budget --write empty.dts -k 6.12 -m 2G --loader u-boot,kernel_addr_r=80400000 --initrd auto,32M &&
	grep -qx 'loader  u-boot,kernel_addr_r=80400000' inputs.budget && grep -qx 'initrd  auto,32M' inputs.budget && run 0 budget inputs.budget &&
	says ' 0 exceeded' && run 3 budget inputs.budget --boards nowhere
ok "--write puts every input into FILE, so that it is held against the same boot; --boards counts" $?

run 0 boot rpi4-8g -k 6.12 -c console=ttyAMA0 -o ledger --knobs && says '        &{/reserved-memory/linux,cma} { status = "disabled"; };: -64 MiB' &&
	says '        twice the RAM: +' && says 'have the loader put the device tree at' && says 'swiotlb=noforce: -64 MiB (MemTotal +'
ok "knobs: node, RAM, loader, parameter" $?
# What a knob says is what the boot with it says.
run 0 boot qemu-virt -k 6.12 -c cma=64M -o ledger --knobs --json && cp "$dir/out" "$dir/knobs" && cma=$(jq '[.lines[] | select(.owner == "cma") | .knobs[] | select(.change == "cma=128M") | .bytes] | add' "$dir/knobs") &&
	total=$(jq '[.lines[].knobs[] | select(.change == "crashkernel=128M") | .memtotal] | first' "$dir/knobs") &&
	before=$("$mmscope" boot qemu-virt -k 6.12 -c cma=64M -o metrics --json 2>/dev/null | jq .memtotal) &&
	after=$("$mmscope" boot qemu-virt -k 6.12 -c 'cma=64M crashkernel=128M' -o metrics --json 2>/dev/null | jq .memtotal) &&
	[ "$cma" = 67108864 ] && [ "$total" = $((after - before)) ] && jq -e '[.lines[] | select(.owner == "crashkernel" and .bytes == 0)] | length == 1' "$dir/knobs" >/dev/null
ok "knobs: figures are those of the boot with the change; owners that are not there yet are told" $?
run 2 boot qemu-virt -o log --knobs && says '--knobs goes with -o ledger'
ok "--knobs without the ledger" $?
echo "1..$n"
