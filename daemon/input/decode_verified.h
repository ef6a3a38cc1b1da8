/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_verified.h - which boots of a user's own have shown a kernel's facts to be right.
 *
 * They stand in one small file of a folder, DIR/verified.json, by the hash of the
 * facts that they were compared with:
 *   {"HASH": {"kernel": "mine", "boots": {"CAPTURE": {"name": "virt-1g", "matched": 1154, "total": 1154}}}}
 * A boot that is verified again replaces what was known of it.
 */
#ifndef MMSCOPE_DECODE_VERIFIED_H
#define MMSCOPE_DECODE_VERIFIED_H

#include "daemon/input/decode.h"

/* One boot that was compared. */
struct verified_boot {
	const char *facts;	/* hash, as decode_facts() makes it */
	const char *kernel;	/* its name, for people */
	const char *id;		/* hash of the recording: the same boot has the same id */
	const char *name;
	size_t matched, total;
};

/* Record @boot in the file, atomically, also against other writers.  -ENOMEM, -EIO; -EBADMSG: the file is broken. */
int verified_add(const char *dir, const struct verified_boot *boot, struct mm_error *error);
/* The sums over all boots with these facts; known = false if there are none, or no file. */
int verified_read(const char *dir, const char *facts, struct conformance *ret, struct mm_error *error);

#endif
