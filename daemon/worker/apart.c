// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/apart.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum message_kind {
	SAYS_PROGRESS,			/* text follows */
	SAYS_ANSWER,			/* the bytes follow */
	SAYS_FAILURE,			/* struct failure follows */
};

struct message {
	uint32_t kind, len;
};

struct failure {
	int32_t err;
	struct mm_error error;
};

/* -------------------------------------------------------------- the worker's side */

struct apart_voice {
	int fd;
};

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

void apart_progress(struct apart_voice *voice, const char *text)
{
	say(voice->fd, SAYS_PROGRESS, text, strlen(text));
}

_Noreturn static void answer(const struct apart *apart, int fd)
{
	struct apart_voice voice = { fd };
	struct failure failure = { .error.offset = -1 };
	struct bytes out = { 0 };

	failure.err = apart->work(apart->input, &voice, &out, &failure.error);
	if (!failure.err && out.failed)
		failure.err = fail(&failure.error, -ENOMEM, apart->what, "no memory for what is in it");
	if (!failure.err && out.len > apart->max_answer)
		failure.err = fail(&failure.error, -EFBIG, apart->what, "holds more than %zu MiB that matter", apart->max_answer >> 20);
	if (failure.err)
		say(fd, SAYS_FAILURE, &failure, sizeof(failure));
	else
		say(fd, SAYS_ANSWER, out.data, out.len);
	/* The memory goes with the process. */
	_exit(0);
}

_Noreturn static void become_worker(const struct apart *apart, int fd)
{
	struct failure failure = { .err = -EIO, .error.offset = -1 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, apart->process);
	signal(SIGPIPE, SIG_IGN);
	if (sandbox_enter(&apart->limits, &failure.error)) {
		say(fd, SAYS_FAILURE, &failure, sizeof(failure));
		_exit(1);
	}
	answer(apart, fd);
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

/* One that was taken over may say anything. */
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

static bool get_message(int fd, size_t max, struct message *head, struct bytes *data)
{
	char block[4096];

	bytes_clear(data);
	if (!get(fd, head, sizeof(*head)) || head->len > max)
		return false;
	for (size_t left = head->len, n; left; left -= n) {
		n = left < sizeof(block) ? left : sizeof(block);
		if (!get(fd, block, n))
			return false;
		bytes_add(data, block, n);
	}
	return !data->failed;
}

/* Until the worker has said how it ended; false: it said nothing that can be understood. */
static bool listen_to(int fd, const struct apart *apart, struct bytes *out, struct mm_error *error, int *ret)
{
	size_t max = apart->max_answer > sizeof(struct failure) ? apart->max_answer : sizeof(struct failure);
	struct bytes data = { 0 };
	struct message head;
	bool told = false;

	while (!told && get_message(fd, max, &head, &data)) {
		if (head.kind == SAYS_PROGRESS && apart->progress)
			apart->progress(apart->ctx, bytes_text(&data));
		else if (head.kind == SAYS_FAILURE)
			told = take_failure(&data, error, ret);
		else if (head.kind == SAYS_ANSWER) {
			bytes_add(out, data.data, data.len);
			*ret = out->failed ? fail(error, -ENOMEM, apart->what, "no memory for what is in it") : 0;
			told = true;
		}
	}
	bytes_deinit(&data);
	return told;
}

static int how_it_ended(const struct apart *apart, int status, struct mm_error *error)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return fail(error, -EBADMSG, apart->what, "takes more than %u seconds of computing to be read; it may be damaged",
			    apart->limits.cpu_seconds);
	if (WIFSIGNALED(status))
		return fail(error, -EIO, apart->what, "the process that read it ended unexpectedly (signal %d)", WTERMSIG(status));
	return fail(error, -EIO, apart->what, "the process that read it could not be started");
}

int apart_run(const struct apart *apart, struct bytes *out, struct mm_error *error)
{
	int fds[2], status = 0, err = -EIO;
	bool told;
	pid_t pid;

	if (pipe(fds))
		return fail(error, -errno, apart->what, "no pipe for the process that reads it");
	pid = fork();
	if (!pid) {
		close(fds[0]);
		become_worker(apart, fds[1]);
	}
	close(fds[1]);
	told = pid > 0 && listen_to(fds[0], apart, out, error, &err);
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return told ? err : how_it_ended(apart, status, error);
}
