#!/usr/bin/env bash
# What a change of device trees does to memory: base and head of a git repository, on one kernel or several.
#
# usage: dt-check.sh --base REF [--head REF] [--kernel K]... [--cmdline TEXT] [--budget FILE] [--build COMMAND]
#                    [--out DIR] TREE...
#
# TREE is a .dts or .dtb, seen from the top of the repository; with --build, COMMAND makes them in each of both
# checkouts. Written into DIR (default mmscope-report): comment.md, a comment for the pull request; mmscope.sarif, for
# code scanning. Annotations in GitHub's form go to standard output, or plain text where GITHUB_ACTIONS is not set.
#
# Exit status: 0 nothing that forbids the change; 1 a finding that the base does not have, or a budget exceeded;
# 2 usage; 3 a tree could not be read; 4 our own failure.
set -u
mmscope=${MMSCOPE:-mmscope}
base='' head=HEAD kernels=() cmdline=() budget='' build='' out=mmscope-report trees=()
die() { echo "dt-check.sh: $2" >&2; exit "$1"; }
while [ $# -gt 0 ]; do
	case $1 in
	--base | --head | --kernel | --cmdline | --budget | --build | --out)
		[ $# -gt 1 ] || die 2 "$1 of what?"
		case $1 in
		--base) base=$2 ;; --head) head=$2 ;; --kernel) kernels+=("$2") ;; --cmdline) cmdline=(-c "$2") ;;
		--budget) budget=$2 ;; --build) build=$2 ;; --out) out=$2 ;;
		esac
		shift 2
		;;
	--help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
	-*) die 2 "there is no option $1" ;;
	*) trees+=("$1"); shift ;;
	esac
done
[ -n "$base" ] || die 2 "--base says what to compare with"
[ ${#trees[@]} -gt 0 ] || die 2 "no device tree is given"
[ ${#kernels[@]} -gt 0 ] || kernels=(6.12)
git rev-parse -q --verify "$base^{commit}" >/dev/null || die 3 "git does not know '$base' (a shallow clone? fetch-depth: 0)"
git rev-parse -q --verify "$head^{commit}" >/dev/null || die 3 "git does not know '$head'"
mkdir -p "$out" || die 4 "cannot make $out"
out=$(cd "$out" && pwd)
work=$(mktemp -d) || die 4 "no temporary folder"
trap 'rm -rf "$work"' EXIT

checkout() { # REF FOLDER
	mkdir "$work/$2" && git archive "$1" | tar -x -C "$work/$2" || die 4 "cannot check out $1"
	[ -z "$build" ] || (cd "$work/$2" && eval "$build") >"$work/$2.log" 2>&1 || {
		tail -20 "$work/$2.log" >&2
		die 3 "'$build' failed at $1"
	}
}
checkout "$base" base
checkout "$head" head

status=0
worse() { [ "$1" -le "$status" ] || status=$1; }
rules() { jq -r '.checks[] | .kernel as $k | .findings[] | select(.severity != "note") | "\($k) \(.rule) \(.subject)"' | sort -u; }

# ---- what differs, for people
changed=0
{
	echo "## Memory: what this change does to it"
	echo
	for tree in "${trees[@]}"; do
		for kernel in "${kernels[@]}"; do
			if [ ! -e "$work/head/$tree" ]; then
				echo "\`$tree\` is gone."
				echo
				break
			elif [ ! -e "$work/base/$tree" ]; then
				echo "\`$tree\` is new; its memory on $kernel:"
				echo
				(cd "$work/head" && "$mmscope" boot "$tree" -k "$kernel" "${cmdline[@]}" -o memtotal 2>/dev/null | head -8 | sed 's/^/    /')
				echo
				changed=1
				continue
			fi
			(cd "$work" && "$mmscope" diff "base/$tree" "head/$tree" -k "$kernel" "${cmdline[@]}" --format markdown) >"$work/diff" 2>"$work/err"
			case $? in
			0) ;;
			1) changed=1; sed "1s|^### .*|### \`$tree\` on $kernel|" "$work/diff"; echo ;;
			*) echo "\`$tree\` on $kernel: $(tail -1 "$work/err")"; echo; worse 3 ;;
			esac
		done
	done
} >"$work/comment"
[ $changed = 1 ] || echo "No tree's memory changes on ${kernels[*]}." >>"$work/comment"

# ---- what is wrong, for people and for code scanning
options=("${cmdline[@]}")
for kernel in "${kernels[@]}"; do options+=(-k "$kernel"); done
present=()
for tree in "${trees[@]}"; do [ ! -e "$work/head/$tree" ] || present+=("$tree"); done
if [ ${#present[@]} -gt 0 ]; then
	(cd "$work/head" && "$mmscope" check "${present[@]}" "${options[@]}" --format sarif) >"$out/mmscope.sarif"
	[ $? -lt 3 ] || worse 3
	[ "${GITHUB_ACTIONS:-}" = true ] && form=github || form=text
	(cd "$work/head" && "$mmscope" check "${present[@]}" "${options[@]}" --format $form)
	(cd "$work/head" && "$mmscope" check "${present[@]}" "${options[@]}" --format json) | rules >"$work/now"
	before=()
	for tree in "${present[@]}"; do [ ! -e "$work/base/$tree" ] || before+=("$tree"); done
	: >"$work/was"
	[ ${#before[@]} = 0 ] || (cd "$work/base" && "$mmscope" check "${before[@]}" "${options[@]}" --format json) | rules >"$work/was"
	if [ -n "$(comm -23 "$work/now" "$work/was")" ]; then
		worse 1
		{ echo; echo "### New findings"; echo; comm -23 "$work/now" "$work/was" | while read -r kernel rule subject; do
			echo "- \`$rule\` $subject on $kernel"
		done; } >>"$work/comment"
	fi
fi

# ---- the budget
if [ -n "$budget" ] && [ -e "$work/head/$budget" ]; then
	(cd "$work/head" && "$mmscope" budget "$budget" --format "${form:-text}")
	(cd "$work/head" && "$mmscope" budget "$budget") >"$work/budget" 2>&1
	case $? in
	0) echo; echo "The memory budget holds." ;;
	1)
		worse 1
		echo; echo "### The memory budget is exceeded"; echo
		grep -v 'figures, ' "$work/budget" | sed 's/^[^ ]*: /- /'
		;;
	*) worse 3; echo; echo "The budget could not be held against the boards: $(tail -1 "$work/budget")" ;;
	esac >>"$work/comment"
fi
cp "$work/comment" "$out/comment.md"
exit $status
