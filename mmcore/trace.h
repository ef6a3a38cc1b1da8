/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - the ordered log of what the boot does.
 *
 * A noun that changes something appends an event and then hangs on it what it
 * was given (args), for whom (owner, why), which rows changed (splices) and
 * what the kernel printed (printk).  All of these go to the newest event, so
 * the order of calls is the order of the log.  The trace also keeps the rows
 * as last published, which is where a splice's old rows come from.
 */
#ifndef MMSCOPE_TRACE_H
#define MMSCOPE_TRACE_H

#include "arena.h"
#include "chunks.h"
#include "table.h"

/* Hostile inputs end here with -E2BIG instead of filling the host. */
#define TRACE_MAX_EVENTS	2000000
#define TRACE_MAX_FACTS		24
#define WHY_MAX_FACTS		6

/* For whom an operation is done, and the facts that explain it. */
struct why {
	const char *owner;
	struct mm_fact facts[WHY_MAX_FACTS];	/* ends at the first without a name */
};

#define FACT_HEX(n, v) ((struct mm_fact){ .name = (n), .type = MM_HEX, .value.u = (v) })
#define FACT_NUM(n, v) ((struct mm_fact){ .name = (n), .type = MM_NUM, .value.i = (int64_t)(v) })
#define FACT_STR(n, v) ((struct mm_fact){ .name = (n), .type = MM_STR, .value.s = (v) })
/* WHY("page-table", FACT_STR("level", "pte")) */
#define WHY(who, ...) (&(const struct why){ .owner = (who), .facts = { __VA_ARGS__ } })
#define WHY_NOBODY (&(const struct why){ .owner = "" })

#define V_HEX(v) ((union mm_value){ .u = (v) })
#define V_NUM(v) ((union mm_value){ .i = (int64_t)(v) })
#define V_STR(v) ((union mm_value){ .s = (v) })
#define V_LIST(v) ((union mm_value){ .list = (v) })

/* A table as it was published last.  trace_row() reads it. */
struct trace_rows {
	struct chunks rows;
	size_t nr;
	union mm_value *v;	/* all of them, as long as they fit into one chunk; else the first ones */
};

struct trace {
	struct arena *arena;
	struct mm_event *events;
	size_t nr_events, cap_events;
	struct mm_step *steps;
	size_t nr_steps, cap_steps;
	int step;			/* innermost open step, or -1 */
	bool memblock_debug;
	struct mm_fact args[TRACE_MAX_FACTS], why[TRACE_MAX_FACTS];	/* of the newest event */
	size_t cap_splices, cap_printk;					/* likewise */
	struct trace_rows rows[MM_NR_TABLES];
	size_t nr_rows_brought;		/* by all splices */
	/* Called for the finished event before the next one begins; checks
	 * invariants.  May be NULL. */
	void (*check)(void *ctx);
	void *check_ctx;
	jmp_buf *on_panic;	/* where a modelled panic ends; set by boot_run() */
	bool panicked;
	bool short_addresses;	/* 4.9 prints a NULL pointer with eight digits */
};

void trace_init(struct trace *trace, struct arena *arena);
/* The newest event is complete: run the check.  Idempotent. */
void trace_finish(struct trace *trace);

void trace_enter(struct trace *trace, const char *name, const char *stage, bool executed, const char *note);
void trace_leave(struct trace *trace);
/* The newest event is that of leaving @step: it is taken back, and the step goes on. */
void trace_reopen(struct trace *trace, int step);
/* The innermost open step, by the kernel's name of the function; "" outside of any. */
const char *trace_step_name(const struct trace *trace);

/* Append an event; @fn is not copied. */
struct mm_event *trace_event(struct trace *trace, enum mm_kind kind, const char *fn);
void trace_repeat(struct trace *trace, uint64_t count, int64_t stride);
void trace_arg(struct trace *trace, struct mm_fact fact);
/* Copies the facts; strings must live as long as the trace (literals or arena). */
void trace_why(struct trace *trace, const struct why *why);
void trace_why_fact(struct trace *trace, struct mm_fact fact);
/* A line the kernel prints, without '\n', attached to the newest event. */
void trace_printk(struct trace *trace, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An event of its own for something only said (MM_NOTE) or gone wrong (MM_PROBLEM). */
void trace_note(struct trace *trace, const char *fn, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void trace_problem(struct trace *trace, const char *fn, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Who runs when the modelled kernel dies: what it says last depends on it. */
enum trace_task {
	TASK_SWAPPER,		/* start_kernel() */
	TASK_INIT,		/* kernel_init(): initcalls */
};

/* The modelled kernel touches what is not mapped: a problem event with its first and last line, and the log ends. */
_Noreturn void trace_oops(struct trace *trace, const char *fn, enum trace_task task, uint64_t virtual_address);
/* BUG_ON() in @file while start_kernel() runs. */
_Noreturn void trace_bug(struct trace *trace, const char *fn, const char *file);
/* The modelled kernel stops here: a problem event, and the log ends. */
_Noreturn void trace_panic(struct trace *trace, const char *fn, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Replace rows in @table; the old ones come from what was published before. */
void trace_splice(struct trace *trace, enum mm_table_id table, size_t at, size_t nr_del,
		  const union mm_value *ins, size_t nr_ins);
/* Publish @nr rows as the whole of @table: the smallest single splice, or none. */
void trace_sync(struct trace *trace, enum mm_table_id table, const union mm_value *rows, size_t nr);
/* Publish one row under its key (column 0): replaced in place, or appended. */
void trace_put(struct trace *trace, enum mm_table_id table, const union mm_value *row);

/* The row at @i of a table as it was published last; valid until the next change. */
const union mm_value *trace_row(const struct trace *trace, enum mm_table_id table, size_t i);

const struct mm_list *trace_list(struct trace *trace, const int64_t *v, size_t nr);

#endif
