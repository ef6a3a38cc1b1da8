#!/usr/bin/env bash
# What boards/kernels/*.json and tests/captures/conformance.json say about the engine is what the engine does, for
# every recorded boot, class by class; and it does so fast.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
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

"$root/contrib/conformance.sh" --check >"$tmp/out" 2>&1
status=$?
[ $status = 0 ] || sed 's/^/# /' "$tmp/out"
ok $status 'the record of each kernel and of each recorded boot is what the engine does (contrib/conformance.sh)'

python3 - "$root" >"$tmp/inexact" <<'PY'
import json, sys
for name, classes in json.load(open(sys.argv[1] + "/tests/captures/conformance.json")).items():
    for k, v in classes.items():
        if len(set(v.split("/"))) > 1:
            print(f"{name} {k} {v}")
PY
status=$?
sed 's/^/# not exact: /' "$tmp/inexact"
[ $status = 0 ] && [ ! -s "$tmp/inexact" ]
ok $? 'every recorded boot is exact in every class'

for archive in "$root"/tests/captures/*.tar.xz; do
	tar -xJf "$archive" -C "$tmp"
done
# Of its own time: the machine may be busy with other things.
(ulimit -t 5 && "${MMSCOPE:-./mmscope}" verify --show 0 "$tmp"/*/ >/dev/null)
[ $? -lt 128 ]
ok $? 'all of them are verified in less than five seconds of CPU'

echo "1..$n"
exit $failed
