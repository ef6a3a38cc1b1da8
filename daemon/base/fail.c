// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/fail.h"

#include <stdarg.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void fill(struct mm_error *error, const char *where, const char *node, int64_t offset,
		 const char *fmt, va_list args)
{
	if (!error)
		return;
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	snprintf(error->where, sizeof(error->where), "%s", where ? where : "");
	snprintf(error->node, sizeof(error->node), "%s", node ? node : "");
	error->offset = offset;
	*error->option = *error->example = '\0';
}

int fail(struct mm_error *error, int err, const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(error, where, NULL, -1, fmt, args);
	va_end(args);
	return err;
}

int fail_at(struct mm_error *error, int err, const char *where, const char *node, int64_t offset,
	    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(error, where, node, offset, fmt, args);
	va_end(args);
	return err;
}

void fail_sentence(const struct mm_error *error, struct bytes *out)
{
	if (*error->where)
		bytes_printf(out, "%s: ", error->where);
	if (*error->node && !strstr(error->text, error->node))
		bytes_printf(out, "%s: ", error->node);
	bytes_puts(out, *error->text ? error->text : "failed without a reason");
	if (error->offset >= 0)
		bytes_printf(out, " (byte %" PRId64 ")", error->offset);
}

/* "dtb_addr" is --dtb-addr there. */
void fail_advice(const struct mm_error *error, struct bytes *out)
{
	if (!*error->option)
		return;
	bytes_puts(out, "; give --");
	for (const char *p = error->option; *p; p++)
		bytes_putc(out, *p == '_' ? '-' : *p);
	if (*error->example)
		bytes_printf(out, " %s", error->example);
}
