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
#include <zlib.h>

/* dtc takes milliseconds and megabytes for real boards; these stop a source that loops, that waits for a FIFO nobody
 * writes to, or that includes something endless. */
#define DTC_MAX_SECONDS	2
/* Wall-clock time: a busy machine is not the tree's fault. */
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

/* Sources include others, and /incbin/ any file at all, so dtc may read only the board's folder and what the program
 * itself needs.  On a kernel without Landlock, it may read whatever we may. */
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
	if (!err && standard && out->len == before)
		err = fail(error, -EBADMSG, name, "has been read already: only one input can come from there");
	if (err)
		bytes_cut(out, before);
	return err;
}

static bool is_gzip(const char *data, size_t len)
{
	return len > 18 && !memcmp(data, "\x1f\x8b\x08", 3);
}

/* From @packed to the end of @out; one member after the other, as gzip has them. */
static int unpack(const struct bytes *packed, const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	z_stream z = { .next_in = (Bytef *)packed->data, .avail_in = (uInt)packed->len };
	size_t start = out->len;
	unsigned char buffer[65536];
	int done = inflateInit2(&z, 15 + 16), err = done == Z_OK ? 0 : -ENOMEM;

	while (!err && done == Z_OK) {
		size_t got;

		z.next_out = buffer;
		z.avail_out = sizeof(buffer);
		done = inflate(&z, Z_NO_FLUSH);
		got = sizeof(buffer) - z.avail_out;
		if (done == Z_STREAM_END && z.avail_in && is_gzip((const char *)z.next_in, z.avail_in))
			done = inflateReset(&z);
		if (got > max - (out->len - start))
			err = fail_at(error, -EFBIG, path, NULL, (int64_t)max, "is larger than %zu bytes once it is unpacked", max);
		else
			bytes_add(out, buffer, got);
	}
	if (!err && done != Z_STREAM_END)
		err = fail_at(error, -EBADMSG, path, NULL, (int64_t)z.total_in, "is gzip data that is truncated or damaged");
	if (!err && out->failed)
		err = fail(error, -ENOMEM, path, "no memory to read it into");
	inflateEnd(&z);
	return err;
}

int slurp_any(const char *path, size_t max, struct bytes *out, struct mm_error *error)
{
	struct bytes raw = { 0 };
	int err = slurp_is_pipe(path) ? slurp_pipe(path, max, &raw, error) : slurp(path, max, &raw, error);
	size_t before = out->len;

	if (!err && is_gzip(raw.data ? raw.data : "", raw.len))
		err = unpack(&raw, strcmp(path, "-") ? path : "standard input", max, out, error);
	else if (!err)
		bytes_add(out, raw.data, raw.len);
	if (!err && out->failed)
		err = fail(error, -ENOMEM, path, "no memory to read it into");
	if (err)
		bytes_cut(out, before);
	bytes_deinit(&raw);
	return err;
}

/* In the child: only what is safe between fork and exec. */
static _Noreturn void run_dtc(const char *path, const char *folder, int in, int out, int complaints)
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
	if ((in < 0 || dup2(in, STDIN_FILENO) >= 0) && dup2(out, STDOUT_FILENO) >= 0 && dup2(complaints, STDERR_FILENO) >= 0)
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "-i", folder, "-o", "-", in < 0 ? path : "-", (char *)NULL);
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
		return fail(error, -EIO, path, "dtc cannot be sandboxed");
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

/* The source is the file @path, or what can be read from @in unless that is -1. */
static int compile(const char *path, const char *folder, int in, size_t max, struct bytes *out,
		   int complaints, struct mm_error *error)
{
	int ends[2], err, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return fail(error, -EIO, path, "no pipe to dtc: %s", strerror(errno));
	pid = fork();
	if (!pid)
		run_dtc(path, folder, in, ends[1], complaints);
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

/* A kernel's own sources go through the C preprocessor before dtc sees them. */
static bool wants_cpp(const char *text, size_t len)
{
	for (const char *p = text; p && p < text + len; p = memchr(p, '\n', (size_t)(text + len - p)), p = p ? p + 1 : NULL)
		if (len - (size_t)(p - text) > 8 && !memcmp(p, "#include", 8))
			return true;
	return false;
}

/* What dtc says about such a source helps nobody. */
static int advise_cpp(const char *where, int err, struct mm_error *error)
{
	return err != -EBADMSG ? err :
	       fail(error, err, where, "has #include lines, which are for the C preprocessor: give the .dtb that the kernel's build made of it, or "
		    "cpp -nostdinc -undef -x assembler-with-cpp -I INCLUDES FILE | mmscope boot -");
}

/* Is the file such a source?  Its first lines tell. */
static bool file_wants_cpp(const char *path)
{
	char head[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t len = fd < 0 ? 0 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	return len > 0 && wants_cpp(head, (size_t)len);
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
		err = compile(path, folder, -1, max, out, complaints, error);
	if (err && file_wants_cpp(path))
		err = advise_cpp(path, err, error);
	if (complaints >= 0)
		close(complaints);
	free(folder);
	if (err)
		bytes_cut(out, before);
	return err;
}

/* What follows spaces and comments; NULL: nothing does. */
static const char *first_word(const char *p, const char *end)
{
	const char *close;

	while (p < end) {
		if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
			p++;
			continue;
		}
		if (end - p < 2 || *p != '/' || (p[1] != '*' && p[1] != '/'))
			return p;
		close = p[1] == '*' ? memmem(p + 2, (size_t)(end - p - 2), "*/", 2) : memchr(p, '\n', (size_t)(end - p));
		p = close ? close + 1 + (p[1] == '*') : end;
	}
	return NULL;
}

bool slurp_is_source(const struct bytes *text)
{
	const char *end = bytes_text(text) + text->len, *first = first_word(bytes_text(text), end);

	return first && end - first >= 8 && !memcmp(first, "/dts-v1/", 8);
}

int slurp_compile(const char *where, size_t max, struct bytes *text, struct mm_error *error)
{
	int in = memfd_create("dts", MFD_CLOEXEC), complaints = memfd_create("dtc", MFD_CLOEXEC), err = 0;
	struct bytes tree = { 0 };

	if (in < 0 || complaints < 0 || write(in, text->data, text->len) != (ssize_t)text->len || lseek(in, 0, SEEK_SET))
		err = fail(error, -EIO, where, "cannot start dtc: %s", strerror(errno));
	else
		err = compile(where, ".", in, max, &tree, complaints, error);
	if (err && wants_cpp(text->data, text->len))
		err = advise_cpp(where, err, error);
	if (in >= 0)
		close(in);
	if (complaints >= 0)
		close(complaints);
	if (err) {
		bytes_deinit(&tree);
		return err;
	}
	bytes_deinit(text);
	*text = tree;
	return 0;
}
