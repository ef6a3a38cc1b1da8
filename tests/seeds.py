#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The two articles against the program: their call lists, what the boot allocators and slab allocators leave, zonelist orders."""
import json
import os
import subprocess
import sys
import traceback

PROGRAM = os.environ.get("MMSCOPE", "./mmscope")
number = failed = 0


def ask(kernel, output, board="qemu-virt", *more):
    done = subprocess.run([PROGRAM, "boot", board, "-k", kernel, "-o", output, *more], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifest(kernel, *more):
    return json.loads(ask(kernel, "manifest", *more))


def events(kernel, *more):
    return [json.loads(line) for line in ask(kernel, "events", *more).splitlines()]


def table(kernel, name, at=None, *more):
    return json.loads(ask(kernel, f"state/{name}", *(more or ("qemu-virt",)), *(["--at", at] if at else [])))["rows"]


def same(a, b, what=""):
    assert a == b, f"{what}: {a!r} is not {b!r}"


def test(sentence):
    def run(function):
        global number, failed
        number += 1
        try:
            function()
            print(f"ok {number} - {sentence}")
        except Exception:
            failed += 1
            print(f"not ok {number} - {sentence}")
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
    return run


def children(kernel, name):
    steps = manifest(kernel)["steps"]
    parent = next(s["index"] for s in steps if s["name"] == name)
    return [s["name"] for s in steps if s["parent"] == parent]


def in_order(wanted, there):
    """@wanted without what @there does not have, next to each other or not, in this order."""
    at = iter(there)
    return [name for name in wanted if not any(name == other for other in at)]


# ------------------------------------------------------------------------------------------------------------- call lists

# start_kernel() as the second article prints it. Conditions and assignments that stand between calls are given by their
# text; what only an error path calls (panic, pr_crit) is left out.
SECOND = """set_task_stack_end_magic smp_setup_processor_id debug_objects_early_init init_vmlinux_build_id cgroup_init_early
local_irq_disable early_boot_irqs_disabled=true boot_cpu_init page_address_init pr_notice early_security_init setup_arch
setup_boot_config setup_command_line setup_nr_cpu_ids setup_per_cpu_areas smp_prepare_boot_cpu boot_cpu_hotplug_init pr_notice
jump_label_init parse_early_param parse_args print_unknown_bootoptions parse_args parse_args random_init_early setup_log_buf
vfs_caches_init_early sort_main_extable trap_init mm_core_init poking_init ftrace_init early_trace_init sched_init
WARN(!irqs_disabled()) local_irq_disable radix_tree_init maple_tree_init housekeeping_init workqueue_init_early rcu_init trace_init
initcall_debug_enable context_tracking_init early_irq_init init_IRQ tick_init rcu_init_nohz init_timers srcu_init hrtimers_init
softirq_init timekeeping_init time_init random_init kfence_init boot_init_stack_canary perf_event_init profile_init
call_function_init WARN(!irqs_disabled()) early_boot_irqs_disabled=false local_irq_enable kmem_cache_init_late console_init
panic_later lockdep_init locking_selftest initrd_start<min_low_pfn setup_per_cpu_pageset numa_policy_init acpi_early_init
late_time_init sched_clock_init calibrate_delay arch_cpu_finalize_init pid_idr_init anon_vma_init efi_enter_virtual_mode
thread_stack_cache_init cred_init fork_init proc_caches_init uts_ns_init key_init security_init dbg_late_init net_ns_init
vfs_caches_init pagecache_init signals_init seq_file_init proc_root_init nsfs_init cpuset_init cgroup_init taskstats_init_early
delayacct_init acpi_subsystem_init arch_post_acpi_subsys_init kcsan_init arch_call_rest_init prevent_tail_call_optimization""".split()

# What the first article prints of start_kernel() and setup_arch(); dots of its own leave out the rest.
FIRST = """boot_cpu_init page_address_init pr_notice setup_arch mm_init_cpumask setup_command_line build_all_zonelists page_alloc_init
setup_log_buf pidhash_init vfs_caches_init_early sort_main_extable trap_init mm_init""".split()
FIRST_ARCH = """pr_info sprintf init_mm.start_code=_text init_mm.end_code=_etext init_mm.end_data=_edata init_mm.brk=_end paging_init
acpi_table_upgrade acpi_boot_table_init unflatten_device_tree bootmem_init""".split()
# Its kernel is a vendor's 4.9.y: a backport moved this call behind setup_arch(); in 4.9.0 it is the fourth.
MOVED = "boot_init_stack_canary"


def packed(names):
    return [name.replace(" ", "") for name in names]


@test("the second article's call list is 6.7's tree, call by call")
def _():
    same(packed(children("6.7", "start_kernel")), SECOND)


@test("the first article's list is in 4.9's tree, in its order")
def _():
    same(in_order(FIRST, packed(children("4.9", "start_kernel"))), [])


@test("but for the canary, which a backport of its vendor's kernel moved behind setup_arch")
def _():
    calls = children("4.9", "start_kernel")
    same(calls.index(MOVED), 3)
    assert calls.index(MOVED) < calls.index("setup_arch")
    same(in_order(["setup_arch", MOVED], calls), [MOVED])


@test("so is what it prints of setup_arch")
def _():
    same(in_order(FIRST_ARCH, packed(children("4.9", "setup_arch"))), [])


@test("its trace of build_all_zonelists is 4.9's without NUMA, the sentinel written once")
def _():
    kernel = "4.9-bootmem"
    same(children(kernel, "build_all_zonelists"), ["set_zonelist_order", "build_all_zonelists_init", "nr_free_pagecache_pages"])
    same(children(kernel, "__build_all_zonelists"), ["build_zonelists", "setup_pageset"])
    what = [(e["text"]["fn"], e["text"].get("member")) for e in events(kernel)
            if e["kind"] in ("zonelist", "pageset") and e["step"] in ("build_zonelists", "setup_pageset") and e["text"].get("cpu", 0) == 0]
    same(what, [("build_zonelists_node", None), ("build_zonelists", None), ("pageset_init", None), ("pageset_set_batch", None),
                ("pageset_update", "batch"), ("pageset_update", "high"), ("pageset_update", "batch")])


@test("every grey row says why in a line, and every row that takes unknown memory says so in an event")
def _():
    for kernel in ("4.9", "5.10", "6.1", "6.7", "6.12", "7.2"):
        steps = manifest(kernel)["steps"]
        said = {e["text"]["fn"] for e in events(kernel) if e.get("why", {}).get("not_computed")}
        for s in steps:
            assert s["executed"] or len(s["note"]) > 8, (kernel, s["name"])
            assert not s["note"] or not s["executed"] or s["name"] in said, (kernel, s["name"])


# ----------------------------------------------------------------------------------------------------- nothing gets lost

PAGE = 4096
ALLOCATORS = ("4.9", "4.9-slab", "4.9-slob", "4.9-bootmem")


def free_pages(kernel, at, board):
    return sum(r["nr_free"] << r["order"] for r in table(kernel, "freelists", at, board))


def counter(kernel, name, at, board):
    return next(r["value"] for r in table(kernel, "counters", at, board) if r["key"] == name)


def owned(kernel, owner, at, board):
    sizes = [int(r["size"], 16) for r in table(kernel, "ledger", at, board) if r["owner"] == owner]
    return sum(sizes) // PAGE


for board in ("qemu-virt", "qemu-virt-numa"):
    for kernel in ALLOCATORS:
        @test(f"{kernel} on {board}: buddy gets the pages that are counted, and holds them all")
        def _(kernel=kernel, board=board):
            at = "kmem_cache_init:enter"
            same(free_pages(kernel, at, board), counter(kernel, "totalram_pages", at, board))

        @test(f"{kernel} on {board}: what slab took and what is free are still all pages")
        def _(kernel=kernel, board=board):
            for at in ("vmalloc_init", "fork_init", "page_writeback_init"):
                taken = owned(kernel, "slab", at, board) + owned(kernel, "hash-table-vmalloc", at, board)
                assert taken, at
                same(free_pages(kernel, at, board) + taken, counter(kernel, "totalram_pages", at, board), at)


@test("SLUB: the pages of all slabs are the pages that it took, but for what is larger than a slab")
def _():
    slabs = sum(r["slabs"] << r["order"] for r in table("4.9", "slabs", "vmalloc_init"))
    same(slabs, owned("4.9", "slab", "vmalloc_init", "qemu-virt"))


@test("SLAB: likewise")
def _():
    slabs = sum(r["slabs"] << r["order"] for r in table("4.9-slab", "slabs", "kmem_cache_init_late"))
    same(slabs, owned("4.9-slab", "slab", "kmem_cache_init_late", "qemu-virt"))


@test("SLOB: its three lists hold the pages that it took, but for blocks of whole pages")
def _():
    lists = sum(r["slabs"] for r in table("4.9-slob", "slabs", "vmalloc_init") if r["state"] == "list")
    same(lists, owned("4.9-slob", "slab", "vmalloc_init", "qemu-virt"))


@test("bootmem: words of clear bits become blocks of 64 pages, the rest single ones, and no other way leads to buddy")
def _():
    freed = [e["text"] for e in events("4.9-bootmem") if e["text"]["fn"] == "__free_pages_bootmem"]
    pages = sum(t["words"] * 64 + t["single_pages"] for t in freed)
    same(pages, counter("4.9-bootmem", "totalram_pages", "kmem_cache_init:enter", "qemu-virt"))


@test("slab_state goes DOWN, PARTIAL, PARTIAL_NODE, UP, FULL as each allocator has it")
def _():
    want = {"4.9": "PARTIAL UP FULL", "4.9-slab": "PARTIAL PARTIAL_NODE UP FULL", "4.9-slob": "UP FULL", "7.2": "PARTIAL UP FULL"}
    for kernel, states in want.items():
        seen = [e["text"]["state"] for e in events(kernel) if e["text"]["fn"] == "slab_state"]
        same([s for s in seen if s != "DOWN"], states.split(), kernel)


# ------------------------------------------------------------------------------------------------------------- zonelists

def lists(*more):
    out = {}
    for r in table("4.9", "zonelists", "build_all_zonelists", "numa4-asymmetric", *more):
        if r["zone"]:
            out.setdefault((r["node"], r["list"]), []).append((r["zone_node"], r["zone_index"]))
    return out


def cmdline(order):
    return ("-c", f"memblock=debug numa_zonelist_order={order}")


@test("node order: each node's zones together, highest first, the node's own before all")
def _():
    for (node, name), refs in lists(*cmdline("node")).items():
        nodes = [n for n, _ in refs]
        same(nodes[0], node)
        same(sorted(set(nodes), key=nodes.index), [n for i, n in enumerate(nodes) if i == 0 or nodes[i - 1] != n])
        for n in set(nodes):
            zones = [z for m, z in refs if m == n]
            same(zones, sorted(zones, reverse=True))


@test("zone order: all nodes' highest zones before any lower one")
def _():
    found = lists(*cmdline("zone"))
    for (node, name), refs in found.items():
        zones = [z for _, z in refs]
        same(zones, sorted(zones, reverse=True), (node, name))
    assert found != lists(*cmdline("node"))


@test("both orders hold the same zones, and the lists without fallback are the same")
def _():
    by_node, by_zone = lists(*cmdline("node")), lists(*cmdline("zone"))
    for key, refs in by_node.items():
        same(sorted(refs), sorted(by_zone[key]), key)
        if key[1] == "nofallback":
            same(refs, by_zone[key], key)


@test("what cannot be read keeps the default, as 6.7 does for the order that it has no more")
def _():
    same(lists(*cmdline("x")), lists(*cmdline("node")))
    same([r for r in table("6.7", "counters", None, "numa4-asymmetric") if r["key"] == "current_zonelist_order"], [])


print(f"1..{number}")
sys.exit(failed > 0)
