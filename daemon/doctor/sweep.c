// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/sweep.h"

#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/input/decode.h"

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
	if (!rest || *rest || !step || last < first)
		return fail(error, -EINVAL, axis->name, "'%.80s' is no FIRST:LAST:STEP", text);
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
	err = axis.name ? parse_values(&axis, equals + 1, error) : fail(error, -ENOMEM, NULL, "no memory");
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

/* Inputs that are no kernel parameters, and the option that sets them. */
static const char **input_of(struct ask *ask, const char *name, const char **option)
{
	const struct { const char *name, *option; const char **to; } inputs[] = {
		{ "memory", "-m", &ask->memory }, { "kernel", "-k", &ask->kernel }, { "board", NULL, &ask->board },
		{ "dtb-addr", "--dtb-addr", &ask->dtb_addr }, { "image-addr", "--image-addr", &ask->image_addr },
		{ "initrd", "--initrd", &ask->initrd },
	};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if (strcmp(inputs[i].name, name))
			continue;
		*option = inputs[i].option;
		return inputs[i].to;
	}
	return NULL;
}

/* The ask of one cell, but for its kernel parameters; @key: what of it varies. */
static struct ask ask_of(const struct sweep *sweep, size_t i, struct bytes *key)
{
	struct ask ask = sweep->ask;
	const char *option;

	for (size_t a = 0; a < sweep->nr_axes; a++) {
		const char **to = input_of(&ask, sweep->axis[a].name, &option);

		if (!to)
			continue;
		*to = sweep_value(sweep, i, a);
		bytes_printf(key, "%s\n", *to);
	}
	return ask;
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
	struct ask ignored = { 0 };
	const char *option;
	bool any = false;

	put_base_cmdline(request, out);
	for (size_t a = 0; a < sweep->nr_axes; a++) {
		if (input_of(&ignored, sweep->axis[a].name, &option))
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

/* Resolve the inputs, unless the cell before had the same. */
static int take_inputs(const struct sweep *sweep, size_t i, struct sweep_last *last)
{
	struct bytes key = { 0 };
	struct ask ask = ask_of(sweep, i, &key);
	struct mm_error error;
	int err;

	if (last->valid && !key.failed && !strcmp(bytes_text(&key), bytes_text(&last->key))) {
		bytes_deinit(&key);
		return 0;
	}
	sweep_last_deinit(last);
	last->key = key;
	err = key.failed ? -ENOMEM : request_resolve(&ask, &last->request, &error);
	if (err)
		return err;
	err = decode_kernel(bytes_text(&last->request.profile), last->request.profile.len, last->request.kernel, &last->kernel,
			    &error);
	if (err)
		request_deinit(&last->request);
	last->valid = !err;
	return err;
}

struct cell sweep_boot(const struct sweep *sweep, size_t i, struct sweep_last *last)
{
	int err = take_inputs(sweep, i, last);
	struct bytes cmdline = { 0 };
	struct request request;
	struct mm_error error;
	struct cell cell;
	struct run run;

	if (err)
		return (struct cell){ .outcome = outcome_of(err) };
	request = last->request;
	if (put_cmdline(sweep, i, &request, &cmdline))
		request.cmdline = cmdline.data;
	if (cmdline.failed)
		err = -ENOMEM;
	else if (cmdline.len > REQUEST_MAX_CMDLINE)
		err = -EINVAL;
	else
		err = run_boot_kernel(&request, last->kernel, &run, &error);
	if (err) {
		cell = (struct cell){ .outcome = outcome_of(err) };
	} else {
		cell = read_run(sweep, &run);
		run_deinit(&run);
	}
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
	struct bytes cmdline = { 0 }, key = { 0 };
	struct ask ask = ask_of(sweep, i, &key);
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
	bytes_deinit(&key);
}

const char *cell_outcome_name(enum cell_outcome outcome)
{
	static const char *const names[] = {
		[CELL_NOT_DONE] = "not done", [CELL_FINE] = "fine", [CELL_PROBLEMS] = "problems", [CELL_PANICS] = "panics",
		[CELL_REFUSED] = "refused", [CELL_OUR_FAILURE] = "our failure",
	};

	return names[outcome];
}
