// SPDX-License-Identifier: GPL-2.0-or-later
/* memblock_virt.c - follows mm/memblock.c (4.9: memblock_virt_alloc_*(); 6.7: memblock_alloc_*()). */
#include "memblock_virt.h"

static struct memblock_request request(const struct memblock *mb, const struct virt_request *req, bool nopanic,
				       const char *site, const struct why *why)
{
	bool old = mb->kernel->rules->virt_alloc;
	struct memblock_request ret = {
		.fn = !old ? "memblock_alloc_try_nid" : nopanic ? "memblock_virt_alloc_try_nid_nopanic"
								: "memblock_virt_alloc_try_nid",
		.size = req->size, .align = req->align, .min = req->min, .max = req->max, .nid = req->nid,
		.site = site, .why = why,
	};

	/* The old interface prints the 0 it was given. */
	if (!old && req->align == VIRT_ALIGN_DEFAULT)
		ret.align = mb->kernel->smp_cache_bytes;
	return ret;
}

static void keep_first(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	(void)nr;
	(void)stride;
	*(phys_addr_t *)ctx = first;
}

phys_addr_t memblock_virt_alloc_try_nid_nopanic(struct memblock *mb, const struct virt_request *req,
						const char *site, const struct why *why)
{
	struct memblock_request r = request(mb, req, true, site, why);
	phys_addr_t at = 0;

	memblock_alloc_runs(mb, &r, 1, keep_first, &at);
	return at;
}

phys_addr_t memblock_virt_alloc_try_nid(struct memblock *mb, const struct virt_request *req,
					const char *site, const struct why *why)
{
	struct memblock_request r = request(mb, req, false, site, why);
	phys_addr_t at = 0;

	memblock_alloc_runs(mb, &r, 1, keep_first, &at);
	if (!at && mb->kernel->rules->virt_alloc)
		trace_panic(mb->trace, site,
			    "memblock_virt_alloc_try_nid: Failed to allocate %llu bytes align=0x%llx nid=%d from=0x%llx max_addr=0x%llx",
			    (unsigned long long)r.size, (unsigned long long)r.align, r.nid,
			    (unsigned long long)r.min, (unsigned long long)r.max);
	if (!at)
		trace_panic(mb->trace, site, "%.*s: Failed to allocate %llu bytes", (int)strcspn(site, "/"), site,
			    (unsigned long long)r.size);
	return at;
}

phys_addr_t memblock_virt_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				const char *site, const struct why *why)
{
	const struct virt_request req = { .size = size, .align = align, .nid = NUMA_NO_NODE };

	return memblock_virt_alloc_try_nid(mb, &req, site, why);
}

phys_addr_t memblock_virt_alloc_nopanic(struct memblock *mb, phys_addr_t size, phys_addr_t align,
					const char *site, const struct why *why)
{
	const struct virt_request req = { .size = size, .align = align, .nid = NUMA_NO_NODE };

	return memblock_virt_alloc_try_nid_nopanic(mb, &req, site, why);
}

uint64_t memblock_virt_alloc_runs(struct memblock *mb, const struct virt_request *req, uint64_t count,
				  const char *site, const struct why *why, memblock_run_fn *got, void *ctx)
{
	struct memblock_request r = request(mb, req, false, site, why);

	return memblock_alloc_runs(mb, &r, count, got, ctx);
}

void memblock_virt_free(struct memblock *mb, phys_addr_t base, phys_addr_t size,
			const char *site, const struct why *why)
{
	if (!mb->kernel->rules->virt_alloc) {
		memblock_phys_free(mb, base, size, site, why);
		return;
	}
	memblock_free_early(mb, base, size, site, why);
}
