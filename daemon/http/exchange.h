/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exchange.h - one HTTP request and the reply to it, independent of any HTTP library.
 *
 * server.c fills in the request and sends the reply.  Everything in between works on this struct, and can be tested
 * without a network.
 */
#ifndef MMSCOPE_EXCHANGE_H
#define MMSCOPE_EXCHANGE_H

#include "daemon/base/bytes.h"
#include "daemon/http/reply.h"

#include <stdint.h>

enum method {
	METHOD_GET = 1,
	METHOD_HEAD = 2,		/* handled as GET; the library leaves out the body */
	METHOD_POST = 4,
	METHOD_OPTIONS = 8,
	METHOD_OTHER = 16,		/* a standard method for which we have no use */
	METHOD_UNKNOWN = 32,
	METHOD_DELETE = 64,
};

/* The headers that we look at. */
enum header {
	HEADER_ACCEPT,
	HEADER_ACCEPT_ENCODING,
	HEADER_AUTHORIZATION,
	HEADER_CONTENT_ENCODING,
	HEADER_CONTENT_LENGTH,
	HEADER_CONTENT_TYPE,
	HEADER_HOST,
	HEADER_IF_NONE_MATCH,
	HEADER_IF_RANGE,
	HEADER_LAST_EVENT_ID,
	HEADER_ORIGIN,
	HEADER_RANGE,
	HEADER_SEC_FETCH_MODE,
	HEADER_SEC_FETCH_SITE,
	HEADER_TRANSFER_ENCODING,
	HEADER_X_FORWARDED_FOR,
	HEADER_X_REQUEST_ID,
	NR_HEADERS
};

extern const char *const header_names[NR_HEADERS];

/* A query parameter, decoded. */
struct param {
	char *name, *value;
};

#define MAX_PARAMS	24
#define MAX_ARGS	2

struct blob;
struct ceiling;
struct route;

struct exchange {
	enum method method;
	char *path;				/* decoded */
	const char *headers[NR_HEADERS];	/* first occurrence of each, in the library's memory; NULL: absent */
	unsigned int header_count[NR_HEADERS];
	uintptr_t headers_end;			/* for server.c: end of the header last seen, in the library's buffer */
	bool hidden;				/* there are bytes between headers that we did not get to see */
	bool cut;				/* likewise between request target and version */
	bool malformed;				/* a header has a name or value that RFC 9110 does not allow */
	struct param params[MAX_PARAMS];
	size_t nr_params;
	struct bytes body;
	size_t max_body;			/* in bytes; 0: a body is refused */
	/* Large bodies go to an unlinked file: first what admit() put into `body`, then the bytes as they arrive. */
	bool spools;
	int spool;				/* that file; 0: not made yet */
	size_t spooled;				/* bytes that arrived, not counting what admit() put there */
	struct ceiling *ceiling;		/* what the body is charged to; NULL: no limit */
	size_t charged;				/* bytes charged so far; given back by exchange_deinit() */
	char client[48];			/* the client's address, IPv6 cut to its /64; "": a Unix socket */
	const char *larger;			/* what to do instead of sending more than max_body; may be NULL */

	const struct route *route;
	char *args[MAX_ARGS];			/* what matched each {} of the route's path */
	bool created;				/* it made something new: 201 rather than 200 */
	void *kept;				/* a handler's state between calls; freed by kept_free() */
	void (*kept_free)(void *kept);
	struct blob *wait;			/* what it waits for, or was given; holds a reference */
	bool coding;				/* `wait` is the reply's body in a content coding */
	bool as_it_is;				/* coding failed: send the body uncoded */
	struct reply reply;
};

/* A handler's verdict: the reply is complete, or call me again once `wait` is settled. */
enum outcome { ANSWERED, WAITING };

enum method exchange_method(const char *name);
/* Percent-decode and store.  False, with a reply that says why: malformed, given twice, too many, or no memory. */
bool exchange_set_path(struct exchange *ex, const char *raw);
bool exchange_add_param(struct exchange *ex, const char *name, const char *value);
void exchange_deinit(struct exchange *ex);
/* Charge @bytes more of the body to the ceiling.  False: no room. */
bool exchange_charge(struct exchange *ex, size_t bytes);
/* @blob has taken over the body, and now takes over the charge as well. */
void exchange_pass_charge(struct exchange *ex, struct blob *blob);

/* The query parameter's value, decoded; NULL: not given. */
const char *exchange_param(const struct exchange *ex, const char *name);
/* True if every query parameter is among @names, a NULL-terminated list; else false, with a reply that names the
 * first other one. */
bool exchange_only(struct exchange *ex, const char *const *names);

/* A representation on offer: its ?format= name and its media type. */
struct offer {
	const char *format, *type;
	int form;			/* for the caller's use */
};

/* Content negotiation: the index of the offer to send.  ?format= wins over Accept; with neither, it is the first.
 * -1, with a reply: none is acceptable.  Sets Vary where there is a choice. */
int exchange_choose(struct exchange *ex, const struct offer *offers, size_t nr);

/* Decimal digits only, no sign or space.  False, *@ret unchanged: it is anything else, or exceeds 64 bits. */
bool parse_number(const char *s, uint64_t *ret);

#endif
