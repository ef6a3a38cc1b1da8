/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/worker/sandbox.h"

static const struct sandbox_limits limits = { .cpu_seconds = 1 };

/* Whether @attempt succeeds in a process that has entered the sandbox: what it exits with. */
static int inside(int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		struct mm_error error;

		if (sandbox_enter(&limits, &error))
			_exit(99);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int open_file(void)
{
	return open("/etc/hostname", O_RDONLY) >= 0;
}

static int open_relative(void)
{
	return open(".", O_RDONLY | O_DIRECTORY) >= 0;
}

static int write_file(void)
{
	return open("/tmp/mmscope-test", O_WRONLY | O_CREAT, 0600) >= 0;
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static int make_process(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid > 0;
}

static int run_program(void)
{
	char *argv[] = { "true", NULL };

	execv("/bin/true", argv);
	return 0;
}

static int trace_parent(void)
{
	return !ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) || !kill(getppid(), 0);
}

static int signal_parent(void)
{
	return !syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int has_capabilities(void)
{
	return !setgid(1) || !chroot("/") || prctl(PR_CAPBSET_READ, 0, 0, 0, 0) == 1;
}

static int use_memory(void)
{
	char *p = malloc(10 << 20);
	char *q = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!p || q == MAP_FAILED)
		return 0;
	p[5 << 20] = q[5] = 1;
	free(p);
	return 1;
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int spin(void)
{
	for (volatile unsigned int i = 0; i < 2; )
		i ^= 1;
	return 0;
}

static void what_a_worker_needs_works(void **state)
{
	(void)state;
	assert_int_equal(inside(use_memory), 1);
}

static void everything_else_fails(void **state)
{
	(void)state;
	assert_int_equal(inside(open_file), 0);
	assert_int_equal(inside(open_relative), 0);
	assert_int_equal(inside(signal_parent), 0);
	assert_int_equal(inside(has_capabilities), 0);
	assert_int_equal(inside(write_file), 0);
	assert_int_equal(inside(make_socket), 0);
	assert_int_equal(inside(make_process), 0);
	assert_int_equal(inside(run_program), 0);
	assert_int_equal(inside(trace_parent), 0);
	assert_int_equal(inside(make_code), 0);
}

/* 2: there is nothing that it was not refused. */
static int try_all(void)
{
	struct sandbox_trials trials;

	sandbox_try(getppid(), &trials);
	return trials.tried == 8 && trials.refused == 8 && !*trials.succeeded ? 2 : 0;
}

static void the_self_test_says_so(void **state)
{
	(void)state;
	assert_int_equal(inside(try_all), 2);
}

static void the_self_test_sees_a_hole(void **state)
{
	struct sandbox_trials trials;
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		sandbox_try(getppid(), &trials);
		_exit(trials.tried == 8 && strstr(trials.succeeded, "open") && strstr(trials.succeeded, "fork") &&
		      strstr(trials.succeeded, "kill") ? 2 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 2);
}

/* A process in which @call fails enters the sandbox: 1 if it is told that @step failed, and is our failure. */
static int without(int call, const char *step, bool lenient)
{
	struct sandbox_limits with = limits;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
		struct mm_error error;

		if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) || seccomp_load(filter))
			_exit(98);
		with.lenient = lenient;
		_exit(sandbox_enter(&with, &error) == -EPERM && !strcmp(error.where, "sandbox") && strstr(error.text, step));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void each_step_can_fail_and_says_so(void **state)
{
	(void)state;
	assert_int_equal(without(SCMP_SYS(capset), "privileges", false), 1);
	assert_int_equal(without(SCMP_SYS(landlock_restrict_self), "Landlock", false), 1);
	assert_int_equal(without(SCMP_SYS(prlimit64), "limits", false), 1);
	assert_int_equal(without(SCMP_SYS(seccomp), "seccomp", false), 1);
	assert_int_equal(without(SCMP_SYS(landlock_restrict_self), "Landlock", true), 0);
}

/* As systemd-nspawn's filter does: the list of system calls is enough, and what is left refuses everything. */
static void a_container_may_hide_landlock(void **state)
{
	(void)state;
	assert_int_equal(without(SCMP_SYS(landlock_create_ruleset), "Landlock", false), 0);
}

static void computing_has_an_end(void **state)
{
	(void)state;
	assert_int_equal(inside(spin), 1000 + SIGXCPU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_worker_needs_works),
		cmocka_unit_test(everything_else_fails),
		cmocka_unit_test(the_self_test_says_so),
		cmocka_unit_test(the_self_test_sees_a_hole),
		cmocka_unit_test(each_step_can_fail_and_says_so),
		cmocka_unit_test(a_container_may_hide_landlock),
		cmocka_unit_test(computing_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
