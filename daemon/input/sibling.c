// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/sibling.h"
#include "daemon/base/fail.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The allocators, the suffix of profiles built with one, and the version that had it no more. */
static const struct allocator {
	const char *name, *suffix;
	unsigned gone_major, gone_minor;	/* 0.0: still there */
} allocators[] = {
	{ "slab", "-slab", 6, 8 },
	{ "slub", "", 0, 0 },
	{ "slob", "-slob", 6, 4 },
};

#define NR_ALLOCATORS (sizeof(allocators) / sizeof(allocators[0]))

static const struct allocator *find(const char *name)
{
	for (size_t i = 0; i < NR_ALLOCATORS; i++)
		if (!strcmp(allocators[i].name, name))
			return &allocators[i];
	return NULL;
}

static bool ends_with(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len > n && !strcmp(s + len - n, tail);
}

/* "4.9-slob" -> "4.9" */
static int base_length(const char *kernel)
{
	for (size_t i = 0; i < NR_ALLOCATORS; i++)
		if (*allocators[i].suffix && ends_with(kernel, allocators[i].suffix))
			return (int)(strlen(kernel) - strlen(allocators[i].suffix));
	return (int)strlen(kernel);
}

static bool exists(const char *dir, const char *name)
{
	struct name_list names = { 0 };
	bool found = false;

	library_kernels(dir, &names);
	for (size_t i = 0; i < names.nr; i++)
		found |= !strcmp(names.name[i], name);
	name_list_deinit(&names);
	return found;
}

/* "slub, slob": what the profiles beside @base are built with. */
static void list_choices(const char *dir, const char *base, struct bytes *out)
{
	for (size_t i = 0; i < NR_ALLOCATORS; i++) {
		struct bytes name = { 0 };

		bytes_printf(&name, "%s%s", base, allocators[i].suffix);
		if (exists(dir, bytes_text(&name)))
			bytes_printf(out, "%s%s", out->len ? ", " : "", allocators[i].name);
		bytes_deinit(&name);
	}
}

static bool is_gone(const struct allocator *a, const char *version)
{
	unsigned major = 0, minor = 0;

	sscanf(version, "%u.%u", &major, &minor);
	return a->gone_major && (major > a->gone_major || (major == a->gone_major && minor >= a->gone_minor));
}

static int refuse(const char *dir, const char *base, const struct allocator *a, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	struct bytes json = { 0 }, choices = { 0 };
	int err = library_kernel(dir, base, &json, error);

	if (!err)
		err = decode_kernel_card(bytes_text(&json), json.len, base, &card, error);
	if (!err) {
		list_choices(dir, base, &choices);
		if (is_gone(a, card.version))
			err = fail(error, -EINVAL, "slab", "Linux %s has no %s any more: it was removed in %u.%u; choose from %s",
				   card.version, a->name, a->gone_major, a->gone_minor, bytes_text(&choices));
		else
			err = fail(error, -EINVAL, "slab", "there is no profile of kernel '%s' with %s; choose from %s", base,
				   a->name, bytes_text(&choices));
	}
	kernel_card_deinit(&card);
	bytes_deinit(&json);
	bytes_deinit(&choices);
	return err;
}

int kernel_sibling(const char *boards_dir, const char *kernel, const char *slab, char **ret, struct mm_error *error)
{
	const struct allocator *a = find(slab);
	struct bytes base = { 0 }, name = { 0 };
	int err = 0;

	if (!a)
		return fail(error, -EINVAL, "slab", "there is no allocator '%.40s'; choose from slab, slub, slob", slab);
	if (!library_is_name(kernel))
		return fail(error, -EINVAL, "slab", "goes with a kernel of the library, and '%.80s' is a file", kernel);
	bytes_printf(&base, "%.*s", base_length(kernel), kernel);
	bytes_printf(&name, "%s%s", bytes_text(&base), a->suffix);
	if (!exists(boards_dir, bytes_text(&name)))
		err = refuse(boards_dir, bytes_text(&base), a, error);
	else if (!(*ret = strdup(bytes_text(&name))))
		err = fail(error, -ENOMEM, NULL, "no memory");
	bytes_deinit(&base);
	bytes_deinit(&name);
	return err;
}
