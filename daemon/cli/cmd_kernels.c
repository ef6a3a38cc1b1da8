// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/base/slurp.h"
#include "daemon/base/wrap.h"
#include "daemon/input/decode.h"
#include "daemon/input/encode_history.h"
#include "daemon/input/kernel_list.h"
#include "daemon/texts/decode_texts.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

struct question {
	const char *dir, *kernels, *name, *against, *lang;
	bool history, json;
};

static struct kernel_source source_of(const struct question *q)
{
	return (struct kernel_source){ .boards_dir = q->dir, .kernels_dir = q->kernels };
}

/* @name is a kernel's name, or a profile: something with a slash in it, or ending in .json. */
static int read_profile(const struct question *q, const char *name, struct bytes *json, struct mm_error *error)
{
	const struct kernel_source source = source_of(q);
	size_t len = strlen(name);
	bool file = strchr(name, '/') || (len > 5 && !strcmp(name + len - 5, ".json"));

	return file ? slurp(name, REQUEST_MAX_JSON, json, error) : kernel_profile(&source, name, json, error);
}

static int load(const struct question *q, const char *name, struct mm_kernel **ret, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = read_profile(q, name, &json, error);

	if (!err)
		err = decode_kernel(bytes_text(&json), json.len, name, ret, error);
	bytes_deinit(&json);
	return err;
}

static int read_trust(const struct question *q, const char *name, bool brief, struct kernel_card *card, struct trust *trust,
		      struct mm_error *error)
{
	const struct kernel_source source = source_of(q);
	struct trust_folders folders = kernel_folders(&source);
	struct bytes json = { 0 };
	int err = read_profile(q, name, &json, error);

	folders.brief = brief;
	if (!err)
		err = trust_read(bytes_text(&json), json.len, name, &folders, card, trust, error);
	bytes_deinit(&json);
	return err;
}

/* Column widths, which depend on what is in the table. */
struct widths {
	size_t name, version, trust;
};

static void widen(size_t *width, size_t len)
{
	if (len > *width)
		*width = len;
}

/* One row; a long description is wrapped within its column. */
static void put_row(struct bytes *out, const struct widths *w, const char *name, const char *version, const char *trust,
		    const char *description)
{
	size_t start = out->len;

	bytes_printf(out, "%-*s  %-*s  %-*s  %s", (int)w->name, name, (int)w->version, version, (int)w->trust, trust, description);
	wrap_written(out, start, w->name + w->version + w->trust + 6);
	bytes_putc(out, '\n');
}

/* One line of the table.  With @out NULL nothing is written, and only the widths are updated. */
static int write_line(const struct question *q, const char *name, struct widths *w, struct bytes *out, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	struct bytes words = { 0 };
	struct trust trust;
	int err = read_trust(q, name, true, &card, &trust, error);

	if (err)
		return err;
	trust_cell(&trust, &words);
	widen(&w->name, strlen(name));
	widen(&w->version, card.version ? strlen(card.version) : 0);
	widen(&w->trust, words.len);
	if (out)
		put_row(out, w, name, card.version ? card.version : "", bytes_text(&words), card.description ? card.description : "");
	err = words.failed ? -ENOMEM : 0;
	bytes_deinit(&words);
	kernel_card_deinit(&card);
	return err;
}

static int write_text(const struct question *q, struct bytes *out, struct mm_error *error)
{
	const struct kernel_source source = source_of(q);
	struct widths w = { strlen("KERNEL"), strlen("VERSION"), strlen("VERIFIED ON") };
	struct name_list names = { 0 };
	int err = 0;

	kernel_names(&source, &names);
	for (size_t i = 0; i < names.nr && !err; i++)
		err = write_line(q, names.name[i], &w, NULL, error);
	put_row(out, &w, "KERNEL", "VERSION", "VERIFIED ON", "WHAT IT IS");
	for (size_t i = 0; i < names.nr && !err; i++)
		err = write_line(q, names.name[i], &w, out, error);
	name_list_deinit(&names);
	return err;
}

/* ---------------------------------------------------------------- one of them */

static int write_history(const struct question *q, struct bytes *out, struct mm_error *error)
{
	struct mm_kernel *kernel = NULL, *against = NULL;
	struct sentences *sentences = NULL;
	int err = load(q, q->name, &kernel, error);

	if (!err && q->against)
		err = load(q, q->against, &against, error);
	if (!err)
		err = sentences_new(q->lang, &sentences, error);
	if (!err)
		err = (q->json ? encode_history_json : encode_history_text)(kernel, against, sentences, out);
	sentences_free(sentences);
	mm_kernel_free(kernel);
	mm_kernel_free(against);
	return err;
}

static void end_line(struct bytes *out, size_t start, size_t indent)
{
	wrap_written(out, start, indent);
	bytes_putc(out, '\n');
}

/* Everything known about one kernel, including the nearest build and what was assumed. */
static int describe_one(const struct question *q, struct bytes *out, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	struct trust trust;
	size_t start;
	int err = read_trust(q, q->name, false, &card, &trust, error);

	if (err)
		return err;
	bytes_printf(out, "%s  %s  %s", q->name, card.version ? card.version : "", card.description ? card.description : "");
	end_line(out, 0, 2);
	start = out->len;
	bytes_puts(out, "  ");
	trust_line(&trust, out);
	end_line(out, start, 4);
	for (size_t i = 0; i < card.nr_assumed; i++) {
		start = out->len;
		bytes_printf(out, "  assumed: %s; affects %s", card.assumed[i].what, card.assumed[i].effect);
		end_line(out, start, 4);
	}
	bytes_printf(out, "  facts %s\n", trust.facts);
	kernel_card_deinit(&card);
	return 0;
}

static int write_one(const struct question *q, struct bytes *out, struct mm_error *error)
{
	return q->json ? read_profile(q, q->name, out, error) : describe_one(q, out, error);
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
	const struct kernel_source source = source_of(q);
	int err = q->json ? kernel_list_json(&source, &out, &error) : write_text(q, &out, &error);
	int status = err ? cli_fail(program, err, &error) : cli_print(program, &out);

	bytes_deinit(&out);
	return status;
}

static const struct command_option options[] = {
	{ .name = "json", .kind = OPTION_FLAG, .offset = offsetof(struct question, json), .help = "As JSON." },
	{ .name = "boards", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct question, dir), .help = "List what this folder has, too." },
	{ .name = "kernels", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct question, kernels), .help = "List what 'mmscope serve --kernels DIR' keeps, too." },
	{ .name = "history", .kind = OPTION_FLAG, .offset = offsetof(struct question, history),
	  .help = "What KERNEL does differently from the first release of the history: calls and rules, and which release changed them." },
	{ .name = "against", .argument = "OTHER", .values = VALUES_KERNELS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct question, against), .help = "The same, against another kernel." },
	{ .name = "lang", .argument = "LANGUAGE", .values = "en zh-CN", .kind = OPTION_TEXT, .offset = offsetof(struct question, lang),
	  .help = "Language of --history and --against: en (default) or zh-CN." },
};

static int run(const struct command *command, int argc, char **argv)
{
	struct mm_error error = { .offset = -1 };
	struct question q = { 0 };
	int status = command_parse(command, argc, argv, &q);

	if (status >= 0)
		return status;
	if (library_check_dir(q.dir, &error) || library_check_dir(q.kernels, &error))
		return cli_fail(argv[0], -ENOENT, &error);
	q.name = optind < argc ? argv[optind] : NULL;
	q.history |= q.against != NULL;
	if (q.history && !q.name)
		return cli_usage(argv[0], "--history and --against need the name of a kernel");
	if (q.lang && !texts_has_language(q.lang))
		return cli_unknown_language(argv[0], q.lang);
	if (q.lang && !q.history)
		return cli_usage(argv[0], "--lang goes with --history and --against");
	return q.name ? print_one(argv[0], &q) : print_list(argv[0], &q);
}

const struct command command_kernels = {
	.name = "kernels", .program = "mmscope kernels", .summary = "list the kernels and how well each is reproduced",
	.operands = "[KERNEL]", .values = VALUES_KERNELS, .max_operands = 1,
	.about = "List the kernel profiles and how far each can be trusted: on how many real boots each was verified, and "
		 "which release's rules it follows if on none. With KERNEL, a name or a profile's .json: that one, with the nearest verified build and what was assumed.",
	.options = options, .nr_options = sizeof(options) / sizeof(*options), .run = run,
};
