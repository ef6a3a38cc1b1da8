/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask_fields.h - what can be said of a run, each thing declared once.
 *
 * Options of the command line, query parameters of HTTP, their documentation
 * and what shells complete are made from this table.  To add one: a member of
 * struct ask, a row here, and what settings.c makes of its text.
 */
#ifndef MMSCOPE_ASK_FIELDS_H
#define MMSCOPE_ASK_FIELDS_H

#include "daemon/input/request.h"

struct ask_field {
	const char *param;	/* query parameter; the option has '-' for '_' */
	char letter;		/* of the option, or 0 */
	const char *argument;	/* "SIZE[@ADDRESS],..." */
	const char *help;
	const char *values;	/* command.h says what these are */
	size_t offset;		/* in struct ask: const char * */
	bool empty;		/* an empty text is a value: it means "none" rather than "not given" */
	bool shell_only;	/* not offered as a query parameter, since it names files */
};

extern const struct ask_field ask_fields[];
extern const size_t nr_ask_fields;

static inline const char **ask_field_of(struct ask *ask, const struct ask_field *field)
{
	return (const char **)(void *)((char *)ask + field->offset);
}

#endif
