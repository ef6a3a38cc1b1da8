/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode.h - JSON into the structs that the rest of the program works on.
 *
 * This file and encode.c are the only ones that know Jansson.  Every document
 * may be hostile: a key given twice, nesting beyond what we print, and anything
 * of the wrong type is one sentence with the key or the byte (-EBADMSG), never
 * a guess.
 */
#ifndef MMSCOPE_DECODE_H
#define MMSCOPE_DECODE_H

#include "daemon/input/facts.h"
#include "daemon/input/settings.h"

/* The kernel that a profile describes, ready to boot; the caller frees *@ret with mm_kernel_free(). */
int decode_kernel(const char *json, size_t len, const char *where, struct mm_kernel **ret,
		  struct mm_error *error);

/*
 * The hash of what the engine reads of a profile: two that differ in remarks, names,
 * order or spacing are the same facts.  What was measured with a kernel belongs to it.
 */
#define FACTS_HASH_SIZE	33

/* How many facts of each kind two profiles do not share. */
struct facts_apart {
	size_t config, structs, symbols;
};

int decode_apart(const char *a, size_t a_len, const char *b, size_t b_len, struct facts_apart *ret, struct mm_error *error);

/* What a derived profile assumes, and what that affects; "assumed" of the JSON. */
struct profile_remark {
	char *what, *effect;
};

/* The parts of a profile that a list of kernels shows. */
struct kernel_card {
	char *name, *version, *description;
	uint64_t text_offset;	/* bytes, from the image's header */
	bool force;		/* boot it although its release is far from every known one */
	char *conformance;	/* JSON, or NULL; it applies only to the facts whose hash it names */
	struct conformance {
		bool known;
		int64_t captures, exact, matched, total;
		char date[32];
		char facts[FACTS_HASH_SIZE];
	} record;		/* its numbers that a table shows */
	/* Only decode_whole_card() fills these. */
	char facts[FACTS_HASH_SIZE];
	struct profile_remark *assumed;
	size_t nr_assumed;
};

int decode_kernel_card(const char *json, size_t len, const char *where, struct kernel_card *ret,
		       struct mm_error *error);
/* The same, with what takes longer to find out: the hash, and what was assumed. */
int decode_whole_card(const char *json, size_t len, const char *where, struct kernel_card *ret, struct mm_error *error);
void kernel_card_deinit(struct kernel_card *card);

/* case.json, boards/NAME.json (other keys are ignored), or with @strict the
 * body of a POST (other keys are refused).  Fills *@ret, which must be empty. */
int decode_settings(const char *json, size_t len, const char *where, bool strict,
		    struct settings *ret, struct mm_error *error);

/* Adds the facts of a freelists.json; on an error those read before it stay added. */
int decode_freelists(const char *json, size_t len, const char *where, struct facts *facts,
		     struct mm_error *error);

/* 0 if it is one JSON object; -EBADMSG if not, -ENOMEM. */
int decode_is_object(const char *json, size_t len, const char *where, struct mm_error *error);

#endif
