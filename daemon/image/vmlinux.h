/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmlinux.h - an ELF kernel: its sections and symbols.  libelf checks what it reads against the file's end. */
#ifndef MMSCOPE_IMAGE_VMLINUX_H
#define MMSCOPE_IMAGE_VMLINUX_H

#include "daemon/image/symbols.h"

/* A section's bytes as they are in the file; empty if there is none. */
struct span vmlinux_section(struct span file, const char *name);
/* Reads .symtab into *@ret; -ENOENT: the file was stripped. */
int vmlinux_symbols(struct span file, struct pool *pool, struct symbols *ret, struct mm_error *error);

/*
 * Of a vmlinux that is too large to be held: how many bytes from its first on hold what is loaded, from the beginning that @head has;
 * 0: it is no ELF file, or @head is too short.  What follows are the sections for debuggers, .symtab and the table of sections.
 */
uint64_t vmlinux_loaded(struct span head);
/* The file is cut after these: its header names no table of sections any more. */
void vmlinux_cut(uint8_t *file);

#endif
