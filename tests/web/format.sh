#!/usr/bin/env bash
# The page's modules and tests are formatted by prettier, so that nobody has to argue about it.
prettier=$BUILDDIR/web/node_modules/.bin/prettier
if [ ! -x "$prettier" ]; then
	echo "1..0 # SKIP no prettier; make web-modules brings it"
	exit
fi
echo 1..1
cd "$SRCDIR" || exit
# app.js, d3.js, first.js and later.js are bundles, which a release tarball holds beside the modules.
if out=$("$prettier" --config web/.prettierrc.json --log-level warn --check \
	'web/*.js' 'web/{lib,panes,views}/*.js' 'web/test/*.mjs' 'tests/web/*.mjs' 'web/*.{html,css}' '!web/app.js' '!web/d3.js' '!web/first.js' '!web/later.js' 2>&1); then
	echo "ok 1 - format of the page's modules"
else
	echo "not ok 1 - format of the page's modules; contrib/format.sh mends it"
	printf '%s\n' "$out" | sed 's/^/# /'
fi
