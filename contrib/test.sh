#!/usr/bin/env bash
# Install what is missing, build, run every test. The last line is "N passed, N failed".
# usage: contrib/test.sh [--distcheck[=tests]] [--hard]
#   --distcheck         also: the tarball builds, installs, uninstalls and cleans up, as an ordinary user
#   --distcheck=tests   and every test runs once more from that tarball (before a release; twice the time)
#   --hard              also: make check-hard, with the compilers that it compares
set -uo pipefail
passed=0 failed=0 skipped=0
finish() {
	[ "$finished" = yes ] || failed=$((failed + 1))
	[ $skipped -eq 0 ] || echo "$skipped skipped"
	echo "$passed passed, $failed failed"
	# Said outright: a bare exit in a trap gives back what was before it.
	exit $((failed > 0))
}
finished=no
trap finish EXIT
. "$(dirname "$0")/setup.sh"

distcheck=no hard=no
for arg; do
	case $arg in
	--distcheck) distcheck=--disable-tests ;;
	--distcheck=tests) distcheck= ;;
	--hard) hard=yes ;;
	*) die "usage: contrib/test.sh [--distcheck[=tests]] [--hard]" ;;
	esac
done

# The tarball as an ordinary user makes it, who may write nowhere but in one folder:
# make distcheck as root would not notice an install outside of its prefix. The tests have run already, and
# tests/listed.sh holds that the tarball has all of them; the flags that distcheck's own configure gets leave them out.
run_distcheck() { # CONFIGURE-FLAGS of the inner build
	local dir as_user=() status
	make -C "$build" --no-print-directory -s dist || return
	dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-distcheck.XXXXXX") || return
	tar -xzf "$build"/mmscope-*.tar.gz -C "$dir" --strip-components=1
	if [ "$(id -u)" = 0 ]; then
		chown -R nobody:nogroup "$dir"
		# A compiler cache of root's is not theirs.
		as_user=(env CCACHE_DISABLE=1 setpriv --reuid=nobody --regid=nogroup --clear-groups)
	fi
	(cd "$dir" && HOME=$dir "${as_user[@]}" bash -c '
		mkdir b && cd b && ../configure -q --disable-tests >/dev/null &&
		make -s -j"$1" distcheck DISTCHECK_CONFIGURE_FLAGS="$2"' - "$jobs" "$1") \
		>"$build/distcheck.log" 2>&1 </dev/null
	status=$?
	[ $status = 0 ] || { grep -E '^(FAIL|ERROR|XPASS)' "$build/distcheck.log"; tail -n 40 "$build/distcheck.log"; }
	rm -rf "$dir"
	return $status
}

count() { # result: how many single tests ended like that
	find "$build" -name '*.trs' -newer "$build/.started" -exec cat {} + |
		grep -c "^:test-result: $1"
}

[ $hard = no ] || test_packages+=("${hard_packages[@]}")
need_for_build nodejs npm "${test_packages[@]}"
configure_in_build --enable-tests --enable-werror
build_all || die "the build failed"

say "Testing"
make -C "$build" --no-print-directory -s web-modules || die "npm could not install what the page's tests need"
touch "$build/.started"
make -C "$build" -j"$jobs" --no-print-directory -s check </dev/null 2>&1 | tee "$build/check.log" |
	grep -vE '^(PASS|make)'
check=${PIPESTATUS[0]}
passed=$(($(count PASS) + $(count XFAIL)))
failed=$(($(count FAIL) + $(count XPASS) + $(count ERROR)))
skipped=$(count SKIP)
# What the failed ones said.
find "$build" -name '*.trs' -newer "$build/.started" -exec grep -lE '^:test-result: (FAIL|XPASS|ERROR)' {} + |
	while read -r trs; do
		echo "---- ${trs%.trs}" | sed "s,$build/,,"
		grep -vE '^(PASS:|ok |[0-9.]+$)' "${trs%.trs}.log" | tail -n 60
	done
# A test that does not compile, or none at all, is a failure too.
if [ "$check" != 0 ] && [ $failed -eq 0 ] || [ $passed -eq 0 ]; then
	tail -n 40 "$build/check.log"
	failed=$((failed + 1))
fi

if [ $hard = yes ]; then
	say "make check-hard"
	if make -C "$build" --no-print-directory -s check-hard; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
fi

if [ "$distcheck" != no ]; then
	say "make distcheck as an ordinary user"
	if run_distcheck "$distcheck"; then
		echo "distcheck passed"
		passed=$((passed + 1))
	else
		echo "distcheck FAILED"
		failed=$((failed + 1))
	fi
fi
finished=yes
