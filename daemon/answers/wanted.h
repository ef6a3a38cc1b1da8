/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wanted.h - the name of an answer, in its parts.
 *
 * "state/zones.csv?at=paging_init" is head "state", table "zones", CSV, at "paging_init".  A name is a key of caches,
 * so it has one spelling: parameters stand in the order of enum wanted_param, each once, and none is empty.
 */
#ifndef MMSCOPE_WANTED_H
#define MMSCOPE_WANTED_H

#include "daemon/answers/artifact.h"

struct wanted {
	char head[32];
	char table[32];
	char param[WANTED_NR_PARAMS][WANTED_MAX_VALUE];	/* "" if not asked for */
	enum artifact_form form;	/* ARTIFACT_NR_FORMS: the plain one */
	bool has_table;
};

/* False if nothing can have that name. */
bool wanted_split(const char *name, struct wanted *ret);
bool wanted_has(const struct wanted *wanted, enum wanted_param param);
/* Those that were asked for, as bits. */
unsigned wanted_params(const struct wanted *wanted);
/* The value as an event's number, or @otherwise. */
uint64_t wanted_number(const struct wanted *wanted, enum wanted_param param, uint64_t otherwise);

#endif
