#!/usr/bin/env bash
# The program on the command line: exit codes, sentences, formats, and inputs made to hurt.
# Runs the build with sanitizers where there is one: a report of theirs is a failure here.
set -u
mmscope=${MMSCOPE_SAN:-${MMSCOPE:-./mmscope}}
[ -x "$mmscope" ] || mmscope=${MMSCOPE:-./mmscope}
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
n=0 failed=0

ok() { # STATUS SENTENCE
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

# run EXPECTED-STATUS SENTENCE WORDS... : what it prints is in $tmp/out and $tmp/err.
run() {
	local want=$1 sentence=$2 got
	shift 2
	timeout 60 "$mmscope" "$@" >out 2>err </dev/null
	got=$?
	if [ "$got" != "$want" ] || grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' err; then
		echo "# mmscope $* : exit $got, not $want"
		head -c 2000 err | sed 's/^/# /'
		ok 1 "$sentence"
		return 1
	fi
	ok 0 "$sentence"
}

says() { # FILE REGEX SENTENCE
	grep -qE -- "$2" "$1"
	local found=$?
	[ $found = 0 ] || head -c 1000 "$1" | sed 's/^/# /'
	ok $found "$3"
}

silent() { # FILE SENTENCE
	[ ! -s "$1" ]
	ok $? "$2"
}

be32() { # NUMBERS...: as big-endian words
	local x
	for x; do
		printf "\\x$(printf %02x $((x >> 24 & 255)))\\x$(printf %02x $((x >> 16 & 255)))"
		printf "\\x$(printf %02x $((x >> 8 & 255)))\\x$(printf %02x $((x & 255)))"
	done
}

# ------------------------------------------------------------------ help and usage
run 0 'the program has a help' --help
says out '^Usage: mmscope' 'and it is on stdout'
run 0 'it has a version' --version
says out '^mmscope [0-9]+\.[0-9]+\.[0-9]+' 'which is one line'
commands=$("$mmscope" help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
for command in $commands; do
	run 0 "$command has a help" $command --help
	says out "^Usage: mmscope $command" "that names $command"
	silent err "and no complaint"
	run 0 "$command has a version" $command --version
	run 2 "$command refuses an unknown option" $command --no-such-option
	says err "^Try 'mmscope $command --help'" 'and says where to look'
	silent out 'and prints nothing else'
done
for command in $commands; do
	"$mmscope" "$command" --help >want
	run 0 "help $command is a help" help "$command"
	cmp -s out want
	ok $? 'the same as --help'
	run 0 "$command has a manual page" man "$command"
	says out "^\.TH MMSCOPE-" 'that man can read'
	[ "$(grep -c '^\.SH EXIT STATUS' out)" = 1 ] && ! grep -q '^Exit status' out
	ok $? 'and says once what its exit status means'
	for option in $(grep -oE '^ +(-., )?--[a-z-]+' want | grep -oE -- '--[a-z-]+'); do
		grep -q -- "$(sed 's/-/\\\\-/g' <<<"$option")" out || { echo "# $option"; break; }
	done
	ok $? 'with every option'
done
run 2 'help of what is no command is a usage error' help bot
says err "did you mean 'boot'" 'and offers what is close'
run 2 'so is a slip in a command' kernel
says err "did you mean 'kernels'" 'which is seen through'
run 2 'so is a slip in an option' boot x --memry 1G
says err "no option '--memry'; did you mean '--memory'" 'which is named'
run 2 'so is one in a format' boot "$("$mmscope" boards | awk 'NR == 2 { print $1 }')" -o zonefino
says err "did you mean 'zoneinfo'\? There are:.* ledger" 'and all formats are listed'
run 2 'a number out of range is one' serve --workers 0
says err "^mmscope serve: --workers takes a number from 1 to [0-9]+, not '0'" 'that names option and range'
run 2 'a value that is missing is one' boot -k
says err '--kernel takes a value' 'that names the option'
run 3 'a folder of boards that is not there is bad input' boards --boards ./nowhere
says err 'nowhere: there is no such folder' 'and is named'
run 3 'for boot too' boot qemu-virt --boards ./nowhere
run 3 'for serve too' serve --boards ./nowhere --listen 127.0.0.1:0
for shell in bash zsh fish; do
	run 0 "there is a completion for $shell" completion $shell
	cp out completion.$shell
done
bash -n completion.bash
ok $? 'bash reads its own'
completes() { # EXPECTED WORDS...: what the last of the words is completed to
	local expected=$1
	shift
	(
		COMP_WORDS=(mmscope "$@") COMP_CWORD=$# PATH=$tmp/bin:$PATH
		source ./completion.bash
		_mmscope
		printf '%s\n' "${COMPREPLY[@]}" | grep -qx -- "$expected"
	)
	ok $? "bash completes '$*' with $expected"
}
mkdir -p bin
printf '#!/bin/sh\nexec "%s" "$@"\n' "$(case $mmscope in /*) echo "$mmscope" ;; *) echo "$OLDPWD/$mmscope" ;; esac)" >bin/mmscope
chmod +x bin/mmscope
completes serve se
completes --memory boot --mem
completes 6.7 boot -k 6.
completes qemu-virt boot qemu
completes zoneinfo boot -o zone
completes slob boot --slab s
completes always boot --color = al
completes always boot --color =
completes ops help op
run 2 'no command is a usage error'
run 2 'an unknown command is one' frobnicate
says err "there is no command 'frobnicate'; there are: .*boot.*serve" 'and is named, with those that there are'
run 2 'help for what is no command is a usage error' help foo
says err "no command 'foo'; there are: .*boot" 'and lists the commands'
run 2 'a slip in a topic of help is a usage error' help fromats
says err "did you mean 'formats'" 'and is seen through'
run 2 'an option in the place of a command is a usage error' --colour
says err "no option '--colour'; options come after a command" 'and says where options go'
run 2 'a slip in --version as well' --verson
says err "did you mean '--version'" 'and is seen through'
run 2 'the other spelling of an option is a usage error' boot --colour never qemu-virt
says err "no option '--colour'; did you mean '--color'" 'and gives ours'
tar -xJf "$root/tests/captures/6.7-virt-1g.tar.xz" 6.7-virt-1g/console.txt 2>err
run 0 'check takes a boot log' check qemu-virt -m 2G --from 6.7-virt-1g/console.txt
says out '^qemu-virt with 6\.7.*: no findings$' 'with the kernel that it names'
says out '^RAM 2 GiB \(from --memory\), ' 'unless an option says otherwise'
run 3 'what is no boot log is not one' check qemu-virt --from kernel
run 2 'a text is of the end of the boot' boot qemu-virt -k 6.7 -o zoneinfo --at paging_init
says err '-o state/TABLE --at paging_init .* -o zoneinfo --json --at paging_init' 'and what there is at a moment is named'
run 2 'what has no moments' boot qemu-virt -k 6.7 -o log --at paging_init
says err '--at does not go with -o log$' 'is said as such'
run 2 'an option cut short is none' boot --mem 1G qemu-virt
says err "no option '--mem'; did you mean '--memory'" 'and the whole of it is given'
run 2 'with its value behind =, too' boot qemu-virt --mem=1G
says err "no option '--mem'; did you mean '--memory'" 'and the same is said'
run 0 'a value behind = is taken' boot qemu-virt --memory=1G -o meminfo
run 2 'two values for one thing are a usage error' boot qemu-virt -m 1G --memory=2G -o meminfo
says err "--memory is given twice: '1G' and '2G'" 'which names both'
run 0 'the same value twice is one' boot qemu-virt -m 1G --memory=1G -o meminfo
run 2 'so are two numbers' sweep qemu-virt cma=1M,2M --jobs 1 --jobs 2
run 2 'and two places of one reserved node' boot qemu-virt --reserved 'a@1=0x50000000,1M;b=0x51000000,1M;a@1=0x52000000,1M'
says err 'reserved: names a@1 twice' 'whose name is said'
run 2 'a command without --from does not take it for --from-state' sweep qemu-virt --from log cma=1M,2M
says err "no option '--from'" 'but refuses it'
run 2 'boot without a board is one' boot
run 2 'two boards are too many' boot a b
run 2 'verify without a capture is one' verify
run 2 'boards takes no arguments' boards extra

# ------------------------------------------------------------------- lists
run 0 'boards are listed' boards
run 0 'kernels are listed' kernels
says out '^6\.7 ' 'with 6.7 among them'
says out '^4\.9-bootmem  4\.9\.0 +none; rules of 4\.9 and bootmem  ' 'and one that was never recorded does not refer to itself'
python3 - <<'PY'
lines = open("out").read().splitlines()
at = [lines[0].index(head) for head in ("VERSION", "VERIFIED ON", "WHAT IT IS")]
rows = [line for line in lines if line[0] != " "]
assert all(line[i - 2:i] == "  " and line[i] != " " for line in rows for i in at), rows
assert all(not line[:at[2]].strip() and line[at[2]] != " " for line in lines if line not in rows), lines
PY
ok $? 'each column begins where its head does, also where a text takes several lines'
narrow() { # ARGUMENT... - text for people fits into 100 columns; a Chinese character takes two
	"$mmscope" "$@" >out 2>err
	python3 - >wide <<'PY'
import unicodedata
wide = [l for l in open("out").read().splitlines() if sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in l) > 100]
print("\n".join(wide[:3]), end="")
PY
	[ ! -s wide ] && [ -s out ] || { sed "s/^/# /" wide; false; }
	ok $? "no line of '$*' is wider than 100 columns"
}
narrow boards
narrow kernels
narrow kernels 4.9-bootmem
narrow kernels 6.12 --history
narrow kernels 6.12 --history --lang zh-CN
narrow kernels 6.12 --against 6.1
narrow boot rpi4-8g -o explain
narrow diff rpi4-8g -k 6.7 -k 6.12
narrow verify --show 0 "$root/tests/recordings/6.12-uma1g-g-fail.tar"
run 0 'the program has a manual page' man mmscope
says out '^\.TH MMSCOPE 1' 'by its own name'
run 0 'formats are listed' help formats
python3 - <<'PY'
import re
rows = [line for line in open("out") if re.match(r"  [a-z_]+ +\S", line) and " " in line.strip()]
rows = rows[:[i for i, line in enumerate(rows) if line.startswith("  explain ")][0] + 1]
assert len({re.match(r"  [a-z_]+ +", line).end() for line in rows}) == 1, rows
PY
ok $? 'in two columns'
run 0 'boards are listed as JSON' boards --json
python3 -m json.tool out >/dev/null
ok $? 'which is JSON'
python3 - <<'PY'
import json
boards = {b["name"]: b for b in json.load(open("out"))["boards"]}
assert boards["qemu-virt"]["banks"] == [{"base": "0x40000000", "size": "0x40000000", "node": -1}]
assert [b["node"] for b in boards["qemu-virt-numa"]["banks"]] == [0, 1]
assert boards["small-reserved"]["reserved"]
PY
ok $? 'with what their trees say'
mkdir folder
echo 'no tree' >folder/broken.dtb
echo 'no source' >folder/unwritten.dts
run 0 'a folder with broken trees is listed' boards --json --boards folder
python3 - <<'PY'
import json
boards = {b["name"]: b for b in json.load(open("out"))["boards"]}
for name in ("broken", "unwritten"):
    assert {k: boards[name][k] for k in ("banks", "reserved", "cpus", "nodes")} == {"banks": [], "reserved": [], "cpus": 0, "nodes": 0}
assert boards["qemu-virt"]["banks"]
PY
ok $? 'they have no banks, the others have'
"$mmscope" boards --json >out
board=$(python3 -c 'import json; print(json.load(open("out"))["boards"][0]["name"])')
run 0 'kernels are listed as JSON' kernels --json
python3 -m json.tool out >/dev/null
ok $? 'which is JSON'

# ---------------------------------------------------------------- languages
run 0 'a history is told in Chinese' kernels 7.2 --against 6.12 --lang zh-CN
says out '^从 6\.12 到 7\.2（7\.2\.12）的变化$' 'from its title'
says out '（7\.2|（6\.12\..* 也有）$' 'to where else a change is'
! grep -qE 'called by|moved or|, not |also in' out
ok $? 'and no English frame is left'
"$mmscope" kernels 7.2 --against 6.12 >english 2>err
[ "$(grep -c '^[^ ]' english)" = "$(grep -c '^[^ ]' out)" ] && grep -q '^What changed between 6.12 and 7.2 (7.2.12)$' english
ok $? 'change by change as in English'
run 0 'as JSON, too' kernels 7.2 --against 6.12 --lang zh-CN --json
python3 -c 'import json; assert any("\u4e00" <= x <= "\u9fff" for c in json.load(open("out"))["changes"] for x in c.get("what", ""))'
ok $? 'whose reasons are Chinese'
run 2 '--lang without a history is a usage error' kernels 7.2 --lang zh-CN
says err '--lang goes with --history and --against' 'that says what it goes with'
run 2 'a language that there is not is one' kernels 7.2 --history --lang de
says err "no texts in 'de'; choose en or zh-CN" 'that says which there are'
run 0 'knobs are told in Chinese' boot qemu-virt -k 6.12 -c cma=64M -o ledger --knobs --lang zh-CN
says out '^        内存加倍：\+.*（MemTotal \+' 'a change of RAM, and of MemTotal with it'
says out '：移到 0x' 'what is moved'
says out '^尚无：crashkernel' 'and what is not there yet'
! grep -qE '^        .*(: |moves to|twice|have the loader)' out
ok $? 'and no English change is left'
run 2 'knobs in a language that there is not' boot qemu-virt -o ledger --knobs --lang de
says err "choose en or zh-CN" 'are a usage error'
run 2 'a ledger without knobs has no language' boot qemu-virt -o ledger --lang zh-CN
says err 'with -o explain, and with -o ledger --knobs' 'and where --lang goes is said'

# ------------------------------------------------------------------ profile
run 2 'profile without a kernel is a usage error' profile
run 3 'a kernel that is not there is bad input' profile no-such-kernel
says err 'no-such-kernel: cannot be opened' 'and is named'
wrong_kernel() { # SENTENCE REGEX: what is said of the file "kernel"
	run 3 "$1" profile kernel -o made.json
	says err "$2" 'and what it looks like is said'
	[ -z "$(compgen -G "made.json*")" ]
	ok $? 'and nothing is written'
}
: >kernel
wrong_kernel 'an empty file is no kernel' 'is empty'
echo 'hello' >kernel
wrong_kernel 'a text is no kernel' 'looks like text'
printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0' >kernel
head -c 4096 /dev/zero >>kernel
wrong_kernel 'an x86 vmlinux is of another architecture' 'is for x86-64.*\(byte 18\)'
{ head -c 514 /dev/zero; printf 'HdrS'; head -c 4096 /dev/zero; } >kernel
wrong_kernel 'a bzImage is one for x86' 'kernel for x86.*\(byte 514\)'
{ head -c 56 /dev/zero; printf 'RSC\005'; head -c 4096 /dev/zero; } >kernel
wrong_kernel 'so is a RISC-V Image' 'kernel for RISC-V.*\(byte 56\)'
{ head -c 56 /dev/zero; printf 'ARM\144'; head -c 4096 /dev/zero; } >kernel
wrong_kernel 'a cut Image is truncated' 'ends after 4156 bytes; it is truncated \(byte 4156\)'
head -c 9000 /dev/urandom | gzip | head -c 5000 >kernel
wrong_kernel 'so is a cut gzip file' 'gzip: cannot be unpacked beyond [0-9]+ bytes; it is truncated or damaged'
head -c 300000 /dev/urandom | gzip | head -c 200000 >kernel
wrong_kernel 'of which what came out counts' 'gzip: cannot be unpacked beyond 1[0-9]{5} bytes; it is truncated or damaged \(byte 200000\)'
printf '\47\5\31\126%060d' 0 | head -c 64 >kernel
wrong_kernel 'a uImage of nothing is refused' 'uImage: is '
printf '070701' >kernel
wrong_kernel 'an initial RAM disk is named' 'an initial RAM disk'
printf '!<arch>\n' >kernel
wrong_kernel 'a package without data is refused' 'an ar archive without data.tar'

# ------------------------------------------------------------------- boot
for format in log events state memblock zoneinfo buddyinfo pagetypeinfo iomem meminfo freelists ledger manifest; do
	run 0 "boot prints $format" boot "$board" -k 6.7 -o $format
	[ -s out ]
	ok $? "$format is not empty"
	silent err "$format comes without complaint"
done
for format in log state memblock zoneinfo buddyinfo pagetypeinfo iomem meminfo freelists ledger manifest; do
	run 0 "boot prints $format as JSON" boot "$board" -k 6.7 -o $format --json
	python3 -m json.tool out >/dev/null
	ok $? "$format is JSON"
done
run 0 'a table is CSV, too' boot "$board" -k 6.7 -o state/zones.csv
says out '^key,node,zone,.*,managed' 'with its columns named'
python3 -c 'import csv; rows = list(csv.DictReader(open("out"))); assert rows and all(r["zone"] and int(r["managed"]) >= 0 for r in rows)'
ok $? 'and numbers in them'
run 2 'a table that does not exist is a usage error' boot "$board" -o state/zonez
says err 'there are:.* zones' 'and all tables are listed'
run 0 'boot prints the state at a step' boot "$board" -k 6.7 -o state --at paging_init
python3 -c 'import json; d = json.load(open("out")); assert d["tables"]["memblock.memory"]'
ok $? 'with rows in it'
run 2 'a format that does not exist is a usage error' boot "$board" -o nonsense
run 2 'so is a step that does not exist' boot "$board" -k 6.7 -o state --at no_such_step
run 2 'so is a past of what has none' boot "$board" -o log --at 1
run 2 'so is a size that is none' boot "$board" -m 12Q
says err 'memory' 'and it is named'
run 2 'so is an address that is none' boot "$board" --image-addr here
run 2 'so is an initrd without a size' boot "$board" --initrd 0x48000000
run 3 'an unknown board is bad input' boot no-such-board
says err "there are:.* $board" 'and those that exist are named'
run 3 'a board that is nearly one' boot rpi4-8
says err "did you mean 'rpi4-8g'?" 'and the nearest is offered'
run 3 'a kernel that is nearly one' boot "$board" -k 6.12-16
says err "did you mean '6.12-16k'?" 'and the nearest is offered'
run 3 'an unknown kernel is bad input' boot "$board" -k 2.4
says err 'there are:.* 6\.7' 'and those that exist are named'
for command in check diff sweep kernels; do
	case $command in kernels) words=(2.4) ;; sweep) words=("$board" cma=1M,2M -k 2.4) ;; *) words=("$board" -k 2.4) ;; esac
	run 3 "to $command as well" "$command" "${words[@]}"
done
mkdir boot
tar -xJOf "$root/tests/captures/6.7-virt-1g.tar.xz" 6.7-virt-1g/board.dtb >piped-alone.dtb
cp piped-alone.dtb boot/board.dtb
printf '{"kernel":"6.7.99"}' >boot/case.json
run 3 'a case.json beside a tree names a kernel that there is not' boot boot/board.dtb
says err "case.json: kernel: there is none called '6.7.99'.*; give --kernel NAME" 'which is said, and what to give'
run 0 'a tree without a kernel' boot piped-alone.dtb -o meminfo
says err 'no kernel is given: this is 6\.7; -k takes another' 'boots one that is named'
run 0 'unless one is given' boot piped-alone.dtb -o meminfo -k 6.7
silent err 'and nothing is said'
run 3 'a release of a series is offered the series' boot "$board" -k 6.12.108
says err "did you mean '6.12'?" 'not a variant of it'
run 3 'the beginning of a name is offered the name' boot rpi4
says err "did you mean 'rpi4-8g'\? 'mmscope boards' lists all" 'and where all of them are'
run 3 'a name that is like none' boot imx8mp
says err "\.\.\.; 'mmscope boards' lists all" 'gets a list that says where the rest is'
run 2 'an unknown slab allocator is a wrong choice' boot "$board" -k 4.9 --slab slib
says err 'slab, slub, slob' 'and the choices are named'
run 2 'an allocator that a version has no more is one too' boot "$board" -k 6.7 --slab slob
says err 'removed in 6\.4; choose from slub' 'and the version that removed it is named'
run 2 'so is one without a profile' boot "$board" -k 6.7 --slab slab
run 0 '4.9 has SLOB' boot "$board" -k 4.9 --slab slob -o manifest
says out '"kernel":"4\.9-slob"' 'which picks the profile built with it'
run 0 'and back again' boot "$board" -k 4.9-slab --slab slub -o manifest
says out '"kernel":"4\.9"' 'to the one with SLUB'
run 3 'a file that is not there is bad input' boot ./missing.dtb
run 3 'a tree that is none is bad input' boot folder/broken.dtb
says err 'boot: folder/broken.dtb: the device tree is 8 bytes long' 'and its file is named'
run 3 'in a comparison, too' diff qemu-virt folder/broken.dtb
says err 'diff: folder/broken.dtb: the device tree' 'with the one of the two'
run 3 'a folder that is no capture is bad input' boot .
run 3 'an unknown CPU is bad input' boot "$board" -k 6.7 --cpu i386
run 2 'a command line that is too long is a usage error' boot "$board" -c "$(head -c 5000 /dev/zero | tr '\0' x)"
"$mmscope" boot "$board" -k 6.7 >/dev/full 2>err
[ $? = 4 ]
ok $? 'a full disk is our own failure'
dts=$root/boards/$board.dts
if [ -r "$dts" ]; then
	run 0 'a .dts is compiled and booted' boot "$dts" -k 6.7
fi
printf '/dts-v1/; / { oops' >bad.dts
run 3 'a .dts with an error is bad input' boot bad.dts
says err 'bad\.dts.*syntax error' 'with what dtc says of it'

mkdir -p shut/in
printf '/dts-v1/; / { x = /incbin/("fifo"); };' >shut/in/waits.dts
mkfifo shut/in/fifo
run 3 'a source that waits for a FIFO is stopped' boot shut/in/waits.dts
says err 'waits\.dts: dtc took longer than [0-9]+ seconds' 'and says so'
printf '/dts-v1/; / { x = /incbin/("/dev/zero"); };' >shut/in/eats.dts
run 3 'one that includes what has no end is stopped' boot shut/in/eats.dts
echo secret >shut/secret
printf '/dts-v1/; / { x = /incbin/("../secret"); };' >shut/in/reads.dts
run 3 'one that includes a file outside its folder is refused' boot shut/in/reads.dts

# ------------------------------------------------------------- pipes and terminals
dtc -q -O dtb -o piped.dtb "$root/boards/qemu-virt.dts"
"$mmscope" boot - -k 6.7 -o meminfo <piped.dtb >out 2>err
[ $? = 0 ] && grep -q '^MemTotal' out
ok $? 'a tree comes from standard input'
"$mmscope" boot <(cat piped.dtb) -k 6.7 -o meminfo >out 2>err
[ $? = 0 ] && grep -q '^MemTotal' out
ok $? 'and from a process substitution'
"$mmscope" boot piped.dtb -k 6.7 -o meminfo >plain 2>err
gzip -c piped.dtb >'packed board.dtb.gz'
cp piped.dtb tree-of-no-suffix
same=0
takes() { # TREE: the same as the plain file
	"$mmscope" boot "$1" -k 6.7 -o meminfo >out 2>err && cmp -s out plain && same=$((same + 1)) || sed 's/^/# /' err
}
takes 'packed board.dtb.gz'
takes "$PWD/packed board.dtb.gz"
takes tree-of-no-suffix
takes <(gzip -c piped.dtb)
takes <(dtc -q -I dtb -O dts piped.dtb)
[ $same = 5 ]
ok $? 'a tree is taken from any file and any pipe, packed by gzip or not, blob or source'
printf '/dts-v1/;/plugin/;\n&{/} { model = "Overlaid"; };' >over.dtso
dtc -q -@ -O dtb -o over.dtbo over.dtso
gzip -k over.dtbo
same=0
overlays() { # OVERLAY: it is applied
	"$mmscope" boot piped.dtb --overlay "$1" -k 6.7 <over.dtbo >out 2>err
	grep -q 'Machine model: Overlaid' out && same=$((same + 1)) || sed 's/^/# /' err
}
overlays over.dtbo
overlays over.dtbo.gz
overlays over.dtso
overlays <(cat over.dtbo)
overlays -
[ $same = 5 ]
ok $? 'and so is an overlay'
run 3 'a tree is no overlay' check piped.dtb --overlay piped.dtb
says out 'piped.dtb: is no overlay' 'and is named'
printf '/dts-v1/;/plugin/;\n&nonesuch { status = "okay"; };' >label.dtso
run 3 'nor one whose label the tree has not' boot piped.dtb --overlay label.dtso
says err "label.dtso: does not fit this board's tree, which has no label 'nonesuch'" 'which is named'
"$mmscope" boot - --overlay - -k 6.7 <piped.dtb >out 2>err
[ $? = 3 ] && grep -q 'standard input: has been read already: only one input can come from there' err
ok $? 'two things cannot come from standard input'
gzip -c piped.dtb | head -c 200 >cut.gz
"$mmscope" boot ./cut.gz >out 2>err
[ $? = 3 ] && grep -q 'cut.gz: is gzip data that is truncated or damaged (byte 200)' err && head -c 100000000 /dev/zero | gzip >large.gz &&
	! "$mmscope" boot ./large.gz >out 2>err && grep -q 'large.gz: is larger than 2097152 bytes' err
ok $? 'packed data that breaks off, or has no end, is refused by name'
run 3 'nothing on standard input is bad input' boot -
run 0 'what the kernel complains of is told on stderr' boot qemu-virt -k 6.7 -c cma=2G -o meminfo
says err 'problem #[0-9]+: cma: Failed to reserve 2048 MiB' 'with its line'
run 1 '--fail-on problem makes it the status' boot qemu-virt -k 6.7 -c cma=2G -o meminfo --fail-on problem
run 0 'the end has a name' boot qemu-virt -k 6.7 -o state/zones.csv --at end
run 2 'a step that does not come twice is named' boot qemu-virt -k 6.7 -o state --at 'paging_init#2'
sed 's/linux,dummy-virt/\x1b]0;owned\x07/' "$root/boards/qemu-virt.dts" >escapes.dts
if command -v script >/dev/null; then
	script -qec "$mmscope boot escapes.dts -k 6.7" typescript >/dev/null 2>&1
	! grep -q "$(printf '\033')]0;owned" typescript
	ok $? 'escape sequences of a tree do not reach a terminal'
fi

# --------------------------------------------- device trees that crash others
hurt() { # NAME: the blob in NAME.dtb is refused in one sentence
	run 3 "$1 is refused" boot "$1.dtb" -k 6.7
	[ "$(wc -l <err)" = 1 ] && ! [ -s out ]
	ok $? "in one line"
}

# 80 bytes, header version 3: fdt_check_header() is content, fdt_check_full() of libfdt 1.6.1 crashes.
v3_root() {
	be32 0xd00dfeed 80 56 76 40 "$1" "$2" 0 4 0
	be32 0 0 0 0
	be32 1 0 2 9 0
	be32 0
}
v3_root 3 3 >version-3.dtb
hurt version-3
v3_root 15 15 >version-15.dtb
hurt version-15
v3_root 16 16 >version-16.dtb
hurt version-16

# 114 bytes: aliases { a = "a"; }, well-formed; fdt_path_offset("a") never returns.
alias_loop() {
	be32 0xd00dfeed 114 56 112 40 17 16 0 2 56
	be32 0 0 0 0
	be32 1 0 1
	printf 'aliases\0'
	be32 3 2 0
	printf 'a\0\0\0'
	be32 2 2 4 4 9
	printf 'a\0'
}
[ "$(v3_root 3 3 | wc -c)" = 80 ] && [ "$(alias_loop | wc -c)" = 114 ]
ok $? 'the two blobs have the sizes in which they were found'
alias_loop >alias-loop.dtb
hurt alias-loop
printf '' >empty.dtb
hurt empty
printf '\xd0\x0d\xfe\xed' >magic-only.dtb
hurt magic-only
be32 0xd00dfeed 32 0 0 0 2 1 0 >version-2.dtb
hurt version-2
head -c 4096 /dev/urandom >noise.dtb
hurt noise
head -c 3000000 /dev/zero >three-megabytes.dtb
hurt three-megabytes
python3 - >nesting.dtb <<'PY'
import struct, sys
depth = 100000
s = b"".join(struct.pack(">I4s", 1, b"a\0\0\0" if i else b"\0\0\0\0") for i in range(depth))
s += struct.pack(">I", 2) * depth + struct.pack(">I", 9)
total = 56 + len(s)
sys.stdout.buffer.write(struct.pack(">10I", 0xd00dfeed, total, 56, total, 40, 17, 16, 0, 0, len(s)) + bytes(16) + s)
PY
hurt nesting
python3 - >unaligned.dtb <<'PY'
import struct, sys
s = struct.pack(">4I", 1, 0, 2, 9)
sys.stdout.buffer.write(struct.pack(">10I", 0xd00dfeed, 75, 58, 74, 41, 17, 16, 0, 1, 16) + bytes(18) + s + b"\0")
PY
hurt unaligned

# A real tree cut short, at every 397th byte.
if [ -r "$dts" ] && dtc -q -O dtb -o whole.dtb "$dts"; then
	bad=0
	size=$(wc -c <whole.dtb)
	for ((len = 1; len < size; len += 397)); do
		head -c $len whole.dtb >cut.dtb
		timeout 20 "$mmscope" boot cut.dtb -k 6.7 >out 2>err
		[ $? = 3 ] || { bad=1; echo "# cut at $len"; head -c 500 err | sed 's/^/# /'; }
	done
	ok $bad 'a tree that is cut short is refused wherever it is cut'
fi

# ------------------------------------------------------------------- profiles
profile() { # SENTENCE: the JSON in p.json is refused
	run 3 "$1" boot "$board" -k ./p.json
	says err 'p\.json|^mmscope boot: profile|: p: ' 'and the file is named'
}
printf '{"name":"x","name":"y"}' >p.json
profile 'a profile with a key twice is refused'
printf '{' >p.json
profile 'half a profile is refused'
printf '{"name":"x"}' >p.json
profile 'a profile without a version is refused'
printf '{"name":"x","version":"6.7","config":{"NR_CPUS":1e300}}' >p.json
profile 'a profile with a fraction is refused'
printf '{"name":"\xff"}' >p.json
profile 'a profile that is not UTF-8 is refused'
python3 -c 'print("[" * 100000)' >p.json
profile 'a profile nested without end is refused'
head -c 2000000 /dev/zero >p.json
profile 'a profile of two megabytes is refused'
says err "is too large for a profile; if it is a kernel, 'mmscope profile' makes one of it" 'and says what to do with a kernel'

run 0 'a kernel that was never recorded is described' kernels 4.9-bootmem
tr -s ' \n' ' ' <out >words
says words 'the rules of 4\.9, which were checked on boots of 4\.9\.0, and those of bootmem, which were read from the sources alone' 'with what of it was checked'

# ------------------------------------------------------------------- empty names
empty() { # ARGUMENT MEANING COMMAND...: the command says that ARGUMENT is empty, and what it takes
	local argument=$1 meaning=$2
	shift 2
	run 2 "$1: an empty $argument is refused" "$@"
	says err "^mmscope $1: $argument is empty; it takes $meaning" 'and said to be a name that is missing'
}
empty KERNEL 'the name of a file$' profile ''
empty CAPTURE 'the name of a file$' verify ''
empty CAPTURE 'the name of a file$' verify one ''
empty FILE 'the name of a file$' budget ''
empty BOARD "a board's name .* or a file$" boot ''
empty BOARD "a board's name .* or a file$" check "$board" ''
empty BOARD "a board's name .* or a file$" diff "$board" ''
empty BOARD "a board's name .* or a file$" sweep '' memory=1G:2G:1G
empty KERNEL "a kernel's name .* or a profile$" kernels ''
empty --kernel "a kernel's name .* or a profile: --kernel KERNEL$" boot "$board" -k ''
for option in --from-state --overlay --uefi --ops; do
	empty $option 'the name of a file: ' boot "$board" $option ''
done
for option in --config --system-map --log --output; do
	empty $option 'the name of a file: ' profile x $option ''
done
for option in --baseline --write-baseline; do
	empty $option 'the name of a file: ' check "$board" $option ''
done
empty --dtb "a board's name" verify x --dtb ''
empty --resume 'the name of a file: ' sweep "$board" memory=1G:2G:1G --resume ''
empty --log-file 'the name of a file: ' serve --log-file ''
for option in --boards --kernels --web; do
	empty $option 'the name of a folder: ' serve $option ''
done
run 0 'to diff, an empty overlay is none' diff "$board" --overlay '' --overlay ''

# ------------------------------------------------------------------- verify
run 3 'verify refuses a folder without captures' verify .
mkdir -p one
printf 'x' >one/board.dtb
printf '{' >one/case.json
run 3 'and a capture whose case.json is broken' verify one
says err 'case\.json' 'which it names'

# ------------------------------------------------------------------ contrib/setup.sh
printf 'dlstatus:1:0.0:File 1 of 2\npmstatus:jq:50.0:Unpacking\033[2J jq: x\npmstatus:jq:51.0:y\nconffile:x\n' |
	bash -c ". '$root/contrib/setup.sh'; show_progress" >out
[ "$(cat out)" = "    fetching: 0 %
    installing: 50 %" ]
ok $? 'while packages install, a pipe is told how far it is, in plain lines'
if command -v script >/dev/null; then
	script -qec "bash -c \". '$root/contrib/setup.sh'; { printf 'pmstatus:jq:50.0:Unpacking\\033[2J jq\n'; sleep 2.5; } | show_progress\"" /dev/null </dev/null >out
	[ "$(grep -o '0:0[0-9]  installing:  50 %  Unpacking\[2J jq' out | sort -u | wc -l)" -ge 3 ]
	ok $? 'on a terminal there is a sign of life each second, and nothing of a package drives it'
fi

echo "1..$n"
exit $failed
