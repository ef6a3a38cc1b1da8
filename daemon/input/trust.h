/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trust.h - how far a kernel's prediction can be trusted, and why.
 *
 * What was measured belongs to the facts that it was measured with: a profile whose
 * facts have the hash that its record names, or that a user's own boots were compared
 * with, is verified; any other is derived.  A derived one says by which release's
 * behaviour it runs, how far the nearest verified build is, and what was assumed.
 * The words for all of this are made here and nowhere else.  Nothing in a struct trust is owned.
 */
#ifndef MMSCOPE_TRUST_H
#define MMSCOPE_TRUST_H

#include "daemon/base/encode_object.h"
#include "daemon/input/decode.h"

struct trust {
	char facts[FACTS_HASH_SIZE];
	char behaviour[24];		/* the release whose behaviour it runs by, "6.12" */
	struct conformance record;	/* of these facts; not known: no boot was compared */
	bool own;			/* the record is of boots that a user verified */
	enum mm_kernel_known known;
	char recorded[24];		/* the nearest point release of its series that was recorded, "6.12.57"; or empty */
	struct {			/* of a derived one; an empty name: there is none */
		char kernel[65], version[32];
		struct facts_apart apart;
		size_t changes;		/* rows of the history between the two */
	} nearest;
};

/* Where else to look: folders or NULL. */
struct trust_folders {
	const char *boards, *kernels;
	bool brief;			/* the nearest build is not looked for */
};

/*
 * Of the profile @json, its whole card, and the kernel that it makes.   -ENOMEM.
 */
int trust_of(const char *json, size_t len, const struct kernel_card *card, const struct mm_kernel *kernel,
	     const struct trust_folders *folders, struct trust *ret, struct mm_error *error);
/* The same with card and kernel made here; *@card is to be freed.  -EBADMSG: it is no profile. */
int trust_read(const char *json, size_t len, const char *where, const struct trust_folders *folders, struct kernel_card *card,
	       struct trust *ret, struct mm_error *error);

/* "verified", "derived"; "recorded", "unrecorded", "outside". */
const char *trust_word(const struct trust *trust);
const char *trust_known_word(enum mm_kernel_known known);
/*
 * One line without its end: "verified on 7 boots, 16164/16164 facts", "not verified: no boot of this very build was
 * compared; it follows the rules of 6.12, which were checked on boots of 6.12.57; ..".
 */
void trust_line(const struct trust *trust, struct bytes *out);
/* The same in a table: "7 boots, 16164/16164 facts", "none; rules of 6.12". */
void trust_cell(const struct trust *trust, struct bytes *out);
/* "trust":{"state","facts","known","behaviour","recorded","boots","exact","matched","total","own","nearest":{..},"assumed":[..]} */
void trust_encode(struct encode_object *parent, const struct trust *trust, const struct kernel_card *card);

#endif
