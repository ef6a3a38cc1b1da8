/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crashkernel.h - what the architectures' own forms of reserve_crashkernel() share: the parameter and what is said of it. */
#ifndef MMSCOPE_STEPS_CRASHKERNEL_H
#define MMSCOPE_STEPS_CRASHKERNEL_H

#include "steps.h"

#define CRASH_DEFAULT_LOW_BYTES	MIB(128)	/* DEFAULT_CRASH_KERNEL_LOW_SIZE */

struct crashkernel {
	phys_addr_t size, base, low_size;
	bool high;
};

/* get_last_crashkernel(): what stands behind the last "crashkernel=" whose word ends with @suffix; NULL: with no known one. */
const char *crashkernel_value(const struct mm *mm, const char *suffix);
/* __parse_crashkernel() of a value without suffix: 0, or -EINVAL after the kernel's message. */
int crashkernel_parse(struct mm *mm, const char *s, struct crashkernel *c);
/* crashkernel=size,high and perhaps crashkernel=size,low; -ENOENT: there is none. */
int crashkernel_parse_high(struct mm *mm, struct crashkernel *c, phys_addr_t default_low);
/* Memory of the last that fits in [start, end), or 0. */
phys_addr_t crashkernel_take(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end, const char *site, const char *part);
/* reserve_crashkernel_generic(); ,high is looked for from @high_base on. */
void crashkernel_reserve_generic(struct mm *mm, struct crashkernel *c, phys_addr_t high_base);
/* reserve_crashkernel_low(): false after the kernel's message. */
bool crashkernel_take_low(struct mm *mm, phys_addr_t size);
void crashkernel_cannot_allocate(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end);
/*
 * crashkernel= led to nothing since event @seen: unless that was told or asked
 * for, a problem says why.  @knows_high: the release has ,high and ,low.
 */
void crashkernel_explain_nothing(struct mm *mm, const struct crashkernel *c, size_t seen, bool knows_high);
/* Does the build reserve memory for a crash kernel at all?  If not, crashkernel= is a problem. */
bool crashkernel_is_built_in(struct mm *mm, const char *option);
void crashkernel_reserved(struct mm *mm, phys_addr_t base, phys_addr_t size);

#endif
