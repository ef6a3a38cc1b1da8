/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule.h - the kinds of things that `mmscope check` finds, in one table. */
#ifndef MMSCOPE_RULE_H
#define MMSCOPE_RULE_H

#include <stddef.h>

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct rule {
	const char *id;		/* stable: people write it into baselines */
	enum severity severity;	/* of a finding that is not harmless */
	const char *title;	/* what is wrong, in one sentence */
	const char *help;	/* what it means and what helps in general */
};

/* NULL: there is none of that id. */
const struct rule *rule_find(const char *id);
/* The @i-th in the order of their ids, or NULL behind the last. */
const struct rule *rule_at(size_t i);
/* The id that is spelled most like @id, or NULL. */
const char *rule_nearest(const char *id);

/* "note", "warning", "error" */
const char *severity_name(enum severity severity);
/* -1: no such word. */
int severity_parse(const char *word);

#endif
