// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail.c - the n-th allocation or system call fails.
 *
 * Preloaded into the program, or linked into one that has a malloc() of its own (LINKED: behind ld's --wrap, then libraries'
 * own allocations do not fail, but for Jansson's).  TORTURE names a file that holds struct control and is mapped shared, so
 * that a test arms and disarms a running server, and its workers count along.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#ifdef LINKED
#include <jansson.h>
#endif
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MEMORY = 1, CALLS = 2 };

struct control {
	_Atomic int64_t left;		/* the one that brings this to zero fails */
	_Atomic int32_t for_ever;	/* and all that follow */
	_Atomic int32_t kinds;		/* what counts; 0: nothing */
	_Atomic int64_t seen;
};

static struct control *control;

__attribute__((constructor)) static void map_control(void)
{
	const char *path = getenv("TORTURE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (p != MAP_FAILED)
		control = p;
}

static bool fails(int kind, int err)
{
	int64_t left;

	if (!control || !(control->kinds & kind))
		return false;
	control->seen++;
	left = atomic_fetch_sub(&control->left, 1);
	if (left != 1 && !(left < 1 && control->for_ever))
		return false;
	errno = err;
	return true;
}

#ifdef LINKED
#define OURS(name)	__wrap_##name
#define REAL(name)	__real_##name
#define DECLARE(name)	extern __typeof__(name) __real_##name, __wrap_##name;
#define REAL_MEMORY	REAL
DECLARE(malloc) DECLARE(calloc) DECLARE(realloc) DECLARE(strdup) DECLARE(strndup) DECLARE(vasprintf) DECLARE(memfd_create)
DECLARE(socketpair) DECLARE(fork) DECLARE(sendmsg) DECLARE(send) DECLARE(pipe2) DECLARE(writev) DECLARE(write) DECLARE(read)
DECLARE(epoll_ctl) DECLARE(open) DECLARE(open64)
#else
#define OURS(name)	name
#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* dlsym() allocates. */
#define REAL_MEMORY(name) __libc_##name
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
#endif

void *OURS(malloc)(size_t size)
{
	return fails(MEMORY, ENOMEM) ? NULL : REAL_MEMORY(malloc)(size);
}

void *OURS(calloc)(size_t nr, size_t size)
{
	return fails(MEMORY, ENOMEM) ? NULL : REAL_MEMORY(calloc)(nr, size);
}

void *OURS(realloc)(void *p, size_t size)
{
	return size && fails(MEMORY, ENOMEM) ? NULL : REAL_MEMORY(realloc)(p, size);
}

#ifdef LINKED
/* What libc allocates for its callers: elsewhere it calls the functions above. */
char *__wrap_strdup(const char *s)
{
	return fails(MEMORY, ENOMEM) ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t max)
{
	return fails(MEMORY, ENOMEM) ? NULL : __real_strndup(s, max);
}

int __wrap_vasprintf(char **p, const char *fmt, va_list args)
{
	return fails(MEMORY, ENOMEM) ? -1 : __real_vasprintf(p, fmt, args);
}

int __wrap_asprintf(char **p, const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = __wrap_vasprintf(p, fmt, args);
	va_end(args);
	return ret;
}

__attribute__((constructor)) static void map_jansson(void)
{
	json_set_alloc_funcs(__wrap_malloc, free);
}
#endif

#define CALL(ret, name, err, params, args) \
	ret OURS(name) params { return fails(CALLS, err) ? (ret)-1 : REAL(name) args; }

CALL(int, memfd_create, EMFILE, (const char *name, unsigned int flags), (name, flags))
CALL(int, socketpair, EMFILE, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds))
CALL(pid_t, fork, EAGAIN, (void), ())
CALL(ssize_t, sendmsg, ENOBUFS, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
CALL(ssize_t, send, ENOBUFS, (int fd, const void *p, size_t len, int flags), (fd, p, len, flags))
CALL(int, pipe2, EMFILE, (int fds[2], int flags), (fds, flags))
CALL(ssize_t, writev, ENOSPC, (int fd, const struct iovec *v, int nr), (fd, v, nr))

/* Disks fill up and fail; an eventfd does not. */
static bool is_file(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

ssize_t OURS(write)(int fd, const void *p, size_t len)
{
	return is_file(fd) && fails(CALLS, ENOSPC) ? -1 : REAL(write)(fd, p, len);
}

ssize_t OURS(read)(int fd, void *p, size_t len)
{
	return is_file(fd) && fails(CALLS, EIO) ? -1 : REAL(read)(fd, p, len);
}
/* Only adding can fail: it is what takes memory, and a place under max_user_watches. */
int OURS(epoll_ctl)(int epoll, int op, int fd, struct epoll_event *event)
{
	return op == EPOLL_CTL_ADD && fails(CALLS, ENOSPC) ? -1 : REAL(epoll_ctl)(epoll, op, fd, event);
}

#define OPEN(name) \
	int OURS(name)(const char *path, int flags, ...) \
	{ \
		va_list args; \
		int mode; \
		\
		va_start(args, flags); \
		mode = va_arg(args, int); \
		va_end(args); \
		return fails(CALLS, EMFILE) ? -1 : REAL(name)(path, flags, mode); \
	}
OPEN(open)
#ifdef LINKED
OPEN(open64)
#endif
