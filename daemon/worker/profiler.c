// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/profiler.h"

#include "daemon/input/decode_types.h"
#include "daemon/worker/confined.h"

/* A profile has some 30 KB. */
#define MAX_PROFILE	(4u << 20)

int profiler_derive(const struct derive_input *input, struct bytes *out, struct mm_error *error)
{
	int err = derive_profile(input, out, error);

	return err ? err : types_assume(out, error);
}

static void say_progress(void *ctx, const char *step)
{
	confined_say(ctx, step);
}

static int work(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	struct derive_input mine = *(const struct derive_input *)input;

	mine.progress = say_progress;
	mine.ctx = voice;
	mine.shared = confined_shared(voice);
	return profiler_derive(&mine, out, error);
}

static void help(const void *input, void *shared)
{
	derive_help(input, shared);
}

int profiler_run(const struct derive_input *input, struct bytes *out, struct mm_error *error)
{
	const struct confined how = {
		.title = "mmscope-profile", .what = "kernel",
		.limits = {
			.memory = DERIVE_MAX_MEMORY + input->kernel.len + input->map.len + input->config.len + input->log.len +
				  (512u << 20),
			.cpu_seconds = PROFILER_MAX_SECONDS,
		},
		.max_answer = MAX_PROFILE,
		.work = work, .help = help, .shared = derive_shared(input), .input = input, .progress = input->progress, .progress_ctx = input->ctx,
	};

	return confined_call(&how, out, error);
}
