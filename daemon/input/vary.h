/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vary.h - one input of a request, changed without resolving the request again.
 *
 * Memory and the loader's addresses can be changed in a request as they are; a
 * board or a kernel is another request.  The result equals what would be
 * resolved if @request was resolved with some value of the same input: that is
 * what tells a board's own addresses from given ones (request.c).
 */
#ifndef MMSCOPE_VARY_H
#define MMSCOPE_VARY_H

#include "daemon/input/request.h"

/* "memory", "dtb-addr", "image-addr", "initrd": @request owns what it gets.  -ENOENT: no such input; -EINVAL; -ENOMEM. */
int request_vary(struct request *request, const char *name, const char *value, struct mm_error *error);
/* A copy whose memory and loader can be varied; the rest is @request's own, which must outlive it. */
int request_branch(const struct request *request, struct request *ret);
/* Frees what the copy has of its own. */
void request_branch_deinit(struct request *branch);

#endif
