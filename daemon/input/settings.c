// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/settings.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void settings_deinit(struct settings *settings)
{
	free(settings->name);
	free(settings->description);
	free(settings->description_zh);
	free(settings->model);
	free(settings->board);
	free(settings->kernel);
	free(settings->slab);
	free(settings->cmdline);
	free(settings->memory);
	free(settings->memreserve);
	free(settings->cpu);
	free(settings->ops);
	free(settings->from_state);
	free(settings->uefi);
	free(settings->reserved);
	*settings = (struct settings){ 0 };
}

static bool take_text(char **into, const char *from)
{
	if (*into || !from)
		return true;
	*into = strdup(from);
	return *into;
}

static void take_number(uint64_t *into, bool *has, uint64_t from, bool from_has)
{
	if (*has || !from_has)
		return;
	*into = from;
	*has = true;
}

static void take_loader(struct request_loader *into, const struct request_loader *from)
{
	take_number(&into->image, &into->has_image, from->image, from->has_image);
	take_number(&into->dtb, &into->has_dtb, from->dtb, from->has_dtb);
	take_number(&into->dtb_totalsize, &into->has_dtb_totalsize, from->dtb_totalsize, from->has_dtb_totalsize);
	if (!into->has_initrd)
		take_number(&into->initrd_size, &into->has_initrd_size, from->initrd_size, from->has_initrd_size);
	if (into->has_initrd || into->has_initrd_size || !from->has_initrd)
		return;
	into->initrd_start = from->initrd_start;
	into->initrd_end = from->initrd_end;
	into->has_initrd = true;
}

int settings_fill(struct settings *into, const struct settings *from)
{
	bool ok = take_text(&into->name, from->name) && take_text(&into->description, from->description) &&
		  take_text(&into->description_zh, from->description_zh) && take_text(&into->model, from->model) &&
		  take_text(&into->board, from->board) && take_text(&into->kernel, from->kernel) &&
		  take_text(&into->cmdline, from->cmdline) && take_text(&into->memory, from->memory) &&
		  take_text(&into->memreserve, from->memreserve) && take_text(&into->model, from->model) &&
		  take_text(&into->cpu, from->cpu) && take_text(&into->slab, from->slab) &&
		  take_text(&into->ops, from->ops) && take_text(&into->from_state, from->from_state) &&
		  take_text(&into->uefi, from->uefi) && take_text(&into->reserved, from->reserved);

	into->force |= from->force;
	take_loader(&into->loader, &from->loader);
	return ok ? 0 : -ENOMEM;
}

static int address(const char *text, const char *what, uint64_t *ret, bool *has, struct mm_error *error)
{
	if (!text)
		return 0;
	if (!number_parse(text, ret))
		return fail(error, -EINVAL, what, "'%s' is not an address; write 0x80000000 or 2G", text);
	*has = true;
	return 0;
}

static int initrd(const char *text, struct request_loader *loader, struct mm_error *error)
{
	uint64_t size;
	const char *p;

	if (!text)
		return 0;
	if (!strncmp(text, "auto,", 5) && number_parse(text + 5, &loader->initrd_size) && loader->initrd_size) {
		loader->has_initrd_size = true;
		return 0;
	}
	p = number_scan(text, &loader->initrd_start);
	if (!p || *p != ',' || !number_parse(p + 1, &size))
		return fail(error, -EINVAL, "initrd", "'%s' is neither ADDRESS,SIZE nor auto,SIZE", text);
	if (__builtin_add_overflow(loader->initrd_start, size, &loader->initrd_end))
		return fail(error, -EINVAL, "initrd", "'%s' ends beyond the last address", text);
	loader->has_initrd = true;
	return 0;
}

int settings_yes(const char *name, const char *text, bool *ret, struct mm_error *error)
{
	static const char *const yes[] = { "yes", "1", "true" }, *const no[] = { "no", "0", "false", "" };

	*ret = false;
	for (size_t i = 0; text && i < sizeof(no) / sizeof(no[0]); i++)
		if (!strcmp(text, no[i]))
			return 0;
	for (size_t i = 0; text && i < sizeof(yes) / sizeof(yes[0]); i++)
		*ret |= !strcmp(text, yes[i]);
	return *ret || !text ? 0 : fail(error, -EINVAL, name, "'%.80s' is neither yes nor no", text);
}

int settings_of_ask(const struct ask *ask, struct settings *ret, struct mm_error *error)
{
	struct settings said = {
		.kernel = (char *)ask->kernel, .slab = (char *)ask->slab, .cmdline = (char *)ask->cmdline,
		.memory = (char *)ask->memory, .memreserve = (char *)ask->memreserve, .model = (char *)ask->loader_model,
		.cpu = (char *)ask->cpu, .ops = (char *)ask->ops, .from_state = (char *)ask->from_state, .uefi = (char *)ask->uefi,
		.reserved = (char *)ask->reserved,
		.loader = ask->loader,
	};
	struct request_loader *loader = &said.loader;
	int err;

	err = address(ask->image_addr, "image address", &loader->image, &loader->has_image, error);
	if (!err)
		err = address(ask->dtb_addr, "dtb address", &loader->dtb, &loader->has_dtb, error);
	if (!err)
		err = settings_yes("force", ask->force, &said.force, error);
	if (!err)
		err = initrd(ask->initrd, loader, error);
	if (!err && settings_fill(ret, &said))
		err = fail(error, -ENOMEM, NULL, "no memory");
	return err;
}
