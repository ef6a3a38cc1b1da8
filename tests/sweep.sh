#!/usr/bin/env bash
# mmscope sweep: grids of boots, their formats, and what several runs put together.
set -u
mmscope=${MMSCOPE_SAN:-$BUILDDIR/mmscope}
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-sweep.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out" "$dir/err" | head -40
	fi
}
sweep() { # EXPECTED-STATUS ARGUMENTS...
	local expected=$1
	shift
	"$mmscope" sweep "$@" >"$dir/out" 2>"$dir/err"
	[ $? = "$expected" ]
}
grid=(qemu-virt -k 6.12 cma=64M:1G:480M memory=1G,2G)

sweep 0 "${grid[@]}" && grep -qE '^1G +problems +fine$' "$dir/out" && grep -qE '^64M +fine +fine$' "$dir/out"
ok "two axes: an area that fits into one board only" $?
sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv && cp "$dir/out" "$dir/whole" &&
	[ "$(head -1 "$dir/out")" = cell,cma,memory,outcome,cma.size,memtotal ] && [ "$(wc -l <"$dir/out")" = 7 ] &&
	grep -q '^2,1G,1G,problems,0,' "$dir/out" && grep -q '^5,1G,2G,fine,1073741824,' "$dir/out"
ok "CSV: sizes in bytes" $?
# Each cell is the boot that the command line gives.
value=$("$mmscope" boot qemu-virt -k 6.12 -m 2G -c 'cma=544M' -o metrics --json | jq .memtotal)
grep -q "^4,544M,2G,fine,570425344,$value\$" "$dir/whole"
ok "a cell is what 'mmscope boot' says of the same inputs" $?
sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --jobs 1 && cmp -s "$dir/out" "$dir/whole"
ok "one process or several: the same bytes" $?
sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --shard 1/2 && cp "$dir/out" "$dir/1" &&
	sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --shard 2/2 && cp "$dir/out" "$dir/2" &&
	[ "$(wc -l <"$dir/1")" = 4 ] && sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --merge "$dir/1" --merge "$dir/2" &&
	cmp -s "$dir/out" "$dir/whole"
ok "shards put together are the whole" $?
sed 's/^4,.*/4,544M,2G,fine,7,8/' "$dir/whole" >"$dir/changed"
sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --resume "$dir/changed" && grep -q '^4,544M,2G,fine,7,8$' "$dir/out"
ok "what is done already is not booted again" $?
rm -f "$dir/kept" && sweep 0 "${grid[@]}" --show cma.size --show memtotal --format csv --resume "$dir/kept" && cmp -s "$dir/kept" "$dir/whole" &&
	[ "$(compgen -G "$dir/kept*")" = "$dir/kept" ]
ok "--resume begins the file that it will go on with" $?
# Killed in the middle, with hundreds of lines written: what is gone on with is what one run makes.
long=(qemu-virt -k 6.12 cma=4M:800M:4M memory=1G,2G,3G --show cma.size --format csv)
sweep 0 "${long[@]}" --resume "$dir/one"
"$mmscope" sweep "${long[@]}" --resume "$dir/killed" >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in {1..3000}; do
	cat "$dir/killed" "$dir/killed.part" 2>"$dir/null" | wc -l >"$dir/lines"
	[ "$(cat "$dir/lines")" -ge 200 ] && break
	kill -0 $pid 2>"$dir/null" || break
	sleep 0.01
done
kill -KILL $pid 2>"$dir/null"
wait $pid 2>"$dir/null"
[ "$(cat "$dir/lines")" -ge 200 ] && [ "$(cat "$dir/lines")" -lt 601 ] && sweep 0 "${long[@]}" --resume "$dir/killed" &&
	[ "$(wc -l <"$dir/one")" = 601 ] && cmp -s "$dir/killed" "$dir/one"
ok "a sweep killed with hundreds of lines written goes on to what one run makes" $?
sweep 4 "${grid[@]}" --resume "$dir/nowhere/kept"
ok "a file that cannot be written is our failure" $?
sweep 3 qemu-virt -k 6.12 cma=64M,128M --format csv --resume "$dir/whole" && grep -q "it would begin with 'cell,cma,outcome'" "$dir/err"
ok "the CSV of another sweep is refused" $?
sweep 0 "${grid[@]}" --format json && jq -e '(.cells | length) == 6 and .cells[2] == {cell: 2, cma: "1G", memory: "1G", outcome: "problems"} and .axes[1] == {name: "memory", values: ["1G", "2G"]}' "$dir/out" >/dev/null
ok "JSON" $?
sweep 0 "${grid[@]}" --show cma.size --format svg &&
	python3 -c 'import sys, xml.etree.ElementTree as e; assert len(e.parse(sys.argv[1]).findall(".//{*}rect")) == 6' "$dir/out"
ok "SVG: a square for each cell" $?
sweep 0 rpi4-8g cma=64M,1G --list && [ "$(wc -l <"$dir/out")" = 2 ] && grep -q "cma=1G' -o metrics --json" "$dir/out" &&
	grep -q "console=" "$dir/out"
ok "--list: the board's own command line stays" $?
sweep 3 qemu-virt kernel=4.9,6.12,nonesuch --show memtotal && grep -qE '^nonesuch +refused$' "$dir/out" && grep -qE '^6.12 +[0-9]' "$dir/out" &&
	grep -q "1 of 3 boots was refused, with kernel=nonesuch: kernel: there is none called 'nonesuch'" "$dir/err"
ok "a kernel that there is not is a cell, not the end, and bad input" $?
sweep 3 qemu-virt cma=1M,2M board=qemu-virt,nonesuch && grep -qE '^2M +fine +refused$' "$dir/out"
ok "a board of the second axis likewise" $?
sweep 3 nonesuch memory=1G,2G && grep -q "2 of 2 boots were refused; the first, with memory=1G: board: there is none called 'nonesuch'" "$dir/err"
ok "where all is refused, the input is bad" $?
sweep 0 qemu-virt memory=1G,100000T && grep -qE '^100000T +refused$' "$dir/out" &&
	grep -q '1 of 2 boots was refused, with memory=100000T: board: /memory: ' "$dir/err"
ok "a value that does not boot is an answer, and its reason is told" $?
sweep 3 qemu-virt initrd=0,64M && grep -q "initrd: '0' is neither ADDRESS,SIZE nor auto,SIZE" "$dir/err"
ok "values that nothing can be made of" $?
sweep 0 qemu-virt memroy=1G,2G && grep -q "'memroy' is taken for a kernel parameter; did you mean 'memory'?" "$dir/err"
ok "a slip in an input's name is told" $?
sweep 0 qemu-virt cam=64M,128M && grep -q "did you mean 'cma'?" "$dir/err"
ok "and in a parameter's" $?
sweep 2 qemu-virt cma=64M --show zz && grep -q "there is no number called 'zz' ('mmscope boot BOARD -o metrics' lists them)" "$dir/err" &&
	sweep 0 qemu-virt cma=64M --show zone.12.Device.promotions
ok "a number that no boot has is refused, and not one that another boot may have" $?
sweep 0 qemu-virt mem=512M,1G && [ ! -s "$dir/err" ] && sweep 0 qemu-virt quiet=1,2 && [ ! -s "$dir/err" ]
ok "not what is a parameter" $?
sweep 2 qemu-virt cma=1G:64M:1M && grep -q "begins above its end" "$dir/err"
ok "a range that goes down" $?
sweep 2 qemu-virt cma=1M:64M && grep -q "not FIRST:LAST:STEP" "$dir/err"
ok "a range without a step" $?
sweep 2 qemu-virt -k 6.12 cma=1M,2M --show memtotl && grep -q "did you mean 'memtotal'" "$dir/err"
ok "a slip in a number's name" $?
sweep 2 qemu-virt cma=0:100000:1 && grep -q 'more than 4096 values' "$dir/err"
ok "too many values" $?
sweep 2 qemu-virt && grep -q 'nothing varies' "$dir/err"
ok "no axis" $?
echo "1..$n"
