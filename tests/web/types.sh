#!/usr/bin/env bash
# The page's JSDoc types agree with each other: tsc --checkJs over the staged page, as strict as web/tsconfig.json says.
tsc=$BUILDDIR/web/node_modules/.bin/tsc
if [ ! -x "$tsc" ]; then
	echo "1..0 # SKIP no tsc; make web-modules brings it"
	exit
fi
echo 1..1
if said=$("$tsc" --pretty false -p "$BUILDDIR/web/www/tsconfig.json" 2>&1); then
	echo "ok 1 - types of the page"
else
	echo "not ok 1 - types of the page"
	sed "s|^.*/www/||; s/^/# /" <<<"$said"
fi
