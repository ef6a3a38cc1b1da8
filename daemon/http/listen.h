/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.h - the listening socket.
 *
 *   127.0.0.1:8642  [::1]:8642  localhost:0  0.0.0.0:8642   TCP; port 0: any that is free
 *   unix:/run/user/1000/mmscope.sock                        a Unix socket
 *
 * Without an address, a socket passed by systemd (LISTEN_FDS) is used.  We serve one socket.  If there were more -
 * several from systemd, or one beside an address - clients of the others would hang, so that is an error.
 */
#ifndef MMSCOPE_LISTEN_H
#define MMSCOPE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#define LISTEN_DEFAULT	"127.0.0.1:8642"

struct mm_error;

struct listener {
	int fd;				/* listening, non-blocking, close-on-exec; the caller's */
	uint16_t port;			/* 0: a Unix socket */
	bool loopback;			/* reachable from this machine only */
	char url[160];			/* for people: http://..., or unix:PATH */
	char path[108];			/* the Unix socket's file, for listen_cleanup(); "": none that we made */
};

/* @spec as above; NULL: systemd's socket, or else LISTEN_DEFAULT.  0, -EINVAL if it makes no sense, or errno of
 * socket(), bind() or listen() negated, with a sentence in @error. */
int listen_open(const char *spec, struct listener *ret, struct mm_error *error);
/* Remove the Unix socket's file, if we made one.  Does not close the socket. */
void listen_cleanup(const struct listener *listener);

#endif
