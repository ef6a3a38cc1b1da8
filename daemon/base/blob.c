// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/blob.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdlib.h>

struct blob *blob_new(bool indexed)
{
	struct blob *blob = calloc(1, sizeof(*blob));

	if (!blob)
		return NULL;
	blob->indexed = indexed;
	atomic_init(&blob->refs, 1);
	atomic_init(&blob->state, BLOB_PENDING);
	return blob;
}

struct blob *blob_of(struct bytes *bytes)
{
	struct blob *blob = bytes->failed ? NULL : blob_new(false);

	if (!blob) {
		bytes_deinit(bytes);
		return NULL;
	}
	blob->bytes = *bytes;
	*bytes = (struct bytes){ 0 };
	blob_ready(blob);
	return blob;
}

struct blob *blob_get(struct blob *blob)
{
	atomic_fetch_add_explicit(&blob->refs, 1, memory_order_relaxed);
	return blob;
}

void blob_put(struct blob *blob)
{
	if (!blob || atomic_fetch_sub_explicit(&blob->refs, 1, memory_order_acq_rel) != 1)
		return;
	bytes_deinit(&blob->bytes);
	event_index_deinit(&blob->index);
	ceiling_give(blob->ceiling, blob->charged);
	free(blob);
}

bool blob_charge(struct blob *blob, struct ceiling *ceiling, size_t bytes)
{
	if (bytes > blob->charged && !ceiling_take(ceiling, bytes - blob->charged))
		return false;
	if (bytes < blob->charged)
		ceiling_give(ceiling, blob->charged - bytes);
	blob->ceiling = ceiling;
	blob->charged = bytes;
	return true;
}

static void settle(struct blob *blob, enum blob_state state)
{
	atomic_store_explicit(&blob->state, (int)state, memory_order_release);
}

/* Its buffer grew by doubling, and the blob will be kept for a long time. */
static void trim(struct bytes *bytes)
{
	char *data = bytes->data ? realloc(bytes->data, bytes->len + 1) : NULL;

	if (!data)
		return;
	bytes->data = data;
	bytes->cap = bytes->len + 1;
}

void blob_ready(struct blob *blob)
{
	struct blob_failure failure = { 0 };

	if (blob->bytes.failed)
		failure.err = fail(&failure.error, -ENOMEM, "answer", "no memory for it");
	else if (blob->indexed)
		failure.err = event_index_build(&blob->index, &blob->bytes, &failure.error);
	if (failure.err) {
		failure.code = failure.err == -ENOMEM ? NULL : "internal";
		blob_fail(blob, &failure);
		return;
	}
	trim(&blob->bytes);
	if (blob_cost(blob) < blob->charged)
		blob_charge(blob, blob->ceiling, blob_cost(blob));
	settle(blob, BLOB_READY);
}

void blob_fail(struct blob *blob, const struct blob_failure *failure)
{
	bytes_deinit(&blob->bytes);
	blob_charge(blob, blob->ceiling, 0);
	blob->failure = *failure;
	settle(blob, BLOB_FAILED);
}

size_t blob_cost(const struct blob *blob)
{
	return sizeof(*blob) + blob->bytes.cap + event_index_cost(&blob->index);
}
