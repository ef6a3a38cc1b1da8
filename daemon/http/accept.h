/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept.h - what a client would like to get (RFC 9110, 12.5). */
#ifndef MMSCOPE_ACCEPT_H
#define MMSCOPE_ACCEPT_H

#include "daemon/base/coding.h"

#include <stdbool.h>
#include <stddef.h>

/* Index of the offer that the Accept header rates highest, the earlier one in a tie; -1: none is acceptable.
 * A header that is NULL or empty accepts anything. */
int accept_best(const char *accept, const char *const *offers, size_t nr);

/*
 * The coding to send, given an Accept-Encoding header or NULL.  @offers is a mask of 1u << CODING_*; identity is
 * always on offer.  In a tie the one that compresses better wins.  "*" does not include zstd, which old clients
 * cannot decode.  -1: none is acceptable.  *@must, if not NULL: identity is ruled out.
 */
int accept_coding(const char *accept_encoding, unsigned int offers, bool *must);

/* Does the If-None-Match header list @etag (quotes included), or "*"?  NULL lists nothing. */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
