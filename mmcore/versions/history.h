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

/* Where the history begins, and the first release that it does not know. */
#define HISTORY_BEGINS	RELEASE(4, 9, 0)
#define HISTORY_ENDS	RELEASE(7, 4, 0)

struct when {
	release_t since;		/* 0: since the history begins */
	release_t until;		/* the first release without it; 0: still so */
	const char *since_stable;	/* point releases that took the beginning over, "5.15.9 6.1.4"; NULL: none */
	const char *until_stable;	/* ... the end */
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

/* By the release number alone. */
bool when_covers(const struct when *when, release_t release);
/* For a build: its release, its options, and what its image is known to do. */
bool when_applies(const struct when *when, const struct mm_kernel *kernel);

/*
 * A struct whose fields have a history, as a table of changes: in the order of
 * their beginning, the last one that applies wins.
 */
struct change {
	const char *field, *value;	/* as written in the row */
	size_t offset, size;
	const void *set_to;
	struct when when;
};

#define CHANGE_OF(type, f, v, ...)	{						\
	.field = #f, .value = #v,							\
	.offset = offsetof(type, f), .size = sizeof(((type *)NULL)->f),			\
	.set_to = &(const __typeof__(((type *)NULL)->f)){ v }, .when = { __VA_ARGS__ },	\
}

/* Fields that no change sets are left as they are. */
void changes_apply(const struct change *changes, size_t nr, const struct mm_kernel *kernel, void *ret);
void changes_at(const struct change *changes, size_t nr, release_t release, void *ret);

#endif
