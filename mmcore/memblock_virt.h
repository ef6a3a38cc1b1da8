/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock_virt.h - memblock as the kernel's own early users call it.
 *
 * They want zeroed memory at a virtual address and say little else.  Until
 * 4.19 they asked memblock_virt_alloc() and its family, which took a missing
 * alignment as SMP_CACHE_BYTES and panicked by themselves; since then they ask
 * memblock_alloc() and panic themselves.  Steps ask here and get what their
 * version prints and does.
 */
#ifndef MMSCOPE_MEMBLOCK_VIRT_H
#define MMSCOPE_MEMBLOCK_VIRT_H

#include "memblock.h"

/* No alignment asked: SMP_CACHE_BYTES. */
#define VIRT_ALIGN_DEFAULT	0

struct virt_request {
	phys_addr_t size, align;	/* bytes; align a power of two, or VIRT_ALIGN_DEFAULT */
	phys_addr_t min, max;		/* as memblock_alloc_try_nid() takes them */
	int nid;
};

/* The physical address; no memory is a panic of the modelled kernel. */
phys_addr_t memblock_virt_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				const char *site, const struct why *why);
phys_addr_t memblock_virt_alloc_try_nid(struct memblock *mb, const struct virt_request *req,
					const char *site, const struct why *why);
/* The same, but 0 if there is no memory. */
phys_addr_t memblock_virt_alloc_nopanic(struct memblock *mb, phys_addr_t size, phys_addr_t align,
					const char *site, const struct why *why);
phys_addr_t memblock_virt_alloc_try_nid_nopanic(struct memblock *mb, const struct virt_request *req,
						const char *site, const struct why *why);
/* Many equal requests: as memblock_alloc_runs(). */
uint64_t memblock_virt_alloc_runs(struct memblock *mb, const struct virt_request *req, uint64_t count,
				  const char *site, const struct why *why, memblock_run_fn *got, void *ctx);

/* memblock_free_early() up to 5.15, memblock_free() after.  Printed even for no bytes. */
void memblock_virt_free(struct memblock *mb, phys_addr_t base, phys_addr_t size,
			const char *site, const struct why *why);

#endif
