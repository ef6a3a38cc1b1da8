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
#define USER		(GFP_KERNEL | GFP_HARDWALL)
#define HIGHUSER_MOVABLE (USER | GFP_HIGHMEM | GFP_MOVABLE)
#define TRANSHUGE_LIGHT	((HIGHUSER_MOVABLE | GFP_COMP | GFP_NOMEMALLOC | GFP_NOWARN) & ~RECLAIM)

/* In the order in which %pGg tries them: sets before what they consist of.  Since 6.14 single flags go by their bits. */
static const struct { const char *name; unsigned bits; } names[] = {
	{ "GFP_TRANSHUGE", TRANSHUGE_LIGHT | GFP_DIRECT_RECLAIM },
	{ "GFP_TRANSHUGE_LIGHT", TRANSHUGE_LIGHT },
	{ "GFP_HIGHUSER_MOVABLE", HIGHUSER_MOVABLE },
	{ "GFP_HIGHUSER", USER | GFP_HIGHMEM },
	{ "GFP_USER", USER },
	{ "GFP_KERNEL_ACCOUNT", GFP_KERNEL | GFP_ACCOUNT },
	{ "GFP_KERNEL", GFP_KERNEL },
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

static unsigned bits_of(size_t i, struct gfp_words words)
{
	if (words.atomic_has_bit && !strcmp(names[i].name, "GFP_ATOMIC"))
		return names[i].bits | GFP_ATOMIC_BIT;
	if (words.nowait_has_nowarn && !strcmp(names[i].name, "GFP_NOWAIT"))
		return names[i].bits | GFP_NOWARN;
	return names[i].bits;
}

static bool same(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

bool gfp_parse(const char *text, size_t len, struct gfp_words words, unsigned *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *name = names[i].name;
		size_t skip = has_prefix(name, "__GFP_") ? 6 : 4;

		if (!same(name, text, len) && !same(name + skip, text, len))
			continue;
		*ret = bits_of(i, words);
		return true;
	}
	return false;
}

const char *gfp_name(size_t n)
{
	return n < ARRAY_SIZE(names) ? names[n].name : NULL;
}

struct printer {
	char *buf;
	size_t size, len;
	unsigned gfp;		/* what is still to be named */
};

static void print_if_set(struct printer *p, size_t i, struct gfp_words words)
{
	unsigned bits = bits_of(i, words);

	if (!bits || (p->gfp & bits) != bits || p->len >= p->size)
		return;
	p->gfp &= ~bits;
	p->len += (size_t)snprintf(p->buf + p->len, p->size - p->len, "%s%s", p->len ? "|" : "", names[i].name);
}

static bool is_set_of_flags(size_t i)
{
	return !has_prefix(names[i].name, "__") || names[i].bits == RECLAIM;
}

void gfp_print(unsigned gfp, struct gfp_words words, char *buf, size_t size)
{
	struct printer p = { .buf = buf, .size = size, .gfp = gfp };

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!words.flags_by_bit || is_set_of_flags(i))
			print_if_set(&p, i, words);
	for (unsigned bit = 1; bit; bit <<= 1)
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (names[i].bits == bit)
				print_if_set(&p, i, words);
	if (p.gfp && p.len < size)
		snprintf(buf + p.len, size - p.len, "%s%#x", p.len ? "|" : "", p.gfp);
}
