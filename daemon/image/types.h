/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - sizes, member offsets and enumerators, from BTF or DWARF.
 *
 * Which ones the profile holds is one list, types.c; the two readers answer
 * questions about names.
 */
#ifndef MMSCOPE_IMAGE_TYPES_H
#define MMSCOPE_IMAGE_TYPES_H

#include "daemon/image/profile.h"
#include "mmcore/mm.h"

/* Struct names that the profile asks for, ended by NULL: readers keep only these. */
extern const char *const types_structs[];
extern const char *const types_enums[];

struct type_source {
	void *ctx;
	/* sizeof(struct @name), and the offset of @member in bytes (it may be in an unnamed part); false: unknown. */
	bool (*size)(void *ctx, const char *name, uint64_t *ret);
	bool (*offset)(void *ctx, const char *name, const char *member, uint64_t *ret);
	/* The number of elements of @member, an array. */
	bool (*elements)(void *ctx, const char *name, const char *member, uint64_t *ret);
	/* Adds all enumerators of enum @name to the profile; false: there is no such enum. */
	bool (*enumerators)(void *ctx, const char *name, struct profile *profile, struct fact_section *section);
	/* The value of an enumerator, whichever enum it belongs to. */
	bool (*value)(void *ctx, const char *enumerator, int64_t *ret);
};

/* Adds to the profile everything on the list that @source knows; returns the number of structs. */
size_t types_read(const struct type_source *source, struct profile *profile);

/* The .BTF section of an Image, found by its magic number; empty if there is none. */
struct span btf_find(struct span image, int64_t start);
/* -EBADMSG: it is inconsistent, and @error says at which byte. */
int btf_open(struct span btf, struct pool *pool, struct type_source *ret, struct mm_error *error);
/* The debugging information of an ELF vmlinux; -ENOENT if it has none. */
int dwarf_read(struct span elf, struct profile *profile, struct mm_error *error);

#endif
