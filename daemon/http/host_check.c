// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/host_check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct authority {
	char name[256];			/* case as received; IPv6 keeps its brackets */
	unsigned int port;
};

static bool is_name_char(char c)
{
	switch (c) {
	case '0' ... '9': case 'A' ... 'Z': case 'a' ... 'z': case '.': case '-': case '_':
		return true;
	default:
		return false;
	}
}

static size_t name_len(const char *s)
{
	size_t len = 0;

	while (is_name_char(s[len]))
		len++;
	return len;
}

/* NAME, NAME:PORT, [IPv6] or [IPv6]:PORT, and nothing after it. */
static bool parse_authority(const char *s, unsigned int default_port, struct authority *ret)
{
	size_t len = *s == '[' ? strcspn(s, "]") + 1 : name_len(s);
	const char *p = s + len;
	size_t digits;

	if (!len || len >= sizeof(ret->name) || (*s == '[' && s[len - 1] != ']'))
		return false;
	memcpy(ret->name, s, len);
	ret->name[len] = '\0';
	ret->port = default_port;
	if (*p == ':') {
		digits = strspn(++p, "0123456789");
		if (!digits || digits > 5)
			return false;
		ret->port = (unsigned int)strtoul(p, NULL, 10);
		p += digits;
	}
	return !*p && ret->port && ret->port <= 65535;
}

static bool is_own_name(const char *name)
{
	return !strcasecmp(name, "localhost") || !strcmp(name, "127.0.0.1") ||
	       !strcmp(name, "[::1]");
}

static bool is_ip_literal(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	char inner[64];
	size_t len = strlen(name);

	if (*name != '[')
		return inet_pton(AF_INET, name, address) == 1;
	if (len < 4 || len - 2 >= sizeof(inner))
		return false;
	memcpy(inner, name + 1, len - 2);
	inner[len - 2] = '\0';
	return inet_pton(AF_INET6, inner, address) == 1;
}

static bool is_listed(const struct host_rules *rules, const char *host, const char *name)
{
	for (size_t i = 0; i < rules->nr_allowed; i++)
		if (!strcasecmp(rules->allowed[i], name) || !strcasecmp(rules->allowed[i], host))
			return true;
	return false;
}

bool host_allowed(const struct host_rules *rules, const char *host)
{
	struct authority a;

	if (!host || !parse_authority(host, 80, &a))
		return false;
	if (rules->any_host || is_listed(rules, host, a.name))
		return true;
	return a.port == rules->port &&
	       (is_own_name(a.name) || (rules->ip_literals && is_ip_literal(a.name)));
}

/* http://HOST; or https://HOST, if that is a name under which a proxy may terminate TLS for us. */
static bool same_place(const struct host_rules *rules, const char *host, const char *origin)
{
	struct authority a;

	if (!strncmp(origin, "http://", 7))
		return !strcasecmp(origin + 7, host);
	if (strncmp(origin, "https://", 8) || strcasecmp(origin + 8, host))
		return false;
	return rules->any_host ||
	       (parse_authority(host, 443, &a) && is_listed(rules, host, a.name));
}

bool origin_allowed(const struct host_rules *rules, const char *host, const char *origin,
		    const char *fetch_site, const char *fetch_mode)
{
	if (origin && !same_place(rules, host, origin))
		return false;
	/* Anybody may link to us; any other kind of request has to come from our own page. */
	if (fetch_site && (!strcmp(fetch_site, "cross-site") || !strcmp(fetch_site, "same-site")))
		return fetch_mode && !strcmp(fetch_mode, "navigate");
	return true;
}
