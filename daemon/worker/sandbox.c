// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/sandbox.h"

#include "daemon/base/fail.h"
#include "daemon/worker/privilege.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* The program names the process that may be signalled, which is known only on entering. Until then this number, which
 * no process has, stands for it. */
#define SOME_PID	0x5eccc0deu

#define MAX_PROGRAM	512	/* instructions */

struct sandbox_program {
	struct sock_filter code[MAX_PROGRAM];
	unsigned short len;
	unsigned short at_pid;		/* the instruction that compares with SOME_PID */
};

static int limit(int resource, rlim_t value)
{
	struct rlimit rlim = { value, value };

	return setrlimit(resource, &rlim) ? -errno : 0;
}

/* One second between the signal that can be told from a crash and the kill. */
static int limit_cpu(unsigned int seconds)
{
	struct rlimit rlim = { seconds, seconds + 1 };

	return setrlimit(RLIMIT_CPU, &rlim) ? -errno : 0;
}

static int limit_all(const struct sandbox_limits *limits)
{
	int err = limit(RLIMIT_CORE, 0);

	if (!err)
		err = limit(RLIMIT_FSIZE, 0);
	/* No descriptor beyond those that are open. */
	if (!err)
		err = limit(RLIMIT_NOFILE, 0);
	if (!err)
		err = limit(RLIMIT_NPROC, 0);
	if (!err && limits->cpu_seconds)
		err = limit_cpu(limits->cpu_seconds);
	/* Sanitizers map terabytes of shadow memory. */
	if (!err && limits->memory && !SANITIZED)
		err = limit(RLIMIT_AS, limits->memory);
	return err;
}

/* The kernel has none, or what we run in hides it: landlock_create_ruleset() itself never says EPERM, but the filters of
 * systemd-nspawn and of older container engines say so of every call that they do not know. */
static bool is_missing(int err)
{
	return err == ENOSYS || err == EOPNOTSUPP || err == EPERM;
}

/* A ruleset that handles everything and allows nothing.  A system without Landlock still refuses
 * to open anything by the list of system calls; one that has it must not fail at it. */
static int deny_files(const struct sandbox_limits *limits)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1,	/* all of ABI 1 */
	};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0), err;

	(void)limits;
	if (fd < 0)
		return is_missing(errno) ? 0 : -errno;
	err = syscall(SYS_landlock_restrict_self, fd, 0) ? -errno : 0;
	close(fd);
	return err;
}

static int drop_privileges(const struct sandbox_limits *limits)
{
	(void)limits;
	return privilege_drop();
}

/* What it takes to use malloc, a clock and a socket that is already open, and to exit. */
static const int allowed[] = {
	SCMP_SYS(sendto), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(read), SCMP_SYS(close),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(recvfrom),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

static int allow_all(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* A worker needs no executable memory. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* To set how long it waits for its socket. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2, SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET),
				       SCMP_A2(SCMP_CMP_EQ, SO_RCVTIMEO));
	/* abort() and raise() signal the process itself; it may signal nobody else. */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, SOME_PID));
	return err;
}

/* Everything else fails with EPERM instead of killing the process, so that a future libc can fall back on another
 * call. */
static int export_to(int fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter ? seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) : -ENOMEM;

	if (!err)
		err = allow_all(filter);
	if (!err)
		err = seccomp_export_bpf(filter, fd);
	if (filter)
		seccomp_release(filter);
	return err;
}

static bool read_program(int fd, struct sandbox_program *program)
{
	ssize_t len = pread(fd, program->code, sizeof(program->code), 0);
	size_t places = 0;

	if (len <= 0 || (size_t)len == sizeof(program->code) || (size_t)len % sizeof(program->code[0]))
		return false;
	program->len = (unsigned short)((size_t)len / sizeof(program->code[0]));
	for (unsigned short i = 0; i < program->len; i++)
		if (program->code[i].k == SOME_PID && BPF_CLASS(program->code[i].code) == BPF_JMP) {
			program->at_pid = i;
			places++;
		}
	return places == 1;
}

struct sandbox_program *sandbox_program_new(void)
{
	struct sandbox_program *program = malloc(sizeof(*program));
	int fd = program ? memfd_create("seccomp", MFD_CLOEXEC) : -1;
	bool made = fd >= 0 && !export_to(fd) && read_program(fd, program);

	if (fd >= 0)
		close(fd);
	if (made)
		return program;
	sandbox_program_free(program);
	return NULL;
}

void sandbox_program_free(struct sandbox_program *program)
{
	free(program);
}

static int load(const struct sandbox_program *program)
{
	struct sandbox_program own = *program;
	struct sock_fprog prog = { .len = own.len, .filter = own.code };

	own.code[own.at_pid].k = (uint32_t)getpid();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		return -errno;
	return 0;
}

static int deny_syscalls(const struct sandbox_limits *limits)
{
	return limits->program ? load(limits->program) : -ENOMEM;
}

/* The order matters: each step forbids something that earlier ones need. */
static const struct step {
	const char *name;
	int (*take)(const struct sandbox_limits *limits);
} steps[] = {
	{ "privileges", drop_privileges },
	{ "Landlock", deny_files },
	{ "limits", limit_all },
	{ "seccomp", deny_syscalls },
};

static int take_steps(const struct sandbox_limits *limits, struct mm_error *error)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int err = steps[i].take(limits);

		if (err && !limits->lenient)
			return fail(error, -EPERM, "sandbox", "the process could not be sandboxed (%s: %s)",
				    steps[i].name, strerror(-err));
	}
	return 0;
}

/* The program is made first: that takes a descriptor. */
int sandbox_enter(const struct sandbox_limits *limits, struct mm_error *error)
{
	struct sandbox_program *made = limits->program ? NULL : sandbox_program_new();
	struct sandbox_limits own = *limits;
	int err;

	if (made)
		own.program = made;
	err = take_steps(&own, error);
	sandbox_program_free(made);
	return err;
}
