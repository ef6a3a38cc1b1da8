/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peer.h - what the kernel knows about the other end of a TCP connection. */
#ifndef MMSCOPE_PEER_H
#define MMSCOPE_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* All return false where the kernel does not count, as for a Unix socket; *@ret is then unchanged. */

/* Bytes that it has acknowledged, and whether that is all that was written. */
bool peer_acked(int fd, uint64_t *ret, bool *all);
/* Bytes of its own that were read from @fd. */
bool peer_read(int fd, uint64_t *ret);

#endif
