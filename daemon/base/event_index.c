// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/event_index.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t count_lines(const struct bytes *text)
{
	const char *p = text->data, *end = p + text->len;
	size_t nr = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		nr++;
		p++;
	}
	return nr;
}

/* Every record begins {"seq":N, or {"phase":N, */
static bool read_seq(const char *line, const char *end, uint64_t *seq)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	bool any = false;

	*seq = 0;
	if (!colon || colon - line < 4 || memcmp(line, "{\"", 2) || colon[-1] != '"')
		return false;
	for (line = colon + 1; line < end && *line >= '0' && *line <= '9'; line++, any = true)
		*seq = *seq * 10 + (uint64_t)(*line - '0');
	return any && line < end && *line == ',';
}

/* The first "kind" of a line is the event's own: only numbers and a step's name come before it. */
static bool is_step(const char *line, const char *end)
{
	static const char kind[] = "\"kind\":\"";
	const char *p = memmem(line, (size_t)(end - line), kind, sizeof(kind) - 1);

	if (!p)
		return false;
	p += sizeof(kind) - 1;
	return (size_t)(end - p) >= 5 && !memcmp(p, "step\"", 5);
}

static int scan(struct event_index *index, const struct bytes *text, struct mm_error *error)
{
	const char *line = text->data, *end = line + text->len, *next;
	uint64_t seq = 0;
	uint32_t steps = 0;

	for (size_t i = 0; i < index->nr; i++, line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!read_seq(line, next, &seq))
			return fail(error, -EBADMSG, "events", "line %zu is not a record", i + 1);
		if (i && seq <= index->seq[i - 1])
			return fail(error, -EBADMSG, "events", "record %zu is out of order", i);
		index->seq[i] = seq;
		steps += is_step(line, next);
		index->start[i] = (size_t)(line - text->data);
		index->step[i] = steps;
	}
	index->start[index->nr] = (size_t)(line - text->data);
	index->seq[index->nr] = seq + 1;
	return 0;
}

int event_index_build(struct event_index *index, const struct bytes *ndjson, struct mm_error *error)
{
	int err;

	*index = (struct event_index){ .nr = ndjson->len ? count_lines(ndjson) : 0 };
	index->start = calloc(index->nr + 1, sizeof(*index->start));
	index->seq = calloc(index->nr + 1, sizeof(*index->seq));
	index->step = calloc(index->nr + 1, sizeof(*index->step));
	if (!index->start || !index->seq || !index->step)
		err = fail(error, -ENOMEM, "events", "no memory for an index of %zu events", index->nr);
	else if (ndjson->len && ndjson->data[ndjson->len - 1] != '\n')
		err = fail(error, -EBADMSG, "events", "the last line is cut off");
	else
		err = index->nr ? scan(index, ndjson, error) : 0;
	if (err)
		event_index_deinit(index);
	return err;
}

void event_index_deinit(struct event_index *index)
{
	free(index->start);
	free(index->seq);
	free(index->step);
	*index = (struct event_index){ 0 };
}

size_t event_index_cost(const struct event_index *index)
{
	return index->nr * (sizeof(*index->start) + sizeof(*index->seq) + sizeof(*index->step));
}

size_t event_index_find(const struct event_index *index, uint64_t seq)
{
	size_t first = 0, end = index->nr;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (index->seq[middle] < seq)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}
