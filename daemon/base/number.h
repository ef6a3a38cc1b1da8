/* SPDX-License-Identifier: GPL-2.0-or-later */
/* number.h - addresses, sizes and memory lists as people write them. */
#ifndef MMSCOPE_NUMBER_H
#define MMSCOPE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* "0x40000000", "1G", "512M", "1073741824": the whole text, or false.
 * K M G T P E multiply, as the kernel's memparse() has them. */
bool number_parse(const char *text, uint64_t *ret);
/* The same for the start of a text: what follows it, or NULL. */
const char *number_scan(const char *text, uint64_t *ret);

#endif
