/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_check.h - is this request meant for us?
 *
 * A page on any web site can make a browser send requests to 127.0.0.1.  Two
 * headers tell: Host, which a page cannot choose (DNS rebinding brings its own
 * name along), and Origin, which names the page's site.  So Host must be one of
 * our names exactly, and Origin, where there is one, must be that same place.
 */
#ifndef MMSCOPE_HOST_CHECK_H
#define MMSCOPE_HOST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host_rules {
	bool any_host;			/* a Unix socket: no browser gets there */
	bool ip_literals;		/* listening beyond loopback: a number cannot be rebound */
	uint16_t port;
	/* --allow-host: NAME (any port, also https in front of us) or NAME:PORT */
	const char *const *allowed;
	size_t nr_allowed;
};

/* Host: as it came, or NULL. */
bool host_allowed(const struct host_rules *rules, const char *host);

/* Origin and Sec-Fetch-Site, Sec-Fetch-Mode: as they came, or NULL; @host is allowed. */
bool origin_allowed(const struct host_rules *rules, const char *host, const char *origin,
		    const char *fetch_site, const char *fetch_mode);

#endif
