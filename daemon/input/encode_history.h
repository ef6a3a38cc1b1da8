/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encode_history.h - what changed between two kernels, as JSON and as text. */
#ifndef MMSCOPE_ENCODE_HISTORY_H
#define MMSCOPE_ENCODE_HISTORY_H

#include "daemon/base/bytes.h"
#include "daemon/texts/decode_sentences.h"
#include "mmcore/mm.h"

/*
 * What @kernel has that @against has not; @against NULL: that the first release of the history had not.
 * {"kernel","version","against","begins","ends","changes":[{"kind","subject","was","is","release","stable","what"},..]}
 */
int encode_history_json(const struct mm_kernel *kernel, const struct mm_kernel *against, const struct sentences *sentences,
			struct bytes *out);
/* A change a line, the steps' callers and the rules' values before and after; both in the language of @sentences. */
int encode_history_text(const struct mm_kernel *kernel, const struct mm_kernel *against, const struct sentences *sentences,
			struct bytes *out);

#endif
