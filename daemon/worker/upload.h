/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upload.h - the files of a POST, as views of its body. */
#ifndef MMSCOPE_UPLOAD_H
#define MMSCOPE_UPLOAD_H

#include "daemon/image/span.h"

struct mm_error;

/* The files of a form by the names of their parts; a missing one is empty. */
struct upload {
	struct span image, config, map, log, tree;
	struct span whole;	/* the body, if it is no form */
};

/* @packed is the Content-Type, a NUL, and the body.  -EBADMSG: it is empty, or claims to be a form and is none. */
int upload_read(struct span packed, struct upload *ret, struct mm_error *error);

/* -EBADMSG, with a sentence. */
int upload_missing(const char *part, struct mm_error *error);

#endif
