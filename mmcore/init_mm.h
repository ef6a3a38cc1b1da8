/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init_mm.h - the kernel's own struct mm_struct, as a card that changes.
 *
 * init_mm describes the address space that all kernel threads borrow: it has
 * page tables but no VMAs.  Most members keep their static value (mm/init-mm.c);
 * setup_arch() notes where the image lies, and up to 6.7 paging_init() moves
 * pgd from the boot page tables to the real ones.  Members come and go with
 * versions and configurations; the table "init_mm" has those of this build.
 */
#ifndef MMSCOPE_INIT_MM_H
#define MMSCOPE_INIT_MM_H

#include "kernel.h"
#include "trace.h"

/* All members with their static values, and init_task's two pointers; @text_va is _text's address. */
void init_mm_static(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va);
/* One member gets a new value, as part of the newest event; its note stays. */
void init_mm_set(struct trace *trace, const char *member, const char *value);
/* "swapper_pg_dir", with its address if the profile has it. */
const char *init_mm_symbol(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va, const char *name);

#endif
