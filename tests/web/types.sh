#!/usr/bin/env bash
# The page's JSDoc types agree with each other: tsc --checkJs over the staged page. Every parameter has a type
# (noImplicitAny), too, but in the modules that tests/web/untyped still lists: a line goes when its module is done.
tsc=$BUILDDIR/web/node_modules/.bin/tsc
if [ ! -x "$tsc" ]; then
	echo "1..0 # SKIP no tsc; make web-modules brings it"
	exit
fi
echo 1..2
all=$("$tsc" --pretty false --noImplicitAny true -p "$BUILDDIR/web/www/tsconfig.json" 2>&1 | sed "s|^.*/www/||")
untyped=$SRCDIR/tests/web/untyped

# What says that a type is missing: parameters, bindings, variables, indexes.
implicit=' error TS(7005|7006|7015|7031|7034|7053): '
said() {
	if [ -z "$1" ]; then
		echo "ok $2"
	else
		echo "not ok $2"
		printf '%s\n' "$1" | sed 's/^/# /'
	fi
}
said "$(grep -vE "$implicit" <<<"$all" | grep -v '^ ')" "1 - types of the page"
bare=$(grep -E "$implicit" <<<"$all" | sed 's/(.*//' | sort -u)
said "$(comm -13 <(sort "$untyped") <(printf '%s\n' "$bare"))" "2 - every parameter has a type, but in the modules of tests/web/untyped"
