/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * library.h - boards and kernel profiles by name.
 *
 * They are built into the program; a folder given with --boards comes first:
 * DIR/NAME.dtb or DIR/NAME.dts with DIR/NAME.json beside it, and
 * DIR/kernels/NAME.json.  A name is one path component of letters, digits and
 * "._-", so that no name leads out of the folder.
 */
#ifndef MMSCOPE_LIBRARY_H
#define MMSCOPE_LIBRARY_H

#include "daemon/input/settings.h"
#include "daemon/input/summary.h"

/* A file of a folder that is no kernel: decode_verified.h. */
#define VERIFIED_FILE	"verified.json"

bool library_is_name(const char *name);

/* -ENOENT if there is no such folder: asked for by mistake, it would only be missed. NULL is fine. */
int library_check_dir(const char *dir, struct mm_error *error);

/* @dir may be NULL.  -ENOENT names what there is instead. */
int library_board(const char *dir, const char *name, struct bytes *dtb, struct settings *settings,
		  struct mm_error *error);
/* The board's .json alone; a board without one says nothing. */
int library_settings(const char *dir, const char *name, struct settings *settings, struct mm_error *error);
/* The board's tree and the text of its .json, empty where there is none; and what that text says. */
int library_board_files(const char *dir, const char *name, struct bytes *dtb, struct bytes *json, struct mm_error *error);
int library_decode_settings(const char *name, const struct bytes *json, struct settings *settings, struct mm_error *error);
int library_kernel(const char *dir, const char *name, struct bytes *json, struct mm_error *error);

/* Sorted names, each once. */
struct name_list {
	char **name;
	size_t nr, cap;
	bool failed;
};

/* @len bytes of @name; what is no library_is_name() is left out. */
void name_list_add(struct name_list *list, const char *name, size_t len);
void name_list_deinit(struct name_list *list);
void library_boards(const char *dir, struct name_list *ret);
void library_kernels(const char *dir, struct name_list *ret);

/* {"boards":[{"name","description","description_zh","kernel","cmdline","banks","reserved","cpus","nodes"},..]},
 * with a newline.  A board whose files cannot be read is listed, without what is in them; @summaries may be NULL. */
int library_boards_json(const char *dir, struct summaries *summaries, struct bytes *out, struct mm_error *error);

#endif
