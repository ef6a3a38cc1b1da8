/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - lectures: one presenter moves, and a thousand follow.
 *
 * A lecture keeps the presenter's last message and nothing else.  Followers are
 * sent the newest one whenever they can take it: slow ones skip messages, and cost no memory.  What a message
 * means is the page's business; here it is a JSON object of at most LIVE_MAX_MESSAGE bytes.
 */
#ifndef MMSCOPE_LIVE_H
#define MMSCOPE_LIVE_H

#include "daemon/base/bytes.h"
#include "daemon/http/stream.h"

#define LIVE_MAX		64		/* lectures at a time */
#define LIVE_MAX_MESSAGE	(256u << 10)	/* a link, which may contain a script of operations */
#define LIVE_NAME_SIZE		9
#define LIVE_TOKEN_SIZE		33
/* A lecture ends when its presenter has said nothing for so long. */
#define LIVE_IDLE_SECONDS	(3 * 3600)

struct lives;
struct live;

/* Messages are charged to @ceiling; NULL: to nobody. */
struct lives *lives_new(struct ceiling *ceiling);
void lives_free(struct lives *lives);

/*
 * A new lecture: its name, and the token that only its presenter knows.  @again is the token of a lecture that was
 * begun on an earlier server and continues under its name; "": none. -EAGAIN: there are LIVE_MAX; -EACCES: @again is
 * no token; -ENOMEM.
 */
int live_begin(struct lives *lives, const char *again, char name[LIVE_NAME_SIZE], char token[LIVE_TOKEN_SIZE]);

/*
 * @json, if @token is the presenter's, becomes what followers are told; takes
 * what it holds.  The lecture, borrowed, for server_wake_topic(), is in *@topic.
 * -ENOENT: no such lecture; -EACCES: not its token; -ENOBUFS: no room; -ENOMEM.
 */
int live_say(struct lives *lives, const char *name, const char *token, struct bytes *json, const void **topic);
/* The same, for its end. */
int live_end(struct lives *lives, const char *name, const char *token, const void **topic);

/* {"name","seq","followers","last":{..}|null}; -ENOENT. */
int live_describe(struct lives *lives, const char *name, struct bytes *out);
/* The stream for a follower: the last message at once, then each new one.  NULL: no such lecture, or no memory. */
struct stream *live_follow(struct lives *lives, const char *name, uint64_t heartbeat_ns);

#endif
