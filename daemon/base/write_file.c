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

int write_file(const char *path, const void *data, size_t len, struct mm_error *error)
{
	struct bytes part = { 0 };
	int fd, err;

	bytes_printf(&part, "%s.XXXXXX", path);
	if (part.failed)
		return fail(error, -ENOMEM, path, "no memory to write it");
	fd = mkostemp(part.data, O_CLOEXEC);
	err = fd < 0 ? -errno : put(fd, data, len);
	/* mkostemp() keeps it to oneself. */
	if (!err && fchmod(fd, 0644))
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err && rename(part.data, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(part.data);
	bytes_deinit(&part);
	return err ? fail(error, -EIO, path, "cannot be written: %s", strerror(-err)) : 0;
}
