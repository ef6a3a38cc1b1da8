/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buddy.h - the page allocator (being written). */
#ifndef MMSCOPE_BUDDY_H
#define MMSCOPE_BUDDY_H
#include "node.h"
struct buddy { struct trace *trace; };
#endif
