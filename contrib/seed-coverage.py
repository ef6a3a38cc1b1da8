#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask a daemon on loopback for everything that the two articles name; see seed-coverage.sh.

usage: seed-coverage.py PROGRAM

A row is the article's item and the questions whose answers show it. Nothing is taken for granted: each question is put
to the API and answers with what was found, an event's number, a table's row, a step of the call tree, a line of the
kernel's log, or a text of the page's catalogue, or with nothing, and then the row is missing.
"""
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

BOARD = "qemu-virt"
NUMA = "qemu-virt-numa"
UMA = "4.9-bootmem"  # the profile without NUMA, as the first article's kernel


class Api:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().strip().rstrip("/")
        self.runs, self.cached = {}, {}

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def get(self, path):
        if path not in self.cached:
            with urllib.request.urlopen(self.base + path, timeout=120) as answer:
                self.cached[path] = answer.read().decode()
        return self.cached[path]

    def concepts(self):
        return json.loads(self.get("/api/v1/concepts"))

    def words(self, run, lang):
        manifest = self.run(*run)[0]
        return json.loads(self.get(f"/api/v1/runs/{manifest['id']}/explain?lang={lang}"))["moments"]

    def run(self, kernel, board=BOARD, cmdline=None):
        key = (kernel, board, cmdline)
        if key not in self.runs:
            ask = {"kernel": kernel, "board": board, **({"cmdline": cmdline} if cmdline is not None else {})}
            manifest = json.loads(self.get("/api/v1/run?" + urllib.parse.urlencode(ask)))
            events = self.get(f"/api/v1/runs/{manifest['id']}/events?format=ndjson")
            self.runs[key] = (manifest, [json.loads(line) for line in events.splitlines() if line])
        return self.runs[key]

    def table(self, run, table, at):
        manifest = self.run(*run)[0]
        at = f"?at={urllib.parse.quote(str(at))}" if at is not None else ""
        return json.loads(self.get(f"/api/v1/runs/{manifest['id']}/state/{table}{at}"))["rows"]


api = None


def spec(run):
    return run if isinstance(run, tuple) else (run,)


def fits(thing, wanted):
    return all(str(thing.get(k)) == str(v) if not hasattr(v, "search") else v.search(str(thing.get(k, "")))
               for k, v in wanted.items())


# ------------------------------------------------------------------ questions: each is a function that finds or returns None

def event(run, fn, **wanted):
    """An event of this function with these facts."""
    def ask():
        for e in api.run(*spec(run))[1]:
            facts = {**e.get("why", {}), **e["text"]}
            if e["kind"] not in ("step", "leave") and facts["fn"] == fn and fits(facts, wanted):
                shown = ", ".join(f"{k}={v}" for k, v in facts.items() if k != "fn")
                return f"{spec(run)[0]} event #{e['seq']} {fn}: {shown}"
    return ask


def step(run, name, note=None, executed=None, parent=None):
    """A row of the call tree; @note: a pattern of the line that says why it is grey."""
    def ask():
        steps = api.run(*spec(run))[0]["steps"]
        for s in steps:
            above = steps[s["parent"]]["name"] if s["parent"] >= 0 else ""
            if (s["name"] == name and (note is None or re.search(note, s["note"])) and
                    (executed is None or s["executed"] == executed) and (parent is None or above == parent)):
                return f"{spec(run)[0]} step {s['index']} {name} in {above}" + (f": {s['note']}" if s["note"] else "")
    return ask


def row(run, table, key=None, at=None, **wanted):
    """A row of a table, at the end or after a step."""
    def ask():
        for r in api.table(spec(run), table, at):
            if (key is None or str(r["key"]) == str(key)) and fits(r, wanted):
                shown = ", ".join(f"{k}={v}" for k, v in r.items() if v not in ("", None))[:160]
                return f"{spec(run)[0]} table {table}{f' at {at}' if at is not None else ''}: {shown}"
    return ask


def no_row(run, table, at, key=None):
    """A table that has no such row yet."""
    def ask():
        rows = [r for r in api.table(spec(run), table, at) if key is None or str(r["key"]) == str(key)]
        return None if rows else f"{spec(run)[0]} table {table} at {at}: {'empty' if key is None else f'no {key}'}"
    return ask


def change(run, table, key, column, before, after):
    """A splice in which a value changes, or appears (before None)."""
    def ask():
        for e in api.run(*spec(run))[1]:
            for s in e.get("splices", []):
                old = {str(r["key"]): r for r in s["table"] == table and s["del"] or []}
                for r in s["table"] == table and s["ins"] or []:
                    was = old.get(str(r["key"]), {}).get(column)
                    if (str(r["key"]) == str(key) and (before is None and was is None or re.fullmatch(str(before), str(was)))
                            and re.search(str(after), str(r[column]))):
                        return f"{spec(run)[0]} event #{e['seq']}: {table} {key}.{column} {was} -> {r[column]}"
    return ask


def log(run, pattern):
    def ask():
        for e in api.run(*spec(run))[1]:
            for line in e.get("log", []):
                if re.search(pattern, line):
                    return f"{spec(run)[0]} log at #{e['seq']}: {line}"
    return ask


def order(run, *names):
    """Steps that come one after the other."""
    def ask():
        at = [next((s["index"] for s in api.run(*spec(run))[0]["steps"] if s["name"] == n), None) for n in names]
        if None not in at and at == sorted(at):
            return f"{spec(run)[0]} steps " + " < ".join(f"{n} ({i})" for n, i in zip(names, at))
    return ask


def stage(run, name, first):
    """The stage of the bar that a step opens."""
    def ask():
        steps = api.run(*spec(run))[0]["steps"]
        here = [s for s in steps if s["stage"] == name]
        if here and here[0]["name"] == first:
            return f"{spec(run)[0]} stage {name}: steps {here[0]['index']} {first} to {here[-1]['index']} {here[-1]['name']}"
    return ask


def text(section, key, *patterns):
    """What is said of a function, in both languages, in a run of either article's kernel."""
    def ask():
        for run in (("4.9",), ("6.7",), (UMA,), ("4.9", NUMA)):
            found = {}
            for lang in ("en", "zh-CN"):
                said = [" ".join((m["headline"], m["reason"], m["function"]["text"])) for m in api.words(spec(run), lang)
                        if key in (m["step"], m["function"]["name"])]
                found[lang] = " ".join(said)
            if all(found.values()) and all(re.search(p, found["en"]) for p in patterns):
                return f"text {key}: {found['en'][:150]}"
    return ask


# What a word of the articles is told in.
CONCEPTS = {"mm_struct": "mm-struct", "vm_area_struct": "mm-struct", "active_mm": "mm-struct", "CONFIG_CPUMASK_OFFSTACK": "mm-struct",
            "cpumask_allocation": "mm-struct", "why-zonelists": "zonelists", "pageset": "pageset", "per_cpu_pageset": "pageset",
            "migratetypes": "buddy", "chicken-and-egg": "chicken-and-egg", "boot-allocator": "chicken-and-egg", "memblock_discard": "chicken-and-egg",
            "stage-1": "stages", "stage-2": "stages", "stage-3": "stages", "stages": "stages", "init_bootmem_done": "bootmem", "mem_init_done": "bootmem"}


def term(key, *patterns):
    """A page of the concepts, in both languages."""
    def ask():
        page = api.concepts().get(CONCEPTS.get(key, ""), {})
        words = " ".join(page.get("en", []))
        if words and page.get("zh-CN") and all(re.search(p, words) for p in patterns):
            return f"concept {CONCEPTS[key]}: {words[:150]}"
    return ask


def rising(run, table, key, column):
    """A value that one step after the other makes larger."""
    def ask():
        seen = [(e["seq"], r[column]) for e in api.run(*spec(run))[1] for s in e.get("splices", [])
                if s["table"] == table for r in s["ins"] if r["key"] == key]
        if len(seen) > 1 and seen[-1][1] != seen[0][1]:
            return f"{spec(run)[0]} {table} {key}.{column}: {seen[0][1]} at #{seen[0][0]} ... {seen[-1][1]} at #{seen[-1][0]}"
    return ask


def kernels(*names):
    def ask():
        have = {k["name"]: k["version"] for k in json.loads(api.get("/api/v1/kernels"))["kernels"]}
        if all(n in have for n in names):
            return "kernels: " + ", ".join(f"{n} ({have[n]})" for n in names)
    return ask


def refused(slab, kernel, pattern):
    """An allocator that a version has no more."""
    def ask():
        ask = urllib.parse.urlencode({"board": BOARD, "kernel": kernel, "slab": slab})
        try:
            urllib.request.urlopen(f"{api.base}/api/v1/run?{ask}", timeout=60)
        except urllib.error.HTTPError as e:
            detail = json.load(e)["detail"]
            return detail if e.code == 400 and re.search(pattern, detail) else None
    return ask


# --------------------------------------------------------------------------------------------- the rows, in the articles' order

def mm(run, key, **wanted):
    return row(run, "init_mm", key, **wanted)


def address(member, symbol, column="value"):
    return [change("4.9", "init_mm", member, column, "0", rf"^{symbol} 0xffff"), event("4.9", "setup_arch", **{member: re.compile("0x")})]


SEED_A = [
    ("`struct mm_struct`", mm("4.9", "pgd"), mm("6.7", "mm_mt"), row("4.9", "process", "start_stack"), term("mm_struct")),
    ('"memory descriptor of a process" (concept)', term("mm_struct", "one for each address space"), mm("4.9", "init_task.mm", value="NULL")),
    ("`struct vm_area_struct`", term("vm_area_struct"), row("4.9", "vmas", what="[heap]"), row("6.7", "vmas", what="text"), event("4.9", "kmem_cache_create", cache="vm_area_struct"), mm("4.9", "mmap", value="NULL")),
    ("`task_struct → mm`", mm("4.9", "init_task.mm", value="NULL"), row("4.9", "process", "task.mm")),
    ("`task_struct → active_mm` (implied)", mm("4.9", "init_task.active_mm", value="&init_mm")),
    ("`mm->pgd`", mm("4.9", "pgd", value=re.compile("swapper_pg_dir")), change("5.10", "init_mm", "pgd", "value", "init_pg_dir.*", "swapper_pg_dir")),
    ("`init/main.c`, `start_kernel()`", step("4.9", "start_kernel", parent=""), text("steps", "start_kernel")),
    ("`command_line`, `after_dashes` locals", text("steps", "parse_args", "after_dashes"), event("4.9", "memblock_virt_alloc_try_nid", owner="command-line"), step("4.9", "parse_args", "init")),
    ('"interrupts still disabled" comment', order("4.9", "local_irq_disable", "setup_arch", "local_irq_enable"), step("4.9", "early_boot_irqs_disabled = true")),
    ("`boot_cpu_init()`", event("4.9", "boot_cpu_init", online=1, active=1, present=1, possible=1)),
    ("`page_address_init()`", step("4.9", "page_address_init", "empty.*HIGHMEM", executed=False), text("steps", "page_address_init", "128")),
    ("`pr_notice(linux_banner)`", step("4.9", "pr_notice", "version")),
    ("`setup_arch(&command_line)`", step("4.9", "setup_arch", parent="start_kernel"), step("4.9", "paging_init", parent="setup_arch"), step("4.9", "bootmem_init", parent="setup_arch")),
    ("`boot_init_stack_canary()`", order("4.9", "boot_init_stack_canary", "cgroup_init_early"), order("6.7", "kfence_init", "boot_init_stack_canary", "perf_event_init")),
    ("`mm_init_cpumask(&init_mm)`", event("4.9", "mm_init_cpumask", CPUMASK_OFFSTACK=0), change("4.9", "init_mm", "cpu_vm_mask_var", "value", ".*", "no CPU")),
    ("`setup_command_line()`", step("4.9", "setup_command_line", executed=True), row("4.9", "ledger", owner="command-line")),
    ("`build_all_zonelists(NULL, NULL)`", no_row("4.9", "zonelists", "build_all_zonelists:enter"), row("4.9", "zonelists", at="build_all_zonelists"), step("4.9", "build_all_zonelists", parent="start_kernel")),
    ("`page_alloc_init()`", event("4.9", "page_alloc_init", callback="page_alloc_cpu_notify", hashdist=1), event("6.1", "page_alloc_init", hashdist=0), event("6.7", "page_alloc_init_cpuhp")),
    ('"large bootmem allocations … must precede kmem_cache_init"', order("4.9", "setup_log_buf", "pidhash_init", "vfs_caches_init_early", "kmem_cache_init"), text("steps", "pidhash_init", "large bootmem")),
    ("`setup_log_buf(0)`", row("4.9", "counters", "log_buf_len"), step("4.9", "setup_log_buf", executed=True), event(("6.12", BOARD, "log_buf_len=4M"), "memblock_alloc_try_nid", owner="log-buffer")),
    ("`pidhash_init()`", event("4.9", "alloc_large_system_hash", table="PID"), log("4.9", r"PID hash table entries: \d+")),
    ("`vfs_caches_init_early()`", log("6.7", "Dentry cache hash table entries"), log("6.7", "Inode-cache hash table entries"), row("6.7", "hashes", "Dentry cache")),
    ("`sort_main_extable()`", step("4.9", "sort_main_extable", "build", executed=False)),
    ("`trap_init()`", step("4.9", "trap_init", "empty", executed=False)),
    ("`mm_init()`", step("4.9", "mem_init", parent="mm_init"), step("4.9", "kmem_cache_init", parent="mm_init"), step("4.9", "vmalloc_init", parent="mm_init")),
    ('`pr_info("Boot CPU: AArch64 Processor …")`', step("4.9", "pr_info", "boot CPU", parent="setup_arch")),
    ("`sprintf(init_utsname()->machine, UTS_MACHINE)`", step("4.9", "sprintf", "aarch64", parent="setup_arch")),
    ("`init_mm.start_code = _text`", step("4.9", "init_mm.start_code = _text"), *address("start_code", "_text")),
    ("`init_mm.end_code = _etext`", step("4.9", "init_mm.end_code = _etext"), *address("end_code", "_etext")),
    ("`init_mm.end_data = _edata`", step("4.9", "init_mm.end_data = _edata"), *address("end_data", "_edata")),
    ("`init_mm.brk = _end`", step("4.9", "init_mm.brk = _end"), *address("brk", "_end")),
    ("`paging_init()`", event("4.9", "create_pgd_mapping"), row("4.9", "pagetables", at="paging_init"), event("4.9", "memblock_phys_free", caller="paging_init"), text("steps", "paging_init", "zero page")),
    ("`acpi_table_upgrade()`", step("4.9", "acpi_table_upgrade", "initrd", executed=False)),
    ("`acpi_boot_table_init()`", step("4.9", "acpi_boot_table_init", "acpi_disabled", executed=False)),
    ("`acpi_disabled`", step("4.9", "acpi_boot_table_init", "acpi_disabled is 1")),
    ("`unflatten_device_tree()`", step("4.9", "unflatten_device_tree", executed=True), row("4.9", "ledger", owner="unflattened-dt")),
    ("`bootmem_init()`", no_row("4.9", "zones", "bootmem_init:enter"), row("4.9", "zones", "0/DMA", at="bootmem_init"), row("4.9", "sections", at="bootmem_init"), text("steps", "bootmem_init", "historical")),
    ("`init_mm`", event("4.9", "init_mm"), mm("4.9", "mm_users")),
    ('"declared once in mm/init-mm.c"', text("events", "init_mm", "one"), event("4.9", "init_mm", members="static values")),
    ("`.mm_rb = RB_ROOT`", mm("4.9", "mm_rb", value="RB_ROOT"), mm("6.7", "mm_mt")),
    ("`CONFIG_SPECULATIVE_PAGE_FAULT`, `.mm_rb_lock`", text("steps", "init_mm", "CONFIG_SPECULATIVE_PAGE_FAULT"), no_row("4.9", "init_mm", "init_mm", "mm_rb_lock")),
    ("`.pgd = swapper_pg_dir`", mm("4.9", "pgd", at="init_mm", value=re.compile("swapper_pg_dir")), mm("6.7", "pgd", at="init_mm", value=re.compile("init_pg_dir"))),
    ("`.mm_users = 2`", mm("4.9", "mm_users", value="2")),
    ("`.mm_count = 1`", mm("4.9", "mm_count", value="1")),
    ("`.mmap_sem`", mm("4.9", "mmap_sem", value="unlocked"), mm("6.7", "mmap_lock", value="unlocked")),
    ("`.page_table_lock`", mm("4.9", "page_table_lock", value="unlocked")),
    ("`.mmlist`", mm("4.9", "mmlist", value="itself")),
    ("`.user_ns = &init_user_ns`", mm("6.7", "user_ns", value="&init_user_ns"), no_row("7.2", "init_mm", "init_mm", "user_ns")),
    ("`INIT_MM_CONTEXT(init_mm)`", mm("4.9", "context"), mm("6.1", "pgd", at="init_mm", value=re.compile("init_pg_dir")), mm("6.12", "pgd", at="init_mm", value=re.compile("swapper_pg_dir"))),
    ('"all kernel threads share init_mm"', mm("4.9", "init_task.active_mm", value="&init_mm"), term("active_mm", "borrow")),
    ("`cpu_vm_mask_var`", mm("4.9", "cpu_vm_mask_var"), mm("6.7", "cpu_bitmap")),
    ("`CONFIG_CPUMASK_OFFSTACK`", event("4.9", "mm_init_cpumask", CPUMASK_OFFSTACK=re.compile("[01]")), term("CONFIG_CPUMASK_OFFSTACK")),
    ("`cpumask_allocation`", term("cpumask_allocation", "OFFSTACK"), text("events", "mm_init_cpumask", "cpumask_allocation")),
    ("`cpumask_clear()`", event("4.9", "mm_init_cpumask", cpu_vm_mask_var="cleared in place"), mm("4.9", "cpu_vm_mask_var", value="no CPU")),
    ('"why zonelists" (UMA/NUMA)', term("why-zonelists", "NUMA"), row(("4.9", NUMA), "zonelists", node=0, zone_node=1), row(UMA, "zonelists", node=0)),
    ("`struct zone` array (`node_zones[]`)", row("4.9", "zones", "0/DMA", index=0), row("4.9", "zones", "0/Normal", index=1), row("4.9", "zones", "0/Movable", index=2)),
    ("`zonelist` (`struct zonelist`, `_zonerefs[]`)", row(("4.9", NUMA), "zonelists", "0/fallback/0"), row(("4.9", NUMA), "zonelists", "0/fallback/1")),
    ("`pageset` (concept)", term("pageset"), row("4.9", "pagesets", zone="DMA")),
    ("`struct per_cpu_pageset`", term("per_cpu_pageset", "per_cpu_pages"), row("4.9", "pagesets", "0/DMA/0"), row("6.7", "pagesets", "0/DMA/0")),
    ("`boot_pageset`", row("4.9", "boot_pagesets", 0, at="build_all_zonelists", zones=re.compile("0/DMA")), text("events", "pageset_init", "per-CPU variable")),
    ("`set_zonelist_order()`", event(("4.9", NUMA), "set_zonelist_order", order="Node", asked="Default", bits=64), event(("4.9", NUMA, "numa_zonelist_order=zone"), "set_zonelist_order", order="Zone"), event(UMA, "set_zonelist_order", order="Zone", numa=0)),
    ("`current_zonelist_order`", row("4.9", "counters", "current_zonelist_order", value=1, unit="Node"), row(UMA, "counters", "current_zonelist_order", value=2, unit="Zone")),
    ("`ZONELIST_ORDER_ZONE` (2), `_NODE` (1), `_DEFAULT` (0)", row(UMA, "counters", "current_zonelist_order", value=2), row("4.9", "counters", "current_zonelist_order", value=1), event("4.9", "set_zonelist_order", asked="Default")),
    ("`build_all_zonelists_init()`", step("4.9", "build_all_zonelists_init", parent="build_all_zonelists")),
    ("`__build_all_zonelists(NULL)`", step("4.9", "__build_all_zonelists", parent="build_all_zonelists_init"), step("4.9", "setup_pageset", parent="__build_all_zonelists")),
    ("`pg_data_t`, `NODE_DATA(nid)`", row("4.9", "nodes", 0, node_data=re.compile("0x[1-9a-f]")), row("4.9", "ledger", owner="node-data")),
    ("`build_zonelists(pgdat)`", event(("4.9", NUMA), "find_next_best_node", node=0, best=1, distance=20), step("4.9", "build_zonelists", parent="__build_all_zonelists")),
    ("`pgdat->node_zonelists[]`", row(("4.9", NUMA), "zonelists", list="fallback"), row(("4.9", NUMA), "zonelists", list="nofallback"), no_row(UMA, "zonelists", "build_all_zonelists", "0/nofallback/0")),
    ("`ZONELIST_FALLBACK`", row("4.9", "zonelists", "0/fallback/0", list="fallback")),
    ("`build_zonelists_node(pgdat, zonelist, 0)`", event("4.9", "build_zonelists_node", index=0), event("6.7", "build_zonerefs_node", index=0)),
    ("`zoneref_set_zone()`", change("4.9", "zonelists", "0/fallback/0", "zone", None, "DMA"), row("4.9", "zonelists", "0/fallback/0", zone_index=0)),
    ("`nr_zones` return value", event(("4.9", NUMA), "build_zonelists_node", index=1, list="fallback"), rising(("4.9", NUMA), "zonelists", "0/fallback/1", "zone")),
    ("`_zonerefs[j].zone = NULL`", event(UMA, "build_zonelists", zone="", reason="end"), event("4.9", "build_thisnode_zonelists", zone="", reason="end")),
    ("`_zonerefs[j].zone_idx = 0`", row(UMA, "zonelists", zone="", zone_index=0, zone_node=-1)),
    ("`setup_pageset(&per_cpu(boot_pageset,cpu), 0)`", step("4.9", "setup_pageset", executed=True), row("4.9", "boot_pagesets", 1, at="setup_pageset"), event("6.7", "per_cpu_pages_init", high=0, batch=1)),
    ("`pageset_init()`", event("4.9", "pageset_init", cpu=0), event("4.9", "pageset_init", cpu=1)),
    ("`pcp->count = 0`", event("4.9", "pageset_init", count=0), row("4.9", "boot_pagesets", 0, count=0)),
    ("`INIT_LIST_HEAD(&pcp->lists[mt])`", event("4.9", "pageset_init", lists=3), event("6.7", "per_cpu_pages_init", lists=re.compile("1[2-4]"))),
    ("migrate types (concept)", term("migratetypes", "Unmovable"), row("4.9", "freelists", type="MIGRATE_UNMOVABLE"), row("4.9", "freelists", type="MIGRATE_CMA")),
    ("`pageset_set_batch(p, batch)`", event("4.9", "pageset_set_batch", batch=0, high_is="6 * 0 = 0")),
    ("`pageset_update(pcp, high, batch)`", event("4.9", "pageset_update", store=1, member="batch", value=1), event("4.9", "pageset_update", store=2, member="high", value=0), event("4.9", "pageset_update", store=3, member="batch", value=1)),
    ("`pcp->batch`", change("4.9", "boot_pagesets", 0, "batch", "0", "^1$"), row("4.9", "pagesets", "0/DMA/0", batch=31)),
    ("`pcp->high`", row("4.9", "boot_pagesets", 0, high=0), row("4.9", "pagesets", "0/DMA/0", high=186), row("6.7", "pagesets", "0/DMA/0", high_min=re.compile("[1-9]"))),
]

SEED_B = [
    ('"must build mm structures before mm works"', term("chicken-and-egg")),
    ("extra simplified boot-time module, later dropped", event("6.7", "memblock_phys_alloc_range", owner="page-table"), rising("6.7", "zones", "0/DMA", "managed"), term("boot-allocator", "memblock")),
    ("Stage 1 row (start/end/description)", stage("6.7", "1", "parse_early_param"), event("6.7", "memblock_reserve"), term("stage-1")),
    ("Stage 2 row", stage("6.7", "2", "paging_init"), term("stage-2")),
    ("Stage 3 row", stage("6.7", "3a", "memblock_free_all"), stage("6.7", "3b", "kmem_cache_init"), stage("6.7", "3c", "kernel_init"), term("stage-3")),
    ("`memblock_reserve`", change("6.7", "memblock.reserved", "0x48000000", "size", None, "0x"), text("events", "memblock_reserve")),
    ("`init_bootmem_done`", term("init_bootmem_done", "powerpc")),
    ("`mem_init_done`", term("mem_init_done")),
    ("bootmem allocator", kernels("4.9-bootmem"), event(UMA, "init_bootmem_core"), event(UMA, "alloc_bootmem_bdata"), event(UMA, "__free_pages_bootmem")),
    ("memblock allocator", row("6.7", "memblock.memory"), row("6.7", "memblock.reserved")),
    ("buddy", row("6.7", "freelists", order=10), event("6.7", "__free_pages_memory")),
    ("cache (slab cache)", row("6.7", "slabs", "kmalloc-128")),
    ('"version 6.7" statement', kernels("6.7", "4.9"), log("6.7", r"^Linux version 6\.7|Memory: ")),
    ("`setup_arch` row", step("6.7", "arm64_memblock_init", parent="setup_arch"), text("steps", "setup_arch")),
    ("`setup_per_cpu_areas` row", event("6.7", "pcpu_setup_first_chunk"), row("6.7", "percpu", at="setup_per_cpu_areas"), log("6.7", r"percpu: Embedded \d+ pages/cpu s\d+ r\d+ d\d+ u\d+")),
    ("`.data.percpu`", row("6.7", "image", "per-cpu template"), text("steps", "setup_per_cpu_areas", r"\.data\.\.percpu")),
    ('`build_all_zonelists` row "moved to mm_core_init"', step("6.7", "build_all_zonelists", parent="mm_core_init"), step("6.1", "build_all_zonelists", parent="start_kernel")),
    ("`mm_core_init` row", step("6.7", "mm_core_init", parent="start_kernel"), step("6.7", "kmem_cache_init", parent="mm_core_init")),
    ("`mem_init`", step("6.7", "memblock_free_all", parent="mem_init"), event("6.7", "reset_all_zones_managed_pages"), rising("6.7", "counters", "totalram_pages", "value")),
    ("`kmem_cache_init`", no_row("6.7", "slabs", "kmem_cache_init:enter"), row("6.7", "slabs", "kmem_cache", at="kmem_cache_init"), event("6.7", "slab_state", state="UP")),
    ("`kmem_cache_init_late` row", event("6.7", "kmem_cache_init_late", workqueue="slub_flushwq"), event("4.9-slab", "enable_cpucache"), event("4.9-slab", "slab_state", state="FULL", by="kmem_cache_init_late"), event("4.9-slob", "slab_state", state="FULL")),
    ("slab / slob / slub", kernels("4.9", "4.9-slab", "4.9-slob"), row("4.9-slob", "slabs", "free_slob_small"), refused("slob", "6.7", r"removed in 6\.4"), refused("slab", "6.12", r"removed in 6\.8")),
    ("`kmemleak_init` row", step("6.7", "kmemleak_init", parent="mm_core_init"), step("6.1", "kmemleak_init", parent="mm_init"), step("4.9", "kmemleak_init", parent="start_kernel"), event("6.7", "kmemleak_init", option="DEBUG_KMEMLEAK")),
    ("`kmemcheck()`", text("steps", "kmemleak_init", r"kmemcheck.*4\.15")),
    ("`setup_per_cpu_pageset` row", event("4.9", "setup_zone_pageset", cpu=1), no_row("4.9", "pagesets", "setup_per_cpu_pageset:enter"), row("4.9", "pagesets", "0/DMA/1", at="setup_per_cpu_pageset", high=186, batch=31), event("4.9", "setup_per_cpu_pageset")),
    ("`numa_policy_init` row", event("6.7", "kmem_cache_create", cache="numa_policy"), event("6.7", "kmem_cache_create", cache="shared_policy_node"), event(("6.7", NUMA), "numa_policy_init", interleave_nodes=re.compile(r"0, 1"))),
    ("`anon_vma_init` row", event("6.7", "kmem_cache_create", cache="anon_vma"), step("6.7", "anon_vma_init", executed=True), event("4.9", "kmem_cache_create", cache="anon_vma_chain")),
    ("`pagecache_init` row", event("6.7", "pagecache_init", wait_queues=256), event("6.7", "writeback_set_ratelimit"), event("4.9", "buffer_init"), row("6.7", "counters", "ratelimit_pages")),
    ("`arch_call_rest_init` row", step("6.7", "arch_call_rest_init", parent="start_kernel"), step("6.7", "rest_init", parent="arch_call_rest_init"), step("6.12", "rest_init", parent="start_kernel")),
    ("chicken-and-egg paragraph", term("chicken-and-egg"), event("6.7", "slab_state", state="DOWN"), event("6.7", "bootstrap", cache="kmem_cache")),
    ('"boot memory allocator is discarded after init"', step("6.7", "memblock_discard", "keeps memblock"), term("memblock_discard")),
    ("arrow diagram: boot → stage 1 → bootmem/memblock done → stage 2 → buddy+slab done → stage 3 → halt", order("6.7", "parse_early_param", "paging_init", "memblock_free_all", "kmem_cache_init", "kernel_init"), stage("6.7", "0", "__primary_switched"), term("stages")),
]


def main():
    global api
    if len(sys.argv) != 2:
        sys.exit("usage: seed-coverage.py PROGRAM")
    api = Api(sys.argv[1])
    found = total = 0
    try:
        for title, rows in (("The first article", SEED_A), ("The second article", SEED_B)):
            print(f"{title}: {len(rows)} rows")
            for name, *questions in rows:
                answers = [ask() for ask in questions]
                total += 1
                found += all(answers)
                print(f"{'shown  ' if all(answers) else 'MISSING'} {name}")
                for i, answer in enumerate(answers):
                    print(f"          {answer if answer else f'question {i + 1} has no answer'}")
    finally:
        api.stop()
    print(f"{found} of {total} rows")
    return found != total


if __name__ == "__main__":
    sys.exit(main())
