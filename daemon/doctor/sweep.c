// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/sweep.h"

#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/base/words.h"
#include "daemon/doctor/finding.h"
#include "daemon/input/decode.h"
#include "daemon/input/vary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------ axes */

void axis_deinit(struct axis *axis)
{
	for (size_t i = 0; i < axis->nr; i++)
		free(axis->value[i]);
	free(axis->value);
	free(axis->name);
	free(axis->text);
	*axis = (struct axis){ 0 };
}

static int add_value(struct axis *axis, const char *text, size_t len, struct mm_error *error)
{
	char **grown;

	if (axis->nr == SWEEP_MAX_VALUES)
		return fail(error, -EINVAL, axis->name, "more than %d values", SWEEP_MAX_VALUES);
	grown = realloc(axis->value, (axis->nr + 1) * sizeof(*grown));
	if (!grown)
		return fail(error, -ENOMEM, NULL, "no memory");
	axis->value = grown;
	axis->value[axis->nr] = strndup(text, len);
	if (!axis->value[axis->nr])
		return fail(error, -ENOMEM, NULL, "no memory");
	axis->nr++;
	return 0;
}

/* As memparse() and --memory read it, without a unit too large for it. */
static int add_number(struct axis *axis, uint64_t value, bool hex, struct mm_error *error)
{
	static const char units[] = " KMGT";
	char text[40];
	size_t unit = 0;

	while (!hex && value && value % 1024 == 0 && units[unit + 1]) {
		value /= 1024;
		unit++;
	}
	if (hex)
		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	else
		snprintf(text, sizeof(text), "%llu%.*s", (unsigned long long)value, unit ? 1 : 0, units + unit);
	return add_value(axis, text, strlen(text), error);
}

/* "64M:1G:64M" */
static int add_range(struct axis *axis, const char *text, struct mm_error *error)
{
	uint64_t first, last, step;
	const char *rest = number_scan(text, &first);
	int err = 0;

	rest = rest && *rest == ':' ? number_scan(rest + 1, &last) : NULL;
	rest = rest && *rest == ':' ? number_scan(rest + 1, &step) : NULL;
	if (rest && !*rest && last < first)
		return fail(error, -EINVAL, axis->name, "'%.80s' begins above its end: a range is FIRST:LAST:STEP", text);
	if (!rest || *rest || !step)
		return fail(error, -EINVAL, axis->name, "'%.80s' is not FIRST:LAST:STEP", text);
	for (uint64_t value = first; !err; value += step) {
		err = add_number(axis, value, !strncmp(text, "0x", 2), error);
		if (value > last - step || last < step)
			break;
	}
	return err;
}

static int parse_values(struct axis *axis, const char *text, struct mm_error *error)
{
	int err = 0;

	if (strchr(text, ':'))
		return add_range(axis, text, error);
	for (; !err; text += strcspn(text, ",") + 1) {
		err = add_value(axis, text, strcspn(text, ","), error);
		if (!text[strcspn(text, ",")])
			break;
	}
	return err;
}

int axis_parse(const char *text, struct axis *ret, struct mm_error *error)
{
	const char *equals = strchr(text, '=');
	struct axis axis = { 0 };
	int err;

	if (!equals || equals == text || !equals[1])
		return fail(error, -EINVAL, "axis", "'%.80s' is not NAME=VALUE,.. or NAME=FIRST:LAST:STEP", text);
	axis.name = strndup(text, (size_t)(equals - text));
	axis.text = strdup(text);
	err = axis.name && axis.text ? parse_values(&axis, equals + 1, error) : fail(error, -ENOMEM, NULL, "no memory");
	if (err)
		axis_deinit(&axis);
	else
		*ret = axis;
	return err;
}

/* ----------------------------------------------------------------------- cells */

size_t sweep_cells(const struct sweep *sweep)
{
	size_t cells = 1;

	for (size_t a = 0; a < sweep->nr_axes; a++)
		cells *= sweep->axis[a].nr;
	return cells;
}

const char *sweep_value(const struct sweep *sweep, size_t i, size_t a)
{
	return sweep->axis[a].value[a ? i / sweep->axis[0].nr : i % sweep->axis[0].nr];
}

/* Inputs that are no kernel parameters: the option that sets one, and whether it makes another request. */
struct input {
	const char *name, *option;
	bool resolves;
};

static const struct input inputs[] = {
	{ "memory", "-m", false }, { "kernel", "-k", true }, { "board", NULL, true },
	{ "dtb-addr", "--dtb-addr", false }, { "image-addr", "--image-addr", false }, { "initrd", "--initrd", false },
};

/* NULL: a kernel parameter. */
static const struct input *input_of(const char *name)
{
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (!strcmp(inputs[i].name, name))
			return &inputs[i];
	return NULL;
}

static const char **member_of(struct ask *ask, const struct input *input)
{
	const char **const members[] = { &ask->memory, &ask->kernel, &ask->board, &ask->dtb_addr, &ask->image_addr,
					 &ask->initrd };

	return members[input - inputs];
}

bool sweep_axis_resolves(const struct axis *axis)
{
	const struct input *input = input_of(axis->name);

	return input && input->resolves;
}

const char *sweep_axis_meant(const struct axis *axis)
{
	const char *names[sizeof(inputs) / sizeof(inputs[0]) + 1] = { NULL }, *nearest;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		names[i] = inputs[i].name;
	if (input_of(axis->name) || finding_is_parameter(axis->name))
		return NULL;
	nearest = words_nearest(names, axis->name);
	return nearest ? nearest : finding_parameter_meant(axis->name);
}

/* The ask of one cell, but for its kernel parameters. */
struct ask sweep_ask(const struct sweep *sweep, size_t i)
{
	struct ask ask = sweep->ask;

	for (size_t a = 0; a < sweep->nr_axes; a++) {
		const struct input *input = input_of(sweep->axis[a].name);

		if (input)
			*member_of(&ask, input) = sweep_value(sweep, i, a);
	}
	return ask;
}

/* What of a cell makes it another request than its neighbour. */
static void put_key(const struct sweep *sweep, size_t i, struct bytes *key)
{
	for (size_t a = 0; a < sweep->nr_axes; a++)
		if (sweep_axis_resolves(&sweep->axis[a]))
			bytes_printf(key, "%s\n", sweep_value(sweep, i, a));
}

/* What the kernel would get without the sweep: asked for, the board's, or the tree's. */
static void put_base_cmdline(const struct request *request, struct bytes *out)
{
	size_t len;
	const char *bootargs;

	if (request->cmdline) {
		bytes_puts(out, request->cmdline);
		return;
	}
	bootargs = mm_tree_property(request->dtb.data, request->dtb.len, "/chosen", "bootargs", &len);
	if (bootargs)
		bytes_add(out, bootargs, strnlen(bootargs, len));
}

/* False if no kernel parameter varies. */
static bool put_cmdline(const struct sweep *sweep, size_t i, const struct request *request, struct bytes *out)
{
	bool any = false;

	put_base_cmdline(request, out);
	for (size_t a = 0; a < sweep->nr_axes; a++) {
		if (input_of(sweep->axis[a].name))
			continue;
		bytes_printf(out, "%s%s=%s", out->len ? " " : "", sweep->axis[a].name, sweep_value(sweep, i, a));
		any = true;
	}
	return any;
}

static enum cell_outcome outcome_of(int err)
{
	return err == -EINVAL || err == -ENOENT || err == -EBADMSG || err == -EFBIG ? CELL_REFUSED : CELL_OUR_FAILURE;
}

static struct cell read_run(const struct sweep *sweep, const struct run *run)
{
	struct cell cell = { .outcome = mm_panicked(run->mm) ? CELL_PANICS : CELL_FINE };
	struct metrics metrics;
	const struct metric *problems;

	if (metrics_of(run->mm, &metrics))
		return (struct cell){ .outcome = CELL_OUR_FAILURE };
	problems = metrics_find(&metrics, "problems");
	if (cell.outcome == CELL_FINE && problems && problems->value)
		cell.outcome = CELL_PROBLEMS;
	for (size_t s = 0; s < sweep->nr_shown; s++) {
		const struct metric *metric = metrics_find(&metrics, sweep->shown[s]);

		cell.value[s] = metric ? metric->value : 0;
	}
	metrics_deinit(&metrics);
	return cell;
}

void sweep_last_deinit(struct sweep_last *last)
{
	if (last->valid) {
		request_deinit(&last->request);
		mm_kernel_free(last->kernel);
	}
	bytes_deinit(&last->key);
	*last = (struct sweep_last){ 0 };
}

/* Read the kernel of a request that was resolved, from now on @last's. */
static int take_request(struct sweep_last *last, struct request *request, struct mm_error *error)
{
	int err = decode_kernel(bytes_text(&request->profile), request->profile.len, request->kernel, &last->kernel, error);

	if (err)
		request_deinit(request);
	else
		last->request = *request;
	last->valid = !err;
	return err;
}

/* Resolve the inputs, unless the cell before had the same. */
static int take_inputs(const struct sweep *sweep, size_t i, struct sweep_last *last, struct mm_error *error)
{
	struct ask ask = sweep_ask(sweep, i);
	struct request request;
	struct bytes key = { 0 };
	int err;

	put_key(sweep, i, &key);
	if (last->valid && !key.failed && !strcmp(bytes_text(&key), bytes_text(&last->key))) {
		bytes_deinit(&key);
		return 0;
	}
	sweep_last_deinit(last);
	last->key = key;
	err = key.failed ? fail(error, -ENOMEM, NULL, "no memory") : request_resolve(&ask, &request, error);
	return err ? err : take_request(last, &request, error);
}

int sweep_last_init(struct sweep_last *last, const struct sweep *sweep, size_t i, struct request *request)
{
	struct mm_error error;

	*last = (struct sweep_last){ 0 };
	put_key(sweep, i, &last->key);
	if (!last->key.failed)
		return take_request(last, request, &error);
	request_deinit(request);
	return -ENOMEM;
}

/* The inputs of one cell, in a branch of the request that they share. */
static int vary(const struct sweep *sweep, size_t i, struct request *branch, struct bytes *cmdline, struct mm_error *error)
{
	int err = 0;

	for (size_t a = 0; a < sweep->nr_axes && !err; a++) {
		const struct input *input = input_of(sweep->axis[a].name);

		if (input && !input->resolves)
			err = request_vary(branch, input->name, sweep_value(sweep, i, a), error);
	}
	if (!err && put_cmdline(sweep, i, branch, cmdline))
		branch->cmdline = cmdline->data;
	if (cmdline->failed)
		return -ENOMEM;
	return err || cmdline->len <= REQUEST_MAX_CMDLINE ? err :
		       fail(error, -EINVAL, "cmdline", "is longer than %u bytes", REQUEST_MAX_CMDLINE);
}

struct cell sweep_boot(const struct sweep *sweep, size_t i, struct sweep_last *last, struct mm_error *error)
{
	int err = take_inputs(sweep, i, last, error);
	struct bytes cmdline = { 0 };
	struct request branch = { 0 };
	struct cell cell;
	struct run run;

	if (!err)
		err = request_branch(&last->request, &branch);
	if (!err)
		err = vary(sweep, i, &branch, &cmdline, error);
	if (!err)
		err = run_boot_kernel(&branch, last->kernel, &run, error);
	if (err) {
		cell = (struct cell){ .outcome = outcome_of(err) };
	} else {
		cell = read_run(sweep, &run);
		run_deinit(&run);
	}
	request_branch_deinit(&branch);
	bytes_deinit(&cmdline);
	return cell;
}

/* 'text', safe in a shell. */
static void put_quoted(struct bytes *out, const char *text)
{
	bytes_putc(out, '\'');
	for (; *text; text++)
		bytes_printf(out, *text == '\'' ? "'\\%c'" : "%c", *text);
	bytes_putc(out, '\'');
}

static void put_option(struct bytes *out, const char *option, const char *value)
{
	if (!value)
		return;
	bytes_printf(out, " %s ", option);
	put_quoted(out, value);
}

void sweep_command(const struct sweep *sweep, size_t i, struct bytes *out)
{
	struct bytes cmdline = { 0 };
	struct ask ask = sweep_ask(sweep, i);
	struct request request = { 0 };
	struct mm_error error;

	/* A board that cannot be read is the command's to say. */
	if (!request_resolve(&ask, &request, &error) && put_cmdline(sweep, i, &request, &cmdline))
		ask.cmdline = bytes_text(&cmdline);
	bytes_puts(out, "mmscope boot ");
	put_quoted(out, ask.board);
	put_option(out, "-k", ask.kernel);
	put_option(out, "-c", ask.cmdline);
	put_option(out, "-m", ask.memory);
	put_option(out, "--image-addr", ask.image_addr);
	put_option(out, "--dtb-addr", ask.dtb_addr);
	put_option(out, "--initrd", ask.initrd);
	put_option(out, "--boards", ask.boards_dir);
	bytes_puts(out, " -o metrics --json\n");
	out->failed |= cmdline.failed;
	request_deinit(&request);
	bytes_deinit(&cmdline);
}

/* Boots of one sweep may have other zones, nodes and areas: "zone.0.Movable.free" is none of the first one's. */
static bool may_come(const struct metrics *metrics, const char *name)
{
	const char *dot = strchr(name, '.');

	for (size_t i = 0; dot && i < metrics->nr; i++)
		if (!strncmp(metrics->metric[i].name, name, (size_t)(dot - name) + 1))
			return true;
	return metrics_is_absent(metrics, name);
}

int sweep_check_names(const struct sweep *sweep, const struct run *run, struct mm_error *error)
{
	struct metrics metrics = { 0 };
	int err = metrics_of(run->mm, &metrics) ? fail(error, -ENOMEM, NULL, "no memory") : 0;

	for (size_t n = 0; n < sweep->nr_shown && !err; n++) {
		const char *name = sweep->shown[n], *nearest = metrics_nearest(&metrics, name);

		if (metrics_find(&metrics, name))
			continue;
		if (nearest)
			err = fail(error, -EINVAL, "show", "there is no number called '%s'; did you mean '%s'?", name, nearest);
		else if (!may_come(&metrics, name))
			err = fail(error, -EINVAL, "show", "there is no number called '%s' ('mmscope boot BOARD -o metrics' lists them)",
				   name);
	}
	metrics_deinit(&metrics);
	return err;
}

const char *cell_outcome_name(enum cell_outcome outcome)
{
	static const char *const names[] = {
		[CELL_NOT_DONE] = "not done", [CELL_FINE] = "fine", [CELL_PROBLEMS] = "problems", [CELL_PANICS] = "panics",
		[CELL_REFUSED] = "refused", [CELL_OUR_FAILURE] = "our failure",
	};

	return names[outcome];
}
