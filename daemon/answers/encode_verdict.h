/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encode_verdict.h - what a recorded boot and its prediction have in common, as JSON. */
#ifndef MMSCOPE_ENCODE_VERDICT_H
#define MMSCOPE_ENCODE_VERDICT_H

#include "daemon/answers/verify.h"
#include "daemon/base/encode_object.h"

/* {"matched":..,"total":..} */
void encode_count(struct bytes *out, size_t matched, size_t total);

/* "seq", "step", "fn" and "why" of an event of the prediction. */
void encode_reason(struct encode_object *parent, const struct verdict *v, size_t seq);

/* "kernel", "matched", "total", "classes" and "differences". */
void encode_score(struct encode_object *parent, const struct verdict *v);

/* The score as a member that has the verdict's name. */
void encode_verdict(struct encode_object *parent, const struct verdict *v);

#endif
