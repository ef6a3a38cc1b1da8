#!/usr/bin/env bash
# Each item of the two articles is one test: the page shows it, in both languages.
set -u
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || { echo "1..0 # SKIP no Chromium"; exit 0; }
[ -d "$BUILDDIR/web/node_modules/playwright-core" ] || { echo "1..0 # SKIP no playwright-core; make web-modules brings it"; exit 0; }
out=$(mktemp) || exit 99
trap 'rm -f "$out"' EXIT
bash "$SRCDIR/contrib/seed-coverage.sh" "$MMSCOPE" >"$out" 2>&1
status=$?
n=0
while IFS= read -r line; do
	case $line in
	'shown   '*) n=$((n + 1)) && printf 'ok %d - %s\n' $n "${line#shown   }" | tr '#' ' ' ;;
	'MISSING '*) n=$((n + 1)) && printf 'not ok %d - %s\n' $n "${line#MISSING }" | tr '#' ' ' ;;
	esac
done <"$out"
n=$((n + 1))
last=$(tail -n 1 "$out")
if [ $status = 0 ] && [ "$last" = "$((n - 1)) of $((n - 1))" ]; then
	echo "ok $n - the last line counts them all"
else
	echo "not ok $n - the last line counts them all"
	tail -n 20 "$out" | sed 's/^/# /'
fi
echo "1..$n"
[ $status = 0 ]
