/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * knobs.h - which input would change who owns memory, and by how much: found by booting with it changed.
 *
 * A knob is one change of a run's inputs: a kernel parameter, an option of the
 * kernel's build, a device tree node, RAM, where the loader puts something.
 * Lines of the ledger are told together that are of one kind: the same owner,
 * and a detail that differs in its numbers only; a device tree node's are its own.
 */
#ifndef MMSCOPE_KNOBS_H
#define MMSCOPE_KNOBS_H

#include "daemon/answers/run.h"
#include "daemon/texts/decode_sentences.h"
#include "daemon/base/bytes.h"

#define KNOBS_MAX_BOOTS 96

/* What a knob does to one kind of line. */
struct knob_effect {
	size_t knob, line;
	uint64_t bytes[2];		/* before and after */
	uint64_t base[2];		/* of the lowest byte; told where it is all that changes */
};

/* One kind of line. */
struct knob_line {
	char *owner, *detail;		/* of its first range */
	uint64_t bytes, base;
};

struct knob {
	char *input;			/* "cma", "dtb_addr", "/reserved-memory/video@50000000", "CONFIG_LOG_BUF_SHIFT" */
	char *change;			/* "cma=128M", "have the loader put the device tree at 0x48400000" */
	int64_t memtotal;		/* by how much it changes */
};

struct knobs {
	struct knob *knob;
	struct knob_line *line;
	struct knob_effect *effect;	/* sorted by line, largest first */
	size_t nr_knobs, nr_lines, nr_effects;
	bool failed;
};

/* -ENOMEM leaves *@ret empty. */
int knobs_of(const struct run *run, struct knobs *ret);
void knobs_deinit(struct knobs *knobs);

/*
 * Both name changes in the language of @sentences.  The ledger's text, with what would change it below the first
 * line of each kind.
 */
void knobs_write_text(const struct knobs *knobs, const struct run *run, const struct sentences *sentences, struct bytes *out);
/* {"lines":[{"owner","detail","bytes","knobs":[{"input","change","bytes","from","to","memtotal"}]}]} */
void knobs_write_json(const struct knobs *knobs, const struct sentences *sentences, struct bytes *out);

#endif
