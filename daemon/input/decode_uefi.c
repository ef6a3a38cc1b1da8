// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/input/decode_json.h"
#include "daemon/input/uefi_map.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static bool number_value(json_t *value, uint64_t *ret)
{
	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*ret = (uint64_t)json_integer_value(value);
		return true;
	}
	return json_is_string(value) && number_parse(json_string_value(value), ret);
}

static bool member(json_t *object, const char *key, uint64_t *ret)
{
	return number_value(json_object_get(object, key), ret);
}

static bool read_type(json_t *value, uint32_t *ret)
{
	uint64_t number;

	if (json_is_string(value))
		return uefi_type_of(json_string_value(value), json_string_length(value), ret);
	if (!number_value(value, &number) || number > UINT32_MAX)
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* Without an attribute the memory is cacheable, as all RAM is. */
static bool read_attribute(json_t *value, uint64_t *ret)
{
	*ret = 8;
	if (!value)
		return true;
	if (json_is_string(value))
		return uefi_attribute_of(json_string_value(value), json_string_length(value), ret);
	return number_value(value, ret);
}

/* "size" in bytes, "pages" of 4 KiB, or "end", the first byte after it. */
static bool read_bytes(json_t *object, uint64_t base, uint64_t *ret)
{
	uint64_t value;

	if (member(object, "size", ret))
		return true;
	if (member(object, "pages", &value) && value < UINT64_C(1) << 40) {
		*ret = value << 12;
		return true;
	}
	if (!member(object, "end", &value) || value <= base)
		return false;
	*ret = value - base;
	return true;
}

static int read_range(json_t *object, size_t i, const char *where, struct uefi_map *map, struct mm_error *error)
{
	struct uefi_entry entry = { 0 };

	if (!member(object, "base", &entry.base))
		return fail(error, -EBADMSG, where, "range %zu of the memory map has no \"base\"", i + 1);
	if (!read_bytes(object, entry.base, &entry.bytes))
		return fail(error, -EBADMSG, where, "range %zu of the memory map has neither \"size\" nor \"pages\" nor \"end\"", i + 1);
	if (!read_type(json_object_get(object, "type"), &entry.type))
		return fail(error, -EBADMSG, where, "range %zu of the memory map has no \"type\" such as \"Conventional\"", i + 1);
	if (!read_attribute(json_object_get(object, "attribute"), &entry.attribute))
		return fail(error, -EBADMSG, where, "range %zu of the memory map: \"attribute\" is nothing like \"WB|RUN\"", i + 1);
	if (uefi_map_add(map, &entry))
		return fail(error, -EBADMSG, where, "has more than %d ranges", UEFI_MAP_MAX_RANGES);
	return 0;
}

static int read_table(json_t *object, size_t i, const char *where, struct uefi_map *map, struct mm_error *error)
{
	json_t *name = json_object_get(object, "name");
	uint64_t address, size = 0;

	if (!json_is_string(name) || !member(object, "address", &address))
		return fail(error, -EBADMSG, where, "table %zu has no \"name\" and \"address\"", i + 1);
	member(object, "size", &size);
	if (uefi_map_add_table(map, json_string_value(name), json_string_length(name), address, size))
		return fail(error, -EBADMSG, where, "table %zu is one too many, or its name is too long", i + 1);
	return 0;
}

static int read_root(json_t *root, const char *where, struct uefi_map *map, struct mm_error *error)
{
	json_t *list = json_is_array(root) ? root : json_object_get(root, "memory_map"), *item;
	struct mm_uefi *uefi = uefi_map_facts(map);
	uint64_t number;
	size_t i;
	int err = 0;

	if (!json_is_array(list) || !json_array_size(list))
		return fail(error, -EBADMSG, where, "has no list of ranges, neither by itself nor as \"memory_map\"");
	json_array_foreach(list, i, item) {
		err = err ? err : read_range(item, i, where, map, error);
	}
	json_array_foreach(json_object_get(root, "tables"), i, item) {
		err = err ? err : read_table(item, i, where, map, error);
	}
	member(root, "system_table", &uefi->system_table);
	member(root, "map_address", &uefi->map_address);
	if (member(root, "descriptor_bytes", &number))
		uefi->descriptor_bytes = number > 4096 ? 4096 : (uint32_t)number;
	return err;
}

int decode_uefi(const char *json, size_t len, const char *where, struct uefi_map *map, struct mm_error *error)
{
	json_t *root;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	err = read_root(root, where, map, error);
	json_decref(root);
	return err;
}
