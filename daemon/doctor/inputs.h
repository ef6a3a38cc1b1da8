/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inputs.h - what two requests have different, one input at a time.
 *
 * Each difference can be carried over alone, so that a boot tells what comes of it.
 */
#ifndef MMSCOPE_INPUTS_H
#define MMSCOPE_INPUTS_H

#include "daemon/input/request.h"

#define INPUTS_MAX 64

struct input_change {
	const char *input;	/* "board", "kernel", "cmdline", "memory", "loader", "image_addr" .. */
	char *name;		/* of a parameter, else "" */
	char *before, *after;	/* "" where there is none */
};

struct input_changes {
	struct input_change change[INPUTS_MAX];
	size_t nr;
	bool failed;		/* no memory */
};

/* @cmdline: what each kernel was given in the end. */
void input_changes_init(struct input_changes *ret, const struct request *const request[2], const char *const cmdline[2]);
void input_changes_deinit(struct input_changes *changes);

/*
 * The first request with that one input of the second.  What is not changed is borrowed; *@cmdline is to be freed.
 */
struct request input_changes_take(const struct input_changes *changes, size_t i, const struct request *const request[2],
				  const char *const cmdline[2], char **ret_cmdline);

/* "the command line's cma=: 64M before, 128M after" */
void input_change_write(const struct input_change *change, struct bytes *out);

#endif
