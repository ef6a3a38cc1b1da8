// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/encode_request.h"

#include "daemon/base/decode_value.h"

#include <errno.h>
#include <jansson.h>

/* "0x40000000@0x40000000,0x10000000": as --memory reads it. */
void encode_banks(struct bytes *out, const struct request *request)
{
	for (size_t i = 0; i < request->nr_banks; i++) {
		if (i)
			bytes_putc(out, ',');
		if (request->banks[i].node >= 0)
			bytes_printf(out, "%d:", request->banks[i].node);
		bytes_hex(out, request->banks[i].size);
		if (!request->banks[i].placed)
			continue;
		bytes_putc(out, '@');
		bytes_hex(out, request->banks[i].base);
	}
}

void encode_memreserve(struct bytes *out, const struct request *request)
{
	for (size_t i = 0; i < request->nr_memreserve; i++)
		bytes_printf(out, "%s0x%llx,0x%llx", i ? "," : "", (unsigned long long)request->memreserve[i].base,
			     (unsigned long long)request->memreserve[i].size);
}

static bool set_text(json_t *object, const char *key, const char *value)
{
	return !value || !json_object_set_new(object, key, json_string(value));
}

static bool set_hex(json_t *object, const char *key, uint64_t value, bool has)
{
	return !has || !json_object_set_new(object, key, json_sprintf("0x%llx", (unsigned long long)value));
}

static bool set_loader(json_t *root, const struct request *request)
{
	const struct request_loader *loader = &request->loader;
	json_t *object = json_object();

	if (json_object_set_new(root, "loader", object))
		return false;
	if (loader->has_initrd &&
	    json_object_set_new(object, "initrd",
				json_pack("[o,o]", json_sprintf("0x%llx", (unsigned long long)loader->initrd_start),
					  json_sprintf("0x%llx", (unsigned long long)loader->initrd_end))))
		return false;
	return set_text(object, "model", request->loader_model) &&
	       set_hex(object, "kernel_image", loader->image, loader->has_image) &&
	       set_hex(object, "dtb", loader->dtb, loader->has_dtb) &&
	       set_hex(object, "initrd_size", loader->initrd_size, loader->has_initrd_size) &&
	       set_hex(object, "dtb_totalsize", loader->dtb_totalsize, loader->has_dtb_totalsize);
}

static bool set_memory(json_t *root, const struct request *request)
{
	struct bytes text = { 0 };
	bool ok = true;

	if (request->nr_banks) {
		encode_banks(&text, request);
		ok = !text.failed && set_text(root, "memory", bytes_text(&text));
	}
	bytes_deinit(&text);
	return ok;
}

static bool set_memreserve(json_t *root, const struct request *request)
{
	struct bytes text = { 0 };
	bool ok;

	encode_memreserve(&text, request);
	ok = !text.failed && (!text.len || set_text(root, "memreserve", bytes_text(&text)));
	bytes_deinit(&text);
	return ok;
}

static int add_chunk(const char *chunk, size_t len, void *out)
{
	bytes_add(out, chunk, len);
	return 0;
}

int encode_request(struct bytes *out, const struct request *request)
{
	unsigned long shortages = decode_shortages();
	json_t *root = json_object();
	bool ok;

	ok = root && set_text(root, "board", request->board) && set_text(root, "kernel", request->kernel) &&
		  set_text(root, "cmdline", request->cmdline) && set_text(root, "cpu", request->cpu) &&
		  set_text(root, "ops", request->ops) && set_text(root, "from_state", request->from_state) &&
		   set_text(root, "uefi", request->uefi) && set_text(root, "reserved", request->reserved) &&
		  set_memory(root, request) && set_memreserve(root, request) && set_loader(root, request);
	if (ok && json_dump_callback(root, add_chunk, out, JSON_SORT_KEYS | JSON_COMPACT))
		ok = false;
	json_decref(root);
	if (ok && !out->failed)
		return 0;
	return decode_shortages() != shortages || out->failed ? -ENOMEM : -EINVAL;
}
