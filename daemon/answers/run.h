/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h - a request, executed. */
#ifndef MMSCOPE_RUN_H
#define MMSCOPE_RUN_H

#include "daemon/input/request.h"

struct catalogue;
struct known_kernel;
struct moments;
struct sums;

/* @request is borrowed. */
struct run {
	const struct request *request;
	struct mm_kernel *kernel;
	struct mm *mm;
	bool kernel_is_borrowed;
	const struct catalogue *catalogue;	/* of texts, where whoever executes many runs has read it; borrowed, or NULL */
	const struct known_kernel *known;	/* of its kernel, likewise */
	struct moments *moments;		/* where many states of it are asked for; goes with the run, or NULL */
	struct sums *sums;		/* of its calls, once somebody has asked; borrowed, or NULL */
};

/* This is the one call that reads a DTB: hostile ones belong into a process of
 * their own.  On failure *@ret is untouched. */
int run_boot(const struct request *request, struct run *ret, struct mm_error *error);
/* The same with a finished kernel of the request's profile, which must outlive *@ret. */
int run_boot_kernel(const struct request *request, struct mm_kernel *kernel, struct run *ret, struct mm_error *error);
/*
 * A run becomes that of @request, if this is of the same machine and its operations go on where the run's end (mm_go_on()).
 * On failure, also for want of memory, @run is to be given up and @request to be booted, which says what is wrong with it.
 */
bool run_go_on(struct run *run, const struct request *request);
void run_deinit(struct run *run);

#endif
