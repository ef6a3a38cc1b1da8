/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expect.h - "cma.size >= 512M && memtotal > 7.2G && problems == 0".
 *
 *   expression  clause, with && || ! and parentheses
 *   clause      sum, or two of them with < <= == != >= > between
 *   sum         numbers and names with + - * /
 *   number      12  0x40000000  512M  7.2G  1.5GiB: K M G T P are powers of 1024
 *   name        of metrics.h.  A name may hold - / , @ so put spaces around operators.
 */
#ifndef MMSCOPE_EXPECT_H
#define MMSCOPE_EXPECT_H

#include "daemon/answers/metrics.h"
#include "daemon/base/bytes.h"

#define EXPECT_MAX_LENGTH	4096
#define EXPECT_MAX_DEPTH	32	/* of parentheses and ! */

/*
 * Whether @text holds for @metrics, in *@holds.  Why it does not is appended to
 * @why, a line for each clause that is false, with the values that it met.
 * -EINVAL: @error names the column, and the nearest name for one that there is not.
 */
int expect_holds(const char *text, const struct metrics *metrics, bool *holds, struct bytes *why,
		 struct mm_error *error);

/* "cma.size >= 512M" and nothing else: a name, a comparison, a number. */
struct expect_limit {
	char name[160];
	char comparison[3];		/* "<", "<=", "==", "!=", ">=", ">" */
	uint64_t value;
	size_t number;			/* where in the text the number begins; it goes on to the end */
};

/* False: it is anything else, which may be a good expectation all the same. */
bool expect_is_limit(const char *text, struct expect_limit *ret);

#endif
