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

/* A device or a pipe stays what it is. */
static int write_into(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = fd < 0 ? -errno : put(fd, data, len);

	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	return err;
}

#define MAX_PARTS	100

/* A new file beside @path, whose name is left in @part. */
static int open_part(const char *path, struct bytes *part)
{
	int fd = -1;

	for (unsigned int nr = 0; nr < MAX_PARTS && fd < 0; nr++) {
		bytes_clear(part);
		bytes_printf(part, "%s.part%u", path, nr);
		if (part->failed)
			return -ENOMEM;
		fd = open(part->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* @old: the file that it replaces, or NULL. */
static int write_part(const char *path, const char *part, int fd, const struct stat *old, const void *data, size_t len)
{
	int err = put(fd, data, len);

	if (!err && old && fchmod(fd, old->st_mode & 0777))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		unlink(part);
	return err;
}

static int write_beside(const char *path, const struct stat *old, const void *data, size_t len)
{
	struct bytes part = { 0 };
	int fd = open_part(path, &part), err = fd < 0 ? fd : write_part(path, part.data, fd, old, data, len);

	bytes_deinit(&part);
	return err;
}

static int write_anything(const char *path, const void *data, size_t len)
{
	struct stat old;
	char *real;
	int err;

	if (stat(path, &old))
		return errno == ENOENT ? write_beside(path, NULL, data, len) : -errno;
	if (!S_ISREG(old.st_mode))
		return write_into(path, data, len);
	/* A link stays a link: /dev/stdout is one, perhaps to a file. */
	real = realpath(path, NULL);
	err = real ? write_beside(real, &old, data, len) : -errno;
	free(real);
	return err;
}

int write_file(const char *path, const void *data, size_t len, struct mm_error *error)
{
	int err = write_anything(path, data, len);

	if (err == -ENOMEM)
		return fail(error, err, path, "no memory to write it");
	return err ? fail(error, -EIO, path, "cannot be written: %s", strerror(-err)) : 0;
}
