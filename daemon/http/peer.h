/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peer.h - what the kernel knows about the other end of a connection. */
#ifndef MMSCOPE_PEER_H
#define MMSCOPE_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* All return false where the kernel does not count; *@ret is then unchanged. */

/* Bytes that it has acknowledged, and whether that is all that was written.  TCP only. */
bool peer_acked(int fd, uint64_t *ret, bool *all);
/* Whether it has read all that was written.  Unix sockets only. */
bool peer_has_all(int fd, bool *ret);

/* Whether it has ended its side of the connection: beyond what is still to be read, it sends nothing more. */
bool peer_has_finished(int fd);

/* From here on peer_read_since() counts.  The mark is good until the next one on the same @fd. */
bool peer_mark(int fd, uint64_t *ret);
/* Bytes of its own that were read from @fd since @mark.  Over a Unix socket no more than PEER_READ_MAX are counted. */
#define PEER_READ_MAX	((uint64_t)1 << 30)
bool peer_read_since(int fd, uint64_t mark, uint64_t *ret);

#endif
