/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_texts.h - the catalogue of texts (texts/functions.json) in one language.
 *
 * Sentences are data.  A function of the kernel has texts of three sorts:
 * "does" (what it is for), "says" (one of its events) and "done" (what it has
 * left); each is one text or several with conditions, the first that holds is
 * taken.  What a condition means is the caller's to say.
 */
#ifndef MMSCOPE_DECODE_TEXTS_H
#define MMSCOPE_DECODE_TEXTS_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

struct texts;
struct catalogue;

/* The catalogue as it is read, in all languages; it is part of the program.  NULL: no memory. */
struct catalogue *catalogue_new(void);
void catalogue_free(struct catalogue *catalogue);

/* @lang is "en" or "zh-CN": -ENOENT for any other.  @catalogue: one that was read before and outlives *@ret; NULL: there
 * is none. */
int texts_new(const char *lang, const struct catalogue *catalogue, struct texts **ret, struct mm_error *error);
void texts_free(struct texts *texts);
bool texts_has_language(const char *lang);

typedef bool texts_condition(void *ctx, const char *condition);

/* The first text of that sort whose condition holds, or NULL. */
const char *texts_function(const struct texts *texts, const char *function, const char *sort,
			   texts_condition *holds, void *ctx);
/* A sentence that belongs to no function, likewise. */
const char *texts_phrase(const struct texts *texts, const char *name, texts_condition *holds, void *ctx);
/* What an owner of memory is called; its own name if the catalogue has none. */
const char *texts_owner(const struct texts *texts, const char *owner);
/* Appends a word that the engine uses for a fact, in this language; digits stay.  In
 * English, and where the catalogue has none, the word itself.  "FACT=WORD" in the
 * catalogue is for that fact alone.  What a cause says is a sentence: decode_sentences.h. */
void texts_value(struct texts *texts, const char *fact, const char *value, struct bytes *out);
/* A fact of that name is a number of bytes. */
bool texts_is_size(const struct texts *texts, const char *fact);
/* Where the function lives in that release ("6.7.3") with that slab allocator ("SLUB", or NULL), or NULL if it is not known. */
const char *texts_file(const struct texts *texts, const char *function, const char *version, const char *allocator);
/* Names of the concepts that a function touches, one after the other: NULL ends. */
const char *texts_concept(const struct texts *texts, const char *function, size_t index);

/* -1, 0, 1: "4.9.10" against "4.14".  What is no number counts as its end. */
int texts_compare_versions(const char *a, const char *b);

#endif
