// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/decode_value.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

/* Stands in front of each of Jansson's allocations.  @link: what points to it in the list of the text that is being
 * read, or was last. */
struct block {
	struct block *next, **link;
	_Alignas(max_align_t) char data[];
};

/* A text that is being read. */
struct reading {
	jmp_buf out;
	struct block *first;
};

/* Jansson's allocator takes no argument that could carry this; a thread reads one text at a time. */
static _Thread_local struct reading *reading;
static _Thread_local unsigned long shortages;

static void enlist(struct block *block, struct block **list)
{
	block->next = *list;
	block->link = list;
	if (block->next)
		block->next->link = &block->next;
	*list = block;
}

static void *take(size_t size)
{
	struct block *block = size < SIZE_MAX - sizeof(*block) ? malloc(sizeof(*block) + size) : NULL;

	if (!block) {
		shortages++;
		if (reading)
			longjmp(reading->out, 1);
		return NULL;
	}
	block->next = NULL;
	block->link = NULL;
	if (reading)
		enlist(block, &reading->first);
	return block->data;
}

static void give(void *data)
{
	struct block *block;

	if (!data)
		return;
	block = (struct block *)((char *)data - offsetof(struct block, data));
	if (block->link)
		*block->link = block->next;
	if (block->next)
		block->next->link = block->link;
	free(block);
}

/* Before the first value is made: those made by another allocator could not be freed by this one. */
__attribute__((constructor)) static void use_ours(void)
{
	json_set_alloc_funcs(take, give);
}

static void give_all(struct block *block)
{
	struct block *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
}

json_t *decode_load(const void *text, size_t len, size_t flags, json_error_t *problem)
{
	struct reading here = { .first = NULL };
	json_t *volatile root = NULL;

	reading = &here;
	if (setjmp(here.out)) {
		reading = NULL;
		give_all(here.first);
		errno = ENOMEM;
		return NULL;
	}
	errno = 0;
	root = json_loadb(text, len, flags, problem);
	reading = NULL;
	/* From now on they are freed like any others. */
	if (here.first)
		here.first->link = NULL;
	if (!root && errno == ENOMEM)
		errno = EINVAL;
	return root;
}

static int add(const char *text, size_t len, void *out)
{
	bytes_add(out, text, len);
	return 0;
}

int decode_dump(const json_t *value, size_t flags, struct bytes *out)
{
	return value && !json_dump_callback(value, add, out, flags) && !out->failed ? 0 : -ENOMEM;
}

unsigned long decode_shortages(void)
{
	return shortages;
}
