// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/peer.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define HAS(info_len, member)	((info_len) >= offsetof(struct tcp_info, member) + sizeof(((struct tcp_info *)0)->member))

static socklen_t get_info(int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	*info = (struct tcp_info){ 0 };
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) ? 0 : len;
}

bool peer_acked(int fd, uint64_t *ret, bool *all)
{
	struct tcp_info info;

	if (!HAS(get_info(fd, &info), tcpi_notsent_bytes))
		return false;
	*ret = info.tcpi_bytes_acked;
	*all = !info.tcpi_unacked && !info.tcpi_notsent_bytes;
	return true;
}

bool peer_has_all(int fd, bool *ret)
{
	int left;

	if (ioctl(fd, SIOCOUTQ, &left))
		return false;
	*ret = !left;
	return true;
}

bool peer_has_finished(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLRDHUP };

	return poll(&end, 1, 0) == 1 && (end.revents & POLLRDHUP);
}

/* Bytes that we have read so far: all that was received, less what still lies in the socket. */
static bool tcp_read(int fd, uint64_t *ret)
{
	struct tcp_info info;
	int waiting;

	if (!HAS(get_info(fd, &info), tcpi_bytes_received) || ioctl(fd, FIONREAD, &waiting))
		return false;
	*ret = info.tcpi_bytes_received - (uint64_t)waiting;
	return true;
}

/*
 * Unix sockets have no counter, but SO_PEEK_OFF will do.  The kernel lowers that offset by whatever is read, down to
 * 0, so that it keeps pointing at the same byte.  Nobody peeks in this program, so we are free to use it as one.
 */
static bool set_peek_offset(int fd)
{
	int offset = PEER_READ_MAX;

	return !setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof(offset));
}

static bool get_peek_offset(int fd, int *ret)
{
	socklen_t len = sizeof(*ret);

	return !getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, ret, &len) && *ret >= 0;
}

bool peer_mark(int fd, uint64_t *ret)
{
	if (tcp_read(fd, ret))
		return true;
	if (!set_peek_offset(fd))
		return false;
	*ret = 0;
	return true;
}

bool peer_read_since(int fd, uint64_t mark, uint64_t *ret)
{
	uint64_t now;
	int offset;

	if (tcp_read(fd, &now))
		*ret = now - mark;
	else if (get_peek_offset(fd, &offset))
		*ret = PEER_READ_MAX - (uint64_t)offset;
	else
		return false;
	return true;
}
