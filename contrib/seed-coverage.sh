#!/usr/bin/env bash
# Every item of the two articles (tests/articles.json) against the page as it is drawn, in both languages: a line for
# each item. The last line is "290 of 290"; the exit status is 0 only if all are there.
# usage: contrib/seed-coverage.sh [PROGRAM]      default: $MMSCOPE, build/mmscope, mmscope; needs Chromium
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export BUILDDIR=${BUILDDIR:-$here/../build}
program=${1:-${MMSCOPE:-}}
if [ -z "$program" ]; then
	program=$BUILDDIR/mmscope
	[ -x "$program" ] || program=mmscope
fi
export MMSCOPE=$program
exec node "$here/seed-coverage.mjs"
