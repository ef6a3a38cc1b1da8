#!/usr/bin/env bash
# Format the page's modules and tests in place. Needs what `make web-modules` installs.
# usage: contrib/format.sh
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
prettier=${BUILDDIR:-$top/build}/web/node_modules/.bin/prettier
[ -x "$prettier" ] || {
	echo "$0: no $prettier; run 'make web-modules' in the build folder first" >&2
	exit 1
}
cd "$top"
exec "$prettier" --config web/.prettierrc.json --log-level warn --write \
	'web/*.js' 'web/{lib,panes,views}/*.js' 'web/test/*.mjs' 'tests/web/*.mjs' 'web/*.{html,css}'
