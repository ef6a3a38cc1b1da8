// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * boot.c - each kernel version's sequence of boot, as tables in call order.
 *
 * depth says who calls whom.  RUN rows do something to memory (or contain rows
 * that do); SEEN rows are calls without effect on it, shown greyed, each with
 * one line on what it does; TAKES rows take memory that the model cannot
 * compute, and say so in an event.  Executed work always happens in leaves or before
 * the rows below it.
 */
#include "boot.h"
#include "steps/steps.h"

#define RUN(d, fn_name, step)		{ .depth = (d), .name = (fn_name), .run = (step) }
#define STAGE(d, fn_name, step, s)	{ .depth = (d), .name = (fn_name), .run = (step), .stage = (s) }
#define OPEN(d, fn_name)		{ .depth = (d), .name = (fn_name) }
#define SEEN(d, fn_name, what)		{ .depth = (d), .name = (fn_name), .note = (what) }
#define TAKES(d, fn_name, what)		{ .depth = (d), .name = (fn_name), .note = (what), .takes = true }

#include "boot_4_9.h"
#include "boot_4_9_bootmem.h"
#include "boot_5_10.h"
#include "boot_6_1.h"
#include "boot_6_7.h"
#include "boot_6_12.h"
#include "boot_7_2.h"

static const struct sequence_rows {
	const struct boot_step *steps;
	size_t nr;
} sequences[SEQ_NR] = {
	[SEQ_4_9_BOOTMEM] = { boot_4_9_bootmem, ARRAY_SIZE(boot_4_9_bootmem) },
	[SEQ_4_9] = { boot_4_9, ARRAY_SIZE(boot_4_9) },
	[SEQ_5_10] = { boot_5_10, ARRAY_SIZE(boot_5_10) },
	[SEQ_6_1] = { boot_6_1, ARRAY_SIZE(boot_6_1) },
	[SEQ_6_7] = { boot_6_7, ARRAY_SIZE(boot_6_7) },
	[SEQ_6_12] = { boot_6_12, ARRAY_SIZE(boot_6_12) },
	[SEQ_7_2] = { boot_7_2, ARRAY_SIZE(boot_7_2) },
};

static void leave_to(struct trace *trace, int depth)
{
	while (trace->step >= 0 && trace->steps[trace->step].depth >= depth)
		trace_leave(trace);
}

/* After a panic the open steps end where the log ends. */
static void close_steps(struct trace *trace)
{
	for (; trace->step >= 0; trace->step = trace->steps[trace->step].parent)
		trace->steps[trace->step].last_seq = (uint32_t)trace->nr_events - 1;
}

/* Memory goes here that no event shows. */
static void say_not_computed(struct mm *mm, const struct boot_step *row)
{
	trace_event(&mm->trace, MM_NOTE, row->name);
	trace_why_fact(&mm->trace, FACT_STR("not_computed", row->note));
}

void boot_run(struct mm *mm)
{
	const struct sequence_rows *rows = &sequences[mm->kernel->sequence];
	jmp_buf on_panic;
	const char *volatile stage = "0";

	mm->trace.on_panic = &on_panic;
	if (setjmp(on_panic)) {
		close_steps(&mm->trace);
		mm->trace.on_panic = NULL;
		return;
	}
	for (size_t i = 0; i < rows->nr; i++) {
		const struct boot_step *row = &rows->steps[i];

		if (row->stage)
			stage = row->stage;
		leave_to(&mm->trace, row->depth);
		trace_enter(&mm->trace, row->name, stage, !row->note || row->takes, row->note);
		if (row->run)
			row->run(mm);
		if (row->takes)
			say_not_computed(mm, row);
	}
	leave_to(&mm->trace, 0);
	mm->trace.on_panic = NULL;
}
