#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Licences as REUSE asks for them: sources say theirs, REUSE.toml speaks for all files, each licence's text is there.
if [ ! -e "$SRCDIR/.git" ] || ! command -v git >/dev/null; then
	echo "1..0 # SKIP not a git clone"
	exit
fi
cd "$SRCDIR" || exit 1
shopt -s lastpipe	# what is counted behind a pipe is kept
echo 1..3
n=0 failed=0
wrong() { # SENTENCE, what breaks it on stdin
	local lines
	lines=$(cat)
	n=$((n + 1))
	if [ -z "$lines" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$lines" | sed 's/^/# /'
		failed=1
	fi
}
files() { git -c safe.directory='*' ls-files "$@"; }

# A file is complete without its neighbours: its first three lines say the licence, behind #! where there is one.
files '*.c' '*.h' '*.inc' '*.js' '*.mjs' | while read -r file; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: [A-Za-z0-9.-]' || echo "$file"
done | wrong "every source says its licence"

{ files '*' | tr '\n' '\0' | xargs -0 grep -hoE '(SPDX-License-Identifier: |^SPDX-License-Identifier = ")[A-Za-z0-9.-]*[A-Za-z0-9]' |
	sed 's/.*[ "]//' | sort -u | while read -r licence; do
	[ -s "LICENSES/$licence.txt" ] || echo "$licence"
done; } | wrong "the text of each licence that is named is in LICENSES"

python3 - <<'P' | wrong "REUSE.toml gives every file a holder and a licence"
import sys
lines = [line.split("#")[0].strip() for line in open("REUSE.toml")]
values = dict(line.split(" = ", 1) for line in lines if " = " in line)
for name, value in (("version", "1"), ("path", '"**"'), ("precedence", '"aggregate"'), ("SPDX-License-Identifier", '"GPL-2.0-or-later"')):
    if values.get(name) != value:
        print(f"{name} is {values.get(name)}, not {value}")
if not values.get("SPDX-FileCopyrightText", '""').strip('"'):
    print("nobody holds the rights")
P
exit $failed
