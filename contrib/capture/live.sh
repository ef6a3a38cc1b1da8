#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keep what a running arm64 machine says of its memory, for `mmscope verify` on another machine.
#
# usage: live.sh OUT-DIR [PROFILE]   (as root, soon after boot, so that the kernel log still holds its first lines)
#
# PROFILE is the kernel's name as `mmscope kernels` lists it on the other machine; it can be put into case.json there, too.
#
# Boot once with memblock=debug and a large log (log_buf_len=16M) to record every step; without them what there is is compared.
# The machine must have been booted with a device tree, not with ACPI alone. Nothing is changed on it but what OUT-DIR holds;
# debugfs is mounted for a moment if it is not. Secrets: the tree and the log may hold serial numbers and MAC addresses.
set -eu

[ $# -eq 1 ] || [ $# -eq 2 ] || { sed -n 's/^# \{0,1\}//; 3,12p' "$0" >&2; exit 2; }
out=$1
[ "$(id -u)" = 0 ] || { echo "live.sh: not root: addresses would read as zero" >&2; exit 1; }
[ -r /sys/firmware/fdt ] || { echo "live.sh: no /sys/firmware/fdt: not booted with a device tree" >&2; exit 1; }
mkdir -p "$out"

debug=/sys/kernel/debug mounted=
if [ ! -d $debug/memblock ] && mount -t debugfs none $debug 2>/dev/null; then
	mounted=yes
fi

keep() {
	[ ! -r "$1" ] || cat "$1" > "$out/$2" 2>/dev/null || rm -f "$out/$2"
}

keep /sys/firmware/fdt board.dtb
keep /proc/zoneinfo zoneinfo.txt
keep /proc/buddyinfo buddyinfo.txt
keep /proc/pagetypeinfo pagetypeinfo.txt
keep /proc/iomem iomem.txt
keep /proc/meminfo meminfo.txt
keep /proc/slabinfo slabinfo.txt
keep /proc/sys/vm/min_free_kbytes min_free_kbytes.txt
keep /proc/sys/vm/numa_zonelist_order numa_zonelist_order.txt
keep $debug/memblock/memory memblock-memory.txt
keep $debug/memblock/reserved memblock-reserved.txt
[ -e "$out/memblock-reserved.txt" ] || : > "$out/memblock-reserved.txt"
[ -z "$mounted" ] || umount $debug

# A capture holds lines as a console shows them: without their levels, and none of level debug.
{ dmesg -r 2>/dev/null || dmesg; } | sed '/^<7>/d; s/^<[0-9]*>//' > "$out/console.txt"
grep -q 'Booting Linux' "$out/console.txt" || echo "live.sh: the kernel log no longer holds its first lines" >&2
grep -q 'memblock_reserve:' "$out/console.txt" || echo "live.sh: no memblock=debug lines in the log" >&2

release=$(uname -r)
for config in /proc/config.gz "/boot/config-$release" "/usr/lib/modules/$release/config"; do
	[ -r "$config" ] || continue
	case $config in *.gz) gzip -dc "$config" ;; *) cat "$config" ;; esac > "$out/config"
	break
done

# Where the loader put things. Kernel code begins at _text up to 5.10 and 64 KiB behind it since; _text is at 2 MiB then.
code=$(sed -n 's/^ *\([0-9a-f]*\)-[0-9a-f]* : Kernel code.*/\1/p' "$out/iomem.txt" | head -n 1)
image=$((0x${code:-0}))
[ $((image % 0x200000)) -ne $((0x10000)) ] || image=$((image - 0x10000))

# The tree is the reserved range that has just its size, if it does not touch another.
size=$(wc -c < "$out/board.dtb")
tree=
while read -r _ range _; do
	[ "$range" != "${range%..*}" ] || continue
	[ $((${range#*..} - ${range%..*} + 1)) -ne "$size" ] || tree=${range%..*}
done < "$out/memblock-reserved.txt"

quote() {
	printf '%s' "$1" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g'
}
{
	printf '{\n "name": "%s",\n' "$(quote "$(basename "$out")")"
	[ -z "${2:-}" ] || printf ' "kernel": "%s",\n' "$(quote "$2")"
	printf ' "cmdline": "%s",\n' "$(quote "$(cat /proc/cmdline)")"
	printf ' "emulator": null,\n "loader": {\n'
	[ -z "$tree" ] || printf '  "dtb": "%s",\n' "$tree"
	printf '  "kernel_image": "0x%x"\n },\n' "$image"
	printf ' "kernel_build": "%s"\n}\n' "$(quote "$(cat /proc/version)")"
} > "$out/case.json"
echo "$out: kept $(ls "$out" | wc -l) files of $release"
