# SPDX-License-Identifier: GPL-2.0-or-later
"""What automation asks for: moments by name, phases, chosen events, numbers that are numbers."""
import csv
import io
import json

from mmhttp import API, Daemon, Tap, check, problem, same

test = Tap()
daemon = Daemon()
RUN = f"{API}/runs/{daemon.run()}"
manifest = daemon.get(RUN).json()
steps = manifest["steps"]


def ndjson(path):
    return [json.loads(line) for line in daemon.get(path, {"Accept": "application/x-ndjson"}).text().splitlines()]


def sse(path):
    """Ids and data of a stream, without its last word."""
    blocks = daemon.get(path, {"Accept": "text/event-stream"}).text().split("\n\n")
    found = [dict(line.split(": ", 1) for line in b.splitlines()) for b in blocks if b.startswith("id: ")]
    return [(int(b["id"]), json.loads(b["data"])) for b in found]


def number(text):
    """Of a "0x.." text: a number, or its digits where a double would lose some."""
    value = int(text, 16)
    return value if value < 1 << 53 else str(value)


HEX = {t["name"]: [c["name"] for c in t["columns"] if c["type"] == "hex"] for t in manifest["tables"]}


def numbered(name, rows):
    return [{k: number(v) if k in HEX[name] else v for k, v in row.items()} for row in rows]


@test
def phases_are_told_in_three_forms():
    """phases: NDJSON, SSE and JSON say the same, a record for each step and stage, numbered"""
    lines = ndjson(f"{RUN}/phases")
    same([p["phase"] for p in lines], list(range(len(lines))))
    same(daemon.get(f"{RUN}/phases", {"Accept": "application/json"}).json()["phases"], lines)
    same(sse(f"{RUN}/phases"), list(enumerate(lines)))
    same(sse(f"{RUN}/phases?from=5&to=7"), list(enumerate(lines))[5:7])
    same(sorted(p["step_index"] for p in lines if p["kind"] == "step"), [s["index"] for s in steps])
    same([p["name"] for p in lines if p["kind"] == "stage"], ["-1", "0", "1", "2", "3a", "3b", "3c"])
    same([p["seq"] for p in lines], sorted(p["seq"] for p in lines))


@test
def phases_agree_with_states():
    """a phase's owners and zones are those of state?at= its last event"""
    zones = []
    for p in ndjson(f"{RUN}/phases"):
        zones = p["tables"].get("zones", zones)
        if p["kind"] == "step" and p["name"] not in ("paging_init", "bootmem_init", "mem_init", "setup_arch"):
            continue
        state = daemon.get(f"{RUN}/state?at={p['seq']}&numbers=decimal").json()["tables"]
        same(zones, state["zones"], p["name"])
        for owner, size in p["owners"].items():
            same(size, sum(r["size"] for r in state["ledger"] if r["ram"] and r["owner"] == owner), f"{p['name']}: {owner}")


@test
def moments_have_names():
    """at=: stages, STEP#2, STEP:enter and end, for tables, texts and explanations alike"""
    second = [s for s in steps if s["name"] == next(s["name"] for s in steps[::-1] if
              sum(o["name"] == s["name"] for o in steps) > 1)][1]
    for at, seq in (("end", manifest["totals"]["events"] - 1), (f"{second['name']}%232", second["last_seq"]),
                    (f"{second['name']}%232:enter", second["first_seq"]),
                    ("stage:1", next(s for s in steps if s["stage"] == "2")["first_seq"] - 1),
                    ("3a:enter", next(s for s in steps if s["stage"] == "3a")["first_seq"])):
        same(daemon.get(f"{RUN}/state/zones?at={at}").json().get("seq"), seq, at)
        same(daemon.get(f"{RUN}/explain?at={at}").json()["seq"], seq, at)
    body = problem(daemon.get(f"{RUN}/state?at=paging_ini"), 404, "not-found")
    check("paging_init" in body["detail"], body)


@test
def events_say_their_stage_and_can_be_chosen():
    """events: each has its stage; kind=, step=, owner= and range= leave out what is about something else"""
    events = ndjson(f"{RUN}/events")
    same([e["stage"] for e in events], [steps[e["step_index"]]["stage"] for e in events])
    same(ndjson(f"{RUN}/events?kind=zone,slab"), [e for e in events if e["kind"] in ("zone", "slab")])
    same(ndjson(f"{RUN}/events?owner=memmap"), [e for e in events if e.get("why", {}).get("owner") == "memmap"])
    inside = ndjson(f"{RUN}/events?step=paging_init")
    call = next(s for s in steps if s["name"] == "paging_init")
    same(inside, events[call["first_seq"]:call["last_seq"] + 1])
    initrd = int(manifest["loader"][2]["base"], 16)
    about = ndjson(f"{RUN}/events?range={initrd:#x}-{initrd + 4096:#x}&kind=reserve,free")
    same([e["text"]["fn"] for e in about], ["memblock_reserve", "memblock_phys_free"])
    some = [e for e in events if e["kind"] == "alloc"]
    same(sse(f"{RUN}/events?kind=alloc&from={some[2]['seq'] + 1}"), [(e["seq"], e) for e in some[3:]])
    check("END" in problem(daemon.get(f"{RUN}/events?range=5-4"), 400, "bad-parameter")["detail"])
    problem(daemon.get(f"{RUN}/events?kind=&format=json"), 400, "bad-parameter")
    for query, meant in (("kind=aloc", "alloc"), ("owner=per_cpu", "percpu"), ("owner=memmap,pagetable", "page-table"), ("step=paging_int", "paging_init")):
        body = problem(daemon.get(f"{RUN}/events?{query}"), 400, "bad-parameter")
        check(f"did you mean '{meant}'?" in body["detail"], body)
    problem(daemon.get(f"{RUN}/state?kind=alloc"), 400, "bad-parameter")


@test
def numbers_are_numbers():
    """numbers=decimal: the same document, with numbers for bytes and addresses"""
    state, decimal = daemon.get(f"{RUN}/state").json(), daemon.get(f"{RUN}/state?numbers=decimal").json()
    same(decimal["tables"], {name: numbered(name, rows) for name, rows in state["tables"].items()})
    one = daemon.get(f"{RUN}/state/ledger?at=3a").json()
    same(daemon.get(f"{RUN}/state/ledger?at=3a&numbers=decimal").json()["rows"], numbered("ledger", one["rows"]))
    totals, wanted = daemon.get(f"{RUN}?numbers=decimal").json()["totals"], manifest["totals"]
    same((totals["ram"], totals["ledger"]),
         (number(wanted["ram"]), {owner: number(size) for owner, size in wanted["ledger"].items()}))
    problem(daemon.get(f"{RUN}?numbers=hex"), 400, "bad-parameter")
    problem(daemon.get(f"{RUN}/log?numbers=decimal"), 400, "bad-parameter")


@test
def nothing_is_absent():
    """totals.ledger has every owner; meminfo has MemTotal; each table comes as CSV"""
    same(manifest["totals"]["ledger"]["crashkernel"], "0x0")
    text = daemon.get(f"{RUN}/meminfo").text()
    table = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()}
    same(daemon.get(f"{RUN}/meminfo?format=json").json()["meminfo_kB"], table)
    for name in (t["name"] for t in manifest["tables"]):
        rows = daemon.get(f"{RUN}/state/{name}").json()["rows"]
        read = list(csv.DictReader(io.StringIO(daemon.get(f"{RUN}/state/{name}?format=csv").text())))
        same(len(read), len(rows), name)
        same(daemon.get(f"{RUN}/state/{name}?format=csv&numbers=decimal").body, daemon.get(f"{RUN}/state/{name}?format=csv").body, name)


test.main()
