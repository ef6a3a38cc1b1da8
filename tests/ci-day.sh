#!/usr/bin/env bash
# A CI engineer's day: the commands of README's "A day in CI", as they stand there, against a server of our own.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
MMSCOPE=${MMSCOPE:-$BUILDDIR/mmscope}
case $MMSCOPE in /*) ;; *) MMSCOPE=$PWD/$MMSCOPE ;; esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-day.XXXXXX") || exit
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$dir"' EXIT
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/said" 2>/dev/null | head -40
	fi
}
is() { # NAME EXPECTED FOUND
	[ "$2" = "$3" ]
	ok "$1" $?
	[ "$2" = "$3" ] || printf '# expected: %s\n# found:    %s\n' "$2" "$3"
}
for tool in curl jq; do
	command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done

"$MMSCOPE" serve --listen 127.0.0.1:0 >"$dir/url" 2>"$dir/log" &
server=$!
for _ in $(seq 300); do [ -s "$dir/url" ] && break; sleep 0.1; done
port=$(sed -n '1s|.*:\([0-9]*\)/.*|\1|p' "$dir/url")

# The first block of code below the heading.
awk '/^## / { here = $0 == "## A day in CI" } here && /^```/ { if (inside) exit; inside = 1; next } inside' \
	"$root/README.md" | sed "s/127\.0\.0\.1:8642/127.0.0.1:$port/" >"$dir/day"
run() { (cd "$dir" && bash -eu -o pipefail ./day) >"$dir/said" 2>&1; }

[ "$(wc -l <"$dir/day")" -ge 8 ]
ok "README shows a day in CI" $?
run
ok "its commands run, one after the other" $?
is "the gate is open" true "$(cat "$dir/said")"
is "zones come with the header once" 1 "$(grep -c ^stage,key, "$dir/zones.csv")"
is "zones are there from the stage on that makes them" "2 3a 3b 3c" "$(awk -F, '/,0\/DMA,/ {print $1}' "$dir/zones.csv" | xargs)"
column() { # NAME: of the row of ZONE_DMA in the last stage
	awk -F, -v name="$1" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == name) at = i} /^3c,0\/DMA,/ {print $at}' "$dir/zones.csv"
}
is "the CMA area is in the zone's row, in pages" $((64 << 20 >> 12)) "$(column cma)"
[ "$(column managed)" -gt $((1900 * 256)) ]
ok "and so is what the buddy allocator manages" $?
is "steps are streamed with their owners" 67108864 "$(awk -F, '$1 == "\"mm_core_init\"" {print $3}' "$dir/owners.csv")"
is "stages come in order" "-1 0 1 2 3a 3b 3c" "$(xargs <"$dir/stages")"
[ -s "$dir/memtotal.txt" ]
ok "MemTotal is there term by term" $?

sed -i 's/>= 67108864/>= 67108865/' "$dir/day"
run
is "a byte more than there is closes the gate: status 1" 1 $?
is "and what comes behind it does not run" false "$(cat "$dir/said")"
sed -i 's/>= 67108865/>= 67108864/; s/board=qemu-virt/board=qemu-vrt/' "$dir/day"
! run
ok "a slip in a name ends the job as well" $?
echo "1..$n"
