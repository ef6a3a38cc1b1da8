#!/usr/bin/env bash
# contrib/ci: what the GitHub Action and the GitLab job run, on a repository in which a carve-out grows by 62 MiB.
set -u
root=${SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
export MMSCOPE=${MMSCOPE:-$BUILDDIR/mmscope}
case $MMSCOPE in /*) ;; *) MMSCOPE=$PWD/$MMSCOPE ;; esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/mmscope-ci.XXXXXX") || exit
trap 'rm -rf "$dir"' EXIT
n=0
ok() { # NAME STATUS-OF-THE-CHECK
	n=$((n + 1))
	if [ "$2" = 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out" "$dir/err" "$dir/repo/report/comment.md" 2>/dev/null | head -80
	fi
}
check() { # EXPECTED-STATUS ARGUMENTS...
	local expected=$1
	shift
	(cd "$dir/repo" && env -u GITHUB_ACTIONS "$root/contrib/ci/dt-check.sh" --out report "$@") >"$dir/out" 2>"$dir/err"
	[ $? = "$expected" ]
}
comment() { grep -qF -- "$1" "$dir/repo/report/comment.md"; }
tree() { # SIZE
	sed "s|__SIZE__|$1|" <<'END'
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	compatible = "example,gateway";
	model = "Gateway";
	memory@80000000 {
		device_type = "memory";
		reg = <0x0 0x80000000 0x0 0x40000000>;
	};
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		video@a0000000 {
			reg = <0x0 0xa0000000 0x0 __SIZE__>;
			no-map;
		};
	};
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 {
			device_type = "cpu";
			compatible = "arm,cortex-a53";
			reg = <0>;
			enable-method = "psci";
		};
	};
	psci {
		compatible = "arm,psci-1.0";
		method = "smc";
	};
};
END
}
mkdir "$dir/repo" && cd "$dir/repo" && git init -q . && git config user.name t && git config user.email t@example.org
tree 0x1000000 >gateway.dts && "$MMSCOPE" budget memory.budget --write gateway.dts -k 6.12 >/dev/null && git add -A && git commit -qm base
tree 0x4e00000 >gateway.dts && git commit -qam 'video: 78 MiB' && git tag grown

check 1 --base HEAD~1 --kernel 6.12 --budget memory.budget gateway.dts && comment '### `gateway.dts` on 6.12' && comment '| reserved-memory | 16 MiB | 78 MiB | +62 MiB |' &&
	comment '### The memory budget is exceeded' && comment 'pool.video@a0000000.size <= 16M: is 78 MiB, 62 MiB too much'
ok "a carve-out that grows by 62 MiB: who pays for it, and that the budget does not allow it" $?
sed 's/^/# /' report/comment.md
jq -e '.version == "2.1.0" and (.runs | length) == 1' report/mmscope.sarif >/dev/null
ok "SARIF for code scanning" $?
(GITHUB_ACTIONS=true "$root/contrib/ci/dt-check.sh" --out report --base HEAD~1 --budget memory.budget gateway.dts) >"$dir/out" 2>"$dir/err"
[ $? = 1 ] && grep -q '^::error file=memory.budget,line=[0-9]*,title=memory budget::' "$dir/out"
ok "annotations where GitHub runs it" $?
"$MMSCOPE" budget memory.budget --keep && git commit -qam 'memory.budget: video has 78 MiB' && check 0 --base grown~1 --kernel 6.12 --kernel 7.2 --budget memory.budget gateway.dts &&
	comment 'The memory budget holds.' && comment '### `gateway.dts` on 7.2'
ok "with the new figures taken over it passes; two kernels" $?
check 0 --base HEAD --budget memory.budget gateway.dts && comment "No tree's memory changes on 6.12."
ok "nothing changes" $?
sed -i 's/no-map;/no-map;\n\t\t};\n\t\ttwice@a0000000 {\n\t\t\treg = <0x0 0xa0000000 0x0 0x1000>;\n\t\t\tno-map;/' gateway.dts && git commit -qam 'twice' &&
	check 1 --base HEAD~1 gateway.dts && comment '### New findings' && comment 'reserved-overlap'
ok "a finding that the base does not have" $?
cp gateway.dts lite.dts && git add -A && git commit -qm lite && git rm -q gateway.dts && git commit -qm gone && check 1 --base HEAD~2 lite.dts gateway.dts && comment '`lite.dts` is new' && comment '`gateway.dts` is gone'
ok "trees that come and go" $?
check 3 --base nonesuch lite.dts && grep -q "git does not know 'nonesuch'" "$dir/err"
ok "a base that git does not know" $?
check 2 lite.dts && check 2 --base HEAD
ok "usage" $?
(GITHUB_REPOSITORY=a/b GITHUB_TOKEN=x PULL_REQUEST=7 COMMENT_DRY_RUN=1 "$root/contrib/ci/comment.sh" report/comment.md) >"$dir/out" 2>"$dir/err" && grep -q '^POST .*/repos/a/b/issues/7/comments$' "$dir/out"
ok "where the comment goes" $?
python3 - "$root/contrib/ci" <<'PY' >"$dir/out" 2>&1
import pathlib, re, sys
action = pathlib.Path(sys.argv[1], "action.yml").read_text()
used = set(re.findall(r"inputs\.(\w+)", action))
declared = set(re.findall(r"^  (\w+):\n    description:", action, re.M))
assert used == declared, used ^ declared
for name in ("dt-check.sh", "comment.sh"):
    assert f"$GITHUB_ACTION_PATH/{name}" in action
    assert f"contrib/ci/{name}" in pathlib.Path(sys.argv[1], "gitlab-ci.yml").read_text()
PY
ok "the action uses the inputs that it declares, and both call the scripts" $?
echo "1..$n"
