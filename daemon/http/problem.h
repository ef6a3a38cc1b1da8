/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * problem.h - how the server says no (RFC 9457).
 *
 * Every refusal is an application/problem+json document whose "type" is
 * /api/v1/problems/CODE, where a reader finds what it means.
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

/* NULL if there is none of that name. */
const struct problem *problem_find(const char *code);

/* Makes it the reply, whatever was there before. */
void problem_reply(struct exchange *ex, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for an error of request.h's kinds. */
void problem_reply_error(struct exchange *ex, int err, const struct mm_error *error);
/* For an answer that could not be made. */
struct blob_failure;
void problem_reply_failure(struct exchange *ex, const struct blob_failure *failure);

#endif
