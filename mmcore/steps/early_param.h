/* SPDX-License-Identifier: GPL-2.0-or-later */
/* early_param.h - a parameter that parse_early_param() hands to its function; the architectures have tables of their own. */
#ifndef MMSCOPE_STEPS_EARLY_PARAM_H
#define MMSCOPE_STEPS_EARLY_PARAM_H

#include "steps.h"

/* What a parameter's function makes of values that it does not know. */
enum accepts {
	ACCEPTS_ANYTHING,
	ACCEPTS_A_VALUE,	/* any, but one must be given */
	ACCEPTS_A_BOOL,		/* kstrtobool() */
	ACCEPTS_A_WORD,		/* one of .words */
	ACCEPTS_A_PREFIX,	/* what begins with one of .words */
	ACCEPTS_A_NUMBER,	/* get_option(): something to read at the start */
	ACCEPTS_AN_ADDRESS,	/* memparse(): likewise */
	ACCEPTS_A_COUNT,	/* none, or kstrtouint() of all of it */
	ACCEPTS_A_LONG,		/* kstrtoul() of all of it */
	ACCEPTS_NO_VALUE,
	ACCEPTS_ORDERS,		/* sizes of folios, and a policy for them */
	ACCEPTS_NOTHING_AT_ALL,
	DIES_WITHOUT_VALUE,	/* anything, but it is read even if there is none */
};

struct early_param {
	const char *name;
	struct when when;		/* releases and builds that have it with this behaviour */
	enum accepts accepts;
	const char *words;
	void (*apply)(struct mm *mm, const char *value);
	bool (*refuses)(const struct mm *mm, const char *value);	/* of values that .accepts lets through */
	bool acts_refused;		/* a value that is refused has taken effect by then */
};

/* Is @value one of @words, which are separated by spaces?  @prefix: or does it begin with one? */
bool is_among(const char *words, const char *value, bool prefix);
/* @value NULL: the parameter has none. */
bool value_is_accepted(const struct mm *mm, enum accepts accepts, const char *words, const char *value);

#endif
