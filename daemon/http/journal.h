/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - the access log: one line per request.
 *
 * Who asked for what, how it ended and how long it took.  Bodies and query strings are left out, since both may hold
 * somebody's device tree or kernel.  Each line is a single write(), so that threads need no lock; if nobody empties
 * the pipe, lines are lost rather than clients kept waiting.
 */
#ifndef MMSCOPE_JOURNAL_H
#define MMSCOPE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct journal;
struct mm_error;

enum journal_format { JOURNAL_TEXT, JOURNAL_JSON };

/* Room for the longest request id, with its NUL. */
#define REQUEST_ID_SIZE	65

struct journal_request {
	const char *id, *client;	/* client: its address; "": a Unix socket */
	const char *method, *path;	/* path: decoded; NULL: it was malformed */
	unsigned int status;		/* 0: the client left before there was a reply */
	uint64_t bytes;			/* of the reply's body, as far as it was sent */
	uint64_t ns;			/* from the end of the head to the end of the reply */
};

/* @name: "text" or "json"; -EINVAL: neither. */
int journal_find_format(const char *name, enum journal_format *ret);
/* Append to @path, a string that must outlive the journal; NULL: stderr.  -EIO if it cannot be opened, or -ENOMEM. */
int journal_open(const char *path, enum journal_format format, struct journal **ret, struct mm_error *error);
void journal_close(struct journal *journal);
/* The file has been rotated: continue in a new one of the same name.  On failure (-EIO) the old one stays in use. */
int journal_reopen(struct journal *journal, struct mm_error *error);
/* Log a request, from any thread.  NULL is fine. */
void journal_request(struct journal *journal, const struct journal_request *request);
/* Log something other than a request, in a sentence. */
void journal_message(struct journal *journal, const char *text);

#endif
