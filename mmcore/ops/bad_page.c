// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bad_page.c - free pages that were freed again; follows __free_pages(), check_new_pages() and prep_new_page().
 *
 * The second __free_pages() takes the count of a free page below zero and does
 * nothing else.  Up to 6.3 a block that leaves the free lists is looked at: one
 * with such a page is reported and belongs to nobody from then on.  Later, and
 * on per-CPU lists always, the page is given out and counts as new.
 */
#include "live.h"

static struct bad_page *find(struct live *live, uint64_t pfn, uint64_t nr)
{
	for (unsigned i = 0; i < live->nr_bad; i++)
		if (live->bad[i].pfn - pfn < nr)
			return &live->bad[i];
	return NULL;
}

static void forget(struct live *live, struct bad_page *page)
{
	*page = live->bad[--live->nr_bad];
}

int bad_page_put(struct live *live, uint64_t pfn)
{
	struct bad_page *page = find(live, pfn, 1);

	if (!page && live->nr_bad == LIVE_MAX_BAD)
		return -1;
	if (!page) {
		page = &live->bad[live->nr_bad++];
		*page = (struct bad_page){ .pfn = pfn };
	}
	return --page->refcount;
}

bool bad_page_in(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order)
{
	struct bad_page *page = live->nr_bad && live->rules.checks_new_pages ? find(live, frame->pfn, UINT64_C(1) << order) : NULL;

	if (!page)
		return false;
	frame->state = FRAME_OTHER;
	if (live->watch)
		live->watch->bad(live->watch->ctx, zone, page, frame->pfn, order);
	forget(live, page);
	return true;
}

void bad_page_forget(struct live *live, uint64_t pfn)
{
	struct bad_page *page = live->nr_bad ? find(live, pfn, 1) : NULL;

	if (page)
		forget(live, page);
}
