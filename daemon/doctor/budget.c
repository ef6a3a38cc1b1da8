// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/budget.h"

#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/base/words.h"
#include "daemon/doctor/expect.h"
#include "daemon/input/ask_fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void budget_deinit(struct budget *budget)
{
	for (size_t i = 0; i < budget->nr_blocks; i++)
		free(budget->block[i].limit);
	free(budget->block);
	free(budget->text);
	free(budget->folder);
	*budget = (struct budget){ 0 };
}

/* --------------------------------------------------------------------- reading */

struct reader {
	struct budget *budget;
	const char *path;
	size_t line;
	bool in_limits;			/* the block's inputs are over */
	struct mm_error *error;
};

__attribute__((format(printf, 2, 3)))
static int refuse(const struct reader *r, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return fail(r->error, -EINVAL, r->path, "line %zu: %s", r->line, text);
}

static struct budget_block *last_block(const struct reader *r)
{
	return r->budget->nr_blocks ? &r->budget->block[r->budget->nr_blocks - 1] : NULL;
}

static int no_memory(const struct reader *r)
{
	return fail(r->error, -ENOMEM, NULL, "no memory");
}

static int new_block(struct reader *r)
{
	struct budget_block *grown = realloc(r->budget->block, (r->budget->nr_blocks + 1) * sizeof(*grown));

	if (!grown)
		return no_memory(r);
	r->budget->block = grown;
	grown[r->budget->nr_blocks++] = (struct budget_block){ .ask.allow_files = true };
	r->in_limits = false;
	return 0;
}

static int add_item(const struct reader *r, struct budget_list *list, const char *item)
{
	if (list->nr == BUDGET_MAX_LIST)
		return refuse(r, "more than %d of them", BUDGET_MAX_LIST);
	list->item[list->nr++] = item;
	return 0;
}

static int add_words(const struct reader *r, struct budget_list *list, char *text)
{
	char *rest = NULL;
	int err = 0;

	for (char *word = strtok_r(text, " \t", &rest); word && !err; word = strtok_r(NULL, " \t", &rest))
		err = add_item(r, list, word);
	return err;
}

static const struct ask_field *field_of(const char *name)
{
	for (size_t i = 0; i < nr_ask_fields; i++)
		if (!strcmp(ask_fields[i].param, name))
			return &ask_fields[i];
	return NULL;
}

static int add_limit(struct reader *r, const char *text)
{
	struct budget_block *block = last_block(r);
	struct budget_limit *grown;

	if (!block)
		return refuse(r, "'%.60s' comes before any board; a block begins with 'board NAME'", text);
	grown = realloc(block->limit, (block->nr_limits + 1) * sizeof(*grown));
	if (!grown)
		return no_memory(r);
	block->limit = grown;
	grown[block->nr_limits++] = (struct budget_limit){ text, r->line };
	r->in_limits = true;
	return 0;
}

static int add_input(struct reader *r, const struct ask_field *field, char *value)
{
	struct budget_block *block = last_block(r);
	bool board = !strcmp(field->param, "board");
	int err = 0;

	if (board && (!block || r->in_limits || block->boards.nr))
		err = new_block(r);
	block = last_block(r);
	if (err)
		return err;
	if (!block || r->in_limits)
		return refuse(r, "'%s' belongs behind a 'board' line and before what has to hold", field->param);
	if (board)
		return add_words(r, &block->boards, value);
	if (!strcmp(field->param, "kernel"))
		return add_words(r, &block->kernels, value);
	if (!strcmp(field->param, "cmdline"))
		return add_item(r, &block->cmdlines, value);
	*ask_field_of(&block->ask, field) = value;
	return 0;
}

/* Without its comment and the space around it. */
static char *bare(char *line)
{
	size_t len;

	for (char *at = line; *at; at++)
		if (*at == '#' && (at == line || at[-1] == ' ' || at[-1] == '\t')) {
			*at = '\0';
			break;
		}
	line += strspn(line, " \t\r");
	len = strlen(line);
	while (len && strchr(" \t\r", line[len - 1]))
		line[--len] = '\0';
	return line;
}

static int read_line(struct reader *r, char *line)
{
	const struct ask_field *field;
	char word[32];
	size_t len;

	line = bare(line);
	if (!*line)
		return 0;
	len = strcspn(line, " \t");
	snprintf(word, sizeof(word), "%.*s", (int)len, line);
	field = field_of(word);
	if (!field)
		return add_limit(r, line);
	if (!line[len] && !field->empty)
		return refuse(r, "'%s' of what?", word);
	return add_input(r, field, line + len + strspn(line + len, " \t"));
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup("");
}

static int read_lines(struct reader *r)
{
	char *at = r->budget->text;
	int err = 0;

	while (at && !err) {
		char *line = strsep(&at, "\n");

		r->line++;
		err = read_line(r, line);
	}
	for (size_t i = 0; i < r->budget->nr_blocks && !err; i++)
		if (!r->budget->block[i].nr_limits)
			err = fail(r->error, -EINVAL, r->path, "nothing has to hold for %s", r->budget->block[i].boards.item[0]);
	if (!err && !r->budget->nr_blocks)
		err = fail(r->error, -EINVAL, r->path, "there is no 'board' line; 'mmscope budget %s --write BOARD...' makes a budget", r->path);
	return err;
}

int budget_read(const char *path, struct budget *ret, struct mm_error *error)
{
	struct budget budget = { 0 };
	struct bytes text = { 0 };
	struct reader r = { .budget = &budget, .path = path, .error = error };
	int err = slurp(path, BUDGET_MAX_BYTES, &text, error);

	if (!err) {
		budget.text = strdup(bytes_text(&text));
		budget.folder = folder_of(path);
		err = budget.text && budget.folder ? read_lines(&r) : no_memory(&r);
	}
	bytes_deinit(&text);
	if (err)
		budget_deinit(&budget);
	else
		*ret = budget;
	return err;
}

/* ----------------------------------------------------------------------- boots */

static size_t at_least_one(size_t nr)
{
	return nr ? nr : 1;
}

size_t budget_boots(const struct budget_block *block)
{
	return block->boards.nr * at_least_one(block->kernels.nr) * at_least_one(block->cmdlines.nr);
}

static const char *item(const struct budget_list *list, size_t i)
{
	return list->nr ? list->item[i] : NULL;
}

static bool is_path(const char *board)
{
	size_t len = strlen(board);

	return strchr(board, '/') || (len > 4 && (!strcmp(board + len - 4, ".dts") || !strcmp(board + len - 4, ".dtb")));
}

struct ask budget_ask(const struct budget *budget, const struct budget_block *block, size_t i, struct bytes *path)
{
	size_t cmdlines = at_least_one(block->cmdlines.nr), kernels = at_least_one(block->kernels.nr);
	const char *board = block->boards.item[i / cmdlines / kernels];
	struct ask ask = block->ask;

	ask.cmdline = item(&block->cmdlines, i % cmdlines);
	ask.kernel = item(&block->kernels, i / cmdlines % kernels);
	bytes_clear(path);
	if (is_path(board) && *board != '/' && *budget->folder)
		bytes_printf(path, "%s/", budget->folder);
	bytes_puts(path, board);
	ask.board = bytes_text(path);
	return ask;
}

/* --------------------------------------------------------------------- holding */

int budget_hold(const struct budget_limit *limit, const struct metrics *metrics, struct budget_row *row, struct bytes *why,
		struct mm_error *error)
{
	struct expect_limit plain;
	const struct metric *metric;
	int err;

	bytes_clear(why);
	row->limit = limit;
	row->has_figure = false;
	err = expect_holds(limit->text, metrics, &row->holds, why, error);
	row->why = bytes_text(why);
	if (err || !expect_is_limit(limit->text, &plain))
		return err;
	metric = metrics_find(metrics, plain.name);
	if (!metric)
		return 0;
	row->has_figure = true;
	row->value = metric->value;
	row->bound = plain.value;
	row->unit = metric->unit;
	return 0;
}

/* -------------------------------------------------------------------- proposing */

/* Sizes to the KiB, which is what /proc/meminfo has; away from the value. */
static void put_size(struct bytes *out, uint64_t value, bool up)
{
	if (!value) {
		bytes_puts(out, "0");
		return;
	}
	if (value % (1 << 20) == 0)
		bytes_printf(out, "%lluM", (unsigned long long)(value >> 20));
	else
		bytes_printf(out, "%lluK", (unsigned long long)(up ? (value + 1023) >> 10 : value >> 10));
}

static bool is_lost(const char *name)
{
	return !strcmp(name, "lost") || !strcmp(name, "memtotal") || !strcmp(name, "memfree");
}

void budget_put_bound(struct bytes *out, const char *name, const char *comparison, const struct metric *metric,
		      const struct metrics *metrics, unsigned percent)
{
	const struct metric *lost = metrics_find(metrics, "lost");
	/* Of what is lost, not of all RAM: two percent of 8 GiB would hide a pool of 160 MiB. */
	uint64_t room = lost && is_lost(name) ? lost->value / 100 * percent : 0;

	if (metric->unit == METRIC_ADDRESS)
		bytes_hex(out, metric->value);
	else if (metric->unit == METRIC_COUNT)
		bytes_num(out, (int64_t)metric->value);
	else if (*comparison == '>')
		put_size(out, metric->value > room ? metric->value - room : 0, false);
	else
		put_size(out, *comparison == '<' ? metric->value + room : metric->value, *comparison == '<');
}

static void propose(const struct metrics *metrics, const char *name, const char *comparison, unsigned percent, struct bytes *out)
{
	const struct metric *metric = metrics_find(metrics, name);

	if (!metric)
		return;
	bytes_printf(out, "    %s %s ", name, comparison);
	budget_put_bound(out, name, comparison, metric, metrics, percent);
	bytes_putc(out, '\n');
}

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), n = strlen(tail);

	return len > n && !strcmp(text + len - n, tail);
}

void budget_propose(const struct metrics *metrics, unsigned percent, struct bytes *out)
{
	static const char *const wanted[] = { "cma.size", "crashkernel.size" };

	propose(metrics, "memtotal", ">=", percent, out);
	propose(metrics, "lost", "<=", percent, out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct metric *metric = metrics_find(metrics, wanted[i]);

		if (metric && metric->value)
			propose(metrics, wanted[i], ">=", percent, out);
	}
	for (size_t i = 0; i < metrics->nr; i++) {
		const char *name = metrics->metric[i].name;

		if (!strncmp(name, "pool.", 5) && ends_with(name, ".size"))
			propose(metrics, name, "<=", percent, out);
	}
	propose(metrics, "problems", "<=", percent, out);
}
