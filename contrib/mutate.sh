#!/usr/bin/env bash
# Break one formula of the engine at a time and see whether the fast tests notice: the engine's unit tests, the golden logs,
# the recorded boots and allocators, and the variants. A formula that no test notices might as well be wrong.
# usage: contrib/mutate.sh [BUILD]     BUILD: a folder where everything is built (default: build)
#        contrib/mutate.sh --random SEED [--steps N] [--nouns N] [--jobs N] [--log FILE] [--scratch DIR] [BUILD]
#                                      N random mutants of each (default 100); see mutate.py. Each is a line of FILE: those that
#                                      stand there already are not tried again. DIR is kept for the next time
# Works in a scratch folder. TAP; exit 1 if a mutation survives, or with --random more than a fifth.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seed='' steps=100 nouns=100 log=/dev/null jobs=1 tmp=''
while [ $# -gt 0 ]; do
	case $1 in
	--random) seed=$2 ;;
	--steps) steps=$2 ;;
	--nouns) nouns=$2 ;;
	--jobs) jobs=$2 ;;
	--log) log=$(realpath "$2") ;;
	--scratch) mkdir -p "$2" && tmp=$(realpath "$2") ;;
	*) break ;;
	esac
	shift 2
done
build=$(cd "${1:-$root/build}" && pwd)
if [ -z "$tmp" ]; then
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
fi

# FILE, what is broken, the text as it is (found exactly once), the text as it is broken; separated by tabs.
mutations() {
	cat <<'LIST'
memblock.c	top-down search aligns to twice what was asked	at = round_down(hi - size, align);	at = round_down(hi - size, 2 * align);
memblock.c	regions of different nodes merge	this->nid != next->nid || 	
ledger.c	a second claim takes over from the first	if (!is_free)	if (is_free)
pagetable.c	blocks map whatever the physical alignment is	return !((va | end | pa) & mask);	return !((va | end) & mask);
pagetable.c	a block takes the place of a table	if (lo > hi)	if (set)
buddy.c	buddies are looked for one order too far	uint64_t other = pfn ^ (UINT64_C(1) << order);	uint64_t other = pfn ^ (UINT64_C(2) << order);
watermark.c	the gap between watermarks is an eighth of min	share->part / 4	share->part / 8
zonelist.c	nodes with a lower number are as near as others	(choice->distance + (nid < local)) * scale	choice->distance * scale
percpu.c	a unit's size is rounded down to pages	sum = align_up(fixed	sum = align_down(fixed
hashtable.c	hash tables have the next smaller power of two	roundup_pow_of_two(min_u64(entries	rounddown_pow_of_two(min_u64(entries
pcp.c	batches are twice as large	managed_pages >> 12	managed_pages >> 11
steps/sparse.c	struct page is a byte smaller	return nr_pages * kernel_sizeof(mm->kernel, "page");	return nr_pages * (kernel_sizeof(mm->kernel, "page") - 1);
cmdline.c	K means 1, M means 1024	10 * (suffix - suffixes + 1)	10 * (suffix - suffixes)
fdt.c	reservation blocks aligned to 4 pass the gate	be32_at(b + 16) % 8	be32_at(b + 16) % 4
kernel.c	sections are 256 MiB	? 29 : 27	? 29 : 28
LIST
}

cd "$tmp"
rm -rf mmcore tests daemon captures recordings o bin
cp -r "$root/mmcore" "$root/tests" "$root/daemon" .
mkdir -p o captures recordings bin
for archive in tests/captures/*.tar.xz; do
	tar -xJf "$archive" -C captures
done
for archive in tests/recordings/*.tar; do
	tar -xf "$archive" -C recordings
done
echo '#define PACKAGE_VERSION "0"' >package.h
# As in the suite, whose tests are built with sanitizers: an index out of an array's bounds is noticed (and ends the program at once).
trap="-fsanitize=bounds,shift,signed-integer-overflow -fsanitize-undefined-trap-on-error"
# What lies behind a piece of the arena is rubbish, not the next one: an index out of its array changes what comes of it.
flags="-std=gnu11 -O1 -fPIC -fno-semantic-interposition $trap -DARENA_GUARD=64 -iquote . -iquote mmcore -include package.h"
echo "$flags" >flags
object() { echo "o/$(echo "${1#mmcore/}" | tr / _).o"; }
# The engine is a shared library here: tests are linked once, and a mutant costs one object.
# The quick linker where there is one.
ld=$(command -v ld.gold >/dev/null && echo -fuse-ld=gold || :)
link() { gcc -shared $ld -o libmmcore.so o/*.o -lfdt 2>link.log; }
# Beside the programs, so that a copy of the scratch folder uses its own.
rpath='-Wl,-rpath,$ORIGIN/..'
find mmcore -name '*.c' | sort | while read -r file; do
	printf '%s %s\n' "$file" "$(object "$file")"
done | xargs -P "$jobs" -L 1 sh -c "gcc $flags -c \$0 -o \$1"
link
units=$(sed -nE 's,^unit_tests \+= %D%/unit/(.*)$,\1,p' tests/local.mk)
for unit in $units; do
	echo "$unit"
done | xargs -P "$jobs" -I '{}' sh -c "gcc $flags -c 'tests/unit/{}.c' -o 'bin/{}.o' && gcc 'bin/{}.o' -o 'bin/{}' '$rpath' libmmcore.so -lfdt -lcmocka"
daemon="$build/daemon/libdaemon.a $build/daemon/libassets.a libmmcore.so $(sed -nE 's/^(ARCHIVE|DW|EXTRA|FDT|JANSSON|LZMA|LZO|MHD|SECCOMP|ZLIB|ZSTD)_LIBS = //p' "$build/Makefile" | tr '\n' ' ')"
gcc $flags tests/variants/test-variants.c -o bin/test-variants "$rpath" $daemon
gcc -o bin/mmscope "$build/daemon/mmscope-main.o" "$rpath" $daemon

# noticed.sh FILE TESTS: link, and print the first test that fails; the one named after the mutated file and TESTS first, then those of
# its kind, dear ones last. A mutant that hangs, eats memory or does not link is noticed. Limits are of CPU time: the machine may be busy with other
# things; and soft ones, because processes that are shut in set their own.
cat >noticed.sh <<SCRIPT
ulimit -S -v 8000000 -t 20
ld=$ld
$(declare -f link)
link || { echo 'the linker'; exit; }
own="test-\$(basename "\$1" .c) \$2"
case \$1 in
*/steps/* | */arch/*) near='$(echo $units | tr ' ' '\n' | grep -E 'steps|causes|out-of-memory' | tr '\n' ' ')' ;;
*/ops/*) near='test-ops test-allocator' ;;
esac
# The arena stands alone, and its test takes gigabytes.
tried=' '
for unit in \$own \$near $(echo $units | sed -E 's,test-(arena|allocator),,g') test-allocator; do
	case \$tried in *" \$unit "*) continue ;; esac
	tried="\$tried\$unit "
	[ -x bin/\$unit ] || continue
	bin/\$unit >/dev/null 2>&1 || { echo "\$unit"; exit; }
done
SRCDIR=\$PWD BUILDDIR=\$PWD MMSCOPE=bin/mmscope MMSCOPE_SAN=- python3 tests/golden.py >/dev/null 2>&1 || { echo 'golden logs'; exit; }
case \$1 in
*/ops/mem_info.c) part=--boots ;;
*/ops/*) part=--ops ;;
*) part=--boots ;;
esac
# Boots put no page allocator to work.
[ \$part = --boots ] || set -- "\$1"
[ \$part = --ops ] || set -- "\$1" captures/*/
while [ \$# -gt 1 ]; do
	bin/mmscope verify --show 0 "\${@:2:16}" >/dev/null 2>&1 || { echo 'recorded boots'; exit; }
	file=\$1; shift \$((\$# > 17 ? 17 : \$#)); set -- "\$file" "\$@"
done
case \$1 in
*/ops/*) bin/mmscope verify --show 0 recordings >/dev/null 2>&1 || { echo 'recorded allocators'; exit; } ;;
esac
SRCDIR=\$PWD bin/test-variants \$part >/dev/null 2>&1 || { echo 'variants'; exit; }
SCRIPT
noticed() { bash noticed.sh "$1"; }

n=0 failed=0
result() { # STATUS SENTENCE
	n=$((n + 1))
	[ "$1" = 0 ] || failed=1
	echo "$([ "$1" = 0 ] || echo 'not ')ok $n - $2"
}
by=$(noticed mmcore/ops/ops.c)
[ -z "$by" ]
result $? "unbroken, every fast test passes${by:+ (not: $by)}"
if [ -n "$seed" ]; then
	[ $failed = 0 ] && python3 "$root/contrib/mutate.py" "$seed" "$steps" "$nouns" "$jobs" "$tmp" "$log"
	exit
fi

while IFS=$'\t' read -r file what from to; do
	cp "mmcore/$file" whole.c
	if ! python3 - "mmcore/$file" "$from" "$to" <<'PY'
import sys
path, a, b = sys.argv[1:]
text = open(path).read()
if text.count(a) != 1:
    sys.exit(f"# {path} has {text.count(a)} times: {a}")
open(path, "w").write(text.replace(a, b))
PY
	then
		result 1 "$file: $what (the list is out of date)"
		continue
	fi
	gcc $flags -c "mmcore/$file" -o "$(object "mmcore/$file")"
	by=$(noticed "mmcore/$file")
	[ -n "$by" ]
	result $? "$file: $what; noticed by ${by:-nobody}"
	mv whole.c "mmcore/$file"
	gcc $flags -c "mmcore/$file" -o "$(object "mmcore/$file")"
done < <(mutations)
echo "1..$n"
exit $failed
