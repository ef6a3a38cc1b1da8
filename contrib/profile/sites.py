# SPDX-License-Identifier: GPL-2.0-or-later
"""The memblock call sites of arm64 kernels in boot order, and the names that recorded boots print for them.

A site is "function/purpose": the function in whose source the call stands, and what the call is for. memblock's debug
lines name the function that holds the call in the *binary*, which inlining, tail calls and out-of-line copies of inline
functions may change. A profile therefore lists the sites whose printed name differs from the part before the slash.

The names are found by following a recorded boot: order_of(version) says which lines can come when; the match gives
every line its site, and so the site its printed name.
"""
import collections
import re

# --- the sites: name -> (first version, last version or None, what the line prints, meaning) ---------------------
# Lines: add, remove, reserve, free; request = a memblock_alloc*/memblock_phys_alloc_range line, which the reserve line
# of memblock_alloc_range_nid (4.9: memblock_virt_alloc_internal) follows; silent = only that reserve line.
A, B = "4.9", None
SITES = {
    # telling memblock
    "arm64_memblock_init/pa-limit": ("5.10", B, "remove", "everything above the physical address size"),
    "arm64_memblock_init/linear-limit": ("5.10", B, "remove", "everything above what the linear map covers"),
    "arm64_memblock_init/linear-low": ("5.10", B, "remove", "everything below, if RAM ends above the linear map"),
    "arm64_memblock_init/mem-limit": (A, B, "add", "the kernel image, after mem= cut the memory"),
    "arm64_memblock_init/initrd-remove": ("5.10", "5.10", "remove", "the initrd's pages, before they are added again"),
    "arm64_memblock_init/initrd-add": (A, B, "add", "the initrd's pages"),
    "arm64_memblock_init/initrd-reserve": (A, B, "reserve", "the initrd's pages"),
    "arm64_memblock_init/kernel": (A, B, "reserve", "the kernel image"),
    "arm64_memblock_init/initrd-exact": (A, "4.9", "reserve", "the initrd once more, to the byte"),
    "early_init_fdt_scan_reserved_mem/memreserve": (A, B, "reserve", "a /memreserve/ entry of the device tree"),
    "early_init_fdt_scan_reserved_mem/static": (A, "6.7", "reserve", "a /reserved-memory child with reg"),
    "fdt_scan_reserved_mem/static": ("6.12", B, "reserve", "a /reserved-memory child with reg"),
    "early_init_fdt_scan_reserved_mem/elfcorehdr": ("6.1", B, "reserve", "linux,elfcorehdr of /chosen"),
    "reserve_elfcorehdr/elfcorehdr": ("5.10", "5.10", "reserve", "linux,elfcorehdr of /chosen"),
    "early_init_dt_alloc_reserved_memory_arch/dynamic": ("5.10", B, "request", "a /reserved-memory child with size (5.10: reserve)"),
    "early_init_dt_alloc_reserved_memory_arch/no-map": ("5.10", "5.10", "remove", "a /reserved-memory child with size and no-map"),
    "early_init_dt_alloc_reserved_memory_arch/free": ("6.1", B, "free", "what was found for such a child, if no-map cannot be had"),
    "fdt_init_reserved_mem/no-driver": ("5.10", "6.7", "free", "a /reserved-memory range that its driver refused"),
    "fdt_init_reserved_mem/no-driver-add": ("5.10", "5.10", "add", "the same range, if it had been removed for no-map"),
    "fdt_init_reserved_mem_node/no-driver": ("6.12", B, "free", "a /reserved-memory range that its driver refused"),
    # page tables, device tree, NUMA
    "arm64_kfence_alloc_pool/pool": ("6.7", B, "request", "KFENCE's pool, before the linear map"),
    "early_pgtable_alloc/page-table": ("6.1", B, "request", "a page-table page (to 5.10 silent)"),
    "paging_init/temporary-pgd": (A, "4.9", "free", "the page directory used while swapper_pg_dir was rebuilt"),
    "paging_init/swapper-rest": (A, "4.9", "free", "swapper_pg_dir behind its first page"),
    "paging_init/init_pg_dir": ("5.10", "6.7", "free", "the boot page tables inside the image"),
    "fdt_scan_reserved_mem_reg_nodes/array": ("6.12", "6.12", "request", "array of the reserved-memory nodes"),
    "fdt_scan_reserved_mem_late/array": ("7.2", B, "request", "array of the reserved-memory nodes"),
    "early_init_dt_alloc_memory_arch/unflatten": ("5.10", B, "request", "the unflattened device tree (4.9 silent)"),
    "early_init_dt_alloc_memory_arch/alias": ("5.10", B, "request", "one numbered alias of /aliases (4.9 silent)"),
    "numa_init/distance": (A, "6.7", "request", "the node distance table (to 5.10: reserve)"),
    "numa_free_distance/distance": (A, "6.7", "free", "the node distance table, if a method found no nodes"),
    "numa_set_distance/distance": ("6.12", B, "request", "the node distance table"),
    "numa_reset_distance/distance": ("6.12", B, "free", "the node distance table, before another method"),
    "alloc_offline_node_data/pgdat": ("6.1", B, "request", "node data of a node that is not online"),
    "alloc_bootmem_cpumask_var/node-cpumask": (A, B, "request", "CPU mask of one node (CPUMASK_OFFSTACK)"),
    "cma_declare_contiguous_nid/fixed": (A, B, "reserve", "a CMA area at a given address"),
    "cma_declare_contiguous_nid/free": ("5.10", B, "free", "a CMA area that could not be set up"),
    "cma_declare_contiguous_multi/part": ("7.2", B, "reserve", "one range of a CMA area in several ranges"),
    "kvm_hyp_reserve/pool": ("6.1", B, "request", "memory of the protected hypervisor"),
    "reserve_bad_mem/page": (A, B, "reserve", "what memtest= found bad"),
    # memory map
    "sparse_init/mem_section": ("5.10", B, "request", "array of the section roots"),
    "sparse_index_alloc/root": (A, B, "request", "one page of section entries"),
    "sparse_init/usemap-table": (A, "4.9", "request", "temporary array of usemap pointers"),
    "sparse_early_usemaps_alloc_node/usemap": (A, "4.9", "request", "pageblock bits of a node's sections"),
    "sparse_init_nid/usage": ("5.10", B, "request", "pageblock bits and subsection map of a node's sections"),
    "memmap_alloc/buffer": ("5.10", "6.12", "request", "one buffer for a node's struct pages"),
    "__earlyonly_bootmem_alloc/vmemmap": (A, B, "request", "a table or block of the vmemmap"),
    "sparse_buffer_alloc/skipped": ("5.10", "6.12", "free", "the part of the buffer that alignment skips"),
    "sparse_buffer_fini/rest": ("5.10", "6.12", "free", "the unused end of the buffer"),
    "sparse_init/usemap-table-free": (A, "4.9", "free", "temporary array of usemap pointers"),
    # crashkernel, resources, command line
    "reserve_crashkernel/main": ("5.10", B, "request", "crashkernel= (5.10: reserve)"),
    "reserve_crashkernel/low": ("6.1", B, "request", "the low part of crashkernel=,high"),
    "reserve_crashkernel/main-free": ("6.1", B, "free", "the main part, if there is no low part"),
    "setup_arch/resources": (A, B, "request", "struct resource for each memory region (4.9: one reserve each)"),
    "start_kernel/saved-cmdline": (A, B, "request", "copy of the command line for /proc/cmdline"),
    "start_kernel/initcall-cmdline": (A, "4.9", "request", "copy of the command line for initcalls"),
    "start_kernel/static-cmdline": (A, B, "request", "copy of the command line for parameters"),
    # per-CPU areas
    "pcpu_build_alloc_info/info": (A, B, "request", "plan of groups and units"),
    "pcpu_embed_first_chunk/areas": (A, B, "request", "array of group addresses"),
    "pcpu_fc_alloc/unit": (A, B, "request", "the units of one group; with percpu_alloc=page one page"),
    "pcpu_embed_first_chunk/unit-tail": (A, B, "free", "what a unit has too much; printed even if empty"),
    "pcpu_page_first_chunk/pages": ("6.1", B, "request", "array of pages (percpu_alloc=page)"),
    "pcpu_populate_pte/table": ("6.1", B, "request", "a page table for percpu_alloc=page"),
    "pcpu_setup_first_chunk/group-offsets": (A, B, "request", "offsets of the groups"),
    "pcpu_setup_first_chunk/group-sizes": (A, B, "request", "sizes of the groups"),
    "pcpu_setup_first_chunk/unit-map": (A, B, "request", "CPU to unit"),
    "pcpu_setup_first_chunk/unit-off": (A, B, "request", "CPU to offset"),
    "pcpu_setup_first_chunk/slots": (A, B, "request", "list heads of the chunk slots"),
    "pcpu_alloc_first_chunk/chunk": (A, B, "request", "struct pcpu_chunk; first the reserved chunk's, then the dynamic one's"),
    "pcpu_alloc_first_chunk/alloc-map": ("5.10", B, "request", "allocation bits of a chunk"),
    "pcpu_alloc_first_chunk/bound-map": ("5.10", B, "request", "boundary bits of a chunk"),
    "pcpu_alloc_first_chunk/md-blocks": ("5.10", B, "request", "block hints of a chunk"),
    "pcpu_page_first_chunk/pages-free": ("6.1", B, "free", "array of pages (freed before the plan)"),
    "pcpu_free_alloc_info/info": (A, B, "free", "plan of groups and units"),
    "pcpu_embed_first_chunk/areas-free": (A, B, "free", "array of group addresses"),
    # parameters, log buffer, hashes, hand-over
    "initcall_blacklist/entry": ("5.10", B, "request", "one name of initcall_blacklist="),
    "initcall_blacklist/name": ("5.10", B, "request", "the text of that name"),
    "free_bootmem_cpumask_var/mask": ("5.10", B, "free", "a temporary CPU mask of isolcpus= or nohz_full="),
    "reserve_mem/region": ("6.12", B, "request", "a region of reserve_mem="),
    "__alloc_bootmem_huge_page/page": (A, B, "request", "a gigantic page of hugepages="),
    "start_kernel/unknown-options": ("6.1", B, "request", "text of the unknown parameters"),
    "start_kernel/unknown-options-free": ("6.1", B, "free", "text of the unknown parameters"),
    "setup_log_buf/text": (A, B, "request", "text of a larger log buffer"),
    "setup_log_buf/descs": ("5.10", B, "request", "descriptors of a larger log buffer"),
    "setup_log_buf/infos": ("5.10", B, "request", "meta data of a larger log buffer"),
    "setup_log_buf/free": ("5.10", B, "free", "what was allocated before one of the three failed"),
    "alloc_large_system_hash/table": (A, B, "request", "a hash table"),
    "stack_depot_early_init/pools": ("7.2", B, "request", "array of the stack depot's pools"),
    "kfence_alloc_pool_and_metadata/pool": ("6.7", B, "request", "KFENCE's pool, if not taken before"),
    "kfence_alloc_pool_and_metadata/metadata": ("6.7", B, "request", "KFENCE's meta data"),
    "swiotlb_init/pool": (A, "5.10", "request", "bounce buffer"),
    "swiotlb_init_with_tbl/overflow": (A, "4.9", "request", "overflow buffer"),
    "swiotlb_init_with_tbl/list": (A, "5.10", "request", "free slots"),
    "swiotlb_init_with_tbl/orig-addr": (A, "5.10", "request", "original addresses"),
    "swiotlb_init_remap/pool": ("6.1", B, "request", "bounce buffer"),
    "swiotlb_init_remap/slots": ("6.1", B, "request", "slots"),
    "swiotlb_init_remap/areas": ("6.1", B, "request", "areas"),
    "swiotlb_init_remap/pool-free": ("6.1", B, "free", "a bounce buffer that cannot be used"),
    "free_initrd_mem/initrd": ("5.10", "6.12", "free", "the initrd, once unpacked (4.9, 7.2 silent)"),
    "free_initmem/init": ("6.12", "6.12", "free", "init text and data (others silent)"),
    # under the others
    "memblock_alloc_range_nid/reserve": (A, B, "reserve", "what a request found; NODE_DATA and CMA have no request line"),
    "memblock_virt_alloc_internal/reserve": (A, "4.9", "reserve", "what a memblock_virt_alloc found"),
    "memblock_double_array/array": (A, B, "reserve", "a region array of twice the size"),
    "memblock_double_array/array-free": (A, B, "free", "the former region array, if it was allocated"),
}
VERSIONS = ("4.9", "5.10", "6.1", "6.7", "6.12", "7.2")

# Sites that no recorded boot of a kernel reached and that print another name than their function's: (kernels, printed
# name, why, sites). "image": the call stands in that function of the image, as `mmscope profile` finds.
BY_RULE = (
    (("4.9", "4.9-slab", "4.9-slob"), "early_init_dt_reserve_memory_arch", "a __weak function; recorded for 4.9",
     ("early_init_fdt_scan_reserved_mem/memreserve", "early_init_fdt_scan_reserved_mem/static")),
    (("4.9", "4.9-slab", "4.9-slob"), "cma_declare_contiguous", "what the function was called then", ("cma_declare_contiguous_nid/fixed",)),
    (("4.9", "4.9-slab", "4.9-slob"), "alloc_bootmem_huge_page", "what the function was called then", ("__alloc_bootmem_huge_page/page",)),
    (("5.10",), "early_init_dt_reserve_memory_arch", "image",
     ("early_init_fdt_scan_reserved_mem/memreserve", "early_init_fdt_scan_reserved_mem/static")),
    (("5.10",), "arm64_memblock_init", "image", ("reserve_elfcorehdr/elfcorehdr",)),
    (("5.10",), "memblock_alloc.constprop.0", "image", ("initcall_blacklist/entry", "initcall_blacklist/name")),
    (("5.10", "6.1"), "sparse_buffer_free", "image", ("sparse_buffer_alloc/skipped", "sparse_buffer_fini/rest")),
    (("6.1",), "free_area_init", "image", ("alloc_offline_node_data/pgdat",)),
    (("6.1",), "bootmem_init", "image", ("reserve_crashkernel/main-free",)),
    (("6.7",), "free_area_init", "as in 6.1: an inline function", ("alloc_offline_node_data/pgdat",)),
    (("6.7",), "memblock_free", "every recorded caller of memblock_free() prints memblock_free",
     ("pcpu_page_first_chunk/pages-free", "memblock_double_array/array-free", "sparse_buffer_fini/rest",
      "sparse_buffer_alloc/skipped", "setup_log_buf/free", "swiotlb_init_remap/pool-free", "start_kernel/unknown-options-free")),
    (("6.7",), "reserve_crashkernel_generic", "the function that holds the two requests; the low one was recorded, in a boot that is not kept",
     ("reserve_crashkernel/low", "reserve_crashkernel/main-free")),
    (("6.12", "6.12-16k"), "paging_init", "image", ("arm64_kfence_alloc_pool/pool",)),
    (("6.12", "6.12-16k"), "fdt_reserved_mem_save_node", "image", ("fdt_init_reserved_mem_node/no-driver",)),
    (("6.12", "6.12-16k", "7.2"), "reserve_crashkernel_generic", "image",
     ("reserve_crashkernel/main", "reserve_crashkernel/low", "reserve_crashkernel/main-free")),
    (("7.2",), "paging_init", "image", ("arm64_kfence_alloc_pool/pool",)),
    (("7.2",), "memblock_free", "image", ("pcpu_page_first_chunk/pages-free", "numa_reset_distance/distance",
     "start_kernel/unknown-options-free", "setup_log_buf/free", "swiotlb_init_remap/pool-free",
     "free_bootmem_cpumask_var/mask")),
    (("7.2",), "__memblock_alloc_or_panic", "image", ("early_init_dt_alloc_memory_arch/alias", "alloc_offline_node_data/pgdat",
     "pcpu_page_first_chunk/pages", "pcpu_populate_pte/table", "initcall_blacklist/entry", "initcall_blacklist/name")),
    (("7.2",), "__cma_declare_contiguous_nid", "image", ("cma_declare_contiguous_nid/fixed", "cma_declare_contiguous_nid/free")),
    (("7.2",), "alloc_bootmem", "image", ("__alloc_bootmem_huge_page/page",)),
)


# Sites that a build's configuration leaves out.
ABSENT = {
    "5.10": ("reserve_bad_mem/page", "alloc_bootmem_cpumask_var/node-cpumask"),
    "6.1": ("reserve_bad_mem/page", "arm64_kfence_alloc_pool/pool", "alloc_bootmem_cpumask_var/node-cpumask"),
    "6.12": ("reserve_bad_mem/page",), "6.12-16k": ("reserve_bad_mem/page",),
}


def family(name):
    return name.split("-")[0]


def tells_unknown(name):
    """Kernels since 5.14 print the words of the command line that they do not know."""
    return family(name) not in ("4.9", "5.10")


def available(site, name):
    first, last, _, _ = SITES[site]
    at = VERSIONS.index(family(name))
    return VERSIONS.index(first) <= at and (last is None or at <= VERSIONS.index(last))


# --- reading a boot ------------------------------------------------------------------------------------------------
Line = collections.namedtuple("Line", "kind caller size align limit request")
LINE = re.compile(r"\s*(?:__)?memblock_(\w+): (.*?) ?(\S+)\+0x[0-9a-f]+/0x[0-9a-f]+$")
KIND = {"add": "add", "add_node": "add", "remove": "remove", "reserve": "reserve", "free": "free", "free_early": "free",
        "phys_free": "free"}
RESERVERS = ("memblock_alloc_range_nid", "memblock_virt_alloc_internal")


def lines_of(boot):
    """memblock's lines with the reserve line of each request folded into it; (lines, {site: name}) of the folded ones."""
    out, names, doubled, folded = [], {}, False, True
    for text in boot.lines:
        if text.startswith("memblock: ") and "is doubled" in text:
            doubled = True
            continue
        m = LINE.match(text)
        if not m:
            continue
        op, args, caller = m.groups()
        kind = KIND.get(op, "request")
        span = re.match(r"\[0x([0-9a-f]+)-0x([0-9a-f]+)\]", args)
        base, end = (int(x, 16) for x in span.groups()) if span else (None, None)
        ask = re.match(r"(\d+) bytes align=0x([0-9a-f]+) .*max_addr=0x([0-9a-f]+)", args)
        size = int(ask[1]) if ask else (end - base + 1) % (1 << 64)
        line = Line(kind, caller, size, int(ask[2], 16) if ask else 0, int(ask[3], 16) if ask else None, op)
        if kind == "reserve" and doubled:
            names["memblock_double_array/array"] = caller
            doubled = False
        elif kind == "reserve" and caller in RESERVERS and not folded and size == out[-1].size:
            names[caller + "/reserve"] = caller
            folded = True
        else:
            if kind == "reserve" and caller in RESERVERS:
                names[caller + "/reserve"] = caller
                line = line._replace(kind="silent")
            out.append(line)
            folded = kind != "request"
    return out, names


# --- the order of boot, as a regular expression over lines -------------------------------------------------------------
def one(site, kind=None, when=None):
    return ("one", site, kind or SITES[site][2], when)


def seq(*parts):
    return ("seq", parts)


def opt(*parts):
    return ("opt", seq(*parts))


def many(*parts):
    return ("many", seq(*parts))


def either(*parts):
    return ("either", parts)


def silent(when=None):
    return ("one", None, "silent", when)


def order_of(name, page, image_size):
    """What a boot of this kernel can print, in order. Parts that a version does not have are left out by name."""
    v = VERSIONS.index(family(name))
    v49, v510, v61, v67, v612, v72 = range(6)

    def has(*parts):
        return seq(*[p for p in parts if p[0] != "one" or p[1] is None or available(p[1], name)])

    def pages(x):
        return x.size == page

    def whole(x):
        return x.size % page == 0

    def image(x):
        return image_size - 0x10000 <= x.size <= image_size

    def by8(x):
        return x.align == 8 and x.request != "phys_alloc_range"

    def small(x):
        return x.align == 64 and x.size <= 512

    def phys(x):
        return x.request == "phys_alloc_range"

    initrd = has(one("arm64_memblock_init/initrd-remove"), one("arm64_memblock_init/initrd-add"),
                 one("arm64_memblock_init/initrd-reserve"))
    limits = seq(has(one("arm64_memblock_init/pa-limit"), one("arm64_memblock_init/linear-limit")),
                 opt(one("arm64_memblock_init/linear-low")) if v > v49 else seq(),
                 opt(one("arm64_memblock_init/mem-limit", when=image)), opt(initrd),
                 one("arm64_memblock_init/kernel", when=image),
                 opt(one("arm64_memblock_init/initrd-exact")) if v == v49 else seq())
    static = one("fdt_scan_reserved_mem/static" if v >= v612 else "early_init_fdt_scan_reserved_mem/static")
    memreserve = one("early_init_fdt_scan_reserved_mem/memreserve")
    dynamic = one("early_init_dt_alloc_reserved_memory_arch/dynamic", when=lambda x: phys(x) and x.limit > 1) if v >= v61 else silent(lambda x: not pages(x))
    # The two reserve lines look alike where one function holds both; a name of their own tells them apart.
    told = [(static, "fdt_scan_reserved_mem"), (memreserve, "early_init_fdt_scan_reserved_mem")]
    static, memreserve = (("one", s[1], s[2], (lambda x, n=n: x.caller == n)) if v >= v612 else s for s, n in told)
    reserved = seq(many(memreserve), many(static), many(dynamic)) if v <= v61 else seq(many(static), many(dynamic), many(memreserve))
    if v == v67:
        reserved = seq(many(static), many(memreserve), many(dynamic))

    if v == v49:
        tables = seq(opt(silent()), many(silent(pages)), one("paging_init/temporary-pgd"), one("paging_init/swapper-rest"))
    elif v == v510:
        tables = seq(many(silent(pages)), one("paging_init/init_pg_dir"), many(silent(pages)))
    else:
        table = one("early_pgtable_alloc/page-table", when=lambda x: phys(x) and x.limit == 1)
        tables = has(opt(one("arm64_kfence_alloc_pool/pool", when=lambda x: phys(x) and x.limit == 0)) if v >= v67 else seq(), many(table),
                     one("paging_init/init_pg_dir"), many(table))
    tree = has(opt(one("fdt_scan_reserved_mem_reg_nodes/array")) if v == v612 else seq(),
               opt(one("fdt_scan_reserved_mem_late/array", when=lambda x: x.align == 64)) if v == v72 else seq(),
               one("early_init_dt_alloc_memory_arch/unflatten", when=by8) if v > v49 else silent(),
               many(one("early_init_dt_alloc_memory_arch/alias", when=by8)) if v > v49 else seq())
    distance = one("numa_init/distance", "request" if v >= v61 else "reserve") if v < v612 else None
    nodes = seq(opt(one("numa_set_distance/distance", when=whole_align(page))) if v >= v612
                else seq(many(distance, one("numa_free_distance/distance")), opt(distance)),
                many(silent()), many(one("alloc_bootmem_cpumask_var/node-cpumask", when=small)) if v > v510 else seq())
    fixed = one("cma_declare_contiguous_nid/fixed", when=(lambda x: x.caller.startswith("cma_")) if v == v510 else None)
    cma = many(either(fixed, silent()))
    crash = seq(opt(one("reserve_crashkernel/main", "reserve" if v == v510 else "request", None if v == v510 else phys)),
                opt(one("reserve_crashkernel/low", when=phys)) if v >= v61 else seq()) if v > v49 else seq()
    vmemmap = one("__earlyonly_bootmem_alloc/vmemmap", when=lambda x: whole(x) and x.align >= page and (v == v49 or x.request.endswith("nid_raw") and "exact" not in x.request))
    if v == v49:
        sections = seq(many(one("sparse_index_alloc/root", when=lambda x: pages(x) and x.align < page)),
                       one("sparse_init/usemap-table", when=whole),
                       many(one("sparse_early_usemaps_alloc_node/usemap", when=lambda x: x.request.endswith("nopanic"))),
                       many(vmemmap), one("sparse_init/usemap-table-free"))
    else:
        usage = one("sparse_init_nid/usage", when=lambda x: x.align == 64)
        buffer = one("memmap_alloc/buffer", when=lambda x: "exact" in x.request)
        node = seq(usage, opt(usage), buffer if v < v72 else vmemmap, many(vmemmap),
                   *([opt(one("sparse_buffer_fini/rest"))] if v < v72 else []))
        sections = seq(one("sparse_init/mem_section", when=lambda x: whole(x) and x.size > page), many(one("sparse_index_alloc/root", when=lambda x: pages(x) and x.align < page)),
                       many(node))
    cmdline = has(one("start_kernel/saved-cmdline"), one("start_kernel/initcall-cmdline"), one("start_kernel/static-cmdline"))
    chunk = has(one("pcpu_alloc_first_chunk/chunk"), one("pcpu_alloc_first_chunk/alloc-map"),
                one("pcpu_alloc_first_chunk/bound-map"), one("pcpu_alloc_first_chunk/md-blocks"))
    setup = seq(*[one("pcpu_setup_first_chunk/" + x) for x in ("group-offsets", "group-sizes", "unit-map", "unit-off", "slots")],
                chunk, chunk)
    info = one("pcpu_build_alloc_info/info", when=whole)
    unit = one("pcpu_fc_alloc/unit", when=whole)
    tail = one("pcpu_embed_first_chunk/unit-tail")
    percpu = either(seq(info, one("pcpu_embed_first_chunk/areas", when=whole), many(unit), tail, many(tail), setup,
                        one("pcpu_free_alloc_info/info"), one("pcpu_embed_first_chunk/areas-free")),
                    seq(info, one("pcpu_page_first_chunk/pages", when=whole), many(unit), setup,
                        one("pcpu_page_first_chunk/pages-free"), one("pcpu_free_alloc_info/info")))
    huge = many(one("__alloc_bootmem_huge_page/page", when=lambda x: x.size >= 32 << 20))
    late = seq(huge if v < v72 else seq(),
               opt(one("start_kernel/unknown-options"), one("start_kernel/unknown-options-free")) if v >= v61 else seq(),
               opt(*[one(s, when=by8) for s in ("setup_log_buf/text", "setup_log_buf/descs", "setup_log_buf/infos") if available(s, name)]),
               many(one("alloc_large_system_hash/table", when=lambda x: x.align in (0, 64) and x.size >= page)),
               opt(one("kfence_alloc_pool_and_metadata/metadata", when=lambda x: x.align == page)) if v >= v67 else seq(),
               opt(*[one(s) for s in SITES if s.startswith("swiotlb_") and SITES[s][2] == "request" and available(s, name)]),
               opt(one("free_initrd_mem/initrd")) if v49 < v < v72 else seq(), opt(one("free_initmem/init")) if v == v612 else seq())
    resources = many(one("setup_arch/resources", "reserve")) if v == v49 else one("setup_arch/resources", when=lambda x: x.align == 64)
    if v == v49:
        middle = seq(tables, tree, nodes, sections, resources)
        reserved = seq(reserved, cma)
    elif v == v72:
        middle = seq(tables, tree, nodes, cma, crash, resources, huge, sections)
    else:
        middle = seq(tables, tree, nodes, cma, sections, cma, crash, resources)
    return seq(limits, reserved, middle, cmdline, percpu, late)


def whole_align(page):
    return lambda x: x.align == page


def program(node, code):
    """Thompson's construction: instructions ("one", ...), ("split", first choice, second choice), ("jump", to)."""
    op = node[0]
    if op == "one":
        code.append(node)
    elif op == "seq":
        for part in node[1]:
            program(part, code)
    elif op in ("opt", "many"):
        at = len(code)
        code.append(None)
        program(node[1], code)
        if op == "many" and len(code) > at + 1:
            code.append(("jump", at))
        code[at] = ("split", at + 1, len(code))
    elif op == "either":
        ends = []
        for part in node[1][:-1]:
            at = len(code)
            code.append(None)
            program(part, code)
            ends.append(len(code))
            code.append(None)
            code[at] = ("split", at + 1, len(code))
        program(node[1][-1], code)
        for at in ends:
            code[at] = ("jump", len(code))
    return code


def follow(code, lines):
    """Pike's match: [(site, line)] of the first way through, or the line at which all ways end."""
    def enter(at, trail, out, seen):
        stack = [at]
        while stack:
            at = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            if at < len(code) and code[at][0] == "jump":
                stack.append(code[at][1])
            elif at < len(code) and code[at][0] == "split":
                stack += [code[at][2], code[at][1]]
            else:
                out.append((at, trail))

    threads = []
    enter(0, None, threads, set())
    for line in lines:
        after, seen = [], set()
        for at, trail in threads:
            if at < len(code):
                _, site, kind, when = code[at]
                if kind == line.kind and (when is None or when(line)):
                    enter(at + 1, (trail, site, line), after, seen)
        if not after:
            return None, line, sorted({code[at][1] or "silent" for at, _ in threads if at < len(code)})
        threads = after
    done = [trail for at, trail in threads if at == len(code)]
    if not done:
        return None, "the end", sorted({code[at][1] or "silent" for at, _ in threads})
    out, trail = [], done[0]
    while trail:
        trail, site, line = trail
        out.append((site, line))
    return out[::-1], None, None


def callers_of(name, boots, page, image_size, report=print):
    """({site: printed name} where it differs, {site: number of lines}) from all boots that can be followed."""
    code = program(order_of(name, page, image_size), [])
    printed, count = collections.defaultdict(dict), collections.Counter()
    for boot in boots:
        lines, names = lines_of(boot)
        found, stuck, wanted = follow(code, lines)
        if found is None:
            text = f"{name}: {boot.name}: cannot follow {stuck}; expected {', '.join(wanted)}"
            if boot.case:
                raise SystemExit(text)
            report(text)
            continue
        for site, line in found:
            if site:
                printed[site].setdefault(line.caller, boot.name)
                count[site] += 1
        for site, caller in names.items():
            printed[site].setdefault(caller, boot.name)
            count[site] += 1
    for site, callers in printed.items():
        if len(callers) > 1:
            raise SystemExit(f"{name}: {site} prints {callers}")
    out = {site: next(iter(callers)) for site, callers in printed.items()}
    for kernels, caller, _, wanted in BY_RULE:
        for site in wanted if name in kernels else ():
            out.setdefault(site, caller)
    pair = ["early_init_fdt_scan_reserved_mem/" + x for x in ("memreserve", "static")]
    for site, other in (pair, pair[::-1]) if available(pair[1], name) else ():
        if site not in out and other in out:  # one function holds both, so the lines do not tell them apart
            out[site] = out[other]
            count[site] = count[other]
    return {s: out[s] for s in SITES if s in out and out[s] != s.split("/")[0]}, [s for s in SITES if count[s]]


# --- the list for readers --------------------------------------------------------------------------------------------
def table(kernels):
    """SITES.md: every site, with the profiles (name -> callers) that print another name than the site's function."""
    out = ["# Call sites of memblock", "",
        "Made by contrib/profile/make-profile.py --sites; edit contrib/profile/sites.py instead.", "",
        "The engine names each call site `function/purpose` and prints, for `memblock=debug`, the part before the slash -",
        "unless the profile's `callers` says what this binary prints, because the compiler inlined the function or keeps",
        "an inline one out of line. A site name is a promise between engine and profiles: change it in both.", "",
        "Line: `add`, `remove`, `reserve`, `free` are memblock's own lines. A `request` is a `memblock_alloc*` or",
        "`memblock_phys_alloc_range` line; a `memblock_reserve` line with the site `memblock_alloc_range_nid/reserve` (4.9:",
        "`memblock_virt_alloc_internal/reserve` after a `memblock_virt_alloc*` line) follows it. NODE_DATA and CMA areas have only",
        "that second line. Kernels: the families that have the site. Prints: where it is not the part before the slash.", "",
        "| site | line | kernels | what | prints |", "|---|---|---|---|---|"]
    for site, (first, last, line, what) in SITES.items():
        span = first if first == last else f"{first} - {last}" if last else f"{first} -"
        names = collections.defaultdict(list)
        for kernel, callers in kernels.items():
            if site in callers:
                names[callers[site]].append(kernel)
        prints = "; ".join(f"{', '.join(k)}: `{n}`" for n, k in names.items())
        out.append(f"| `{site}` | {line} | {span} | {what} | {prints} |")
    out += ["", "## Names that no recorded boot shows", "",
        "| kernels | sites | prints | why |", "|---|---|---|---|"]
    for names, caller, why, sites in BY_RULE:
        out.append(f"| {', '.join(names)} | {', '.join(f'`{s}`' for s in sites)} | `{caller}` | {why} |")
    out += ["", "image: the call stands in that function of the kernel image, as mmscope profile finds. Sites that neither a boot nor",
        "this table shows print their own function's name; for the Debian kernels the images agree."]
    return "\n".join(out) + "\n"


# --- words of the command line ---------------------------------------------------------------------------------------
# fs/proc/proc_sysctl.c: names that stand for sysctls and are claimed late.
SYSCTL_ALIASES = {"hardlockup_all_cpu_backtrace", "hung_task_panic", "numa_zonelist_order", "softlockup_all_cpu_backtrace"}

# Words about memory that kernels of other versions, configurations or architectures claim.
OTHERS = set("""
accept_memory bootmem_debug cma_pernuma debug_guardpage_minorder debug_pagealloc disable_mtrr_trim early_page_ext
enable_mtrr_cleanup hugepage_alloc_threads hugetlb_cma_only hugetlb_free_vmemmap kasan kho kho_scratch kmemcheck kmemleak ksm
memhp_default_state memmap memory_corruption_check memtest movable_node nohugeiomap nohugevmalloc numa_cma numa_zonelist_order
page_owner page_poison page_table_check possible_cpus psi randomize_kstack_offset reserve_mem reservelow
slab_debug slab_max_order slab_merge slab_min_objects slab_min_order slab_nomerge slab_strict_numa
slub_debug slub_max_order slub_memcg_sysfs slub_merge slub_min_objects slub_min_order slub_nomerge stack_depot_disable
stack_depot_max_pools swapaccount thp_anon thp_shmem vmalloc
""".split())


def bare(word):
    """The name of a listed word: "name=" must have a value, words may go on behind "name*"."""
    return word.rstrip("=*").replace("-", "_")


def split_words(known, universe):
    """(unknown, known) with - and _ being the same, as kernel/params.c has it."""
    fold = {bare(w) for w in known}
    return sorted(w for w in universe if bare(w) not in fold), sorted(known)
