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
def a_run_without_findings():
    """check: nothing to say is an empty list"""
    same(daemon.get(f"{API}/runs/{run_of('cma=64M')}/check").json()["findings"], [])


@test
def a_difference_is_the_shells():
    """diff: owners, numbers and where they part, as `mmscope diff` says them"""
    a, b = run_of("cma=64M"), run_of("cma=128M")
    over_http = daemon.get(f"{API}/runs/{a}/diff/{b}").json()
    in_shell = shell("diff", BOARD, "-k", "6.12", "-c", "cma=64M", "-c", "cma=128M", "--format", "json")
    for key in ("owners", "numbers", "came", "went", "parting"):
        same(over_http[key], in_shell[key], key)
    same((over_http["before"]["id"], over_http["after"]["id"]), (a, b))
    back = daemon.get(f"{API}/runs/{b}/diff/{a}").json()
    same(back["numbers"]["cma.size"], over_http["numbers"]["cma.size"][::-1])


@test
def a_run_and_itself():
    """diff: a run and itself have no difference"""
    a = run_of("cma=64M")
    same(daemon.get(f"{API}/runs/{a}/diff/{a}").json()["owners"], [])


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
