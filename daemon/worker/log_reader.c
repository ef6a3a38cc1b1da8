// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/log_reader.h"

#include "daemon/base/fail.h"
#include "daemon/worker/confined.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A log of 16 MiB of the shortest lines that are compared takes about half of it. */
#define MAX_MEMORY	(1u << 30)
#define MAX_ANSWER	(256u << 20)

/* A text that is not there. */
#define NO_TEXT		UINT32_MAX

/* -------------------------------------------------------------- the worker's side */

struct work {
	const struct bytes *text;
	const char *where;
	bool with_facts;
};

static void put_text(struct bytes *out, const char *text)
{
	uint32_t len = text ? (uint32_t)strlen(text) : NO_TEXT;

	bytes_add(out, &len, sizeof(len));
	if (text)
		bytes_add(out, text, len);
}

static void put_number(struct bytes *out, uint64_t number)
{
	bytes_add(out, &number, sizeof(number));
}

static void put_log(struct bytes *out, const struct dmesg *log)
{
	for (int what = 0; what < DMESG_NR; what++) {
		put_text(out, log->value[what]);
		put_number(out, log->line[what]);
	}
	put_number(out, log->page_bytes);
	put_number(out, log->ram_bytes);
	put_number(out, log->nr_boots);
	put_number(out, log->ends_at);
	put_number(out, log->memblock_debug);
	bytes_add(out, &log->build, sizeof(log->build));
	put_number(out, log->nr_nodes);
	bytes_add(out, log->nodes, log->nr_nodes * sizeof(log->nodes[0]));
	put_number(out, log->nr_reserved);
	if (log->nr_reserved)
		bytes_add(out, log->reserved, log->nr_reserved * sizeof(log->reserved[0]));
	put_text(out, log->uefi.len ? log->uefi.data : NULL);
}

static void put_facts(struct bytes *out, const struct facts *facts)
{
	for (size_t class = 0; class < FACT_NR_LOG_CLASSES; class++) {
		const struct fact_list *list = &facts->of[class];

		put_number(out, list->nr);
		for (size_t i = 0; i < list->nr; i++) {
			put_text(out, list->text[i]);
			put_number(out, list->line[i]);
		}
	}
}

/* With memblock=debug a boot has some ten thousand. */
#define MAX_LINES	300000

/* No boot prints more lines of one kind, and comparing them would take for ever. */
static int check_facts(const struct facts *facts, const char *where, struct mm_error *error)
{
	for (size_t class = 0; class < FACT_NR_LOG_CLASSES; class++)
		if (facts->of[class].nr > MAX_LINES)
			return fail(error, -EBADMSG, where, "holds more than %d lines of %s: that is not a boot", MAX_LINES,
				    fact_class_name((enum fact_class)class));
	return facts->failed ? fail(error, -ENOMEM, where, "no memory to read it") : 0;
}

static int work(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	const struct work *w = input;
	struct facts facts = { .failed = false };
	struct dmesg log = { 0 };
	int err = dmesg_read(bytes_text(w->text), w->text->len, w->where, &log, error);

	(void)voice;
	if (err)
		return err;
	if (w->with_facts)
		facts_of_log(bytes_text(&log.text), log.text.len, &facts);
	err = check_facts(&facts, w->where, error);
	if (err)
		return err;
	put_log(out, &log);
	put_facts(out, &facts);
	return 0;
}

/* -------------------------------------------------------------- the caller's side */

/* This may come from a process that was taken over, so all of it is checked. */
struct answer {
	const char *at, *end;
	bool broken;
};

static void take(struct answer *a, void *to, size_t len)
{
	if (a->broken || (size_t)(a->end - a->at) < len) {
		a->broken = true;
		if (len)
			memset(to, 0, len);
		return;
	}
	if (len)
		memcpy(to, a->at, len);
	a->at += len;
}

static uint64_t take_number(struct answer *a)
{
	uint64_t number;

	take(a, &number, sizeof(number));
	return number;
}

/* The number of items of @size that follow, at most as many as there are bytes for. */
static size_t take_count(struct answer *a, size_t size)
{
	uint64_t nr = take_number(a);

	if (nr > (size_t)(a->end - a->at) / size)
		a->broken = true;
	return a->broken ? 0 : (size_t)nr;
}

/* The caller frees it; NULL if there is no text, or if the message is broken. */
static char *take_text(struct answer *a)
{
	uint32_t len;
	char *text;

	take(a, &len, sizeof(len));
	if (a->broken || len == NO_TEXT)
		return NULL;
	text = len <= (size_t)(a->end - a->at) ? malloc((size_t)len + 1) : NULL;
	if (!text) {
		a->broken = true;
		return NULL;
	}
	take(a, text, len);
	text[len] = '\0';
	return text;
}

static void take_nodes(struct answer *a, struct dmesg *log)
{
	size_t nr = take_count(a, sizeof(log->nodes[0]));

	if (nr > DMESG_MAX_NODES) {
		a->broken = true;
		return;
	}
	take(a, log->nodes, nr * sizeof(log->nodes[0]));
	for (size_t i = 0; i < nr; i++)
		log->nodes[i].name[sizeof(log->nodes[i].name) - 1] = '\0';
	log->nr_nodes = nr;
}

static void take_reserved(struct answer *a, struct dmesg *log)
{
	size_t nr = take_count(a, sizeof(log->reserved[0]));

	log->reserved = nr ? malloc(nr * sizeof(log->reserved[0])) : NULL;
	if (nr && !log->reserved) {
		a->broken = true;
		return;
	}
	take(a, log->reserved, nr * sizeof(log->reserved[0]));
	log->nr_reserved = nr;
}

/* Any bytes will do: these are booleans and numbers. */
static void take_build(struct answer *a, struct dmesg_build *build)
{
	struct dmesg_build raw;

	take(a, &raw, sizeof(raw));
	*build = (struct dmesg_build){ .complete = *(unsigned char *)&raw.complete, .numa = *(unsigned char *)&raw.numa,
				       .shows_debug = *(unsigned char *)&raw.shows_debug,
				       .has_cma_mbytes = *(unsigned char *)&raw.has_cma_mbytes, .cma_mbytes = raw.cma_mbytes,
				       .all_pages_ready = *(unsigned char *)&raw.all_pages_ready,
				       .percpu_static = raw.percpu_static, .alloc_init = raw.alloc_init,
				       .stack_init = raw.stack_init, .zone_device = raw.zone_device };
	for (size_t i = 0; i < DMESG_NR_PARTS; i++)
		build->image_kbytes[i] = raw.image_kbytes[i];
}

static void take_log(struct answer *a, struct dmesg *log)
{
	char *uefi;

	for (int what = 0; what < DMESG_NR; what++) {
		log->value[what] = take_text(a);
		log->line[what] = (size_t)take_number(a);
	}
	log->page_bytes = take_number(a);
	log->ram_bytes = take_number(a);
	log->nr_boots = (size_t)take_number(a);
	log->ends_at = (size_t)take_number(a);
	log->memblock_debug = take_number(a) != 0;
	take_build(a, &log->build);
	take_nodes(a, log);
	take_reserved(a, log);
	uefi = take_text(a);
	if (uefi)
		bytes_puts(&log->uefi, uefi);
	a->broken |= log->uefi.failed;
	free(uefi);
}

static void take_facts(struct answer *a, struct facts *facts)
{
	for (size_t class = 0; class < FACT_NR_LOG_CLASSES; class++) {
		size_t nr = take_count(a, sizeof(uint32_t) + sizeof(uint64_t));

		for (size_t i = 0; i < nr && !a->broken; i++) {
			char *text = take_text(a);
			size_t line = (size_t)take_number(a);

			if (text)
				facts_add(facts, (enum fact_class)class, text, line);
			free(text);
		}
	}
}

int log_reader_run(const struct bytes *text, const char *where, struct dmesg *log, struct facts *facts, struct mm_error *error)
{
	const struct work input = { text, where, facts };
	const struct confined how = {
		.title = "mmscope-log", .what = where,
		.limits = { .memory = MAX_MEMORY + text->len, .cpu_seconds = LOG_READER_MAX_SECONDS },
		.max_answer = MAX_ANSWER, .work = work, .input = &input,
	};
	struct bytes out = { 0 };
	int err = confined_call(&how, &out, error);
	struct answer answer = { bytes_text(&out), bytes_text(&out) + out.len, false };

	if (!err) {
		take_log(&answer, log);
		if (facts)
			take_facts(&answer, facts);
		if (answer.broken || (facts && facts->failed))
			err = fail(error, -EIO, where, "the answer of the process that read it cannot be understood, or there is no memory for it");
	}
	bytes_deinit(&out);
	return err;
}
