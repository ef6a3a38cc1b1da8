/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm.h"

const char *mm_version(void)
{
	return PACKAGE_VERSION;
}
