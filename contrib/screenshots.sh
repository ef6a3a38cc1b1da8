#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Pictures of every view, theme and language, and a film strip of each drawing that moves, from the page as it is built.
# usage: contrib/screenshots.sh [--strips] [--drag] [--readme] [FOLDER]      only film strips; what-if and sweep; the pictures of the READMEs
# Needs a build (contrib/test.sh makes one), Chromium and a Chinese font; BUILDDIR names another build.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
export SRCDIR=$top BUILDDIR=${BUILDDIR:-$top/build}
export MMSCOPE=${MMSCOPE:-$BUILDDIR/mmscope}
exec node "$top/tests/web/screenshots.mjs" "$@"
