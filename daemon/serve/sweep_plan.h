/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep_plan.h - a sweep over HTTP: cut into parts for workers to boot, and sent as these finish.
 *
 * Each part is an answer in the store, so repeating a sweep costs nothing.  A sweep stops once its reader has gone.
 */
#ifndef MMSCOPE_SWEEP_PLAN_H
#define MMSCOPE_SWEEP_PLAN_H

#include "daemon/doctor/sweep_part.h"
#include "daemon/serve/serve.h"

#define SWEEP_MAX_CELLS_HTTP	10000
#define SWEEP_MAX_BASES		64	/* kernels, boards or both that vary */

struct sweep_plan;

/* Plan a sweep from the exchange's parameters.  NULL, with a reply, if they are wrong. */
struct sweep_plan *sweep_plan_new(struct serve *serve, struct exchange *ex);
void sweep_plan_free(void *plan);

enum sweep_progress {
	SWEEP_MOVED,			/* a part was taken; call again */
	SWEEP_WAITS,			/* for *@blob, which is pending */
	SWEEP_FAILS,			/* *@failure says why: bad input, or too much to do just now */
	SWEEP_DONE,
};

/* Start parts, and collect the next one if it has finished. */
enum sweep_progress sweep_plan_go_on(struct sweep_plan *plan, struct blob **blob, const struct blob_failure **failure);
/* The results so far; valid as long as the plan. */
const struct swept *sweep_plan_swept(const struct sweep_plan *plan);

/* Takes over the plan, even on failure.  NULL without memory. */
struct stream *sweep_plan_stream(struct sweep_plan *plan);

#endif
