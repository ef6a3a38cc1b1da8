#!/usr/bin/env bash
# verify on recorded boots, whole and damaged. A damaged recording must cost exactly the facts that were damaged;
# where the scoring script is at hand, it and verify must print the same numbers for every one of them.
set -u
mmscope=${MMSCOPE:-./mmscope}
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
score=$root/../shared/tools/score.py
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0 failed=0

ok() { # STATUS SENTENCE
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

for archive in "$root"/tests/captures/*.tar.xz; do
	tar -xJf "$archive"
done

for capture in */; do
	capture=${capture%/}
	"$mmscope" verify --show 1 "$capture" >out 2>&1
	status=$?
	[ $status = 0 ] || head -n 12 out | sed 's/^/# /'
	ok $status "$capture is exact"
done

# ------------------------------------------------------------ damaged recordings
whole=6.7-virt-1g

damage() { # NAME PYTHON: a copy of a capture with `lines` of console.txt changed
	cp -r "$whole" "$1"
	chmod -R u+w "$1"
	python3 - "$1/console.txt" "$2" <<'PY'
import random, re, sys
path, change = sys.argv[1:]
random.seed(7)
lines = open(path, newline="").read().split("\n")
alloc = [i for i, line in enumerate(lines) if "memblock_phys_alloc_range: " in line]
exec(change)
open(path, "w", newline="").write("\n".join(lines))
PY
}
damage cut-line 'del lines[alloc[3]]'
damage new-line 'lines.insert(alloc[5], "[    0.000000] memblock_add: [0x1-0x2] nobody+0x0/0x10")'
damage changed-line 'lines[alloc[7]] = lines[alloc[7]].replace("align=0x1000", "align=0x2000")'
damage ten-lines 'for i in random.sample(alloc, 10): lines[i] += " x"'
damage moved-line 'lines.insert(alloc[20], lines.pop(alloc[60] - 1))'
damage half-gone 'lines = lines[:alloc[len(alloc) // 2]] + lines[-400:]'
damage empty 'lines = []'
damage no-slub 'lines = [l for l in lines if "SLUB: " not in l]'
cp -r "$whole" no-zoneinfo
chmod -R u+w no-zoneinfo
rm no-zoneinfo/zoneinfo.txt
cp -r "$whole" no-freelists
chmod -R u+w no-freelists
rm no-freelists/freelists.json
cp -r "$whole" other-zoneinfo
chmod -R u+w other-zoneinfo
sed -i 's/managed  .*/managed  7/' other-zoneinfo/zoneinfo.txt
cp -r "$whole" other-freelists
chmod -R u+w other-freelists
sed -i 's/"order": 3/"order": 4/' other-freelists/freelists.json
damaged='cut-line new-line changed-line ten-lines moved-line half-gone empty no-slub no-zoneinfo no-freelists
	other-zoneinfo other-freelists'

"$mmscope" verify --json "$whole" >whole.json
# shellcheck disable=SC2086
"$mmscope" verify --json $damaged >damaged.json
[ $? = 1 ]
ok $? 'damaged recordings differ'

python3 - >results <<'PY'
import json
whole = next(iter(json.load(open("whole.json"))["captures"].values()))["classes"]["memblock"]
captures = json.load(open("damaged.json"))["captures"]
def lost(name, matched, total):
    got = captures[name]["classes"]["memblock"]
    good = got == {"matched": whole["matched"] - matched, "total": whole["total"] + total}
    print(0 if good else 1, f"{name}: {matched} facts fewer match, out of {total} more ({got})")
lost("cut-line", 1, 0)
lost("new-line", 0, 1)
lost("changed-line", 1, 1)
lost("ten-lines", 10, 10)
lost("moved-line", 1, 1)
print(0 if "zoneinfo" not in captures["no-zoneinfo"]["classes"] else 1, "without zoneinfo.txt it does not count")
print(0 if "freelists" not in captures["no-freelists"]["classes"] else 1, "without freelists.json it does not count")
first = next(d for d in captures["changed-line"]["differences"] if d["class"] == "memblock")
print(0 if "align=0x2000" in first["real"] and "align=0x1000" in first["predicted"] and first["step"] and first["line"]
      else 1, "a changed line is shown beside the predicted one, with its event and step")
zone = next(d for d in captures["other-zoneinfo"]["differences"] if d["class"] == "zoneinfo")
print(0 if zone["real"].endswith("managed 7") and zone["predicted"] and zone["seq"] else 1,
      "a field of a zone is explained by the event that last set it")
PY
while read -r status sentence; do
	ok "$status" "$sentence"
done <results
[ -s results ]
ok $? 'the comparison itself ran'

if [ -r "$score" ]; then
	for capture in $damaged; do
		"$mmscope" verify --json "$capture" | jq -r '.captures[].classes | to_entries[] | "\(.key) \(.value.matched)/\(.value.total)"' >ours
		python3 -B "$score" --mmscope "$mmscope" "$capture" | sed -n 1p | grep -oE '[a-z]+ [0-9]+/[0-9]+' >theirs
		diff ours theirs | sed 's/^/# /'
		cmp -s ours theirs
		ok $? "$capture: the scoring script prints the same numbers"
	done
fi

echo "1..$n"
exit $failed
