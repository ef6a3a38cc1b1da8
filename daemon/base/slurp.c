// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/slurp.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* dtc takes milliseconds and megabytes for real boards; these stop a source that loops, waits
 * for a FIFO that nobody writes into, or includes what has no end. */
#define DTC_MAX_SECONDS	2
/* Of wall-clock time: a machine with much to do is no fault of the tree. */
#define DTC_MAX_WALL_SECONDS	15
#define DTC_MAX_MEMORY	(256u << 20)

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

#define READ_FILES	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void allow_below(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = access };

	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
}

/* Sources include others, and /incbin/ any file at all: what dtc may read is the board's folder
 * and what the program itself needs.  Where the kernel has no Landlock, it reads what we may. */
static int dtc_shut_in(const char *folder)
{
	static const char *const programs[] = { "/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache" };
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1,	/* all of ABI 1 */
	};
	int ruleset, err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		allow_below(ruleset, programs[i], LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
	allow_below(ruleset, folder, READ_FILES);
	err = syscall(SYS_landlock_restrict_self, ruleset, 0) ? -errno : 0;
	close(ruleset);
	return err;
}

bool slurp_is_pipe(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") || (!stat(path, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)));
}

int slurp_pipe(const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	bool standard = !strcmp(path, "-");
	const char *name = standard ? "standard input" : path;
	size_t before = out->len;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), err;

	if (fd < 0)
		return fail(error, error_of_open(errno), name, "cannot be opened: %s", strerror(errno));
	err = read_all(fd, name, max, out, error);
	if (!standard)
		close(fd);
	if (err)
		bytes_cut(out, before);
	return err;
}

/* In the child: only what is safe between fork and exec. */
static _Noreturn void run_dtc(const char *path, const char *folder, int out, int complaints)
{
	const struct rlimit cpu = { DTC_MAX_SECONDS, DTC_MAX_SECONDS };
	const struct rlimit memory = { DTC_MAX_MEMORY, DTC_MAX_MEMORY };
	const struct rlimit file = { 64 << 10, 64 << 10 }, core = { 0, 0 };
	sigset_t none;

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_FSIZE, &file);
	setrlimit(RLIMIT_CORE, &core);
	/* Wall-clock time: the alarm outlives exec. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGALRM, SIG_DFL);
	alarm(DTC_MAX_WALL_SECONDS);
	if (dtc_shut_in(folder))
		_exit(126);
	if (dup2(out, STDOUT_FILENO) >= 0 && dup2(complaints, STDERR_FILENO) >= 0)
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "-i", folder, "-o", "-", path, (char *)NULL);
	_exit(127);
}

/* "Error: board.dts:3.1-2 syntax error": dtc's first line without its newline. */
static int dtc_complaint(const char *path, int status, int fd, struct mm_error *error)
{
	char line[200];
	ssize_t len;

	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGXCPU ||
				    WTERMSIG(status) == SIGKILL))
		return fail(error, -EBADMSG, path, "dtc took longer than %d seconds and was stopped",
			    WTERMSIG(status) == SIGALRM ? DTC_MAX_WALL_SECONDS : DTC_MAX_SECONDS);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
		return fail(error, -EIO, path, "dtc cannot be shut in");
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
