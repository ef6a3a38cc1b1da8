// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/peer.h"

#include <linux/tcp.h>
#include <netinet/in.h>
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

bool peer_read(int fd, uint64_t *ret)
{
	struct tcp_info info;
	int waiting;

	if (!HAS(get_info(fd, &info), tcpi_bytes_received) || ioctl(fd, FIONREAD, &waiting))
		return false;
	*ret = info.tcpi_bytes_received - (uint64_t)waiting;
	return true;
}
