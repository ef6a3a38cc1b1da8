// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/decode_verified.h"

#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/base/write_file.h"
#include "daemon/input/decode_json.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, VERIFIED_FILE, "no memory");
}

/* The whole file as an object; an empty object if there is no file. */
static int load(const char *path, json_t **ret, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = slurp(path, REQUEST_MAX_JSON, &json, error);

	if (err == -ENOENT) {
		*ret = json_object();
		return *ret ? 0 : no_memory(error);
	}
	if (!err)
		err = decode_json(bytes_text(&json), json.len, path, ret, error);
	bytes_deinit(&json);
	if (!err && !json_is_object(*ret)) {
		json_decref(*ret);
		err = fail(error, -EBADMSG, path, "should be a JSON object; move it away to begin anew");
	}
	return err;
}

static int save(const char *path, json_t *root, struct mm_error *error)
{
	struct bytes out = { 0 };
	int err = decode_dump(root, JSON_INDENT(1) | JSON_SORT_KEYS, &out);

	bytes_putc(&out, '\n');
	err = err || out.failed ? no_memory(error) : write_file(path, out.data, out.len, error);
	bytes_deinit(&out);
	return err;
}

/* The member, created if missing; NULL: out of memory. */
static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (json_is_object(value))
		return value;
	value = json_object();
	return value && !json_object_set_new(object, key, value) ? value : NULL;
}

static int put_boot(json_t *root, const struct verified_boot *boot, struct mm_error *error)
{
	json_t *kernel = member(root, boot->facts), *boots = kernel ? member(kernel, "boots") : NULL;
	json_t *entry = json_pack("{s:s, s:I, s:I}", "name", boot->name, "matched", (json_int_t)boot->matched, "total",
				  (json_int_t)boot->total);

	if (!boots || !entry || json_object_set_new(kernel, "kernel", json_string(boot->kernel)) ||
	    json_object_set_new(boots, boot->id, json_incref(entry))) {
		json_decref(entry);
		return no_memory(error);
	}
	json_decref(entry);
	return 0;
}

int verified_add(const char *dir, const struct verified_boot *boot, struct mm_error *error)
{
	int lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	struct bytes path = { 0 };
	json_t *root = NULL;

	if (lock < 0 || flock(lock, LOCK_EX)) {
		err = fail(error, -EIO, dir, "what was verified cannot be kept there: %s", strerror(errno));
		if (lock >= 0)
			close(lock);
		return err;
	}
	bytes_printf(&path, "%s/" VERIFIED_FILE, dir);
	err = path.failed ? no_memory(error) : load(path.data, &root, error);
	if (!err)
		err = put_boot(root, boot, error);
	if (!err)
		err = save(path.data, root, error);
	json_decref(root);
	bytes_deinit(&path);
	close(lock);
	return err;
}

/* A boot whose numbers were edited into nonsense is not counted. */
static void add_up(json_t *boots, struct conformance *ret)
{
	const char *id;
	json_t *boot;

	json_object_foreach(boots, id, boot) {
		int64_t matched = json_integer_value(json_object_get(boot, "matched"));
		int64_t total = json_integer_value(json_object_get(boot, "total"));

		if (matched < 0 || total <= 0 || matched > total || total > INT32_MAX)
			continue;
		ret->captures++;
		ret->exact += matched == total;
		ret->matched += matched;
		ret->total += total;
	}
	ret->known = ret->captures > 0;
}

int verified_read(const char *dir, const char *facts, struct conformance *ret, struct mm_error *error)
{
	struct bytes path = { 0 };
	json_t *root = NULL;
	int err;

	*ret = (struct conformance){ 0 };
	if (!dir)
		return 0;
	bytes_printf(&path, "%s/" VERIFIED_FILE, dir);
	err = path.failed ? no_memory(error) : load(path.data, &root, error);
	if (!err)
		add_up(json_object_get(json_object_get(root, facts), "boots"), ret);
	json_decref(root);
	bytes_deinit(&path);
	return err;
}
