// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/slurp.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* dtc takes milliseconds for real boards; this stops a source that loops. */
#define DTC_MAX_SECONDS 10

static int read_all(int fd, const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	size_t start = out->len;
	char buffer[65536];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(error, -EIO, path, "cannot be read: %s", strerror(errno));
		if ((size_t)got > max - (out->len - start))
			return fail_at(error, -EFBIG, path, NULL, (int64_t)max, "is larger than %zu bytes", max);
		bytes_add(out, buffer, (size_t)got);
		if (out->failed)
			return fail(error, -ENOMEM, path, "no memory to read it into");
	}
	return 0;
}

/* Whose fault it is: the path's, the file's, or ours. */
static int error_of_open(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return -ENOENT;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EIO:
		return -EIO;
	default:
		return -EBADMSG;
	}
}

static int open_regular(const char *path, struct mm_error *error)
{
	struct stat st;
	/* Never wait for a FIFO's writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail(error, error_of_open(errno), path, "cannot be opened: %s", strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return fail(error, -EBADMSG, path, "is not a file");
	}
	return fd;
}

int slurp(const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	size_t before = out->len;
	int fd = open_regular(path, error), err;

	if (fd < 0)
		return fd;
	err = read_all(fd, path, max, out, error);
	close(fd);
	if (err)
		bytes_cut(out, before);
	return err;
}

/* In the child: only what is safe between fork and exec. */
static _Noreturn void run_dtc(const char *path, const char *folder, int out, int complaints)
{
	const struct rlimit cpu = { DTC_MAX_SECONDS, DTC_MAX_SECONDS };

	setrlimit(RLIMIT_CPU, &cpu);
	if (dup2(out, STDOUT_FILENO) >= 0 && dup2(complaints, STDERR_FILENO) >= 0)
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "-i", folder, "-o", "-", path, (char *)NULL);
	_exit(127);
}

/* "Error: board.dts:3.1-2 syntax error": dtc's first line without its newline. */
static int dtc_complaint(const char *path, int status, int fd, struct mm_error *error)
{
	char line[200];
	ssize_t len;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fail(error, -ENOENT, path, "cannot be compiled: there is no dtc (Debian: device-tree-compiler)");
	len = pread(fd, line, sizeof(line) - 1, 0);
	line[len > 0 ? len : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return fail(error, -EBADMSG, path, "dtc refuses it: %s",
		    *line ? line : WIFSIGNALED(status) ? "it was stopped" : "it gives no reason");
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

static int compile(const char *path, const char *folder, size_t max, struct bytes *out,
		   int complaints, struct mm_error *error)
{
	int ends[2], err, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return fail(error, -EIO, path, "no pipe to dtc: %s", strerror(errno));
	pid = fork();
	if (!pid)
		run_dtc(path, folder, ends[1], complaints);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return fail(error, -EIO, path, "cannot start dtc: %s", strerror(errno));
	}
	err = read_all(ends[0], path, max, out, error);
	close(ends[0]);
	if (err)
		kill(pid, SIGKILL);
	status = wait_for(pid);
	if (!err && status)
		err = dtc_complaint(path, status, complaints, error);
	return err;
}

int slurp_dts(const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = open_regular(path, error), complaints, err;
	size_t before = out->len;

	if (fd < 0) {
		free(folder);
		return fd;
	}
	close(fd);
	complaints = memfd_create("dtc", MFD_CLOEXEC);
	if (complaints < 0 || !folder)
		err = fail(error, -EIO, path, "cannot start dtc: %s", strerror(errno));
	else
		err = compile(path, folder, max, out, complaints, error);
	if (complaints >= 0)
		close(complaints);
	free(folder);
	if (err)
		bytes_cut(out, before);
	return err;
}
