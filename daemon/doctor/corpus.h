/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corpus.h - many boots at once: a line for each, and what they say together.
 *
 * Boots are added in the order in which they are to be told.  Two of one board
 * and command line that follow one another differ in the kernel: what changes
 * between the two is told at the end.
 */
#ifndef MMSCOPE_CORPUS_H
#define MMSCOPE_CORPUS_H

#include "daemon/doctor/report.h"

struct corpus_boot;

struct corpus {
	struct corpus_boot *boot;
	size_t nr, cap;
	bool failed;			/* no memory */
};

/* @memtotal is of a boot that went to its end, else 0. */
void corpus_add(struct corpus *corpus, const struct checked *checked, uint64_t memtotal);
void corpus_deinit(struct corpus *corpus);

/* "BOARD with KERNEL: 1 error: pool-does-not-fit /reserved-memory/linux,cma" */
void corpus_line(const struct checked *checked, const struct sentences *sentences, struct bytes *out);
/* How many boots of what kind, findings by rule, and boards that change with the kernel. */
void corpus_summary(const struct corpus *corpus, const struct sentences *sentences, struct bytes *out);

#endif
