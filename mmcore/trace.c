// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace.h"

#include <errno.h>

static const char *const kind_names[MM_NR_KINDS] = {
	[MM_STEP] = "step", [MM_LEAVE] = "leave", [MM_ADD] = "add", [MM_REMOVE] = "remove",
	[MM_RESERVE] = "reserve", [MM_ALLOC] = "alloc", [MM_FREE] = "free", [MM_MARK] = "mark",
	[MM_GROW] = "grow", [MM_MAP] = "map", [MM_SET] = "set", [MM_NODE] = "node",
	[MM_ZONE] = "zone", [MM_ZONELIST] = "zonelist", [MM_PERCPU_CHUNK] = "percpu",
	[MM_HASH] = "hash", [MM_BUDDY] = "buddy", [MM_SLAB] = "slab", [MM_PAGESET] = "pageset",
	[MM_PROBLEM] = "problem", [MM_NOTE] = "note",
};

const char *mm_kind_name(enum mm_kind kind)
{
	assert((unsigned)kind < MM_NR_KINDS);
	return kind_names[kind];
}

/* Values per row. */
static size_t width(enum mm_table_id table)
{
	return mm_table_def(table)->nr_columns;
}

void trace_init(struct trace *trace, struct arena *arena)
{
	trace->arena = arena;
	trace->step = -1;
	for (size_t t = 0; t < MM_NR_TABLES; t++)
		trace->rows[t].rows = (struct chunks){ .alloc = chunks_from_arena, .ctx = arena,
						       .width = width((enum mm_table_id)t) * sizeof(union mm_value) };
}

static struct mm_event *newest(struct trace *trace)
{
	assert(trace->nr_events);
	return &trace->events[trace->nr_events - 1];
}

static const struct mm_fact *keep_facts(struct trace *trace, const struct mm_fact *facts, size_t nr)
{
	return nr ? arena_extend(trace->arena, facts, nr, nr, sizeof(*facts)) : NULL;
}

/* The facts of the newest event move out of the scratch arrays. */
static void settle(struct trace *trace)
{
	struct mm_event *event = newest(trace);

	event->args = keep_facts(trace, trace->args, event->nr_args);
	event->why = keep_facts(trace, trace->why, event->nr_why);
}

void trace_finish(struct trace *trace)
{
	if (!trace->nr_events)
		return;
	settle(trace);
	if (trace->check)
		trace->check(trace->check_ctx);
}

struct mm_event *trace_event(struct trace *trace, enum mm_kind kind, const char *fn)
{
	struct mm_event *event;

	trace_finish(trace);
	if (trace->nr_events == TRACE_MAX_EVENTS)
		arena_fail(trace->arena, -E2BIG, "the boot has more than %d events", TRACE_MAX_EVENTS);
	if (trace->nr_events == trace->cap_events) {
		trace->cap_events = trace->cap_events ? 2 * trace->cap_events : 512;
		trace->events = arena_extend(trace->arena, trace->events, trace->nr_events,
					     trace->cap_events, sizeof(*trace->events));
	}
	event = &trace->events[trace->nr_events];
	*event = (struct mm_event){
		.seq = (uint32_t)trace->nr_events, .kind = kind, .fn = fn, .count = 1, .owner = "",
		.step = (uint16_t)(trace->step < 0 ? 0 : trace->step),
		.depth = trace->step < 0 ? 0 : trace->steps[trace->step].depth,
		.logged = trace->memblock_debug,
	};
	trace->nr_events++;
	trace->cap_splices = trace->cap_printk = 0;
	return event;
}

void trace_enter(struct trace *trace, const char *name, const char *stage, bool executed, const char *note)
{
	struct mm_step *step;

	trace->steps = arena_room(trace->arena, trace->steps, trace->nr_steps, &trace->cap_steps, sizeof(*trace->steps));
	step = &trace->steps[trace->nr_steps];
	*step = (struct mm_step){
		.name = name, .stage = stage, .executed = executed, .note = note ? note : "",
		.parent = trace->step,
		.depth = (uint8_t)(trace->step < 0 ? 0 : trace->steps[trace->step].depth + 1),
		.first_seq = (uint32_t)trace->nr_events, .last_seq = (uint32_t)trace->nr_events,
	};
	trace->step = (int)trace->nr_steps++;
	assert(trace->nr_steps < UINT16_MAX);
	trace_event(trace, MM_STEP, name);
}

const char *trace_step_name(const struct trace *trace)
{
	return trace->step >= 0 ? trace->steps[trace->step].name : "";
}

void trace_leave(struct trace *trace)
{
	struct mm_step *step = &trace->steps[trace->step];

	if (step->executed)
		trace_event(trace, MM_LEAVE, step->name);
	step->last_seq = (uint32_t)trace->nr_events - 1;
	trace->step = step->parent;
}

void trace_reopen(struct trace *trace, int step)
{
	const struct mm_event *event;

	assert(newest(trace)->kind == MM_LEAVE && newest(trace)->step == step);
	trace->nr_events--;
	trace->step = step;
	/* The one before is not over: it settles once more. */
	event = newest(trace);
	for (size_t i = 0; i < event->nr_args; i++)
		trace->args[i] = event->args[i];
	for (size_t i = 0; i < event->nr_why; i++)
		trace->why[i] = event->why[i];
}

void trace_repeat(struct trace *trace, uint64_t count, int64_t stride)
{
	newest(trace)->count = count;
	newest(trace)->stride = count > 1 ? stride : 0;
}

void trace_arg(struct trace *trace, struct mm_fact fact)
{
	struct mm_event *event = newest(trace);

	assert(event->nr_args < TRACE_MAX_FACTS);
	trace->args[event->nr_args++] = fact;
}

void trace_why_fact(struct trace *trace, struct mm_fact fact)
{
	struct mm_event *event = newest(trace);

	assert(event->nr_why < TRACE_MAX_FACTS);
	trace->why[event->nr_why++] = fact;
}

void trace_why(struct trace *trace, const struct why *why)
{
	newest(trace)->owner = why->owner;
	for (size_t i = 0; i < WHY_MAX_FACTS && why->facts[i].name; i++)
		trace_why_fact(trace, why->facts[i]);
}

static void vprintk(struct trace *trace, const char *fmt, va_list args)
{
	struct mm_event *event = newest(trace);
	const char **lines = (const char **)event->printk;

	lines = arena_room(trace->arena, lines, event->nr_printk, &trace->cap_printk, sizeof(*lines));
	event->printk = lines;
	lines[event->nr_printk++] = arena_vprintf(trace->arena, fmt, args);
}

void trace_printk(struct trace *trace, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(trace, fmt, args);
	va_end(args);
}

void trace_note(struct trace *trace, const char *fn, const char *fmt, ...)
{
	va_list args;

	trace_event(trace, MM_NOTE, fn);
	va_start(args, fmt);
	vprintk(trace, fmt, args);
	va_end(args);
}

void trace_problem(struct trace *trace, const char *fn, const char *fmt, ...)
{
	va_list args;

	trace_event(trace, MM_PROBLEM, fn);
	va_start(args, fmt);
	vprintk(trace, fmt, args);
	va_end(args);
}

_Noreturn static void stop(struct trace *trace)
{
	trace->panicked = true;
	assert(trace->on_panic);
	longjmp(*trace->on_panic, 1);
}

/* Below this, die_kernel_fault() speaks of a NULL pointer. */
#define NULL_PAGE_BYTES	4096

_Noreturn void trace_oops(struct trace *trace, const char *fn, enum trace_task task, uint64_t virtual_address)
{
	trace_problem(trace, fn, "Unable to handle kernel %s at virtual address %0*llx",
		      virtual_address < NULL_PAGE_BYTES ? "NULL pointer dereference" : "paging request",
		      trace->short_addresses ? 8 : 16, (unsigned long long)virtual_address);
	trace_printk(trace, "Kernel panic - not syncing: Attempted to kill %s",
		     task == TASK_INIT ? "init! exitcode=0x0000000b" : "the idle task!");
	stop(trace);
}

/* The line that the kernel names with the file is known to its build alone. */
_Noreturn void trace_bug(struct trace *trace, const char *fn, const char *file)
{
	trace_problem(trace, fn, "kernel BUG at %s!", file);
	trace_printk(trace, "Kernel panic - not syncing: Attempted to kill the idle task!");
	stop(trace);
}

_Noreturn void trace_panic(struct trace *trace, const char *fn, const char *fmt, ...)
{
	va_list args;
	const char *text;

	va_start(args, fmt);
	text = arena_vprintf(trace->arena, fmt, args);
	va_end(args);
	trace_problem(trace, fn, "Kernel panic - not syncing: %s", text);
	stop(trace);
}

static struct mm_splice *new_splice(struct trace *trace)
{
	struct mm_event *event = newest(trace);
	struct mm_splice *splices = (struct mm_splice *)event->splices;

	splices = arena_room(trace->arena, splices, event->nr_splices, &trace->cap_splices, sizeof(*splices));
	event->splices = splices;
	return &splices[event->nr_splices++];
}

static const union mm_value *keep_rows(struct trace *trace, enum mm_table_id table,
				       const union mm_value *rows, size_t nr)
{
	return nr ? arena_extend(trace->arena, rows, nr, nr, width(table) * sizeof(*rows)) : NULL;
}

/* Room for @nr rows that are about to go. */
static union mm_value *room_for_old(struct trace *trace, const struct trace_rows *rows, size_t nr)
{
	return nr ? arena_extend(trace->arena, NULL, 0, nr, rows->rows.width) : NULL;
}

void trace_splice(struct trace *trace, enum mm_table_id table, size_t at, size_t nr_del,
		  const union mm_value *ins, size_t nr_ins)
{
	struct trace_rows *rows = &trace->rows[table];
	struct mm_splice *splice;
	union mm_value *del;

	assert(at <= rows->nr && nr_del <= rows->nr - at);
	if (!nr_del && !nr_ins)
		return;
	splice = new_splice(trace);
	splice->table = table;
	splice->at = at;
	splice->nr_del = nr_del;
	splice->nr_ins = nr_ins;
	splice->del = del = room_for_old(trace, rows, nr_del);
	splice->ins = keep_rows(trace, table, ins, nr_ins);
	splice->first = trace->nr_rows_brought;
	trace->nr_rows_brought += nr_ins;
	chunks_splice(&rows->rows, at, nr_del, del, splice->ins, nr_ins);
	rows->nr = rows->rows.nr;
	rows->v = (union mm_value *)rows->rows.rows[0];
}

const union mm_value *trace_row(const struct trace *trace, enum mm_table_id table, size_t i)
{
	return chunks_row(&trace->rows[table].rows, i);
}

void trace_sync(struct trace *trace, enum mm_table_id table, const union mm_value *rows, size_t nr)
{
	const struct mm_table_def *def = mm_table_def(table);
	size_t w = def->nr_columns, old = trace->rows[table].nr, head = 0, tail = 0, common = min_u64(old, nr);

	while (head < common && row_equal(def, trace_row(trace, table, head), rows + head * w))
		head++;
	while (tail < common - head &&
	       row_equal(def, trace_row(trace, table, old - 1 - tail), rows + (nr - 1 - tail) * w))
		tail++;
	trace_splice(trace, table, head, old - head - tail, rows + head * w, nr - head - tail);
}

void trace_put(struct trace *trace, enum mm_table_id table, const union mm_value *row)
{
	const struct mm_table_def *def = mm_table_def(table);
	size_t nr = trace->rows[table].nr, at = 0;

	while (at < nr && !value_equal(def->columns[0].type, *trace_row(trace, table, at), row[0]))
		at++;
	if (at == nr)
		trace_splice(trace, table, at, 0, row, 1);
	else if (!row_equal(def, trace_row(trace, table, at), row))
		trace_splice(trace, table, at, 1, row, 1);
}

const struct mm_list *trace_list(struct trace *trace, const int64_t *v, size_t nr)
{
	struct mm_list *list = arena_alloc(trace->arena, sizeof(*list));

	list->nr = nr;
	list->v = nr ? arena_grow(trace->arena, v, nr, nr, sizeof(*v)) : NULL;
	return list;
}
