// SPDX-License-Identifier: GPL-2.0-or-later
#include "history.h"

#include "../kernel.h"

/* A number of at most @digits digits, and what follows it; NULL: there is none. */
static const char *number_at(const char *p, int digits, unsigned *ret)
{
	const char *start = p;

	for (*ret = 0; digits-- && *p >= '0' && *p <= '9'; p++)
		*ret = *ret * 10 + (unsigned)(*p - '0');
	return p > start ? p : NULL;
}

/* By hand: a boot asks this of each row that point releases took over, and sscanf() was a 25th of all its work. */
release_t release_parse(const char *text)
{
	unsigned version, patchlevel, sublevel;
	const char *p = number_at(text, 3, &version);

	p = p && *p == '.' ? number_at(p + 1, 3, &patchlevel) : NULL;
	if (!p || version > 0x7f || patchlevel > 0xff)
		return 0;
	if (*p != '.' || !number_at(p + 1, 5, &sublevel))
		sublevel = 0;
	return RELEASE(version, patchlevel, min_u64(sublevel, 0xffff));
}

release_t release_next(release_t release)
{
	static const struct {
		unsigned version, patchlevel;
	} turns[] = { HISTORY_TURNS };
	release_t next = RELEASE_SERIES(release) + RELEASE(0, 1, 0);

	_Static_assert(ARRAY_SIZE(turns) == RELEASE_VERSION(HISTORY_ENDS) - RELEASE_VERSION(HISTORY_BEGINS),
		       "HISTORY_TURNS names the last release of each version before that of HISTORY_LAST");
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++)
		if (RELEASE_SERIES(release) == RELEASE(turns[i].version, turns[i].patchlevel, 0))
			next = RELEASE(turns[i].version + 1, 0, 0);
	return next < HISTORY_ENDS ? next : 0;
}

const char *release_recorded(release_t release)
{
#define RECORDED(version, patchlevel, sublevel, build, boots) \
	{ RELEASE(version, patchlevel, sublevel), #version "." #patchlevel "." #sublevel },
	static const struct {
		release_t release;
		const char *name;
	} recorded[] = {
#include "recorded.inc"
	};
#undef RECORDED
	const char *nearest = NULL;
	release_t apart = 0;

	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		release_t low = recorded[i].release < release ? recorded[i].release : release;
		release_t high = recorded[i].release < release ? release : recorded[i].release;

		if (RELEASE_SERIES(low) != RELEASE_SERIES(high) || (nearest && high - low >= apart))
			continue;
		nearest = recorded[i].name;
		apart = high - low;
	}
	return nearest;
}

/* Did a point release of the same series take the change over, not later than @release? */
static bool taken_over(const char *stable, release_t release)
{
	for (const char *p = stable; p && *p; p += strcspn(p, " "), p += *p == ' ') {
		release_t by = release_parse(p);

		if (RELEASE_SERIES(by) == RELEASE_SERIES(release) && release >= by)
			return true;
	}
	return false;
}

bool when_covers(const struct when *when, release_t release)
{
	if (release < when->since && !taken_over(when->since_stable, release))
		return false;
	return !when->until || (release < when->until && !taken_over(when->until_stable, release));
}

bool when_is_built_so(const struct when *when, const struct mm_kernel *kernel)
{
	return (!when->arch || !strcmp(when->arch, kernel->arch->name)) && (!when->with || kernel_has_config(kernel, when->with)) &&
	       (!when->without || !kernel_has_config(kernel, when->without));
}

bool when_applies(const struct when *when, const struct mm_kernel *kernel)
{
	uint64_t seen;

	if ((when->arch || when->with || when->without) && !when_is_built_so(when, kernel))
		return false;
	if (when->evidence && kernel_number(kernel, "evidence", when->evidence, &seen))
		return seen;
	return when_covers(when, kernel->release);
}

bool when_holds(const struct when *when, const struct mm_kernel *kernel, const struct mm_kernel *like)
{
	if (kernel)
		return when_applies(when, kernel);
	return when_is_built_so(when, like) && when_covers(when, HISTORY_BEGINS);
}

void changes_apply(const struct change *changes, size_t nr, const struct mm_kernel *kernel, void *ret)
{
	for (size_t i = 0; i < nr; i++)
		if (when_applies(&changes[i].when, kernel))
			memcpy((char *)ret + changes[i].offset, changes[i].set_to, changes[i].size);
}

void changes_at(const struct change *changes, size_t nr, release_t release, void *ret)
{
	for (size_t i = 0; i < nr; i++)
		if (when_covers(&changes[i].when, release))
			memcpy((char *)ret + changes[i].offset, changes[i].set_to, changes[i].size);
}

bool changes_take(const struct change *changes, size_t nr, const char *field, void *to, const void *from)
{
	for (size_t i = 0; i < nr; i++) {
		const struct change *row = &changes[i];

		if (strcmp(row->field, field))
			continue;
		if (!memcmp((char *)to + row->offset, (const char *)from + row->offset, row->size))
			return false;
		/* Who reads it does so only where there is one. */
		if (row->is_text && !*(const char *const *)((const char *)from + row->offset))
			return false;
		memcpy((char *)to + row->offset, (const char *)from + row->offset, row->size);
		return true;
	}
	return false;
}
