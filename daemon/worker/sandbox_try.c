// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker that was taken over would try first.  None of it does harm if it is not refused. */
#include "daemon/worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool opens_file(pid_t parent)
{
	(void)parent;
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || open("/", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool makes_socket(pid_t parent)
{
	(void)parent;
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}

static bool forks(pid_t parent)
{
	/* Not fork(): a sandboxed process cannot do what libc does around it. */
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	(void)parent;
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return pid > 0;
}

/* There is no program to run, so it fails in any case; the error tells which way. */
static bool executes(pid_t parent)
{
	(void)parent;
	return execve("/", (char *[]){ NULL }, (char *[]){ NULL }) && errno != EPERM;
}

/* Attaching would stop the parent where it is allowed. */
static bool traces(pid_t parent)
{
	(void)parent;
	return !ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static bool kills_parent(pid_t parent)
{
	return !kill(parent, 0) || !syscall(SYS_tgkill, parent, parent, 0) || !syscall(SYS_tkill, parent, 0);
}

static bool changes_user(pid_t parent)
{
	(void)parent;
	return !setresuid(0, 0, 0) || !setresgid(0, 0, 0) || !syscall(SYS_setuid, 0);
}

static bool makes_code(pid_t parent)
{
	(void)parent;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static const struct trial {
	const char *name;
	bool (*succeeds)(pid_t parent);
} trials[] = {
	{ "open", opens_file }, { "socket", makes_socket }, { "fork", forks }, { "exec", executes }, { "ptrace", traces },
	{ "kill", kills_parent }, { "setuid", changes_user }, { "mmap-exec", makes_code },
};

static void add_name(char *list, size_t size, const char *name)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len ? " " : "", name);
}

void sandbox_try(pid_t parent, struct sandbox_trials *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		bool succeeds = trials[i].succeeds(parent);

		ret->tried++;
		ret->refused += !succeeds;
		add_name(ret->names, sizeof(ret->names), trials[i].name);
		if (succeeds)
			add_name(ret->succeeded, sizeof(ret->succeeded), trials[i].name);
	}
}
