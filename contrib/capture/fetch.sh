#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Get Debian packages of another release or architecture, and unpack them.
#
# usage: fetch.sh [-a ARCH] SUITE PACKAGE...      into ./PACKAGE/
#        fetch.sh [-a ARCH] -s SUITE WORD         only list packages whose name has WORD
#
# SUITE is a release: bullseye, bookworm, trixie, forky, sid. ARCH is arm64 unless told otherwise. apt's own lists and what is
# installed stay as they are: this keeps lists of its own under XDG_CACHE_HOME. Packages come from the mirror that the machine
# is set up with, and are checked against Debian's keys.
set -eu

arch=arm64 list=
while getopts a:s opt; do
	case $opt in
	a) arch=$OPTARG ;;
	s) list=yes ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { sed -n 's/^# \{0,1\}//; 3,8p' "$0" >&2; exit 2; }
suite=$1
shift

dir=${XDG_CACHE_HOME:-$HOME/.cache}/mmscope-apt/$suite-$arch
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"

# The new format of sources names it after "URIs:", the old one as the first address of a line.
mirror=$(sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -n 's/^deb .*[[:space:]]\([a-z]*:\/\/[^[:space:]]*\).*/\1/p' /etc/apt/sources.list | head -n 1)
[ -n "$mirror" ] || { echo "fetch.sh: apt here is set up with no mirror" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$dir/sources.list"

apt() {
	program=$1
	shift
	"$program" -q -oAPT::Architecture="$arch" -oAPT::Architectures="$arch" -oAPT::Sandbox::User= -oDir::State::Lists="$dir/lists" \
		-oDir::State::Status=/dev/null -oDir::Cache="$dir/cache" -oDir::Etc::SourceList="$dir/sources.list" \
		-oDir::Etc::SourceParts=/dev/null "$@"
}

[ -n "$(find "$dir/lists" -name '*Packages*' -print | head -n 1)" ] || apt apt-get update >&2
if [ -n "$list" ]; then
	apt apt-cache search --names-only "$1"
	exit
fi
for package in "$@"; do
	apt apt-get download "$package" >&2
	mkdir -p "$package"
	for deb in "${package}"_*.deb; do
		dpkg-deb -x "$deb" "$package"
		rm -f "$deb"
	done
	echo "$package"
done
