// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/input/decode.h"
#include "daemon/input/encode_history.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <getopt.h>
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

/* ---------------------------------------------------------------- one of them */

static int load_kernel(const char *dir, const char *name, struct mm_kernel **ret, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = library_kernel(dir, name, &json, error);

	if (!err)
		err = decode_kernel(bytes_text(&json), json.len, name, ret, error);
	bytes_deinit(&json);
	return err;
}

struct question {
	const char *dir, *name, *against;
	bool history, json;
};

static int write_history(const struct question *q, struct bytes *out, struct mm_error *error)
{
	struct mm_kernel *kernel = NULL, *against = NULL;
	int err = load_kernel(q->dir, q->name, &kernel, error);

	if (!err && q->against)
		err = load_kernel(q->dir, q->against, &against, error);
	if (!err)
		err = q->json ? encode_history_json(kernel, against, out) : encode_history_text(kernel, against, out);
	mm_kernel_free(kernel);
	mm_kernel_free(against);
	return err;
}

static int write_one(const struct question *q, struct bytes *out, struct mm_error *error)
{
	return q->json ? library_kernel(q->dir, q->name, out, error) : write_line(q->dir, q->name, out, error);
}

static int print_one(const char *program, const struct question *q)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err = q->history ? write_history(q, &out, &error) : write_one(q, &out, &error);
	int status = err ? cli_fail(program, err, &error) : cli_print(program, &out);

	bytes_deinit(&out);
	return status;
}

static int print_list(const char *program, const struct question *q)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err = q->json ? library_kernels_json(q->dir, &out, &error) : write_text(q->dir, &out, &error);
	int status = err ? cli_fail(program, err, &error) : cli_print(program, &out);

	bytes_deinit(&out);
	return status;
}

static const struct command_option options[] = {
	{ .name = "json", .kind = OPTION_FLAG, .offset = offsetof(struct question, json), .help = "As JSON." },
	{ .name = "boards", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct question, dir), .help = "List what this folder has, too." },
	{ .name = "history", .kind = OPTION_FLAG, .offset = offsetof(struct question, history),
	  .help = "What KERNEL does otherwise than the first release that is known: calls and rules, and which release changed them." },
	{ .name = "against", .argument = "OTHER", .values = VALUES_KERNELS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct question, against), .help = "The same, against another kernel." },
};

static int run(const struct command *command, int argc, char **argv)
{
	struct mm_error error = { .offset = -1 };
	struct question q = { 0 };
	int status = command_parse(command, argc, argv, &q);

	if (status >= 0)
		return status;
	if (library_check_dir(q.dir, &error))
		return cli_fail(argv[0], -ENOENT, &error);
	q.name = optind < argc ? argv[optind] : NULL;
	q.history |= q.against != NULL;
	if (q.history && !q.name)
		return cli_usage(argv[0], "--history and --against need the name of a kernel");
	return q.name ? print_one(argv[0], &q) : print_list(argv[0], &q);
}

const struct command command_kernels = {
	.name = "kernels", .program = "mmscope kernels", .summary = "list the kernels and how well each is reproduced",
	.operands = "[KERNEL]", .values = VALUES_KERNELS, .max_operands = 1,
	.about = "List the kernel profiles, and how much of real boots of each is reproduced.",
	.options = options, .nr_options = sizeof(options) / sizeof(*options), .run = run,
};
