# shellcheck shell=bash
# Shared by run.sh and test.sh: install what is missing, then build in build/. Source it.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILDDIR:-$top/build}
jobs=$(nproc 2>/dev/null || echo 2)

build_packages=(gcc libc6-dev make autoconf automake pkg-config
	libarchive-dev libdw-dev libelf-dev libfdt-dev libjansson-dev liblzma-dev liblzo2-dev libmicrohttpd-dev libseccomp-dev libzstd-dev
	zlib1g-dev device-tree-compiler)
test_packages=(libcmocka-dev chromium fonts-wqy-microhei python3 python3-jsonschema curl jq xz-utils zstd zsh fish man-db)
# make check-hard builds with these as well.
hard_packages=(clang llvm valgrind systemd gcc-i686-linux-gnu libc6-dev-i386-cross)

say() { printf '%s\n' "==> $*"; }
die() { printf '%s\n' "$0: $*" >&2; exit 1; }

# Is this Debian package there, or what it would bring?
have() {
	local version
	case $1 in
	nodejs)
		version=$(node -p 'parseInt(process.versions.node)' 2>/dev/null) && [ "$version" -ge 18 ] ;;
	npm | chromium | python3 | curl | jq)
		command -v "$1" >/dev/null ;;
	*)
		dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' ok installed' ;;
	esac
}

# Of what it takes on a fresh Debian 12, mostly.
usual_time() {
	case " $* " in
	*" npm "*) echo "some minutes: npm brings more than 300 small packages (a release tarball needs neither it nor Node)" ;;
	*" chromium "*) echo "a minute or two: chromium is large" ;;
	*) echo "less than a minute" ;;
	esac
}

# Install those of the named Debian packages that are missing, saying so first.
need() {
	local package missing=() as_root=()
	for package; do
		[[ " ${missing[*]} " == *" $package "* ]] || have "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "not a Debian system; please install what these Debian packages hold: ${missing[*]}"
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null ||
			die "please have an administrator run: apt-get install ${missing[*]}"
		as_root=(sudo)
	fi
	say "Installing Debian packages${as_root:+ (with sudo)}: ${missing[*]}"
	say "This usually takes $(usual_time "${missing[@]}")"
	say "Reading which packages there are (apt-get update)"
	"${as_root[@]}" apt-get update -qq </dev/null || die "apt-get update failed; is there a network?"
	apt_install "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
}

# On a terminal a line that is written over, with the time that went by: half of it goes before apt-get's 30 %, and a
# large package can be silent for half a minute.
redraw() { # BEGAN WHAT
	local took=$((SECONDS - $1))
	printf '\r\033[K    %d:%02d  %.80s' $((took / 60)) $((took % 60)) "$2"
}

# How far apt-get is, from its status lines "dlstatus:NR:PERCENT:TEXT" and "pmstatus:PACKAGE:PERCENT:TEXT"; in a pipe a
# plain line for each tenth.
show_progress() {
	local kind what percent text part last='' shown='' began=$SECONDS status wait=()
	[ ! -t 1 ] || wait=(-t 1)
	while :; do
		IFS=: read "${wait[@]}" -r kind what percent text && status=0 || status=$?
		# Beyond 128: nothing came for a second.
		if [ "$status" -gt 128 ]; then
			[ -z "$shown" ] || redraw "$began" "$shown"
			continue
		fi
		[ "$status" = 0 ] || break
		case $kind in
		dlstatus) part="fetching" ;;
		pmstatus) part="installing" ;;
		*) continue ;;
		esac
		percent=${percent%%.*}
		[[ $percent =~ ^[0-9]+$ ]] || continue
		text=${text//[^[:print:]]/}
		if [ -t 1 ]; then
			shown=$(printf '%s: %3d %%  %s' "$part" "$percent" "$text")
			redraw "$began" "$shown"
		elif [ "$part $((percent / 10))" != "$last" ]; then
			printf '    %s: %d %%\n' "$part" "$percent"
		fi
		last="$part $((percent / 10))"
	done
	[ ! -t 1 ] || [ -z "$last" ] || printf '\r\033[K'
}

# apt-get tells how far it is on descriptor 3; what else it says is shown when it fails.
apt_install() { # PACKAGES, with as_root set
	local log status began=$SECONDS
	log=$(mktemp "${TMPDIR:-/tmp}/mmscope-apt.XXXXXX") || return
	# sudo closes what is not standard, so the descriptor is opened behind it; the pipe is its standard output.
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c 'exec 3>&1 >&2; exec apt-get -o APT::Status-Fd=3 "$@"' sh \
		install -y -q --no-install-recommends "$@" </dev/null 2>"$log" | show_progress
	status=${PIPESTATUS[0]}
	if [ "$status" = 0 ]; then
		say "Installed in $((SECONDS - began)) s"
	else
		cat "$log" >&2
	fi
	rm -f "$log"
	return "$status"
}

# The release tarball has D3 bundled; a git clone needs Node and npm to do it.
need_for_build() {
	local packages=("${build_packages[@]}")
	[ -f "$top/web/d3.js" ] || packages+=(nodejs npm ca-certificates)
	need "${packages[@]}" "$@"
}

# configure again only when its flags or what it is made from changed.
configure_in_build() {
	if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
		say "Bootstrapping"
		"$top/bootstrap" >"${TMPDIR:-/tmp}/mmscope-bootstrap.$$" 2>&1 || {
			cat "${TMPDIR:-/tmp}/mmscope-bootstrap.$$" >&2
			die "bootstrap failed"
		}
		rm -f "${TMPDIR:-/tmp}/mmscope-bootstrap.$$"
	fi
	mkdir -p "$build"
	if [ ! -f "$build/Makefile" ] || [ "$(cat "$build/.flags" 2>/dev/null)" != "$*" ]; then
		say "Configuring in $build"
		(cd "$build" && "$top/configure" --quiet "$@") || die "configure failed"
		printf '%s' "$*" >"$build/.flags"
	fi
}

build_all() {
	say "Building"
	make -C "$build" -j"$jobs" --no-print-directory -s all
}
