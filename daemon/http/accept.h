/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept.h - what a client would like to get (RFC 9110, 12.5). */
#ifndef MMSCOPE_ACCEPT_H
#define MMSCOPE_ACCEPT_H

#include "daemon/base/coding.h"

#include <stdbool.h>
#include <stddef.h>

/* Index of the offer that the Accept header rates highest, the earlier one of
 * equals; -1 if none is acceptable.  NULL accepts anything. */
int accept_best(const char *accept, const char *const *offers, size_t nr);

/* Of the codings in @offers (bits 1u << CODING_..; identity is always offered) the one that an Accept-Encoding header
 * rates highest, the smaller one of equals; -1: none is acceptable. "*" is no wish for zstd, which old clients lack.
 * *@must (if not NULL): identity was ruled out. */
int accept_coding(const char *accept_encoding, unsigned int offers, bool *must);

/* Whether the If-None-Match header names this entity tag (quotes included),
 * or any (*).  NULL names none. */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
