// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_budget.c - mmscope budget: check a project's boards against a file of figures, or write that file. */
#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/base/spill.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/doctor/budget_report.h"
#include "daemon/doctor/expect.h"
#include "daemon/input/ask_fields.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_MARGIN	2

struct budget_command {
	const char *program, *file, *format;
	struct ask ask;
	struct option_texts kernels, cmdlines;
	bool write, keep;
	unsigned int margin;
	struct budget budget;
	struct budget_report report;
	struct bytes out;
	bool exceeded, bad_line, bad_input, our_failure;
};

static bool is_ours(int err)
{
	return err != -EINVAL && err != -ENOENT && err != -EBADMSG && err != -EFBIG;
}

/* The numbers of one boot. */
static int boot(const struct ask *ask, struct metrics *metrics, struct bytes *kernel, struct mm_error *error)
{
	struct request request;
	struct run run;
	int err = request_resolve(ask, &request, error);

	if (err)
		return err;
	bytes_puts(kernel, request.kernel);
	err = run_boot(&request, &run, error);
	if (!err) {
		err = metrics_of(run.mm, metrics) ? fail(error, -ENOMEM, NULL, "no memory") : 0;
		run_deinit(&run);
	}
	request_deinit(&request);
	return err;
}

/* ---------------------------------------------------------------------- inputs */

/* May a block have a line for this input?  Board, kernel and command line have a syntax of their own, and folders are
 * options. */
static bool is_line(const struct ask_field *field)
{
	return strcmp(field->param, "board") && strcmp(field->param, "kernel") && strcmp(field->param, "cmdline") &&
	       strcmp(field->param, "boards") && strcmp(field->param, "kernels");
}

static void put_inputs(struct budget_command *c)
{
	for (size_t i = 0; i < nr_ask_fields; i++) {
		const char *value = *ask_field_of(&c->ask, &ask_fields[i]);

		if (value && is_line(&ask_fields[i]))
			bytes_printf(&c->out, "%-7s %s\n", ask_fields[i].param, value);
	}
}

/* What to boot is up to FILE; rather than ignore such options, refuse them. */
static int refuse_inputs(struct budget_command *c)
{
	const char *name = c->kernels.nr ? "kernel" : c->cmdlines.nr ? "cmdline" : NULL;
	const char *value = c->kernels.nr ? c->kernels.text[0] : c->cmdlines.nr ? c->cmdlines.text[0] : NULL;

	for (size_t i = 0; i < nr_ask_fields && !name; i++)
		if (is_line(&ask_fields[i]) && (value = *ask_field_of(&c->ask, &ask_fields[i])))
			name = ask_fields[i].param;
	if (!name)
		return -1;
	return cli_usage(c->program, "%s says what is booted: add a line '%s %s' below its board; options of a boot go with --write",
			 c->file, name, value);
}

/* What FILE says about boot number @i of a block, as an ask. */
static struct ask ask_of(const struct budget_command *c, const struct budget_block *block, size_t i, struct bytes *path)
{
	struct ask ask = budget_ask(&c->budget, block, i, path);

	ask.boards_dir = c->ask.boards_dir;
	ask.kernels_dir = c->ask.kernels_dir;
	return ask;
}

/* --------------------------------------------------------------------- holding */

static void tell_error(struct budget_command *c, struct budget_row *row, int err, const struct mm_error *error)
{
	struct bytes sentence = { 0 };

	fail_sentence(error, &sentence);
	if (*error->option)
		bytes_printf(&sentence, "; add a line '%s %s' below its board", error->option, error->example);
	row->error = bytes_text(&sentence);
	budget_report_add(&c->report, row);
	row->error = NULL;
	*(is_ours(err) ? &c->our_failure : &c->bad_input) = true;
	bytes_deinit(&sentence);
}

static void hold(struct budget_command *c, const struct budget_block *block, const struct metrics *metrics, struct budget_row *row)
{
	struct mm_error error = { .offset = -1 };
	struct bytes why = { 0 };

	for (size_t i = 0; i < block->nr_limits; i++) {
		int err = budget_hold(&block->limit[i], metrics, row, &why, &error);

		if (err) {
			fprintf(stderr, "%s: %s:%zu: %s\n", c->program, c->file, block->limit[i].line, error.text);
			c->bad_line = true;
			continue;
		}
		budget_report_add(&c->report, row);
		c->exceeded |= !row->holds;
	}
	bytes_deinit(&why);
}

/* Was @item chosen, either as the file spells it or as @path, relative to here?  If nothing was, everything is. */
static bool is_chosen(char **chosen, const char *item, const char *path)
{
	bool any = false;

	for (char **board = chosen; *board; board++)
		any |= !strcmp(*board, item) || !strcmp(*board, path);
	return any || !*chosen;
}

static void hold_boot(struct budget_command *c, const struct budget_block *block, size_t i, char **chosen)
{
	struct bytes path = { 0 }, kernel = { 0 };
	struct ask ask = ask_of(c, block, i, &path);
	struct mm_error error = { .offset = -1 };
	struct metrics metrics = { 0 };
	size_t each = budget_boots(block) / block->boards.nr;
	struct budget_row row = { .file = c->file, .board = block->boards.item[i / each], .cmdline = ask.cmdline };
	int err;

	if (is_chosen(chosen, row.board, ask.board)) {
		err = path.failed ? fail(&error, -ENOMEM, NULL, "no memory") : boot(&ask, &metrics, &kernel, &error);
		row.kernel = kernel.len ? bytes_text(&kernel) : ask.kernel;
		if (err)
			tell_error(c, &row, err, &error);
		else
			hold(c, block, &metrics, &row);
	}
	metrics_deinit(&metrics);
	bytes_deinit(&kernel);
	bytes_deinit(&path);
}

static int finish(struct budget_command *c)
{
	int status;

	if (c->bad_line)
		return CLI_USAGE;
	budget_report_end(&c->report);
	if (!c->report.nr_rows)
		return cli_usage(c->program, "%s has nothing about these boards", c->file);
	status = cli_print(c->program, &c->out);
	return status != CLI_OK ? status : c->our_failure ? CLI_OUR_FAILURE : c->bad_input ? CLI_BAD_INPUT :
	       c->exceeded ? CLI_NO : CLI_OK;
}

static int hold_all(struct budget_command *c, char **chosen)
{
	if (!budget_report_begin(&c->report, c->format, &c->out))
		return cli_usage(c->program, "there is no format '%s'; there are " BUDGET_FORMATS, c->format);
	for (size_t b = 0; b < c->budget.nr_blocks; b++)
		for (size_t i = 0; i < budget_boots(&c->budget.block[b]); i++)
			hold_boot(c, &c->budget.block[b], i, chosen);
	return finish(c);
}

/* --------------------------------------------------------------------- writing */

static const char head[] =
	"# What boards may take of their memory, and what has to be left. 'mmscope budget FILE' holds them against it,\n"
	"# 'mmscope budget FILE --keep' takes today's figures over. 'mmscope boot BOARD -o metrics' lists all numbers.\n";

/* Write the board's path relative to the budget's folder, where it will be looked for. */
static bool put_board(const struct budget_command *c, const char *board, struct bytes *out)
{
	const char *slash = strrchr(c->file, '/');
	size_t len = slash ? (size_t)(slash + 1 - c->file) : 0;
	char *whole;

	bytes_puts(out, "\nboard   ");
	if (!len || !strchr(board, '/') || *board == '/') {
		bytes_puts(out, board);
	} else if (!strncmp(board, c->file, len)) {
		bytes_puts(out, board + len);
	} else {
		whole = realpath(board, NULL);
		bytes_puts(out, whole ? whole : board);
		free(whole);
	}
	bytes_putc(out, '\n');
	return true;
}

static int write_boot(struct budget_command *c, const char *board, const char *kernel, const char *cmdline)
{
	struct mm_error error = { .offset = -1 };
	struct metrics metrics = { 0 };
	struct bytes name = { 0 };
	int err;

	c->ask.board = board;
	c->ask.kernel = kernel;
	c->ask.cmdline = cmdline;
	err = boot(&c->ask, &metrics, &name, &error);
	if (!err) {
		put_board(c, board, &c->out);
		bytes_printf(&c->out, "kernel  %s\n", kernel ? kernel : bytes_text(&name));
		if (cmdline)
			bytes_printf(&c->out, "cmdline %s\n", cmdline);
		put_inputs(c);
		budget_propose(&metrics, c->margin, &c->out);
	}
	metrics_deinit(&metrics);
	bytes_deinit(&name);
	return err ? cli_fail(c->program, err, &error) : -1;
}

static int save(const struct budget_command *c, const struct bytes *text)
{
	struct mm_error error = { .offset = -1 };
	int err = spill(c->file, text, &error);

	return err ? cli_fail(c->program, err, &error) : CLI_OK;
}

static int write_all(struct budget_command *c, char **boards)
{
	int status = -1;

	if (!*boards)
		return cli_usage(c->program, "--write needs the boards that the budget is for");
	if (!access(c->file, F_OK))
		return cli_usage(c->program, "%s is there already; --keep takes today's figures over", c->file);
	bytes_puts(&c->out, head);
	for (; *boards; boards++)
		for (size_t k = 0; k < (c->kernels.nr ? c->kernels.nr : 1); k++)
			for (size_t l = 0; l < (c->cmdlines.nr ? c->cmdlines.nr : 1) && status < 0; l++)
				status = write_boot(c, *boards, c->kernels.nr ? c->kernels.text[k] : NULL,
						    c->cmdlines.nr ? c->cmdlines.text[l] : NULL);
	return status < 0 ? save(c, &c->out) : status;
}

/* --------------------------------------------------------------------- keeping */

/* The new number for a limit: the loosest that any of its boots needs. */
struct kept {
	bool any;
	uint64_t value;
	struct bytes text;
};

static void keep_limit(const struct budget_command *c, const struct budget_limit *limit, const struct metrics *metrics,
		       struct kept *kept)
{
	struct expect_limit plain;
	const struct metric *metric;

	if (!expect_is_limit(limit->text, &plain) || !(metric = metrics_find(metrics, plain.name)))
		return;
	if (kept->any && (*plain.comparison == '>' ? metric->value >= kept->value : metric->value <= kept->value))
		return;
	kept->any = true;
	kept->value = metric->value;
	bytes_clear(&kept->text);
	budget_put_bound(&kept->text, plain.name, plain.comparison, metric, metrics, c->margin);
}

static int measure(struct budget_command *c, const struct budget_block *block, struct kept *kept)
{
	int status = -1;

	for (size_t i = 0; i < budget_boots(block) && status < 0; i++) {
		struct bytes path = { 0 }, kernel = { 0 };
		struct ask ask = ask_of(c, block, i, &path);
		struct mm_error error = { .offset = -1 };
		struct metrics metrics = { 0 };
		int err = boot(&ask, &metrics, &kernel, &error);

		if (err)
			status = cli_fail(c->program, err, &error);
		for (size_t l = 0; l < block->nr_limits && !err; l++)
			keep_limit(c, &block->limit[l], &metrics, &kept[l]);
		metrics_deinit(&metrics);
		bytes_deinit(&kernel);
		bytes_deinit(&path);
	}
	return status;
}

/* Copy a line of the file with its number replaced, and spacing and comments left alone. */
static void put_line(struct bytes *out, const char *line, size_t len, const struct budget_limit *limit, const struct kept *kept)
{
	struct expect_limit plain;
	const char *at = NULL;
	size_t before, number;

	if (limit && kept->any && expect_is_limit(limit->text, &plain))
		at = memmem(line, len, limit->text, strlen(limit->text));
	if (!at) {
		bytes_add(out, line, len);
		return;
	}
	before = (size_t)(at - line) + plain.number;
	number = strlen(limit->text) - plain.number;
	bytes_add(out, line, before);
	bytes_puts(out, bytes_text(&kept->text));
	bytes_add(out, line + before + number, len - before - number);
}

static int rewrite(struct budget_command *c, const struct bytes *text, struct kept **kept)
{
	struct bytes out = { 0 };
	const char *line = bytes_text(text);
	int status;

	for (size_t number = 1; *line; number++) {
		size_t len = strcspn(line, "\n"), b = 0, l = 0;
		const struct budget_limit *limit = NULL;

		for (; b < c->budget.nr_blocks && !limit; b++)
			for (l = 0; l < c->budget.block[b].nr_limits && !limit; l++)
				if (c->budget.block[b].limit[l].line == number)
					limit = &c->budget.block[b].limit[l];
		put_line(&out, line, len, limit, limit ? &kept[b - 1][l - 1] : NULL);
		line += len;
		if (*line)
			bytes_putc(&out, *line++);
	}
	status = save(c, &out);
	bytes_deinit(&out);
	return status;
}

static void free_kept(const struct budget_command *c, struct kept **kept)
{
	for (size_t b = 0; kept && b < c->budget.nr_blocks; b++) {
		for (size_t l = 0; kept[b] && l < c->budget.block[b].nr_limits; l++)
			bytes_deinit(&kept[b][l].text);
		free(kept[b]);
	}
	free(kept);
}

static int keep_all(struct budget_command *c)
{
	struct kept **kept = calloc(c->budget.nr_blocks, sizeof(struct kept *));
	struct mm_error error = { .offset = -1 };
	struct bytes text = { 0 };
	int status = -1, err = slurp(c->file, BUDGET_MAX_BYTES, &text, &error);

	if (err)
		status = cli_fail(c->program, err, &error);
	for (size_t b = 0; kept && b < c->budget.nr_blocks && status < 0; b++) {
		kept[b] = calloc(c->budget.block[b].nr_limits, sizeof(struct kept));
		status = kept[b] ? measure(c, &c->budget.block[b], kept[b]) : CLI_OUR_FAILURE;
	}
	if (status < 0)
		status = kept ? rewrite(c, &text, kept) : CLI_OUR_FAILURE;
	free_kept(c, kept);
	bytes_deinit(&text);
	return status;
}

/* ------------------------------------------------------------------- the command */

#define TO(member) offsetof(struct budget_command, member)

static const struct command_option options[] = {
	OPTION_SEVERAL("kernel", TO(kernels)), OPTION_SEVERAL("cmdline", TO(cmdlines)),
	{ .name = "write", .kind = OPTION_FLAG, .offset = TO(write),
	  .help = "Make FILE, for the boards that are given, with each kernel and each command line." },
	{ .name = "keep", .kind = OPTION_FLAG, .offset = TO(keep),
	  .help = "Take today's figures over into FILE; comments, and limits that compare more than a number, stay." },
	{ .name = "margin", .argument = "PERCENT", .kind = OPTION_NUMBER, .offset = TO(margin), .min = 0, .max = 100,
	  .help = "Room that --write and --keep leave, of the memory that is lost (default 2); pools get none." },
	{ .name = "format", .argument = "FORMAT", .values = "text json github junit", .kind = OPTION_TEXT, .offset = TO(format),
	  .help = "text (default), json, github, junit." },
};

static int run_budget(const struct command *command, int argc, char **argv)
{
	struct budget_command c = { .program = argv[0], .ask.allow_files = true, .format = "text", .margin = DEFAULT_MARGIN };
	struct mm_error error = { .offset = -1 };
	int status = command_parse(command, argc, argv, &c), err;

	if (status >= 0)
		return status;
	c.file = argv[optind];
	if (c.write && c.keep) {
		status = cli_usage(c.program, "--write makes a file and --keep changes one: give only one of them");
	} else if (c.write) {
		status = write_all(&c, argv + optind + 1);
	} else if ((status = refuse_inputs(&c)) < 0) {
		err = budget_read(c.file, &c.budget, &error);
		if (err)
			status = cli_fail(c.program, err, &error);
		else
			status = c.keep ? keep_all(&c) : hold_all(&c, argv + optind + 1);
	}
	budget_deinit(&c.budget);
	bytes_deinit(&c.out);
	return status;
}

const struct command command_budget = {
	.name = "budget", .program = "mmscope budget", .summary = "check boards against a project's memory budget",
	.operands = "FILE [BOARD]...", .missing = "no budget is given", .values = VALUES_FILES, .max_operands = 1u << 20,
	.about = "Boot what FILE lists and fail if a figure is exceeded; with BOARDs, only those.\n\n"
		 "FILE has blocks: lines 'board NAME...', 'kernel NAME...', 'cmdline TEXT' say what is booted - each board with "
		 "each kernel and each command line - other options of a boot are lines likewise: 'memory 4G' - and the lines after "
		 "them what has to hold, in the language of 'mmscope check --expect': 'memtotal >= 950M'. '#' begins a comment. A "
		 "board's path is seen from FILE's folder.\n\n"
		 "Options that say what is booted go with --write, which puts them into FILE.",
	.exit_status = "0 all hold; 1 a figure is exceeded; 2 usage, or a line that makes no sense; 3 a board or FILE could "
		 "not be read; 4 our own failure.",
	.notes = "Example: mmscope budget memory.budget --write board.dts -k 6.12 -k 7.2; mmscope budget memory.budget",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(ask), .run = run_budget,
};
