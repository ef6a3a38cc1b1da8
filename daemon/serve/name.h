/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name.h - turn a query into the one name under which its answer is stored. */
#ifndef MMSCOPE_NAME_H
#define MMSCOPE_NAME_H

#include "daemon/answers/artifact.h"
#include "daemon/http/exchange.h"

#define NAME_MAX_ANSWER	1024

/*
 * @what, followed by the query's parameters in one order and spelling.  @more: the caller's own parameters, a list
 * that ends with NULL.  False with a reply: there is a parameter that this form of @card does not take, or a value
 * that no boot could have.
 */
bool name_answer(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		 const char *const *more, char name[NAME_MAX_ANSWER]);
/* The same where the query may have parameters for other things as well: those that @card does not take are ignored. */
bool name_with_params(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		      char name[NAME_MAX_ANSWER]);

#endif
