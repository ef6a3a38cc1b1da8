// SPDX-License-Identifier: GPL-2.0-or-later
#include "fragmentation.h"

/* fill_contig_page_info(); suitable: blocks of @order that what is free could be cut into. */
struct contig_page_info {
	uint64_t pages, blocks, suitable;
};

static struct contig_page_info contig(const uint64_t *nr_free, unsigned nr_orders, unsigned order)
{
	struct contig_page_info info = { 0 };

	for (unsigned o = 0; o < nr_orders; o++) {
		info.blocks += nr_free[o];
		info.pages += nr_free[o] << o;
		if (o >= order)
			info.suitable += nr_free[o] << (o - order);
	}
	return info;
}

int unusable_free_index(const uint64_t *nr_free, unsigned nr_orders, unsigned order)
{
	struct contig_page_info info = contig(nr_free, nr_orders, order);

	return info.pages ? (int)((info.pages - (info.suitable << order)) * 1000 / info.pages) : 1000;
}

int fragmentation_index(const uint64_t *nr_free, unsigned nr_orders, unsigned order)
{
	struct contig_page_info info = contig(nr_free, nr_orders, order);

	if (!info.blocks)
		return 0;
	if (info.suitable)
		return -1000;
	return 1000 - (int)((1000 + info.pages * 1000 / (UINT64_C(1) << order)) / info.blocks);
}
