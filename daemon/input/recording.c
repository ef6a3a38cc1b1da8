// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/recording.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/slurp.h"

#include <errno.h>
#include <limits.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What the decoder may take; our recordings need a tenth of it. */
#define XZ_MAX_MEMORY	(128u << 20)

static bool exists(const char *path, const char *file)
{
	static const char *const suffixes[] = { "", ".xz" };
	bool found = false;

	for (size_t i = 0; i < 2 && !found; i++) {
		char name[PATH_MAX];
		struct stat st;

		found = snprintf(name, sizeof(name), "%s/%s%s", path, file, suffixes[i]) < (int)sizeof(name) && !stat(name, &st) && S_ISREG(st.st_mode);
	}
	return found;
}

bool recording_is(const char *path)
{
	size_t len = strlen(path);

	if (len > 4 && !strcmp(path + len - 4, ".tar"))
		return true;
	return exists(path, "case.json") && exists(path, "state0.json") && exists(path, "ops.ndjson");
}

const char *recording_lacks(const char *path)
{
	if (!exists(path, "ops.ndjson"))
		return NULL;
	return !exists(path, "case.json") ? "case.json" : !exists(path, "state0.json") ? "state0.json" : NULL;
}

/* ------------------------------------------------------------------ tar (POSIX ustar) */

#define TAR_BLOCK	512
#define TAR_SIZE	124		/* eleven octal digits */
#define TAR_CHECKSUM	148
#define TAR_TYPE	156

static unsigned tar_checksum(const char *head)
{
	unsigned sum = 0;

	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= TAR_CHECKSUM && i < TAR_CHECKSUM + 8 ? ' ' : (unsigned char)head[i];
	return sum;
}

static uint64_t tar_number(const char *field, size_t digits)
{
	uint64_t n = 0;

	for (size_t i = 0; i < digits && field[i]; i++)
		if (field[i] >= '0' && field[i] <= '7')
			n = n << 3 | (uint64_t)(field[i] - '0');
	return n;
}

/* Equal files make equal archives: no times, no owners. */
static void tar_add(struct bytes *tar, const char *name, const struct bytes *file)
{
	static const char zeros[TAR_BLOCK];
	char head[TAR_BLOCK + 1] = { 0 };

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "%07o", 0644);
	snprintf(head + 108, 8, "%07o", 0);
	snprintf(head + 116, 8, "%07o", 0);
	snprintf(head + TAR_SIZE, 12, "%011zo", file->len);
	snprintf(head + 136, 12, "%011o", 0);
	head[TAR_TYPE] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	snprintf(head + TAR_CHECKSUM, 8, "%06o", tar_checksum(head));
	bytes_add(tar, head, TAR_BLOCK);
	bytes_add(tar, bytes_text(file), file->len);
	bytes_add(tar, zeros, (TAR_BLOCK - file->len % TAR_BLOCK) % TAR_BLOCK);
}

/* "dir/case.json" is called case.json. */
static bool tar_is(const char *head, const char *name)
{
	char path[101] = { 0 };
	const char *slash;

	memcpy(path, head, 100);
	slash = strrchr(path, '/');
	return (head[TAR_TYPE] == '0' || !head[TAR_TYPE]) && !strcmp(slash ? slash + 1 : path, name);
}

/* The file's bytes in @tar, or NULL and its error. */
static const char *tar_find(const struct bytes *tar, const char *name, size_t *len, int *err, struct mm_error *error)
{
	*err = -ENOENT;
	for (size_t at = 0; tar->len - at >= TAR_BLOCK && tar->data[at];) {
		const char *head = tar->data + at;
		uint64_t size = tar_number(head + TAR_SIZE, 12);

		if (tar_number(head + TAR_CHECKSUM, 8) != tar_checksum(head)) {
			*err = fail_at(error, -EBADMSG, "recording", NULL, (int64_t)at, "is not a tar archive of a recording");
			return NULL;
		}
		at += TAR_BLOCK;
		if (size > tar->len - at) {
			*err = fail_at(error, -EBADMSG, "recording", NULL, (int64_t)at, "is cut short");
			return NULL;
		}
		if (tar_is(head, name)) {
			*len = size;
			return tar->data + at;
		}
		at += (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		if (at > tar->len)
			break;
	}
	return NULL;
}

static int pack_file(const char *path, const char *file, size_t max, struct bytes *tar, struct mm_error *error)
{
	static const char *const suffixes[] = { "", ".xz" };
	int err = -ENOENT;

	for (size_t i = 0; i < 2 && err == -ENOENT; i++) {
		struct bytes name = { 0 }, bytes = { 0 };

		bytes_printf(&name, "%.*s/%s%s", folder_len(path), path, file, suffixes[i]);
		err = slurp(bytes_text(&name), max, &bytes, error);
		if (!err)
			tar_add(tar, strrchr(bytes_text(&name), '/') + 1, &bytes);
		bytes_deinit(&bytes);
		bytes_deinit(&name);
	}
	return err;
}

int recording_pack(const char *path, bool with_ops, size_t max, struct bytes *tar, struct mm_error *error)
{
	struct stat st;
	int err;

	if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		return slurp(path, max, tar, error);
	err = pack_file(path, "case.json", max, tar, error);
	if (!err)
		err = pack_file(path, "state0.json", max, tar, error);
	if (!err && with_ops)
		err = pack_file(path, "ops.ndjson", max, tar, error);
	return err ? err : tar->failed ? fail(error, -ENOMEM, path, "no memory to read it into") : 0;
}

static int unpack(const char *where, const char *packed, size_t len, size_t max, struct bytes *out, struct mm_error *error)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	uint8_t buffer[65536];
	lzma_ret ret = lzma_stream_decoder(&stream, XZ_MAX_MEMORY, LZMA_CONCATENATED);
	int err = ret == LZMA_OK ? 0 : fail(error, -ENOMEM, where, "no memory to unpack it");

	stream.next_in = (const uint8_t *)packed;
	stream.avail_in = len;
	while (!err && ret == LZMA_OK) {
		stream.next_out = buffer;
		stream.avail_out = sizeof(buffer);
		ret = lzma_code(&stream, LZMA_FINISH);
		bytes_add(out, buffer, sizeof(buffer) - stream.avail_out);
		if (out->len > max)
			err = fail(error, -EFBIG, where, "is larger than %zu bytes when unpacked", max);
		else if (out->failed)
			err = fail(error, -ENOMEM, where, "no memory to unpack it into");
	}
	if (!err && ret != LZMA_STREAM_END)
		err = fail(error, -EBADMSG, where, "is not a complete xz file");
	lzma_end(&stream);
	return err;
}

int recording_file(const struct bytes *tar, const char *file, size_t max, struct bytes *out, struct mm_error *error)
{
	size_t len = 0;
	char name[64];
	int err;
	const char *found = tar_find(tar, file, &len, &err, error);

	if (found) {
		if (len > max)
			return fail(error, -EFBIG, file, "is larger than %zu bytes", max);
		bytes_add(out, found, len);
		return out->failed ? fail(error, -ENOMEM, file, "no memory to read it into") : 0;
	}
	if (err != -ENOENT)
		return err;
	snprintf(name, sizeof(name), "%s.xz", file);
	found = tar_find(tar, name, &len, &err, error);
	if (found)
		return unpack(name, found, len, max, out, error);
	return err == -ENOENT ? fail(error, -EBADMSG, "recording", "has no %s", file) : err;
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
	free(r->caches);
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
