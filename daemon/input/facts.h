/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what of a boot is compared: facts, by class, in order.
 *
 * A fact is one line of text.  Out of a kernel log come the lines up to
 * "SLUB:" that speak of memory, without time stamp and caller offsets; out of
 * /proc/zoneinfo the fields that boot alone decides; out of freelists.json
 * every free list, zone, zonelist and slab cache; and out of the whole log one
 * fact more: whether the kernel dies.  ../shared/tools/score.py
 * has the same rules, and tests hold both to the same numbers.
 */
#ifndef MMSCOPE_FACTS_H
#define MMSCOPE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

enum fact_class {
	FACT_OUTCOME,		/* does the kernel live to start its first process? */
	FACT_MEMBLOCK, FACT_DUMP, FACT_ZONES, FACT_NUMA, FACT_RESERVED, FACT_PERCPU,
	FACT_ZONELISTS, FACT_HASHES, FACT_HANDOVER,
	FACT_NR_LOG_CLASSES,
	FACT_ZONEINFO = FACT_NR_LOG_CLASSES,
	FACT_FREELISTS,
	FACT_NR_CLASSES
};

/* "memblock", "dump", ... */
const char *fact_class_name(enum fact_class class);

struct fact_list {
	char **text;
	size_t *line;		/* where it stood: line of the file, from 1 */
	size_t nr, cap;
};

/* All-zero is empty. */
struct facts {
	struct fact_list of[FACT_NR_CLASSES];
	bool failed;		/* no memory: some are missing */
};

void facts_deinit(struct facts *facts);
void facts_add(struct facts *facts, enum fact_class class, const char *text, size_t line);

void facts_of_log(const char *text, size_t len, struct facts *facts);
void facts_of_zoneinfo(const char *text, size_t len, struct facts *facts);

/* "[    0.000000] NUMA: caller+0x1c/0x20" -> "NUMA: caller", in place. */
void fact_strip_line(char *line);

#endif
