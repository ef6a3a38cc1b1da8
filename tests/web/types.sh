#!/usr/bin/env bash
# The page's JSDoc types agree with each other: tsc --checkJs over the staged page.
tsc=$BUILDDIR/web/node_modules/.bin/tsc
if [ ! -x "$tsc" ]; then
	echo "1..0 # SKIP no tsc; make web-modules brings it"
	exit
fi
echo 1..1
if out=$("$tsc" --pretty false -p "$BUILDDIR/web/www/tsconfig.json" 2>&1); then
	echo "ok 1 - types of the page"
else
	echo "not ok 1 - types of the page"
	printf '%s\n' "$out" | sed 's/^/# /'
fi
