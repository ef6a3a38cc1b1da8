/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.h - the facts of one kernel build while they are gathered, and their JSON.
 *
 * The JSON has the shape of boards/kernels/NAME.json: sections of facts under the
 * names that the kernel uses for them.
 */
#ifndef MMSCOPE_IMAGE_PROFILE_H
#define MMSCOPE_IMAGE_PROFILE_H

#include "daemon/base/bytes.h"
#include "daemon/image/pool.h"

/* More facts than any kernel has; the engine refuses more anyway. */
#define PROFILE_MAX_FACTS	8192

enum fact_kind {
	FACT_TRUE,
	FACT_FALSE,
	FACT_NUMBER,
	FACT_OFFSET,			/* "0x1f", "-0x1f" */
	FACT_STRING,
};

struct fact {
	const char *name;
	const char *text;
	int64_t number;
	enum fact_kind kind;
};

struct fact_section {
	struct fact *facts;
	size_t nr, cap;
};

/* Something that was not found, and what follows from that. */
struct assumption {
	const char *what, *effect;
};

#define PROFILE_MAX_ENUMS	16
#define PROFILE_MAX_ASSUMED	64

struct profile {
	struct pool *pool;
	const char *name, *version, *description, *banner;
	uint64_t text_offset, image_size, flags, kimage_vaddr;
	struct fact_section config, symbols, notes, structs, callers, evidence;
	struct fact_section enums[PROFILE_MAX_ENUMS];
	const char *enum_names[PROFILE_MAX_ENUMS];
	size_t nr_enums;
	const char **params;		/* known words, sorted */
	size_t nr_params;
	bool has_params;
	struct fact_section sources;	/* what was read from where */
	struct assumption assumed[PROFILE_MAX_ASSUMED];
	size_t nr_assumed;
};

void profile_add(struct profile *profile, struct fact_section *section, struct fact fact);
void profile_number(struct profile *profile, struct fact_section *section, const char *name, int64_t value);
void profile_text(struct profile *profile, struct fact_section *section, const char *name, const char *text);
const struct fact *profile_find(const struct fact_section *section, const char *name);
/* The section of enum @name, created if need be; NULL: there is no room for another. */
struct fact_section *profile_enum(struct profile *profile, const char *name);
void profile_assume(struct profile *profile, const char *what, const char *effect);
/* By name. */
void profile_sort(struct fact_section *section);

void profile_encode(struct bytes *out, const struct profile *profile);

#endif
