// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/answer.h"

#include "daemon/base/fail.h"
#include "daemon/doctor/finding.h"
#include "daemon/doctor/fix.h"
#include "daemon/doctor/knobs.h"
#include "daemon/doctor/report.h"
#include "daemon/doctor/rundiff.h"

#include <errno.h>

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory for the answer");
}

int doctor_check(const struct run *run, const char *lang, struct bytes *out, struct mm_error *error)
{
	struct checked checked = { .board = run->request->board, .kernel = run->request->kernel,
				   .cmdline = mm_cmdline(run->mm) };
	struct findings findings = { 0 };
	struct sentences *sentences;
	int err = sentences_new(lang, &sentences, error);

	if (err)
		return err;
	if (findings_of(run, &findings) || fixes_find(run, &findings) || findings_translate(&findings, sentences))
		out->failed = true;
	checked.findings = &findings;
	report_one_json(&checked, out);
	findings_deinit(&findings);
	sentences_free(sentences);
	return out->failed ? no_memory(error) : 0;
}

int doctor_diff(const struct run *a, const struct run *b, const char *lang, struct bytes *out, struct mm_error *error)
{
	struct sentences *sentences;
	struct rundiff diff;
	int err = sentences_new(lang, &sentences, error);

	if (err)
		return err;
	if (rundiff_init(&diff, a, b)) {
		sentences_free(sentences);
		return no_memory(error);
	}
	rundiff_write(&diff, "json", sentences, out);
	rundiff_deinit(&diff);
	sentences_free(sentences);
	return out->failed ? no_memory(error) : 0;
}

int doctor_knobs(const struct run *run, const char *lang, struct bytes *out, struct mm_error *error)
{
	struct sentences *sentences;
	struct knobs knobs;
	int err = sentences_new(lang, &sentences, error);

	if (err)
		return err;
	if (knobs_of(run, &knobs)) {
		sentences_free(sentences);
		return no_memory(error);
	}
	knobs_write_json(&knobs, sentences, out);
	knobs_deinit(&knobs);
	sentences_free(sentences);
	return out->failed ? no_memory(error) : 0;
}
