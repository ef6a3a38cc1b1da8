/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name.h - from a query to the one name that an answer has in the store. */
#ifndef MMSCOPE_NAME_H
#define MMSCOPE_NAME_H

#include "daemon/answers/artifact.h"
#include "daemon/http/exchange.h"

#define NAME_MAX_ANSWER	1024

/*
 * @what with the query's parameters in the order of their one spelling.  @more: parameters that are the caller's own,
 * ending with NULL.  False with a reply: there is a parameter that this form of @card does not take, or a value that
 * no boot could have.
 */
bool name_answer(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		 const char *const *more, char name[NAME_MAX_ANSWER]);
/* The same, where parameters may stand beside those of other things: what @card does not take is left alone. */
bool name_with_params(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		      char name[NAME_MAX_ANSWER]);

#endif
