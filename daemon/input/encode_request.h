/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode_request.h - a request as the JSON that its id is the hash of.
 *
 * With decode.c the only file that knows Jansson: sorted keys and one spelling
 * of each number are what make equal requests equal bytes.
 */
#ifndef MMSCOPE_ENCODE_REQUEST_H
#define MMSCOPE_ENCODE_REQUEST_H

#include "daemon/input/request.h"

/* "SIZE@ADDRESS,...", as --memory takes it. */
void encode_banks(struct bytes *out, const struct request *request);
/* "0x5000000,0x300000,..": as --memreserve reads it. */
void encode_memreserve(struct bytes *out, const struct request *request);

/* -EINVAL if a text is not UTF-8, -ENOMEM. */
int encode_request(struct bytes *out, const struct request *request);

#endif
