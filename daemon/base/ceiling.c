// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/ceiling.h"

static void note_peak(struct ceiling *ceiling, size_t held)
{
	size_t peak = ceiling->peak;

	while (peak < held && !atomic_compare_exchange_weak(&ceiling->peak, &peak, held))
		;
}

bool ceiling_take(struct ceiling *ceiling, size_t bytes)
{
	size_t held;

	if (!ceiling)
		return true;
	held = ceiling->held;
	do {
		if (bytes > ceiling->max || held > ceiling->max - bytes)
			return false;
	} while (!atomic_compare_exchange_weak(&ceiling->held, &held, held + bytes));
	note_peak(ceiling, held + bytes);
	return true;
}

void ceiling_give(struct ceiling *ceiling, size_t bytes)
{
	if (ceiling)
		ceiling->held -= bytes;
}
