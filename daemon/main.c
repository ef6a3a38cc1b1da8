/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "mmcore/mm.h"

int main(void)
{
	printf("mmscope %s\n", mm_version());
	return 0;
}
