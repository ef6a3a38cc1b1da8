#!/usr/bin/env python3
"""The faults that were once found in API and shell from outside, one probe each: none comes back.
Then a hostile tree under a terminal: no command lets a string of it drive the terminal.

    tests/findings.py --against COMMIT      a table: each probe with the program as it was then (built once) and with this one
    tests/findings.py --against MMSCOPE     the same with any build of it
"""
import gzip
import json
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

SRC = os.environ.get("SRCDIR", os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.environ.get("BUILDDIR", os.path.join(SRC, "build"))
MMSCOPE = os.path.abspath(os.environ.get("MMSCOPE", os.path.join(BUILD, "mmscope")))
number = 0


def results(program):
    """{probe: did it hold} with that program; one that it did not get to is missing."""
    done = subprocess.run([sys.executable, __file__], env=dict(os.environ, MMSCOPE=program, SRCDIR=SRC, BUILDDIR=BUILD), capture_output=True, text=True)
    found = (re.match(r"(not )?ok \d+ - (.*)", line) for line in done.stdout.splitlines())
    return {match[2]: not match[1] for match in found if match}


def build_of(other):
    """A program, or that of a commit."""
    if os.path.isfile(other):
        return os.path.abspath(other)
    script = os.path.join(SRC, "tests/web/baseline.sh")
    return subprocess.run(["bash", script, other], env=dict(os.environ, SRCDIR=SRC, BUILDDIR=BUILD), stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def compare(other):
    then, now = results(build_of(other)), results(MMSCOPE)
    print("| probe | then | now |\n|---|---|---|")
    for name, holds in now.items():
        print(f"| {name} | {'holds' if then.get(name) else 'fails' if name in then else 'not got to'} | {'holds' if holds else 'FAILS'} |")
    print(f"{sum(not then.get(name) for name in now)} of {len(now)} did not hold then, {sum(not holds for holds in now.values())} do not now")
    sys.exit(not all(now.values()))


if len(sys.argv) == 3 and sys.argv[1] == "--against":
    compare(sys.argv[2])


def ok(name, holds, seen=""):
    global number
    number += 1
    print(f"{'' if holds else 'not '}ok {number} - {name}", flush=True)
    if not holds:
        print("\n".join("# " + line[:300] for line in str(seen).splitlines()[:20]), flush=True)


def run(*args, stdin=None):
    done = subprocess.run([MMSCOPE, *args], input=stdin, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def attempt(probe, *args):
    """What cannot even be asked of a program does not hold, and hides nothing else."""
    try:
        probe(*args)
    except Exception as error:  # whatever an old program makes of a question
        ok(f"{probe.__name__} comes to its end", False, f"{type(error).__name__}: {error}")


# ------------------------------------------------------------------------- API

def probe_moments(run_url):
    for at in ("stage:3a", "3a", "paging_init", "end"):
        status, _, body = get(f"{run_url}/state?at={at}")
        ok(f"state at {at} is had", status == 200, body)


def probe_phases(run_url):
    status, _, body = get(f"{run_url}/phases?format=ndjson")
    phases = [json.loads(line) for line in body.splitlines()]
    ok("state comes as a stream of stages and steps", {"stage", "step"} <= {p.get("kind") for p in phases}, body[:300])
    ok("what is not there is zero", phases[-1]["owners"].get("crashkernel") == 0, phases[-1]["owners"])


def probe_numbers(run_url):
    status, _, body = get(f"{run_url}?numbers=decimal")
    cma = json.loads(body)["totals"]["ledger"]["cma"]
    ok("32 MiB as a number are not more than 64", isinstance(cma, int) and cma < 67108864, cma)


def probe_tables(run_url):
    status, headers, body = get(f"{run_url}/state/zones?format=csv")
    ok("tables come as CSV", headers.get_content_type() == "text/csv" and body.startswith(b"key,"), body[:200])
    status, _, body = get(f"{run_url}/meminfo")
    ok("meminfo has MemTotal", b"MemTotal" in body, body[:300])


def probe_coding(run_url):
    status, headers, body = get(f"{run_url}/events", **{"Accept-Encoding": "gzip"})
    packed = headers.get("Content-Encoding") == "gzip"
    ok("run answers are compressed for who can read it", packed and len(body) * 5 < len(gzip.decompress(body)), headers)
    ok("and say that they depend on it", "accept-encoding" in ", ".join(headers.get_all("Vary") or []).lower(), headers)


def probe_openapi(api):
    status, _, body = get(f"{api}/openapi.json")
    openapi = json.loads(body)
    outside = [r for r in re.findall(r'"\$ref":\s*"([^"]+)"', body.decode()) if not r.startswith("#")]
    ok("openapi.json refers to nothing outside of itself", not outside, outside)
    bare = [f"{method} {path}" for path, methods in openapi["paths"].items() for method, operation in methods.items()
            if isinstance(operation, dict) and "responses" in operation
            and not any(r.get("content") or "$ref" in r for r in operation["responses"].values())]
    ok("every operation of it has a schema", not bare, bare)


def probe_problem(api, run_url):
    status, _, body = get(f"{run_url}/state?at=nowhere")
    kind = json.loads(body).get("type", "")
    page = get(api.rsplit("/api/", 1)[0] + kind if kind.startswith("/") else kind)[0] if kind != "about:blank" else 0
    ok("the type of a problem resolves to a page", status in (400, 404) and page == 200, (status, kind, page))


def probe_api(api):
    status, _, body = get(f"{api}/run?board=qemu-virt&kernel=6.7")
    run_url = api + "/runs/" + json.loads(body)["id"]
    for probe in (probe_moments, probe_phases, probe_numbers, probe_tables, probe_coding):
        attempt(probe, run_url)
    attempt(probe_openapi, api)
    attempt(probe_problem, api, run_url)


# ----------------------------------------------------------------------- shell

def probe_shell(folder):
    dtb = os.path.join(BUILD, "boards/qemu-virt.dtb")
    tree = open(dtb, "rb").read()

    status, _, err = run("boot", "qemu-virt", "-c", "cma=64G", "-o", "meminfo")
    ok("a CMA area that did not fit is told on stderr", "cma" in err.lower(), err)
    status, _, err = run("boot", "qemu-virt", "-c", "cma=64G", "-o", "meminfo", "--fail-on", "problem")
    ok("and with --fail-on problem it is the status", status == 1, (status, err))
    ok("there is a check", run("check", "qemu-virt")[0] in (0, 1))
    ok("there is a diff", run("diff", "qemu-virt", "qemu-virt")[0] == 0)
    status, _, err = run("check", "qemu-virt", "--expect", "cma.size >= 512M")
    ok("there are expectations", status == 1, (status, err))

    status, out, err = run("boot", "-", "-o", "meminfo", stdin=tree)
    ok("boot - reads standard input", status == 0 and b"MemTotal" in out, err)
    status, out, err = run("boot", "/dev/stdin", "-o", "meminfo", stdin=tree)
    ok("so does boot /dev/stdin", status == 0 and b"MemTotal" in out, err)
    done = subprocess.run(["bash", "-c", '"$1" boot <(cat "$2") -o meminfo', "bash", MMSCOPE, dtb], capture_output=True, timeout=120)
    ok("process substitution works", done.returncode == 0, done.stderr)

    for command in ("boards", "kernels"):
        status, _, err = run(command, "--boards", "/nonexistent")
        ok(f"{command} of a folder that is missing is an error with its name", status and "/nonexistent" in err, (status, err))
    bad = os.path.join(folder, "bad.dtb")
    with open(bad, "wb") as file:
        file.write(tree[:100])
    status, _, err = run("boot", bad)
    ok("a bad tree is told with its file's name", status == 3 and "bad.dtb" in err, (status, err))
    status, _, err = run("boot", "qemu-virt", "-o", "foo")
    ok("-o foo lists formats", status == 2 and "zoneinfo" in err and "ledger" in err, err)
    status, _, err = run("serve", "--workers", "0")
    ok("--workers 0 names the option", status == 2 and "--workers" in err, err)
    status, out, _ = run("help", "boot")
    ok("help COMMAND is its help", status == 0 and out.startswith(b"Usage: mmscope boot"), out[:200])
    for slip, meant in (("bot", "boot"), ("chek", "check")):
        status, _, err = run(slip)
        ok(f"'{slip}' suggests '{meant}'", status == 2 and f"'{meant}'" in err, err)


# -------------------------------------------------------------------- terminal

HOSTILE = r"""/dts-v1/;
/ { #address-cells = <2>; #size-cells = <2>;
  model = "\x1b]0;owned\x07\x1b[31mred\xc2\x9b2J"; compatible = "a\x1b[2J,b";
  chosen { bootargs = "console=\x1b[5m cma=32M \x1b]52;c;AAAA\x07=1 crashkernel=\x1b[1m"; };
  memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
  cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm\x1b[7m"; reg = <0>; }; };
  reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
    pool { compatible = "shared-dma-pool\x1b[8m"; label = "\x1b[4m"; reg = <0 0x50000000 0 0x1000>; no-map; };
    big { compatible = "shared-dma-pool"; reusable; size = <0x40 0>; }; };
};
"""


def on_terminal(args):
    """What a command writes when both of its outputs are a terminal."""
    pid, master = pty.fork()
    if not pid:
        os.environ["TERM"] = "xterm"
        os.execv(MMSCOPE, [MMSCOPE, *args])
    out = b""
    while select.select([master], [], [], 120)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(master)
    os.waitpid(pid, 0)
    return out


# What we say ourselves: colour, and the line of progress that is cleared.
OURS = re.compile(rb"\x1b\[(?:0|1|3[0-7]|1;3[0-7])?m|\x1b\[K")


def drives(out):
    plain = OURS.sub(b"", out.replace(b"\r", b""))
    return re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", plain)


def probe_terminal(folder):
    dts, dtb = os.path.join(folder, "hostile.dts"), os.path.join(folder, "hostile.dtb")
    with open(dts, "w") as file:
        file.write(HOSTILE)
    made = subprocess.run(["dtc", "-q", "-f", "-I", "dts", "-O", "dtb", "-o", dtb, dts], capture_output=True, timeout=60)
    if made.returncode:
        ok("the hostile tree is made", False, made.stderr)
        return
    listed = re.search(r"there are: (.*)", run("boot", "qemu-virt", "-o", "?")[2])
    formats = listed.group(1).split() if listed else ["log", "meminfo", "zoneinfo", "ledger"]
    log = os.path.join(folder, "hostile.log")
    with open(log, "wb") as file:
        file.write(b"[    0.000000] Linux version 6.7.0\x1b[2J (gcc)\n[    0.000000] Machine model: \x1b]0;x\x07\n"
                   b"[    0.000000] Kernel command line: \x1b[31m cma=64M\n")
    profile = os.path.join(folder, "hostile.json")
    with open(os.path.join(SRC, "boards/kernels/6.7.json")) as file:
        text = file.read()
    with open(profile, "w") as file:
        file.write(re.sub(r'("title"|"name"|"version")\s*:\s*"', lambda m: m.group(0) + r"\u001b[31m", text, count=3))
    cases = [["boot", dtb, "-o", form] for form in formats]
    cases += [["check", dtb], ["check", dtb, "--format", "github"], ["diff", dtb, "qemu-virt"], ["diff", dtb, dtb, "-c", "cma=\x1b[31m"],
              ["boot", dtb, "-o", "ledger", "--knobs"], ["sweep", dtb, "cma=32M:64M:32M", "--show", "cma.size"],
              ["verify", log, "--dtb", dtb], ["boot", dtb, "--from", log], ["boot", dtb, "--uefi", log],
              ["boot", "\x1b[31mno"], ["boot", dtb, "-k", "\x1b[31mno"], ["boot", dtb, "-o", "\x1b[31mno"],
              ["boot", dtb, "--\x1b[31mno"], ["\x1b[31mno"], ["help", "\x1b[31mno"], ["boot", dtb, "-m", "\x1b[31m"],
              ["boards", "--boards", "/\x1b[31m"], ["boot", dtb, "-k", profile], ["kernels", profile],
              ["check", dtb, "--expect", "\x1b[31m > 1"], ["serve", "--workers", "\x1b[31m"], ["serve", "--listen", "\x1b[31m"]]
    for args in cases:
        out = on_terminal(args)
        shown = " ".join(args).replace(folder + "/", "").encode("unicode_escape").decode()
        ok(f"a terminal is not driven by: mmscope {shown}", out and not drives(out), out[-600:] if drives(out) else "nothing was said")


def probe_colour():
    args = ["diff", "qemu-virt", "-c", "cma=32M", "-c", "cma=64M"]
    coloured, plain = on_terminal(args), on_terminal([*args, "--color", "never"])
    ok("a difference is coloured on a terminal", b"\x1b[31m--- " in coloured and b"\x1b[32m+++ " in coloured, coloured[:300])
    ok("and with --color never is not", plain and b"\x1b" not in plain, plain[:300])
    os.environ["NO_COLOR"] = "1"
    plain = on_terminal(args)
    ok("nor with NO_COLOR", plain and b"\x1b" not in plain, plain[:300])
    ok("--color always is more than NO_COLOR", b"\x1b[32m" in run(*args, "--color", "always")[1])
    del os.environ["NO_COLOR"]
    ok("in a pipe it is plain", b"\x1b" not in run(*args)[1])
    status, _, err = run(*args, "--color", "blue")
    ok("--color says what it takes", status == 2 and "auto, always or never" in err, err)


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([MMSCOPE, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            attempt(probe_api, server.stdout.readline().decode().strip() + "api/v1")
        finally:
            server.terminate()
            server.wait()
        attempt(probe_shell, folder)
        attempt(probe_terminal, folder)
        attempt(probe_colour)
    print(f"1..{number}")


sys.exit(main())
