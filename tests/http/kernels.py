# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels that are handed in: an image with what belongs to it, a saved profile, what is refused, and what is kept."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("SRCDIR", "."), "tests", "image"))
import fake_kernel as fake  # noqa: E402
from mmhttp import API, BOARD, Daemon, Tap, check, problem, same  # noqa: E402

test = Tap()
folder = tempfile.TemporaryDirectory()
daemon = Daemon("--kernels", folder.name)
RAW = {"Content-Type": "application/octet-stream"}


def post(body, headers):
    return daemon.ask("POST", f"{API}/kernels", headers, body)


def form(**parts):
    """multipart/form-data as curl -F sends it."""
    boundary = "------------------------3fba9a1c"
    body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
                    "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n" for name, data in parts.items())
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def made(reply):
    check(reply.status in (200, 201), f"{reply.status} {reply.body[:300]}")
    return json.loads(reply.body)


@test
def an_image_becomes_a_kernel():
    """an image is read by a worker; its kernel has a name, an address and a place among the files"""
    reply = post(fake.image(), RAW)
    kernel = made(reply)
    same(reply.status, 201)
    check(kernel["name"].startswith("6.12.34-") and kernel["version"] == "6.12.34", kernel)
    same(reply.header("Location"), f"{API}/kernels/{kernel['name']}")
    same(made(post(fake.image(), RAW))["name"], kernel["name"])
    same(os.listdir(folder.name), [kernel["name"] + ".json"])
    profile = json.loads(daemon.get(f"{API}/kernels/{kernel['name']}").body)
    same(profile["structs"]["page"], 64)


@test
def files_beside_the_image():
    """a configuration, a System.map and a boot log go with the image as parts of one body"""
    bare = fake.image("base", config=False, everything=False)
    problem(post(bare, RAW), 422, "board-rejected")
    log = b"Linux version 6.12.34 (builder)\nmemblock_reserve: [0x0-0xf] arm64_memblock_init+0x20/0x300\n"
    kernel = made(post(*form(image=bare, config=fake.CONFIG.encode(), map=fake.system_map(), log=log)))
    profile = json.loads(daemon.get(kernel["links"]["profile"]).body)
    same(profile["symbols"]["mem_section"], hex(fake.LAYOUT["mem_section"]))
    same(profile["derived"]["callers"], "the code, and the boot log")
    check(all(a["what"] and a["effect"] for a in kernel["trust"]["assumed"]), kernel["trust"])


@test
def a_saved_profile_is_the_same_kernel():
    """the profile, saved and handed in again, has the same name; an edited one has another"""
    kernel = made(post(fake.image(), RAW))
    saved = daemon.get(kernel["links"]["profile"]).body
    json_type = {"Content-Type": "application/json"}
    same(made(post(saved, json_type))["name"], kernel["name"])
    check(made(post(saved.replace(b'"page": 64', b'"page": 128'), json_type))["name"] != kernel["name"], "edited")
    problem(post(b"{}", json_type), 422, "board-rejected")
    problem(post(b"hello", json_type), 422, "board-rejected")


@test
def runs_name_it():
    """a run takes the kernel by its name; one that is missing is asked for by name"""
    name = made(post(fake.image(), RAW))["name"]
    reply = daemon.get(f"{API}/run?board={BOARD}&kernel={name}")
    check(reply.status == 303, f"{reply.status} {reply.body[:300]}")
    missing = name[:-4] + "0000"
    reply = daemon.get(f"{API}/run?board={BOARD}&kernel={missing}")
    check(missing in problem(reply, 404, "not-found")["detail"], reply.body)
    problem(daemon.get(f"{API}/kernels/{missing}"), 404, "not-found")


@test
def trust_is_told():
    """a kernel that was handed in is derived: by which release it runs, what is nearest; the list has it, and its history is told"""
    kernel = made(post(fake.image(), RAW))
    trust = kernel["trust"]
    same((trust["state"], trust["known"], trust["behaviour"], trust["nearest"]["version"]), ("derived", "recorded", "6.12", "6.12.107"))
    same(json.loads(daemon.get(kernel["links"]["trust"]).body)["trust"], trust)
    listed = {k["name"]: k for k in json.loads(daemon.get(f"{API}/kernels").body)["kernels"]}
    check(listed[kernel["name"]]["handed_in"] and not listed["6.12"]["handed_in"], listed.keys())
    same((listed["6.12"]["trust"]["state"], listed[kernel["name"]]["trust"]["state"]), ("verified", "derived"))
    same(listed[kernel["name"]]["conformance"], None)
    history = json.loads(daemon.get(kernel["links"]["history"] + "?against=6.7").body)
    check(history["against"] == "6.7" and history["changes"], history)
    run = json.loads(daemon.ask("POST", f"{API}/runs", {"Content-Type": "application/json"},
                                json.dumps({"board": BOARD, "kernel": "6.7"}).encode()).body)
    same(run["kernel"]["trust"]["state"], "verified")


@test
def far_outside():
    """a release that is far from what is known is refused unless it is forced"""
    saved = json.loads(daemon.get(f"{API}/kernels/6.7").body)
    saved["version"] = "3.18.140"
    body, json_type = json.dumps(saved).encode(), {"Content-Type": "application/json"}
    refused = problem(daemon.ask("POST", f"{API}/kernels", json_type, body), 422, "board-rejected")
    check("far from what is known" in refused["detail"] and refused["option"] == "force", refused)
    kernel = made(daemon.ask("POST", f"{API}/kernels?force=1", json_type, body))
    same((kernel["trust"]["known"], kernel["trust"]["behaviour"]), ("outside", "4.9"))
    same(daemon.get(f"{API}/run?board={BOARD}&kernel={kernel['name']}").status, 303)
    reply = daemon.ask("POST", f"{API}/runs", json_type, json.dumps({"board": BOARD, "kernel": "6.7", "force": "much"}).encode())
    problem(reply, 400, "bad-parameter")


@test
def no_boot_of_it_was_recorded():
    """of a release of which no boot was recorded this is said wherever the kernel is named: where it was handed in, in the list, in a run"""
    saved = json.loads(daemon.get(f"{API}/kernels/6.7").body)
    saved.update(version="6.9.3", name="mine")
    json_type = {"Content-Type": "application/json"}
    kernel = made(post(json.dumps(saved).encode(), json_type))
    check(kernel["name"].startswith("6.9.3-"), kernel)
    listed = {k["name"]: k for k in json.loads(daemon.get(f"{API}/kernels").body)["kernels"]}[kernel["name"]]
    run = json.loads(daemon.ask("POST", f"{API}/runs", json_type, json.dumps({"board": BOARD, "kernel": kernel["name"]}).encode()).body)
    for trust in (kernel["trust"], listed["trust"], run["kernel"]["trust"]):
        same((trust["state"], trust["known"], trust["behaviour"]), ("derived", "unrecorded", "6.9"))
    history = json.loads(daemon.get(kernel["links"]["history"] + "?against=6.7").body)
    check(history["changes"], history)


@test
def put_there_by_hand():
    """a profile that somebody put into --kernels DIR is listed and boots; of what is none the server says so and why"""
    with tempfile.TemporaryDirectory() as mine, open(os.path.join(mine, "stderr"), "w+") as stderr:
        saved = daemon.get(f"{API}/kernels/6.7").body
        for name, body in (("my board's.json", saved.replace(b'"page": 64', b'"page": 128')), ("broken.json", b"{ nonsense"), ("notes.txt", b"x")):
            with open(os.path.join(mine, name), "wb") as f:
                f.write(body)
        os.mkdir(os.path.join(mine, "folder.json"))
        for start in range(2):
            with Daemon("--kernels", mine, stderr=stderr) as other:
                handed = [k["name"] for k in json.loads(other.get(f"{API}/kernels").body)["kernels"] if k["handed_in"]]
                same(len(handed), 1)
                same(json.loads(other.get(f"{API}/kernels/{handed[0]}").body)["structs"]["page"], 128)
                same(other.get(f"{API}/run?board={BOARD}&kernel={handed[0]}").status, 303)
        stderr.seek(0)
        said = stderr.read()
        same(said.count(f"my board's.json: loaded as kernel {handed[0]}"), 2)
        check("broken.json: not loaded: " in said and "folder.json: not loaded: " in said and "notes.txt" not in said, said)
        same(sorted(os.listdir(mine)), sorted(["my board's.json", "broken.json", "notes.txt", "folder.json", "stderr", handed[0] + ".json"]))


@test
def another_server_finds_it():
    """what is kept with --kernels is there for the next server"""
    name = made(post(fake.image(), RAW))["name"]
    with Daemon("--kernels", folder.name) as other:
        same(other.get(f"{API}/kernels/{name}").status, 200)
        check(name in [k["name"] for k in json.loads(other.get(f"{API}/kernels").body)["kernels"]], "listed")
    with Daemon() as without:
        problem(without.get(f"{API}/kernels/{name}"), 404, "not-found")


@test
def what_is_no_kernel():
    """what is no kernel, or another machine's, is refused with the byte"""
    same(problem(post(fake.elf(fake.image(), machine=62), RAW), 422, "board-rejected")["offset"], 18)
    problem(post(fake.image()[:200000], RAW), 422, "board-rejected")
    problem(post(b"", RAW), 400, "bad-request")
    problem(post(b"x", {"Content-Type": "text/plain"}), 415, "unsupported-type")
    problem(post(b"no boundary", {"Content-Type": "multipart/form-data"}), 422, "board-rejected")
    body, headers = form(config=b"CONFIG_ARM64=y\n")
    problem(post(body, headers), 422, "board-rejected")
    body, headers = form(image=fake.image())
    problem(post(body[:len(body) // 2], headers), 422, "board-rejected")
    body, headers = form(image=daemon.get(f"{API}/kernels/6.7").body)
    check("POST it as application/json" in problem(post(body, headers), 422, "board-rejected")["detail"], "a profile as an image")


@test
def one_that_is_too_large():
    """more than 128 MiB is refused before it is sent, and the shell's command is named"""
    reply = daemon.ask("POST", f"{API}/kernels", {**RAW, "Content-Length": str((128 << 20) + 1)}, b"x")
    check("mmscope profile" in problem(reply, 413, "too-large")["detail"], reply.body)


@test
def a_worker_that_dies():
    """a worker that crashes over a kernel is the server's failure, and the server lives on"""
    with Daemon(fault="profile=crash") as other:
        reply = other.ask("POST", f"{API}/kernels", RAW, fake.image())
        problem(reply, 500, "worker-crashed")
        same(other.get("/healthz").status, 200)


test.main()
