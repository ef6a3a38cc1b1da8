// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/inputs.h"

#include "daemon/doctor/bootarg.h"

#include <stdlib.h>
#include <string.h>

static char *copy(struct input_changes *changes, const char *text, size_t len)
{
	char *copied = strndup(text, len);

	changes->failed |= !copied;
	return copied;
}

static void add(struct input_changes *changes, const char *input, const char *name, size_t name_len, const char *before, const char *after)
{
	if (changes->nr == INPUTS_MAX)
		return;
	changes->change[changes->nr++] = (struct input_change){
		input, copy(changes, name, name_len), copy(changes, before, strlen(before)), copy(changes, after, strlen(after)) };
}

void input_changes_deinit(struct input_changes *changes)
{
	for (size_t i = 0; i < changes->nr; i++) {
		free(changes->change[i].name);
		free(changes->change[i].before);
		free(changes->change[i].after);
	}
	*changes = (struct input_changes){ .nr = 0 };
}

/* -------------------------------------------------------------- the command line */

static void put_word(struct bytes *out, const struct bootarg *param)
{
	if (out->len)
		bytes_putc(out, ' ');
	bytes_add(out, param->at, param->len);
}

/* All words of that name, as they stand. */
static void put_words(struct bytes *out, const char *line, const char *name, size_t len)
{
	struct bootarg param;

	while (bootarg_next(&line, &param))
		if (bootarg_is(&param, name, len))
			put_word(out, &param);
}

static void add_parameter(struct input_changes *changes, const char *const cmdline[2], const char *name, size_t len)
{
	struct bytes words[2] = { { 0 }, { 0 } };

	for (size_t i = 0; i < changes->nr; i++)
		if (!strcmp(changes->change[i].input, "cmdline") && changes->change[i].name && strlen(changes->change[i].name) == len &&
		    !strncmp(changes->change[i].name, name, len))
			return;
	for (int side = 0; side < 2; side++)
		put_words(&words[side], cmdline[side], name, len);
	if (strcmp(bytes_text(&words[0]), bytes_text(&words[1])) != 0)
		add(changes, "cmdline", name, len, bytes_text(&words[0]), bytes_text(&words[1]));
	for (int side = 0; side < 2; side++) {
		changes->failed |= words[side].failed;
		bytes_deinit(&words[side]);
	}
}

/* The first line with the words of that name as the second line has them. */
static char *take_words(const char *const cmdline[2], const char *name)
{
	size_t len = strlen(name);
	struct bytes out = { 0 }, theirs = { 0 };
	struct bootarg param;
	char *line;

	for (const char *at = cmdline[0]; bootarg_next(&at, &param);)
		if (!bootarg_is(&param, name, len))
			put_word(&out, &param);
	put_words(&theirs, cmdline[1], name, len);
	if (theirs.len)
		bytes_printf(&out, "%s%s", out.len ? " " : "", theirs.data);
	line = out.failed || theirs.failed ? NULL : strdup(bytes_text(&out));
	bytes_deinit(&out);
	bytes_deinit(&theirs);
	return line;
}

/* ------------------------------------------------------------------------- others */

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static bool same_banks(const struct request *a, const struct request *b)
{
	if (a->nr_banks != b->nr_banks)
		return false;
	for (size_t i = 0; i < a->nr_banks; i++)
		if (a->banks[i].base != b->banks[i].base || a->banks[i].size != b->banks[i].size || a->banks[i].node != b->banks[i].node ||
		    a->banks[i].placed != b->banks[i].placed)
			return false;
	return true;
}

static bool same_memreserve(const struct request *a, const struct request *b)
{
	if (a->nr_memreserve != b->nr_memreserve)
		return false;
	for (size_t i = 0; i < a->nr_memreserve; i++)
		if (a->memreserve[i].base != b->memreserve[i].base || a->memreserve[i].size != b->memreserve[i].size)
			return false;
	return true;
}

static void put_banks(struct bytes *out, const struct request *r)
{
	if (!r->nr_banks)
		bytes_puts(out, "the tree's");
	for (size_t i = 0; i < r->nr_banks; i++) {
		bytes_puts(out, i ? "," : "");
		bytes_size(out, r->banks[i].size);
		if (r->banks[i].placed)
			bytes_printf(out, "@0x%llx", (unsigned long long)r->banks[i].base);
	}
}

static void add_banks(struct input_changes *changes, const struct request *const r[2])
{
	struct bytes text[2] = { { 0 }, { 0 } };

	for (int side = 0; side < 2; side++)
		put_banks(&text[side], r[side]);
	add(changes, "memory", "", 0, bytes_text(&text[0]), bytes_text(&text[1]));
	bytes_deinit(&text[0]);
	bytes_deinit(&text[1]);
}

static void add_address(struct input_changes *changes, const char *input, const uint64_t at[2], const bool has[2])
{
	struct bytes text[2] = { { 0 }, { 0 } };

	if (has[0] == has[1] && (!has[0] || at[0] == at[1]))
		return;
	for (int side = 0; side < 2; side++) {
		if (has[side])
			bytes_hex(&text[side], at[side]);
		else
			bytes_puts(&text[side], "the loader's choice");
	}
	add(changes, input, "", 0, bytes_text(&text[0]), bytes_text(&text[1]));
	bytes_deinit(&text[0]);
	bytes_deinit(&text[1]);
}

static const char *or_default(const char *text)
{
	return text ? text : "the default";
}

static void add_text(struct input_changes *changes, const char *input, const char *before, const char *after)
{
	if (strcmp(before ? before : "", after ? after : "") != 0)
		add(changes, input, "", 0, or_default(before), or_default(after));
}

static void add_loader(struct input_changes *changes, const struct request *const r[2])
{
	const struct request_loader *a = &r[0]->loader, *b = &r[1]->loader;

	add_text(changes, "loader", r[0]->loader_model, r[1]->loader_model);
	add_address(changes, "image_addr", (uint64_t[]){ a->image, b->image }, (bool[]){ a->has_image, b->has_image });
	add_address(changes, "dtb_addr", (uint64_t[]){ a->dtb, b->dtb }, (bool[]){ a->has_dtb, b->has_dtb });
	add_address(changes, "initrd", (uint64_t[]){ a->initrd_start, b->initrd_start }, (bool[]){ a->has_initrd, b->has_initrd });
	add_address(changes, "initrd_size", (uint64_t[]){ a->initrd_size, b->initrd_size },
		    (bool[]){ a->has_initrd_size, b->has_initrd_size });
}

void input_changes_init(struct input_changes *ret, const struct request *const r[2], const char *const cmdline[2])
{
	struct bootarg param;

	*ret = (struct input_changes){ .nr = 0 };
	if (!same_bytes(&r[0]->dtb, &r[1]->dtb))
		add(ret, "board", "", 0, r[0]->board, r[1]->board);
	if (!same_bytes(&r[0]->profile, &r[1]->profile))
		add(ret, "kernel", "", 0, r[0]->kernel, r[1]->kernel);
	for (int side = 0; side < 2; side++)
		for (const char *at = cmdline[side]; bootarg_next(&at, &param);)
			add_parameter(ret, cmdline, param.at, param.name);
	if (!same_banks(r[0], r[1]))
		add_banks(ret, r);
	if (!same_memreserve(r[0], r[1]))
		add(ret, "memreserve", "", 0, "the loader's", "another");
	add_text(ret, "reserved", r[0]->reserved, r[1]->reserved);
	add_loader(ret, r);
	add_text(ret, "cpu", r[0]->cpu, r[1]->cpu);
}

static void take_loader(const char *input, struct request *out, const struct request *from)
{
	struct request_loader *to = &out->loader;
	const struct request_loader *l = &from->loader;

	if (!strcmp(input, "loader")) {
		out->loader_model = from->loader_model;
	} else if (!strcmp(input, "image_addr")) {
		to->image = l->image;
		to->has_image = l->has_image;
	} else if (!strcmp(input, "dtb_addr")) {
		to->dtb = l->dtb;
		to->has_dtb = l->has_dtb;
	} else if (!strcmp(input, "initrd") || !strcmp(input, "initrd_size")) {
		to->initrd_start = l->initrd_start;
		to->initrd_end = l->initrd_end;
		to->has_initrd = l->has_initrd;
		to->initrd_size = l->initrd_size;
		to->has_initrd_size = l->has_initrd_size;
	}
}

struct request input_changes_take(const struct input_changes *changes, size_t i, const struct request *const r[2],
				  const char *const cmdline[2], char **ret_cmdline)
{
	const struct input_change *change = &changes->change[i];
	struct request out = *r[0];

	*ret_cmdline = !strcmp(change->input, "cmdline") ? take_words(cmdline, change->name) : strdup(cmdline[0]);
	out.cmdline = *ret_cmdline;
	if (!strcmp(change->input, "board")) {
		out.dtb = r[1]->dtb;
	} else if (!strcmp(change->input, "kernel")) {
		out.kernel = r[1]->kernel;
		out.profile = r[1]->profile;
	} else if (!strcmp(change->input, "memory")) {
		out.banks = r[1]->banks;
		out.nr_banks = r[1]->nr_banks;
	} else if (!strcmp(change->input, "memreserve")) {
		out.memreserve = r[1]->memreserve;
		out.nr_memreserve = r[1]->nr_memreserve;
	} else if (!strcmp(change->input, "reserved")) {
		out.reserved = r[1]->reserved;
	} else if (!strcmp(change->input, "cpu")) {
		out.cpu = r[1]->cpu;
	} else {
		take_loader(change->input, &out, r[1]);
	}
	return out;
}

void input_change_write(const struct input_change *change, struct bytes *out)
{
	static const struct {
		const char *input, *words;
	} words[] = {
		{ "board", "the board" }, { "kernel", "the kernel" }, { "memory", "RAM" }, { "memreserve", "what the loader reserves" },
		{ "reserved", "reserved nodes that were given" }, { "loader", "the loader" }, { "image_addr", "the kernel image's place" }, { "dtb_addr", "the device tree's place" },
		{ "initrd", "the initrd's place" }, { "initrd_size", "the initrd's size" }, { "cpu", "the CPU" },
	};

	if (!strcmp(change->input, "cmdline")) {
		bytes_printf(out, "the command line: %s before, %s after", *change->before ? change->before : "nothing",
			     *change->after ? change->after : "nothing");
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].input, change->input))
			bytes_puts(out, words[i].words);
	bytes_printf(out, ": %s before, %s after", change->before, change->after);
}
