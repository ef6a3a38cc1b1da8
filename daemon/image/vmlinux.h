/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmlinux.h - an ELF kernel: its sections and symbols.  libelf checks what it reads against the file's end. */
#ifndef MMSCOPE_IMAGE_VMLINUX_H
#define MMSCOPE_IMAGE_VMLINUX_H

#include "daemon/image/symbols.h"

/* A section's bytes as they are in the file; empty if there is none. */
struct span vmlinux_section(struct span file, const char *name);
/* From .symtab; -ENOENT if it was stripped. */
int vmlinux_symbols(struct span file, struct pool *pool, struct symbols *ret, struct mm_error *error);

#endif
