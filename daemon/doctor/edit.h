/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * edit.h - the inputs of a boot, changed; and the change as people make it.
 *
 * An edit begins as the inputs of a boot. What is done to it is done to the
 * request that it holds, and written down: as words for the command line,
 * options of mmscope for the loader, and a piece of .dts for the tree.
 */
#ifndef MMSCOPE_EDIT_H
#define MMSCOPE_EDIT_H

#include "daemon/input/request.h"

struct edit {
	struct request request;		/* strings that were not changed are borrowed */
	char *cmdline;			/* the whole line, once it is changed */
	void *dtb;			/* the tree, once it is changed */
	struct bytes words;		/* "cma=872M", "without mem=" */
	struct bytes loader;		/* "--dtb-addr 0x44000000" */
	struct bytes patch;		/* "&{/reserved-memory/pool} { size = <0x0 0x800000>; };" */
	bool failed;			/* no memory */
	bool useless;			/* something could not be done: not worth a boot */
};

/* What loaders place. */
enum edit_thing { EDIT_IMAGE, EDIT_DTB, EDIT_INITRD };

/* @request must outlive it; @cmdline is what the kernel was given. */
void edit_init(struct edit *edit, const struct request *request, const char *cmdline);
void edit_deinit(struct edit *edit);

/* The last NAME=... becomes NAME=@value; NULL: all of them go. */
void edit_parameter(struct edit *edit, const char *name, const char *value);
/* The whole line becomes @line; @words are what is said of it: those that are new. */
void edit_line(struct edit *edit, const char *line, const char *words);
void edit_place(struct edit *edit, enum edit_thing thing, uint64_t addr);
/* The loader chooses. */
void edit_unplace(struct edit *edit, enum edit_thing thing);

/* A property of the tree; cells are in host order. */
void edit_cells(struct edit *edit, const char *path, const char *property, const uint32_t *cells, size_t nr);
void edit_text(struct edit *edit, const char *path, const char *property, const char *text);
void edit_flag(struct edit *edit, const char *path, const char *property);
void edit_delete(struct edit *edit, const char *path, const char *property);

/* The tree's property as it is now, or NULL. */
const unsigned char *edit_property(const struct edit *edit, const char *path, const char *property, size_t *len);
/* #address-cells, #size-cells of @path, 1 or 2; those of the root if it says nothing. */
unsigned edit_nr_cells(const struct edit *edit, const char *path, const char *property);

/* Cells of a number, appended at @nr; -> how many there are then. */
size_t edit_put_number(uint32_t *cells, size_t nr, unsigned width, uint64_t value);
uint32_t edit_cell_at(const unsigned char *p);

#endif
