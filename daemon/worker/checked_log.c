// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/checked_log.h"

#include "daemon/answers/log_report.h"
#include "daemon/base/fail.h"
#include "daemon/input/ask_fields.h"
#include "daemon/input/shelf.h"
#include "daemon/worker/upload.h"

#include <errno.h>
#include <stdio.h>

void checked_log_pack(const struct ask *ask, const struct bytes *profile, struct bytes *out)
{
	struct checked_log_tail tail = { .profile = profile->len };
	size_t from = out->len;

	for (size_t i = 0; i < nr_ask_fields; i++) {
		const char *value = *ask_field_of((struct ask *)ask, &ask_fields[i]);

		if (!value || ask_fields[i].shell_only)
			continue;
		bytes_add(out, ask_fields[i].param, strlen(ask_fields[i].param) + 1);
		bytes_add(out, value, strlen(value) + 1);
	}
	tail.params = out->len - from;
	bytes_add(out, bytes_text(profile), profile->len);
	bytes_add(out, &tail, sizeof(tail));
}

/* Split @file into its three parts; false: it was not written by the server. */
static bool split(struct span file, struct span *body, struct span *params, struct span *profile)
{
	struct checked_log_tail tail;
	uint64_t left;

	if (file.len < sizeof(tail))
		return false;
	left = file.len - sizeof(tail);
	memcpy(&tail, file.at + left, sizeof(tail));
	if (tail.profile > left || tail.params > left - tail.profile)
		return false;
	*profile = span_sub(file, left - tail.profile, tail.profile);
	left -= tail.profile;
	*params = span_sub(file, left - tail.params, tail.params);
	*body = span_sub(file, 0, left - tail.params);
	return true;
}

static const char *next_text(struct span *from)
{
	const uint8_t *nul = from->len ? memchr(from->at, '\0', from->len) : NULL;
	const char *text = (const char *)from->at;

	if (!nul)
		return NULL;
	*from = span_from(*from, (uint64_t)(nul - from->at) + 1);
	return text;
}

static void read_params(struct span params, struct ask *ask)
{
	const char *name, *value;

	while ((name = next_text(&params)) && (value = next_text(&params)))
		for (size_t i = 0; i < nr_ask_fields; i++)
			if (!strcmp(ask_fields[i].param, name))
				*ask_field_of(ask, &ask_fields[i]) = value;
}

static int report(struct span log, struct ask *ask, struct bytes *out, struct mm_error *error)
{
	struct dmesg dmesg = { 0 };
	int err = dmesg_read((const char *)log.at, log.len, "boot log", &dmesg, error);

	if (!err)
		err = log_report(&dmesg, ask, out, error);
	dmesg_deinit(&dmesg);
	return err;
}

/* A kernel that does not ship is found under its name as on the server's own shelf. */
static int with_kernel(struct span log, struct span profile, struct ask *ask, struct bytes *out, struct mm_error *error)
{
	char name[SHELF_NAME_SIZE];
	int err;

	if (!profile.len)
		return report(log, ask, out, error);
	ask->shelf = shelf_new(NULL);
	if (!ask->shelf)
		return fail(error, -ENOMEM, "kernel", "there is no memory for it");
	err = shelf_add(ask->shelf, (const char *)profile.at, profile.len, name, error);
	if (err >= 0) {
		ask->kernel = name;
		err = report(log, ask, out, error);
	}
	shelf_free(ask->shelf);
	return err;
}

int checked_log(struct span file, struct bytes *out, struct mm_error *error)
{
	struct span body, params, profile;
	struct ask ask = { 0 };
	struct upload upload;
	int err;

	if (!split(file, &body, &params, &profile))
		return fail(error, -EIO, "body", "was not read completely");
	err = upload_read(body, &upload, error);
	if (!err && !upload.log.len)
		err = upload_missing("log", error);
	if (!err && !upload.tree.len)
		err = upload_missing("tree", error);
	if (!err && upload.log.len > DMESG_MAX_BYTES)
		err = fail(error, -EFBIG, "boot log", "is larger than the %u MiB that are read; its beginning is enough",
			   DMESG_MAX_BYTES >> 20);
	if (!err && upload.tree.len > REQUEST_MAX_DTB)
		err = fail(error, -EFBIG, "device tree", "is larger than the %u MiB that are read", REQUEST_MAX_DTB >> 20);
	if (err)
		return err;
	read_params(params, &ask);
	ask.dtb = upload.tree.at;
	ask.dtb_len = upload.tree.len;
	return with_kernel(upload.log, profile, &ask, out, error);
}
