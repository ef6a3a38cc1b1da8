/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_sentences.h - what the engine and the doctor say, in a reader's language.
 *
 * A boot knows no language: causes are facts of its events and are written in
 * English where they are known.  texts/sentences.json has each of these forms
 * in all languages, with numbered places: "{1} MiB of RAM {2}".  A sentence is
 * translated by the form that it has; of several that fit, the one of most
 * words.  In the translation {1} stands for what it is, a number or a name;
 * {1:text} for what is itself a sentence or part of one, {1:list} for several
 * of these with commas between, {1:owner} for an owner of memory.
 * tests/sentences.py holds the catalogue against the sources.
 */
#ifndef MMSCOPE_DECODE_SENTENCES_H
#define MMSCOPE_DECODE_SENTENCES_H

#include "daemon/base/bytes.h"
#include "daemon/base/encode_object.h"
#include "mmcore/mm.h"

struct sentences;

/* *@ret NULL where nothing is to be translated: @lang is NULL or "en".  -ENOENT: there is no such language; -ENOMEM. */
int sentences_new(const char *lang, struct sentences **ret, struct mm_error *error);
/* The same in the language @lang of @texts, which has the owners' names and outlives *@ret. */
struct texts;
int sentences_of(const struct texts *texts, const char *lang, struct sentences **ret, struct mm_error *error);
void sentences_free(struct sentences *sentences);

/* Appends @english in that language; as it is where @sentences is NULL or has no form of it. */
void sentences_put(const struct sentences *sentences, const char *english, struct bytes *out);
/* A text of an object that is written, likewise. */
void sentences_encode(const struct sentences *sentences, struct encode_object *object, const char *key, const char *english);
/* The same of what is made here: a whole form, not a part of one. */
void sentences_printf(const struct sentences *sentences, struct bytes *out, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
