// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/known_kernel.h"

int known_kernel_read(const char *json, size_t len, const char *where, const struct mm_kernel *kernel, struct known_kernel *ret,
		      struct mm_error *error)
{
	const struct trust_folders nothing_else = { NULL };	/* an answer is a function of the run alone */
	struct known_kernel known = { 0 };
	int err = decode_whole_card(json, len, where, &known.card, error);

	if (!err)
		err = trust_of(json, len, &known.card, kernel, &nothing_else, &known.trust, error);
	if (err)
		kernel_card_deinit(&known.card);
	else
		*ret = known;
	return err;
}

void known_kernel_deinit(struct known_kernel *known)
{
	kernel_card_deinit(&known->card);
}
