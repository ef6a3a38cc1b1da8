/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * derive.h - from a kernel, in whatever form, to its profile.
 *
 * This is the one door of daemon/image/.  It opens no file and starts no process, so
 * that it can run where nothing else is allowed (worker/sandbox.h).
 */
#ifndef MMSCOPE_IMAGE_DERIVE_H
#define MMSCOPE_IMAGE_DERIVE_H

#include "daemon/base/bytes.h"
#include "daemon/image/span.h"
#include "mmcore/mm.h"

/* Bytes of memory that one derivation may use in addition to its input. */
#define DERIVE_MAX_MEMORY	(640ull << 20)

struct derive_input {
	const char *name;		/* of the profile; NULL: made from the release */
	struct span kernel, config, map, log;	/* the last three may be empty */
	/* Called with each step as it begins; may be NULL. */
	void (*progress)(void *ctx, const char *step);
	void *ctx;
	/* derive_shared() bytes of memory shared with a mate; NULL: no mate. */
	void *shared;
};

/* How many bytes a mate and derive_profile() have to share, all zero at first; 0: a mate is of no use.  Looks at a few
 * bytes of the kernel only. */
size_t derive_shared(const struct derive_input *input);
/* Runs in the mate, a process of its own, and does part of the work ahead. */
void derive_help(const struct derive_input *input, void *shared);

/* Appends the profile's JSON to @out.  -EBADMSG: the input is wrong, and @error says how in a sentence; -ENOMEM. */
int derive_profile(const struct derive_input *input, struct bytes *out, struct mm_error *error);

#endif
