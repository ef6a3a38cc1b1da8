#!/usr/bin/env bash
# What the engine costs (bench-engine.c), then whole commands: every recorded boot, size of what a page loads.
set -eu
"$BUILDDIR"/tests/bench/bench-engine
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for archive in "$SRCDIR"/tests/captures/*.tar.xz; do
	tar -xJf "$archive" -C "$tmp"
done
set -- "$tmp"/*/
start=$(date +%s%N)
"$MMSCOPE" verify --show 0 "$@" >/dev/null || echo 'not all recorded boots are exact'
ms=$((($(date +%s%N) - start) / 1000000))
printf 'all %d recorded boots verified     %8d ms  (goal  5000)\n' $# $ms
start=$(date +%s%N)
"$MMSCOPE" boot qemu-virt -k 6.7 -o events >"$tmp/events"
ms=$((($(date +%s%N) - start) / 1000000))
printf 'mmscope boot -o events, whole      %8d ms  %d events, %d KiB of JSON, %d KiB gzipped\n' $ms "$(wc -l <"$tmp/events")" \
	$(($(wc -c <"$tmp/events") / 1024)) $(($(gzip -c "$tmp/events" | wc -c) / 1024))
