/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recording.h - one recorded page allocator.
 *
 * case.json says which kernel and machine, state0.json the allocator's state
 * before the first operation, ops.ndjson one operation a line with everything
 * that it changed.  Each may be compressed with xz (state0.json.xz).  They lie
 * in a directory, or in a tar archive of one.
 *
 * All of it may lie: recording_pack() moves bytes only, everything else belongs
 * into a sandboxed process.
 */
#ifndef MMSCOPE_RECORDING_H
#define MMSCOPE_RECORDING_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* The largest file of a recording, packed or not. */
#define RECORDING_MAX_FILE	(512u << 20)
/* The same of a state that a run starts from: a machine of a terabyte needs a tenth of it. */
#define RECORDING_MAX_STATE	(64u << 20)

/* A directory that has case.json, state0.json and ops.ndjson, or a .tar. */
bool recording_is(const char *path);
/* What of these a directory lacks that has ops.ndjson; NULL: nothing, or it is no recording at all. */
const char *recording_lacks(const char *path);
/* As a tar archive, files as they lie there; without operations it is what a run starts from. */
int recording_pack(const char *path, bool with_ops, size_t max, struct bytes *tar, struct mm_error *error);
/* A file of that archive, unpacked; -ENOENT: it has none of this name. */
int recording_file(const struct bytes *tar, const char *file, size_t max, struct bytes *out, struct mm_error *error);

/* What is recorded of a list. */
struct recorded_list {
	uint64_t *pfns;
	uint8_t *types;		/* NULL: the release keeps none */
	size_t nr, cap;
};

/* Everything recorded of an allocator's state, as plain numbers. */
struct recorded_state {
	size_t nr_zones, nr_cpus;
	unsigned nr_orders, nr_lists;
	struct recorded_list *free_lists;	/* [(zone * nr_orders + order) * MM_ALLOC_TYPES + type] */
	struct recorded_list *pcp_lists;	/* [(zone * nr_cpus + cpu) * nr_lists + list] */
	struct mm_alloc_zone *zones;		/* nr_free included */
	struct mm_alloc_pageset *pagesets;	/* [zone * nr_cpus + cpu] */
	uint64_t block_pfn0;			/* pageblocks from here on */
	int16_t *blocks;			/* flags; -1: not recorded */
	size_t nr_blocks;
};

struct recording {
	char *kernel, *release;			/* "6.1", "6.1.0-50-arm64" */
	char *package;				/* "6.1.176-1" */
	struct mm_alloc_state state;		/* points into the rest */
	struct recorded_state recorded;
	uint64_t page_size;
	uint32_t hash;				/* of state0's lists */
	int items[MM_ZONE_COUNTERS];		/* each counter's index in the recording, or -1 */
	size_t nr_items;			/* counters in the recording */
	bool types_kept;
	struct mm_alloc_node *nodes;
	struct mm_alloc_cpu *cpus;
	unsigned *refs;				/* of all zonelists */
	struct mm_alloc_list *lists;
	struct mm_alloc_blocks *runs;
	struct phys_range *movable;
	struct mm_alloc_cache *caches;
};

/* On failure *@ret is empty and @error names file and key. */
int recording_read(const struct bytes *tar, size_t max, struct recording *ret, struct mm_error *error);
void recording_close(struct recording *recording);

/* A page request that the kernel's slabs made, or a block that they gave back. */
struct recorded_request {
	bool is_free;
	uint64_t pfn;			/* UINT64_MAX: the request failed */
	unsigned order, gfp;
};

struct recorded_op {
	size_t index;			/* "i" */
	char name[16];			/* "alloc" */
	struct mm_op op;		/* kind MM_OP_NR: made of @requests alone */
	uint64_t pfn;			/* what came; UINT64_MAX: nothing */
	int64_t value;			/* of bulk and vmstat */
	uint64_t *pfns;			/* of bulk: what came; of release: what went */
	struct recorded_request *requests;
	size_t nr_requests;
	char **log;			/* what the kernel printed of it, its stack trace included */
	size_t nr_log;
	unsigned fallbacks;		/* blocks that were used for another type */
	uint32_t hash;
};

/*
 * The operation in one line of ops.ndjson; applies what it changed to @recording's
 * recorded state.  recorded_op_deinit() it.
 */
int recording_op(struct recording *recording, const char *line, size_t len, const char *where,
		 struct recorded_op *ret, struct mm_error *error);
void recorded_op_deinit(struct recorded_op *op);

#endif
