/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - what is wrong with one boot, and why.
 *
 * Findings come from the problem events of a boot, whose facts name rule and
 * cause (mmcore/cause.h), and from what its end lacks: a crashkernel= that left
 * nothing reserved prints no message at all.
 */
#ifndef MMSCOPE_FINDING_H
#define MMSCOPE_FINDING_H

#include "daemon/answers/run.h"
#include "daemon/base/bytes.h"
#include "daemon/doctor/rule.h"
#include "daemon/texts/decode_sentences.h"

/* What one boot can have of them; a tree can make thousands of nodes that fail alike. */
#define FINDINGS_MAX 4096

/* A change of the inputs that was booted, and what came of it.  Texts are owned. */
struct fix {
	char *what;		/* "let the loader put the device tree at 0x44000000" */
	char *apply;		/* all of the change in a line, each part with its kind: "cmdline: ..", "loader: ..", "dts: .." */
	char *cmdline;		/* the whole new command line; NULL if it stays */
	char *loader;		/* options of mmscope for the loader's places, "" if they stay */
	char *patch;		/* to append to the .dts, "" if it stays */
	char *effect;		/* "the pool has its 512 MiB; MemTotal +12 KiB" */
};

/* A change that was booted and did not help, and why.  Texts are owned. */
struct attempt {
	char *what, *outcome;
};

struct finding {
	const struct rule *rule;
	char *title, *help;		/* the rule's */
	enum severity severity;
	size_t seq;			/* the event; SIZE_MAX: of the end of the boot */
	char *subject;			/* device tree path or parameter, "" if neither */
	const char *property;		/* "" if none */
	struct phys_range range;	/* size 0: none */
	char *words;			/* the kernel's own, "" if it says nothing */
	char *cause;
	char *harmless;			/* why it may be left alone, or NULL */
	char *assumed;			/* the assumed address that it hangs on, or NULL */
	const char *meant;		/* the parameter that @subject is a misspelling of, or NULL */
	uint64_t lost;			/* bytes of RAM that go with it */
	struct fix *fixes;
	size_t nr_fixes;
	struct attempt *attempts;	/* of which there may be some even where there is a fix */
	size_t nr_attempts;
};

/* In the order of their events, those of the end last. */
struct findings {
	struct finding *finding;
	size_t nr, cap;
	bool failed;
};

/* Strings that are not owned live as long as @run.  -ENOMEM leaves *@ret empty. */
int findings_of(const struct run *run, struct findings *ret);
void findings_deinit(struct findings *findings);
void fix_deinit(struct fix *fix);

/*
 * All that is said of them, in the language of @sentences; the kernel's words, command lines and pieces of .dts stay.  For
 * readers: what compares texts comes before.  -ENOMEM.
 */
int findings_translate(struct findings *findings, const struct sentences *sentences);

/* The same rule on the same thing. */
bool finding_same(const struct finding *a, const struct finding *b);
/* -1: none like it. */
long findings_index(const struct findings *findings, const struct finding *like);

/* A kernel parameter that moves memory; and which of them @name is a slip for, NULL: none. */
bool finding_is_parameter(const char *name);
const char *finding_parameter_meant(const char *name);

/* Readers of an event's reasons: NULL or 0 if it has none of that name. */
const char *event_why_text(const struct mm_event *event, const char *name);
uint64_t event_why_hex(const struct mm_event *event, const char *name);

#endif
