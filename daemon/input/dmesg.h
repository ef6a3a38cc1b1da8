/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dmesg.h - what a kernel's boot log says of the machine that printed it.
 *
 * dmesg, a serial console's log with the boot loader's own lines, syslog or
 * journalctl: each line loses its time stamp and prefix and keeps its number.
 * Whatever can be read off is kept with the line that says it; what cannot is
 * said by its absence.  Of several boots in one log the last one counts.
 */
#ifndef MMSCOPE_DMESG_H
#define MMSCOPE_DMESG_H

#include "daemon/base/bytes.h"
#include "daemon/input/request.h"

/* The largest log that is read; the lines that matter are the first few hundred. */
#define DMESG_MAX_BYTES (16u << 20)

enum dmesg_what {
	DMESG_RELEASE, DMESG_CMDLINE, DMESG_MODEL, DMESG_CPU, DMESG_MEMORY, DMESG_IMAGE, DMESG_DTB, DMESG_INITRD,
	DMESG_UEFI, DMESG_CPUS, DMESG_PAGE_SIZE, DMESG_RESERVED,
	DMESG_NR
};

/* The parts of an image whose sizes the line "Memory: " gives, in its order. */
enum dmesg_part {
	DMESG_CODE, DMESG_RWDATA, DMESG_RODATA, DMESG_INIT, DMESG_BSS,
	DMESG_NR_PARTS
};

/* What the log shows of how its kernel was built. */
struct dmesg_build {
	bool complete;			/* all lines that could show it are in the log */
	bool numa;			/* CONFIG_NUMA */
	bool shows_debug;		/* the log has lines of level debug */
	bool has_cma_mbytes;		/* cma_mbytes is known */
	uint64_t cma_mbytes;		/* CONFIG_CMA_SIZE_MBYTES */
	uint64_t percpu_static;		/* bytes of per-CPU variables; 0: the log does not say */
	uint64_t image_kbytes[DMESG_NR_PARTS];	/* from the line "Memory: "; all 0: the log does not say */
	char alloc_init;		/* CONFIG_INIT_ON_ALLOC_DEFAULT_ON: 'y', 'n'; 0: the log does not say */
	char stack_init;		/* CONFIG_INIT_STACK_ALL_ZERO, likewise */
	char zone_device;		/* CONFIG_ZONE_DEVICE, likewise */
	bool all_pages_ready;		/* CONFIG_DEFERRED_STRUCT_PAGE_INIT is off: what is not reserved is free */
};

/* What the log says of a node; a mask. */
enum {
	DMESG_NODE_PLACED = 1,		/* base and size are known */
	DMESG_NODE_FAILED = 2,		/* it could not be reserved; the size is in whole MiB */
	DMESG_NODE_NOMAP = 4,
	DMESG_NODE_REUSABLE = 8,
	DMESG_NODE_POOL = 16,		/* compatible with shared-dma-pool */
	DMESG_NODE_DEFAULT = 32,	/* the kernel's own CMA memory */
	DMESG_NODE_TAKEN = 64,		/* from_log(): the tree has it elsewhere, or not at all */
	DMESG_NODE_ADDED = 128,		/* ... not at all */
};

/* A node of /reserved-memory that the log mentions. */
struct dmesg_node {
	char name[64];
	size_t line;
	uint64_t base, size;
	uint32_t flags;
};

/* Further nodes are ignored. */
#define DMESG_MAX_NODES	64

/* A range that was reserved, from "memblock_reserve: [..]" or the dump. */
struct dmesg_range {
	uint64_t base, size;
	size_t line;
};

struct facts;

struct dmesg {
	struct bytes text;		/* the plain lines, one for each line; empty if another process read them */
	struct facts *facts;		/* then the lines to be compared, the caller's; NULL: they are in the text */
	char *value[DMESG_NR];	/* in the form that an option takes; NULL: the log does not say */
	size_t line[DMESG_NR];	/* where it is said, counted from 1 */
	uint64_t page_bytes;		/* page size of the kernel; 0: the log does not say */
	uint64_t ram_bytes;		/* of all memory node ranges */
	size_t nr_boots;
	size_t ends_at;			/* the last line of a log that ends before memory is initialised, or 0 */
	bool memblock_debug;
	struct bytes uefi;		/* the lines that tell UEFI's memory map; empty: there are none */
	struct dmesg_build build;
	struct dmesg_node nodes[DMESG_MAX_NODES];
	size_t nr_nodes;
	struct dmesg_range *reserved;
	size_t nr_reserved;
	/* Once from_log() has looked: */
	struct bytes added;		/* nodes that the tree has elsewhere or not at all, as --reserved takes them */
	char *kernel;			/* name of the profile that fits best, or NULL */
	bool kernel_exact;		/* that profile is of this very build */
	struct bytes tree;		/* the board's, where it came through a pipe */
	struct bytes profile;		/* if not: the profile, adjusted to this log; see decode_logged.h */
};

/* "release", "command line", ... */
const char *dmesg_name(enum dmesg_what what);

/* Does this text look like a kernel's boot log?  For telling inputs apart. */
bool dmesg_is(const char *text, size_t len);

/* 0, and *@ret is to be freed with dmesg_deinit(); -EBADMSG: @text is no boot log; -ENOMEM. */
int dmesg_read(const char *text, size_t len, const char *where, struct dmesg *ret, struct mm_error *error);
void dmesg_deinit(struct dmesg *log);

/* What the log says becomes what was asked for, where nothing was. The strings stay the log's. */
void dmesg_fill(const struct dmesg *log, struct ask *ask);

/* The first reserved range of @bytes bytes with that alignment that no node of the tree has; false: there is none. */
bool dmesg_reserved(const struct dmesg *log, uint64_t bytes, uint64_t align, uint64_t *base, size_t *line);

/* Blot out what identifies a single device - MAC addresses, UUIDs, serial numbers - in place. */
void dmesg_redact(char *text);

#endif
