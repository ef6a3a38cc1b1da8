/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_list.h - kernels wherever they are: built in, in --boards, or uploaded.
 */
#ifndef MMSCOPE_KERNEL_LIST_H
#define MMSCOPE_KERNEL_LIST_H

#include "daemon/input/shelf.h"
#include "daemon/input/trust.h"

/* Each may be NULL. */
struct kernel_source {
	const char *boards_dir;
	const char *kernels_dir;	/* what a server keeps, read without one */
	struct shelf *shelf;		/* of a server; it wins over kernels_dir */
	struct last_good *last_good;	/* of a server */
};

/* Appends the profile that @name means.  -ENOENT says what there is. */
int kernel_profile(const struct kernel_source *source, const char *name, struct bytes *json, struct mm_error *error);
/* The same, ready to boot; mm_kernel_free() it. */
int kernel_load(const struct kernel_source *source, const char *name, struct mm_kernel **ret, struct mm_error *error);
/* Those of the library by version, then those uploaded, the newest first. */
void kernel_names(const struct kernel_source *source, struct name_list *ret);
struct trust_folders kernel_folders(const struct kernel_source *source);

/* {"kernels":[{"name","version","description","build","handed_in","conformance","trust"},..]} and a newline;
 * one that cannot be read any more is left out. */
int kernel_list_json(const struct kernel_source *source, struct bytes *out, struct mm_error *error);

#endif
