#!/bin/sh
# embed.sh NAME=FILE...: print C that holds the files, sorted by name, for daemon/base/asset.c.
#
# Files go in as they are and, where it makes them smaller, gzipped as well, with the
# SHA-256 of the plain bytes. Needs od, gzip and sha256sum only, so that a build from the
# tarball needs no interpreter but the shell. Same input, same output.
set -eu
LC_ALL=C
export LC_ALL

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

bytes() { # VARIABLE FILE
	echo "static const unsigned char $1[] = {"
	od -An -v -tu1 "$2" | sed 's/  *\([0-9]*\)/\1,/g'
	# One byte more, so that text can be used as a string and no array is empty.
	echo "0};"
}

for arg; do
	printf '%s\n' "$arg"
done | sort -u >"$tmp/list"

echo '/* Made by contrib/embed.sh. */'
echo '#include "daemon/base/asset.h"'
n=0
while IFS='=' read -r name file; do
	[ -r "$file" ] || { echo "embed.sh: cannot read $file" >&2; exit 1; }
	size=$(wc -c <"$file")
	gzip -9nc <"$file" >"$tmp/gz"
	gz_size=$(wc -c <"$tmp/gz")
	sha=$(sha256sum <"$file")
	bytes "plain$n" "$file"
	gz=0
	if [ "$gz_size" -lt "$size" ]; then
		bytes "gz$n" "$tmp/gz"
		gz=gz$n
	else
		gz_size=0
	fi
	echo "	{ \"$name\", plain$n, $size, \"${sha%% *}\", $gz, $gz_size }," >>"$tmp/table"
	n=$((n + 1))
done <"$tmp/list"

echo 'const struct asset assets[] = {'
cat "$tmp/table"
echo '};'
echo "const size_t nr_assets = $n;"
