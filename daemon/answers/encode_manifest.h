/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encode_manifest.h - what a run is made of and what came of it. */
#ifndef MMSCOPE_ENCODE_MANIFEST_H
#define MMSCOPE_ENCODE_MANIFEST_H

#include "daemon/answers/run.h"
#include "daemon/base/encode_object.h"
#include "daemon/input/trust.h"

/* @card: the whole one of the run's profile, @trust: what it deserves; @end: the tables when the boot has ended. */
void encode_manifest(struct bytes *out, const struct run *run, const struct kernel_card *card,
		     const struct trust *trust, const struct mm_state *end);
/* Parts of it: "inputs", without "ops" unless @with_ops, "totals", "links", and "steps", of which those that were over
 * before event @since are left out. */
void encode_inputs(struct encode_object *manifest, const struct run *run, bool with_ops);
void encode_totals(struct encode_object *manifest, const struct mm *mm, const struct mm_state *end);
void encode_steps(struct encode_object *manifest, const struct mm *mm, size_t since);
void encode_links(struct encode_object *manifest, const char *id);

#endif
