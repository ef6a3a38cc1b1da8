// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/sweep_plan.h"

#include "daemon/base/clock.h"
#include "daemon/base/fail.h"
#include "daemon/doctor/sweep_report.h"
#include "daemon/http/problem.h"
#include "daemon/http/stream.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/ask.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How many parts to boot ahead of the one being sent: enough to keep all workers busy, few enough to leave some for
 * others. */
#define AHEAD		4
/* How long to wait before retrying a part that was refused for lack of room. */
#define AGAIN_NS	(200 * NS_PER_MS)

struct part {
	struct sweep_part cells;
	size_t base;
	struct blob *blob;		/* NULL: not started yet, or already sent */
};

struct sweep_plan {
	struct serve *serve;
	char client[sizeof((struct exchange){ 0 }.client)];	/* whose share of the workers it uses */
	struct sweep sweep;
	char *shown;			/* backs sweep.shown */
	char (*base)[65];		/* ids of the runs that cells are variations of */
	struct part *part;
	size_t nr_bases, nr_parts, next;
	struct cell *cell;
	struct swept swept;
	struct blob_failure failure;
	/* When read as a stream: */
	struct bytes frame;		/* being sent; `said` bytes of it have been read */
	size_t said;
	uint64_t last_sent, again;	/* again: when to retry a part that was refused */
	bool begun, over;
};

void sweep_plan_free(void *ctx)
{
	struct sweep_plan *plan = ctx;

	if (!plan)
		return;
	for (size_t i = 0; i < plan->nr_parts; i++)
		blob_put(plan->part[i].blob);
	axis_deinit(&plan->sweep.axis[0]);
	axis_deinit(&plan->sweep.axis[1]);
	bytes_deinit(&plan->frame);
	free(plan->shown);
	free(plan->base);
	free(plan->part);
	free(plan->cell);
	free(plan);
}

const struct swept *sweep_plan_swept(const struct sweep_plan *plan)
{
	return &plan->swept;
}

/* ------------------------------------------------------------------ making it */

static bool take_axis(struct sweep_plan *plan, struct exchange *ex, const char *param)
{
	const char *text = exchange_param(ex, param);
	struct mm_error error = { .offset = -1 };
	int err;

	if (!text || !*text)
		return true;
	if (strlen(text) > SWEEP_MAX_TEXT || strpbrk(text, "\n\r")) {
		problem_reply(ex, "bad-parameter", "%s= is longer than %d bytes, or of several lines", param, SWEEP_MAX_TEXT);
		return false;
	}
	err = axis_parse(text, &plan->sweep.axis[plan->sweep.nr_axes], &error);
	if (err)
		problem_reply_error(ex, err, &error);
	else
		plan->sweep.nr_axes++;
	return !err;
}

static bool take_shown(struct sweep_plan *plan, struct exchange *ex)
{
	const char *text = exchange_param(ex, "show");

	plan->shown = strdup(text ? text : "");
	if (!plan->shown) {
		problem_reply(ex, "out-of-memory", "there is no memory for the sweep");
		return false;
	}
	if (strlen(plan->shown) <= SWEEP_MAX_TEXT && !strpbrk(plan->shown, "\n\r") && sweep_split_shown(&plan->sweep, plan->shown))
		return true;
	problem_reply(ex, "bad-parameter", "show= takes up to %d names of numbers, separated by commas", SWEEP_MAX_SHOWN);
	return false;
}

static bool take_sweep(struct sweep_plan *plan, struct exchange *ex)
{
	static const char *const others[] = { "x", "y", "show", "format", NULL };

	if (!ask_of_params(ex, &plan->sweep.ask, others) || !take_axis(plan, ex, "x") || !take_axis(plan, ex, "y") ||
	    !take_shown(plan, ex))
		return false;
	/* As with POST /runs, the body is the client's own tree, and the rest are parameters. */
	if (ex->method == METHOD_POST) {
		if (strncasecmp(ex->headers[HEADER_CONTENT_TYPE], "application/octet-stream", 24)) {
			problem_reply(ex, "unsupported-type", "send a DTB as application/octet-stream; a board by name is swept with GET");
			return false;
		}
		plan->sweep.ask.dtb = bytes_text(&ex->body);
		plan->sweep.ask.dtb_len = ex->body.len;
	}
	if (!plan->sweep.nr_axes) {
		problem_reply(ex, "bad-parameter", "nothing varies: x= and y= take NAME=VALUE,.. or NAME=FIRST:LAST:STEP");
		return false;
	}
	if (sweep_cells(&plan->sweep) <= SWEEP_MAX_CELLS_HTTP)
		return true;
	problem_reply(ex, "bad-parameter", "%zu boots are more than the limit of %d; 'mmscope sweep' in a shell takes more",
		      sweep_cells(&plan->sweep), SWEEP_MAX_CELLS_HTTP);
	return false;
}

/* Cut the cells of one request into parts, each the work of one worker. */
static void cut(struct sweep_plan *plan, size_t base, struct sweep_part all)
{
	while (all.count) {
		size_t count = all.count < SWEEP_PART_MAX ? all.count : SWEEP_PART_MAX;

		plan->part[plan->nr_parts++] = (struct part){ .cells = { all.first, all.stride, count }, .base = base };
		all.first += all.stride * count;
		all.count -= count;
	}
}

/* The range of cells that belong to base number @base. */
static struct sweep_part cells_of(const struct sweep *sweep, size_t base)
{
	size_t columns = sweep->axis[0].nr, cells = sweep_cells(sweep);
	bool first = sweep_axis_resolves(&sweep->axis[0]), second = sweep->nr_axes > 1 && sweep_axis_resolves(&sweep->axis[1]);

	if (first && second)
		return (struct sweep_part){ base, 1, 1 };
	if (first)
		return (struct sweep_part){ base, columns, cells / columns };
	if (second)
		return (struct sweep_part){ base * columns, 1, columns };
	return (struct sweep_part){ 0, 1, cells };
}

static size_t count_bases(const struct sweep *sweep)
{
	size_t bases = 1;

	for (size_t a = 0; a < sweep->nr_axes; a++)
		bases *= sweep_axis_resolves(&sweep->axis[a]) ? sweep->axis[a].nr : 1;
	return bases;
}

static bool make_parts(struct sweep_plan *plan, struct exchange *ex)
{
	size_t cells = sweep_cells(&plan->sweep);

	plan->nr_bases = count_bases(&plan->sweep);
	if (plan->nr_bases > SWEEP_MAX_BASES) {
		problem_reply(ex, "bad-parameter", "%zu kernels or boards are more than the limit of %d", plan->nr_bases, SWEEP_MAX_BASES);
		return false;
	}
	plan->base = calloc(plan->nr_bases, sizeof(*plan->base));
	plan->part = calloc(cells / SWEEP_PART_MAX + plan->nr_bases + 1, sizeof(*plan->part));
	plan->cell = calloc(cells, sizeof(*plan->cell));
	plan->swept = (struct swept){ &plan->sweep, plan->cell };
	if (plan->base && plan->part && plan->cell)
		return true;
	problem_reply(ex, "out-of-memory", "there is no memory for the sweep");
	return false;
}

/* If the sweep varies boards or kernels, refusing one of them is the result of its cells; otherwise it fails the
 * sweep. */
static bool make_bases(struct sweep_plan *plan, struct serve *serve, struct exchange *ex)
{
	for (size_t b = 0; b < plan->nr_bases; b++) {
		struct sweep_part cells = cells_of(&plan->sweep, b);
		struct ask ask = sweep_ask(&plan->sweep, cells.first);

		if (ask_remember(serve, ex, &ask, plan->base[b])) {
			cut(plan, b, cells);
			continue;
		}
		if (plan->nr_bases == 1 || ex->reply.status >= 500)
			return false;
		reply_clear(&ex->reply);
		for (size_t k = 0; k < cells.count; k++)
			plan->cell[cells.first + k * cells.stride].outcome = CELL_REFUSED;
	}
	return true;
}

struct sweep_plan *sweep_plan_new(struct serve *serve, struct exchange *ex)
{
	struct sweep_plan *plan = calloc(1, sizeof(*plan));

	if (!plan) {
		problem_reply(ex, "out-of-memory", "there is no memory for the sweep");
		return NULL;
	}
	plan->serve = serve;
	memcpy(plan->client, ex->client, sizeof(plan->client));
	if (take_sweep(plan, ex) && make_parts(plan, ex) && make_bases(plan, serve, ex)) {
		/* Its strings belong to the exchange, which the plan may outlive. */
		plan->sweep.ask = (struct ask){ 0 };
		return plan;
	}
	sweep_plan_free(plan);
	return NULL;
}

/* ------------------------------------------------------------------- doing it */

static struct blob *begin(struct sweep_plan *plan, const struct part *part)
{
	struct bytes name = { 0 };
	struct blob *blob;

	sweep_part_name(&plan->sweep, &part->cells, &name);
	blob = name.failed ? NULL : answer_start(plan->serve, plan->client, plan->base[part->base], name.data);
	bytes_deinit(&name);
	return blob;
}

/* Workers handle hostile input, so validate what they send. */
static void take_cells(struct sweep_plan *plan, const struct part *part)
{
	const struct bytes *bytes = &part->blob->bytes;
	struct cell cell;

	for (size_t k = 0; k < part->cells.count; k++) {
		size_t i = part->cells.first + k * part->cells.stride;

		if ((k + 1) * sizeof(cell) > bytes->len)
			cell = (struct cell){ .outcome = CELL_OUR_FAILURE };
		else
			memcpy(&cell, bytes->data + k * sizeof(cell), sizeof(cell));
		if (cell.outcome < CELL_FINE || cell.outcome > CELL_OUR_FAILURE)
			cell.outcome = CELL_OUR_FAILURE;
		plan->cell[i] = cell;
	}
}

static void fail_cells(struct sweep_plan *plan, const struct part *part)
{
	for (size_t k = 0; k < part->cells.count; k++)
		plan->cell[part->cells.first + k * part->cells.stride].outcome = CELL_OUR_FAILURE;
}

static bool is_busy(const struct blob_failure *failure)
{
	return failure->code && !strcmp(failure->code, "too-busy");
}

/* The part failed.  True: so does the whole sweep, for the same reason. */
static bool take_failure(struct sweep_plan *plan, struct part *part)
{
	plan->failure = part->blob->failure;
	blob_put(part->blob);
	part->blob = NULL;
	if (plan->failure.err == -EINVAL || is_busy(&plan->failure))
		return true;
	fail_cells(plan, part);
	return false;
}

static void begin_ahead(struct sweep_plan *plan)
{
	for (size_t i = plan->next; i < plan->nr_parts && i < plan->next + AHEAD; i++)
		if (!plan->part[i].blob)
			plan->part[i].blob = begin(plan, &plan->part[i]);
}

enum sweep_progress sweep_plan_go_on(struct sweep_plan *plan, struct blob **blob, const struct blob_failure **failure)
{
	struct part *part = &plan->part[plan->next];

	if (plan->next == plan->nr_parts)
		return SWEEP_DONE;
	begin_ahead(plan);
	*blob = part->blob;
	*failure = &plan->failure;
	if (!part->blob) {
		plan->failure = (struct blob_failure){ .code = "out-of-memory" };
		plan->failure.err = fail(&plan->failure.error, -ENOMEM, NULL, "there is no memory for the sweep");
		return SWEEP_FAILS;
	}
	if (blob_state(part->blob) == BLOB_PENDING)
		return SWEEP_WAITS;
	if (blob_state(part->blob) == BLOB_FAILED) {
		if (take_failure(plan, part))
			return SWEEP_FAILS;
	} else {
		take_cells(plan, part);
		blob_put(part->blob);
		part->blob = NULL;
	}
	plan->next++;
	return SWEEP_MOVED;
}

/* ------------------------------------------------------------------ telling it */

static void put_head(struct sweep_plan *plan)
{
	struct encode_object object;

	bytes_puts(&plan->frame, "event: head\ndata: ");
	object = encode_open(&plan->frame);
	encode_num(&object, "cells", (int64_t)sweep_cells(&plan->sweep));
	sweep_put_axes(&plan->sweep, encode_key(&object, "axes"));
	encode_close(&object);
	bytes_puts(&plan->frame, "\n\n");
}

static void put_cell(struct sweep_plan *plan, size_t i)
{
	bytes_printf(&plan->frame, "id: %zu\ndata: ", i);
	sweep_put_cell(&plan->swept, i, &plan->frame);
	bytes_puts(&plan->frame, "\n\n");
}

static void put_refused(struct sweep_plan *plan)
{
	for (size_t i = 0; i < sweep_cells(&plan->sweep); i++)
		if (plan->cell[i].outcome == CELL_REFUSED)
			put_cell(plan, i);
}

static void put_problem(struct sweep_plan *plan, const char *detail)
{
	struct encode_object object;

	bytes_puts(&plan->frame, "event: problem\ndata: ");
	object = encode_open(&plan->frame);
	encode_text(&object, "detail", detail);
	encode_close(&object);
	bytes_puts(&plan->frame, "\n\n");
}

static void put_end(struct sweep_plan *plan)
{
	bytes_puts(&plan->frame, "event: end\ndata: {}\n\n");
	plan->over = true;
}

static void put_part(struct sweep_plan *plan, const struct sweep_part *cells)
{
	for (size_t k = 0; k < cells->count; k++)
		put_cell(plan, cells->first + k * cells->stride);
}

/* Make the next frame to send, if there is something new. */
static void fill_frame(struct sweep_plan *plan, uint64_t now)
{
	const struct blob_failure *failure;
	struct blob *blob;

	bytes_clear(&plan->frame);
	plan->said = 0;
	if (!plan->begun) {
		plan->begun = true;
		put_head(plan);
		put_refused(plan);
		return;
	}
	plan->again = 0;
	switch (sweep_plan_go_on(plan, &blob, &failure)) {
	case SWEEP_MOVED:
		put_part(plan, &plan->part[plan->next - 1].cells);
		break;
	case SWEEP_WAITS:
		break;
	case SWEEP_FAILS:
		if (is_busy(failure)) {
			plan->again = now + AGAIN_NS;
			break;
		}
		put_problem(plan, failure->error.text);
		put_end(plan);
		break;
	case SWEEP_DONE:
		put_end(plan);
		break;
	}
}

static bool is_waiting(const struct sweep_plan *plan)
{
	const struct part *part = plan->next < plan->nr_parts ? &plan->part[plan->next] : NULL;

	return part && part->blob && blob_state(part->blob) == BLOB_PENDING;
}

/* Is there a frame to send, or something to make one of? */
static bool has_news(const struct sweep_plan *plan, uint64_t now)
{
	return plan->said < plan->frame.len || plan->over || !plan->begun || (!is_waiting(plan) && now >= plan->again);
}

static ssize_t beat(struct sweep_plan *plan, uint64_t now, char *buffer, size_t max)
{
	if (now - plan->last_sent < plan->serve->heartbeat_ns || max < 3)
		return STREAM_WAIT;
	plan->last_sent = now;
	memcpy(buffer, ":\n\n", 3);
	return 3;
}

static ssize_t read_plan(void *ctx, uint64_t now, char *buffer, size_t max)
{
	struct sweep_plan *plan = ctx;
	size_t part;

	if (plan->said == plan->frame.len && plan->over)
		return STREAM_END;
	if (plan->said == plan->frame.len && has_news(plan, now))
		fill_frame(plan, now);
	if (plan->frame.failed)
		return STREAM_END;
	part = plan->frame.len - plan->said < max ? plan->frame.len - plan->said : max;
	if (!part)
		return beat(plan, now, buffer, max);
	memcpy(buffer, plan->frame.data + plan->said, part);
	plan->said += part;
	plan->last_sent = now;
	return (ssize_t)part;
}

static bool has_more(void *ctx)
{
	return has_news(ctx, clock_ns());
}

static uint64_t due(void *ctx)
{
	const struct sweep_plan *plan = ctx;
	uint64_t beat_at = plan->last_sent + plan->serve->heartbeat_ns;

	if (has_news(plan, clock_ns()))
		return 0;
	return plan->again && plan->again < beat_at ? plan->again : beat_at;
}

static void stop(void *ctx)
{
	struct sweep_plan *plan = ctx;

	if (plan->over)
		return;
	/* Goes behind a frame that is half sent. */
	bytes_puts(&plan->frame, "event: stopping\ndata: {}\n\n");
	plan->over = true;
}

struct stream *sweep_plan_stream(struct sweep_plan *plan)
{
	struct stream *stream = stream_of(&(struct stream_source){ .read = read_plan, .more = has_more, .due = due, .stop = stop,
								   .free = sweep_plan_free, .ctx = plan, .topic = plan->serve->store });

	if (!stream)
		sweep_plan_free(plan);
	return stream;
}
