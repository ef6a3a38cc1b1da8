/* SPDX-License-Identifier: GPL-2.0-or-later */
/* of_address.h - addresses of buses that the tree describes, as drivers/of/address.c translates them. */
#ifndef MMSCOPE_OF_ADDRESS_H
#define MMSCOPE_OF_ADDRESS_H

#include "fdt.h"

/*
 * of_dma_get_max_cpu_address() (5.10 to 7.3): the last byte that every available bus
 * with dma-ranges reaches; PHYS_ADDR_MAX: no bus has a limit.  A bus whose ranges are
 * all empty reaches 0.
 */
phys_addr_t of_dma_get_max_cpu_address(const struct fdt *fdt);

#endif
