// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/recording.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"

#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What the decoder may take; our recordings need a tenth of it. */
#define XZ_MAX_MEMORY	(128u << 20)

static bool exists(const char *path, const char *file)
{
	static const char *const suffixes[] = { "", ".xz" };
	bool found = false;

	for (size_t i = 0; i < 2 && !found; i++) {
		struct bytes name = { 0 };
		struct stat st;

		bytes_printf(&name, "%s/%s%s", path, file, suffixes[i]);
		found = !name.failed && !stat(name.data, &st) && S_ISREG(st.st_mode);
		bytes_deinit(&name);
	}
	return found;
}

bool recording_is(const char *path)
{
	return exists(path, "case.json") && exists(path, "state0.json") && exists(path, "ops.ndjson");
}

static int unpack(const char *where, const struct bytes *packed, struct bytes *out, struct mm_error *error)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	uint8_t buffer[65536];
	lzma_ret ret = lzma_stream_decoder(&stream, XZ_MAX_MEMORY, LZMA_CONCATENATED);
	int err = ret == LZMA_OK ? 0 : fail(error, -ENOMEM, where, "no memory to unpack it");

	stream.next_in = (const uint8_t *)packed->data;
	stream.avail_in = packed->len;
	while (!err && ret == LZMA_OK) {
		stream.next_out = buffer;
		stream.avail_out = sizeof(buffer);
		ret = lzma_code(&stream, LZMA_FINISH);
		bytes_add(out, buffer, sizeof(buffer) - stream.avail_out);
		if (out->len > RECORDING_MAX_FILE)
			err = fail(error, -EFBIG, where, "is larger than %u bytes when unpacked", RECORDING_MAX_FILE);
		else if (out->failed)
			err = fail(error, -ENOMEM, where, "no memory to unpack it into");
	}
	if (!err && ret != LZMA_STREAM_END)
		err = fail(error, -EBADMSG, where, "is no complete xz file");
	lzma_end(&stream);
	return err;
}

int recording_file(const char *path, const char *file, struct bytes *out, struct mm_error *error)
{
	struct bytes name = { 0 }, packed = { 0 };
	int err;

	bytes_printf(&name, "%s/%s", path, file);
	err = slurp(bytes_text(&name), RECORDING_MAX_FILE, out, error);
	if (err == -ENOENT) {
		bytes_puts(&name, ".xz");
		err = slurp(bytes_text(&name), RECORDING_MAX_FILE, &packed, error);
		if (!err)
			err = unpack(bytes_text(&name), &packed, out, error);
	}
	bytes_deinit(&packed);
	bytes_deinit(&name);
	return err;
}

static void free_lists(struct recorded_list *lists, size_t nr)
{
	for (size_t i = 0; lists && i < nr; i++) {
		free(lists[i].pfns);
		free(lists[i].types);
	}
	free(lists);
}

void recording_close(struct recording *r)
{
	struct recorded_state *s = &r->recorded;

	free_lists(s->free_lists, s->nr_zones * s->nr_orders * MM_ALLOC_TYPES);
	free_lists(s->pcp_lists, s->nr_zones * s->nr_cpus * s->nr_lists);
	free(s->zones);
	free(s->pagesets);
	free(s->blocks);
	free(r->kernel);
	free(r->release);
	free(r->package);
	free(r->nodes);
	free(r->cpus);
	free(r->refs);
	free(r->lists);
	free(r->runs);
	free(r->movable);
	*r = (struct recording){ 0 };
}

void recorded_op_deinit(struct recorded_op *op)
{
	free(op->pfns);
	free(op->requests);
	for (size_t i = 0; i < op->nr_log; i++)
		free(op->log[i]);
	free(op->log);
	*op = (struct recorded_op){ 0 };
}
