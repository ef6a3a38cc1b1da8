#!/usr/bin/env python3
"""What a boot loader leaves is given, stands in the tree, or is assumed and says so; what cannot work is said first."""
import json, os, pathlib, re, subprocess, tempfile

mmscope = os.environ.get("MMSCOPE_SAN", os.environ.get("MMSCOPE", "build/mmscope"))
number = 0


def ok(good, sentence, seen=""):
    global number
    number += 1
    if not good and seen:
        print("# " + str(seen).replace("\n", "\n# "))
    print(f"{'ok' if good else 'not ok'} {number} - {sentence}")


def boot(*args):
    done = subprocess.run([mmscope, "boot", *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def manifest(*args):
    code, out, err = boot(*args, "-o", "manifest")
    return json.loads(out) if out else {"failed": err, "loader": [], "totals": {}}


def rows(*args):
    return {row["key"]: row for row in manifest(*args)["loader"]}


def problems(*args):
    code, out, err = boot(*args, "-o", "events")
    events = [json.loads(line) for line in out.splitlines()]
    return [e for e in events if e["kind"] == "problem"]


def said(events):
    return [line for e in events for line in e["log"]]


def refused(*args):
    code, out, err = boot(*args)
    return f"{code} {err}"


BOARD = """/dts-v1/;
/memreserve/ 0x80000000 0x100000;
/ {
	compatible = "%s"; #address-cells = <2>; #size-cells = <2>;
	chosen { %s };
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "%s"; reg = <0>; }; };
	memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x40000000>; };
	reserved-memory {
		#address-cells = <2>; #size-cells = <2>; ranges;
		modem@80200000 { reg = <0 0x80200000 0 0x800000>; no-map; };
		video@81400000 { reg = <0 0x81400000 0 0x400000>; };
	};
};
"""
folder = tempfile.TemporaryDirectory()


def board(name, compatible="acme,phone", chosen="", cpu="arm,cortex-a53"):
    path = pathlib.Path(folder.name) / name
    path.with_suffix(".dts").write_text(BOARD % (compatible, chosen, cpu))
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, path.with_suffix(".dts")], check=True)
    path.with_suffix(".dts").unlink()
    return str(path)


phone = board("phone.dtb")

# ---------------------------------------------------------------- clear, the default
r = rows(phone, "-k", "6.7")
ok(r["image"]["base"] == "0x81800000" and r["image"]["origin"] == "assumed",
   "an image goes into the first hole that is large enough and that no reservation touches", r)
ok(r["dtb"]["base"] == "0x80a00000" or int(r["dtb"]["base"], 16) >= int(r["image"]["base"], 16) + int(r["image"]["size"], 16),
   "the tree goes behind it", r)
ok("hole" in r["image"]["rule"] and r["image"]["source"], "each with its rule and where that is from", r)
ok(r["memory 0"] | {"rule": "", "source": ""} == {"key": "memory 0", "base": "0x80000000", "size": "0x40000000", "origin": "tree",
                                                   "rule": "", "source": ""}, "RAM is as the tree says", r)
code, log, err = boot(phone, "-k", "6.7")
ok(log.startswith("# assumed: kernel image at [mem 0x81800000-"), "the head of the log says what is assumed", log[:200])
ok(not problems(phone), "and nothing fails because of it")
r = rows(phone, "-k", "6.7", "--initrd", "auto,16M")
ok(r["initrd"]["origin"] == "assumed" and int(r["initrd"]["base"], 16) % 4096 == 0, "an initrd of that size finds its own hole", r)
r = rows(phone, "-k", "6.7", "--image-addr", "0x90000000", "--dtb-addr", "0x98000000", "--initrd", "0x9a000000,1M")
ok([r[k]["origin"] for k in ("image", "dtb", "initrd")] == ["given"] * 3, "what is given is not assumed", r)
r = rows(phone, "-k", "6.7", "-c", "cma=64M@0x82000000")
ok(not problems(phone, "-k", "6.7", "-c", "cma=64M@0x82000000"), "a place that the command line asks for is kept free", r)

# ------------------------------------------------------------------------- loaders
r = rows(phone, "-k", "6.7", "--loader", "u-boot,kernel_addr_r=0x90000000,bootm_size=0x20000000", "--initrd", "auto,0x42ee58")
ok(r["image"]["base"] == "0x90000000" and r["initrd"]["base"] == "0x9fbd1000" and int(r["dtb"]["size"], 16) % 4096 == 0,
   "U-Boot moves initrd and tree to the end of what bootm may use", r)
ok({"memreserve 1", "memreserve 2"} <= r.keys(), "and reserves both", r)
r = rows(phone, "-k", "6.7", "--loader", "u-boot,fdt_addr_r=0x88000000,fdt_high=0xffffffffffffffff")
ok(r["dtb"]["base"] == "0x88000000", "unless fdt_high says that the tree stays", r)
r = rows(phone, "-k", "6.7", "--loader", "qemu-virt")
ok((r["image"]["base"], r["dtb"]["base"]) == ("0x80200000", "0x88000000"), "QEMU's virt does not look at reservations", r)
events = problems(phone, "-k", "6.7", "--loader", "qemu-virt")
ok(any("kernel image [0x80200000-" in l and "/reserved-memory/modem@80200000" in l for l in said(events)),
   "so the image lies over one, which is said with both ranges", said(events))
ok(all("assumed address" in e["why"]["assumed"] for e in events if e["text"]["fn"] == "loader/check"),
   "and that it depends on an assumed address", events)
ok(rows(board("virt.dtb", "linux,dummy-virt"))["image"]["base"] == "0x80200000", "a tree of QEMU's is booted as QEMU does")
ok("raspberry-pi" in json.dumps([json.loads(l) for l in boot(board("pi.dtb", "raspberrypi,4-model-b"), "-o", "events")[1].splitlines()[:12]]),
   "a Raspberry Pi's as its firmware does")
ok("known: clear, qemu-virt, u-boot, raspberry-pi" in refused(phone, "--loader", "grub"), "an unknown loader is refused with those known")
for given, at in (("90000000", 0x90000000), ("0x90000000", 0x90000000), ("2304M", 0x90000000)):
    placed = rows(phone, "-k", "6.7", "--loader", f"u-boot,kernel_addr_r={given},bootm_size=20000000", "--initrd", "auto,0x42ee58")
    ok(placed["image"]["base"] == hex(at), f"kernel_addr_r={given}: as printenv has it, and with 0x or a unit", placed["image"])
ok("it takes el, kernel_addr_r" in refused(phone, "--loader", "u-boot,kernel_addr=1"), "an unknown option with those that there are")
r = rows(phone, "-k", "6.7", "--memreserve", "0x85000000,3M,0x88000000,64K")
ok((r["memreserve 1"]["base"], r["memreserve 2"]["size"]) == ("0x85000000", "0x10000"), "--memreserve adds the loader's own", r)
ok("is not ADDRESS,SIZE" in refused(phone, "--memreserve", "0x85000000"), "and needs a size")

# -------------------------------------------------------------------------- checks
TABLE = [
    (["--image-addr", "0x20000000"], "kernel image [0x20000000-", "is not in RAM", 1),
    (["--dtb-addr", "0x20000000"], "device tree [0x20000000-", "is not in RAM", 0),
    (["--image-addr", "0x90009000", "--dtb-addr", "0x90010000"], "overwrites the kernel image", "does not boot", 1),
    (["--image-addr", "0x90009000"], "at 0x90009000 is not text_offset behind a 2 MiB boundary", "0x90200000", 0),
    (["--image-addr", "0x90000000", "--initrd", "0x90000000,64M"], "the initrd [0x90000000-0x93ffffff] overwrites the kernel image", "", 1),
    (["--dtb-addr", "0x80300000"], "device tree [0x80300000-", "/reserved-memory/modem@80200000", 0),
    (["--initrd", "0x80001000,4K"], "initrd [0x80001000-", "/memreserve/", 0),
    (["--dtb-addr", "0x1000000000000"], "device tree [0x1000000000000-", "last address", 1),
]
for args, one, two, status in TABLE:
    lines = said(problems(phone, "-k", "6.7", *args))
    ok(any(one in l and two in l for l in lines), f"{' '.join(args)}: {one}", lines)
    ok(boot(phone, "-k", "6.7", *args)[0] == status, f"and exit status is {status}")
# A CPU that cannot translate the kernel's pages stops before it prints anything.
for args, want in (((board("a53.dtb"), "-k", "6.12-16k"), "pages of 16 KiB, and the CPU that boots, arm,cortex-a53, cannot"),
                   ((board("a76.dtb", cpu="arm,cortex-a76"), "-k", "6.12-16k"), None), ((phone, "-k", "6.12"), None),
                   ((board("a72.dtb", cpu="arm,cortex-a72"), "-k", "6.12-16k", "--cpu", "cortex-a76"), None),
                   ((board("own.dtb", cpu="acme,core"), "-k", "6.12-16k"), None),
                   ((board("own.dtb", cpu="acme,core"), "-k", "6.12-16k", "--cpu", "a64fx"), "16 KiB, and the CPU, fujitsu,a64fx, cannot")):
    lines = [l for l in said(problems(*args)) if "cannot translate" in l]
    ok(bool(lines) == bool(want) and (not want or want in lines[0]), f"{' '.join(args[1:])}: {want or 'nothing to warn of'}", lines)
    ok(boot(*args)[0] == 0, "and the boot is shown all the same")
big_little = pathlib.Path(folder.name) / "big.LITTLE.dtb"
subprocess.run(["dtc", "-q", "-O", "dtb", "-o", big_little, "-"], check=True, text=True, input=(BOARD % ("acme,phone", "", "arm,cortex-a55")).replace(
    "reg = <0>; };", 'reg = <0>; }; cpu@1 { device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <1>; };'
    ' cpu@2 { device_type = "cpu"; compatible = "arm,cortex-a55"; reg = <2>; };', 1))
ok("1 of its 3 CPUs, arm,cortex-a72, cannot translate these: they would not come up" in str(said(problems(str(big_little), "-k", "6.12-16k"))),
   "where only others cannot, these are counted", said(problems(str(big_little), "-k", "6.12-16k")))
ok("give --dtb-addr 0x90000008" in refused(phone, "--dtb-addr", "0x90000001"), "a tree on an odd address is refused with the next one that can be")
for cpu, arch in (("arm,cortex-a7", "32-bit ARM"), ("riscv", "RISC-V"), ("mips,mips24KEc", "MIPS")):
    ok(f"3 mmscope boot: board: /cpus/cpu@0: this is a board with {arch} CPUs" in refused(board("other.dtb", cpu=cpu)),
       f"a board with {arch} CPUs is refused by name")
overlay = pathlib.Path(folder.name) / "o.dtbo"
subprocess.run(["dtc", "-q", "-@", "-O", "dtb", "-o", overlay, "-"], input="/dts-v1/; /plugin/; &{/} { x; };", text=True, check=True)
ok("this is an overlay" in refused(str(overlay)), "an overlay says what it is")
base = pathlib.Path(folder.name) / "base.dtb"
subprocess.run(["dtc", "-q", "-@", "-O", "dtb", "-o", base, "-"], check=True, text=True,
               input=(BOARD % ("acme,phone", "", "arm,cortex-a53")).replace("reserved-memory {", "rmem: reserved-memory {"))
added = pathlib.Path(folder.name) / "added.dtbo"
subprocess.run(["dtc", "-q", "-@", "-O", "dtb", "-o", added, "-"], check=True, text=True, input="""/dts-v1/; /plugin/;
&rmem { pool@90000000 { compatible = "shared-dma-pool"; reusable; reg = <0 0x90000000 0 0x2000000>; linux,cma-default; }; };
&{/} { model = "with an overlay"; };""")
code, log, err = boot(str(base), "-k", "6.7", "--overlay", str(added))
ok("created CMA memory pool at 0x0000000090000000, size 32 MiB" in log and "Machine model: with an overlay" in log,
   "--overlay changes the tree as a boot loader does", log[:300] + err)
ok("added.dtbo: does not fit this board's tree" in refused(phone, "--overlay", str(added)), "one that does not fit is refused by its name")
ok("header" in refused(phone, "--overlay", __file__) or "magic" in refused(phone, "--overlay", __file__), "and what is no overlay, too")
good, bad = added.read_bytes(), []
import random
r = random.Random(4)
for i in range(200):
    m = bytearray(good)
    for _ in range(r.randrange(1, 6)):
        m[r.randrange(len(m))] = r.randrange(256)
    added.write_bytes(m)
    done = subprocess.run([mmscope, "boot", base, "--overlay", added, "-o", "ledger"], capture_output=True)
    if done.returncode not in (0, 1, 3):
        bad.append((i, done.returncode, done.stderr[-300:]))
ok(not bad, "two hundred mutilated overlays end in a boot or a refusal", bad)
ok("UEFI booted this board" in refused(board("efi.dtb", chosen="linux,uefi-system-table = <0x1 0x3bd23018>;")),
   "a tree that UEFI handed over is refused without RAM, with the reason")
ok(manifest(board("efi.dtb", chosen="linux,uefi-system-table = <0x1 0x3bd23018>;"), "-m", "1G@0x80000000")["totals"]["ram"] == "0x40000000",
   "and boots with the RAM that is given")
ok("give --memory 0:2G,1:2G" in refused("qemu-virt-numa", "-m", "1G,1G"), "a list without nodes is refused on a NUMA board, with an example")


def bare(soc):
    path = pathlib.Path(folder.name) / "bare.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, "-"], check=True, text=True, input='/dts-v1/; / { compatible = "x", "%s"; #address-cells = <2>; '
                   '#size-cells = <2>; cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; }; }; };' % soc)
    return str(path)


# DRAM is one run of addresses; what the secure world has, and what lies behind I/O, is not the kernel's.
for soc, size, banks in (("rockchip,rk3399", "4G", [("0x200000", "0xf7e00000")]), ("rockchip,rk3399", "2G", [("0x200000", "0x7fe00000")]),
                         ("rockchip,rk3568", "8G", [("0x200000", "0xefe00000"), ("0x100000000", "0x100000000")]),
                         ("renesas,r8a7795", "2G", [("0x48000000", "0x78000000")]), ("xlnx,zynqmp", "4G", [("0x0", "0x80000000"), ("0x800000000", "0x80000000")])):
    r = manifest(bare(soc), "-m", size, "-k", "6.12")
    seen = [(row["base"], row["size"]) for row in r["loader"] if row["key"].startswith("memory ")]
    ok(seen == banks, f"{size} of a {soc} are where its loader says", r.get("failed") or r["loader"])
told = refused("qemu-virt", "-m", "0:1G,1:512M")
ok("the tree has no NUMA nodes" in told and "give --memory 0:1024M@0x40000000,1:512M@0x80000000" in told,
   "a list of nodes on a board without any is refused, with the list as it was meant", told)
ok(manifest("qemu-virt", "-m", "0:1024M@0x40000000,1:512M@0x80000000")["totals"]["ram"] == "0x60000000", "which is taken")
r = rows("qemu-virt-numa", "-m", "6G")
where = {r[f"memory {i}"]["base"]: r[f"memory {i}"] for i in (0, 1)}
ok({base: row["size"] for base, row in where.items()} == {"0x40000000": "0xc0000000", "0x100000000": "0xc0000000"},
   "one size is spread over the nodes, the second moved up where it would overlap", r)
ok(where["0x100000000"]["origin"] == "assumed" and "moved up" in where["0x100000000"]["rule"], "and that is said to be assumed", r)
ok("# assumed: RAM at [mem 0x100000000-0x1bfffffff]" in boot("qemu-virt-numa", "-m", "6G")[1], "in the log's head, too")
d = manifest("qemu-virt-numa", "-m", "0:1G,1:3G")
ok(d["inputs"]["memory"] == "0:0x40000000,1:0xc0000000" and d["totals"]["ram"] == "0x100000000", "one that names nodes is taken", d.get("failed"))

# What a list says twice is a slip; what the tree's addresses have no room for is not.
for board_of, list_of, which, instead in (
        ("qemu-virt", "1G@0x40000000,1G@0x60000000", "ranges 1 and 2 overlap: 0x40000000-0x7fffffff and 0x60000000-0x9fffffff",
         "1024M@0x40000000,1024M@0x80000000"),
        ("qemu-virt", "2G,1G@0x60000000", "ranges 1 and 2 overlap: 0x40000000-0xbfffffff and 0x60000000-0x9fffffff",
         "2048M@0x40000000,1024M@0xc0000000"),
        ("qemu-virt", "1G@0x40000000,1000@0x7fffffff,1G@0x80001000", "ranges 1 and 2 overlap: 0x40000000-0x7fffffff and 0x7fffffff-0x800003e6",
         "1024M@0x40000000,0x3e8@0x80000000,1024M@0x80001000"),
        ("qemu-virt", "8G@0x40000000,1M@0x300000000,1M@0x300100000,1G@0x80000000,1M@0x300200000",
         "ranges 1 and 4 overlap: 0x40000000-0x23fffffff and 0x80000000-0xbfffffff", "8192M@0x40000000,1024M@0x240000000,..."),
        ("qemu-virt-numa", "0:1G@0x40000000,1:1G@0x60000000", "ranges 1 and 2 overlap", "0:1024M@0x40000000,1:1024M@0x80000000"),
        ("qemu-virt-numa", "1:1G@0x80000000,0:2G", "ranges 1 and 2 overlap", "0:2048M@0x40000000,1:1024M@0xc0000000")):
    told = refused(board_of, "-m", list_of)
    ok(told.startswith("3 ") and f"/memory: {which}" in told and f"give --memory {instead}\n" in told,
       f"{list_of} on {board_of} is refused, with both ranges and a list that would do", told)
for list_of in ("1G@0x40000000,1G@0x80000000", "1G@0x80000000,1G@0x40000000", "1G,1G", "1G@0x60000000,2G"):
    ok(manifest("qemu-virt", "-m", list_of).get("totals"), f"{list_of} is taken: ranges that touch do not overlap")
for list_of in ("0:2G,1:2G", "1:2G,0:2G", "0:1G,0:1G,1:2G"):
    r = rows("qemu-virt-numa", "-m", list_of)
    ok(sorted((r[k]["base"], r[k]["size"]) for k in r if k.startswith("memory ")) in (
        [("0x40000000", "0x80000000"), ("0xc0000000", "0x80000000")],
        [("0x40000000", "0x40000000"), ("0x80000000", "0x40000000"), ("0xc0000000", "0x80000000")]),
       f"{list_of}: node 1 begins where node 0 ends, and has its 2 GiB", r)
ok(all(r[k]["origin"] == "assumed" and "moved up" in r[k]["rule"] for k in r if k.startswith("memory ")), "which is said to be assumed", r)
ok(rows("qemu-virt-numa", "-m", "0:1G,1:3G")["memory 1"]["origin"] == "given", "a list that the tree has room for is not", r)

# ---------------------------------------------------------------- UEFI
uefi = board("uefi.dtb", chosen='linux,uefi-system-table = <0 0x80000018>;')
ok("3 " in refused(uefi) and "--uefi LOG" in refused(uefi) and "its memory map" in refused(uefi),
   "a tree that UEFI has filled in is refused without UEFI's map, and the reason", refused(uefi))
m = pathlib.Path(folder.name) / "map.json"
m.write_text(json.dumps([{"type": "Conventional", "base": "0x90000000", "size": "512M"},
                         {"type": "Runtime Data", "base": "0xb0000000", "pages": 256, "attribute": "WB|RUN"},
                         {"type": "Loader Code", "base": "0xb0100000", "end": "0xb8000000"}]))
d = manifest(uefi, "-k", "6.7", "--uefi", str(m))
ok(d["totals"].get("ram"), "with a map it boots", d)
ledger = boot(uefi, "-k", "6.7", "--uefi", str(m), "-o", "ledger")[1]
ok("0x000080000000-0x00008fffffff    268435456 ram removed" in re.sub(r"(?m)^(\S+) +", r"\1    ", ledger) and "not in UEFI's memory map" in ledger,
   "what the tree calls RAM and UEFI does not is said to be removed", ledger)
ok("0x0000b0000000-0x0000b00fffff" in ledger and "UEFI keeps it" in ledger, "and so is what UEFI keeps", ledger)
ok("it cannot be given as well" in refused(uefi, "--uefi", str(m), "-m", "1G"), "RAM and a map at once are refused")
r = rows(uefi, "-k", "6.7", "-m", "1G@0x80000000")
ok("free memory only" in r["memory 0"]["rule"], "RAM in place of a map is taken as a map of free memory, and says so", r)
r = rows("qemu-virt", "--uefi", "edk2", "-k", "6.12")
ok(r["memory 0"]["origin"] == "assumed" and "edk2" in r["memory 0"]["rule"] and "EFI" not in r["loader"] if "loader" in r else
   r["memory 0"]["origin"] == "assumed", "edk2's map is assumed on request, by its rule", r)
ok("stub" in r["image"]["source"] and r["image"]["origin"] == "assumed", "and the stub places the image", r)
ok("built without EFI" in refused("qemu-virt", "-k", "4.9", "--uefi", "edk2"), "a kernel without EFI is refused")
# A map with holes: 7.3 counts them when there are sections, behind sparse_init(); recorded under edk2 with mem=3G of 6 GiB.
profile = json.loads((pathlib.Path(os.environ.get("SRCDIR", ".")) / "boards/kernels/7.2.json").read_text())
profile.update(version="7.3.4", name="7.3")
profile.pop("conformance", None)
(pathlib.Path(folder.name) / "7.3.json").write_text(json.dumps(profile))
log = boot("qemu-virt", "-k", str(pathlib.Path(folder.name) / "7.3.json"), "--uefi", "edk2", "-c", "memblock=debug")[1]
ok(0 < log.find("memmap_alloc") < log.find("zone DMA: 16384 pages in unavailable ranges"),
   "7.3 tells the holes of UEFI's map, and behind the page structs", log[-500:])
print(f"1..{number}")
