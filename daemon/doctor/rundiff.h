/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rundiff.h - what two boots have different, largest first.
 *
 * Owners are compared by what they own, not by where: one that has as many
 * bytes as before, elsewhere, has moved.  Zones, sums and findings follow; and
 * the first event where the two boots part.
 */
#ifndef MMSCOPE_RUNDIFF_H
#define MMSCOPE_RUNDIFF_H

#include "daemon/answers/metrics.h"
#include "daemon/answers/run.h"
#include "daemon/doctor/finding.h"
#include "daemon/doctor/reason.h"
#include "daemon/doctor/inputs.h"

/* One owner of the ledger, of RAM alone. */
struct owner_change {
	const char *owner;
	uint64_t bytes[2], base[2];	/* base: of its lowest byte, or of the first range that moved */
	bool moved;			/* as many bytes, not all where they were */
};

/* A number of metrics.h that is not an owner's. */
struct number_change {
	const char *name;
	enum metric_unit unit;
	uint64_t value[2];
};

struct rundiff {
	const struct run *run[2];
	struct owner_change *owners;	/* changed ones, by how much */
	size_t nr_owners;
	struct number_change *numbers;	/* changed ones, in the order of their names */
	size_t nr_numbers;
	struct metrics metrics[2];
	struct findings findings[2];
	struct reasons reasons;		/* rows of the history; none where both kernels do the same */
	bool *only[2];			/* for each finding: the other run has none like it */
	size_t seq[2];			/* where they part; SIZE_MAX: nowhere */
	struct input_changes inputs;
	const struct sentences *sentences;	/* while it is written */
	bool caused[INPUTS_MAX];	/* for each input: carried over alone, it makes the first boot part there */
};

/* @a and @b must outlive *@ret.  -ENOMEM leaves *@ret empty. */
int rundiff_init(struct rundiff *ret, const struct run *a, const struct run *b);
void rundiff_deinit(struct rundiff *diff);
bool rundiff_is_empty(const struct rundiff *diff);

/* "text", "markdown", "json", in the language of @sentences; false: there is no such format. */
bool rundiff_write(struct rundiff *diff, const char *format, const struct sentences *sentences, struct bytes *out);

#endif
