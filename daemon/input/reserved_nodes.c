// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/reserved_nodes.h"

#include "daemon/base/fail.h"
#include "daemon/base/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reserved_nodes {
	struct mm_reserved node[RESERVED_MAX_NODES];
	char name[RESERVED_MAX_NODES][RESERVED_MAX_NAME];
	size_t nr;
};

static const struct {
	const char *word;
	size_t at;		/* of a bool in struct mm_reserved */
} words[] = {
	{ "no-map", offsetof(struct mm_reserved, no_map) }, { "reusable", offsetof(struct mm_reserved, reusable) },
	{ "pool", offsetof(struct mm_reserved, pool) }, { "cma-default", offsetof(struct mm_reserved, cma_default) },
	{ "moves", offsetof(struct mm_reserved, moves) },
};

static bool *flag_of(const struct mm_reserved *node, size_t word)
{
	return (bool *)((char *)node + words[word].at);
}

bool reserved_node_name_ok(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !memchr(",._+-@", name[i], 6))
			return false;
	return len && len < RESERVED_MAX_NAME;
}

/* What follows the word, or NULL. */
static const char *read_word(const char *p, struct mm_reserved *node)
{
	size_t len = strcspn(p, ",;");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != len || memcmp(p, words[i].word, len) != 0)
			continue;
		*flag_of(node, i) = true;
		return p + len;
	}
	return NULL;
}

/* What follows the entry, or NULL. */
static const char *read_node(const char *p, char name[RESERVED_MAX_NAME], struct mm_reserved *node)
{
	size_t len = strcspn(p, "=;");

	if (p[len] != '=' || !reserved_node_name_ok(p, len))
		return NULL;
	memcpy(name, p, len);
	name[len] = '\0';
	node->name = name;
	p = number_scan(p + len + 1, &node->base);
	p = p && *p == ',' ? number_scan(p + 1, &node->size) : NULL;
	while (p && *p == ',')
		p = read_word(p + 1, node);
	return p && (!*p || *p == ';') ? p : NULL;
}

static int read_nodes(const char *text, struct reserved_nodes *nodes, struct mm_error *error)
{
	for (const char *p = text, *next; *p; p = *next ? next + 1 : next) {
		struct mm_reserved *node = &nodes->node[nodes->nr];

		if (nodes->nr == RESERVED_MAX_NODES)
			return fail(error, -EINVAL, "reserved", "has more than %d nodes", RESERVED_MAX_NODES);
		next = read_node(p, nodes->name[nodes->nr], node);
		if (!next)
			return fail(error, -EINVAL, "reserved", "'%.80s' is not NODE=ADDRESS,SIZE[,no-map][,reusable][,pool][,cma-default][,moves]",
				    p);
		if (node->size && node->size - 1 > UINT64_MAX - node->base)
			return fail(error, -EINVAL, "reserved", "'%.80s' ends beyond the last address", p);
		for (size_t i = 0; i < nodes->nr; i++)
			if (!strcmp(nodes->name[i], node->name))
				return fail(error, -EINVAL, "reserved", "names %.80s twice: a node has one place", node->name);
		nodes->nr++;
	}
	return 0;
}

int reserved_nodes_read(const char *text, struct reserved_nodes **ret, struct mm_error *error)
{
	struct reserved_nodes *nodes = calloc(1, sizeof(*nodes));
	int err = nodes ? read_nodes(text, nodes, error) : fail(error, -ENOMEM, "reserved", "no memory");

	if (err)
		free(nodes);
	else
		*ret = nodes;
	return err;
}

void reserved_nodes_free(struct reserved_nodes *nodes)
{
	free(nodes);
}

const struct mm_reserved *reserved_nodes_view(const struct reserved_nodes *nodes, size_t *nr)
{
	*nr = nodes ? nodes->nr : 0;
	return nodes ? nodes->node : NULL;
}

void reserved_node_write(struct bytes *out, const struct mm_reserved *node)
{
	bytes_printf(out, "%s%s=0x%llx,0x%llx", out->len ? ";" : "", node->name, (unsigned long long)node->base,
		     (unsigned long long)node->size);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (*flag_of(node, i))
			bytes_printf(out, ",%s", words[i].word);
}
