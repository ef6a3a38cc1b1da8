/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ceiling.h - one limit for the bytes that a server holds for others.
 *
 * Whoever is about to hold bytes takes them here first, and gives them back when letting go.
 * What does not fit is not made: nobody can overdraw.  Safe to
 * call from any thread.
 */
#ifndef MMSCOPE_CEILING_H
#define MMSCOPE_CEILING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct ceiling {
	size_t max;			/* set once, before anybody takes bytes */
	_Atomic size_t held, peak;
	_Atomic unsigned long refused;
};

/* NULL stands for no ceiling: everything fits. */
bool ceiling_take(struct ceiling *ceiling, size_t bytes);
void ceiling_give(struct ceiling *ceiling, size_t bytes);

#endif
