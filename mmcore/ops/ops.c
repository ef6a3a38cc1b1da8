// SPDX-License-Identifier: GPL-2.0-or-later
/* ops.c - executes a script, statement by statement. */
#include "ops.h"

#include "../machine.h"

#include <errno.h>

static struct ops_name *name_of(struct ops *ops, const struct stmt *stmt)
{
	return stmt->name < 0 ? &ops->anonymous : &ops->names[stmt->name];
}

static void keep_block(struct ops *ops, struct ops_name *name, struct ops_block block)
{
	name->blocks = arena_room(&ops->mm->arena, name->blocks, name->nr, &name->cap, sizeof(*name->blocks));
	name->blocks[name->nr++] = block;
}

static void keep(struct ops *ops, struct ops_name *name, const struct frame *frame)
{
	keep_block(ops, name, (struct ops_block){ frame->pfn, frame->order, NULL });
}

static void keep_object(struct ops *ops, struct ops_name *name, struct live_slab *slab)
{
	if (slab)
		keep_block(ops, name, (struct ops_block){ slab->pfn, slab->order, slab });
}

static struct frame *held(struct ops *ops, uint64_t pfn)
{
	struct frame *frame = frame_find(&ops->live.map, pfn);

	return frame && frame->state == FRAME_HELD ? frame : NULL;
}

/* ---------------------------------------------------------------- allocating */

static struct frame *alloc(struct ops *ops, const struct stmt *stmt, unsigned order, unsigned gfp)
{
	struct frame *frame;
	enum alloc_end end;

	ops->gfp = gfp;
	end = live_alloc_pages(&ops->live, gfp, order, stmt->node, &frame);
	if (!frame)
		ops_tell_failure(ops, end, order, stmt->node);
	return frame;
}

static void do_alloc(struct ops *ops, const struct stmt *stmt)
{
	struct frame *frame = alloc(ops, stmt, stmt->order, stmt->gfp);

	if (!frame)
		return;
	keep(ops, name_of(ops, stmt), frame);
	if (stmt->movable)
		live_set_movable(&ops->live, frame, true);
}

static void do_bulk(struct ops *ops, const struct stmt *stmt)
{
	struct frame *frames[SCRIPT_MAX_BULK];
	unsigned got;

	ops->gfp = stmt->gfp;
	got = live_alloc_bulk(&ops->live, stmt->gfp, stmt->node, (unsigned)stmt->nr, frames);
	for (unsigned i = 0; i < got; i++)
		keep(ops, name_of(ops, stmt), frames[i]);
	if (!got)
		ops_tell_failure(ops, ALLOC_FAILED, 0, stmt->node);
}

static void do_kmalloc(struct ops *ops, const struct stmt *stmt)
{
	uint64_t page = ops->mm->kernel->page_size;
	struct frame *frame;
	unsigned order = 0;

	if (stmt->nr <= 2 * page) {
		keep_object(ops, name_of(ops, stmt), ops_kmalloc(ops, stmt));
		return;
	}
	while (order < 63 && page << order < stmt->nr)
		order++;
	frame = alloc(ops, stmt, order, stmt->gfp | GFP_COMP);
	if (frame)
		keep(ops, name_of(ops, stmt), frame);
}

/* ------------------------------------------------------------------- freeing */

static void free_pfn(struct ops *ops, uint64_t pfn)
{
	struct frame *frame = held(ops, pfn);

	if (frame)
		live_free_pages(&ops->live, frame);
	else
		ops_tell_bad_free(ops, pfn);
}

static void free_block(struct ops *ops, const struct ops_block *block, bool again)
{
	if (!block->slab)
		free_pfn(ops, block->pfn);
	else if (again)
		ops_tell_bad_free(ops, block->pfn);
	else
		ops_object_free(ops, block->slab);
}

/* The newest block of the name; once more the last one if there is none left. */
static void free_newest(struct ops *ops, struct ops_name *name)
{
	bool again = !name->nr;

	if (!again) {
		name->last = name->blocks[--name->nr];
		name->freed = true;
	}
	if (name->freed)
		free_block(ops, &name->last, again);
}

static void do_free(struct ops *ops, const struct stmt *stmt)
{
	struct ops_name *name = name_of(ops, stmt);

	if (stmt->has_pfn) {
		free_pfn(ops, stmt->pfn);
		return;
	}
	do
		free_newest(ops, name);
	while (stmt->all && name->nr);
}

static void do_release(struct ops *ops, const struct stmt *stmt)
{
	struct ops_name *name = name_of(ops, stmt);
	struct frame **frames = arena_array(&ops->mm->arena, name->nr, sizeof(*frames));
	size_t nr = 0;

	for (size_t i = 0; i < name->nr; i++) {
		frames[nr] = name->blocks[i].slab ? NULL : held(ops, name->blocks[i].pfn);
		nr += frames[nr] != NULL;
	}
	live_release(&ops->live, frames, nr);
	name->nr = 0;
}

/* From now on the name holds the block's pages one by one. */
static void do_split(struct ops *ops, const struct stmt *stmt)
{
	struct ops_name *name = name_of(ops, stmt);
	struct frame *frame = name->nr ? held(ops, name->blocks[name->nr - 1].pfn) : NULL;
	uint64_t nr;

	if (!frame) {
		ops_tell_bad_free(ops, name->last.pfn);
		return;
	}
	nr = UINT64_C(1) << frame->order;
	trace_event(&ops->mm->trace, MM_BUDDY, "split_page");
	trace_arg(&ops->mm->trace, FACT_NUM("line", stmt->line));
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", frame->pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("order", frame->order));
	live_split(&ops->live, frame);
	name->nr--;
	for (uint64_t i = 0; i < nr; i++)
		keep(ops, name, frame_at(&ops->live.map, frame->pfn + i));
}

/* -------------------------------------------------------------------- others */

static int do_vmstat(struct ops *ops, const struct stmt *stmt)
{
	int ret = live_vmstat(&ops->live);

	trace_event(&ops->mm->trace, MM_PAGESET, "refresh_cpu_vm_stats");
	trace_arg(&ops->mm->trace, FACT_NUM("line", stmt->line));
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	trace_arg(&ops->mm->trace, FACT_NUM("ret", ret));
	ops_publish(ops);
	return ret;
}

/* quiet_vmstat() does nothing if there is nothing to give away. */
static void do_idle(struct ops *ops, const struct stmt *stmt)
{
	bool gives = live_needs_vmstat(&ops->live, ops->live.cpu);

	trace_event(&ops->mm->trace, MM_PAGESET, "quiet_vmstat");
	trace_arg(&ops->mm->trace, FACT_NUM("line", stmt->line));
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	trace_why_fact(&ops->mm->trace, FACT_STR("reason", gives ? "the CPU goes idle: its share of the counters goes to the zones"
								 : "the CPU goes idle, and has no share of the counters"));
	live_idle(&ops->live);
	ops_publish(ops);
}

/*
 * Once a second vmstat_shepherd() queues the work of CPUs that have a share of the
 * counters; it comes again after a second as long as it changes something.
 */
static void do_wait(struct ops *ops, const struct stmt *stmt)
{
	for (uint64_t second = 0; second < stmt->nr; second++) {
		ops->now++;
		for (unsigned cpu = 0; cpu < cpus_nr_online(&ops->mm->cpus); cpu++) {
			struct live_cpu *of = &ops->live.cpus[cpu];

			if (!of->vmstat_queued && !live_needs_vmstat(&ops->live, cpu))
				continue;
			ops->live.cpu = cpu;
			of->vmstat_queued = do_vmstat(ops, stmt) != 0;
		}
	}
}

/* xorshift64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

static void random_alloc(struct ops *ops, const struct stmt *stmt, uint64_t *state, struct ops_name *name)
{
	unsigned span = stmt->last_order - stmt->order + 1;
	/* Half of all requests are for the smallest order. */
	unsigned order = stmt->order + (next_random(state) & 1 ? (unsigned)(next_random(state) % span) : 0);
	struct frame *frame = alloc(ops, stmt, order, stmt->gfp);

	if (frame)
		keep(ops, name, frame);
}

static void do_random(struct ops *ops, const struct stmt *stmt)
{
	uint64_t state = stmt->seed * 2862933555777941757u + 3037000493u;
	struct ops_name *name = name_of(ops, stmt);

	for (uint64_t i = 0; i < stmt->nr; i++) {
		uint64_t dice = next_random(&state);
		bool more = name->nr < stmt->hold && (dice >> 16) % 100 < (name->nr < stmt->hold / 2 ? 65 : 50);

		ops->live.cpu = stmt->cpu + (unsigned)(dice % (stmt->last_cpu - stmt->cpu + 1));
		ops->live.op++;
		if (more || !name->nr) {
			random_alloc(ops, stmt, &state, name);
		} else {
			size_t which = next_random(&state) % name->nr;
			struct ops_block block = name->blocks[which];

			name->blocks[which] = name->blocks[--name->nr];
			free_pfn(ops, block.pfn);
		}
	}
}

static void run_block(struct ops *ops, const struct stmt *stmts, size_t nr);

static void run_one(struct ops *ops, const struct stmt *stmt)
{
	ops->stmt = stmt;
	ops->holder = stmt->name < 0 ? "" : ops->names[stmt->name].name;
	ops->live.cpu = stmt->cpu;
	ops->live.op++;
	switch (stmt->kind) {
	case STMT_ALLOC:
		do_alloc(ops, stmt);
		break;
	case STMT_FREE:
		do_free(ops, stmt);
		break;
	case STMT_BULK:
		do_bulk(ops, stmt);
		break;
	case STMT_SPLIT:
		do_split(ops, stmt);
		break;
	case STMT_RELEASE:
		do_release(ops, stmt);
		break;
	case STMT_KMALLOC:
		do_kmalloc(ops, stmt);
		break;
	case STMT_CACHE:
		name_of(ops, stmt)->cache = ops_cache_create(ops, stmt, ops->holder);
		break;
	case STMT_OBJECT:
		keep_object(ops, name_of(ops, stmt), ops_cache_alloc(ops, stmt));
		break;
	case STMT_DRAIN:
		if (stmt->all)
			live_drain_all(&ops->live);
		else
			live_drain_local(&ops->live);
		break;
	case STMT_VMSTAT:
		do_vmstat(ops, stmt);
		break;
	case STMT_IDLE:
		do_idle(ops, stmt);
		break;
	case STMT_WAIT:
		do_wait(ops, stmt);
		break;
	case STMT_SYSCTL:
		ops_sysctl(ops, stmt->sysctl, stmt->nr);
		break;
	case STMT_RANDOM:
		do_random(ops, stmt);
		break;
	case STMT_REPEAT:
		for (uint64_t i = 0; i < stmt->nr; i++)
			run_block(ops, stmt->body, stmt->nr_body);
		break;
	case STMT_NR_KINDS:
		break;
	}
}

/* Nested no deeper than SCRIPT_MAX_DEPTH. */
static void run_block(struct ops *ops, const struct stmt *stmts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		run_one(ops, &stmts[i]);
}

static bool parse(struct ops *ops, const char *text, struct mm_error *error)
{
	const struct script_limits limits = {
		.nr_cpus = cpus_nr_online(&ops->mm->cpus), .nr_nodes = ops->live.nr_nodes,
		.high_fraction = ops->mm->rules->pcp_high_by_wmark, .gfp_words = gfp_words(&ops->live.rules),
	};

	if (!script_parse(&ops->mm->arena, text, &limits, &ops->script, error))
		return false;
	ops->names = arena_grow(&ops->mm->arena, ops->names, ops->nr_names, ops->script.nr_names + 1, sizeof(*ops->names));
	for (; ops->nr_names < ops->script.nr_names; ops->nr_names++)
		ops->names[ops->nr_names].name = ops->script.names[ops->nr_names];
	ops->text = arena_strdup(&ops->mm->arena, text);
	return true;
}

static void execute(struct ops *ops)
{
	run_block(ops, ops->script.stmts, ops->script.nr);
	trace_leave(&ops->mm->trace);
	ops_hand_back(ops);
}

int ops_run(struct mm *mm, const char *text, const struct mm_alloc_state *state, struct mm_error *error)
{
	struct ops *ops = arena_alloc(&mm->arena, sizeof(*ops));

	ops->mm = mm;
	if (state)
		ops_take_state(ops, state);
	else
		ops_take_over(ops);
	if (!parse(ops, text, error))
		return -EINVAL;
	trace_enter(&mm->trace, "ops", "3c", true, NULL);
	ops->step = mm->trace.step;
	ops_publish_init(ops);
	if (state)
		ops_tell_state(ops);
	ops_tell_init(ops);
	execute(ops);
	mm->ops = ops;
	return 0;
}

/* Statements end where a line does. */
static bool begins_with(const char *text, const char *before)
{
	size_t len = strlen(before);

	return !strncmp(text, before, len) && (!len || !text[len] || text[len] == '\n');
}

int ops_go_on(struct mm *mm, const char *text, struct mm_error *error)
{
	struct ops *ops = mm->ops;

	if (!begins_with(text, ops->text))
		return -EAGAIN;
	if (!parse(ops, text, error))
		return -EINVAL;
	trace_reopen(&mm->trace, ops->step);
	execute(ops);
	return 0;
}
