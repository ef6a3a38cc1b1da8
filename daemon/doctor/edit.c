// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/edit.h"

#include "daemon/doctor/bootarg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CELLS	64		/* of a property that is written */
#define ROOM		8192		/* by which a tree may grow */

void edit_init(struct edit *edit, const struct request *request, const char *cmdline)
{
	*edit = (struct edit){ .request = *request };
	edit->cmdline = strdup(cmdline ? cmdline : "");
	edit->failed = !edit->cmdline;
	edit->request.cmdline = edit->cmdline;
}

void edit_deinit(struct edit *edit)
{
	free(edit->cmdline);
	free(edit->dtb);
	bytes_deinit(&edit->words);
	bytes_deinit(&edit->loader);
	bytes_deinit(&edit->patch);
}

/* -------------------------------------------------------------- the command line */

/* Where the last of that name begins; NULL: there is none. */
static const char *last_of(const char *cmdline, const char *name, size_t len)
{
	const char *last = NULL;
	struct bootarg param;

	while (bootarg_next(&cmdline, &param))
		if (bootarg_is(&param, name, len))
			last = param.at;
	return last;
}

static void put_word(struct bytes *out, const char *word, size_t len)
{
	if (out->len)
		bytes_putc(out, ' ');
	bytes_add(out, word, len);
}

void edit_parameter(struct edit *edit, const char *name, const char *value)
{
	size_t len = strlen(name);
	struct bytes line = { 0 }, word = { 0 };
	const char *old = edit->failed ? "" : edit->cmdline, *last = last_of(old, name, len);
	struct bootarg param;

	if (value)
		bytes_printf(&word, "%s=%s", name, value);
	for (const char *at = old; bootarg_next(&at, &param);) {
		if (!bootarg_is(&param, name, len) || (value && param.at != last))
			put_word(&line, param.at, param.len);
		else if (value)
			put_word(&line, bytes_text(&word), word.len);
	}
	if (value && !last)
		put_word(&line, bytes_text(&word), word.len);
	edit->useless |= !value && !last;
	bytes_printf(&edit->words, "%s%s", edit->words.len ? " " : "", value ? "" : "without ");
	bytes_printf(&edit->words, value ? "%s" : "%s=", value ? bytes_text(&word) : name);
	free(edit->cmdline);
	edit->cmdline = line.failed ? NULL : strdup(bytes_text(&line));
	edit->failed |= !edit->cmdline || word.failed || edit->words.failed;
	edit->request.cmdline = edit->cmdline;
	bytes_deinit(&line);
	bytes_deinit(&word);
}

void edit_line(struct edit *edit, const char *line, const char *words)
{
	bytes_printf(&edit->words, "%s%s", edit->words.len ? " " : "", words);
	free(edit->cmdline);
	edit->cmdline = strdup(line);
	edit->failed |= !edit->cmdline || edit->words.failed;
	edit->request.cmdline = edit->cmdline;
}

/* ---------------------------------------------------------------- the loader's place */

static void put_option(struct edit *edit, const char *option, uint64_t addr)
{
	bytes_printf(&edit->loader, "%s%s 0x%llx", edit->loader.len ? " " : "", option, (unsigned long long)addr);
	edit->failed |= edit->loader.failed;
}

void edit_place(struct edit *edit, enum edit_thing thing, uint64_t addr)
{
	struct request_loader *l = &edit->request.loader;
	uint64_t size = l->has_initrd ? l->initrd_end - l->initrd_start : l->initrd_size;

	switch (thing) {
	case EDIT_IMAGE:
		l->image = addr;
		l->has_image = true;
		put_option(edit, "--image-addr", addr);
		break;
	case EDIT_DTB:
		l->dtb = addr;
		l->has_dtb = true;
		put_option(edit, "--dtb-addr", addr);
		break;
	case EDIT_INITRD:
		l->initrd_start = addr;
		l->initrd_end = addr + size;
		l->has_initrd = true;
		l->has_initrd_size = false;
		put_option(edit, "--initrd", addr);
		bytes_printf(&edit->loader, ",%llu", (unsigned long long)size);
		break;
	}
}

void edit_unplace(struct edit *edit, enum edit_thing thing)
{
	struct request_loader *l = &edit->request.loader;

	if (thing == EDIT_IMAGE) {
		l->has_image = false;
	} else if (thing == EDIT_DTB) {
		l->has_dtb = false;
	} else if (l->has_initrd) {
		l->initrd_size = l->initrd_end - l->initrd_start;
		l->has_initrd_size = true;
		l->has_initrd = false;
	}
}

/* --------------------------------------------------------------------- the tree */

uint32_t edit_cell_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

size_t edit_put_number(uint32_t *cells, size_t nr, unsigned width, uint64_t value)
{
	if (width > 1)
		cells[nr++] = (uint32_t)(value >> 32);
	cells[nr++] = (uint32_t)value;
	return nr;
}

const unsigned char *edit_property(const struct edit *edit, const char *path, const char *property, size_t *len)
{
	return mm_tree_property(edit->request.dtb.data, edit->request.dtb.len, path, property, len);
}

unsigned edit_nr_cells(const struct edit *edit, const char *path, const char *property)
{
	size_t len;
	const unsigned char *value = edit_property(edit, path, property, &len);

	if (!value || len != 4)
		value = edit_property(edit, "/", property, &len);
	return value && len == 4 && edit_cell_at(value) > 1 ? 2 : 1;
}

/* Value NULL: without the property. */
static void set(struct edit *edit, const char *path, const char *property, const void *value, size_t len)
{
	size_t size = edit->request.dtb.len + len + ROOM;
	void *dtb = malloc(size);

	if (!dtb || mm_tree_with(edit->request.dtb.data, edit->request.dtb.len, path, property, value, len, dtb, &size)) {
		edit->failed |= !dtb;
		edit->useless = true;
		free(dtb);
		return;
	}
	free(edit->dtb);
	edit->dtb = dtb;
	edit->request.dtb = (struct bytes){ .data = dtb, .len = size };
}

static void open_patch(struct edit *edit, const char *path)
{
	if (!strcmp(path, "/"))
		bytes_printf(&edit->patch, "%s/ { ", edit->patch.len ? " " : "");
	else
		bytes_printf(&edit->patch, "%s&{%s} { ", edit->patch.len ? " " : "", path);
}

static void close_patch(struct edit *edit)
{
	bytes_puts(&edit->patch, "; };");
	edit->failed |= edit->patch.failed;
}

void edit_cells(struct edit *edit, const char *path, const char *property, const uint32_t *cells, size_t nr)
{
	unsigned char be[4 * MAX_CELLS];

	if (nr > MAX_CELLS) {
		edit->useless = true;
		return;
	}
	open_patch(edit, path);
	bytes_printf(&edit->patch, "%s = <", property);
	for (size_t i = 0; i < nr; i++) {
		bytes_printf(&edit->patch, "%s0x%x", i ? " " : "", cells[i]);
		be[4 * i] = (unsigned char)(cells[i] >> 24);
		be[4 * i + 1] = (unsigned char)(cells[i] >> 16);
		be[4 * i + 2] = (unsigned char)(cells[i] >> 8);
		be[4 * i + 3] = (unsigned char)cells[i];
	}
	bytes_putc(&edit->patch, '>');
	close_patch(edit);
	set(edit, path, property, be, 4 * nr);
}

void edit_text(struct edit *edit, const char *path, const char *property, const char *text)
{
	open_patch(edit, path);
	bytes_printf(&edit->patch, "%s = \"%s\"", property, text);
	close_patch(edit);
	set(edit, path, property, text, strlen(text) + 1);
}

void edit_flag(struct edit *edit, const char *path, const char *property)
{
	open_patch(edit, path);
	bytes_puts(&edit->patch, property);
	close_patch(edit);
	set(edit, path, property, "", 0);
}

void edit_delete(struct edit *edit, const char *path, const char *property)
{
	open_patch(edit, path);
	bytes_printf(&edit->patch, "/delete-property/ %s", property);
	close_patch(edit);
	set(edit, path, property, NULL, 0);
}
