/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name.h - the canonical name under which the answer to a query is stored. */
#ifndef MMSCOPE_NAME_H
#define MMSCOPE_NAME_H

#include "daemon/answers/artifact.h"
#include "daemon/http/exchange.h"

#define NAME_MAX_ANSWER	1024

/*
 * @what, followed by the query's parameters in canonical order and spelling.  @more lists further parameters that the
 * caller takes care of itself; NULL-terminated.  False, with a reply: this form of @card does not take one of the
 * parameters, or a value can fit no boot.
 */
bool name_answer(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		 const char *const *more, char name[NAME_MAX_ANSWER]);
/* The same for queries with parameters for other purposes: those that @card does not take are ignored. */
bool name_with_params(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		      char name[NAME_MAX_ANSWER]);

#endif
