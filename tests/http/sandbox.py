# SPDX-License-Identifier: GPL-2.0-or-later
"""How the server and its workers are shut in, and what happens where they cannot be."""
import os
import shutil
import stat
import subprocess
import tempfile

from mmhttp import API, BOARD, Daemon, Tap, check, problem, program, same

test = Tap()
root = os.geteuid() == 0


def refused(*options, fault=None):
    """Status and what is said by a server that does not start."""
    env = dict(os.environ, **({"MMSCOPE_TEST_FAULT": fault} if fault else {}))
    done = subprocess.run([program(), "serve", "--listen", "127.0.0.1:0", *options], env=env, capture_output=True, text=True,
                          timeout=60)
    same(done.stdout, "")
    return done.returncode, done.stderr


def status_of(pid):
    with open(f"/proc/{pid}/status") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


@test
def health_shows_the_self_test():
    """at start a worker tries to open, connect, fork, execute, trace, kill, become root and run data: all refused, shown in /healthz"""
    with Daemon() as d:
        lines = d.get("/healthz").text().splitlines()
        same(lines, ["ok", "sandbox: 8 of 8 attempts refused (open socket fork exec ptrace kill setuid mmap-exec)"])
        same((d.metrics()["mmscope_sandbox_attempts"], d.metrics()["mmscope_sandbox_refused"]), (8, 8))


@test
def a_sandbox_that_does_not_hold():
    """workers that are not shut in: no server, status 4, unless it is asked for; then /healthz says what they can do"""
    code, said = refused(fault="sandbox=open")
    same(code, 4)
    check("does not hold on this machine" in said and "--allow-weak-sandbox" in said, said)
    with Daemon("--allow-weak-sandbox", fault="sandbox=open", stderr=subprocess.DEVNULL) as d:
        check("does not hold, workers can open socket" in d.get("/healthz").text(), d.get("/healthz").text())
        check(d.run(), "it serves")


@test
def a_worker_that_cannot_be_shut_in():
    """a step of the sandbox that fails: status 4 at start; once served, 503 with the reason, and nothing is kept"""
    code, said = refused(fault="sandbox=refuse")
    same(code, 4)
    check("could not be sandboxed" in said, said)
    with Daemon("--allow-weak-sandbox", fault="sandbox=refuse", stderr=subprocess.DEVNULL) as d:
        for _ in range(2):
            reply = problem(d.post({"board": BOARD}), 503, "no-worker")
            check("could not be sandboxed" in reply["detail"], reply)


@test
def nobody_has_capabilities():
    """server, keeper and helper have no capability, can gain none, and are nobody where root began them"""
    with Daemon() as d:
        keeper = d.children()[0]
        for pid in (d.process.pid, keeper, d.helper()):
            s = status_of(pid)
            same([s[f"Cap{name}"].strip("0") for name in ("Inh", "Prm", "Eff", "Amb")], [""] * 4)
            same(s["NoNewPrivs"], "1")
            if root:
                same(s["CapBnd"].strip("0"), "")
                check(set(s["Uid"].split()) != {"0"} and "0" not in s["Uid"].split(), s["Uid"])
                check("0" not in s["Gid"].split() and not s["Groups"].split(), (s["Gid"], s["Groups"]))


@test
def who_is_nobody():
    """--user: who is not there, or can be nobody's choice but root's, is refused with status 2"""
    code, said = refused("--user", "no-such-user")
    same(code, 2)
    check("no user called 'no-such-user'" in said, said)
    if not root:
        code, said = refused("--user", "root")
        same(code, 2)
        check("only root can become root" in said, said)


@test
def folders_after_stepping_down():
    """--boards and --kernels work as nobody; a folder that nobody can use is named, with what to do"""
    if not root:
        return
    with tempfile.TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        boards, kernels = os.path.join(parent, "boards"), os.path.join(parent, "kernels")
        os.mkdir(boards)
        os.mkdir(kernels, 0o700)
        shutil.copy(os.path.join(os.environ.get("SRCDIR", "."), "boards/qemu-virt.dts"), os.path.join(boards, "mine.dts"))
        os.chmod(os.path.join(boards, "mine.dts"), 0o644)
        os.chmod(boards, 0o755)
        code, said = refused("--user", "nobody", "--kernels", kernels)
        same(code, 2)
        check("cannot be written by user nobody" in said and kernels in said, said)
        os.chown(kernels, 65534, 65534)
        with Daemon("--user", "nobody", "--boards", boards, "--kernels", kernels) as d:
            check("mine" in [b["name"] for b in d.get(f"{API}/boards").json()["boards"]], "listed")
            check(d.run("mine"), "boots")
            saved = d.get(f"{API}/kernels/6.7").body
            same(d.ask("POST", f"{API}/kernels", {"Content-Type": "application/json"}, saved).status // 100, 2)
            check(all(os.stat(os.path.join(kernels, f)).st_uid == 65534 for f in os.listdir(kernels)), "whose")


@test
def a_port_for_root_only():
    """root's port is opened before root is given up"""
    if not root:
        return
    for port in (987, 986, 985):
        d = Daemon(listen=f"127.0.0.1:{port}", stderr=subprocess.DEVNULL)
        if d.port:
            same(d.get("/healthz").status, 200)
            check("0" not in status_of(d.process.pid)["Uid"].split(), "still root")
            same(d.stop(), 0)
            return
    check(False, "no port below 1024 is free")


@test
def a_socket_file_after_stepping_down():
    """a Unix socket in root's folder: served as nobody, and the next server takes its place"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        for _ in range(2):
            with Daemon(listen=f"unix:{path}") as d:
                check(stat.S_ISSOCK(os.stat(path).st_mode), "no socket")
                same(d.get("/healthz").status, 200)


test.main()
