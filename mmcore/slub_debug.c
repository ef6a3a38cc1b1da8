// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slub_debug.c - what slub_debug= adds to caches and their objects; follows
 * mm/slub.c, 4.9 to 7.2.
 */
#include "slab.h"

/* FZPUT, in the order of their bits. */
static const char letters[] = "fzput";

/* The flags of one block "FZ,cache,..." up to its end; none: all that are usual. */
static unsigned block_flags(const char *block, size_t len)
{
	size_t nr = min_u64(len, strcspn(block, ","));
	unsigned flags = 0;

	if (!nr && len)
		return SLAB_DEBUG_DEFAULT;
	for (size_t i = 0; i < nr; i++) {
		const char *letter = strchr(letters, block[i] | 0x20);

		if (block[i] == '-')
			flags = 0;
		else if (letter)
			flags |= (unsigned)SLAB_CONSISTENCY_CHECKS << (letter - letters);
	}
	return flags;
}

/* Is @name in the block's list of caches?  A '*' matches any end. */
static bool block_names(const char *block, size_t len, const char *name)
{
	const char *end = block + len, *at = memchr(block, ',', len);

	while (at && ++at < end) {
		const char *next = memchr(at, ',', (size_t)(end - at));
		size_t nr = (size_t)((next ? next : end) - at);
		const char *glob = memchr(at, '*', nr);

		if (glob ? !strncmp(name, at, (size_t)(glob - at)) : strlen(name) == nr && !strncmp(name, at, nr))
			return true;
		at = next;
	}
	return false;
}

/* 4.9 knows one list and compares its text with the beginning of a name. */
static bool old_list_names(const char *string, const char *name)
{
	const char *list = strchr(string, ',');

	return list && !strncmp(list + 1, name, strlen(list + 1));
}

unsigned slub_cache_flags(const struct slab *slab, const char *name)
{
	const char *block = slab->debug_string ? slab->debug_string : "";

	if (!slab->kernel->rules->slub_debug_blocks)
		return *block && old_list_names(block, name) ? block_flags(block, strlen(block)) : slab->debug;
	for (size_t len; *block; block += len + (block[len] == ';')) {
		len = strcspn(block, ";");
		if (block_names(block, len, name))
			return block_flags(block, len);
	}
	return slab->debug;
}

/* struct track: who allocated, with the stack itself or, from 6.1 on, a handle of it. */
static unsigned track_bytes(const struct slab *slab)
{
	bool stacks = kernel_has_config(slab->kernel, "STACKTRACE"), handle = kernel_has_config(slab->kernel, "STACKDEPOT");

	if (slab->kernel->rules->slub_orig_size)
		return (unsigned)align_up(8 + 4 * handle + 4 + 4, 8) + 8;
	return 8 + (stacks ? 16 * 8 : 0) + 4 + 4 + 8;
}

/* Does the free list's pointer lie behind the object?  Then a free object's contents stay. */
static bool pointer_is_behind(const struct slab *slab, const struct kmem_cache *s, bool orig_size)
{
	if (s->flags & (SLAB_CTOR | SLAB_TYPESAFE | SLAB_POISON))
		return true;
	switch (slab->kernel->rules->slub_orig_size_moves) {
	case ORIG_SIZE_STAYS:
		return false;
	case ORIG_SIZE_MOVES:
		return orig_size;
	case ORIG_SIZE_MOVES_IN_RED_ZONE:
		break;
	}
	return orig_size && s->flags & SLAB_RED_ZONE;
}

unsigned slub_object_bytes(const struct slab *slab, const struct kmem_cache *s)
{
	unsigned size = (unsigned)align_up(s->object_size, sizeof(uint64_t));
	bool orig_size = s->flags & SLAB_STORE_USER && s->flags & SLAB_KMALLOC;

	if (s->flags & SLAB_RED_ZONE && size == s->object_size)
		size += 8;
	size += pointer_is_behind(slab, s, orig_size) ? 8 : 0;
	if (s->flags & SLAB_STORE_USER)
		size += 2 * track_bytes(slab);
	if (orig_size)
		size += slab->kernel->rules->slub_orig_size;
	if (s->flags & SLAB_RED_ZONE)
		size += 8 + (unsigned)align_up(8, s->align);
	return (unsigned)align_up(size, s->align);
}

/*
 * Stacks are kept in pools of four pages.  The first stack takes a pool, the
 * second one gets the next pool ready; that no more are needed before slab is
 * up is what boots show, stacks themselves are not modelled.
 */
void slub_store_user(struct slab *slab, const struct kmem_cache *s)
{
	const struct page_request request = {
		.order = 2, .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL, .nid = slab->local_nid, .fn = "stack_depot_save",
		.gfp = GFP_NOWARN,
	};

	if (!(s->flags & SLAB_STORE_USER) || !slab->kernel->rules->slub_orig_size || s == slab->depot_users[0] ||
	    slab->depot_users[1])
		return;
	slab->depot_users[slab->depot_users[0] != NULL] = s;
	buddy_alloc_pages(slab->buddy, &request, WHY("stack-depot"));
}
