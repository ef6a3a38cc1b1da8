/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * summary.h - what boards' trees say of their machines, as members of JSON objects:
 * "banks", "reserved", "cpus", "nodes".
 *
 * A list of boards is asked for with every page, and a folder may hold a
 * thousand trees, or sources that have to be compiled.  So a server remembers
 * what a tree said, under a stamp of the file that it was read from.
 */
#ifndef MMSCOPE_SUMMARY_H
#define MMSCOPE_SUMMARY_H

#include "daemon/base/encode_object.h"

/* A tree that cannot be read has empty lists and no CPUs.  -ENOMEM, or 0. */
int summary_put(struct encode_object *object, const struct bytes *dtb);

struct summaries;

struct summaries *summaries_new(void);
void summaries_free(struct summaries *summaries);

/* The members as they were kept under @stamp: true, and @object has them.  Safe
 * from any thread, as is the next one; @summaries may be NULL. */
bool summaries_find(struct summaries *summaries, const char *stamp, struct encode_object *object);
/* Keep the members of the tree under @stamp and give them to @object. */
int summaries_put(struct summaries *summaries, const char *stamp, const struct bytes *dtb, struct encode_object *object);

#endif
