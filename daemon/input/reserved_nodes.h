/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reserved_nodes.h - nodes of /reserved-memory as a text.
 *
 *	NODE=ADDRESS,SIZE[,WORD]...[;NODE=...]...
 *
 * NODE has its unit address, as in the tree.  WORDs: no-map, reusable, pool (compatible with shared-dma-pool), cma-default
 * (linux,cma-default), moves (the node has size in place of reg, and was placed at ADDRESS).  SIZE may be 0: loaders leave nodes
 * like that if they do not fill them in.
 */
#ifndef MMSCOPE_RESERVED_NODES_H
#define MMSCOPE_RESERVED_NODES_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

#define RESERVED_MAX_NODES	256
#define RESERVED_MAX_NAME	64	/* with its NUL */

struct reserved_nodes;

/* -EINVAL names "reserved" and what of it cannot be; -ENOMEM. */
int reserved_nodes_read(const char *text, struct reserved_nodes **ret, struct mm_error *error);
void reserved_nodes_free(struct reserved_nodes *nodes);
/* These live as long as @nodes, which may be NULL. */
const struct mm_reserved *reserved_nodes_view(const struct reserved_nodes *nodes, size_t *nr);

/* Can a node be called so?  Letters, digits and ",._+-@". */
bool reserved_node_name_ok(const char *name, size_t len);
/* One more entry at the end of a text. */
void reserved_node_write(struct bytes *out, const struct mm_reserved *node);

#endif
