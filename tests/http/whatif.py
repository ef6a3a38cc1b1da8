# SPDX-License-Identifier: GPL-2.0-or-later
"""Many boots of one board: glances from a worker that stays, and sweeps."""
import json
import subprocess
import tempfile

from mmhttp import API, BOARD, Daemon, Tap, check, problem, program, same

test = Tap()
daemon = Daemon()
SWEEP = f"{API}/sweep?board={BOARD}&kernel=6.12&x=cma=64M:1G:480M&y=memory=1G,2G&show=cma.size,memtotal"


def glance(**inputs):
    reply = daemon.post({"board": BOARD, "kernel": "6.12", **inputs}, answer="glance")
    check(reply.status in (200, 201), reply.text())
    return reply.json()


def messages(text):
    """The messages of a stream: (event, data)."""
    out = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            out.append((fields.get("event", "message"), json.loads(fields["data"])))
    return out


@test
def a_glance_is_the_end_of_the_run():
    """glance: tables, totals and problems are those of /runs/{id}, however many were asked for before"""
    for mib in (64, 900, 32, 871, 128, 896, 16):
        seen = glance(cmdline=f"cma={mib}M")
        state = daemon.get(f"{API}/runs/{seen['id']}/state").json()
        manifest = daemon.get(f"{API}/runs/{seen['id']}").json()
        for table, rows in seen["tables"].items():
            same(rows, state["tables"][table], f"{mib}M {table}")
        for key in ("id", "inputs", "totals"):
            same(seen[key], manifest[key], f"{mib}M {key}")
        same((seen["seq"], seen["step_index"]), (state["seq"], state["step_index"]))
        events = [json.loads(line) for line in daemon.get(f"{API}/runs/{seen['id']}/events?format=ndjson").text().splitlines()]
        same(seen["problems"], [e for e in events if e["kind"] == "problem"], f"{mib}M problems")


@test
def a_worker_stays_for_one_tree():
    """glance: one worker after the other of the same tree and kernel, another for another kernel, and nobody's answer is mixed up"""
    seen = {}
    for i in range(12):
        kernel = "6.12" if i % 3 else "6.7"
        seen[(kernel, i)] = daemon.post({"board": BOARD, "kernel": kernel, "cmdline": f"cma={16 + 4 * i}M"},
                                        answer="glance").json()
    for (kernel, i), answer in seen.items():
        same(answer["kernel"]["name"], kernel)
        same(answer["inputs"]["cmdline"], f"cma={16 + 4 * i}M")
        same(answer["totals"]["counters"]["totalcma_pages"], (16 + 4 * i) * 256)


@test
def a_worker_keeps_its_boot():
    """state: moments of one run from a worker that keeps its boot, beside another run's of the same tree and answers of other names: each as the shell says it"""
    runs = {line: daemon.post({"board": BOARD, "kernel": "6.12", "cmdline": line}).json()["id"] for line in ("cma=16M", "cma=32M")}
    for at in (5, 400, 77, 600, 300):
        for line, run in runs.items():
            for name, words in ((f"state?at={at}", ("state",)), (f"state/zones?at={at}", ("state/zones",)), (f"explain.json?at={at}", ("explain", "--json"))):
                shell = subprocess.run([program(), "boot", BOARD, "-k", "6.12", "-c", line, "-o", *words, "--at", str(at)], capture_output=True, text=True, timeout=60)
                answer = daemon.get(f"{API}/runs/{run}/{name.replace('explain.json?', 'explain?format=json&')}")
                same((answer.status, answer.text()), (200, shell.stdout), f"{line} {name}")


@test
def a_bad_input_does_not_end_the_next():
    """glance: inputs that the engine refuses are refused, and the next is answered"""
    for _ in range(3):
        refused = daemon.post({"board": BOARD, "kernel": "6.12", "memory": "4G@0xfffffffff0000000"}, answer="glance")
        check(400 <= refused.status < 500, refused.status)
        same(glance(cmdline="cma=48M")["totals"]["counters"]["totalcma_pages"], 48 * 256)


@test
def any_report_will_do():
    """answer=: a report in place of the manifest, by POST and at the end of GET /run's redirect; another name is refused"""
    log = daemon.post({"board": BOARD, "kernel": "6.12"}, answer="log")
    check("Machine model" in log.text(), log.text()[:200])
    to = daemon.get(f"{API}/run?board={BOARD}&kernel=6.12&answer=glance")
    same(to.status, 303)
    check(to.header("location").endswith("/glance"), to.header("location"))
    problem(daemon.get(f"{API}/run?board={BOARD}&answer=nonesuch"), 400, "bad-parameter")


@test
def a_sweep_is_the_shells():
    """sweep: CSV, JSON and SVG are the bytes that `mmscope sweep` prints"""
    for form in ("csv", "json", "svg", "table"):
        shell = subprocess.run([program(), "sweep", BOARD, "-k", "6.12", "cma=64M:1G:480M", "memory=1G,2G", "--show", "cma.size",
                                "--show", "memtotal", "--format", form], capture_output=True, text=True, timeout=60)
        same(daemon.get(f"{SWEEP}&format={form}").text(), shell.stdout, form)


@test
def a_sweep_streams():
    """sweep: as a stream a head, each cell once, an end; the same cells as the JSON"""
    told = messages(daemon.get(SWEEP, {"Accept": "text/event-stream"}).text())
    same(told[0][0], "head")
    same(told[-1], ("end", {}))
    cells = [data for event, data in told if event == "message"]
    same(told[0][1]["cells"], len(cells))
    same(sorted(cells, key=lambda c: c["cell"]), daemon.get(f"{SWEEP}&format=json").json()["cells"])


@test
def a_tree_is_swept():
    """sweep: a tree of one's own is the body, and the answer is what the shell says of that file; JSON is refused"""
    tree = daemon.get(f"{API}/boards/{BOARD}/dtb").body
    query = SWEEP.replace(f"board={BOARD}&", "")
    raw = {"Content-Type": "application/octet-stream"}
    with tempfile.NamedTemporaryFile(suffix=".dtb") as file:
        file.write(tree)
        file.flush()
        shell = subprocess.run([program(), "sweep", file.name, "-k", "6.12", "cma=64M:1G:480M", "memory=1G,2G", "--show", "cma.size",
                                "--show", "memtotal", "--format", "json"], capture_output=True, text=True, timeout=60)
    same(daemon.ask("POST", f"{query}&format=json", raw, tree).text(), shell.stdout)
    told = messages(daemon.ask("POST", query, {**raw, "Accept": "text/event-stream"}, tree).text())
    same(len([1 for event, _ in told if event == "message"]), told[0][1]["cells"])
    problem(daemon.ask("POST", query, {"Content-Type": "application/json"}, b"{}"), 415, "unsupported-type")
    cells = daemon.ask("POST", f"{query}&format=json", raw, b"no tree").json()["cells"]
    same({c["outcome"] for c in cells}, {"refused"})


@test
def kernels_vary():
    """sweep: a kernel that does not exist is an outcome, as in the shell"""
    cells = daemon.get(f"{API}/sweep?board={BOARD}&x=kernel=4.9,nonesuch,6.12&y=cma=16M,32M&show=memtotal").json()["cells"]
    same([c["outcome"] for c in cells], ["fine", "refused", "fine"] * 2)
    same([c["cell"] for c in cells], list(range(6)))


@test
def slips_are_told():
    """sweep: no axis, a number that is not there, too many cells, a stray parameter"""
    problem(daemon.get(f"{API}/sweep?board={BOARD}"), 400, "bad-parameter")
    slip = problem(daemon.get(f"{API}/sweep?board={BOARD}&x=cma=64M&show=memtotl"), 400, "bad-parameter")
    check("did you mean 'memtotal'" in slip["detail"], slip)
    told = messages(daemon.get(f"{API}/sweep?board={BOARD}&x=cma=64M&show=memtotl&format=sse").text())
    same([event for event, _ in told], ["head", "problem", "end"])
    problem(daemon.get(f"{API}/sweep?board={BOARD}&x=cma=1M:4000M:1M&y=memory=1G:9G:1G"), 400, "bad-parameter")
    problem(daemon.get(f"{API}/sweep?board={BOARD}&x=cma=1M:9M"), 400, "bad-parameter")
    problem(daemon.get(f"{API}/sweep?board={BOARD}&x=cma=1M&z=1"), 400, "bad-parameter")


SCRIPT = ["a = alloc order=2", "repeat 9 { b = alloc cpu=1 }", "free a", "free a", "m = kmem_cache_create 512", "o = kmem_cache_alloc cache=m",
          "z = alloc order=10 gfp=GFP_NOWAIT", "repeat 300 { z = alloc order=10 gfp=GFP_NOWAIT }", "vm.min_free_kbytes=9000", "wait 2",
          "drain all"]


def whole(ops, lang):
    """A run as it is when nobody knew another: manifest, events, words."""
    at = f"{API}/runs/{daemon.post({'board': BOARD, 'kernel': '7.2', 'ops': ops}).json()['id']}"
    events = daemon.get(f"{at}/events?format=ndjson").text().splitlines()
    return daemon.get(at).json(), [json.loads(e) for e in events], daemon.get(f"{at}/explain?lang={lang}&format=json").json()["moments"]


def continued(before, more, ops):
    """The same, of a run that is held already and what another has more."""
    manifest, events, moments = before
    since = more["since"]
    steps = list(manifest["steps"])
    for step in more["steps"]:
        steps[step["index"]:step["index"] + 1] = [step]
    words = {m["seq"]: m for m in moments[:since]}
    words |= {m["seq"]: m for m in more["moments"]}
    inputs = {**more["manifest"]["inputs"], "ops": ops}
    return {**manifest, **more["manifest"], "inputs": inputs, "steps": steps}, events[:since] + more["events"], [words[i] for i in sorted(words)]


@test
def what_is_more_is_enough():
    """continuation: with what is held already it is the whole run, to the last word, statement by statement, in both languages"""
    for lang in ("en", "zh-CN"):
        ops, held = "", whole("", lang)
        for line in SCRIPT:
            ops += ("\n" if ops else "") + line
            last = held[1][-1]
            since = len(held[1]) - (last["step"] == "ops" and last["kind"] == "leave")
            reply = daemon.post({"board": BOARD, "kernel": "7.2", "ops": ops}, answer=f"continuation&since={since}&lang={lang}")
            check(reply.status in (200, 201), reply.text())
            held, all_of_it = continued(held, reply.json(), ops), whole(ops, lang)
            for part, name in enumerate(("manifest", "events", "words")):
                same(held[part], all_of_it[part], f"{name} after {line}")
        # A process that began with the boot alone has answered all of it; this one begins with the script.
        with tempfile.NamedTemporaryFile("w", suffix=".ops") as file:
            file.write(ops)
            file.flush()
            shell = subprocess.run([program(), "boot", BOARD, "-k", "7.2", "--ops", file.name, "-o", "events"], capture_output=True, text=True, timeout=60)
        same(held[1], [json.loads(line) for line in shell.stdout.splitlines()], "the shell's events")


@test
def nothing_more_is_an_answer():
    """continuation: of a number behind the end nothing is left, and what is no number or language is refused"""
    more = daemon.post({"board": BOARD, "kernel": "7.2"}, answer="continuation&since=1000000000").json()
    same((more["events"], more["since"]), ([], more["manifest"]["totals"]["events"]))
    problem(daemon.post({"board": BOARD, "kernel": "7.2"}, answer="continuation&since=x"), 400, "bad-parameter")
    problem(daemon.post({"board": BOARD, "kernel": "7.2"}, answer="continuation&lang=de"), 400, "bad-parameter")


@test
def nothing_is_left():
    """at the end no worker has crashed or run out of time, and the server ends cleanly"""
    m = daemon.metrics()
    same((m["mmscope_jobs_crashed_total"], m["mmscope_jobs_timed_out_total"]), (0, 0))
    same(daemon.stop(), 0)


test.main()
