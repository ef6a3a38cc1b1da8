#!/usr/bin/env bash
# Are the profiles that ship the ones that `mmscope profile` makes of their kernels?
# usage: contrib/profile/same.sh PACKAGES [SYMBOLS]
#
# PACKAGES has a folder for each Debian package that a profile's description names, PACKAGE/vmlinuz and PACKAGE/config
# (of 7.x the configuration is in linux-base-VERSION: PACKAGES/linux-base-VERSION/config will do). SYMBOLS/NAME/symbols.txt
# are symbol lists as in System.map, for kernels that do not name their data (CONFIG_KALLSYMS_ALL off: 5.10 and 6.1); without
# one those names are all that may differ. Profiles without a package were made of raw material: see README.md.
# $MMSCOPE is the program. Prints what differs; exit status 1 if something does.
set -u
here=$(cd "$(dirname "$0")" && pwd)
packages=${1:?"usage: same.sh PACKAGES [SYMBOLS]"} symbols=${2:-}
mmscope=${MMSCOPE:-$here/../../build/mmscope}
status=0
for profile in "$here"/../../boards/kernels/*.json; do
	name=${profile##*/} name=${name%.json}
	package=$(sed -nE 's/^ "description": "Debian (linux-[^ ]+) .*/\1/p' "$profile")
	if [ -z "$package" ]; then
		echo "$name: has no package"
		continue
	fi
	config=$packages/$package/config
	[ -f "$config" ] || config=$packages/${package/linux-binary/linux-base}/config
	if [ ! -f "$packages/$package/vmlinuz" ] || [ ! -f "$config" ]; then
		echo "$name: $package is not in $packages"
		continue
	fi
	options=(--config "$config")
	[ ! -f "$symbols/$name/symbols.txt" ] || grep -q "^CONFIG_KALLSYMS_ALL=y" "$config" ||
		options+=(--system-map "$symbols/$name/symbols.txt")
	python3 "$here/compare.py" --mmscope "$mmscope" "$name" "$packages/$package/vmlinuz" "${options[@]}" || status=1
done
exit $status
