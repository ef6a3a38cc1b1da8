#!/usr/bin/env bash
# What `make install` puts into a fresh root works there: units, manual pages, completion in three shells.
set -u
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; [ -z "${2:-}" ] || printf '%s\n' "$2" | head -n 20 | sed 's/^/# /'; failed=1; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
# check NAME COMMAND...: it succeeds and says nothing on stderr
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1 >/dev/null) && [ -z "$said" ]; then ok "$name"; else not_ok "$name" "$said"; fi
}
failed=0
root=$(mktemp -d) || exit 99
trap 'rm -rf "$root"' EXIT
if ! said=$(make -s -C "$BUILDDIR" install DESTDIR="$root" prefix=/usr 2>&1); then
	echo "1..1"
	not_ok "make install" "$said"
	exit 1
fi
ok "make install"
usr=$root/usr
PATH=$usr/bin:$PATH
export PATH

check "the program runs from there" "$usr/bin/mmscope" --version

if command -v systemd-analyze >/dev/null; then
	units=$usr/lib/systemd/system
	# In the root that it is installed into, the program is where the unit says.
	sed -i "s,^ExecStart=/usr/bin,ExecStart=$usr/bin," "$units/mmscope.service"
	said=$(systemd-analyze verify "$units/mmscope.service" "$units/mmscope.socket" 2>&1 | grep -v "Command 'man ")
	if [ -z "$said" ]; then ok "systemd accepts the units"; else not_ok "systemd accepts the units" "$said"; fi
	if said=$(systemd-analyze security --offline=true --threshold=15 "$units/mmscope.service" 2>&1); then
		ok "the service is exposed no more than 1.5"
	else
		not_ok "the service is exposed no more than 1.5" "$(printf '%s' "$said" | tail -n 5)"
	fi
else
	skip "systemd accepts the units" "no systemd-analyze"
	skip "the service is exposed no more than 1.5" "no systemd-analyze"
fi

if command -v man >/dev/null; then
	for page in "$usr"/share/man/man*/*; do
		said=$(MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >/dev/null)
		text=$(MANWIDTH=100 LC_ALL=C.UTF-8 man -l "$page" 2>/dev/null)
		case $text in
		*NAME*mmscope*) [ -z "$said" ] && ok "man reads $(basename "$page")" || not_ok "man reads $(basename "$page")" "$said" ;;
		*) not_ok "man reads $(basename "$page")" "$text" ;;
		esac
	done
else
	skip "man reads the pages" "no man"
fi

# The container has the packages of the libraries that the program is linked with.
if command -v dpkg >/dev/null && command -v readelf >/dev/null; then
	missing=$(readelf -d "$usr/bin/mmscope" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | while read -r lib; do
		file=$(readlink -f "$(ldconfig -p | awk -v lib="$lib" '$1 == lib { print $NF; exit }')")
		package=$({ dpkg -S "$file" || dpkg -S "${file#/usr}"; } 2>/dev/null | cut -d: -f1 | head -n 1)
		[ "$package" = libc6 ] || grep -qw -- "$package" "$SRCDIR/contrib/container/Containerfile" || echo "$lib: $package"
	done)
	[ -z "$missing" ] && ok "the container has the program's libraries" || not_ok "the container has the program's libraries" "$missing"
else
	skip "the container has the program's libraries" "no dpkg, or no readelf"
fi

# Made of the schemas, by their indentation: each request and each member is in its page.
requests=$(jq -r '.paths | to_entries[] | .key as $path | .value | keys[] | select(IN("get", "post", "delete", "put")) | ascii_upcase + " " + $path' \
	"$SRCDIR/daemon/schemas/openapi.json" | sort)
told=$(sed -n 's/^\.SS //p' "$usr/share/man/man7/mmscope-api.7" | sed 's/\\-/-/g' | sort)
[ "$requests" = "$told" ] && ok "mmscope-api(7) has each request of the API" ||
	not_ok "mmscope-api(7) has each request of the API" "$(diff <(echo "$requests") <(echo "$told"))"
members=$(jq -r '.properties | keys[]' "$SRCDIR/daemon/schemas/kernel.json" | sort)
told=$(sed -n '/^\.TP/{n;s/^\.B //p}' "$usr/share/man/man5/mmscope-profile.5" | sort)
[ "$members" = "$told" ] && ok "mmscope-profile(5) has each member of a profile" ||
	not_ok "mmscope-profile(5) has each member of a profile" "$(diff <(echo "$members") <(echo "$told"))"

# What Tab offers behind SHELL's LINE.
offers() { # SHELL LINE WANTED
	case $1 in
	bash)
		bash --norc -c 'source "$0" && read -ra COMP_WORDS <<<"${1//=/ = }" && [[ $1 != *" " ]] || COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$1 COMP_POINT=${#1}
			f=$(complete -p mmscope | sed "s/.*-F \([^ ]*\).*/\1/") && $f mmscope "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}" && printf "%s\n" "${COMPREPLY[@]}"' \
			"$usr/share/bash-completion/completions/mmscope" "$2" ;;
	zsh)
		# Completion needs a terminal; what is typed waits until the shell is ready for it.
		zsh -f -c 'zmodload zsh/zpty && zpty -b z zsh -f -i &&
			zpty -w z "PS1=; fpath=($0 \$fpath); autoload -Uz compinit && compinit -D -u; setopt auto_list; PATH=$PATH" &&
			zpty -w -n z "$1"$'"'\t\t'"' || exit
			for try in {1..300}; do
				while zpty -r -t z more 2>/dev/null; do out+=$more; done
				[[ $out == *$2* ]] && break
				sleep 0.2
			done; print -r -- $out' "$usr/share/zsh/site-functions" "$2" "$3" ;;
	fish)
		fish --no-config -c "source $usr/share/fish/vendor_completions.d/mmscope.fish; complete -C '$2'" ;;
	esac
}
# LINE|what is offered
lines='mmscope boot qem|qemu-virt-numa
mmscope bo|boards
mmscope boot --memr|--memreserve
mmscope boot qemu-virt -o zone|zoneinfo
mmscope boot qemu-virt --kernel 6.12-1|6.12-16k
mmscope serve --log-format j|json
mmscope check --fail-on warn|warning
mmscope check --fail-on=warn|warning
mmscope help form|formats
mmscope help op|ops
mmscope man bo|boards
mmscope boot qemu-virt -o events --kind probl|problem
mmscope boot qemu-virt -o events --owner kernel-im|kernel-image
mmscope check qemu-virt --ignore cma-does|cma-does-not-fit
mmscope check qemu-virt -k 6.7 -k 6.12-1|6.12-16k
mmscope check qemu-virt -k profile-o|profile-of-mine.json
mmscope verify bootlog-o|bootlog-of-mine.txt
mmscope verify --dtb oneplus|oneplus-6
mmscope kernels 7.2 --lang z|zh-CN
mmscope kernels 7.2 --against 6.12-1|6.12-16k
mmscope sweep qemu-virt --format sv|svg
mmscope diff qemu-virt --format markd|markdown
mmscope budget --format jun|junit
mmscope boot qemu-virt --loader rasp|raspberry-pi
mmscope completion fi|fish'
mkdir "$root/typed" && cd "$root/typed" || exit
touch profile-of-mine.json bootlog-of-mine.txt
for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null; then
		skip "$shell completes what is typed" "no $shell"
		continue
	fi
	while IFS='|' read -r line wanted; do
		said=$(offers $shell "$line" "$wanted" 2>&1)
		case $said in
		*"$wanted"*) ok "$shell completes: $line" ;;
		*) not_ok "$shell completes: $line" "$said" ;;
		esac
	done <<<"$lines"
done
cd / && rm -r "$root/typed"

said=$(make -s -C "$BUILDDIR" uninstall DESTDIR="$root" prefix=/usr 2>&1)
left=$(find "$root" -type f)
if [ -z "$left" ]; then ok "make uninstall leaves nothing"; else not_ok "make uninstall leaves nothing" "$said$left"; fi
echo "1..$n"
exit $failed
