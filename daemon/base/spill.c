// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/spill.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_part(const char *path, const struct bytes *bytes)
{
	FILE *file = fopen(path, "w");
	bool ok = file && fwrite(bytes->data ? bytes->data : "", 1, bytes->len, file) == bytes->len;

	/* Both are tried: a full disk is noticed at the end. */
	return file && !fclose(file) && ok;
}

/* A file, or nothing yet: what else there is (a device, a pipe) is written into and stays what it is. */
static bool may_replace(const char *path)
{
	struct stat st;

	return stat(path, &st) ? errno == ENOENT : S_ISREG(st.st_mode);
}

int spill(const char *path, const struct bytes *bytes, struct mm_error *error)
{
	struct bytes part = { 0 };
	int err = 0;

	if (!may_replace(path) && !bytes->failed)
		return write_part(path, bytes) ? 0 : fail(error, -EIO, path, "cannot be written: %s", strerror(errno));
	bytes_printf(&part, "%s.part", path);
	if (part.failed || bytes->failed)
		err = fail(error, -ENOMEM, NULL, "no memory");
	else if (!write_part(part.data, bytes) || rename(part.data, path))
		err = fail(error, -EIO, path, "cannot be written: %s", strerror(errno));
	if (err == -EIO)
		unlink(part.data);
	bytes_deinit(&part);
	return err;
}
