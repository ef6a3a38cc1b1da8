/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - when something holds: the columns of the history of Linux.
 *
 * Every behaviour that ever changed is a row with a struct when: which mainline
 * release began it, which ended it, which point releases took that over, which
 * builds it is for, and what changed in a few words.  What a release does is
 * computed from the rows; nobody restates a release.
 *
 *	RUN(2, "kernel_step", step_kernel_step, SINCE(5, 9), UNTIL(6, 6))
 *	CHANGE(field, true, SINCE(6, 17), STABLE("6.12.47"), WHAT("what changed"))
 */
#ifndef MMSCOPE_HISTORY_H
#define MMSCOPE_HISTORY_H

#include "../types.h"

struct mm_kernel;

/* A release as a number that compares; the sublevel of mainline is 0. */
typedef uint32_t release_t;

#define RELEASE(version, patchlevel, sublevel)	((release_t)(version) << 24 | (release_t)(patchlevel) << 16 | (release_t)(sublevel))
#define RELEASE_VERSION(release)		((release) >> 24)
#define RELEASE_PATCHLEVEL(release)		((release) >> 16 & 0xff)
#define RELEASE_SUBLEVEL(release)		((release) & 0xffff)
#define RELEASE_SERIES(release)			((release) & ~(release_t)0xffff)

/* The first and the last mainline release that the rows tell of. */
#define HISTORY_FIRST	4, 9
#define HISTORY_LAST	7, 3
/* The last release of each version but the newest: behind it comes the next version's .0. */
#define HISTORY_TURNS	{ 4, 20 }, { 5, 19 }, { 6, 19 }

#define RELEASE_OF(pair)	RELEASE_PAIR(pair)
#define RELEASE_PAIR(version, patchlevel)	RELEASE(version, patchlevel, 0)
#define HISTORY_BEGINS	RELEASE_OF(HISTORY_FIRST)
#define HISTORY_ENDS	(RELEASE_OF(HISTORY_LAST) + RELEASE(0, 1, 0))	/* exclusive */

struct when {
	release_t since;		/* 0: since the history begins */
	release_t until;		/* the first release without it; 0: still so */
	const char *since_stable;	/* point releases that took the beginning over, "5.15.9 6.1.4"; NULL: none */
	const char *until_stable;	/* ... the end */
	const char *arch;		/* the only architecture that has it; NULL: all */
	const char *with, *without;	/* builds: an option that is set, one that is not; NULL: all builds */
	const char *evidence;		/* a fact of the image that decides if the profile has it, against the release number */
	const char *what;		/* what changed, in a few words; NULL: the name says it */
	bool again;			/* steps: the same function is called once more, on purpose */
};

#define SINCE(version, patchlevel)	.since = RELEASE(version, patchlevel, 0)
#define UNTIL(version, patchlevel)	.until = RELEASE(version, patchlevel, 0)
#define STABLE(releases)		.since_stable = (releases)
#define UNTIL_STABLE(releases)		.until_stable = (releases)
#define BUILT_WITH(option)		.with = (option)
#define BUILT_WITHOUT(option)		.without = (option)
#define EVIDENCE(name)			.evidence = (name)
#define WHAT(text)			.what = (text)
#define AGAIN				.again = true

/* "6.12.107+deb13-arm64" -> its release; 0: that is none. */
release_t release_parse(const char *text);

/* The next mainline release of the history, or 0 behind its end: 4.9, 4.10 ... 4.20, 5.0 ... */
release_t release_next(release_t release);

/* The release of its series nearest to it that was recorded booting, "6.12.57"; NULL: none was. */
const char *release_recorded(release_t release);

/* By the release number alone. */
bool when_covers(const struct when *when, release_t release);
/* By the options of a build alone. */
bool when_is_built_so(const struct when *when, const struct mm_kernel *kernel);
/* For a build: its release, its options, and what its image is known to do. */
bool when_applies(const struct when *when, const struct mm_kernel *kernel);
/* As above for @kernel; NULL: for the first release of the history, built like @like. */
bool when_holds(const struct when *when, const struct mm_kernel *kernel, const struct mm_kernel *like);

/*
 * A struct whose fields have a history, as a table of changes: in the order of
 * their beginning, the last one that applies wins.
 */
struct change {
	const char *field, *value;	/* as written in the row */
	size_t offset, size;
	bool is_text;			/* a const char *, NULL before its first row */
	const void *set_to;
	struct when when;
};

/* @text: @v as it is written, before macros are expanded. */
#define CHANGE_OF(type, f, v, text, ...)	{					\
	.field = #f, .value = (text),							\
	.offset = offsetof(type, f), .size = sizeof(((type *)NULL)->f),			\
	.is_text = __builtin_types_compatible_p(__typeof__(((type *)NULL)->f), const char *), \
	.set_to = &(const __typeof__(((type *)NULL)->f)){ v }, .when = { __VA_ARGS__ },	\
}

/* A table whose rows the comparison of two kernels walks (compare.c). */
struct history {
	const char *kind;
	const struct change *changes;	/* of a struct's fields ... */
	size_t nr;
	/* ... or rows that hold or not; false: there is no row @i */
	bool (*row)(size_t i, const char **subject, const struct when **when);
};

/* The members of init_mm, and the address space of the first process. */
extern const struct history init_mm_history, process_history;

/* Fields that no change sets are left as they are. */
void changes_apply(const struct change *changes, size_t nr, const struct mm_kernel *kernel, void *ret);
void changes_at(const struct change *changes, size_t nr, release_t release, void *ret);
/* Copies the field of that name from one struct to another; false: there is none, it is equal, or a text that is not there. */
bool changes_take(const struct change *changes, size_t nr, const char *field, void *to, const void *from);

#endif
