/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
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
		if (sandbox_enter(&limits))
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
		cmocka_unit_test(computing_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
