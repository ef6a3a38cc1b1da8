/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.h - a recorded page allocator against the engine's, operation by operation.
 *
 * The engine starts from the recorded state and executes what was asked for;
 * after every operation its pages, counters, pageblocks and the hash of all
 * its lists are held against what the real kernel had.  It stops at the first
 * difference, because everything after it differs as well.
 */
#ifndef MMSCOPE_REPLAY_H
#define MMSCOPE_REPLAY_H

#include "daemon/input/recording.h"

/* Operations that are counted apart. */
enum replay_kind {
	REPLAY_ALLOC, REPLAY_ALLOC_HIGH, REPLAY_ALLOC_FALLBACK, REPLAY_ALLOC_FAILED, REPLAY_FREE, REPLAY_FREE_HIGH,
	REPLAY_BULK, REPLAY_SPLIT, REPLAY_RELEASE, REPLAY_KMALLOC, REPLAY_KFREE, REPLAY_OBJECT, REPLAY_OBJECT_FREE,
	REPLAY_DRAIN, REPLAY_VMSTAT, REPLAY_NR_KINDS
};
const char *replay_kind_name(enum replay_kind kind);

struct replay {
	char *name;			/* of the recording */
	char *kernel, *package;
	size_t ops, exact;		/* recorded; equal, from the first one on */
	struct { size_t ops, exact; } kind[REPLAY_NR_KINDS];
	size_t lines, exact_lines;	/* that the kernel printed of failures */
	bool differs;
	size_t index;			/* of the first operation that differs */
	struct bytes what;		/* what differs there, in lines */
};

/* @tar as of recording_pack(), with operations.  It parses what may lie: for a sandboxed process, ... */
int replay_recording(const struct bytes *tar, const char *name, struct replay *ret, struct mm_error *error);
/* ... which hands its result on like this.  -EBADMSG: that is none. */
void replay_pack(const struct replay *replay, struct bytes *out);
int replay_unpack(const struct bytes *packed, struct replay *ret);
void replay_deinit(struct replay *replay);

#endif
