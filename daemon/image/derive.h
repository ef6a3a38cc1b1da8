/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * derive.h - from a kernel, as somebody has it, to its profile.
 *
 * This is the one door of daemon/image/.  It opens no file and starts no process, so
 * that it can run where nothing else is allowed (worker/sandbox.h).
 */
#ifndef MMSCOPE_IMAGE_DERIVE_H
#define MMSCOPE_IMAGE_DERIVE_H

#include "daemon/base/bytes.h"
#include "daemon/image/span.h"
#include "mmcore/mm.h"

/* Bytes of memory that one derivation may take beside its input. */
#define DERIVE_MAX_MEMORY	(640ull << 20)

struct derive_input {
	const char *name;		/* of the profile; NULL: from the release */
	struct span kernel, config, map, log;	/* the last three may be empty */
	/* Told what is being done now; may be NULL. */
	void (*progress)(void *ctx, const char *step);
	void *ctx;
	/* derive_shared() bytes that a mate has, too; NULL: there is none. */
	void *shared;
};

/* How many bytes a mate and derive_profile() have to share, all zero at first; 0: a mate is of no use.  Looks at a few
 * bytes of the kernel only. */
size_t derive_shared(const struct derive_input *input);
/* The mate, in a process of its own: does a part of the work beforehand. */
void derive_help(const struct derive_input *input, void *shared);

/* The profile's JSON into @out.  -EBADMSG: the input's fault, one sentence in @error; -ENOMEM. */
int derive_profile(const struct derive_input *input, struct bytes *out, struct mm_error *error);

#endif
