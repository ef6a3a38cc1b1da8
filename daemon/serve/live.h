/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - lectures: one presenter leads, and a thousand can follow.
 *
 * A lecture keeps nothing but the presenter's last message.  Followers are sent the newest one as soon as they can
 * take it, so slow ones skip messages instead of costing memory.  To us, a message is a JSON object of at most
 * LIVE_MAX_MESSAGE bytes; only the page knows what it means.
 */
#ifndef MMSCOPE_LIVE_H
#define MMSCOPE_LIVE_H

#include "daemon/base/bytes.h"
#include "daemon/http/stream.h"

#define LIVE_MAX		64		/* lectures at a time */
#define LIVE_MAX_MESSAGE	(256u << 10)	/* a link, which may contain a script of operations */
#define LIVE_NAME_SIZE		9
#define LIVE_TOKEN_SIZE		33
/* A lecture ends after this much silence from its presenter. */
#define LIVE_IDLE_SECONDS	(3 * 3600)

struct lives;
struct live;

/* Messages are charged to @ceiling; NULL: no limit.  NULL without memory. */
struct lives *lives_new(struct ceiling *ceiling);
void lives_free(struct lives *lives);

/*
 * Begin a lecture; returns its name, and the token that identifies its presenter.  If the server was restarted,
 * @again is the token of the lecture to resume under its old name; otherwise "".  -EAGAIN: LIVE_MAX are going on;
 * -EACCES: @again is not a token; -ENOMEM.
 */
int live_begin(struct lives *lives, const char *again, char name[LIVE_NAME_SIZE], char token[LIVE_TOKEN_SIZE]);

/*
 * The presenter speaks: @json, which is taken over, becomes the lecture's message.  *@topic is what to pass to
 * server_wake_topic() so that followers hear it.  -ENOENT: no such lecture; -EACCES: wrong token; -ENOBUFS: no room
 * below the ceiling; -ENOMEM.
 */
int live_say(struct lives *lives, const char *name, const char *token, struct bytes *json, const void **topic);
/* The same, to end the lecture. */
int live_end(struct lives *lives, const char *name, const char *token, const void **topic);

/* Append {"name","seq","followers","last":{...}|null}; -ENOENT: no such lecture. */
int live_describe(struct lives *lives, const char *name, struct bytes *out);
/* A stream for a new follower: the last message right away, then new ones.  NULL: no such lecture, or no memory. */
struct stream *live_follow(struct lives *lives, const char *name, uint64_t heartbeat_ns);

#endif
