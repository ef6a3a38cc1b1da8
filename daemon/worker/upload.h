/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upload.h - the files of a POST that hands in a kernel, as views of its body. */
#ifndef MMSCOPE_UPLOAD_H
#define MMSCOPE_UPLOAD_H

#include "daemon/image/derive.h"

/*
 * @packed is the Content-Type, a NUL, and the body: the kernel alone (application/octet-stream), or
 * multipart/form-data with the parts image, config, map and log.  -EBADMSG: it is neither, or has no image.
 */
int upload_read(struct span packed, struct derive_input *ret, struct mm_error *error);

#endif
