/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - one recorded boot against what the engine makes of its inputs.
 *
 * For each class of facts: how many of the real kernel's facts were predicted,
 * out of those plus every fact predicted that was not real.  Each difference
 * names the event that it comes from, so that the engine can be asked why.
 */
#ifndef MMSCOPE_VERIFY_H
#define MMSCOPE_VERIFY_H

#include "daemon/answers/run.h"
#include "daemon/input/dmesg.h"
#include "daemon/input/facts.h"

struct difference {
	enum fact_class class;
	const char *real, *predicted;	/* either may be NULL */
	size_t line;			/* of the real one in its file; 0: it has no lines */
	bool has_event;
	size_t seq;			/* what the prediction comes from */
};

struct verdict {
	char *name;
	struct request request;
	struct run run;
	struct facts real, predicted;
	size_t *seq_of_line;		/* of the predicted log, from line 1 */
	size_t nr_lines;
	struct {
		bool counted;		/* either side has facts of it */
		size_t matched, total;
	} class[FACT_NR_CLASSES];
	size_t matched, total;
	struct difference *differences;
	size_t nr_differences;
};

/* On failure *@ret is untouched.  @said: folders in which its kernel may be, and which kernel, if not the one it names. */
int verify_capture(const char *path, const struct ask *said, struct verdict *ret, struct mm_error *error);
/*
 * The same for a boot log: @ask is what the user said, its board the tree; @log
 * fills in the rest, and says afterwards what it could.  A log that was cut at
 * the beginning is compared from its first line on.
 */
int verify_log(const char *path, struct dmesg *log, struct ask *ask, struct verdict *ret, struct mm_error *error);
void verdict_deinit(struct verdict *verdict);

#endif
