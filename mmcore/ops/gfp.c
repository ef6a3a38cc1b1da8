// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfp.h"

#include <stdio.h>

enum zone_type gfp_zone(unsigned gfp)
{
	if (gfp & GFP_DMA)
		return ZONE_DMA;
	if (gfp & GFP_DMA32)
		return ZONE_DMA32;
	return (gfp & (GFP_HIGHMEM | GFP_MOVABLE)) == (GFP_HIGHMEM | GFP_MOVABLE) ? ZONE_MOVABLE : ZONE_NORMAL;
}

unsigned gfp_type(unsigned gfp)
{
	return (gfp & (GFP_MOVABLE | GFP_RECLAIMABLE)) >> 3;
}

#define RECLAIM		(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM)
#define KERNEL		(RECLAIM | GFP_IO | GFP_FS)
#define USER		(KERNEL | GFP_HARDWALL)
#define HIGHUSER_MOVABLE (USER | GFP_HIGHMEM | GFP_MOVABLE)
#define TRANSHUGE_LIGHT	((HIGHUSER_MOVABLE | GFP_COMP | GFP_NOMEMALLOC | GFP_NOWARN) & ~RECLAIM)

/* In the order in which %pGg tries them: sets before what they consist of. */
static const struct { const char *name; unsigned bits; } names[] = {
	{ "GFP_TRANSHUGE", TRANSHUGE_LIGHT | GFP_DIRECT_RECLAIM },
	{ "GFP_TRANSHUGE_LIGHT", TRANSHUGE_LIGHT },
	{ "GFP_HIGHUSER_MOVABLE", HIGHUSER_MOVABLE },
	{ "GFP_HIGHUSER", USER | GFP_HIGHMEM },
	{ "GFP_USER", USER },
	{ "GFP_KERNEL_ACCOUNT", KERNEL | GFP_ACCOUNT },
	{ "GFP_KERNEL", KERNEL },
	{ "GFP_NOFS", RECLAIM | GFP_IO },
	{ "GFP_ATOMIC", GFP_HIGH | GFP_KSWAPD_RECLAIM },
	{ "GFP_NOIO", RECLAIM },
	{ "GFP_NOWAIT", GFP_KSWAPD_RECLAIM },
	{ "GFP_DMA", GFP_DMA },
	{ "__GFP_HIGHMEM", GFP_HIGHMEM },
	{ "GFP_DMA32", GFP_DMA32 },
	{ "__GFP_HIGH", GFP_HIGH },
	{ "__GFP_ATOMIC", GFP_ATOMIC_BIT },
	{ "__GFP_IO", GFP_IO },
	{ "__GFP_FS", GFP_FS },
	{ "__GFP_NOWARN", GFP_NOWARN },
	{ "__GFP_RETRY_MAYFAIL", GFP_RETRY_MAYFAIL },
	{ "__GFP_NOFAIL", GFP_NOFAIL },
	{ "__GFP_NORETRY", GFP_NORETRY },
	{ "__GFP_COMP", GFP_COMP },
	{ "__GFP_ZERO", GFP_ZERO },
	{ "__GFP_NOMEMALLOC", GFP_NOMEMALLOC },
	{ "__GFP_MEMALLOC", GFP_MEMALLOC },
	{ "__GFP_HARDWALL", GFP_HARDWALL },
	{ "__GFP_THISNODE", GFP_THISNODE },
	{ "__GFP_RECLAIMABLE", GFP_RECLAIMABLE },
	{ "__GFP_MOVABLE", GFP_MOVABLE },
	{ "__GFP_ACCOUNT", GFP_ACCOUNT },
	{ "__GFP_WRITE", GFP_WRITE },
	{ "__GFP_RECLAIM", RECLAIM },
	{ "__GFP_DIRECT_RECLAIM", GFP_DIRECT_RECLAIM },
	{ "__GFP_KSWAPD_RECLAIM", GFP_KSWAPD_RECLAIM },
};

static unsigned bits_of(size_t i, bool atomic_bit)
{
	return names[i].bits | (atomic_bit && !strcmp(names[i].name, "GFP_ATOMIC") ? GFP_ATOMIC_BIT : 0);
}

static bool same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

bool gfp_parse(const char *text, size_t len, bool atomic_bit, unsigned *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *name = names[i].name;
		size_t skip = !strncmp(name, "__GFP_", 6) ? 6 : 4;

		if (!same(name, text, len) && !same(name + skip, text, len))
			continue;
		*ret = bits_of(i, atomic_bit);
		return true;
	}
	return false;
}

const char *gfp_name(size_t n)
{
	return n < ARRAY_SIZE(names) ? names[n].name : NULL;
}

void gfp_print(unsigned gfp, bool atomic_bit, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names) && len < size; i++) {
		unsigned bits = bits_of(i, atomic_bit);

		if (!bits || (gfp & bits) != bits)
			continue;
		gfp &= ~bits;
		len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "|" : "", names[i].name);
	}
	if (gfp && len < size)
		snprintf(buf + len, size - len, "%s%#x", len ? "|" : "", gfp);
}
