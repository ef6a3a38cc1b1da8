/* SPDX-License-Identifier: GPL-2.0-or-later */
/* percpu.h - the first chunk of per-CPU areas (being written). */
#ifndef MMSCOPE_PERCPU_H
#define MMSCOPE_PERCPU_H
#include "memblock.h"
struct percpu { phys_addr_t base, unit_size; size_t nr_groups; };
#endif
