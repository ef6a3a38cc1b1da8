#!/usr/bin/env bash
# Install what is missing (Debian 12: apt as root or through sudo), build in build/, start the daemon.
# Arguments go to `mmscope serve`, e.g. contrib/run.sh --listen 127.0.0.1:9000
set -euo pipefail
. "$(dirname "$0")/setup.sh"

need_for_build
configure_in_build
build_all || die "the build failed"
say "Starting build/mmscope serve; stop it with Ctrl-C"
exec "$build/mmscope" serve "$@"
