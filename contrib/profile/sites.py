"""The memblock call sites of the kernels, and the names that recorded boots print for them."""

# Words that a build does not claim, with the reason, where no recorded boot says so.
UNKNOWN = {
    "6.7": {"cma_pernuma": "DMA_NUMA_CMA is not set", "numa_cma": "DMA_NUMA_CMA is not set"},
}

FREES = ("numa_free_distance/distance", "pcpu_embed_first_chunk/unit-tail", "pcpu_embed_first_chunk/areas-free",
         "pcpu_free_alloc_info/info", "pcpu_page_first_chunk/pages-free", "start_kernel/unknown-options-free",
         "memblock_double_array/array-free", "sparse_buffer_fini/rest", "sparse_buffer_alloc/skipped", "free_initrd_mem/initrd")


def callers_of(name, boots):
    out = {}
    if name == "6.7":
        out = {site: "memblock_free" for site in FREES}
        out["reserve_crashkernel/main"] = "reserve_crashkernel_generic"
        out["reserve_crashkernel/low"] = "reserve_crashkernel_generic"
    return out, {}
