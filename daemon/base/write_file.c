// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/write_file.h"

#include "daemon/base/bytes.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int put(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

/* A file, or nothing yet: what else there is (a device, a pipe) is written into and stays what it is. */
static bool may_replace(const char *path)
{
	struct stat st;

	return stat(path, &st) ? errno == ENOENT : S_ISREG(st.st_mode);
}

static int write_into(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = fd < 0 ? -errno : put(fd, data, len);

	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	return err;
}

static int write_beside(const char *path, const char *part, int fd, const void *data, size_t len)
{
	int err = put(fd, data, len);

	/* mkostemp() keeps it to oneself. */
	if (!err && fchmod(fd, 0644))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		unlink(part);
	return err;
}

int write_file(const char *path, const void *data, size_t len, struct mm_error *error)
{
	struct bytes part = { 0 };
	int fd, err;

	if (!may_replace(path)) {
		err = write_into(path, data, len);
		return err ? fail(error, -EIO, path, "cannot be written: %s", strerror(-err)) : 0;
	}
	bytes_printf(&part, "%s.XXXXXX", path);
	if (part.failed)
		return fail(error, -ENOMEM, path, "no memory to write it");
	fd = mkostemp(part.data, O_CLOEXEC);
	err = fd < 0 ? -errno : write_beside(path, part.data, fd, data, len);
	bytes_deinit(&part);
	return err ? fail(error, -EIO, path, "cannot be written: %s", strerror(-err)) : 0;
}
