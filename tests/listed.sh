#!/usr/bin/env bash
# Every file in git is in the release tarball, which means in the lists of some local.mk.
if [ ! -e "$SRCDIR/.git" ] || ! command -v git >/dev/null; then
	echo "1..0 # SKIP not a git clone"
	exit
fi
echo 1..1
missing=$(comm -23 \
	<(git -c safe.directory='*' -C "$SRCDIR" ls-files | grep -vE '(^|/)\.(git|ci/|clang-format)' | sort) \
	<(MAKEFLAGS= make -s --no-print-directory -C "$BUILDDIR" print-distfiles | sort))
if [ -z "$missing" ]; then
	echo "ok 1 - every file in git is in the tarball"
else
	echo "not ok 1 - every file in git is in the tarball"
	printf '%s\n' "$missing" | sed 's/^/# in no local.mk: /'
fi
