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
	[ ! -d "$folder" ] || grep -rnE --include="*.$suffix" --exclude=app.js --exclude=d3.js "$@" "$folder"
}
includes() { # FOLDER REGEX: #include lines whose file matches
	lines "$1" '[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$2[>\"]"
}
imports() { # FOLDER REGEX: import statements of modules, not the types in comments
	lines "$1" js "^[[:space:]]*(import|export|\}|const .*await import\().*[\"']$2[\"']"
}

mmcore_knows_no_http_json_or_daemon() { includes mmcore '(microhttpd\.h|jansson\.h|.*daemon/.*|sys/socket\.h|netinet/.*)'; }
libfdt_only_in_fdt_c() { { includes mmcore 'libfdt.*'; includes daemon 'libfdt.*'; } | grep -v '^mmcore/fdt\.c:'; }
daemon_knows_mm_h_only() {
	includes daemon '.*mmcore/.*' | grep -v '"mmcore/mm\.h"'
	includes daemon '\.\./.*'
}
microhttpd_only_in_server_c() { includes daemon 'microhttpd\.h' | grep -v '^daemon/http/server\.c:'; }
jansson_only_in_encoder_and_decoder() { includes daemon 'jansson\.h' | grep -vE '^daemon/[a-z]+/(encode|decode)[a-z_]*\.[ch]:'; }
boot_only_from_the_door() { includes mmcore '(\.\./|mmcore/)?boot\.h' | grep -vE '^mmcore/(boot|mm)\.c:'; }
steps_only_from_boot() { includes mmcore '(\.\./|mmcore/)?steps/.*' | grep -v '^mmcore/boot\.c:'; }
headers_include_in_one_direction() {
	local file to
	for file in mmcore/*.h mmcore/steps/*.h; do
		[ -f "$file" ] || continue
		sed -nE 's,^#include "([./a-z]*/)?([a-z0-9_]+\.h)".*,\2,p' "$file" | while read -r to; do
			echo "${file##*/} $to"
		done
	done | tsort 2>&1 >/dev/null
}
view_knows_no_view() { imports web/views '(\./.*|.*(views|panes)/.*)'; }
view_knows_no_store() { imports web/views '.*/(state|api|main|keys)\.js'; }
lib_knows_no_view_or_store() { imports web/lib '(.*/(views|panes)/.*|.*/(state|api|main|keys)\.js)'; }
pane_knows_no_pane() { imports web/panes '\./.*'; }
pane_knows_no_daemon() { imports web/panes '.*/(api|open|ahead|main)\.js'; }
only_api_js_talks_to_the_daemon() {
	lines web js '(^|[^.A-Za-z_])(fetch|XMLHttpRequest|EventSource|WebSocket|sendBeacon)[[:space:]]*\(' | grep -v '^web/api\.js:'
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
mmcore_keeps_no_globals() { # LIBRARY
	size -A "$1" | awk '
		/ex |^[^ .].*:$/ { object = $1 }
		$1 ~ /^\.(data|bss|tdata|tbss|sdata|sbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print object, $1, $2 " bytes" }
		$1 ~ /^COMMON/ { print object, $0 }'
}

source_rules="mmcore_knows_no_http_json_or_daemon libfdt_only_in_fdt_c daemon_knows_mm_h_only
	microhttpd_only_in_server_c jansson_only_in_encoder_and_decoder boot_only_from_the_door steps_only_from_boot
	headers_include_in_one_direction view_knows_no_view view_knows_no_store lib_knows_no_view_or_store
	pane_knows_no_pane pane_knows_no_daemon only_api_js_talks_to_the_daemon page_names_no_other_host"
object_rules="mmcore_calls_no_stdio_or_exit mmcore_keeps_no_globals"

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
	if [ -f "$lib" ]; then
		result "$rule" "$($rule "$lib")"
	else
		result "$rule" "no $lib"
	fi
done

# A tree in which every rule is broken once.
bad=$(mktemp -d) || exit
trap 'rm -rf "$bad"' EXIT
cd "$bad" || exit
mkdir -p mmcore/steps daemon/serve web/views web/panes web/lib
printf '#include <jansson.h>\n#include <libfdt.h>\n#include "boot.h"\n#include "steps/steps.h"\n' >mmcore/zone.c
cat >calls.c <<'C'
void exit(int);
int calls;
void leave(void) { exit(calls++); }
C
echo '#include "b.h"' >mmcore/a.h
echo '#include "a.h"' >mmcore/b.h
cat >daemon/serve/route.c <<'C'
#include "mmcore/zone.h"
#include <microhttpd.h>
#include <jansson.h>
C
cat >web/views/zones.js <<'J'
import {draw} from "./map.js";
import {store} from "../state.js";
fetch("https://example.org/");
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
