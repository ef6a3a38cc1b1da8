/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.h - strings from trees, kernels and clients, before they reach somebody's terminal or log.
 *
 * Whoever wrote a tree must not be able to move a reader's cursor, set a window's title or reverse the text: control
 * characters of ASCII (ESC among them), those of Unicode (C2 80 to C2 9F in UTF-8) and the marks that change the
 * direction of writing (U+202A to U+202E, U+2066 to U+2069).
 */
#ifndef MMSCOPE_PLAIN_H
#define MMSCOPE_PLAIN_H

#include <stddef.h>

struct bytes;

/* The number of bytes at @s, of the @len > 0 that are there, that make up one such character; 0: it is none.  Line
 * feeds and tabs count as such. */
size_t plain_unfit(const char *s, size_t len);

/* Appends @text with a '?' in place of each such character: plain_line() as a part of one line, plain_text() keeping
 * line feeds and tabs. */
void plain_line(struct bytes *out, const char *text, size_t len);
void plain_text(struct bytes *out, const char *text, size_t len);

/* The same as plain_text(), for what is already in @text. */
void plain_in_place(struct bytes *text);

#endif
