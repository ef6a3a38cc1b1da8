#!/usr/bin/env bash
# Hold the engine against every recorded boot and write down how well each kernel is reproduced: the key "conformance"
# of boards/kernels/NAME.json, and class by class tests/captures/conformance.json.
# usage: contrib/conformance.sh [--check]     --check writes nothing and says what differs from what is written (exit 1)
# $MMSCOPE is the program (default: build/mmscope), $SRCDIR the sources; $CAPTURES more folders of recorded boots.
set -euo pipefail
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
mmscope=${MMSCOPE:-$root/build/mmscope}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for archive in "$root"/tests/captures/*.tar.xz; do
	tar -xJf "$archive" -C "$tmp"
done
status=0
"$mmscope" verify --json "$tmp"/*/ ${CAPTURES:-} >"$tmp/verify.json" || status=$?
[ $status -le 1 ] || exit $status
# What is measured belongs to the facts it was measured with.
"$mmscope" kernels --boards "$root/boards" --json >"$tmp/kernels.json"
python3 - "$root" "$tmp/verify.json" "$tmp/kernels.json" "${1:-}" <<'PY'
import collections, datetime, json, pathlib, re, sys
root, found, mode = pathlib.Path(sys.argv[1]), json.load(open(sys.argv[2])), sys.argv[4]
hashes = {k["name"]: k["trust"]["facts"] for k in json.load(open(sys.argv[3]))["kernels"]}
check = mode == "--check"
table_path = root / "tests/captures/conformance.json"

table, kernels = {}, collections.defaultdict(collections.Counter)
for name, capture in sorted(found["captures"].items()):
    table[name] = {k: f"{c['matched']}/{c['total']}" for k, c in capture["classes"].items()}
    record = kernels[capture["kernel"]]
    record["captures"] += 1
    record["exact"] += capture["matched"] == capture["total"]
    record["matched"] += capture["matched"]
    record["total"] += capture["total"]

wrong = []
if check:
    written = json.load(open(table_path))
    for name in sorted(written.keys() | table.keys()):
        a, b = written.get(name, {}), table.get(name, {})
        wrong += [f"{name}: {k} {b.get(k, 'absent')}, written down is {a.get(k, 'absent')}"
                  for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)]
else:
    lines = [f" {json.dumps(n)}: {json.dumps(c)}" for n, c in sorted(table.items())]
    table_path.write_text("{\n" + ",\n".join(lines) + "\n}\n")

block = re.compile(r'^ "conformance": \{[^}]*\},\n', re.M)
for path in sorted((root / "boards/kernels").glob("*.json")):
    text = path.read_text()
    old = json.loads(text).get("conformance") or {}
    new = dict(kernels.get(path.stem, {}))
    if new:
        new["facts"] = hashes[path.stem]
    facts = {k: old[k] for k in ("captures", "exact", "matched", "total", "facts") if k in old}
    if facts == new:
        continue
    if check:
        wrong.append(f"{path.name}: the record says {facts or 'nothing'}, the engine {new or 'nothing'}")
        continue
    text = block.sub("", text)
    if new:
        new["date"] = datetime.date.today().isoformat()
        body = ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in new.items())
        text, n = re.subn(r'(^ "description": .*\n)', lambda m: m[1] + ' "conformance": {\n' + body + "\n },\n", text, count=1, flags=re.M)
        assert n == 1, f"{path}: no description to put the record behind"
    json.loads(text)
    path.write_text(text)
    print(f"{path.name}: {new}")
for line in wrong:
    print(line)
sys.exit(bool(wrong))
PY
