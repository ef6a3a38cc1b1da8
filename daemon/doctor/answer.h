/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.h - what the doctor says over HTTP: the JSON of one boot's check, or of two boots' difference. */
#ifndef MMSCOPE_DOCTOR_ANSWER_H
#define MMSCOPE_DOCTOR_ANSWER_H

#include "daemon/answers/run.h"
#include "daemon/base/bytes.h"

/* Findings with causes, and fixes that were tried, in language @lang; NULL: English.  -ENOENT: no such language; -ENOMEM. */
int doctor_check(const struct run *run, const char *lang, struct bytes *out, struct mm_error *error);
/* From @a to @b, as rundiff.h has it; otherwise likewise. */
int doctor_diff(const struct run *a, const struct run *b, const char *lang, struct bytes *out, struct mm_error *error);
/* Which inputs would change the ledger, as knobs.h has it; otherwise likewise. */
int doctor_knobs(const struct run *run, const char *lang, struct bytes *out, struct mm_error *error);

#endif
