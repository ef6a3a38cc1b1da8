# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot log that is posted with its tree: what is read off it, line by line beside the prediction, and what is refused."""
import json
import os
import re
import tarfile
from urllib.parse import quote

from mmhttp import API, Daemon, Tap, check, problem, same

test = Tap()
daemon = Daemon()
SRCDIR = os.environ.get("SRCDIR", ".")


def capture(name):
    with tarfile.open(os.path.join(SRCDIR, f"tests/captures/{name}.tar.xz")) as tar:
        return [tar.extractfile(f"{name}/{file}").read() for file in ("console.txt", "board.dtb")]


LOG, TREE = capture("6.12-numa2")


def form(**parts):
    """multipart/form-data as curl -F sends it."""
    boundary = "------------------------3fba9a1c"
    body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
                    "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n" for name, data in parts.items())
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def post(query="", **parts):
    body, headers = form(**parts)
    return daemon.ask("POST", f"{API}/logs{query}", headers, body)


def compared(query="", **parts):
    reply = post(query, **parts)
    same(reply.status, 200, reply.body[:300])
    return json.loads(reply.body)


@test
def exact():
    """logs of three kernels, one of them under UEFI, come out exact with nothing but their trees"""
    for name in ("6.12-numa2", "6.1-uefi-1g", "4.9-virt-1g"):
        log, tree = capture(name)
        answer = compared(log=log, tree=tree)
        same((answer["matched"], answer["differences"]), (answer["total"], []), name)
        check(answer["profile"]["exact"] and all(line["same"] for line in answer["lines"]), name)
        same(len(answer["lines"]), answer["total"] - 1, "all but the outcome")


@test
def lines_have_their_events():
    """each line has the event that prints it, of the run that the inputs make"""
    answer = compared(log=LOG, tree=TREE)
    query = "&".join(f"{k}={quote(v)}"
                     for k, v in answer["inputs"].items())
    run = json.loads(daemon.ask("POST", f"{API}/runs?{query}", {"Content-Type": "application/octet-stream"}, TREE).body)
    events = [json.loads(e) for e in daemon.get(f"{API}/runs/{run['id']}/events?format=ndjson").text().splitlines()]
    tried = 0
    for line in answer["lines"]:
        event = events[line["seq"]]
        same(event["seq"], line["seq"])
        if event.get("count", 1) > 1:
            continue
        printed = [re.sub(r"\+0x[0-9a-f]+/0x[0-9a-f]+", "", text).rstrip() for text in event["log"]]
        check(line["real"] in printed, f"{line} {printed}")
        tried += 1
    check(tried > 100, tried)


@test
def what_is_read_off():
    """what the log says is told with its line, what it does not say is listed, and what was assumed comes with its rule"""
    answer = compared(log=LOG, tree=TREE)
    derived = {d["what"]: d for d in answer["derived"]}
    same(derived["release"]["value"], "6.12.107+deb13-arm64")
    same(LOG.splitlines()[derived["command line"]["line"] - 1].decode().split("line: ")[1], derived["command line"]["value"])
    same((derived["RAM"]["taken"], "memory" in answer["inputs"]), (False, False), "the tree says as much")
    same(answer["missing"], ["initrd", "UEFI map", "reserved"])
    same(answer["assumed"], [])
    quiet = b"\n".join(line for line in LOG.replace(b" memblock=debug", b"").splitlines()
                       if not re.search(rb"memblock_|MEMBLOCK|  (memory|reserved)[.\[]| memory size = ", line))
    answer = compared(log=quiet, tree=TREE)
    check("kernel image" in answer["missing"], answer["missing"])
    same([a["what"] for a in answer["assumed"]], ["image", "dtb"])
    check(all(a["rule"] for a in answer["assumed"]))


@test
def where_they_part():
    """the first line that differs has both texts, its number and the engine's reason"""
    number = next(i for i, line in enumerate(LOG.splitlines(), 1) if b"percpu: Embedded" in line)
    changed = LOG.replace(b"percpu: Embedded ", b"percpu: Embedded 1", 1)
    answer = compared(log=changed, tree=TREE)
    same(answer["total"] - answer["matched"], 2)
    apart = [line for line in answer["lines"] if not line["same"]]
    same(len(apart), 1)
    same(apart[0]["line"], number)
    same(apart[0]["real"].replace("Embedded 1", "Embedded ", 1), apart[0]["predicted"])
    same((apart[0]["step"], apart[0]["fn"]), ("setup_per_cpu_areas", "pcpu_setup_first_chunk"))
    fewer = LOG.splitlines(keepends=True)
    del fewer[number - 1]
    apart = [line for line in compared(log=b"".join(fewer), tree=TREE)["lines"] if not line["same"]]
    same(("line" in apart[0], "real" in apart[0], apart[0]["predicted"][:7]), (False, False, "percpu:"))


@test
def what_is_said_wins():
    """a parameter takes the place of what the log says; a kernel that was handed in is used by its name"""
    answer = compared("?kernel=6.1", log=LOG, tree=TREE)
    same((answer["kernel"], answer["profile"]["chosen"]), ("6.1", False))
    check(answer["matched"] < answer["total"])
    profile = daemon.get(f"{API}/kernels/6.12").body
    name = json.loads(daemon.ask("POST", f"{API}/kernels", {"Content-Type": "application/json"}, profile).body)["name"]
    answer = compared(f"?kernel={name}", log=LOG, tree=TREE)
    same((answer["inputs"]["kernel"], answer["matched"]), (name, answer["total"]))


@test
def refusals():
    """what is missing or wrong is named"""
    check("no part called tree" in problem(post(log=LOG), 422, "board-rejected")["detail"])
    check("no part called log" in problem(post(tree=TREE), 422, "board-rejected")["detail"])
    check("not a boot log" in problem(post(log=b"root:x:0:0", tree=TREE), 422, "board-rejected")["detail"])
    check("device tree" in problem(post("?kernel=6.1", log=LOG, tree=b"\x7fELF" * 20), 422, "board-rejected")["detail"])
    problem(post("?kernel=none", log=LOG, tree=TREE), 404, "not-found")
    problem(post("?board=qemu-virt", log=LOG, tree=TREE), 400, "bad-parameter")
    problem(post("?nonsense=1", log=LOG, tree=TREE), 400, "bad-parameter")
    cut = LOG[LOG.index(b"MEMBLOCK configuration"):].replace(b"Linux version", b"")
    same(problem(post(log=cut, tree=TREE), 400, "bad-parameter")["option"], "kernel")
    problem(daemon.ask("POST", f"{API}/logs", {"Content-Type": "text/plain"}, LOG), 415, "unsupported-type")
    problem(daemon.ask("POST", f"{API}/logs", {"Content-Type": "multipart/form-data; boundary=x"}, b"y"), 422, "board-rejected")


@test
def hostile_logs():
    """logs cut at any place, and bytes that are none, end in an answer or a refusal, never in a crash"""
    for seed in range(40):
        at = seed * 7919 % len(LOG)
        log = LOG[:at] + bytes((b * 31 + seed) & 0xff for b in LOG[at:at + 200]) + LOG[at + 150:]
        reply = post("?kernel=6.12", log=log, tree=TREE if seed % 3 else TREE[:seed * 997])
        check(reply.status in (200, 400, 422), f"{seed}: {reply.status} {reply.body[:200]}")


@test
def schema():
    """an answer is what its schema says"""
    text = daemon.get(f"{API}/openapi.json").json()["components"]["schemas"]["log"]
    answer = compared(log=LOG.replace(b"percpu: Embedded ", b"percpu: Embedded 1", 1), tree=TREE)
    same([n for n in text["required"] if n not in answer], [])
    same([n for n in answer if n not in text["properties"]], [])


test.main()
