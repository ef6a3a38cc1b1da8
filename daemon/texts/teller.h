/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * teller.h - what a boot tells of its moments, in a reader's language.
 *
 * The one place where sentences are made: the page shows them, `mmscope boot -o
 * explain` prints them, GET /runs/{id}/explain answers with them.
 *
 * Of a moment:
 *   headline	what happens, or is about to, with the event's own numbers
 *   reason	why, or what the call is for; "" where the headline has said it
 *   function	the kernel's function: its name, what it is for, its file in that release
 *   concepts	names of what there is to read about it
 */
#ifndef MMSCOPE_TELLER_H
#define MMSCOPE_TELLER_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* Of which boot, by which release ("6.7.3"), in which language ("en", "zh-CN"). */
struct catalogue;
struct sums;

struct tale {
	const struct mm *mm;
	const char *version, *lang;
	size_t from, to;		/* of all moments only these: [from, to) */
	const struct catalogue *catalogue;	/* that was read before, or NULL */
	struct sums *sums;		/* of this boot, that are kept, or NULL */
};

/* One moment, as a JSON object.  -ENOENT: no such language. */
int tell_json(const struct tale *tale, size_t seq, struct bytes *out, struct mm_error *error);
/* From @from to @to: {"lang":"en","moments":[..]} */
int tell_json_all(const struct tale *tale, struct bytes *out, struct mm_error *error);
/* An array of the moments from @from on, and before them of those whose words depend on what follows: the calls that are
 * open then, and the event before. */
int tell_json_continued(const struct tale *tale, struct bytes *out, struct mm_error *error);
/* To be read: "#12 [2] setup_arch > paging_init", the headline, the reason, the source. */
int tell_text(const struct tale *tale, size_t seq, struct bytes *out, struct mm_error *error);
int tell_text_all(const struct tale *tale, struct bytes *out, struct mm_error *error);

#endif
