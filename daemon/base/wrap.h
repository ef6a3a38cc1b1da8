/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrap.h - text for people, broken into lines that fit a terminal.
 *
 * Lines break between words, and between any two Chinese characters that may be parted: punctuation stays with what it
 * belongs to.  Such a character takes two columns.  A word that is wider than the line stays whole, so that an
 * address or a path can be copied.
 */
#ifndef MMSCOPE_WRAP_H
#define MMSCOPE_WRAP_H

#include <stddef.h>

struct bytes;

/* The width of help, tables and explanations. */
#define WRAP_WIDTH	100

/* The columns that @text takes on a terminal. */
size_t wrap_columns(const char *text, size_t len);

/*
 * Appends @text, which begins in column @at; further lines begin in column @indent.  A line feed of its own is kept;
 * none is added at the end.
 */
void wrap_text(struct bytes *out, const char *text, size_t at, size_t indent);

/* The same for what @out holds from @start on, where a line begins; its leading blanks are kept. */
void wrap_written(struct bytes *out, size_t start, size_t indent);

#endif
