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
	/* sizeof(struct @name), and bytes from its begin to @member (which may be inside an unnamed part). */
	bool (*size)(void *ctx, const char *name, uint64_t *ret);
	bool (*offset)(void *ctx, const char *name, const char *member, uint64_t *ret);
	/* Elements of the array that @member is. */
	bool (*elements)(void *ctx, const char *name, const char *member, uint64_t *ret);
	/* All enumerators of enum @name into @section; false if there is no such enum. */
	bool (*enumerators)(void *ctx, const char *name, struct profile *profile, struct fact_section *section);
	/* One enumerator, of whatever enum. */
	bool (*value)(void *ctx, const char *enumerator, int64_t *ret);
};

/* Everything on the list that @source has, into the profile.  How many structs it had. */
size_t types_read(const struct type_source *source, struct profile *profile);

/* The .BTF section of an Image, found by its magic number; empty if there is none. */
struct span btf_find(struct span image, int64_t start);
/* -EBADMSG: it lies; @error says at which byte. */
int btf_open(struct span btf, struct pool *pool, struct type_source *ret, struct mm_error *error);
/* The debugging information of an ELF vmlinux; -ENOENT if it has none. */
int dwarf_read(struct span elf, struct profile *profile, struct mm_error *error);

#endif
