// SPDX-License-Identifier: GPL-2.0-or-later
/* klog.c - kernel log lines from events, in each version's own words. */
#include "machine.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>

/* Of that type, or NULL: a panic may have ended the event before it had all of its arguments. */
static const struct mm_fact *arg(const struct mm_event *event, const char *name, enum mm_type type)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(event->args[i].name, name) && event->args[i].type == type)
			return &event->args[i];
	return NULL;
}

static uint64_t hex(const struct mm_event *event, const char *name)
{
	const struct mm_fact *f = arg(event, name, MM_HEX);

	return f ? f->value.u : 0;
}

static long long num(const struct mm_event *event, const char *name)
{
	const struct mm_fact *f = arg(event, name, MM_NUM);

	return f ? f->value.i : 0;
}

static const char *str(const struct mm_event *event, const char *name)
{
	const struct mm_fact *f = arg(event, name, MM_STR);

	return f ? f->value.s : "";
}

int sink_printf(mm_sink *sink, void *ctx, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (len < 0)
		return -EINVAL;
	return sink(ctx, line, min_u64((uint64_t)len, sizeof(line) - 1));
}

/* Where the range of repetition @n starts and ends (inclusive, as printed). */
struct span {
	unsigned long long first, last;
};

static struct span span_of(const struct mm_event *event, uint64_t n)
{
	uint64_t base = hex(event, "base") + n * (uint64_t)event->stride;

	return (struct span){ base, base + hex(event, "size") - 1 };
}

/* "[first-last]" in the version's width. */
#define WIDE	"[0x%016llx-0x%016llx]"
#define SHORT	"[%#016llx-%#016llx]"

static int range_line(const struct rules *rules, const char *name, struct span s, const char *caller,
		      mm_sink *sink, void *ctx)
{
	return sink_printf(sink, ctx, rules->log_short_addresses ? "%s: " SHORT " %s\n" : "%s: " WIDE " %s\n",
			   name, s.first, s.last, caller);
}

/* add and reserve: 4.9 prints flags, 7.2 prints node and flags of a reservation. */
static int add_line(const struct rules *rules, const char *name, struct span s, const char *caller,
		    mm_sink *sink, void *ctx)
{
	if (rules->log_short_addresses)
		return sink_printf(sink, ctx, "%s: " SHORT " flags 0x0 %s\n", name, s.first, s.last, caller);
	return range_line(rules, name, s, caller, sink, ctx);
}

static int reserve_line(const struct rules *rules, struct span s, long long nid, unsigned long long flags,
			const char *caller, mm_sink *sink, void *ctx)
{
	if (rules->log_reserve_flags)
		return sink_printf(sink, ctx, "__memblock_reserve: " WIDE " nid=%lld flags=%llx %s\n",
				   s.first, s.last, nid, flags, caller);
	return add_line(rules, "memblock_reserve", s, caller, sink, ctx);
}

static bool request_is_logged(const struct rules *rules, const char *fn)
{
	if (!strcmp(fn, "memblock_phys_alloc_range"))
		return rules->phys_alloc_logged;
	return has_prefix(fn, "memblock_virt_alloc") || !strcmp(fn, "memblock_alloc_try_nid") ||
	       !strcmp(fn, "memblock_alloc_try_nid_raw") || !strcmp(fn, "memblock_alloc_exact_nid_raw") ||
	       !strcmp(fn, "memblock_alloc_hugetlb");
}

static int request_line(const struct rules *rules, const struct mm_event *event, mm_sink *sink, void *ctx)
{
	unsigned long long size = hex(event, "size"), align = hex(event, "align");
	unsigned long long from = hex(event, "from"), max = hex(event, "max_addr");
	const char *caller = str(event, "caller");

	if (!strcmp(event->fn, "memblock_phys_alloc_range"))
		return sink_printf(sink, ctx, "%s: %llu bytes align=0x%llx from=0x%016llx max_addr=0x%016llx %s\n",
				   event->fn, size, align, from, max, caller);
	if (!strcmp(event->fn, "memblock_alloc_hugetlb"))
		return sink_printf(sink, ctx, "%s: %llu bytes, nid=%lld, exact_nid=%lld %s\n", event->fn, size,
				   num(event, "nid"), num(event, "exact_nid"), caller);
	return sink_printf(sink, ctx, rules->log_short_addresses
				   ? "%s: %llu bytes align=0x%llx nid=%lld from=0x%llx max_addr=0x%llx %s\n"
				   : "%s: %llu bytes align=0x%llx nid=%lld from=0x%016llx max_addr=0x%016llx %s\n",
			   event->fn, size, align, num(event, "nid"), from, max, caller);
}

/* Told whether memblock=debug is on or not, and before the line of what was found instead. */
static int unmirrored_lines(const struct mm_event *event, uint64_t n, mm_sink *sink, void *ctx)
{
	unsigned long long size = hex(event, "size");
	int err = 0;

	for (long long i = n ? 0 : num(event, "unmirrored"); !err && i > 0; i--)
		err = sink_printf(sink, ctx, "Could not allocate 0x%016llx bytes of mirrored memory\n", size);
	return err;
}

static int alloc_lines(const struct rules *rules, const struct mm_event *event, uint64_t n, mm_sink *sink, void *ctx)
{
	int err = request_is_logged(rules, event->fn) ? request_line(rules, event, sink, ctx) : 0;

	err = err ? err : unmirrored_lines(event, n, sink, ctx);
	/* base 0: nothing was found, so nothing was reserved. */
	if (err || !hex(event, "base"))
		return err;
	return reserve_line(rules, span_of(event, n), rules->alloc_marks_kern ? num(event, "reserved_nid") : 0,
			    (rules->alloc_marks_kern ? MEMBLOCK_RSRV_KERN : 0) | hex(event, "flags"), str(event, "reserver"), sink, ctx);
}

static int grow_line(const struct mm_event *event, mm_sink *sink, void *ctx)
{
	unsigned long long base = hex(event, "base");
	int err = unmirrored_lines(event, 0, sink, ctx);

	return err ? err : sink_printf(sink, ctx, "memblock: %s is doubled to %lld at " WIDE "\n", str(event, "array"),
			   num(event, "entries"), base, base + hex(event, "bytes") - 1);
}

/* The memblock=debug line(s) of an event, by the kernel function it stands for. */
static int memblock_lines(const struct rules *rules, const struct mm_event *event, uint64_t n,
			  mm_sink *sink, void *ctx)
{
	const char *fn = event->fn;

	/* What went wrong there is told by its own lines. */
	if (event->kind == MM_PROBLEM || event->kind == MM_NOTE)
		return 0;
	if (event->kind == MM_ALLOC)
		return alloc_lines(rules, event, n, sink, ctx);
	if (!strcmp(fn, "memblock_add"))
		return add_line(rules, fn, span_of(event, n), str(event, "caller"), sink, ctx);
	if (!strcmp(fn, "memblock_reserve"))
		return reserve_line(rules, span_of(event, n), num(event, "nid"), hex(event, "flags"),
				    str(event, "caller"), sink, ctx);
	if (!strcmp(fn, "memblock_remove"))
		return rules->remove_logged ? range_line(rules, fn, span_of(event, n), str(event, "caller"), sink, ctx) : 0;
	if (!strcmp(fn, "memblock_phys_free"))
		return range_line(rules, rules->free_name, span_of(event, n), str(event, "caller"), sink, ctx);
	if (!strcmp(fn, "__memblock_free_early"))
		return range_line(rules, fn, span_of(event, n), str(event, "caller"), sink, ctx);
	if (!strcmp(fn, "memblock_double_array"))
		return grow_line(event, sink, ctx);
	return 0;
}

int mm_event_log(const struct mm *mm, const struct mm_event *event, uint64_t n, mm_sink *sink, void *ctx)
{
	int err = 0;

	if (event->logged && n < event->count)
		err = memblock_lines(mm->rules, event, n, sink, ctx);
	else if (n < event->count)
		err = unmirrored_lines(event, n, sink, ctx);
	for (size_t i = 0; !err && n + 1 == event->count && i < event->nr_printk; i++) {
		err = sink(ctx, event->printk[i], strlen(event->printk[i]));
		if (!err)
			err = sink(ctx, "\n", 1);
	}
	return err;
}

int report_log(const struct mm *mm, mm_sink *sink, void *ctx)
{
	for (size_t i = 0; i < mm_nr_events(mm); i++) {
		const struct mm_event *event = mm_event(mm, i);

		for (uint64_t n = 0; n < event->count; n++) {
			int err = mm_event_log(mm, event, n, sink, ctx);

			if (err)
				return err;
		}
	}
	return 0;
}

static int report_type(const struct mm *mm, const struct memblock_type *type, mm_sink *sink, void *ctx)
{
	int err = sink_printf(sink, ctx, "%s: %zu of %zu regions\n", type->name, type->cnt, type->max);

	for (size_t i = 0; !err && i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		const struct ledger_entry *e = ledger_find(&mm->ledger, r->base);

		err = sink_printf(sink, ctx, "%4zu: 0x%016llx..0x%016llx %4d 0x%x %s\n", i, (unsigned long long)r->base,
				  (unsigned long long)(r->base + r->size - 1),
				  memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : NUMA_NO_NODE, r->flags,
				  e ? e->owner : "");
	}
	return err;
}

int report_memblock(const struct mm *mm, mm_sink *sink, void *ctx)
{
	int err = report_type(mm, &mm->memblock.memory, sink, ctx);

	return err ? err : report_type(mm, &mm->memblock.reserved, sink, ctx);
}

int report_ledger(const struct mm *mm, mm_sink *sink, void *ctx)
{
	for (size_t i = 0; i < ledger_nr(&mm->ledger); i++) {
		const struct ledger_entry *e = ledger_entry(&mm->ledger, i);
		int err = sink_printf(sink, ctx, "0x%012llx-0x%012llx %12llu %s %-18s %-28s %s\n",
				      (unsigned long long)e->base, (unsigned long long)(e->base + e->size - 1),
				      (unsigned long long)e->size, e->ram ? "ram" : "---", e->owner, e->fn, e->detail);

		if (err)
			return err;
	}
	return 0;
}
