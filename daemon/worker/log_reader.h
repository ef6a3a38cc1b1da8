/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_reader.h - read a boot log in a sandboxed process of its own.
 *
 * What comes back is what was found in the log, never its text: ranges, words, and the
 * lines that are compared.
 */
#ifndef MMSCOPE_LOG_READER_H
#define MMSCOPE_LOG_READER_H

#include "daemon/input/dmesg.h"
#include "daemon/input/facts.h"

/* Seconds of computing that one log may take. */
#define LOG_READER_MAX_SECONDS	20

/*
 * dmesg_read() of @text, and facts_of_log() into @facts if that is not NULL; the caller frees both, even on
 * failure.  @log has no text.  -EBADMSG: it is no boot log; anything else is our own failure.
 */
int log_reader_run(const struct bytes *text, const char *where, struct dmesg *log, struct facts *facts, struct mm_error *error);

#endif
