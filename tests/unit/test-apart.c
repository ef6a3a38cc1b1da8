// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process that is shut in says, and how it ends. */
#include "daemon/base/fail.h"
#include "daemon/worker/apart.h"
#include "daemon/worker/log_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef int work_fn(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error);

static int run(work_fn *work, struct bytes *out, struct mm_error *error)
{
	const struct apart apart = { .what = "input", .process = "test", .limits = { .cpu_seconds = 1 }, .max_answer = 1u << 20,
				     .work = work, .input = "what there was" };

	*error = (struct mm_error){ .offset = -1 };
	return apart_run(&apart, out, error);
}

static int says(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)voice;
	(void)error;
	bytes_puts(out, input);
	return 0;
}

static int refuses(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	return (fail)(error, -EBADMSG, "log", "is none");
}

static int crashes(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	(void)error;
	_exit(3);
}

static int spins(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	(void)error;
	for (volatile unsigned int i = 0; i < 2; i = !i)
		;
	return 0;
}

static int floods(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)error;
	for (size_t i = 0; i <= 1u << 20; i++)
		bytes_putc(out, 'x');
	return 0;
}

static int opens(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)error;
	bytes_puts(out, open("/dev/null", O_RDONLY) < 0 ? "shut in" : "free");
	return 0;
}

static void what_it_finds_comes_back(void **state)
{
	struct bytes out = { 0 };
	struct mm_error error;

	(void)state;
	assert_int_equal(run(says, &out, &error), 0);
	assert_string_equal(bytes_text(&out), "what there was");
	bytes_clear(&out);
	assert_int_equal(run(opens, &out, &error), 0);
	assert_string_equal(bytes_text(&out), "shut in");
	bytes_deinit(&out);
}

static void bad_input_is_told_from_our_own_failure(void **state)
{
	const struct { work_fn *work; int err; const char *text; } rows[] = {
		{ refuses, -EBADMSG, "is none" },
		{ spins, -EBADMSG, "takes more than 1 seconds of computing" },
		{ floods, -EFBIG, "holds more than 1 MiB" },
		{ crashes, -EIO, "could not be started" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes out = { 0 };
		struct mm_error error;

		assert_int_equal(run(rows[i].work, &out, &error), rows[i].err);
		assert_non_null(strstr(error.text, rows[i].text));
		bytes_deinit(&out);
	}
}

static const char LOG[] =
	"[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n"
	"[    0.000000] Linux version 6.6.1-test (x) #1\n"
	"[    0.000000] OF: reserved mem: initialized node pool, compatible id shared-dma-pool\n"
	"[    0.000000] memblock_reserve: [0x0000000048000000-0x00000000480fffff] here+0x1/0x2\n"
	"[    0.000000] cma: Reserved 32 MiB at 0x000000007e000000\n"
	"[    0.000000] Early memory node ranges\n"
	"[    0.000000]   node   0: [mem 0x0000000040000000-0x000000007fffffff]\n"
	"[    0.000000] percpu: Embedded 22 pages/cpu s51000 r8192 d30920 u90112\n";

/* Through the other process, as without it. */
static void a_log_comes_back_as_it_was_read(void **state)
{
	struct fact_rules *rules = fact_rules_new();
	struct mm_error error = { .offset = -1 };
	struct facts facts = { .failed = false };
	struct dmesg log = { 0 };
	struct bytes text = { 0 };
	uint64_t base;
	size_t line;

	(void)state;
	bytes_puts(&text, LOG);
	assert_int_equal(log_reader_run(&text, "log", rules, &log, &facts, &error), 0);
	assert_string_equal(log.value[DMESG_RELEASE], "6.6.1-test");
	assert_string_equal(log.value[DMESG_MEMORY], "0x40000000@0x40000000");
	assert_int_equal(log.line[DMESG_MEMORY], 7);
	assert_null(log.value[DMESG_DTB]);
	assert_int_equal(log.text.len, 0);
	assert_true(dmesg_reserved(&log, 0x100000, &base, &line) && base == 0x48000000 && line == 4);
	assert_int_equal(log.nr_nodes, 1);
	assert_string_equal(log.nodes[0].name, "pool");
	assert_true(log.build.complete && !log.build.numa && log.build.has_cma_mbytes);
	assert_int_equal(log.build.cma_mbytes, 32);
	assert_int_equal(log.build.percpu_static, 51000);
	assert_int_equal(facts.of[FACT_PERCPU].nr, 1);
	assert_int_equal(facts.of[FACT_PERCPU].line[0], 8);
	facts_deinit(&facts);
	dmesg_deinit(&log);
	bytes_deinit(&text);
	fact_rules_free(rules);
}

static void what_is_no_log_is_bad_input(void **state)
{
	struct mm_error error = { .offset = -1 };
	struct dmesg log = { 0 };
	struct bytes text = { 0 };

	(void)state;
	bytes_puts(&text, "nothing of the kind\n");
	assert_int_equal(log_reader_run(&text, "some file", NULL, &log, NULL, &error), -EBADMSG);
	assert_string_equal(error.where, "some file");
	bytes_deinit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_finds_comes_back),
		cmocka_unit_test(bad_input_is_told_from_our_own_failure),
		cmocka_unit_test(a_log_comes_back_as_it_was_read),
		cmocka_unit_test(what_is_no_log_is_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
