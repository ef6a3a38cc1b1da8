#!/usr/bin/env bash
# A few mutants of trees, overlays, boot logs and UEFI maps, under the sanitizers. MMSCOPE_MUTANTS=N for more.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
fuzz=${BUILDDIR:-$root/build}/tests/fuzz/fuzz-board
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/corpus"
for board in qemu-virt-numa small-reserved; do
	dtc -q -O dtb -o "$tmp/corpus/$board.dtb" "$root/boards/$board.dts"
done
dtc -q -@ -O dtb -o "$tmp/corpus/overlay.dtbo" - <<'DTS'
/dts-v1/; /plugin/;
/ { fragment@0 { target-path = "/"; __overlay__ { reserved-memory { #address-cells = <2>; #size-cells = <1>; ranges;
	video@10000000 { reg = <0 0x10000000 0x1000000>; no-map; }; }; }; }; };
DTS
tar -xJf "$root/tests/captures/6.1-uefi-1g.tar.xz" -C "$tmp"
head -c 40000 "$tmp/6.1-uefi-1g/console.txt" >"$tmp/corpus/log.txt"
cp "$tmp/6.1-uefi-1g/uefi.txt" "$tmp/corpus/uefi.txt"
cat >"$tmp/corpus/uefi.json" <<'JSON'
{"memory_map": [{"type": "Conventional", "base": "0x40000000", "size": "0x3c000000", "attribute": "WB"},
 {"type": 6, "base": 2080374784, "pages": 1024, "attribute": "WB|RUN"}, {"type": "Boot Data", "base": "0x7c400000", "end": "0x80000000"}],
 "tables": [{"name": "MEMATTR", "address": "0x7c500018", "size": 1024}], "map_address": "0x7c600040"}
JSON
printf 'hex:07000000000000000000004000000000000000000000000000000400000000000800000000000000' >"$tmp/corpus/uefi.hex"
n=0
for file in "$tmp"/corpus/*; do
	n=$((n + 1))
	if timeout 250 "$fuzz" "${MMSCOPE_MUTANTS:-12}" "$file" >"$tmp/out" 2>&1; then
		echo "ok $n - mutants of ${file##*/} do no harm"
	else
		echo "not ok $n - mutants of ${file##*/} do no harm"
		head -c 3000 "$tmp/out" | sed 's/^/# /'
	fi
done
echo "1..$n"
