/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * problem.h - error replies, as RFC 9457 has them.
 *
 * Each is an application/problem+json document.  Its "type" is /api/v1/problems/CODE, an address that explains it.
 */
#ifndef MMSCOPE_PROBLEM_H
#define MMSCOPE_PROBLEM_H

#include "daemon/http/exchange.h"
#include "mmcore/mm.h"

struct problem {
	const char *code;
	unsigned int status;
	const char *title;
	const char *meaning;
};

extern const struct problem problems[];
extern const size_t nr_problems;

/* NULL: there is none of that code. */
const struct problem *problem_find(const char *code);

/* Replaces whatever reply there was.  The status follows from @code. */
void problem_reply(struct exchange *ex, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for an error of the kinds that request.h lists. */
void problem_reply_error(struct exchange *ex, int err, const struct mm_error *error);
/* The same for a blob that settled without an answer. */
struct blob_failure;
void problem_reply_failure(struct exchange *ex, const struct blob_failure *failure);

#endif
