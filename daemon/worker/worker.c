// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/worker.h"

#include "daemon/answers/artifact.h"
#include "daemon/answers/moments.h"
#include "daemon/answers/run.h"
#include "daemon/answers/svg.h"
#include "daemon/doctor/answer.h"
#include "daemon/doctor/sweep_part.h"
#include "daemon/base/fail.h"
#include "daemon/base/heap.h"
#include "daemon/base/plain.h"
#include "daemon/input/decode.h"
#include "daemon/texts/decode_texts.h"
#include "daemon/texts/sums.h"
#include "daemon/worker/checked_log.h"
#include "daemon/worker/profiler.h"
#include "daemon/worker/upload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct worker {
	int socket;
	const char *names[RUNNER_MAX_NAMES];
	size_t nr_names;
	const char *packed;		/* the request */
	size_t packed_len;
	const char *other;		/* the second request of a diff, or NULL */
	size_t other_len;
	const struct worker_limits *limits;
	const struct ready *ready;
	const struct known_kernel *known;	/* of the kernel that is booted; NULL: not read yet */
	struct catalogue *catalogue;	/* of texts, once there is time to read it; NULL: not yet */
	bool answered;			/* one question at least */
	size_t sent;
};

/* The server is gone; nobody wants the rest. */
static void say(const struct worker *w, uint32_t kind, size_t part, const void *data, size_t len)
{
	struct runner_message head = { .kind = kind, .part = (uint32_t)part };
	const struct iovec iov[] = { { &head, sizeof(head) }, { (void *)data, len } };

	if (writev(w->socket, iov, len ? 2 : 1) < 0)
		_exit(1);
}

static void say_failure(const struct worker *w, size_t part, int err, const struct mm_error *error)
{
	struct runner_failure failure = { .err = err, .error = *error };

	say(w, RUNNER_FAILED, part, &failure, sizeof(failure));
}

static void say_failure_of_all(const struct worker *w, int err, const struct mm_error *error)
{
	for (size_t i = 0; i < w->nr_names; i++)
		say_failure(w, i, err, error);
}

static void say_answer(struct worker *w, size_t part, const struct bytes *answer)
{
	struct mm_error error;
	size_t len;

	if (answer->len > w->limits->output - w->sent) {
		say_failure(w, part, fail(&error, -E2BIG, w->names[part],
					  "the answer is larger than this server's limit of %zu MiB",
					  w->limits->output >> 20), &error);
		return;
	}
	w->sent += answer->len;
	say(w, RUNNER_SIZE, part, &answer->len, sizeof(answer->len));
	for (size_t at = 0; at < answer->len; at += len) {
		len = answer->len - at < RUNNER_DATA_MAX ? answer->len - at : RUNNER_DATA_MAX;
		say(w, RUNNER_DATA, part, answer->data + at, len);
	}
	say(w, RUNNER_DONE, part, NULL, 0);
}

#define NS_PER_SECOND	1000000000ull

static uint64_t cpu_ns(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SECOND + (uint64_t)ts.tv_nsec;
}

/* Half of the limits: whatever starts before that has enough left, or is started again elsewhere. */
static bool may_stay(const struct worker *w)
{
	uint64_t cpu = w->limits->sandbox.cpu_seconds * NS_PER_SECOND / 2;

	return (!cpu || cpu_ns() < cpu) && w->sent < w->limits->output / 2;
}

/* What a test wants to happen to a worker that is asked for @name, whatever its parameters; NULL: nothing. */
static const char *fault_of(const struct worker_limits *limits, const char *name)
{
	const char *p = limits->fault;
	size_t len = strcspn(name, "?");

	while (p && (strncmp(p, name, len) || p[len] != '='))
		p = (p = strchr(p, ',')) ? p + 1 : NULL;
	return p ? p + len + 1 : NULL;
}

bool worker_is_to(const struct worker_limits *limits, const char *name, const char *what)
{
	const char *fault = fault_of(limits, name);

	return fault && !strncmp(fault, what, strlen(what));
}

/* Die the way hostile input might make us die. */
void worker_suffer(const struct worker_limits *limits, const char *name)
{
	const char *p = fault_of(limits, name);

	if (!p)
		return;
	if (!strncmp(p, "crash", 5))
		abort();
	if (!strncmp(p, "late", 4))
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	while (!strncmp(p, "hang", 4))
		nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	for (volatile unsigned int i = 0; !strncmp(p, "spin", 4); )
		i++;
	if (!strncmp(p, "exit", 4))
		_exit(0);
}

/* diff/ID: the other run's request came after this one's. */
static int render_diff(const struct worker *w, const struct run *run, const char *lang, struct bytes *out, struct mm_error *error)
{
	struct request request;
	struct run other;
	int err = request_unpack(w->other, w->other_len, &request, error);

	if (err)
		return err;
	err = run_boot(&request, &other, error);
	if (!err) {
		err = doctor_diff(run, &other, lang, out, error);
		run_deinit(&other);
	}
	request_deinit(&request);
	return err;
}

/* The name alone, or followed by its parameters. */
static bool is_named(const char *name, const char *what)
{
	size_t len = strlen(what);

	return !strncmp(name, what, len) && (!name[len] || name[len] == '?');
}

/* Texts are read in terminals, and may contain what somebody wrote into a tree.  (JSON escapes what could do harm.) */
static int render_artifact(const struct run *run, const char *name, struct bytes *out, struct mm_error *error)
{
	const char *type = artifact_type(name);
	int err = artifact_render(run, name, out, error);

	if (!err && type && !strncmp(type, "text/", 5))
		plain_in_place(out);
	return err;
}

/* Pictures are named steps/STEP.svg. */
static int render(const struct worker *w, const struct run *run, const char *name, struct bytes *out, struct mm_error *error)
{
	static const char lang_param[] = "?lang=";
	const char *query = strstr(name, lang_param), *lang = query ? query + strlen(lang_param) : NULL;
	size_t len = strlen(name);
	char step[128];

	if (is_named(name, "check"))
		return doctor_check(run, lang, out, error);
	if (is_named(name, "knobs"))
		return doctor_knobs(run, lang, out, error);
	if (!strncmp(name, "diff/", 5))
		return render_diff(w, run, lang, out, error);

	if (strncmp(name, "steps/", 6) || len < 11 || strcmp(name + len - 4, ".svg"))
		return render_artifact(run, name, out, error);
	snprintf(step, sizeof(step), "%.*s", (int)(len - 10), name + 6);
	return svg_of_step(out, run, step, error);
}

static void answer(struct worker *w, const struct run *run)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err;

	for (size_t i = 0; i < w->nr_names; i++) {
		worker_suffer(w->limits, w->names[i]);
		bytes_clear(&out);
		err = render(w, run, w->names[i], &out, &error);
		if (!err && out.failed)
			err = fail(&error, -ENOMEM, w->names[i], "no memory for the answer");
		/* A fresh process may have enough: the server asks one. */
		if (err == -ENOMEM && w->answered)
			_exit(0);
		if (err)
			say_failure(w, i, err, &error);
		else
			say_answer(w, i, &out);
	}
	w->answered = true;
	bytes_deinit(&out);
}

/* A boot that is kept for the next question about it. */
struct booted {
	struct request request;		/* borrowed from the order for the first one */
	bool own;
	struct run run;
	bool there;
	struct bytes head;		/* of the packed request, which identifies it */
	struct sums sums;		/* summed up over its calls, once words were asked for */
};

static void booted_deinit(struct booted *b)
{
	if (b->there)
		run_deinit(&b->run);
	if (b->own)
		request_deinit(&b->request);
	bytes_deinit(&b->head);
	sums_deinit(&b->sums);
	*b = (struct booted){ .there = false };
}

static void answer_of(struct worker *w, struct booted *b)
{
	b->run.catalogue = w->catalogue;
	b->run.known = w->known;
	b->run.sums = &b->sums;
	answer(w, &b->run);
}

/* @b has its request. */
static void boot_and_answer(struct worker *w, struct booted *b, struct mm_kernel *kernel)
{
	struct mm_error error = { .offset = -1 };
	int err = run_boot_kernel(&b->request, kernel, &b->run, &error);

	if (err == -ENOMEM && w->answered)
		_exit(0);
	if (err) {
		say_failure_of_all(w, err, &error);
		return;
	}
	b->there = true;
	answer_of(w, b);
}

static bool is_of(const struct booted *b, const char *head, size_t len)
{
	return b->there && b->head.len == len && !memcmp(b->head.data, head, len);
}

/* Whoever has asked twice will ask again.  If there is no memory for this, answers merely take longer. */
static void expect_more(struct booted *b)
{
	if (b->there && !b->run.moments)
		b->run.moments = moments_new(b->run.mm);
}

/* The operations continue those of the boot at hand, so the boot carries on. */
static bool go_on(struct booted *b, struct request *request)
{
	size_t nr = b->there ? mm_nr_events(b->run.mm) : 0;
	/* The event that ends the last call goes away; it has changed nothing. */
	size_t keep = nr && mm_event(b->run.mm, nr - 1)->kind == MM_LEAVE ? nr - 1 : nr;

	if (!b->there)
		return false;
	/* They belong to the log as it was. */
	moments_free(b->run.moments);
	b->run.moments = NULL;
	if (!run_go_on(&b->run, request))
		return false;
	sums_cut(&b->sums, keep);
	if (b->own)
		request_deinit(&b->request);
	b->request = *request;
	b->run.request = &b->request;
	return true;
}

/* The question is about this run, about what it does next, or about other inputs for the same tree and kernel. */
static void answer_one(struct worker *w, const struct request *first, struct mm_kernel *kernel, struct booted *b,
		       const char *head, size_t len)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	int err;

	if (is_of(b, head, len)) {
		expect_more(b);
		answer_of(w, b);
		return;
	}
	err = request_unpack_head(head, len, first, &request, &error);
	if (err) {
		say_failure_of_all(w, err, &error);
		return;
	}
	if (!go_on(b, &request)) {
		booted_deinit(b);
		b->request = request;
	}
	b->own = true;
	bytes_clear(&b->head);
	bytes_add(&b->head, head, len);
	if (b->there)
		answer_of(w, b);
	else
		boot_and_answer(w, b, kernel);
}

/* The silence after which the next answers are prepared: it is not worth it for runs that nobody comes back to. */
#define PREPARE_AFTER_MS	20

static void listen_for(const struct worker *w, long ms)
{
	const struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(w->socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
}

static bool is_silent(const struct worker *w)
{
	char byte;

	return recv(w->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Nobody waits for it now; the next answers will need it. */
static void prepare(struct worker *w, struct booted *b)
{
	if (!w->catalogue)
		w->catalogue = catalogue_new();
	expect_more(b);
	while (b->run.moments && may_stay(w) && moments_prepare(b->run.moments) && is_silent(w))
		;
}

/* Reads the next question, waiting for as long as a worker stays; <= 0: there is none. */
static ssize_t next_question(struct worker *w, struct booted *b, char *message)
{
	ssize_t len;

	listen_for(w, PREPARE_AFTER_MS);
	len = read(w->socket, message, RUNNER_DATA_MAX);
	if (len >= 0 || errno != EAGAIN)
		return len;
	prepare(w, b);
	listen_for(w, RUNNER_STAY_MS);
	return read(w->socket, message, RUNNER_DATA_MAX);
}

/* Question after question, until there is a silence or the limits come near. */
static void answer_more(struct worker *w, const struct request *first, struct mm_kernel *kernel, struct booted *b)
{
	char *message = malloc(RUNNER_DATA_MAX);

	while (message && may_stay(w)) {
		ssize_t len = next_question(w, b, message);
		const char *nul = len > 0 ? memchr(message, '\0', (size_t)len) : NULL;

		if (!nul)
			break;
		w->names[0] = message;
		w->nr_names = 1;
		answer_one(w, first, kernel, b, nul + 1, (size_t)(message + len - nul - 1));
	}
	free(message);
}

static void answer_all(struct worker *w, const struct request *request, bool stays)
{
	struct mm_error error = { .offset = -1 };
	const struct ready_kernel *ready = ready_find(w->ready, bytes_text(&request->profile), request->profile.len);
	struct mm_kernel *kernel = ready ? ready->kernel : NULL;
	struct booted booted = { .request = *request };
	int err = ready ? 0 : decode_kernel(bytes_text(&request->profile), request->profile.len, request->kernel, &kernel, &error);

	if (err) {
		say_failure_of_all(w, err, &error);
		return;
	}
	w->known = ready ? &ready->known : NULL;
	bytes_add(&booted.head, w->packed, request_pack_head(w->packed, w->packed_len));
	boot_and_answer(w, &booted, kernel);
	if (stays)
		answer_more(w, request, kernel, &booted);
	booted_deinit(&booted);
	if (!ready)
		mm_kernel_free(kernel);
}

/* Cells boot for themselves. */
static void answer_sweep(struct worker *w, struct request *request)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err;

	worker_suffer(w->limits, "sweep");
	err = sweep_part_boot(request, w->names[0], &out, &error);
	if (err)
		say_failure(w, 0, err, &error);
	else
		say_answer(w, 0, &out);
}

/* Two requests, and after them the first one's length: answer.c joins them. */
static bool split_requests(struct worker *w)
{
	uint64_t first;

	if (w->packed_len < sizeof(first))
		return false;
	w->packed_len -= sizeof(first);
	memcpy(&first, w->packed + w->packed_len, sizeof(first));
	if (first > w->packed_len)
		return false;
	w->other = w->packed + first;
	w->other_len = w->packed_len - first;
	w->packed_len = first;
	return true;
}

/* Names, then the request; see struct runner_order. */
static bool read_order(struct worker *w, const struct runner_order *order, int memory)
{
	struct stat st;
	const char *p, *end, *nul;

	if (order->nr_names > RUNNER_MAX_NAMES || fstat(memory, &st) || st.st_size <= 0)
		return false;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, memory, 0);
	if (p == MAP_FAILED)
		return false;
	for (end = p + st.st_size; w->nr_names < order->nr_names; p = nul + 1) {
		nul = memchr(p, '\0', (size_t)(end - p));
		if (!nul)
			return false;
		w->names[w->nr_names++] = p;
	}
	w->packed = p;
	w->packed_len = (size_t)(end - p);
	return order->nr_names == 0 || strncmp(w->names[0], "diff/", 5) || split_requests(w);
}

static int derive(struct worker *w, struct bytes *out, struct mm_error *error)
{
	struct derive_input input = { 0 };
	struct upload upload;
	struct mm_kernel *kernel;
	int err = upload_read((struct span){ (const uint8_t *)w->packed, w->packed_len }, &upload, error);

	if (!err) {
		input = (struct derive_input){ .config = upload.config, .map = upload.map, .log = upload.log };
		input.kernel = upload.whole.len ? upload.whole : upload.image;
		err = input.kernel.len ? profiler_derive(&input, out, error) : upload_missing("image", error);
	}
	/* If the engine refuses it, the kernel is at fault, not a run that names it. */
	if (!err)
		err = decode_kernel(out->data, out->len, "kernel", &kernel, error);
	return err;
}

static int check_log(struct worker *w, struct bytes *out, struct mm_error *error)
{
	return checked_log((struct span){ (const uint8_t *)w->packed, w->packed_len }, out, error);
}

/* A file that was posted, and what is made of it. */
static void answer_file(struct worker *w, int (*make)(struct worker *w, struct bytes *out, struct mm_error *error))
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err;

	worker_suffer(w->limits, w->names[0]);
	err = make(w, &out, &error);
	if (err)
		say_failure(w, 0, err, &error);
	else
		say_answer(w, 0, &out);
}

static void answer_self_test(struct worker *w, pid_t parent)
{
	struct sandbox_trials trials;

	sandbox_try(parent, &trials);
	say_answer(w, 0, &(struct bytes){ .data = (char *)&trials, .len = sizeof(trials) });
}

/* For tests: "sandbox=refuse" makes a worker that cannot be sandboxed, "sandbox=open" one that is not. */
static int shut_in(const struct worker *w, const struct sandbox_limits *limits, struct mm_error *error)
{
	if (worker_is_to(w->limits, "sandbox", "refuse"))
		return fail(error, -EPERM, "sandbox", "the process could not be sandboxed (as the test wants it)");
	return worker_is_to(w->limits, "sandbox", "open") ? 0 : sandbox_enter(limits, error);
}

_Noreturn void worker_run(const struct runner_order *order, int socket, int memory, const struct worker_limits *limits,
			  const struct ready *ready)
{
	struct worker w = { .socket = socket, .limits = limits, .ready = ready };
	struct mm_error error = { .offset = -1 };
	struct sandbox_limits sandbox = limits->sandbox;
	const pid_t parent = getppid();
	struct request request;
	int err;

	if (order->kernel) {
		sandbox.cpu_seconds *= WORKER_KERNEL_FACTOR;
		sandbox.memory = WORKER_KERNEL_MEMORY;
	}
	/* If the server is gone, write() says so as well. */
	signal(SIGPIPE, SIG_IGN);
	heap_keep();
	if (!read_order(&w, order, memory))
		_exit(1);
	if (shut_in(&w, &sandbox, &error)) {
		say_failure_of_all(&w, -ENOSYS, &error);
		_exit(0);
	}
	if (order->nr_names && !strcmp(w.names[0], WORKER_SELF_TEST)) {
		answer_self_test(&w, parent);
		_exit(0);
	}
	if (order->kernel || order->log) {
		answer_file(&w, order->log ? check_log : derive);
		_exit(0);
	}
	err = request_unpack(w.packed, w.packed_len, &request, &error);
	if (err)
		say_failure_of_all(&w, err, &error);
	else if (!strncmp(w.names[0], SWEEP_PART_PREFIX, strlen(SWEEP_PART_PREFIX)))
		answer_sweep(&w, &request);
	else
		answer_all(&w, &request, order->stays);
	/* The memory goes with the process. */
	_exit(0);
}
