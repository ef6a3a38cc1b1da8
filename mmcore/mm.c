// SPDX-License-Identifier: GPL-2.0-or-later
/* mm.c - one machine from birth to the last event, and its readers. */
#include "board.h"
#include "boot.h"
#include "ops/ops.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void check_ledger(void *ctx)
{
	const struct mm *mm = ctx;

	assert(ledger_balanced(&mm->ledger));
	(void)mm;
}

static void machine_init(struct mm *mm, const struct mm_board *board, const struct mm_kernel *kernel)
{
	mm->kernel = kernel;
	mm->rules = kernel->rules;
	mm->board = *board;
	trace_init(&mm->trace, &mm->arena);
	mm->trace.short_addresses = mm->rules->log_short_addresses;
	ledger_init(&mm->ledger, &mm->trace);
	memblock_init(&mm->memblock, kernel, &mm->trace, &mm->ledger);
	mm->trace.check = check_ledger;
	mm->trace.check_ctx = mm;
	mm->nodes.node = arena_array(&mm->arena, (size_t)kernel->max_numnodes, sizeof(*mm->nodes.node));
	mm->nodes.nr_node_ids = kernel->max_numnodes;
	mm->mem_limit = PHYS_ADDR_MAX;
}

int mm_boot(const struct mm_board *board, const struct mm_kernel *kernel, struct mm **ret, struct mm_error *error)
{
	struct mm *volatile mm = calloc(1, sizeof(*mm));
	jmp_buf on_failure;
	int err;

	memset(error, 0, sizeof(*error));
	error->offset = -1;
	if (!mm) {
		snprintf(error->text, sizeof(error->text), "no memory for the machine");
		return -ENOMEM;
	}
	err = setjmp(on_failure);
	if (err) {
		mm_free(mm);
		return -err;
	}
	mm->arena.on_failure = &on_failure;
	mm->arena.error = error;
	machine_init(mm, board, kernel);
	err = board_load(mm, board, error);
	if (err) {
		mm_free(mm);
		return err;
	}
	if (board_tell(mm))
		boot_run(mm);
	else
		mm->trace.panicked = true;
	if ((board->ops || board->state) && !mm->trace.panicked) {
		err = ops_run(mm, board->ops ? board->ops : "", board->state, error);
		if (err) {
			mm_free(mm);
			return err;
		}
	}
	trace_finish(&mm->trace);
	assert(ledger_check(&mm->ledger));
	mm->arena.on_failure = NULL;
	mm->arena.error = NULL;
	*ret = mm;
	return 0;
}

int mm_go_on(struct mm *mm, const char *ops, struct mm_error *error)
{
	jmp_buf on_failure;
	int err;

	memset(error, 0, sizeof(*error));
	error->offset = -1;
	if (mm->trace.panicked)
		return -EAGAIN;
	err = setjmp(on_failure);
	if (err)
		return -err;
	mm->arena.on_failure = &on_failure;
	mm->arena.error = error;
	err = mm->ops ? ops_go_on(mm, ops, error) : ops_run(mm, ops, NULL, error);
	if (err)
		return err;
	trace_finish(&mm->trace);
	assert(ledger_check(&mm->ledger));
	mm->arena.on_failure = NULL;
	mm->arena.error = NULL;
	return 0;
}

void mm_free(struct mm *mm)
{
	if (!mm)
		return;
	arena_deinit(&mm->arena);
	free(mm);
}

size_t mm_nr_events(const struct mm *mm)
{
	return mm->trace.nr_events;
}

const struct mm_event *mm_event(const struct mm *mm, size_t seq)
{
	assert(seq < mm->trace.nr_events);
	return &mm->trace.events[seq];
}

size_t mm_nr_steps(const struct mm *mm)
{
	return mm->trace.nr_steps;
}

const struct mm_step *mm_step(const struct mm *mm, size_t index)
{
	assert(index < mm->trace.nr_steps);
	return &mm->trace.steps[index];
}

int mm_find_step(const struct mm *mm, const char *name)
{
	for (size_t i = 0; i < mm->trace.nr_steps; i++)
		if (!strcmp(mm->trace.steps[i].name, name))
			return (int)i;
	return -1;
}

const char *mm_cmdline(const struct mm *mm)
{
	return mm->cmdline.text ? mm->cmdline.text : "";
}

bool mm_panicked(const struct mm *mm)
{
	return mm->trace.panicked;
}

uint64_t mm_page_size(const struct mm *mm)
{
	return mm->kernel->page_size;
}

const char *mm_owner_name(size_t i)
{
	return ledger_owners[i];
}

phys_addr_t mm_ram_bytes(const struct mm *mm)
{
	return mm->ledger.ram_bytes;
}

void mm_count(struct mm *mm, const char *name, uint64_t value, const char *unit)
{
	const union mm_value row[] = { V_STR(name), V_NUM(value), V_STR(unit) };

	trace_put(&mm->trace, MM_COUNTERS, row);
}

int mm_report(const struct mm *mm, const char *name, mm_sink *sink, void *ctx)
{
	static const struct {
		const char *name;
		int (*write)(const struct mm *mm, mm_sink *sink, void *ctx);
	} reports[] = {
		{ "log", report_log }, { "memblock", report_memblock }, { "ledger", report_ledger },
		{ "zoneinfo", report_zoneinfo }, { "buddyinfo", report_buddyinfo },
		{ "pagetypeinfo", report_pagetypeinfo },
		{ "unusable_index", report_unusable_index }, { "extfrag_index", report_extfrag_index }, { "iomem", report_iomem }, { "meminfo", report_meminfo },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reports); i++)
		if (!strcmp(reports[i].name, name))
			return reports[i].write(mm, sink, ctx);
	return -ENOENT;
}

void mm_ops_reference(mm_line_sink *sink, void *ctx)
{
	script_reference(sink, ctx);
}
