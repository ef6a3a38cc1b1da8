// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/confined.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum message_kind {
	SAYS_PROGRESS,			/* text follows */
	SAYS_ANSWER,			/* the answer follows */
	SAYS_FAILURE,			/* struct failure follows */
};

struct message {
	uint32_t kind, len;
};

struct failure {
	int32_t err;
	struct mm_error error;
};

struct confined_voice {
	int fd;
	void *shared;
};

/* -------------------------------------------------------------- the worker's side */

static void put(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1);
		p += n;
		len -= (size_t)n;
	}
}

static void say(int fd, enum message_kind kind, const void *data, size_t len)
{
	const struct message head = { kind, (uint32_t)len };

	put(fd, &head, sizeof(head));
	put(fd, data, len);
}

void confined_say(struct confined_voice *voice, const char *text)
{
	say(voice->fd, SAYS_PROGRESS, text, strlen(text));
}

void *confined_shared(const struct confined_voice *voice)
{
	return voice->shared;
}

static int shut_in(const struct confined *how, struct mm_error *error)
{
	struct sandbox_limits limits = how->limits;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, how->title);
	signal(SIGPIPE, SIG_IGN);
	limits.memory += limits.memory ? how->shared : 0;
	return sandbox_enter(&limits, error) ? -EIO : 0;
}

static int work_in(const struct confined *how, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	int err = shut_in(how, error);

	if (!err)
		err = how->work(how->input, voice, out, error);
	if (!err && out->failed)
		return fail(error, -ENOMEM, how->what, "no memory for what is in it");
	if (!err && out->len > how->max_answer)
		return fail(error, -EFBIG, how->what, "holds more than %zu MiB that matter", how->max_answer >> 20);
	return err;
}

_Noreturn static void answer(const struct confined *how, void *shared, int fd)
{
	struct confined_voice voice = { fd, shared };
	struct failure failure = { .error.offset = -1 };
	struct bytes out = { 0 };

	failure.err = work_in(how, &voice, &out, &failure.error);
	if (failure.err)
		say(fd, SAYS_FAILURE, &failure, sizeof(failure));
	else
		say(fd, SAYS_ANSWER, bytes_text(&out), out.len);
	/* The memory goes with the process. */
	_exit(0);
}

_Noreturn static void print(const struct confined *how, int out, int err, int fd)
{
	struct failure failure = { .error.offset = -1 };
	int status;

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	failure.err = shut_in(how, &failure.error);
	if (failure.err) {
		say(fd, SAYS_FAILURE, &failure, sizeof(failure));
		_exit(1);
	}
	close(fd);
	status = how->print(how->input);
	fflush(NULL);
	_exit(status);
}

/* It has nobody to report to: whatever it leaves undone, the first process does itself. */
_Noreturn static void help(const struct confined *how, void *shared)
{
	struct mm_error error;

	if (!shut_in(how, &error))
		how->help(how->input, shared);
	_exit(0);
}

/* -------------------------------------------------------------- the caller's side */

static bool get(int fd, void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Receive exactly @len more bytes; the sender's word for it is not trusted. */
static bool get_bytes(int fd, struct bytes *data, size_t len)
{
	char block[4096];

	bytes_clear(data);
	while (len) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		if (!get(fd, block, n))
			return false;
		bytes_add(data, block, n);
		len -= n;
	}
	return !data->failed;
}

/* A process that was taken over may send anything. */
static bool take_failure(const struct bytes *data, struct mm_error *error, int *ret)
{
	struct failure failure;

	if (data->len != sizeof(failure))
		return false;
	memcpy(&failure, data->data, sizeof(failure));
	failure.error.where[sizeof(failure.error.where) - 1] = '\0';
	failure.error.node[sizeof(failure.error.node) - 1] = '\0';
	failure.error.text[sizeof(failure.error.text) - 1] = '\0';
	failure.error.option[sizeof(failure.error.option) - 1] = '\0';
	failure.error.example[sizeof(failure.error.example) - 1] = '\0';
	*error = failure.error;
	*ret = failure.err < 0 ? failure.err : -EBADMSG;
	return true;
}

/* Read until the worker has said how it ended; false: what it sent makes no sense. */
static bool listen_to(int fd, const struct confined *how, struct bytes *out, struct mm_error *error, int *ret)
{
	size_t max = how->max_answer > sizeof(struct failure) ? how->max_answer : sizeof(struct failure);
	struct message head;
	struct bytes data = { 0 };
	bool told = false;

	while (!told && get(fd, &head, sizeof(head)) && head.len <= max && get_bytes(fd, &data, head.len)) {
		if (head.kind == SAYS_PROGRESS && how->progress) {
			how->progress(how->progress_ctx, bytes_text(&data));
		} else if (head.kind == SAYS_FAILURE) {
			told = take_failure(&data, error, ret);
		} else if (head.kind == SAYS_ANSWER) {
			bytes_add(out, bytes_text(&data), data.len);
			*ret = out->failed ? fail(error, -ENOMEM, how->what, "no memory for what was read") : 0;
			told = true;
		}
	}
	bytes_deinit(&data);
	return told;
}

static int how_it_ended(const struct confined *how, int status, struct mm_error *error)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return fail(error, -EBADMSG, how->what, "takes more than %u seconds of computing to be read; it may be damaged",
			    how->limits.cpu_seconds);
	if (WIFSIGNALED(status))
		return fail(error, -EIO, how->what, "the process that read it ended unexpectedly (signal %d)", WTERMSIG(status));
	return fail(error, -EIO, how->what, "the process that read it could not be started");
}

static int reap(pid_t pid)
{
	int status = 0;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* The second process and the memory that it shares with the first, which does all the work if there is no second. */
struct mate {
	pid_t pid;
	void *shared;			/* NULL: there is none */
	size_t len;
};

static struct mate new_mate(const struct confined *how)
{
	struct mate mate = { .len = how->shared };

	if (!how->shared)
		return mate;
	mate.shared = mmap(NULL, mate.len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mate.shared == MAP_FAILED)
		return (struct mate){ 0 };
	mate.pid = fork();
	if (!mate.pid)
		help(how, mate.shared);
	return mate;
}

static void end_mate(struct mate *mate)
{
	if (!mate->shared)
		return;
	if (mate->pid > 0)
		kill(mate->pid, SIGKILL);
	reap(mate->pid);
	munmap(mate->shared, mate->len);
}

int confined_call(const struct confined *how, struct bytes *out, struct mm_error *error)
{
	int fds[2], err = -EIO, status;
	struct mate mate;
	bool told;
	pid_t pid;

	fflush(NULL);
	mate = new_mate(how);
	if (pipe(fds)) {
		err = -errno;
		end_mate(&mate);
		return fail(error, err, how->what, "no pipe for the process that reads it");
	}
	pid = fork();
	if (!pid) {
		close(fds[0]);
		answer(how, mate.shared, fds[1]);
	}
	close(fds[1]);
	told = pid > 0 && listen_to(fds[0], how, out, error, &err);
	close(fds[0]);
	status = reap(pid);
	end_mate(&mate);
	return told ? err : how_it_ended(how, status, error);
}

/* ------------------------------------------------------------------------ printing */

/* Pass on what has arrived, or the end of it; false if nobody reads it. */
static bool pass_on(struct pollfd *from, int to)
{
	char block[65536];
	ssize_t got, done = 0;

	if (!from->revents)
		return true;
	got = read(from->fd, block, sizeof(block));
	if (got < 0)
		return errno == EINTR;
	if (!got)
		from->fd = -1;
	while (done < got) {
		ssize_t n = write(to, block + done, (size_t)(got - done));

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? n : 0;
	}
	return true;
}

/* False: nobody reads on. */
static bool pump(int out, int err)
{
	struct pollfd fds[] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return false;
		if (!pass_on(&fds[1], STDERR_FILENO) || !pass_on(&fds[0], STDOUT_FILENO))
			return false;
	}
	return true;
}

enum { OUT, ERR, FAILURE, NR_PIPES };

static void close_ends(int pipes[NR_PIPES][2], int end)
{
	for (int i = 0; i < NR_PIPES; i++)
		close(pipes[i][end]);
}

static bool open_pipes(int pipes[NR_PIPES][2])
{
	for (int i = 0; i < NR_PIPES; i++) {
		if (!pipe(pipes[i]))
			continue;
		while (i--) {
			close(pipes[i][0]);
			close(pipes[i][1]);
		}
		return false;
	}
	return true;
}

int confined_print(const struct confined *how, struct mm_error *error)
{
	int pipes[NR_PIPES][2], status, err = -EIO, why;
	bool all, told;
	pid_t pid;

	if (!open_pipes(pipes))
		return fail(error, -EMFILE, how->what, "no pipe for the process that reads it");
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close_ends(pipes, 0);
		print(how, pipes[OUT][1], pipes[ERR][1], pipes[FAILURE][1]);
	}
	close_ends(pipes, 1);
	all = pid > 0 && pump(pipes[OUT][0], pipes[ERR][0]);
	why = errno;
	/* Only a process that could not be sandboxed reports anything here. */
	told = pid > 0 && listen_to(pipes[FAILURE][0], how, &(struct bytes){ 0 }, error, &err);
	close_ends(pipes, 0);
	status = reap(pid);
	if (told)
		return err;
	if (pid > 0 && !all)
		return fail(error, -EPIPE, how->what, "cannot write the answer: %s", strerror(why));
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : how_it_ended(how, status, error);
}
