/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_check.h - is this request meant for us?
 *
 * Any web site can make a visitor's browser send requests to 127.0.0.1.  Two headers give it away.  Host holds the
 * name that the page used, which under DNS rebinding is the attacker's own.  Origin is the site that the page came
 * from.  So Host must be exactly one of our names, and Origin, if present, the same place.
 */
#ifndef MMSCOPE_HOST_CHECK_H
#define MMSCOPE_HOST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host_rules {
	bool any_host;			/* do not check: a Unix socket, which browsers cannot reach */
	bool ip_literals;		/* listening beyond loopback: any IP address, since those cannot be rebound */
	uint16_t port;
	/* --allow-host: NAME, with any port and also as https (a proxy terminates TLS), or NAME:PORT */
	const char *const *allowed;
	size_t nr_allowed;
};

/* @host: the header as received; NULL: absent, and so not allowed. */
bool host_allowed(const struct host_rules *rules, const char *host);

/* @host has passed host_allowed(); the others are Origin, Sec-Fetch-Site and Sec-Fetch-Mode as received, or NULL. */
bool origin_allowed(const struct host_rules *rules, const char *host, const char *origin,
		    const char *fetch_site, const char *fetch_mode);

#endif
