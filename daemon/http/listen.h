/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.h - the socket that clients come to.
 *
 *   127.0.0.1:8642  [::1]:8642  localhost:0  0.0.0.0:8642   TCP; port 0: any free one
 *   unix:/run/user/1000/mmscope.sock                        a Unix socket
 *
 * A socket handed over by systemd (LISTEN_FDS) is taken when nothing is asked for.  Where more is handed over or asked for than
 * one, some clients would wait for an answer for ever; that is an error.
 */
#ifndef MMSCOPE_LISTEN_H
#define MMSCOPE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#define LISTEN_DEFAULT	"127.0.0.1:8642"

struct mm_error;

struct listener {
	int fd;				/* listening, non-blocking, close-on-exec */
	uint16_t port;			/* 0: a Unix socket */
	bool loopback;			/* nobody outside this machine gets here */
	char url[160];			/* what to open, or how to reach it */
	char path[108];			/* of our own Unix socket, to be removed; or empty */
};

/* @spec NULL: from systemd, or the default.  -EINVAL: cannot be understood; -EADDRINUSE and others. */
int listen_open(const char *spec, struct listener *ret, struct mm_error *error);
/* Remove what is left in the file system; the socket itself is the server's. */
void listen_cleanup(const struct listener *listener);

#endif
