/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - have runs executed in processes of their own.
 *
 * The server's end of runner_proto.h.  Any thread submits; one thread, the main
 * one, waits on runner_fd() and calls runner_dispatch(), which fills and settles
 * the blobs.  At most `workers` jobs run at once, `queue` wait, the rest is
 * refused.  Workers are shared fairly: each owner's jobs take turns with everybody
 * else's, with three workers or more no owner gets all of them, and a full queue
 * drops the job whose turn comes last to make room for one whose turn comes earlier.
 * Every blob of an accepted job gets settled: by its answer, by the worker's refusal,
 * or by the worker's end.
 */
#ifndef MMSCOPE_RUNNER_H
#define MMSCOPE_RUNNER_H

#include "daemon/base/blob.h"
#include "daemon/worker/privilege.h"
#include "daemon/worker/worker.h"

struct runner;

struct runner_config {
	struct worker_limits limits;	/* must live as long as the runner */
	struct identity identity;	/* whom helper and workers become */
	unsigned int workers, queue;
	/* Makes room for an answer's @bytes before they come; false: the answer is refused (BLOB_FAILED,
	 * "memory-full"). */
	bool (*make_room)(void *ctx, struct blob *blob, size_t bytes);
	/* Called by runner_dispatch() for each blob.  @keep: asking again would give the same. */
	void (*settled)(void *ctx, const char *id, const char *name, struct blob *blob, bool keep);
	void *ctx;
};

struct runner_numbers {
	unsigned int running, queued;
	uint64_t started, failed, crashed, timed_out, refused;
	uint64_t busy_ns;		/* sum over jobs, from start to end */
	bool gone;			/* the helper died: nothing can be executed any more */
};

/* Forks the helper: call before there are threads.  0 or a negative errno. */
int runner_start(const struct runner_config *config, struct runner **ret);
/* Ends helper and workers; jobs that are left are settled as failed. */
void runner_stop(struct runner *runner);

/* Readable when runner_dispatch() has something to do. */
int runner_fd(const struct runner *runner);
void runner_dispatch(struct runner *runner);

/* The longest text that names an owner, with its NUL. */
#define RUNNER_OWNER_SIZE	48

/*
 * Execute run @id from its packed @request and fill blobs[i] with artifact
 * names[i], @nr of them, at most RUNNER_MAX_NAMES, for @owner; takes its own references.
 * 0; -EAGAIN: too much to do; -EPIPE: the helper is gone; -ENOMEM, -EMFILE..
 * On failure no blob is settled.
 */
int runner_submit(struct runner *runner, const char *owner, const char *id, struct blob *request,
		  const char *const *names, struct blob *const *blobs, size_t nr);

/*
 * The same for a kernel: the file @fd holds "profile", a NUL, and what upload.h reads; its one
 * answer is the profile.  Takes @fd in any case.
 */
int runner_submit_kernel(struct runner *runner, const char *owner, int fd, struct blob *blob);
/* The same for a boot log, with the file laid out as checked_log.h says; the answer is its report. */
int runner_submit_log(struct runner *runner, const char *owner, int fd, struct blob *blob);

/* How long, at the present rate, until every waiting job has started; at least 1. */
unsigned int runner_wait_seconds(struct runner *runner);

void runner_count(struct runner *runner, struct runner_numbers *ret);

#endif
