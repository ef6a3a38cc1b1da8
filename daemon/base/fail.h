/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.h - say what went wrong, in one sentence, and return its errno. */
#ifndef MMSCOPE_FAIL_H
#define MMSCOPE_FAIL_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* Fills @error (which may be NULL) and returns @err, so that `return fail(..)`
 * is one line.  @where names the file or thing at fault. */
int fail(struct mm_error *error, int err, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same with the key or path inside it, and the byte (or -1). */
int fail_at(struct mm_error *error, int err, const char *where, const char *node, int64_t offset,
	    const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* "WHERE: NODE: TEXT (byte N)", leaving out what is empty or said already. */
void fail_sentence(const struct mm_error *error, struct bytes *out);
/* "; give --memory 4G": what would mend it, as an option of the command line; nothing if there is no advice. */
void fail_advice(const struct mm_error *error, struct bytes *out);

#endif
