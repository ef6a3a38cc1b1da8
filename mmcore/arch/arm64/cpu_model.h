/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu_model.h - the few facts of an arm64 CPU that decide memory initialisation. */
#ifndef MMSCOPE_CPU_MODEL_H
#define MMSCOPE_CPU_MODEL_H

#include "../../types.h"

/* As the ID registers report them. */
struct cpu_model {
	const char *name;	/* QEMU's -cpu name */
	unsigned pa_bits;	/* ID_AA64MMFR0_EL1.PARange */
	bool lva;		/* 52-bit VA with 64K pages; with LPA2 also 4K and 16K */
	bool lpa2_4k, lpa2_16k;
	bool bbml2_noabort;
	unsigned cwg_bytes;	/* 4 << CTR_EL0.CWG; 0: not reported */
};

/* NULL if the name is unknown.  Behind a comma may stand what QEMU wants to know of it. */
const struct cpu_model *cpu_model_find(const char *name);
const char *cpu_model_names(void);

#endif
