#!/usr/bin/env python3
"""A boot log and its board's tree are enough: what the log says is read off, in whatever shape it comes."""
import json, os, pathlib, re, subprocess, tarfile, tempfile

mmscope = os.environ.get("MMSCOPE_SAN", os.environ.get("MMSCOPE", "build/mmscope"))
src = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parent.parent))
folder = tempfile.TemporaryDirectory()
top = pathlib.Path(folder.name)
number = 0


def ok(good, sentence, seen=""):
    global number
    number += 1
    if not good and seen:
        print("# " + str(seen)[:1500].replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {number} - {sentence}")


def capture(name):
    with tarfile.open(src / f"tests/captures/{name}.tar.xz") as tar:
        tar.extractall(top, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(top)
    return top / name


def run(*args):
    done = subprocess.run([mmscope, *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def verify(text, dtb, *args, name="boot log.txt"):
    path = top / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return run("verify", str(path), "--dtb", str(dtb), *args)


def whole(out):
    """What is said of the boot, each in one line."""
    return re.sub(r"\n {15}", " ", out)


real = capture("6.12-numa2")
# Alone: beside its case.json the tree would bring the addresses along.
dtb = top / "lone.dtb"
dtb.write_bytes((real / "board.dtb").read_bytes())
log = (real / "console.txt").read_text(errors="replace")
plain = [re.sub(r"^\[ *[0-9.]+\] ", "", line) for line in log.splitlines()]

# ------------------------------------------------------------------------- shapes
SHAPES = {
    "a serial console's": log,
    "a serial console's with CRLF": log.replace("\n", "\r\n"),
    "dmesg's without time stamps": "\n".join(plain),
    "dmesg -T's": "\n".join(f"[Sun Nov 29 21:25:42 2026] {l}" for l in plain),
    "dmesg --raw's": "\n".join(f"<6>[    0.000000] {l}" for l in plain),
    "dmesg -H's": "[Nov29 21:25] " + plain[0] + "\n" + "\n".join(f"[  +0.000000] {l}" for l in plain[1:]),
    "one with caller ids": "\n".join(f"[    0.000000][    T0] {l}" for l in plain),
    "syslog's": "\n".join(f"Nov 29 21:25:42 board kernel: [    0.000000] {l}" for l in plain),
    "journalctl's": "\n".join(f"Nov 29 21:25:42 board kernel: {l}" for l in plain),
    "one behind the boot loader's lines": "U-Boot 2026.07\nHit any key to stop autoboot:  0\n## Flattened Device Tree blob\n" + log,
    "the last of two boots'": log.replace("6.12.107", "6.12.106") + log,
}
for shape, text in SHAPES.items():
    code, out, err = verify(text, dtb)
    ok(code == 0 and "captures exact: 1/1" in out, f"{shape} log is read, and the prediction is exact", out + err)
code, out, err = verify(log, dtb)
for want in ("release      6.12.107+deb13-arm64 (line 2)", "kernel image 0x40200000 (line", "device tree  0x48200000 (line",
             "CPU          cortex-a57 (line 1)", "RAM          0:0x40000000@0x40000000,1:0x40000000@0x80000000",
             "profile      6.12, of this very build", "initrd       the log does not say", "CPUs         4 (line", "page size    4 KiB (line"):
    ok(want in out, f"says: {want}", out)
ok("2 boots in this log" in verify(SHAPES["the last of two boots'"], dtb)[1], "that there are two boots is said")
lines = log.splitlines()
cut = next(i for i, line in enumerate(lines) if "MEMBLOCK configuration" in line)
code, out, err = verify("\n".join(lines[cut:]), dtb, "-k", "6.12")
ok(code == 0 and "release      the log does not say" in out, "a log that is cut at the beginning is compared from there on", out + err)
code, out, err = verify("\n".join(lines[cut:]), dtb)
ok(code == 2 and "give --kernel" in err, "and needs to be told its kernel", err)
quiet = [l for l in lines if not re.search(r"memblock_|MEMBLOCK|^ *\[[0-9. ]+\]  (memory|reserved)[.\[]| memory size = ", l)]
code, out, err = verify("\n".join(quiet).replace(" memblock=debug", ""), dtb)
ok("assumed      image" in out and "assumed      dtb" in out, "without memblock=debug what is assumed is listed, with the rule", out + err)
ok("kernel image the log does not say" in out, "and what cannot be derived", out)

# --------------------------------------------------------------------- differences
changed = log.replace("Memory: ", "Memory: 1", 1).replace("cma: Reserved", "cma: reserved", 1)
changed = re.sub(r"(percpu: Embedded )(\d+)", lambda m: m[1] + str(int(m[2]) + 1), log, count=1)
line = next(i for i, l in enumerate(changed.splitlines(), 1) if "percpu: Embedded" in l)
code, out, err = verify(changed, dtb)
ok(code == 1 and f"part first at line {line}:" in out and "percpu" in out, "the first line where log and prediction part is named", out)
ok(re.search(r"from event \d+: ", out), "with what the engine did there", out)
said = out.splitlines()
ok(said[0] == "boot log.txt: 2 of 2155 facts differ: percpu 0/2" and f"part first at line {line}:" in said[1],
   "the verdict comes first, then the first difference", out)
ok(all(sum(len(re.findall(rf"\b{name} +\d+/\d+", l)) for l in said[1:]) == 1 for name in ("memblock", "percpu", "handover")),
   "the facts of each class are told once", out)
ok(out.count("kernel:  ") == 1, "and so is the difference", out)
ok(all(len(l) <= 100 for l in said if not l.startswith(("    kernel: ", "    mmscope: "))), "only lines of the kernel are wider than 100 columns",
   max(said, key=len))
code, out, err = verify(log, dtb, "--json")
ok(code == 0 and json.loads(out)["exact"] == 1, "there is JSON of it", err)

# -------------------------------------------------------------------------- pipes
def piped(*args, given):
    done = subprocess.run([mmscope, *args], input=given, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


import gzip
packed = top / "log of a board.gz"
packed.write_bytes(gzip.compress(log.encode()))
(top / "boot log.txt").write_text(log)
for what, (code, out, err) in (
        ("a log", piped("verify", "-", "--dtb", str(dtb), given=log.encode())),
        ("a packed log", piped("verify", "-", "--dtb", str(dtb), given=packed.read_bytes())),
        ("a log in a packed file", run("verify", str(packed), "--dtb", str(dtb))),
        ("a log's tree", piped("verify", str(top / "boot log.txt"), "--dtb", "-", given=dtb.read_bytes())),
        ("a log that is /dev/stdin", piped("verify", "/dev/stdin", "--dtb", str(dtb), given=log.encode()))):
    ok(code == 0 and "captures exact: 1/1" in out, f"{what} through a pipe is exact, too", out + err)
code, out, err = piped("boot", str(dtb), "--from", "-", "-o", "manifest", given=log.encode())
ok(code == 0 and json.loads(out)["inputs"]["loader"] == {"kernel_image": "0x40200000", "dtb": "0x48200000"}, "and so it is with boot --from -", err)
ok("give the log here, and this as --dtb" in run("verify", str(dtb))[2], "a tree in a log's place is told from one")

# ---------------------------------------------------------------- cut at the end
ends = next(i for i, l in enumerate(lines) if "Early memory node ranges" in l) + 1
code, out, err = verify("\n".join(lines[:ends + 1]) + "\n", dtb)
ok(code == 0 and f"ends         at line {ends + 1}, before the kernel sums up its memory" in out and "captures exact: 1/1" in out,
   "a log that ends among the ranges of RAM is compared up to there", out + err)
code, out, err = verify("\n".join(lines[:ends + 2])[:-20], dtb)
ok(code == 0 and "captures exact: 1/1" in out, "and so is one that breaks off within a line", out + err)
alone = capture("6.12-virt-1g")
one = top / "lone-virt.dtb"
one.write_bytes((alone / "board.dtb").read_bytes())
uma = (alone / "console.txt").read_text(errors="replace").splitlines()
ends = next(i for i, l in enumerate(uma) if "Movable zone start" in l)
bare = [l for l in uma[:ends] if "memblock" not in l and "MEMBLOCK" not in l and "  memory" not in l and "Faking" not in l]
code, out, err = verify("\n".join(bare) + "\n", one)
ok("RAM          0x40000000@0x40000000 (line" in out, "without its ranges RAM reaches as far as the zones", out + err)
old = "Linux version 4.11.2 (x)\nBoot CPU: AArch64 Processor [410fd034]\nZone ranges:\n  DMA      [mem 0x0000000040000000-0x000000007fffffff]\n"
ok("CPU          cortex-a53 (line 2)" in verify(old, one, "--show", "0")[1], "the CPU is read off an older kernel's line, too")
code, out, err = verify("\n".join(lines[:cut]).replace("NODE_DATA(0) allocated [mem 0x", "NODE_DATA(0) allocated [mem 0x1"), dtb)
ok(code == 1 and "numa 1/3" in out, "what differs before the end is told", out + err)

# ------------------------------------------------------------------ telling inputs
ok(run("verify", str(real))[0] == 0, "a folder is a recorded boot, as ever")
code, out, err = verify("nothing of the kind\n" * 20, dtb)
ok(code == 3 and "boot log.txt: is not a boot log" in err, "a text that is no log is refused by its name", err)
code, out, err = run("verify", str(top / "boot log.txt").replace("boot", "no"))
ok(code == 3, "and so is a file that is not there", err)
(top / "boot log.txt").write_text(log)
code, out, err = run("verify", str(top / "boot log.txt"))
ok(code == 2 and "give --dtb FILE" in err, "a log without a tree says what to give", err)
code, out, err = verify(log.replace("6.12.107", "3.4.5"), dtb)
ok(code in (2, 3) and "far from what is known" in err and "--force" in err, "a log of a release far from what is known says so", err)
# A kernel that nobody has made a profile of: the nearest stands in for its build, the log's lines say the rest.
lent = re.sub(r"cma: Reserved \d+ MiB", "cma: Reserved 48 MiB", log).replace("6.12.107", "6.16.1")
lent = re.sub(r"(percpu: Embedded \d+ pages/cpu s)\d+", r"\g<1>90000", lent)
code, out, err = verify(lent, dtb, "--show", "0")
ok(code == 1 and "profile      6.12, the nearest build; release" in out, "a log of another release is booted on the nearest profile's build", out + err)
code, out, err = verify(lent, dtb, "--show", "100")
ok("mmscope: cma: Reserved 48 MiB" in out or "kernel:  cma: Reserved 48 MiB" not in out, "with the size of CMA that the log shows", out)
ok(" s90000 " not in out.replace("kernel:  percpu", "") or "mmscope: percpu: Embedded" in out, "and its per-CPU variables", out)
ok("profile      6.12, of this very build" in verify(log, dtb, "-k", "6.12")[1], "a profile that is given is named")
ok("profile      6.1, as --kernel says; the log is of another build, 6.12.107" in verify(log, dtb, "-k", "6.1")[1],
   "and one of another build is pointed out")
# How large the image is decides what lies behind it, and the line "Memory:" tells its parts.
parts = [int(n) for n in re.search(r"\((\d+)K kernel code, (\d+)K rwdata, (\d+)K rodata, (\d+)K init, (\d+)K bss", log).groups()]
sizes = "({}K kernel code, {}K rwdata, {}K rodata, {}K init, {}K bss"
lent = lent.replace("6.16.1", "6.6.1")
larger = lent.replace(sizes.format(*parts), sizes.format(parts[0] + 2048, parts[1] + 64, parts[2] - 1024, parts[3] + 512, parts[4] + 4096))
larger = larger.replace("  Device   empty", "").replace("stack:all(zero)", "stack:off")
free, taken, cma, total = 100000, 50000, 65536, 215536
larger = re.sub(r"Memory: \d+K/\d+K", f"Memory: {free}K/{total}K", larger)
larger = re.sub(r"\d+K reserved, \d+K cma-reserved", f"{taken}K reserved, {cma}K cma-reserved", larger)
code, out, err = verify(larger, dtb, "--show", "5000")
ok(re.search("mmscope: Memory: .*" + re.escape(sizes.format(
    parts[0] + 2048, parts[1] + 64, parts[2] - 1024, parts[3] + 512, parts[4] + 4096)), out), "the image's parts are as large as the line Memory: says", out)
ok("Device   empty" not in out and "stack:all(zero)" not in out, "and options are as the lines show them", out)
(top / "lent.txt").write_text(lent), (top / "larger.txt").write_text(larger)
size = [next(row for row in json.loads(run("boot", str(dtb), "--from", str(top / name), "-o", "manifest")[1])["loader"] if row["key"] == "image")["size"]
        for name in ("lent.txt", "larger.txt")]
ok(int(size[1], 16) - int(size[0], 16) == (2048 + 64 - 1024 + 512 + 4096) << 10, "so the image ends as far behind", size)
# Debian's builds, as their boots were recorded: padding in front of a segment takes up what its neighbour gains, or does not.
for release, theirs, end in (("6.12.117", (15744, 3822, 13988, 3136, 938), 0x2500000), ("6.12.43", (15488, 3802, 13888, 9664, 940), 0x2b00000)):
    (top / "debian.txt").write_text(log.replace("6.12.107", release).replace(sizes.format(*parts), sizes.format(*theirs)))
    image = [row["size"] for row in json.loads(run("boot", str(dtb), "--from", str(top / "debian.txt"), "-o", "manifest")[1])["loader"] if row["key"] == "image"]
    ok(image == [hex(end)], f"the image of {release} is as large as it was", image)
match = re.search(r"Memory: (\d+)K/(\d+)K available .* (\d+)K reserved, (\d+)K cma", run("boot", str(dtb), "--from", str(top / "larger.txt"))[1])
available, all_of_it, taken, cma = map(int, match.groups())
ok(available + taken + cma == all_of_it, "where all that is not reserved is free, no page is set up later", match[0])
faked = re.sub(r"(\[    0.000000\] )NUMA: .*\n", "", log).replace("6.12.107", "6.6.1")
faked = faked.replace("[    0.000000] Zone ranges:", "[    0.000000] NUMA: No NUMA configuration found\n" + "".join(
    f"[    0.000000] Faking a node at [mem 0x{base:016x}-0x{base + 0x3fffffff:016x}]\n" for base in (0x40000000, 0x80000000)) + "[    0.000000] Zone ranges:", 1)
ok("RAM          0:0x40000000@0x40000000,1:0x40000000@0x80000000" in verify(faked, dtb)[1], "nodes that a vendor's kernel makes are kept")
named = log.replace("[    0.000000] Zone ranges:", "[    0.000000] OF: reserved mem: initialized node vpr-carveout, compatible id x\n"
                    "[    0.000000] Zone ranges:", 1)
line = next(i for i, l in enumerate(named.splitlines(), 1) if "vpr-carveout" in l)
ok(f"not in tree  vpr-carveout (line {line}): that machine was given another tree" in verify(named, dtb)[1],
   "a reserved node that this tree has not is named: it is another tree")
# What the log tells of reserved nodes goes into the tree that is booted.
def with_lines(*lines):
    return log.replace("[    0.000000] Zone ranges:", "".join(f"[    0.000000] {l}\n" for l in lines) + "[    0.000000] Zone ranges:", 1)


carved = with_lines("OF: reserved mem: 0x0000000058800000..0x00000000588fffff (1024 KiB) nomap non-reusable secmon@58800000",
                    "OF: reserved mem: 0x0000000059000000..0x0000000059000fff (4 KiB) map non-reusable ramoops@59000000")
line = next(i for i, l in enumerate(carved.splitlines(), 1) if "secmon@" in l)
code, out, err = verify(carved, dtb, "--show", "1000")
ok(f"taken        secmon@58800000 at 0x58800000, 0x100000 bytes, no-map (line {line}): the tree does not have it" in whole(out),
   "a reserved node with its place is taken from the log", out + err)
ok("another tree" not in out, "so the tree is that machine's, as far as it can be told", out)
(top / "carved.txt").write_text(carved)
code, out, err = run("boot", str(dtb), "--from", str(top / "carved.txt"))
ok("(1024 KiB) nomap non-reusable secmon@58800000" in out and "(4 KiB) map non-reusable ramoops@59000000" in out, "and boot --from reserves it", out + err)
code, out, err = run("boot", str(dtb), "--from", str(top / "carved.txt"), "-o", "manifest")
d = json.loads(out or "{}")
ok(d["inputs"]["reserved"] == "secmon@58800000=0x58800000,0x100000,no-map;ramoops@59000000=0x59000000,0x1000", "the manifest has it as an input", err)
ok(any(row["key"] == "reserved secmon@58800000" and row["origin"] == "given" and row["rule"] == "not in the tree" for row in d["loader"]),
   "and says that the tree has it not", d["loader"])
board = ["boot", str(dtb), "--reserved", d["inputs"]["reserved"] + ";pool=0x70000000,8M,reusable,pool,moves", "-k", "6.12"]
code, out, err = run(*board)
ok(code == 0 and "created CMA memory pool at 0x0000000070000000, size 8 MiB" in out, "--reserved takes the same, and a pool that moves", out + err)
for bad in ("x", "a@1=1", "a b=1,2", "a=1,2,often", "a=0xfffffffffffff000,8K", "=1,2"):
    code, out, err = run("boot", str(dtb), "--reserved", bad)
    ok(code == 2 and "reserved" in err, f"--reserved {bad} is refused", err)
code, out, err = run("boot", str(dtb), "--reserved", ";".join(f"n@{i}=0,0" for i in range(300)))
ok(code == 2 and "more than 256 nodes" in err, "and so are too many", err)
pooled = with_lines("Reserved memory: created DMA memory pool at 0x0000000071000000, size 2 MiB",
                    "OF: reserved mem: initialized node vdev0buffer@71000000, compatible id shared-dma-pool",
                    "OF: reserved mem: failed to reserve memory for node 'logo@0': base 0x0000000000000000, size 0 MiB")
code, out, err = verify(pooled, dtb)
ok("taken        vdev0buffer@71000000 at 0x71000000, 0x200000 bytes, no-map" in out and "taken        logo@0 at 0x0, 0x0 bytes" in out,
   "a pool's place is the line before its node's; a node that failed is taken, too", out + err)
# A tree that has what the log tells keeps it: a node of two ranges, of which the log has the first, and sizes of one cell.
TREE = """/dts-v1/;
/ {{ #address-cells = <2>; #size-cells = <{cells}>; compatible = "test,board";
	memory@40000000 {{ device_type = "memory"; reg = <0 0x40000000 {high}0x40000000>; }};
	cpus {{ #address-cells = <1>; #size-cells = <0>; cpu@0 {{ device_type = "cpu"; compatible = "arm,cortex-a57"; reg = <0>; }}; }};
	reserved-memory {{ #address-cells = <2>; #size-cells = <{cells}>; ranges;
		fw@50000000 {{ reg = <0 0x50000000 {high}0x100000>, <0 0x58000000 {high}0x200000>; no-map; }}; }}; }};
"""
for cells, high in ((2, "0 "), (1, "")):
    (top / "tree.dts").write_text(TREE.format(cells=cells, high=high))
    booted = run("boot", str(top / "tree.dts"), "-k", "6.12")[1].splitlines()
    own = "\n".join("[    0.000000] " + l for l in ["Linux version 6.12.107 (x@y)"] + booted)
    code, out, err = verify(own, top / "tree.dts")
    ok("taken" not in out and "captures exact: 1/1" in out, f"a node that the tree has is not taken from the log, with sizes of {cells} cells", out + err)
lone = top / "lone-1g.dtb"
lone.write_bytes((capture("6.12-virt-1g") / "board.dtb").read_bytes())
code, out, err = verify((capture("6.12-reserved-memory") / "console.txt").read_text(errors="replace"), lone)
ok("taken        dsp at 0x4ff00000, 0x100000 bytes" in out and "device tree  0x4ff00000" not in out,
   "a node that is as large as the tree is not taken for it", out + err)
for arch, first in (("RISC-V", "SBI specification v1.0 detected"), ("32-bit ARM", "CPU: ARMv7 Processor [410fd034] revision 4 (ARMv7), cr=10c5383d"),
                    ("x86", "BIOS-provided physical RAM map:")):
    code, out, err = verify("Linux version 6.12.107 (x)\n[    0.000000] " + first + "\n", dtb)
    ok(code == 3 and f"a kernel for {arch}" in err, f"a log of {arch} is refused by name", err)
quoted = "\n".join("   > " + l for l in log.splitlines())
code, out, err = verify("A report:\n\n" + quoted, dtb)
ok(code == 0 and "captures exact: 1/1" in out, "a log that a text quotes is read", out + err)
late = log + "\n[   12.000000] Run /init as init process\n[   90.000000] Unable to handle kernel paging request at 0000000000000008\n"
ok("outcome   1/1 " in verify(late, dtb)[1], "what goes wrong when programs run is none of the boot's")
bare = [l for l in quiet if "  node " not in l and "Early memory" not in l]
code, out, err = verify("\n".join(bare).replace(" memblock=debug", ""), dtb, "--show", "0")
ok("RAM          0x80000000 (line" in out, "without its ranges RAM is what the line Memory: sums up", out + err)
secret = log.replace("panic=-1", "panic=-1 smsc95xx.macaddr=DC:A6:32:D5:46:6D androidboot.serialno=8ab3f0 "
                     "root=UUID=0d5d7ef0-1111-2222-3333-0123456789ab")
code, out, err = verify(secret, dtb, "--redact")
ok(not re.search("D5:46|8ab3f0|0d5d7ef0", out) and "xx:xx:xx:xx:xx:xx" in out, "--redact hides what identifies a device", out)

# ----------------------------------------------- RAM to the byte, nodes below a page
for name in ("6.12-cma-collide", "5.10-unav"):
    below = capture(name)
    tree = top / f"{name}.dtb"
    tree.write_bytes((below / "board.dtb").read_bytes())
    text = (below / "console.txt").read_text(errors="replace")
    code, out, err = verify(text, tree)
    ok(code == 0 and "captures exact: 1/1" in out and re.search(r"RAM +0x40000000@0x40000000 \(line \d+\); the tree says the same", out),
       f"{name}: RAM is what memblock's table has, not whole pages of it, and with what no-map nodes took", out + err)
    ok("; --memory decides" in verify(text, tree, "-m", "1G")[1], f"{name}: RAM that was given is said to be that")
    lost = "\n".join(l for l in text.splitlines() if " memory[0x1]" not in l)
    ok(re.search(r"RAM +0x[0-9a-f]+@0x40000000,.*0x[0-9a-f]+000 \(line", whole(verify(lost, tree, "--show", "0")[1])),
       f"{name}: a table that lost a row on the way is not taken for RAM")

# ------------------------------------------------- ten machines' logs, each in another shape
def stamped(lines):
    return "\n".join(f"[Sun Nov 29 21:25:42 2026] {l}" for l in lines)


def syslog(lines):
    return "\n".join(f"Nov 29 21:25:42 board kernel: [    0.000000] {l}" for l in lines)


def crlf(lines):
    return "".join(f"[    0.000000] {l}\r\n" for l in lines)


def behind_loader(lines):
    return "U-Boot 2026.07\n   Loading Device Tree to 48200000, end 482fffff ... OK\n" + "\n".join(lines)


LOGS = (
    # capture, shape, what else is said, a line that is derived, the part where log and prediction part first
    ("4.9-virt-1g", syslog, [], "release      4.9.0", None),
    ("5.10-numa2", stamped, [], "RAM          0:0x40000000@0x40000000,1:0x40000000@0x80000000", None),
    ("5.10-uefi-1g", crlf, [], "UEFI map     31 ranges", None),
    ("6.1-uefi-1g", "\n".join, [], "initrd       0x7c240000,0x1e3000", None),
    ("6.1-reserved-memory", behind_loader, [], "device tree  0x48200000", None),
    ("6.7-cmdline-mem", stamped, [], "command line earlycon", None),
    ("6.12-16k-virt-1g", crlf, [], "page size    16 KiB", None),
    ("6.12-uefi-3g", syslog, [], "UEFI map     33 ranges", None),
    ("7.2-virt-4g", "\n".join, [], "CPU          cortex-a57", None),
    # Of another build than the profile's: the first line that shows it.
    ("6.12-virt-1g", lambda lines: re.sub(r"(percpu: Embedded )\d+", r"\g<1>99", "\n".join(lines)), [],
     "profile      6.12, of this very build", "percpu: Embedded"),
)
for name, shape, more, derived, parts in LOGS:
    folder_of = capture(name)
    alone = top / f"{name}.dtb"
    alone.write_bytes((folder_of / "board.dtb").read_bytes())
    bare = [re.sub(r"^\[ *[0-9.]+\] ", "", line) for line in (folder_of / "console.txt").read_text(errors="replace").splitlines()]
    code, out, err = verify(shape(bare), alone, *more, name=f"log of {name}")
    ok(derived in out, f"the log of {name} says: {derived}", out + err)
    if parts:
        ok(code == 1 and re.search(r"part first at line \d+:", out) and parts in out, f"{name}: parts at {parts}", out + err)
    else:
        ok(code == 0 and "captures exact: 1/1" in out, f"{name}: log and tree alone are exact", out + err)
both = top / "both"
both.mkdir()
(both / "board.dtb").write_bytes(b"x")
for part in ("ops.ndjson", "case.json", "state0.json"):
    (both / part).write_text("{}\n")
code, out, err = run("verify", str(both))
ok(code == 3 and "at once" in err, "a folder that is two things at once is refused", err)

# -------------------------------------------------------------------- boot --from
(top / "boot log.txt").write_text(log)
code, out, err = run("boot", str(dtb), "--from", str(top / "boot log.txt"), "-o", "manifest")
d = json.loads(out or "{}")
ok(code == 0 and d["inputs"]["loader"] == {"kernel_image": "0x40200000", "dtb": "0x48200000"}, "boot --from takes the addresses", err)
ok(d["kernel"]["name"] == "6.12" and d["inputs"]["cpu"] == "cortex-a57" and "memblock=debug" in d["inputs"]["cmdline"],
   "the kernel, the CPU and the command line")
code, out, err = run("boot", str(dtb), "--from", str(top / "boot log.txt"), "-m", "0:1G,1:3G", "-o", "manifest")
ok(code == 0 and json.loads(out)["totals"]["ram"] == "0x100000000", "what is said besides wins", err)

# ----------------------------------------------------------------------- mutations
import random
r = random.Random(10)
data = log.encode()
bad = []
mutants = int(os.environ.get("BOOTLOG_MUTANTS", "60"))
for i in range(mutants):
    m = bytearray(data[:r.randrange(2000, len(data))] if r.random() < .3 else data)
    for _ in range(r.randrange(1, 40)):
        at = r.randrange(len(m))
        m[at:at + r.choice((0, 1, 1, 9))] = bytes(r.randrange(256) for _ in range(r.choice((0, 1, 1, 5))))
    path = top / "mutant"
    path.write_bytes(m)
    done = subprocess.run([mmscope, "verify", str(path), "--dtb", str(dtb), "-k", "6.12"], capture_output=True)
    if done.returncode not in (0, 1, 2, 3):
        bad.append((i, done.returncode, done.stderr[-500:]))
code, out, err = verify("Linux version 6.12.107+deb13-arm64 (x)\n" + "NUMA: x\n" * 300001, dtb, "--show", "0")
ok(code == 3 and "lines of numa: that is not a boot" in err, "a log of 300 001 such lines is refused by name", err)
code, out, err = verify("Linux version 6.12.107+deb13-arm64 (x)\nOF: reserved mem: 0x" + "A" * (15 << 20), dtb, "--show", "0")
ok(code == 1, "a line of 15 MiB is a line", err)
ok(not bad, f"{mutants} mutilated logs end in an answer or a refusal", bad)
print(f"1..{number}")
