/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.h - the functions that entry.inc and setup_arch.inc name. */
#ifndef MMSCOPE_ARCH_STEPS_H
#define MMSCOPE_ARCH_STEPS_H

#include "arm64/arm64.h"

#endif
