# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with a run, and what two runs have different: over HTTP as in the shell."""
import json
import subprocess

from mmhttp import API, BOARD, Daemon, Tap, check, problem, program, same

test = Tap()
daemon = Daemon()


def run_of(cmdline):
    """The id of a run on 6.12."""
    return daemon.post({"board": BOARD, "kernel": "6.12", "cmdline": cmdline}).json()["id"]


def shell(*args):
    done = subprocess.run([program(), *args], capture_output=True, text=True, timeout=60)
    check(done.returncode in (0, 1), done.stderr)
    return json.loads(done.stdout)


@test
def a_check_is_the_shells():
    """check: rule, cause and the fix that was tried, as `mmscope check` says them"""
    over_http = daemon.get(f"{API}/runs/{run_of('cma=900M')}/check").json()
    in_shell = shell("check", BOARD, "-k", "6.12", "-c", "cma=900M", "--format", "json")["checks"][0]
    same(over_http["findings"], in_shell["findings"])
    same(over_http["findings"][0]["rule"], "cma-does-not-fit")
    same(over_http["findings"][0]["fixes"][0]["apply"], "cmdline: cma=872M")


@test
def the_doctor_speaks_the_readers_language():
    """check, diff, knobs: lang=zh-CN is what --lang says in the shell, lang=en what is said without it, and another is refused"""
    run, other = run_of("cma=900M"), run_of("cma=64M")
    chinese = daemon.get(f"{API}/runs/{run}/check?lang=zh-CN").json()["findings"]
    same(chinese, shell("check", BOARD, "-k", "6.12", "-c", "cma=900M", "--format", "json", "--lang", "zh-CN")["checks"][0]["findings"])
    check("须放在" in chinese[0]["cause"] and "按放得下的大小来要" in chinese[0]["fixes"][0]["what"], str(chinese[0]))
    same(chinese[0]["fixes"][0]["apply"], "cmdline: cma=872M")
    same(daemon.get(f"{API}/runs/{run}/check?lang=en").json(), daemon.get(f"{API}/runs/{run}/check").json())
    came = daemon.get(f"{API}/runs/{other}/diff/{run}?lang=zh-CN").json()["came"]
    same(came, shell("diff", BOARD, "-k", "6.12", "-c", "cma=64M", "-c", "cma=900M", "--format", "json", "--lang", "zh-CN")["came"])
    check("须放在" in came[0]["cause"], str(came))
    changes = [k["change"] for line in daemon.get(f"{API}/runs/{run}/knobs?lang=zh-CN").json()["lines"] for k in line["knobs"]]
    check("内存加倍" in changes and "twice the RAM" not in changes, str(changes))
    for path in (f"runs/{run}/check", f"runs/{run}/knobs", f"runs/{other}/diff/{run}", "kernels/6.12/history"):
        problem(daemon.get(f"{API}/{path}?lang=de"), 400, "bad-parameter")
    history = daemon.get(f"{API}/kernels/6.12/history?against=6.7&lang=zh-CN").json()["changes"]
    check(any("\u4e00" <= x <= "\u9fff" for c in history for x in c.get("what", "")), str(history)[:300])


@test
def a_run_without_findings():
    """check: nothing to say is an empty list"""
    same(daemon.get(f"{API}/runs/{run_of('cma=64M')}/check").json()["findings"], [])


@test
def a_difference_is_the_shells():
    """diff: owners, numbers and where they part, as `mmscope diff` says them"""
    a, b = run_of("cma=64M"), run_of("cma=128M")
    over_http = daemon.get(f"{API}/runs/{a}/diff/{b}").json()
    in_shell = shell("diff", BOARD, "-k", "6.12", "-c", "cma=64M", "-c", "cma=128M", "--format", "json")
    for key in ("owners", "numbers", "came", "went", "parting", "inputs"):
        same(over_http[key], in_shell[key], key)
    same((over_http["before"]["id"], over_http["after"]["id"]), (a, b))
    back = daemon.get(f"{API}/runs/{b}/diff/{a}").json()
    same(back["numbers"]["cma.size"], over_http["numbers"]["cma.size"][::-1])


@test
def a_run_and_itself():
    """diff: a run and itself have no difference"""
    a = run_of("cma=64M")
    same(daemon.get(f"{API}/runs/{a}/diff/{a}").json()["owners"], [])


FIVE = ["5.10", "6.1", "6.7", "6.12", "7.2"]


@test
def rows_of_the_history_explain_a_difference():
    """diff: five kernels on one board; each difference names the rows of the history that make it"""
    runs = [daemon.post({"board": BOARD, "kernel": kernel}).json()["id"] for kernel in FIVE]
    for before, after in zip(range(4), range(1, 5)):
        diff = daemon.get(f"{API}/runs/{runs[before]}/diff/{runs[after]}").json()
        changes = daemon.get(f"{API}/kernels/{FIVE[after]}/history?against={FIVE[before]}").json()["changes"]
        known = {(c["kind"], c["subject"]): c for c in changes}
        same(diff["untried"], 0)
        for reason in diff["reasons"]:
            if reason["kind"] == "build":   # no row: how large the image of each is
                same([reason["subject"], list(reason["effects"])], ["image", ["kernel-image.size"]])
                continue
            row = known[reason["kind"], reason["subject"]]
            same([reason[k] for k in ("was", "is", "release")], [row[k] for k in ("was", "is", "release")])
            check(reason["effects"], f"{reason['subject']} changes nothing")
            for name, (without, has) in reason["effects"].items():
                check(without != has, name)
                # A rule is tried against the later boot: what has it is that boot's own number.
                if reason["tried"] and name in diff["numbers"]:
                    same(has, diff["numbers"][name][1], name)


@test
def a_reason_says_what_it_changes():
    """diff: from 6.7 to 6.12.107 the image's head is reserved, which is 64 KiB of its growth"""
    a, b = (daemon.post({"board": BOARD, "kernel": kernel}).json()["id"] for kernel in ("6.7", "6.12"))
    diff = daemon.get(f"{API}/runs/{a}/diff/{b}").json()
    reason = next(r for r in diff["reasons"] if r["subject"] == "kernel_reserved_from_text")
    without, has = reason["effects"]["kernel-image.size"]
    same((reason["release"], reason["was"], reason["is"], has - without), ("6.17", "false", "true", 64 << 10))
    image = next(o for o in diff["owners"] if o["owner"] == "kernel-image")
    same(image["after"], has)
    same(daemon.get(f"{API}/runs/{a}/diff/{a}").json()["reasons"], [])


@test
def runs_that_are_not_known():
    """diff: either run unknown is a 404 that names it"""
    a, none = run_of("cma=64M"), "0" * 64
    problem(daemon.get(f"{API}/runs/{a}/diff/{none}"), 404, "unknown-run")
    problem(daemon.get(f"{API}/runs/{none}/diff/{a}"), 404, "unknown-run")
    problem(daemon.get(f"{API}/runs/{a}/diff/rubbish"), 404, "unknown-run")
    check(none in daemon.get(f"{API}/runs/{a}/diff/{none}").json()["detail"])


@test
def the_daemon_ends_clean():
    """no worker crashed, and the daemon ends with status 0"""
    m = daemon.metrics()
    same((m["mmscope_jobs_crashed_total"], m["mmscope_jobs_timed_out_total"]), (0, 0))
    same(daemon.stop(), 0)


test.main()
