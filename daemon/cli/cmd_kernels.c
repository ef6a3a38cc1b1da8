// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cli.h"
#include "daemon/cli/cmd_list.h"
#include "daemon/input/decode.h"

#include <inttypes.h>

/* "1392/1392 facts of 5 boots" */
static void write_record(const struct conformance *record, struct bytes *out)
{
	if (!record->known)
		bytes_puts(out, "not verified");
	else
		bytes_printf(out, "%" PRId64 "/%" PRId64 " facts, %" PRId64 "/%" PRId64 " boots exact", record->matched,
			     record->total, record->exact, record->captures);
}

static int write_line(const char *dir, const char *name, struct bytes *out, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	struct bytes json = { 0 };
	int err = library_kernel(dir, name, &json, error);
	size_t column;

	if (!err)
		err = decode_kernel_card(bytes_text(&json), json.len, name, &card, error);
	if (!err) {
		bytes_printf(out, "%-10s  %-9s  ", name, card.version ? card.version : "");
		column = out->len;
		write_record(&card.record, out);
		bytes_printf(out, "%*s  %s\n", (int)(out->len - column < 36 ? 36 - (out->len - column) : 0), "",
			     card.description ? card.description : "");
	}
	kernel_card_deinit(&card);
	bytes_deinit(&json);
	return err;
}

static int write_text(const char *dir, struct bytes *out, struct mm_error *error)
{
	struct name_list names = { 0 };
	int err = 0;

	library_kernels(dir, &names);
	bytes_printf(out, "%-10s  %-9s  %-36s  %s\n", "KERNEL", "VERSION", "CONFORMANCE", "WHAT IT IS");
	for (size_t i = 0; i < names.nr && !err; i++)
		err = write_line(dir, names.name[i], out, error);
	name_list_deinit(&names);
	return err;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct list_writers writers = { .write_json = library_kernels_json, .write_text = write_text };

	return cmd_list(command, argc, argv, &writers);
}

const struct command command_kernels = {
	.name = "kernels", .program = "mmscope kernels", .summary = "list the kernels and how well each is reproduced",
	.about = "List the kernel profiles, and how much of real boots of each is reproduced.",
	.options = list_options, .nr_options = NR_LIST_OPTIONS, .run = run,
};
