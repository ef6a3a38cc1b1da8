// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/helper.h"

#include "daemon/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct child {
	pid_t pid;			/* 0: free slot */
	uint32_t job;
	uint64_t deadline;
	bool timed_out;
};

struct helper {
	pid_t pid;
	int control, signals;
	struct child children[HELPER_MAX_WORKERS];
	const struct worker_limits *limits;
	struct ready ready;
};

/* A second, in steps of ten milliseconds. */
#define REPORT_TRIES	100

/* As if half of all memory were used in addition (proc(5)); workers and the helper inherit it. */
#define OOM_SCORE	"500"

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * (long)NS_PER_MS }, NULL);
}

/* The server waits for this message: if it were lost, a worker's place would stay taken for ever. */
static bool report(const struct helper *h, uint32_t job, int status, bool timed_out)
{
	struct runner_ended ended = { .job = job, .status = status, .timed_out = timed_out };

	for (int i = 0; i < REPORT_TRIES; i++) {
		if (send(h->control, &ended, sizeof(ended), MSG_NOSIGNAL) == sizeof(ended) || errno == EPIPE)
			return true;
		pause_ms(10);
	}
	return false;
}

/* If it cannot be sent at all, the keeper reports that everything is lost and starts over. */
static void report_or_die(const struct helper *h, uint32_t job, int status, bool timed_out)
{
	if (!report(h, job, status, timed_out))
		raise(SIGKILL);
}

static struct child *find_child(struct helper *h, pid_t pid)
{
	for (size_t i = 0; i < HELPER_MAX_WORKERS; i++)
		if (h->children[i].pid == pid)
			return &h->children[i];
	return NULL;
}

_Noreturn static void become_worker(const struct helper *h, const struct runner_order *order,
				    const int fds[2])
{
	sigset_t none;

	worker_suffer(h->limits, "birth");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* This covers only deaths from now on: if the helper has died already, nobody would watch this worker. */
	if (getppid() != h->pid)
		_exit(1);
	prctl(PR_SET_NAME, "mmscope-worker");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(h->control);
	close(h->signals);
	worker_run(order, fds[0], fds[1], h->limits, &h->ready);
}

static void start_worker(struct helper *h, const struct runner_order *order, const int fds[2])
{
	struct child *child = find_child(h, 0);
	pid_t pid = child ? fork() : -1;

	if (!pid)
		become_worker(h, order, fds);
	close(fds[0]);
	close(fds[1]);
	if (pid < 0) {
		report_or_die(h, order->job, -1, false);
		return;
	}
	*child = (struct child){
		.pid = pid,
		.job = order->job,
		.deadline = clock_ns() + h->limits->wall_ms * (order->kernel ? WORKER_KERNEL_FACTOR : 1) * NS_PER_MS,
	};
}

static void set_clock(struct helper *h, const struct runner_clock *clock)
{
	for (size_t i = 0; i < HELPER_MAX_WORKERS; i++)
		if (h->children[i].pid && h->children[i].job == clock->job)
			h->children[i].deadline = clock_ns() + clock->ms * NS_PER_MS;
}

/* False at the end of the conversation. */
static bool take_order(struct helper *h)
{
	union {
		char space[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct runner_order order;
	struct iovec iov = { .iov_base = &order, .iov_len = sizeof(order) };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space, .msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *cmsg;
	int fds[2];
	ssize_t len = recvmsg(h->control, &message, MSG_CMSG_CLOEXEC);

	if (len < 0)
		return errno == EINTR || errno == EAGAIN;
	if (len == sizeof(struct runner_clock)) {
		set_clock(h, (const struct runner_clock *)&order);
		return true;
	}
	cmsg = CMSG_FIRSTHDR(&message);
	if (len != sizeof(order) || !cmsg || cmsg->cmsg_len != CMSG_LEN(sizeof(fds)))
		return false;
	memcpy(fds, CMSG_DATA(cmsg), sizeof(fds));
	start_worker(h, &order, fds);
	return true;
}

static void reap(struct helper *h)
{
	struct signalfd_siginfo info;
	struct child *child;
	int status;
	pid_t pid;

	while (read(h->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		child = find_child(h, pid);
		if (!child)
			continue;
		report_or_die(h, child->job, status, child->timed_out);
		child->pid = 0;
	}
}

/* Kill workers whose time is up; returns the milliseconds until the next one's is. */
static int watch_clock(struct helper *h)
{
	uint64_t now = clock_ns(), next = NEVER;

	for (size_t i = 0; i < HELPER_MAX_WORKERS; i++) {
		struct child *child = &h->children[i];

		if (!child->pid || child->timed_out)
			continue;
		if (child->deadline <= now) {
			child->timed_out = true;
			kill(child->pid, SIGKILL);
		} else if (child->deadline < next) {
			next = child->deadline;
		}
	}
	return next == NEVER ? -1 : (int)((next - now) / NS_PER_MS) + 1;
}

/* A worker has no use for descriptors that the server's parent left open. */
static void close_all_but(int fd)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned int)fd - 1, 0);
	close_range((unsigned int)fd + 1, ~0u, 0);
}

/* Ctrl-C reaches the whole group; the server decides when we end. */
static void ignore_signals(void)
{
	sigset_t none;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void watch_signals(struct helper *h)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	h->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

_Noreturn static void serve_orders(int control, const struct worker_limits *limits)
{
	struct worker_limits own = *limits;
	struct helper h = { .pid = getpid(), .control = control, .limits = &own };
	bool more = true;

	prctl(PR_SET_NAME, "mmscope-helper");
	watch_signals(&h);
	/* If this fails, each worker makes its own. */
	own.sandbox.program = sandbox_program_new();
	ready_begin(&h.ready);
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = control, .events = POLLIN },
			{ .fd = h.signals, .events = POLLIN },
		};

		int timeout = watch_clock(&h), nr = poll(fds, 2, more ? 0 : timeout);

		if (nr < 0 && errno != EINTR)
			break;
		if (!nr && more)
			more = ready_more(&h.ready);
		if (fds[1].revents)
			reap(&h);
		if (fds[0].revents && !take_order(&h))
			break;
	}
	/* Workers die with us (PR_SET_PDEATHSIG). */
	_exit(0);
}

/* Where memory runs out, the kernel is to end a worker rather than the server: its work is lost either way.  Raising
 * one's own score needs no privileges; without /proc, the kernel chooses by size. */
static void volunteer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, OOM_SCORE, sizeof(OOM_SCORE) - 1) < 0)
		errno = 0;
	close(fd);
}

_Noreturn void helper_run(int control, const struct worker_limits *limits, const struct identity *identity)
{
	const struct helper h = { .control = control };
	struct pollfd server = { .fd = control, .events = 0 };
	struct mm_error error;
	int status;
	pid_t pid;

	prctl(PR_SET_NAME, "mmscope-keeper");
	close_all_but(control);
	ignore_signals();
	/* While /proc/self still belongs to us. */
	volunteer_for_oom();
	if (identity_assume(identity, &error))
		_exit(1);
	for (;;) {
		pid = fork();
		if (!pid)
			serve_orders(control, limits);
		/* As long as there is a server, try again: there may be room for a process later. */
		if (pid < 0) {
			if (poll(&server, 1, 100) > 0)
				_exit(0);
			continue;
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFSIGNALED(status))
			_exit(0);
		/* Its workers died with it, and whoever waits for them has to be told. */
		while (!report(&h, RUNNER_ALL_JOBS, -1, false))
			;
	}
}
