// SPDX-License-Identifier: GPL-2.0-or-later
/* boot.c - walks the list of steps (versions/steps.c) and executes what applies to a build. */
#include "boot.h"

static void leave_to(struct trace *trace, unsigned depth)
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

const struct boot_step *boot_next(struct boot_walk *walk, const struct mm_kernel *kernel)
{
	return boot_next_that(walk, kernel, kernel);
}

const struct boot_step *boot_next_that(struct boot_walk *walk, const struct mm_kernel *kernel, const struct mm_kernel *like)
{
	while (walk->next < nr_boot_steps) {
		const struct boot_step *row = &boot_steps[walk->next++];
		bool here = when_holds(&row->when, kernel, like);

		if (here || row->wraps)
			walk->absent &= (UINT32_C(1) << row->depth) - 1;
		if (here) {
			walk->depth = row->depth - (unsigned)__builtin_popcount(walk->absent);
			return row;
		}
		if (row->wraps)
			walk->absent |= UINT32_C(1) << row->depth;
	}
	return NULL;
}

void boot_run(struct mm *mm)
{
	const struct boot_step *row;
	struct boot_walk walk = { 0 };
	jmp_buf on_panic;
	const char *volatile stage = "0";
	const char *note;

	mm->trace.on_panic = &on_panic;
	if (setjmp(on_panic)) {
		close_steps(&mm->trace);
		mm->trace.on_panic = NULL;
		return;
	}
	while ((row = boot_next(&walk, mm->kernel))) {
		if (row->stage)
			stage = row->stage;
		leave_to(&mm->trace, walk.depth);
		note = row->arch_note ? arch_note(mm->kernel, row->name) : row->note;
		trace_enter(&mm->trace, row->name, stage, !note || row->takes, note);
		if (row->run)
			row->run(mm);
		if (row->takes)
			say_not_computed(mm, row);
	}
	leave_to(&mm->trace, 0);
	mm->trace.on_panic = NULL;
}
