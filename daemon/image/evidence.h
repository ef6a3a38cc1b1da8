/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - what an image shows that its release number does not tell.
 *
 * Stable kernels and vendors backport changes.  Each row is a yes-or-no question to the
 * image; the history of versions (mmcore/versions/) may let its answer decide a rule.
 */
#ifndef MMSCOPE_IMAGE_EVIDENCE_H
#define MMSCOPE_IMAGE_EVIDENCE_H

#include "daemon/image/profile.h"
#include "daemon/image/symbols.h"

/* Fills profile->evidence; a question that cannot be answered is left out. */
void evidence_read(struct span image, const struct symbols *code, const struct symbols *names, struct profile *profile);

#endif
