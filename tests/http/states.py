# SPDX-License-Identifier: GPL-2.0-or-later
"""A recorded state of the page allocator is an input like others: by its hash, read by a worker, refused by name; and operations add events."""
import io
import json
import lzma
import os
import tarfile

from mmhttp import API, Daemon, Tap, check, same

test = Tap()
daemon = Daemon()
SRCDIR = os.environ.get("SRCDIR", ".")
RECORDING = f"{SRCDIR}/tests/recordings/7.2-uma1g-d-random.tar"
TAR = open(RECORDING, "rb").read()
RUN = {"board": "qemu-virt", "memory": "1G", "kernel": "7.2"}


def files():
    with tarfile.open(fileobj=io.BytesIO(TAR)) as tar:
        return {m.name.split("/")[-1]: tar.extractfile(m).read() for m in tar.getmembers()}


def state():
    return json.loads(lzma.decompress(files()["state0.json.xz"]))


def pack(**members):
    """A tar of these members in place of the recording's."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in {**{k: v for k, v in files().items() if k[:4] in ("case", "stat")}, **members}.items():
            if data is not None:
                info = tarfile.TarInfo(f"x/{name}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def hand_in(tar, kind="application/x-tar"):
    answer = daemon.ask("POST", f"{API}/states", {"Content-Type": kind}, tar)
    check(answer.status in (200, 201), f"status {answer.status}: {answer.text()}")
    return answer.json()["name"], answer.status


def run_of(tar, **more):
    return daemon.post({**RUN, "from_state": hand_in(tar)[0], **more})


def changed(change):
    document = state()
    change(document["state0"])
    return pack(**{"state0.json.xz": None, "state0.json": json.dumps(document).encode()})


@test
def a_state_has_the_hash_of_its_bytes():
    """the same bytes have the same name, and are known the second time"""
    name, status = hand_in(TAR)
    same(status, 201)
    same(hand_in(TAR), (name, 200))
    check(len(name) == 64, name)


@test
def operations_start_from_it():
    """the first pages come from the recorded per-CPU list, and the tables are those that were recorded"""
    answer = run_of(TAR, ops="a = alloc\nb = alloc cpu=1")
    same(answer.status, 201)
    run, inputs = answer.json()["id"], answer.json()["inputs"]
    same(inputs["from_state"], hand_in(TAR)[0])
    first = {s["cpu"]: s["lists"][0][0] for s in state()["state0"]["pcp"] if s["z"] == 0}
    events = [json.loads(l) for l in daemon.get(f"{API}/runs/{run}/events?format=ndjson&step=ops").text().splitlines()]
    came = {e["text"]["cpu"]: e["text"]["pfn"] for e in events if e.get("kind") == "buddy" and "gfp" in e["text"]}
    same(came, first)
    start = next(e["seq"] for e in events if e["text"].get("fn") == "from_state")
    rows = daemon.get(f"{API}/runs/{run}/state/freelists?at={start}").json()["rows"]
    real = {(z, o): len(pfns) for z, o, t, pfns in state()["state0"]["free"] if t == 1}
    same({(0, r["order"]): r["nr_free"] for r in rows if r["type"] == "MIGRATE_MOVABLE"}, real)


@test
def another_state_is_another_run():
    """and the order of its members makes one, too: the id is over bytes"""
    same(len({run_of(TAR).json()["id"], run_of(pack()).json()["id"], daemon.post(RUN).json()["id"]}), 3)


@test
def it_fits_its_machine_and_kernel():
    """another size of memory, another release: 422, and the sentence says what differs"""
    said = run_of(TAR, memory="2G")
    same(said.status, 422)
    check("of another machine" in said.json()["detail"], said.text())
    said = run_of(TAR, kernel="6.12")
    same(said.status, 422)
    check("Linux 7.2" in said.json()["detail"], said.text())


@test
def a_name_that_nobody_gave():
    """is 404, with the advice to hand it in"""
    said = daemon.post({**RUN, "from_state": "0" * 64})
    same(said.status, 404)
    check("/states" in said.json()["detail"], said.text())


def breaks():
    def twice(s):
        s["free"][0][3].append(s["free"][0][3][0])

    def far(s):
        s["free"][0][3][0] = 1 << 40

    def skewed(s):
        next(f for f in s["free"] if f[1] > 2)[3][0] += 1

    def lies(s):
        s["pcp"][0]["count"] += 1

    def order(s):
        s["free"][0][1] = 63

    def zone(s):
        s["free"][0][0] = 9

    def wide(s):
        s["zone_fields"][0]["spanned_pages"] = 1 << 45
    return [twice, far, skewed, lies, order, zone, wide]


@test
def hostile_states_are_named():
    """pages twice, far outside or skewed, counts that lie, orders and zones there are not: all 422, none stops the server"""
    for broken in breaks():
        said = run_of(changed(broken), ops="repeat 50 { a = alloc }")
        same((broken.__name__, said.status), (broken.__name__, 422))
        check(said.json()["detail"], said.text())
    for tar, word in ((b"x" * 5000, "not a tar"), (pack(**{"case.json": None}), "case.json"), (TAR[:3000], "cut short"),
                      (pack(**{"state0.json.xz": b"\xfd7zXZ\0junk"}), "state0.json.xz"),
                      (pack(**{"state0.json.xz": None, "state0.json": b"[" * 100000}), "state0.json"),
                      (pack(**{"state0.json.xz": lzma.compress(b" " * (65 << 20))}), "larger than")):
        said = run_of(tar)
        same((word, said.status), (word, 413 if word == "larger than" else 422))
        check(word in json.dumps(said.json()), said.text())
    same(daemon.get("/healthz").status, 200)


@test
def too_large_or_of_another_type():
    """eight MiB is the limit, and a device tree's type is taken, JSON is not"""
    same(daemon.ask("POST", f"{API}/states", {"Content-Type": "application/x-tar"}, b"x" * (8 << 20) + b"x").status, 413)
    same(daemon.ask("POST", f"{API}/states", {"Content-Type": "application/json"}, b"{}").status, 415)


@test
def more_operations_add_events():
    """a script that continues another begins with the same events, and since= has the new ones alone"""
    def lines(ops, query=""):
        run = daemon.post({"board": "qemu-virt", "kernel": "7.2", **({"ops": ops} if ops else {})}).json()["id"]
        return daemon.get(f"{API}/runs/{run}/events?format=ndjson{query}").text().splitlines()
    scripts = ["", "random 300 seed=5", "random 300 seed=5\nx = alloc order=2", "random 300 seed=5\nx = alloc order=2\nfree x cpu=1; drain all"]
    for before, after in zip(scripts, scripts[1:]):
        had, has = lines(before), lines(after)
        had = had[:-1] if before else had
        same(has[:len(had)], had)
        same(lines(after, f"&since={len(had)}"), has[len(had):])
    same(daemon.get(f"{API}/runs/{daemon.run()}/events?since=x").status, 400)


@test
def an_operation_more_is_one_boot():
    """since= beside the inputs: the manifest and what is new come out of one worker"""
    before, after = ({"board": "qemu-virt", "kernel": "7.2", "ops": f"random 200 seed=9{more}"} for more in ("", "\ny = alloc"))
    known = len(daemon.get(f"{API}/runs/{daemon.post(before).json()['id']}/events?format=ndjson").text().splitlines()) - 1
    jobs = daemon.metrics()["mmscope_jobs_total"]
    run = daemon.ask("POST", f"{API}/runs?since={known}", {"Content-Type": "application/json"}, json.dumps(after).encode()).json()["id"]
    new = daemon.get(f"{API}/runs/{run}/events?format=ndjson&since={known}").text().splitlines()
    same(daemon.metrics()["mmscope_jobs_total"], jobs + 1)
    same([json.loads(line)["seq"] for line in new], list(range(known, known + len(new))))
    check(any('"y"' in line for line in new), new)
    same(daemon.ask("POST", f"{API}/runs?since=x", {"Content-Type": "application/json"}, json.dumps(after).encode()).status, 400)


@test
def nothing_is_left():
    """no worker crashed on them, and the server ends cleanly"""
    m = daemon.metrics()
    same((m["mmscope_jobs_crashed_total"], m["mmscope_jobs_timed_out_total"]), (0, 0))
    same(daemon.stop(), 0)


test.main()
