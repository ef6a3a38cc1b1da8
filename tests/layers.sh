#!/usr/bin/env bash
# Who may know whom (ARCHITECTURE.md). Each rule prints the lines that break it; none is a pass.
# Afterwards every rule is shown a small tree that breaks it, to prove that it would notice.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
build=${BUILDDIR:-$root/build}
lib=$build/mmcore/libmmcore.a

# Lines of the files in a folder that match; other options of grep first.
lines() { # FOLDER SUFFIX GREP-ARGUMENTS...
	local folder=$1 suffix=$2
	shift 2
	# What a tarball has of the page as one file is made from the others.
	[ ! -d "$folder" ] || grep -rnE --include="*.$suffix" --exclude=app.js --exclude=d3.js --exclude=first.js --exclude=later.js "$@" "$folder"
}
includes() { # FOLDER REGEX: #include lines whose file matches
	lines "$1" '[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$2[>\"]"
}
imports() { # FOLDER REGEX: import statements of modules, not the types in comments
	lines "$1" js "^[[:space:]]*(import|export|\}|const .*await import\().*[\"']$2[\"']"
}

mmcore_knows_no_http_json_or_daemon() { includes mmcore '(microhttpd\.h|jansson\.h|.*daemon/.*|sys/socket\.h|netinet/.*)'; }
libfdt_only_in_fdt_c() { { includes mmcore 'libfdt.*'; includes daemon 'libfdt.*'; } | grep -vE '^(mmcore/fdt|daemon/image/fit)\.c:'; }
daemon_knows_mm_h_only() {
	includes daemon '.*mmcore/.*' | grep -v '"mmcore/mm\.h"'
	includes daemon '\.\./.*'
}
# A room: itself and the rooms before it that it may include; main.c is nobody's.
rooms='base:base
image:base,image
texts:base,texts
input:base,image,texts,input
answers:base,image,texts,input,answers
doctor:base,image,texts,input,answers,doctor
worker:base,image,texts,input,answers,doctor,worker
http:base,http
serve:base,image,texts,input,answers,doctor,worker,http,serve
cli:base,image,texts,input,answers,doctor,worker,http,serve,cli'
rooms_include_in_one_direction() {
	local folder room allowed
	for folder in daemon/*/; do
		[ -n "$(find "$folder" -name '*.[ch]')" ] || continue
		room=${folder#daemon/}
		room=${room%/}
		allowed=$(sed -n "s/^$room://p" <<<"$rooms" | tr , '|')
		[ -n "$allowed" ] || echo "$folder is no room that this test knows"
		includes "$folder" 'daemon/.*' | grep -vE "\"daemon/(${allowed:-none})/[a-z0-9_]+\.h\""
	done
	includes daemon '[a-z0-9_]+\.h' | grep '"'
}
microhttpd_only_in_its_files() { includes daemon 'microhttpd\.h' | grep -vE '^daemon/http/(server|kept_response)\.c:'; }
jansson_only_in_encoder_and_decoder() { includes daemon 'jansson\.h' | grep -vE '^daemon/[a-z]+/(encode|decode)[a-z_]*\.[ch]:'; }
# Steps, boot and what renders a whole boot know the machine; a noun that does is no noun.
noun_knows_no_machine() {
	local file
	for file in mmcore/*.c; do
		case ${file#mmcore/} in
		board.c | boot*.c | klog.c | mm.c | procfs.c | state.c) continue ;;
		esac
		${CC:-cc} -iquote . -MM "$file" 2>&1 | grep -q 'mmcore/machine\.h' && echo "$file includes machine.h, perhaps through another header"
	done
}
boot_only_from_the_door() { includes mmcore '(\.\./|mmcore/)?boot\.h' | grep -vE '^mmcore/(boot|mm|versions/(compare|steps))\.c:'; }
# What one architecture alone has, in code or text; a comment may say what it follows.
arch_words='arm64|aarch64|kimage_vaddr|memstart_(addr|align)|vabits_actual|va_bits_min|pa_bits|phys_mask_shift|pgtable_levels|cpu_model|rodata_full|init_pg_dir|arch_facts|arch\.[a-z]'
code_of() { # FILES: name:line:code, without comments
	local file
	for file; do
		${CC:-cc} -fpreprocessed -E -P "$file" 2>/dev/null | sed "s,^,$file: ,"
	done
}
arch_is_asked_through_the_seam() {
	local files
	includes mmcore '.*arm64/.*' | grep -v '^mmcore/arch/'
	includes daemon '.*arch/.*'
	files=$(find mmcore daemon -name '*.[ch]' ! -path 'mmcore/arch/*' ! -path 'daemon/image/*' ! -path daemon/cli/cmd_profile.c ! -path daemon/worker/sandbox.c)
	# What reads images of kernels knows what it reads; the sandbox knows its host.
	code_of $files | grep -E "(^|[^a-z_#<\"/])[A-Za-z0-9_]*($arch_words)" | grep -vE '(#include|union arch_(mm|kernel) arch(_facts)?;)'
}
one_list_of_steps() { lines mmcore '[ch]' 'struct boot_step [a-z0-9_]+\[' | grep -vE '^mmcore/(versions/steps\.c|boot\.h):'; }
steps_only_from_their_list() { includes mmcore '(\.\./|mmcore/)?steps/.*' | grep -vE '^mmcore/(versions/steps\.c|arch/[a-z0-9]+/[a-z0-9_]+\.[ch]):'; }
headers_include_in_one_direction() {
	local file to
	for file in mmcore/*.h mmcore/*/*.h mmcore/arch/*/*.h; do
		[ -f "$file" ] || continue
		sed -nE 's,^#include "([./a-z]*/)?([a-z0-9_]+\.h)".*,\2,p' "$file" | while read -r to; do
			echo "${file##*/} $to"
		done
	done | tsort 2>&1 >/dev/null
}
view_knows_no_view() { imports web/views '(\./.*|.*(views|panes)/.*)'; }
view_knows_no_store() { imports web/views '.*/(state|api|main|keys)\.js'; }
view_knows_no_action() { imports web/views '.*/(actions|commands|dialogs|open|run|screen|speech)\.js'; }
lib_knows_no_view_or_store() { imports web/lib '(.*/(views|panes)/.*|.*/(state|api|main|keys)\.js)'; }
pane_knows_no_pane() { imports web/panes '\./.*'; }
pane_knows_no_daemon() { imports web/panes '.*/(api|open|ahead|main)\.js'; }
# Under any name: called, handed on, or reached through window, globalThis or navigator.
only_api_js_talks_to_the_daemon() {
	lines web js --exclude-dir=node_modules --exclude-dir=test \
		'(^|[^A-Za-z_"#-])(fetch|XMLHttpRequest|EventSource|WebSocket|WebTransport|sendBeacon|importScripts)([^A-Za-z_"-]|$)' |
		grep -vE '^web/api\.js:|^[^:]*:[0-9]+:[[:space:]]*(//|\*|/\*)'
}
page_names_no_other_host() {
	local suffix
	for suffix in html css js; do
		lines web "$suffix" '(https?:)?//[a-z0-9-]+\.[a-z]' | grep -vE 'www\.w3\.org/|^[^:]*:[0-9]+:[[:space:]]*(//|\*|/\*)'
	done
}

# What the engine's objects really call and keep, whatever they include.
mmcore_calls_no_stdio_or_exit() { # LIBRARY
	nm -u "$1" | grep -E ' (_*(v|f|vf|d|vd)?printf(_chk)?|(f|fd|fre)?open(64|at)?|popen|f?put(s|c|char|c_unlocked)|fwrite|fread|f?get(s|c|char)|perror|stdin|stdout|stderr|_?exit|_Exit|quick_exit|abort|getenv|system|socket|fork|execv[pe]*|json_.*|MHD_.*)$'
}
# A prototype of one's own would get behind mm.h's back.
daemon_calls_what_mm_h_declares() { # LIBRARY
	local name
	comm -12 <(nm -u "$1" | awk '$1 == "U" { print $2 }' | sort -u) \
		<(nm --defined-only "$lib" | awk 'NF == 3 { print $3 }' | sort -u) |
		while read -r name; do
			grep -qw "$name" mmcore/mm.h || echo "$name is not in mmcore/mm.h"
		done
}
mmcore_keeps_no_globals() { # LIBRARY
	size -A "$1" | awk '
		/ex |^[^ .].*:$/ { object = $1 }
		$1 ~ /^\.(data|bss|tdata|tbss|sdata|sbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print object, $1, $2 " bytes" }
		$1 ~ /^COMMON/ { print object, $0 }'
}

source_rules="mmcore_knows_no_http_json_or_daemon libfdt_only_in_fdt_c daemon_knows_mm_h_only
	rooms_include_in_one_direction noun_knows_no_machine microhttpd_only_in_its_files jansson_only_in_encoder_and_decoder boot_only_from_the_door steps_only_from_their_list
	arch_is_asked_through_the_seam one_list_of_steps
	headers_include_in_one_direction view_knows_no_view view_knows_no_store view_knows_no_action lib_knows_no_view_or_store
	pane_knows_no_pane pane_knows_no_daemon only_api_js_talks_to_the_daemon page_names_no_other_host"
object_rules="mmcore_calls_no_stdio_or_exit mmcore_keeps_no_globals daemon_calls_what_mm_h_declares"

n=0
result() { # NAME OFFENDERS
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

cd "$root" || exit
for rule in $source_rules; do
	result "$rule" "$($rule)"
done
for rule in $object_rules; do
	case $rule in
	daemon_*) object=$build/daemon/libdaemon.a ;;
	*) object=$lib ;;
	esac
	if [ -f "$object" ]; then
		result "$rule" "$($rule "$object")"
	else
		result "$rule" "no $object"
	fi
done

# A tree in which every rule is broken once.
bad=$(mktemp -d) || exit
trap 'rm -rf "$bad"' EXIT
cd "$bad" || exit
mkdir -p mmcore/steps daemon/serve web/views web/panes web/lib
printf '#include <jansson.h>\n#include <libfdt.h>\n#include "boot.h"\n#include "steps/steps.h"\n#include "node.h"\n' >mmcore/zone.c
cat >mmcore/steps/zones.c <<'C'
#include "../arch/arm64/arm64.h"
static const struct boot_step more_steps[] = { { mm->arch.arm64.memstart_addr } };
C
echo '#include "machine.h"' >mmcore/node.h
: >mmcore/machine.h
echo '#include "node.h"' >mmcore/memblock.c
: >mmcore/mm.h
cat >calls.c <<'C'
void exit(int);
int calls;
void memblock_init(void);
void leave(void) { memblock_init(); exit(calls++); }
C
echo '#include "b.h"' >mmcore/a.h
echo '#include "a.h"' >mmcore/b.h
cat >daemon/serve/route.c <<'C'
#include "mmcore/zone.h"
#include <microhttpd.h>
#include <jansson.h>
C
mkdir daemon/base
echo '#include "daemon/serve/route.h"' >daemon/base/bytes.c
cat >web/views/zones.js <<'J'
import {draw} from "./map.js";
import {store} from "../state.js";
import {step} from "../actions.js";
const get = window.fetch;
get("https://example.org/");
J
echo 'import {store} from "../state.js";' >web/lib/scale.js
printf 'import {makeMap} from "./map.js";\nimport {postRun} from "../api.js";\n' >web/panes/time.js
${CC:-cc} -w -c calls.c -o calls.o
for rule in $source_rules; do
	[ -n "$($rule)" ] && result "would notice: $rule" "" || result "would notice: $rule" "it did not"
done
for rule in $object_rules; do
	[ -n "$($rule calls.o)" ] && result "would notice: $rule" "" || result "would notice: $rule" "it did not"
done
echo "1..$n"
