// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bootmem.c - how a 4.9 kernel without NO_BOOTMEM starts and ends bootmem.
 *
 * memblock collects memory and early reservations; bootmem_init() of the
 * architectures that still did so places a bitmap, copies both into it, and
 * from then on every boot allocation is a walk over bits.
 */
#include "steps.h"

#define BITS_PER_LONG	64

/* The bitmap at the top of RAM, memory cleared in it, reservations set again. */
void step_init_bootmem(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;
	const struct mm_kernel *k = mm->kernel;
	uint64_t start = pfn_up(k, memblock_start_of_DRAM(mb)), end = pfn_down(k, memblock_end_of_DRAM(mb));
	uint64_t bytes = align_up(bootmem_map_bytes(end - start), k->page_size);
	phys_addr_t map = memblock_phys_alloc_range(mb, bytes, k->page_size, 0, memblock_end_of_DRAM(mb),
						    "bootmem_init/bitmap", WHY("bootmem-bitmap", FACT_NUM("pages", end - start)));

	if (!map)
		trace_panic(&mm->trace, "bootmem_init", "no room for the bootmem bitmap");
	bootmem_init(&mm->bootmem, k, &mm->trace, &mm->ledger, pfn_down(k, map), start, end);
	for (size_t i = 0; i < mb->memory.cnt; i++)
		bootmem_free(&mm->bootmem, mb->memory.regions[i].base, mb->memory.regions[i].size, "memblock.memory");
	for (size_t i = 0; i < mb->reserved.cnt; i++)
		bootmem_reserve(&mm->bootmem, mb->reserved.regions[i].base, mb->reserved.regions[i].size, "memblock.reserved");
	mb->bootmem = &mm->bootmem;
}

/* A page that is free already stays as it is: what a kernel does with it then cannot be foretold. */
static bool is_free(const struct mm *mm, const struct zone *zone, uint64_t pfn, unsigned order)
{
	uint64_t start, end;

	return buddy_next_free(&mm->buddy, zone, pfn, &start, &end) && start < pfn + (UINT64_C(1) << order);
}

/*
 * Blocks of 2^@order pages from @pfn on up to @end, which is a whole number of them: as many as have the same zone and are
 * not free, or one that is passed over.  Returns where they end.
 */
static uint64_t give(struct mm *mm, uint64_t pfn, uint64_t end, unsigned order)
{
	const uint64_t size = UINT64_C(1) << order;
	struct zone *zone = node_zone_of(&mm->nodes.node[0], pfn);
	uint64_t start, free_end;

	if (!zone || is_free(mm, zone, pfn, order))
		return pfn + size;
	end = min_u64(end, zone_end_pfn(zone));
	if (buddy_next_free(&mm->buddy, zone, pfn, &start, &free_end))
		end = min_u64(end, start);
	/* A block goes by its first page. */
	end = pfn + max_u64(align_down(end - pfn, size), size);
	zone->managed_pages += end - pfn;
	mm->totalram_pages += end - pfn;
	buddy_free_blocks(&mm->buddy, zone, pfn, end, order);
	return end;
}

/* One run of clear bits: whole words as one block each, the rest page by page. */
static void give_run(struct mm *mm, uint64_t start, uint64_t end)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t words = 0, pages = 0;

	trace_event(&mm->trace, MM_BUDDY, "__free_pages_bootmem");
	for (uint64_t pfn = start, next; pfn < end; pfn = next) {
		if (!(pfn % BITS_PER_LONG) && end - pfn >= BITS_PER_LONG) {
			next = give(mm, pfn, align_down(end, BITS_PER_LONG), 6);
			words += (next - pfn) / BITS_PER_LONG;
		} else {
			next = give(mm, pfn, min_u64(end, align_up(pfn + 1, BITS_PER_LONG)), 0);
			pages += next - pfn;
		}
	}
	trace_arg(&mm->trace, FACT_HEX("base", pfn_phys(k, start)));
	trace_arg(&mm->trace, FACT_HEX("size", pfn_phys(k, end - start)));
	trace_arg(&mm->trace, FACT_NUM("words", words));
	trace_arg(&mm->trace, FACT_NUM("single_pages", pages));
	trace_why(&mm->trace, WHY("buddy"));
	ledger_assign(&mm->ledger, pfn_phys(k, start), pfn_phys(k, end - start), "buddy", "", "free_all_bootmem_core");
	buddy_publish(&mm->buddy);
}

/* What reserved pages hold besides their owners' bytes is lost. */
static void mark_lost(struct mm *mm)
{
	struct ledger *ledger = &mm->ledger;

	trace_event(&mm->trace, MM_MARK, "free_all_bootmem");
	for (size_t i = 0; i < ledger_nr(ledger); i++) {
		struct ledger_entry e = *ledger_entry(ledger, i);

		if (e.ram && !strcmp(e.owner, OWNER_FREE))
			ledger_assign(ledger, e.base, e.size, "partial-page", "", "free_all_bootmem_core");
	}
}

/* free_all_bootmem(): every clear bit goes to its zone, the bitmap's own pages last. */
void step_free_all_bootmem_bitmap(struct mm *mm)
{
	struct bootmem *bm = &mm->bootmem;
	uint64_t idx = 0, end = 0;

	buddy_init(&mm->buddy, mm->kernel, &mm->memblock, &mm->nodes);
	for (int z = 0; z < MAX_NR_ZONES; z++)
		mm->nodes.node[0].zones[z].managed_pages = 0;
	trace_event(&mm->trace, MM_ZONE, "reset_all_zones_managed_pages");
	zones_publish(&mm->trace, mm->kernel, &mm->nodes, NULL, NULL);
	for (; bootmem_next_free(bm, &idx, &end); idx = end)
		give_run(mm, bm->min_pfn + idx, bm->min_pfn + end);
	give_run(mm, bm->map_pfn, bm->map_pfn + bm->map_pages);
	mark_lost(mm);
	mm->memblock.bootmem = NULL;
	mm_count(mm, "totalram_pages", mm->totalram_pages, "pages");
}
