// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/profiler.h"

#include "daemon/base/fail.h"
#include "daemon/input/decode_types.h"
#include "daemon/worker/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A profile has some 30 KB. */
#define MAX_PROFILE	(4u << 20)

enum message_kind {
	SAYS_PROGRESS,			/* text follows */
	SAYS_PROFILE,			/* the JSON follows */
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

struct voice {
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

static void say_progress(void *ctx, const char *step)
{
	const struct voice *voice = ctx;

	say(voice->fd, SAYS_PROGRESS, step, strlen(step));
}

int profiler_derive(const struct derive_input *input, struct bytes *out, struct mm_error *error)
{
	int err = derive_profile(input, out, error);

	return err ? err : types_assume(out, error);
}

_Noreturn static void answer(const struct derive_input *input, int fd)
{
	struct voice voice = { fd };
	struct derive_input mine = *input;
	struct failure failure = { .error.offset = -1 };
	struct bytes out = { 0 };

	mine.progress = say_progress;
	mine.ctx = &voice;
	failure.err = profiler_derive(&mine, &out, &failure.error);
	if (failure.err)
		say(fd, SAYS_FAILURE, &failure, sizeof(failure));
	else
		say(fd, SAYS_PROFILE, out.data, out.len);
	/* The memory goes with the process. */
	_exit(0);
}

_Noreturn static void become_worker(const struct derive_input *input, int fd)
{
	const struct sandbox_limits limits = {
		.memory = DERIVE_MAX_MEMORY + input->kernel.len + input->map.len + input->config.len + input->log.len +
			  (512u << 20),
		.cpu_seconds = PROFILER_MAX_SECONDS,
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "mmscope-profile");
	signal(SIGPIPE, SIG_IGN);
	if (sandbox_enter(&limits))
		_exit(1);
	answer(input, fd);
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

/* Until the worker has said how it ended; false: it said nothing that can be understood. */
static bool listen_to(int fd, const struct derive_input *input, struct bytes *out, struct mm_error *error, int *ret)
{
	struct message head;
	struct bytes data = { 0 };
	bool told = false;

	while (!told && get(fd, &head, sizeof(head)) && head.len <= MAX_PROFILE) {
		bytes_clear(&data);
		for (uint32_t i = 0; i < head.len; i++)
			bytes_putc(&data, ' ');
		if (data.failed || !get(fd, data.data, head.len))
			break;
		if (head.kind == SAYS_PROGRESS && input->progress)
			input->progress(input->ctx, bytes_text(&data));
		else if (head.kind == SAYS_FAILURE)
			told = take_failure(&data, error, ret);
		else if (head.kind == SAYS_PROFILE) {
			bytes_add(out, data.data, data.len);
			*ret = out->failed ? fail(error, -ENOMEM, "kernel", "no memory for its profile") : 0;
			told = true;
		}
	}
	bytes_deinit(&data);
	return told;
}

static int how_it_ended(int status, struct mm_error *error)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return fail(error, -EBADMSG, "kernel", "takes more than %d seconds of computing to be read; it may be damaged",
			    PROFILER_MAX_SECONDS);
	if (WIFSIGNALED(status))
		return fail(error, -EIO, "kernel", "the process that read it ended unexpectedly (signal %d)", WTERMSIG(status));
	return fail(error, -EIO, "kernel", "the process that read it could not be started");
}

int profiler_run(const struct derive_input *input, struct bytes *out, struct mm_error *error)
{
	int fds[2], status = 0, err = -EIO;
	bool told;
	pid_t pid;

	if (pipe(fds))
		return fail(error, -errno, "kernel", "no pipe for the process that reads it");
	pid = fork();
	if (!pid) {
		close(fds[0]);
		become_worker(input, fds[1]);
	}
	close(fds[1]);
	told = pid > 0 && listen_to(fds[0], input, out, error, &err);
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return told ? err : how_it_ended(status, error);
}
