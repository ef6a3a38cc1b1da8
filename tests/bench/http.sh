#!/bin/sh
# The daemon over loopback: first byte, small answers, live viewers. nginx, where it is installed,
# serves the same bytes as a file beside it.
set -eu
load=$BUILDDIR/tests/bench/http-load
tmp=$(mktemp -d)
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done; wait; rm -rf "$tmp"' EXIT

"$MMSCOPE" serve --listen 127.0.0.1:0 --streams 4000 >"$tmp/url" &
daemon=$!
pids=$daemon
for _ in $(seq 100); do [ -s "$tmp/url" ] && break; sleep 0.1; done
url=$(head -n1 "$tmp/url")
port=${url##*:}
port=${port%/}
api=${url}api/v1

median() { sort -n | awk '{v[NR] = $1} END {printf "%.2f", v[int((NR + 1) / 2)] * 1000}'; }
cpu_us() { awk '{sub(/.*\) /, ""); print ($12 + $13) * 10000}' "/proc/$1/stat"; }
children_cpu_us() { local sum=0 p; for p in "$@"; do sum=$((sum + $(cpu_us "$p"))); done; echo "$sum"; }

echo "== HTTP, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
new() { curl -s -o /dev/null -w '%{time_starttransfer}\n' "$api/run?board=qemu-virt&cmdline=bench$1"; }
echo "GET /run of a new run, first byte:          $(for i in $(seq 30); do new "$i"; done | median) ms"
whole() { curl -sL -o /dev/null -w '%{time_total}\n' "$api/run?board=qemu-virt&cmdline=whole$1"; }
echo "new run until its whole manifest is there:  $(for i in $(seq 30); do whole "$i"; done | median) ms"
run=$(curl -sL -o /dev/null -w '%{url_effective}' "$api/run?board=qemu-virt")
curl -s "$run/events" >/dev/null
seqs=$(curl -s "$run" | tr ',{' '\n\n' | sed -n 's/^"events":\([0-9]*\)$/\1/p')
at() { curl -s -o /dev/null -w '%{time_starttransfer}\n' "$run/state?at=$1"; }
echo "state at an event nobody asked for before:  $(for i in $(seq 5 40); do at "$i"; done | median) ms"
echo "state at an event that is known:            $(for i in $(seq 5 40); do at "$i"; done | median) ms"

small=$run/state/counters
curl -s "$small" >"$tmp/counters.json"
requests() { # NAME PORT PATH PIDS...
	local name=$1 to=$2 path=$3 before line
	shift 3
	before=$(children_cpu_us "$@")
	line=$("$load" requests "$to" "$path" 32 3)
	answers=${line#*answers=}
	answers=${answers%% *}
	printf '%-43s %s, %d.%d us CPU each\n' "$name" "${line#*answers=* per_second=} a second" \
		$((($(children_cpu_us "$@") - before) / answers)) $((($(children_cpu_us "$@") - before) * 10 / answers % 10))
}
for _ in 1 2 3; do
	requests "small JSON, $(wc -c <"$tmp/counters.json") bytes:" "$port" "/${small#"$url"}" "$daemon"
	if command -v nginx >/dev/null; then
		if [ ! -e "$tmp/nginx.conf" ]; then
			cat >"$tmp/nginx.conf" <<-CONF
			worker_processes 2; daemon off; pid $tmp/nginx.pid; error_log $tmp/nginx.log;
			events { }
			http { access_log off; open_file_cache max=10; default_type application/json;
			  keepalive_requests 1000000000;
			  client_body_temp_path $tmp; proxy_temp_path $tmp; fastcgi_temp_path $tmp; uwsgi_temp_path $tmp; scgi_temp_path $tmp;
			  server { listen 127.0.0.1:$((port ^ 1)); root $tmp; } }
			CONF
			nginx -c "$tmp/nginx.conf" 2>/dev/null &
			pids="$pids $!"
			sleep 0.5
			workers=$(cat "/proc/$!/task/$!/children")
		fi
		# shellcheck disable=SC2086
		requests "nginx, the same as a file:" $((port ^ 1)) /counters.json $workers
	fi
done
[ -e "$tmp/nginx.conf" ] || echo "(nginx is not installed: nothing to compare with)"

# A stream must last longer than it is watched.
[ "${seqs:-0}" -ge 100 ] || { echo "too few events to stream"; exit 1; }
before=$(cpu_us $daemon)
rss_kib() { echo $(($(awk '{print $2}' /proc/$daemon/statm) * 4)); }
resident=$(rss_kib)
line=$("$load" viewers "$port" "/${run#"$url"}/events?pace=10" 1000 8)
echo "1000 viewers at 10 events a second:         ${line#clients=1000 }"
echo "  CPU of the daemon:                        $((($(cpu_us $daemon) - before) / 8000)) ms a second, RSS $(($(rss_kib) / 1024)) MiB"
echo "  its memory for each of them:              $((($(rss_kib) - resident) / 1000)) KiB  (goal 32)"
# Runs that nobody has asked for before; the manifest is what POST answers.
for answer in manifest metrics; do
	line=$("$load" runs "$port" "/api/v1/runs?answer=$answer" 8 4)
	printf '%-43s %s  (goal 800, p99 20 ms)\n' "distinct runs, $answer:" "${line#answers=* }"
done

kill $daemon
wait $daemon && echo "stopped with all of them connected:         status 0"
