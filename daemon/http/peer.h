/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peer.h - what the kernel can tell about the other end of a connection. */
#ifndef MMSCOPE_PEER_H
#define MMSCOPE_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* Where the kernel keeps no such count, these return false and leave *@ret alone. */

/* TCP only: how many bytes it has acknowledged, and whether those are all that we wrote. */
bool peer_acked(int fd, uint64_t *ret, bool *all);
/* Unix sockets only: whether it has read all that we wrote. */
bool peer_has_all(int fd, bool *ret);

/* Whether it has closed its side: once we have read what is there, nothing more will come. */
bool peer_has_finished(int fd);

/* Sets the mark from which peer_read_since() counts.  Setting another on the same @fd invalidates it. */
bool peer_mark(int fd, uint64_t *ret);
/* How many bytes this process has read from @fd since @mark; for a Unix socket, PEER_READ_MAX at most. */
#define PEER_READ_MAX	((uint64_t)1 << 30)
bool peer_read_since(int fd, uint64_t mark, uint64_t *ret);

#endif
