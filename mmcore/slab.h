/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slab.h - the slab allocators (being written). */
#ifndef MMSCOPE_SLAB_H
#define MMSCOPE_SLAB_H
#include "buddy.h"
struct slab { struct trace *trace; };
#endif
