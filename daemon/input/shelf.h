/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shelf.h - uploaded kernels: profiles by the hash of their bytes.
 *
 * A kernel's name here is VERSION-HASH, so that one that is missing can be asked
 * for by name, and uploading the same profile again gives the same name.
 * Those of the last while are in memory; with a folder they are kept there, as
 * NAME.json, and found again by the next server.  Safe to call from any thread.
 */
#ifndef MMSCOPE_SHELF_H
#define MMSCOPE_SHELF_H

#include "daemon/input/library.h"
#include "mmcore/mm.h"

struct shelf;

#define SHELF_NAME_SIZE	64

/* @dir may be NULL; it must live as long as the shelf.  NULL without memory. */
struct shelf *shelf_new(const char *dir);
void shelf_free(struct shelf *shelf);

/* Whether a kernel of this name would be here, not among those that ship. */
bool shelf_is_name(const char *name);
/* Checks the profile, and remembers a copy.  1: new, 0: known; -EBADMSG: it is no profile, -ENOMEM, -EIO. */
int shelf_add(struct shelf *shelf, const char *json, size_t len, char name[SHELF_NAME_SIZE], struct mm_error *error);
/*
 * Profiles that somebody has put into the folder, under names of their own, are added as if they had been uploaded.
 * @tell is told of each file what it is called here, or (@name is NULL) in @error why it is left out.
 */
void shelf_adopt(struct shelf *shelf, void (*tell)(void *ctx, const char *file, const char *name, const struct mm_error *error),
		 void *ctx);
/* The folder, or NULL. */
const char *shelf_dir(const struct shelf *shelf);
/* Those that there are, the newest first; no more than SHELF_MAX_LISTED, since each of them has to be read. */
#define SHELF_MAX_LISTED	50
void shelf_names(struct shelf *shelf, struct name_list *ret);
/* A profile that a shelf keeps in @dir.  -ENOENT: there is none of this name. */
int shelf_read(const char *dir, const char *name, struct bytes *json, struct mm_error *error);
/* Appends the profile.  -ENOENT: it must be uploaded again; @error says so. */
int shelf_get(struct shelf *shelf, const char *name, struct bytes *json, struct mm_error *error);

#endif
