// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process that is shut in says, and how it ends. */
#include "daemon/base/fail.h"
#include "daemon/worker/confined.h"
#include "daemon/worker/log_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef int work_fn(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error);

static int run(work_fn *work, struct bytes *out, struct mm_error *error)
{
	const struct confined how = { .title = "test", .what = "input", .limits = { .cpu_seconds = 1 }, .max_answer = 1u << 20,
				      .work = work, .input = "what there was" };

	*error = (struct mm_error){ .offset = -1 };
	return confined_call(&how, out, error);
}

static int says(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)voice;
	(void)error;
	bytes_puts(out, input);
	return 0;
}

static int refuses(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	return (fail)(error, -EBADMSG, "log", "is none");
}

static int crashes(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	(void)error;
	_exit(3);
}

static int spins(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)out;
	(void)error;
	for (volatile unsigned int i = 0; i < 2; i = !i)
		;
	return 0;
}

static int floods(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	(void)input;
	(void)voice;
	(void)error;
	for (size_t i = 0; i <= 1u << 20; i++)
		bytes_putc(out, 'x');
	return 0;
}

static int opens(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
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

/* In the second process: what it finds there, and that it is shut in. */
static void helps(const void *input, void *shared)
{
	_Atomic uint32_t *word = shared;

	*word = open("/dev/null", O_RDONLY) < 0 ? (uint32_t)strlen(input) : 1000;
	for (;;)
		sched_yield();
}

static void dies(const void *input, void *shared)
{
	(void)input;
	(void)shared;
	abort();
}

static int looks(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	const _Atomic uint32_t *word = confined_shared(voice);

	(void)input;
	(void)error;
	for (uint32_t i = 0; word && !*word && i < 100000; i++)
		sched_yield();
	bytes_num(out, word ? (int64_t)*word : -1);
	return 0;
}

static void a_mate_shares_memory_and_ends_with_the_first(void **state)
{
	const struct { void (*help)(const void *input, void *shared); size_t shared; const char *says; } rows[] = {
		{ helps, 1u << 20, "14" }, { dies, 1u << 20, "0" }, { helps, 0, "-1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct confined how = {
			.title = "test", .what = "input", .limits = { .cpu_seconds = 5 }, .max_answer = 100, .work = looks,
			.help = rows[i].help, .shared = rows[i].shared, .input = "what there was",
		};
		struct mm_error error = { .offset = -1 };
		struct bytes out = { 0 };

		assert_int_equal(confined_call(&how, &out, &error), 0);
		assert_string_equal(bytes_text(&out), rows[i].says);
		/* No child is left. */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		bytes_deinit(&out);
	}
}

static int prints(const void *input)
{
	fputs(input, stdout);
	fputs("beside", stderr);
	return 3;
}

static int print_crashes(const void *input)
{
	(void)input;
	abort();
}

static int run_print(int (*print)(const void *input), struct mm_error *error)
{
	const struct confined how = { .title = "test", .what = "input", .limits = { .cpu_seconds = 1 },
				      .print = print, .input = "what is printed" };

	*error = (struct mm_error){ .offset = -1 };
	return confined_print(&how, error);
}

/* In @to, of what a process of our own finds on its standard output and error. */
static int printed(int (*print)(const void *input), char to[64])
{
	struct mm_error error;
	int fds[2], status;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		status = run_print(print, &error);
		_exit(status < 0 ? 100 - status : status);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	len = read(fds[0], to, 63);
	close(fds[0]);
	to[len > 0 ? len : 0] = '\0';
	return WEXITSTATUS(status);
}

static void what_it_prints_is_passed_on(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(printed(prints, text), 3);
	assert_non_null(strstr(text, "what is printed"));
	assert_non_null(strstr(text, "beside"));
	assert_int_equal(printed(print_crashes, text), 100 + EIO);
}

/* Where this system does not let a process shut itself in: 1 if both ways say that nothing was begun. */
static void who_cannot_be_shut_in_does_not_begin(void **state)
{
	struct bytes out = { 0 };
	struct mm_error error;
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

		if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset), 0) || seccomp_load(filter))
			_exit(98);
		if (run(says, &out, &error) != -EIO || strcmp(error.where, "sandbox") || out.len)
			_exit(97);
		_exit(run_print(prints, &error) == -EIO && !strcmp(error.where, "sandbox") && strstr(error.text, "privileges"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 1);
}

static const char LOG[] =
	"[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n"
	"[    0.000000] Linux version 6.6.1-test (x) #1\n"
	"[    0.000000] OF: reserved mem: initialized node pool, compatible id shared-dma-pool\n"
	"[    0.000000] OF: reserved mem: 0x0000000049000000..0x00000000490fffff (1024 KiB) nomap non-reusable fw@49000000\n"
	"[    0.000000] memblock_reserve: [0x0000000048000000-0x00000000480fffff] here+0x1/0x2\n"
	"[    0.000000] cma: Reserved 32 MiB at 0x000000007e000000\n"
	"[    0.000000] Early memory node ranges\n"
	"[    0.000000]   node   0: [mem 0x0000000040000000-0x000000007fffffff]\n"
	"[    0.000000] percpu: Embedded 22 pages/cpu s51000 r8192 d30920 u90112\n"
	"[    0.000000] mem auto-init: stack:off, heap alloc:on, heap free:off\n"
	"[    0.000000] Memory: 1000K/1111K available (14528K kernel code, 2270K rwdata, 4736K rodata, 5376K init, 1228K bss, "
	"100K reserved, 11K cma-reserved)\n";

/* Through the other process, as without it. */
static void a_log_comes_back_as_it_was_read(void **state)
{
	struct mm_error error = { .offset = -1 };
	struct facts facts = { .failed = false };
	struct dmesg log = { 0 };
	struct bytes text = { 0 };
	uint64_t base;
	size_t line;

	(void)state;
	bytes_puts(&text, LOG);
	assert_int_equal(log_reader_run(&text, "log", &log, &facts, &error), 0);
	assert_string_equal(log.value[DMESG_RELEASE], "6.6.1-test");
	assert_string_equal(log.value[DMESG_MEMORY], "0x40000000@0x40000000");
	assert_int_equal(log.line[DMESG_MEMORY], 8);
	assert_null(log.value[DMESG_DTB]);
	assert_int_equal(log.text.len, 0);
	assert_true(dmesg_reserved(&log, 0x100000, 1, &base, &line) && base == 0x48000000 && line == 5);
	assert_int_equal(log.nr_nodes, 2);
	assert_string_equal(log.nodes[0].name, "pool");
	assert_int_equal(log.nodes[0].flags, 0);
	assert_string_equal(log.nodes[1].name, "fw@49000000");
	assert_true(log.nodes[1].base == 0x49000000 && log.nodes[1].size == 0x100000);
	assert_int_equal(log.nodes[1].flags, DMESG_NODE_PLACED | DMESG_NODE_NOMAP);
	assert_true(log.build.complete && !log.build.numa && log.build.has_cma_mbytes);
	assert_int_equal(log.build.cma_mbytes, 32);
	assert_int_equal(log.build.percpu_static, 51000);
	assert_int_equal(log.build.image_kbytes[DMESG_CODE], 14528);
	assert_int_equal(log.build.image_kbytes[DMESG_BSS], 1228);
	assert_true(log.build.all_pages_ready && log.build.stack_init == 'n' && log.build.alloc_init == 'y' && !log.build.zone_device);
	assert_int_equal(facts.of[FACT_PERCPU].nr, 1);
	assert_int_equal(facts.of[FACT_PERCPU].line[0], 9);
	facts_deinit(&facts);
	dmesg_deinit(&log);
	bytes_deinit(&text);
}

static void what_is_no_log_is_bad_input(void **state)
{
	struct mm_error error = { .offset = -1 };
	struct dmesg log = { 0 };
	struct bytes text = { 0 };

	(void)state;
	bytes_puts(&text, "nothing of the kind\n");
	assert_int_equal(log_reader_run(&text, "some file", &log, NULL, &error), -EBADMSG);
	assert_string_equal(error.where, "some file");
	bytes_deinit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_finds_comes_back),
		cmocka_unit_test(bad_input_is_told_from_our_own_failure),
		cmocka_unit_test(a_mate_shares_memory_and_ends_with_the_first),
		cmocka_unit_test(what_it_prints_is_passed_on),
		cmocka_unit_test(who_cannot_be_shut_in_does_not_begin),
		cmocka_unit_test(a_log_comes_back_as_it_was_read),
		cmocka_unit_test(what_is_no_log_is_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
