#!/usr/bin/env bash
# Where each thing that the two articles speak of is shown: a line for each with the event, row, step or text of a
# running mmscope that shows it. The last line is "N of N rows"; the exit status is 0 only if all are there.
# usage: contrib/seed-coverage.sh [PROGRAM]      default: $MMSCOPE, build/mmscope, mmscope
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-${MMSCOPE:-}}
if [ -z "$program" ]; then
	program=$here/../build/mmscope
	[ -x "$program" ] || program=mmscope
fi
exec python3 "$here/seed-coverage.py" "$program"
