/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - a request, executed. */
#ifndef MMSCOPE_RUN_H
#define MMSCOPE_RUN_H

#include "daemon/input/request.h"

struct catalogue;
struct known_kernel;
struct moments;

/* @request is borrowed. */
struct run {
	const struct request *request;
	struct mm_kernel *kernel;
	struct mm *mm;
	bool kernel_is_borrowed;
	const struct catalogue *catalogue;	/* of texts, where whoever executes many runs has read it; borrowed, or NULL */
	const struct known_kernel *known;	/* of its kernel, likewise */
	struct moments *moments;		/* where many states of it are asked for; goes with the run, or NULL */
};

/* This is the one call that reads a DTB: hostile ones belong into a process of
 * their own.  On failure *@ret is untouched. */
int run_boot(const struct request *request, struct run *ret, struct mm_error *error);
/* The same with a finished kernel of the request's profile, which must outlive *@ret. */
int run_boot_kernel(const struct request *request, struct mm_kernel *kernel, struct run *ret, struct mm_error *error);
void run_deinit(struct run *run);

#endif
