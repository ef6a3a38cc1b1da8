/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exchange.h - one HTTP request and the answer to it, without any HTTP library.
 *
 * server.c fills the request and sends the reply; everything in between works
 * on this struct, so that it can be read, and tested, without a network.
 */
#ifndef MMSCOPE_EXCHANGE_H
#define MMSCOPE_EXCHANGE_H

#include "daemon/base/bytes.h"
#include "daemon/http/reply.h"

#include <stdint.h>

enum method {
	METHOD_GET = 1,
	METHOD_HEAD = 2,		/* answered as GET; server.c leaves the body out */
	METHOD_POST = 4,
	METHOD_OPTIONS = 8,
	METHOD_OTHER = 16,		/* one that HTTP knows and we have no use for */
	METHOD_UNKNOWN = 32,
	METHOD_DELETE = 64,
};

/* The headers that anybody here looks at. */
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
	const char *headers[NR_HEADERS];	/* the first of each, or NULL */
	unsigned int header_count[NR_HEADERS];
	uintptr_t headers_end;			/* server.c: where the last header ended */
	bool hidden;				/* there are bytes between headers */
	bool cut;				/* there are bytes between the address and the version */
	bool malformed;				/* one has a name or a value that none may have */
	struct param params[MAX_PARAMS];
	size_t nr_params;
	struct bytes body;
	size_t max_body;			/* 0: none is expected */
	/* A large body goes into a nameless file after what admit() wrote into `body`; 0: into `body`. */
	bool spools;
	int spool;
	size_t spooled;				/* bytes of the body in it */
	struct ceiling *ceiling;		/* what the body was taken from ... */
	size_t charged;				/* ... so much of it */
	char client[48];			/* address of who asks; "": a socket without one */
	const char *larger;			/* what to do with a body beyond max_body; NULL: nothing */

	const struct route *route;
	char *args[MAX_ARGS];			/* what {} of the route stood for */
	bool created;				/* this exchange made something new */
	void *kept;				/* the handler's own, while it waits; freed with the exchange ... */
	void (*kept_free)(void *kept);		/* ... by this */
	struct blob *wait;			/* the answer this exchange needs; with a reference */
	bool coding;				/* `wait` is the reply's body in the coding that is wanted */
	bool as_it_is;				/* that could not be had */
	struct reply reply;
};

/* What a handler says: the reply is complete, or call again once `wait` is settled. */
enum outcome { ANSWERED, WAITING };

enum method exchange_method(const char *name);
/* Decodes; false (and a reply) if the path or parameter cannot be what anybody means. */
bool exchange_set_path(struct exchange *ex, const char *raw);
bool exchange_add_param(struct exchange *ex, const char *name, const char *value);
void exchange_deinit(struct exchange *ex);
/* Take @bytes more for the body from the ceiling; false: there is no room. */
bool exchange_charge(struct exchange *ex, size_t bytes);
/* The body is somebody else's from now on, and what was taken for it goes with the new @blob. */
void exchange_pass_charge(struct exchange *ex, struct blob *blob);

/* The parameter's value, or NULL. */
const char *exchange_param(const struct exchange *ex, const char *name);
/* True if there is none but these (a list that ends in NULL); else a reply that names it. */
bool exchange_only(struct exchange *ex, const char *const *names);

/* A form that the answer can have: what ?format= calls it, and its media type. */
struct offer {
	const char *format, *type;
	int form;			/* the caller's own number for it */
};

/* Index of the form that is wanted: ?format= wins, then Accept, then the first.
 * -1 with a reply if none is; Vary is set. */
int exchange_choose(struct exchange *ex, const struct offer *offers, size_t nr);

/* Decimal digits only; false if it is anything else or does not fit. */
bool parse_number(const char *s, uint64_t *ret);

#endif
