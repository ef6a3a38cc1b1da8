/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jhash.h - Bob Jenkins' hash of 32-bit words (lookup3, hashword), which recordings use to sum up their lists. */
#ifndef MMSCOPE_JHASH_H
#define MMSCOPE_JHASH_H

#include <stddef.h>
#include <stdint.h>

uint32_t jhash2(const uint32_t *words, size_t nr, uint32_t seed);

#endif
