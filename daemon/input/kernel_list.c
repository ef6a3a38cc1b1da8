// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/kernel_list.h"

#include "daemon/base/fail.h"
#include "daemon/input/last_good.h"

#include <errno.h>
#include <string.h>

static bool is_handed_in(const struct kernel_source *source, const char *name)
{
	return (source->shelf || source->kernels_dir) && shelf_is_name(name);
}

int kernel_profile(const struct kernel_source *source, const char *name, struct bytes *json, struct mm_error *error)
{
	if (!is_handed_in(source, name))
		return last_good_kernel(source->last_good, source->boards_dir, name, json, error);
	if (source->shelf)
		return shelf_get(source->shelf, name, json, error);
	return shelf_read(source->kernels_dir, name, json, error);
}

int kernel_load(const struct kernel_source *source, const char *name, struct mm_kernel **ret, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = kernel_profile(source, name, &json, error);

	if (!err)
		err = decode_kernel(bytes_text(&json), json.len, name, ret, error);
	bytes_deinit(&json);
	return err;
}

struct trust_folders kernel_folders(const struct kernel_source *source)
{
	return (struct trust_folders){
		.boards = source->boards_dir, .kernels = source->shelf ? shelf_dir(source->shelf) : source->kernels_dir,
	};
}

static void add_handed_in(struct shelf *shelf, struct name_list *ret)
{
	struct name_list names = { 0 };

	shelf_names(shelf, &names);
	ret->failed |= names.failed;
	for (size_t i = 0; i < names.nr; i++)
		name_list_add(ret, names.name[i], strlen(names.name[i]));
	name_list_deinit(&names);
}

void kernel_names(const struct kernel_source *source, struct name_list *ret)
{
	struct shelf *shelf = source->shelf ? source->shelf : source->kernels_dir ? shelf_new(source->kernels_dir) : NULL;

	library_kernels(source->boards_dir, ret);
	if (shelf)
		add_handed_in(shelf, ret);
	if (shelf != source->shelf)
		shelf_free(shelf);
}

static void put_entry(struct bytes *out, const char *name, bool handed_in, const struct kernel_card *card,
		      const struct trust *trust)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "name", name);
	encode_text(&object, "version", card->version);
	encode_text(&object, "description", card->description);
	encode_text(&object, "build", card->name);
	encode_bool(&object, "handed_in", handed_in);
	bytes_puts(encode_key(&object, "conformance"), !trust->own && trust->record.known ? card->conformance : "null");
	trust_encode(&object, trust, card);
	encode_close(&object);
}

/* Kernels of a user's folder may be broken, or go while the list is made: the others are listed all the same. */
static int add_entry(const struct kernel_source *source, const char *name, bool *more, struct bytes *out, struct mm_error *error)
{
	struct trust_folders folders = kernel_folders(source);
	struct kernel_card card = { 0 };
	struct bytes json = { 0 };
	struct trust trust;
	bool handed_in = is_handed_in(source, name);
	int err = kernel_profile(source, name, &json, error);

	folders.brief = true;
	if (!err)
		err = trust_read(bytes_text(&json), json.len, name, &folders, &card, &trust, error);
	if (!err) {
		bytes_puts(out, *more ? "," : "");
		put_entry(out, name, handed_in, &card, &trust);
		*more = true;
	}
	kernel_card_deinit(&card);
	bytes_deinit(&json);
	return err && handed_in && err != -ENOMEM ? 0 : err;
}

int kernel_list_json(const struct kernel_source *source, struct bytes *out, struct mm_error *error)
{
	struct name_list names = { 0 };
	size_t before = out->len;
	bool more = false;
	int err;

	kernel_names(source, &names);
	err = names.failed ? -ENOMEM : 0;
	bytes_puts(out, "{\"kernels\":[");
	for (size_t i = 0; i < names.nr && !err; i++)
		err = add_entry(source, names.name[i], &more, out, error);
	bytes_puts(out, "]}\n");
	name_list_deinit(&names);
	if (!err && out->failed)
		err = fail(error, -ENOMEM, NULL, "no memory for a list");
	if (err)
		bytes_cut(out, before);
	return err;
}
