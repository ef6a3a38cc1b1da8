/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.h - a line for each request that was answered.
 *
 * Who, what, how it ended and how long it took; nothing of a body and nothing after the '?', since
 * trees and kernels are uploaded in both.  A line is one write(), so that several threads need no lock, and
 * a pipe that nobody empties loses lines instead of holding up those who are served.
 */
#ifndef MMSCOPE_JOURNAL_H
#define MMSCOPE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct journal;
struct mm_error;

enum journal_format { JOURNAL_TEXT, JOURNAL_JSON };

/* Longest id of a request, with its NUL. */
#define REQUEST_ID_SIZE	65

struct journal_request {
	const char *id, *client;	/* client: an address, "" for a socket without one */
	const char *method, *path;	/* path: decoded, NULL where it could not be */
	unsigned int status;		/* 0: the client went before there was an answer */
	uint64_t bytes;			/* of the body that was handed over */
	uint64_t ns;			/* from the headers to the end of the answer */
};

/* "text" and "json"; anything else is -EINVAL. */
int journal_find_format(const char *name, enum journal_format *ret);
/* Into @path, which is appended to and must live as long; NULL: stderr.  -EIO names the file. */
int journal_open(const char *path, enum journal_format format, struct journal **ret, struct mm_error *error);
void journal_close(struct journal *journal);
/* After the file was moved away: go on in a new one of its name.  On failure the old one stays in use. */
int journal_reopen(struct journal *journal, struct mm_error *error);
/* From any thread; @journal may be NULL. */
void journal_request(struct journal *journal, const struct journal_request *request);
/* What the server did by itself, in a sentence. */
void journal_message(struct journal *journal, const char *text);

#endif
