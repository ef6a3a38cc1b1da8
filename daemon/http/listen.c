// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/listen.h"

#include "daemon/base/fail.h"
#include "daemon/http/exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A whole lecture hall may open the page at once.  The kernel caps this at net.core.somaxconn. */
#define BACKLOG		4096
#define SYSTEMD_FD	3

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* ADDRESS:PORT, [ADDRESS]:PORT or PORT.  Returns the length of the socket address; 0: malformed. */
static socklen_t parse_tcp(const char *spec, union address *ret)
{
	const char *colon = strrchr(spec, ':');
	const char *digits = colon ? colon + 1 : spec;
	char host[64] = "127.0.0.1";
	size_t len = colon ? (size_t)(colon - spec) : 0;
	uint64_t port;

	if (!parse_number(digits, &port) || port > 65535 || len >= sizeof(host))
		return 0;
	if (len > 2 && *spec == '[' && colon[-1] == ']') {
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, spec + 1);
		ret->in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
		return inet_pton(AF_INET6, host, &ret->in6.sin6_addr) == 1 ? sizeof(ret->in6) : 0;
	}
	if (len && strncmp(spec, "localhost:", 10))
		snprintf(host, sizeof(host), "%.*s", (int)len, spec);
	ret->in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &ret->in.sin_addr) == 1 ? sizeof(ret->in) : 0;
}

static socklen_t parse_unix(const char *path, union address *ret)
{
	if (!*path || strlen(path) >= sizeof(ret->un.sun_path))
		return 0;
	memset(&ret->un, 0, sizeof(ret->un));
	ret->un.sun_family = AF_UNIX;
	strcpy(ret->un.sun_path, path);
	return sizeof(ret->un);
}

/* A server that crashed leaves its socket file behind, and bind() fails on it.  Nobody accepts there any more. */
static bool is_stale(const union address *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, &address->any, sizeof(address->un)) && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_to(int fd, const union address *address, socklen_t len)
{
	int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (!bind(fd, &address->any, len))
		return 0;
	if (errno != EADDRINUSE || address->any.sa_family != AF_UNIX || !is_stale(address) ||
	    unlink(address->un.sun_path) || bind(fd, &address->any, len))
		return -errno;
	return 0;
}

static int open_socket(const union address *address, socklen_t len)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = bind_to(fd, address, len);
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static void describe_in(const struct sockaddr_in *in, struct listener *ret)
{
	char host[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
	ret->port = ntohs(in->sin_port);
	ret->loopback = (ntohl(in->sin_addr.s_addr) >> 24) == 127;
	/* Browsers cannot open 0.0.0.0. */
	snprintf(ret->url, sizeof(ret->url), "http://%s:%u/",
		 in->sin_addr.s_addr == htonl(INADDR_ANY) ? "127.0.0.1" : host, ret->port);
}

static void describe_in6(const struct sockaddr_in6 *in6, struct listener *ret)
{
	char host[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	ret->port = ntohs(in6->sin6_port);
	ret->loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	snprintf(ret->url, sizeof(ret->url), "http://[%s]:%u/",
		 IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) ? "::1" : host, ret->port);
}

static int describe(struct listener *ret)
{
	union address address = { 0 };
	socklen_t len = sizeof(address);

	if (getsockname(ret->fd, &address.any, &len))
		return -errno;
	switch (address.any.sa_family) {
	case AF_INET:
		describe_in(&address.in, ret);
		return 0;
	case AF_INET6:
		describe_in6(&address.in6, ret);
		return 0;
	case AF_UNIX:
		ret->loopback = true;
		snprintf(ret->url, sizeof(ret->url), "unix:%.108s", address.un.sun_path);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

/* How many sockets systemd passes.  The protocol of sd_listen_fds(3) is just two variables, not worth a library. */
static uint64_t count_from_systemd(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t number, count;

	return pid && fds && parse_number(pid, &number) && number == (uint64_t)getpid() && parse_number(fds, &count) ? count : 0;
}

/* False for a datagram socket, and for a connection that systemd has already accepted (Accept=yes). */
static bool is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) && yes;
}

static int explain(int err, const char *spec, struct mm_error *error)
{
	if (err != -EADDRINUSE)
		return fail(error, err, spec, "cannot listen there: %s", strerror(-err));
	if (!strncmp(spec, "unix:", 5))
		return fail(error, err, spec, "is in use, perhaps by another mmscope");
	return fail(error, err, spec, "is in use, perhaps by another mmscope; "
		    "--listen 127.0.0.1:0 takes any port that is free");
}

static int take_from_systemd(struct listener *ret, struct mm_error *error)
{
	struct listener listener = { .fd = SYSTEMD_FD };
	int err;

	if (!is_listening(SYSTEMD_FD))
		return fail(error, -EINVAL, "the socket from systemd", "does not listen; it needs ListenStream= and Accept=no");
	fcntl(SYSTEMD_FD, F_SETFD, FD_CLOEXEC);
	fcntl(SYSTEMD_FD, F_SETFL, fcntl(SYSTEMD_FD, F_GETFL) | O_NONBLOCK);
	err = describe(&listener);
	*ret = listener;
	return err ? explain(err, "the socket from systemd", error) : 0;
}

int listen_open(const char *spec, struct listener *ret, struct mm_error *error)
{
	const uint64_t from_systemd = count_from_systemd();
	struct listener listener = { .fd = -1 };
	union address address;
	socklen_t len;
	int err;

	/* Clients of a socket that we do not serve would hang. */
	if (from_systemd > 1)
		return fail(error, -EINVAL, "systemd", "hands over %" PRIu64 " sockets, and mmscope serves one: leave one ListenStream= in "
			    "the socket unit", from_systemd);
	if (from_systemd && spec)
		return fail(error, -EINVAL, "--listen", "systemd hands over a socket as well; leave one of them out");
	if (from_systemd)
		return take_from_systemd(ret, error);
	spec = spec ? spec : LISTEN_DEFAULT;
	len = strncmp(spec, "unix:", 5) ? parse_tcp(spec, &address) : parse_unix(spec + 5, &address);
	if (!len)
		return fail(error, -EINVAL, "--listen", "'%.80s' is not ADDRESS:PORT or unix:PATH", spec);
	listener.fd = open_socket(&address, len);
	if (listener.fd < 0)
		return explain(listener.fd, spec, error);
	if (address.any.sa_family == AF_UNIX)
		strcpy(listener.path, address.un.sun_path);
	err = describe(&listener);
	*ret = listener;
	return err ? explain(err, spec, error) : 0;
}

void listen_cleanup(const struct listener *listener)
{
	if (*listener->path)
		unlink(listener->path);
}
