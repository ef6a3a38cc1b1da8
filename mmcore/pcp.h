/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcp.h - per-CPU page lists (being written). */
#ifndef MMSCOPE_PCP_H
#define MMSCOPE_PCP_H
#include "node.h"
#endif
