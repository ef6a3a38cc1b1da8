// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/memtotal.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/plain.h"
#include "daemon/base/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct range {
	uint64_t start, end;
};

/* Sorted and disjoint once they are merged. */
struct ranges {
	struct range *range;
	size_t nr, cap;
	bool failed;
};

/* --------------------------------------------------- what the page allocator was given */

static void add_range(struct ranges *ranges, uint64_t start, uint64_t size)
{
	if (ranges->nr == ranges->cap) {
		size_t cap = ranges->cap ? 2 * ranges->cap : 256;
		struct range *grown = realloc(ranges->range, cap * sizeof(*grown));

		if (!grown) {
			ranges->failed = true;
			return;
		}
		ranges->range = grown;
		ranges->cap = cap;
	}
	ranges->range[ranges->nr++] = (struct range){ start, start + size };
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void merge(struct ranges *ranges)
{
	size_t nr = 0;

	if (ranges->nr)
		qsort(ranges->range, ranges->nr, sizeof(*ranges->range), by_start);
	for (size_t i = 0; i < ranges->nr; i++) {
		struct range *last = nr ? &ranges->range[nr - 1] : NULL;

		if (!last || ranges->range[i].start > last->end)
			ranges->range[nr++] = ranges->range[i];
		else if (ranges->range[i].end > last->end)
			last->end = ranges->range[i].end;
	}
	ranges->nr = nr;
}

/* Rows of the ledger that an event puts in place. */
static void add_given(struct ranges *ranges, const struct mm_splice *splice)
{
	const struct mm_table_def *def = mm_table_def(MM_LEDGER);

	if (splice->table != MM_LEDGER)
		return;
	for (size_t i = 0; i < splice->nr_ins; i++) {
		struct table_row row = { def, splice->ins + i * def->nr_columns };

		if (!strcmp(row_text(row, "owner"), "buddy"))
			add_range(ranges, row_hex(row, "key"), row_hex(row, "size"));
	}
}

static uint64_t arg(const struct mm_event *event, const char *name)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(event->args[i].name, name))
			return event->args[i].value.u;
	return 0;
}

/* A CMA area is given to the page allocator too, whoever reserved it, but keeps its owner's name. */
static void add_area(struct ranges *ranges, const struct mm_event *event)
{
	if (event->kind == MM_SET && !strcmp(event->fn, "cma_init_reserved_mem") && arg(event, "size"))
		add_range(ranges, arg(event, "base"), arg(event, "size"));
}

static void collect_given(const struct mm *mm, struct ranges *ranges)
{
	for (size_t seq = 0; seq < mm_nr_events(mm); seq++) {
		const struct mm_event *event = mm_event(mm, seq);

		add_area(ranges, event);
		for (size_t s = 0; s < event->nr_splices; s++)
			add_given(ranges, &event->splices[s]);
	}
	merge(ranges);
}

/* Bytes of [start, end) that are in them. */
static uint64_t overlap(const struct ranges *ranges, uint64_t start, uint64_t end)
{
	size_t low = 0, high = ranges->nr;
	uint64_t bytes = 0;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (ranges->range[middle].end <= start)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < ranges->nr && ranges->range[low].start < end; low++) {
		uint64_t from = ranges->range[low].start > start ? ranges->range[low].start : start;
		uint64_t to = ranges->range[low].end < end ? ranges->range[low].end : end;

		bytes += to - from;
	}
	return bytes;
}

/* ------------------------------------------------------------------------- terms */

/* Without numbers: "node 0 sections 8" and "node 1 sections 8" are one kind. */
static bool same_kind(const char *a, const char *b)
{
	if (*a == '/' || *b == '/')
		return !strcmp(a, b);
	return words_same_but_numbers(a, b);
}

static bool add_term(struct memtotal_term **terms, size_t *nr, struct table_row row, uint64_t bytes)
{
	const char *owner = row_text(row, "owner"), *detail = row_text(row, "detail");
	struct memtotal_term *grown;

	if (!bytes)
		return true;
	for (size_t i = 0; i < *nr; i++)
		if (!strcmp((*terms)[i].owner, owner) && same_kind((*terms)[i].detail, detail)) {
			(*terms)[i].bytes += bytes;
			return true;
		}
	if (!(*nr & (*nr - 1))) {
		grown = realloc(*terms, (*nr ? 2 * *nr : 1) * sizeof(*grown));
		if (!grown)
			return false;
		*terms = grown;
	}
	(*terms)[(*nr)++] = (struct memtotal_term){ owner, detail, row_text(row, "fn"), bytes };
	return true;
}

static int by_size(const void *a, const void *b)
{
	const struct memtotal_term *x = a, *y = b;
	int order;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	order = strcmp(x->owner, y->owner);
	return order ? order : strcmp(x->detail, y->detail);
}

static bool sum_up(const struct mm_state *end, const struct ranges *given, struct memtotal *out)
{
	bool ok = true;

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER) && ok; i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);
		uint64_t base = row_hex(row, "key"), size = row_hex(row, "size"), kept;

		if (!row_num(row, "ram"))
			continue;
		kept = overlap(given, base, base + size);
		ok = add_term(&out->kept, &out->nr_kept, row, kept) && add_term(&out->lost, &out->nr_lost, row, size - kept);
	}
	if (out->nr_lost)
		qsort(out->lost, out->nr_lost, sizeof(*out->lost), by_size);
	if (out->nr_kept)
		qsort(out->kept, out->nr_kept, sizeof(*out->kept), by_size);
	return ok;
}

static uint64_t totalram(const struct mm *mm, const struct mm_state *end)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_COUNTERS); i++) {
		struct table_row row = table_row(end, MM_COUNTERS, i);

		if (!strcmp(row_text(row, "key"), "totalram_pages"))
			return (uint64_t)row_num(row, "value") * mm_page_size(mm);
	}
	return 0;
}

int memtotal_of(const struct mm *mm, struct memtotal *ret)
{
	struct memtotal out = { .ram = mm_ram_bytes(mm), .panicked = mm_panicked(mm) };
	struct ranges given = { 0 };
	struct mm_state *end;
	bool ok;

	if (mm_state_at(mm, mm_nr_events(mm) - 1, &end))
		return -ENOMEM;
	collect_given(mm, &given);
	out.memtotal = totalram(mm, end);
	ok = sum_up(end, &given, &out) && !given.failed;
	free(given.range);
	mm_state_free(end);
	if (!ok) {
		memtotal_deinit(&out);
		return -ENOMEM;
	}
	*ret = out;
	return 0;
}

void memtotal_deinit(struct memtotal *memtotal)
{
	free(memtotal->lost);
	free(memtotal->kept);
	*memtotal = (struct memtotal){ 0 };
}

int64_t memtotal_rest(const struct memtotal *memtotal)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < memtotal->nr_lost; i++)
		lost += memtotal->lost[i].bytes;
	return (int64_t)(memtotal->ram - lost - memtotal->memtotal);
}

/* ----------------------------------------------------------------------- writing */

static void put_amount(struct bytes *out, char sign, uint64_t bytes, const char *what)
{
	bytes_printf(out, "%c %14llu  %-16s ", sign, (unsigned long long)bytes, what);
}

/* Names come from a tree. */
static void put_plain(struct bytes *out, const char *text)
{
	plain_line(out, text, strlen(text));
}

static void put_terms(const struct memtotal_term *terms, size_t nr, char sign, struct bytes *out)
{
	for (size_t i = 0; i < nr; i++) {
		put_amount(out, sign, terms[i].bytes, terms[i].owner);
		put_plain(out, terms[i].detail);
		bytes_printf(out, "%s%s\n", *terms[i].detail ? " · " : "", terms[i].fn);
	}
}

void memtotal_write_text(const struct memtotal *memtotal, const char *version, struct bytes *out)
{
	int64_t rest = memtotal_rest(memtotal);

	bytes_printf(out, "MemTotal of Linux %s, in bytes\n", version);
	put_amount(out, ' ', memtotal->ram, "RAM");
	bytes_puts(out, "that the firmware reports\n");
	put_terms(memtotal->lost, memtotal->nr_lost, '-', out);
	if (rest)
		bytes_printf(out, "- %14lld  %s\n", (long long)rest,
			     memtotal->panicked ? "not given yet: the kernel panicked" :
			     rest < 0 ? "counted twice: pages were freed that were free already" : "not explained");
	put_amount(out, '=', memtotal->memtotal, "MemTotal");
	bytes_printf(out, "%llu kB in /proc/meminfo; of which\n", (unsigned long long)(memtotal->memtotal >> 10));
	put_terms(memtotal->kept, memtotal->nr_kept, ' ', out);
}

static void put_list(struct bytes *out, const struct memtotal_term *terms, size_t nr)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i++) {
		struct encode_object object;

		bytes_puts(out, i ? "," : "");
		object = encode_open(out);
		encode_text(&object, "owner", terms[i].owner);
		encode_text(&object, "detail", terms[i].detail);
		encode_text(&object, "fn", terms[i].fn);
		encode_num(&object, "bytes", (int64_t)terms[i].bytes);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

void memtotal_write_json(const struct memtotal *memtotal, struct bytes *out)
{
	struct encode_object object = encode_open(out);

	encode_num(&object, "ram", (int64_t)memtotal->ram);
	put_list(encode_key(&object, "lost"), memtotal->lost, memtotal->nr_lost);
	encode_num(&object, "rest", memtotal_rest(memtotal));
	encode_bool(&object, "panicked", memtotal->panicked);
	encode_num(&object, "memtotal", (int64_t)memtotal->memtotal);
	put_list(encode_key(&object, "kept"), memtotal->kept, memtotal->nr_kept);
	encode_close(&object);
	bytes_putc(out, '\n');
}
