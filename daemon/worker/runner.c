// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/runner.h"

#include "daemon/base/clock.h"
#include "daemon/base/fail.h"
#include "daemon/doctor/sweep_part.h"
#include "daemon/input/request.h"
#include "daemon/worker/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
	struct job *next;
	uint32_t number;
	char owner[RUNNER_OWNER_SIZE], id[65];
	uint64_t turn;			/* see take_turn() */
	struct blob *request;		/* NULL: there is a file in its place */
	int file;			/* of a kernel or a log; 0: none */
	bool log;			/* it is a log */
	size_t nr;
	char *names[RUNNER_MAX_NAMES];
	struct blob *blobs[RUNNER_MAX_NAMES];	/* NULL once settled */
	int socket;			/* -1: not started, or everything was read */
	/* Of a job whose worker stays (runner_proto.h): */
	bool stays;
	bool idle;			/* its worker waits; under the lock */
	bool reused;			/* its worker had answered something before */
	size_t told;			/* answers read to their end, refused ones included; until then it does not wait */
	struct blob *first;		/* the request that its worker has read completely */
	bool ended;			/* the helper has reported; how: */
	struct runner_ended end;
	uint64_t started;
};

struct runner {
	struct runner_config config;
	pid_t helper;
	int control, epoll;
	pthread_mutex_t lock;		/* everything below */
	struct job *running;
	struct job *apart;		/* all settled, but their workers have not ended */
	struct job *queued;		/* by their turns */
	uint64_t turn;			/* of the job that began last */
	uint32_t last_number;
	struct runner_numbers numbers;
};

/* ------------------------------------------------------------------- jobs */

static void job_free(struct job *job)
{
	for (size_t i = 0; i < job->nr; i++) {
		free(job->names[i]);
		blob_put(job->blobs[i]);
	}
	blob_put(job->request);
	blob_put(job->first);
	if (job->socket >= 0)
		close(job->socket);
	if (job->file)
		close(job->file);
	free(job);
}

/* For answers about one tree; the cells of a sweep boot for themselves. */
static bool stays_for(const char *name)
{
	return strncmp(name, "diff/", 5) && strncmp(name, SWEEP_PART_PREFIX, strlen(SWEEP_PART_PREFIX));
}

static struct job *job_new(const char *owner, const char *id, struct blob *request, const char *const *names,
			   struct blob *const *blobs, size_t nr)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	snprintf(job->id, sizeof(job->id), "%s", id);
	snprintf(job->owner, sizeof(job->owner), "%s", owner);
	job->socket = -1;
	job->request = request ? blob_get(request) : NULL;
	job->stays = request && stays_for(names[0]);
	for (job->nr = 0; job->nr < nr; job->nr++) {
		job->blobs[job->nr] = blob_get(blobs[job->nr]);
		job->names[job->nr] = strdup(names[job->nr]);
		if (job->names[job->nr])
			continue;
		job->nr++;
		job_free(job);
		return NULL;
	}
	return job;
}

/* The blob is settled: report that, and let go of it. */
static void settled(struct runner *runner, struct job *job, size_t part, bool keep)
{
	struct blob *blob = job->blobs[part];

	job->blobs[part] = NULL;
	runner->config.settled(runner->config.ctx, job->id, job->names[part], blob, keep);
	blob_put(blob);
}

static void fail_rest(struct runner *runner, struct job *job, const char *code, const char *text)
{
	struct blob_failure failure = { .code = code, .retry_seconds = runner_wait_seconds(runner) };

	failure.err = fail(&failure.error, -EIO, NULL, "%s", text);
	for (size_t i = 0; i < job->nr; i++) {
		if (!job->blobs[i])
			continue;
		blob_fail(job->blobs[i], &failure);
		settled(runner, job, i, false);
	}
}

static bool all_settled(const struct job *job)
{
	for (size_t i = 0; i < job->nr; i++)
		if (job->blobs[i])
			return false;
	return true;
}

/* ------------------------------------------------------------ starting them */

/* Names and request go into a memory file, so that nobody blocks, whatever their size. */
static int write_order(const struct job *job)
{
	int fd = memfd_create("mmscope-request", MFD_CLOEXEC);
	const struct bytes *packed = &job->request->bytes;
	struct iovec iov[RUNNER_MAX_NAMES + 1];
	size_t total = packed->len;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < job->nr; i++) {
		iov[i] = (struct iovec){ job->names[i], strlen(job->names[i]) + 1 };
		total += iov[i].iov_len;
	}
	iov[job->nr] = (struct iovec){ packed->data, packed->len };
	if (writev(fd, iov, (int)job->nr + 1) != (ssize_t)total) {
		close(fd);
		return -ENOMEM;
	}
	return fd;
}

static int send_order(const struct runner *runner, const struct job *job, const int fds[2])
{
	union {
		char space[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct runner_order order = { .job = job->number, 
				      .kernel = job->file && !job->log, .log = job->log, .nr_names = (uint32_t)job->nr,
				      .stays = job->stays };
	struct iovec iov = { .iov_base = &order, .iov_len = sizeof(order) };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space, .msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&message);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, 2 * sizeof(int));
	return sendmsg(runner->control, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* ---------------------------------------------------------- workers that stay */

static void unlink_from(struct job **list, const struct job *job)
{
	while (*list != job)
		list = &(*list)->next;
	*list = job->next;
}

/* The same tree and kernel, byte by byte? */
static bool same_rest(const struct blob *a, const struct blob *b)
{
	size_t from_a = request_pack_head(a->bytes.data, a->bytes.len), from_b = request_pack_head(b->bytes.data, b->bytes.len);

	return from_a && from_b && a->bytes.len - from_a == b->bytes.len - from_b &&
	       !memcmp(a->bytes.data + from_a, b->bytes.data + from_b, a->bytes.len - from_a);
}

/* Move the questions of @job to @to, which has a worker. */
static void hand_over(struct job *job, struct job *to)
{
	memcpy(to->id, job->id, sizeof(to->id));
	memcpy(to->owner, job->owner, sizeof(to->owner));
	blob_put(to->request);
	to->request = job->request;
	for (size_t i = 0; i < to->nr; i++)
		free(to->names[i]);
	to->names[0] = job->names[0];
	to->blobs[0] = job->blobs[0];
	to->nr = 1;
	to->told = 0;
	job->names[0] = NULL;
	job->blobs[0] = NULL;
	job->request = NULL;
	to->reused = true;
	job_free(job);
}

/* False: it is too large, or the worker is gone. */
static bool ask_more(const struct job *worker, const struct job *job)
{
	const struct bytes *packed = &job->request->bytes;
	struct iovec iov[] = {
		{ job->names[0], strlen(job->names[0]) + 1 }, { packed->data, request_pack_head(packed->data, packed->len) },
	};
	const struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t len = iov[0].iov_len + iov[1].iov_len;

	return iov[1].iov_len && len <= RUNNER_DATA_MAX && sendmsg(worker->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

/* A waiting worker that has booted the same run, or else the same tree and kernel; NULL if there is none. */
static struct job *find_waiting(struct runner *runner, const struct job *job)
{
	struct job *found = NULL;

	for (struct job *w = runner->apart; w; w = w->next) {
		if (!w->idle || w->socket < 0 || !same_rest(w->first, job->request))
			continue;
		if (!strcmp(w->id, job->id))
			return w;
		found = w;
	}
	return found;
}

/* If the message is lost, the worker ends when its time for an answer is over, and another one is started. */
static void tell_clock(const struct runner *runner, uint32_t job, uint32_t ms)
{
	const struct runner_clock clock = { .job = job, .ms = ms };

	send(runner->control, &clock, sizeof(clock), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* With the lock held: true if a waiting worker has taken the job, which then no longer exists. */
static bool launch_on_waiting(struct runner *runner, struct job *job)
{
	struct job *w = find_waiting(runner, job);

	if (!w || !ask_more(w, job))
		return false;
	tell_clock(runner, w->number, runner->config.limits.wall_ms);
	w->idle = false;
	unlink_from(&runner->apart, w);
	hand_over(job, w);
	w->started = clock_ns();
	w->next = runner->running;
	runner->running = w;
	runner->numbers.running++;
	runner->numbers.started++;
	return true;
}

/* With the lock held.  On failure the job is as it was. */
static int launch(struct runner *runner, struct job *job)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = job };
	int pair[2], fds[2], err;

	/* A worker that waits is asked one thing at a time. */
	if (job->stays && job->nr == 1 && !job->reused && launch_on_waiting(runner, job))
		return 0;
	fds[1] = job->file ? fcntl(job->file, F_DUPFD_CLOEXEC, 3) : write_order(job);
	if (fds[1] < 0)
		return job->file ? -errno : fds[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		err = -errno;
		close(fds[1]);
		return err;
	}
	fds[0] = pair[1];
	err = send_order(runner, job, fds);
	close(fds[0]);
	close(fds[1]);
	/* From here on the main thread may look at the job. */
	job->socket = pair[0];
	job->started = clock_ns();
	if (!err && epoll_ctl(runner->epoll, EPOLL_CTL_ADD, pair[0], &event))
		err = -errno;
	if (err) {
		close(pair[0]);
		job->socket = -1;
		return err;
	}
	if (job->stays && !job->first)
		job->first = blob_get(job->request);
	if (job->turn > runner->turn)
		runner->turn = job->turn;
	job->next = runner->running;
	runner->running = job;
	runner->numbers.running++;
	runner->numbers.started++;
	return 0;
}

/* ------------------------------------------------------------- whose turn it is */

static uint64_t last_turn_of(const struct job *list, const char *owner, uint64_t last)
{
	for (; list; list = list->next)
		if (!strcmp(list->owner, owner) && list->turn > last)
			last = list->turn;
	return last;
}

/* An owner's first job gets the next turn, the second the turn after that, and so on: however many jobs one owner has
 * waiting, another owner's first stands behind only one of them (start-time fair queueing). */
static uint64_t take_turn(const struct runner *runner, const struct job *job)
{
	uint64_t last = last_turn_of(runner->queued, job->owner, runner->turn);

	return last_turn_of(runner->running, job->owner, last) + 1;
}

/* With three workers or more, one is kept free for the others. */
static bool may_begin(const struct runner *runner, const struct job *job)
{
	unsigned int his = 0;

	if (runner->numbers.running >= runner->config.workers)
		return false;
	for (const struct job *other = runner->running; other; other = other->next)
		his += !strcmp(other->owner, job->owner);
	return runner->config.workers < 3 || his < runner->config.workers - 1;
}

static void enqueue(struct runner *runner, struct job *job)
{
	struct job **where = &runner->queued;

	while (*where && (*where)->turn <= job->turn)
		where = &(*where)->next;
	job->next = *where;
	*where = job;
	runner->numbers.queued++;
}

/* The next job that may start, or NULL. */
static struct job *dequeue(struct runner *runner)
{
	struct job **where = &runner->queued, *job;

	while (*where && !may_begin(runner, *where))
		where = &(*where)->next;
	job = *where;
	if (!job)
		return NULL;
	*where = job->next;
	job->next = NULL;
	runner->numbers.queued--;
	return job;
}

/* The queue is full: the job whose turn comes last gives way to one whose turn comes earlier. */
static struct job *give_way(struct runner *runner, const struct job *job)
{
	struct job **where = &runner->queued, *last;

	while (*where && (*where)->next)
		where = &(*where)->next;
	last = *where;
	if (!last || last->turn <= job->turn)
		return NULL;
	*where = NULL;
	runner->numbers.queued--;
	return last;
}

/* *@out: the job that had to give way; refuse it once the lock is released. */
static int start_or_queue(struct runner *runner, struct job *job, struct job **out)
{
	if (++runner->last_number == RUNNER_ALL_JOBS)
		runner->last_number++;
	job->number = runner->last_number;
	job->turn = take_turn(runner, job);
	if (runner->numbers.gone)
		return -EPIPE;
	if (may_begin(runner, job))
		return launch(runner, job);
	if (runner->numbers.queued >= runner->config.queue) {
		*out = give_way(runner, job);
		if (!*out)
			return -EAGAIN;
	}
	enqueue(runner, job);
	return 0;
}

static int submit(struct runner *runner, struct job *job)
{
	struct job *out = NULL;
	int err;

	pthread_mutex_lock(&runner->lock);
	err = start_or_queue(runner, job, &out);
	runner->numbers.refused += err == -EAGAIN || out;
	pthread_mutex_unlock(&runner->lock);
	if (err)
		job_free(job);
	if (out) {
		fail_rest(runner, out, "too-busy", "too many runs are waiting to be executed");
		job_free(out);
	}
	return err;
}

unsigned int runner_wait_seconds(struct runner *runner)
{
	struct runner_numbers n;
	uint64_t done, each, seconds;

	runner_count(runner, &n);
	done = n.started - n.running;
	each = done ? n.busy_ns / done : 0;
	seconds = (n.queued + 1) * each / runner->config.workers / NS_PER_SEC + 1;
	return seconds < 3600 ? (unsigned int)seconds : 3600;
}

int runner_submit(struct runner *runner, const char *owner, const char *id, struct blob *request,
		  const char *const *names, struct blob *const *blobs, size_t nr)
{
	struct job *job = job_new(owner, id, request, names, blobs, nr);

	return job ? submit(runner, job) : -ENOMEM;
}

static int submit_file(struct runner *runner, const char *owner, const char *name, bool log, int fd, struct blob *blob)
{
	struct job *job = job_new(owner, name, NULL, &name, &blob, 1);

	if (!job) {
		close(fd);
		return -ENOMEM;
	}
	job->file = fd;
	job->log = log;
	return submit(runner, job);
}

int runner_submit_kernel(struct runner *runner, const char *owner, int fd, struct blob *blob)
{
	return submit_file(runner, owner, "profile", false, fd, blob);
}

int runner_submit_log(struct runner *runner, const char *owner, int fd, struct blob *blob)
{
	return submit_file(runner, owner, "log", true, fd, blob);
}

/* ------------------------------------------------------- what workers say */

/* A worker sends what it announced, but one that was taken over might not.  The data may be in place already. */
static void take_data(struct blob *blob, const char *data, size_t len)
{
	struct bytes *bytes = &blob->bytes;

	if (bytes->failed || bytes->cap - bytes->len <= len)
		bytes->failed = true;
	else if (data == bytes->data + bytes->len)
		bytes_wrote(bytes, bytes->data + bytes->len + len);
	else
		bytes_add(bytes, data, len);
}

/* A faulty input stays faulty; our own failure may be over next time. */
static bool is_for_ever(int err)
{
	return err == -EINVAL || err == -ENOENT || err == -EBADMSG || err == -EFBIG || err == -E2BIG;
}

static void take_failure(struct runner *runner, struct job *job, size_t part, const char *data)
{
	struct blob_failure failure = { 0 };
	struct runner_failure said;

	memcpy(&said, data, sizeof(said));
	failure.err = said.err;
	failure.error = said.error;
	failure.error.text[sizeof(failure.error.text) - 1] = '\0';
	failure.error.where[sizeof(failure.error.where) - 1] = '\0';
	failure.error.node[sizeof(failure.error.node) - 1] = '\0';
	failure.error.option[sizeof(failure.error.option) - 1] = '\0';
	failure.error.example[sizeof(failure.error.example) - 1] = '\0';
	blob_fail(job->blobs[part], &failure);
	settled(runner, job, part, is_for_ever(failure.err));
}

/* The index of records may come to half of them. */
static size_t cost_of(const struct blob *blob, size_t size)
{
	return sizeof(*blob) + size + 1 + (blob->indexed ? size / 2 : 0);
}

/* The answer is refused before its bytes come; whatever else the worker sends of it is dropped. */
static void refuse_for_room(struct runner *runner, struct job *job, size_t part, size_t size)
{
	struct blob_failure failure = { .code = "memory-full" };

	failure.err = fail(&failure.error, -ENOMEM, NULL, "the answer has %zu KiB, for which there is no room beside what is being "
			   "read now", (size + 1023) >> 10);
	blob_fail(job->blobs[part], &failure);
	settled(runner, job, part, false);
}

static void take_size(struct runner *runner, struct job *job, size_t part, const char *data)
{
	const struct runner_config *config = &runner->config;
	struct blob *blob = job->blobs[part];
	size_t size;

	memcpy(&size, data, sizeof(size));
	bytes_clear(&blob->bytes);
	if (size > config->limits.output || !config->make_room(config->ctx, blob, cost_of(blob, size)))
		refuse_for_room(runner, job, part, size);
	else
		bytes_expect(&blob->bytes, size);
}

static void take_message(struct runner *runner, struct job *job, const struct runner_message *head, const char *data, size_t len)
{
	struct blob *blob = head->part < job->nr ? job->blobs[head->part] : NULL;

	job->told += head->kind == RUNNER_DONE || head->kind == RUNNER_FAILED;
	if (!blob)
		return;
	if (head->kind == RUNNER_SIZE && len == sizeof(size_t)) {
		take_size(runner, job, head->part, data);
	} else if (head->kind == RUNNER_DATA) {
		take_data(blob, data, len);
	} else if (head->kind == RUNNER_DONE) {
		blob_ready(blob);
		settled(runner, job, head->part, blob_state(blob) == BLOB_READY);
	} else if (head->kind == RUNNER_FAILED && len == sizeof(struct runner_failure)) {
		take_failure(runner, job, head->part, data);
	}
}

/* Where the next data most likely belong: after those of the first answer that has room for some. */
static struct iovec next_place(const struct job *job)
{
	for (size_t i = 0; i < job->nr; i++) {
		const struct bytes *bytes = job->blobs[i] ? &job->blobs[i]->bytes : NULL;

		if (bytes && bytes->data && !bytes->failed && bytes->cap - bytes->len > 1)
			return (struct iovec){ bytes->data + bytes->len, bytes->cap - bytes->len - 1 };
	}
	return (struct iovec){ NULL, 0 };
}

/* Read everything that has arrived; true at the end.  A message that does not fit where it most likely belongs is put
 * together in @buffer. */
static bool read_answers(struct runner *runner, struct job *job)
{
	char buffer[RUNNER_DATA_MAX];

	for (;;) {
		struct iovec place = next_place(job);
		size_t there = place.iov_len < sizeof(buffer) ? place.iov_len : sizeof(buffer);
		struct runner_message head;
		struct iovec iov[] = {
			{ &head, sizeof(head) }, { place.iov_base, there }, { buffer + there, sizeof(buffer) - there },
		};
		struct msghdr message = { .msg_iov = iov, .msg_iovlen = 3 };
		ssize_t len = recvmsg(job->socket, &message, MSG_DONTWAIT);
		char *data = place.iov_base;

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return false;
		if (len <= 0)
			return true;
		if ((size_t)len < sizeof(head))
			continue;
		len -= sizeof(head);
		if ((size_t)len > there) {
			if (there)
				memcpy(buffer, place.iov_base, there);
			data = buffer;
		}
		take_message(runner, job, &head, data, (size_t)len);
	}
}

/* -------------------------------------------------------------- their ends */

static const char *how_it_ended(const struct runner_ended *end, const char **text)
{
	if (end->timed_out) {
		*text = "the run took longer than this server's time limit and was stopped";
		return "worker-timeout";
	}
	if (end->status != -1 && WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGXCPU) {
		*text = "the run needs more computing time than this server allows";
		return "run-too-expensive";
	}
	/* A worker exits with 1 if it could not be sandboxed, read its order or send its answer: none of that is the
	 * run's fault. */
	if (end->status == -1 || (WIFEXITED(end->status) && WEXITSTATUS(end->status) == 1)) {
		*text = "no process could be started for the run";
		return "no-worker";
	}
	*text = "the process that executed the run ended unexpectedly; other runs are not affected";
	return "worker-crashed";
}

static void count_end(struct runner *runner, const struct job *job)
{
	struct runner_numbers *n = &runner->numbers;
	bool whole = all_settled(job);

	pthread_mutex_lock(&runner->lock);
	n->running--;
	n->busy_ns += clock_ns() - job->started;
	n->failed += !whole;
	n->timed_out += !whole && job->end.timed_out;
	n->crashed += !whole && !job->end.timed_out;
	pthread_mutex_unlock(&runner->lock);
}

static void unlink_running(struct runner *runner, const struct job *job)
{
	pthread_mutex_lock(&runner->lock);
	unlink_from(&runner->running, job);
	pthread_mutex_unlock(&runner->lock);
}

/* Fill free places from the queue. */
static void start_queued(struct runner *runner)
{
	struct job *job;
	int err;

	for (;;) {
		pthread_mutex_lock(&runner->lock);
		job = NULL;
		err = 0;
		job = dequeue(runner);
		if (job)
			err = runner->numbers.gone ? -EPIPE : launch(runner, job);
		pthread_mutex_unlock(&runner->lock);
		if (!job)
			return;
		if (!err)
			continue;
		fail_rest(runner, job, "no-worker", "no process could be started for the run");
		job_free(job);
	}
}

static bool is_apart(struct runner *runner, const struct job *job)
{
	const struct job *other;

	pthread_mutex_lock(&runner->lock);
	for (other = runner->apart; other && other != job; other = other->next)
		;
	pthread_mutex_unlock(&runner->lock);
	return other;
}

static void forget_apart(struct runner *runner, struct job *job)
{
	pthread_mutex_lock(&runner->lock);
	unlink_from(&runner->apart, job);
	pthread_mutex_unlock(&runner->lock);
	job_free(job);
}

/* A waiting worker ended before it answered: give the job a worker of its own.  False: there is none to be had. */
static bool begin_again(struct runner *runner, struct job *job)
{
	int err;

	for (size_t i = 0; i < job->nr; i++)
		if (job->blobs[i])
			bytes_clear(&job->blobs[i]->bytes);
	pthread_mutex_lock(&runner->lock);
	unlink_from(&runner->running, job);
	runner->numbers.running--;
	blob_put(job->first);
	job->first = NULL;
	job->told = 0;
	job->ended = false;
	job->number = ++runner->last_number;
	err = runner->numbers.gone ? -EPIPE : launch(runner, job);
	if (err) {
		job->next = runner->running;
		runner->running = job;
		runner->numbers.running++;
		job->ended = true;
	} else {
		job->reused = false;
	}
	pthread_mutex_unlock(&runner->lock);
	return !err;
}

/* Called once the worker is gone and everything it sent has been read. */
static void finish_if_over(struct runner *runner, struct job *job)
{
	const char *code, *text;

	if (!job->ended || job->socket >= 0)
		return;
	if (is_apart(runner, job)) {
		forget_apart(runner, job);
		return;
	}
	if (job->reused && !all_settled(job) && begin_again(runner, job))
		return;
	unlink_running(runner, job);
	count_end(runner, job);
	code = how_it_ended(&job->end, &text);
	fail_rest(runner, job, code, text);
	job_free(job);
	start_queued(runner);
}

/* It has answered, and its worker waits for another question; of the workers already waiting, the one that has waited
 * longest is let go. */
static void set_apart(struct runner *runner, struct job *job)
{
	unsigned int waiting = 1;

	count_end(runner, job);
	pthread_mutex_lock(&runner->lock);
	unlink_from(&runner->running, job);
	for (struct job *other = runner->apart; other; other = other->next) {
		if (other->idle && ++waiting <= RUNNER_MAX_WAITING)
			continue;
		if (other->idle && other->socket >= 0)
			shutdown(other->socket, SHUT_RDWR);
		other->idle = false;
	}
	job->idle = true;
	tell_clock(runner, job->number, RUNNER_STAY_MS + RUNNER_STAY_SLACK_MS);
	job->next = runner->apart;
	runner->apart = job;
	pthread_mutex_unlock(&runner->lock);
	start_queued(runner);
}

/*
 * Stop reading from its worker.  Closing alone does not take the socket out of the epoll instance while another
 * process has a copy of it: one that was forked to read a file, say.
 */
static void hang_up(struct runner *runner, struct job *job)
{
	if (job->socket < 0)
		return;
	epoll_ctl(runner->epoll, EPOLL_CTL_DEL, job->socket, NULL);
	close(job->socket);
	job->socket = -1;
}

/* From now on nobody else uses it. */
static void stop_waiting(struct runner *runner, struct job *job)
{
	pthread_mutex_lock(&runner->lock);
	job->idle = false;
	pthread_mutex_unlock(&runner->lock);
}

static void dispatch_answers(struct runner *runner, struct job *job)
{
	stop_waiting(runner, job);
	if (!read_answers(runner, job)) {
		if (job->stays && all_settled(job) && job->told >= job->nr && !is_apart(runner, job))
			set_apart(runner, job);
		return;
	}
	hang_up(runner, job);
	finish_if_over(runner, job);
}

static struct job *find_job(struct runner *runner, uint32_t number)
{
	struct job *job;

	pthread_mutex_lock(&runner->lock);
	for (job = runner->running; job && job->number != number; job = job->next)
		;
	if (!job)
		for (job = runner->apart; job && job->number != number; job = job->next)
			;
	pthread_mutex_unlock(&runner->lock);
	return job;
}

static struct job *running_since(struct runner *runner, uint64_t latest)
{
	struct job *job;

	pthread_mutex_lock(&runner->lock);
	for (job = runner->running; job && job->started > latest; job = job->next)
		;
	pthread_mutex_unlock(&runner->lock);
	return job;
}

static struct job *first_apart(struct runner *runner)
{
	struct job *job;

	pthread_mutex_lock(&runner->lock);
	job = runner->apart;
	if (job)
		job->idle = false;
	pthread_mutex_unlock(&runner->lock);
	return job;
}

/* Nobody will report how they end: running jobs are over, with whatever they have answered.  Waiting ones are started
 * in their places. */
static void lose_workers(struct runner *runner)
{
	uint64_t now = clock_ns();
	struct job *job;

	while ((job = first_apart(runner))) {
		hang_up(runner, job);
		forget_apart(runner, job);
	}
	while ((job = running_since(runner, now))) {
		if (job->socket >= 0)
			read_answers(runner, job);
		hang_up(runner, job);
		job->end.status = -1;
		job->ended = true;
		finish_if_over(runner, job);
	}
}

static void lose_helper(struct runner *runner)
{
	pthread_mutex_lock(&runner->lock);
	runner->numbers.gone = true;
	pthread_mutex_unlock(&runner->lock);
	epoll_ctl(runner->epoll, EPOLL_CTL_DEL, runner->control, NULL);
	lose_workers(runner);
	start_queued(runner);
}

static void dispatch_ends(struct runner *runner)
{
	struct runner_ended end;
	struct job *job;
	ssize_t len;

	while ((len = recv(runner->control, &end, sizeof(end), MSG_DONTWAIT)) == sizeof(end)) {
		if (end.job == RUNNER_ALL_JOBS) {
			lose_workers(runner);
			continue;
		}
		job = find_job(runner, end.job);
		if (!job)
			continue;
		job->end = end;
		job->ended = true;
		finish_if_over(runner, job);
	}
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		lose_helper(runner);
}

int runner_fd(const struct runner *runner)
{
	return runner->epoll;
}

void runner_dispatch(struct runner *runner)
{
	struct epoll_event event;

	/* One at a time: handling one may free the job of another. */
	while (epoll_wait(runner->epoll, &event, 1, 0) == 1) {
		if (event.data.ptr)
			dispatch_answers(runner, event.data.ptr);
		else
			dispatch_ends(runner);
	}
}

void runner_count(struct runner *runner, struct runner_numbers *ret)
{
	pthread_mutex_lock(&runner->lock);
	*ret = runner->numbers;
	pthread_mutex_unlock(&runner->lock);
}

/* ----------------------------------------------------------- start and stop */

static int start_helper(struct runner *runner)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	runner->helper = fork();
	if (!runner->helper) {
		close(pair[0]);
		helper_run(pair[1], &runner->config.limits, &runner->config.identity);
	}
	close(pair[1]);
	runner->control = pair[0];
	return runner->helper < 0 ? -errno : 0;
}

static int watch_helper(struct runner *runner)
{
	struct epoll_event event = { .events = EPOLLIN };

	runner->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (runner->epoll < 0 ||
	    epoll_ctl(runner->epoll, EPOLL_CTL_ADD, runner->control, &event))
		return -errno;
	return 0;
}

int runner_start(const struct runner_config *config, struct runner **ret)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	int err;

	if (!runner)
		return -ENOMEM;
	runner->config = *config;
	runner->control = -1;
	runner->epoll = -1;
	pthread_mutex_init(&runner->lock, NULL);
	err = start_helper(runner);
	if (!err)
		err = watch_helper(runner);
	if (err) {
		runner_stop(runner);
		return err;
	}
	*ret = runner;
	return 0;
}

void runner_stop(struct runner *runner)
{
	if (!runner)
		return;
	lose_helper(runner);
	if (runner->control >= 0)
		close(runner->control);
	if (runner->epoll >= 0)
		close(runner->epoll);
	if (runner->helper > 0)
		waitpid(runner->helper, NULL, 0);
	pthread_mutex_destroy(&runner->lock);
	free(runner);
}
