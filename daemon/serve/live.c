// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/live.h"

#include "daemon/base/blob.h"
#include "daemon/base/clock.h"
#include "daemon/base/sha256.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct live {
	struct lives *lives;
	char name[LIVE_NAME_SIZE], token[LIVE_TOKEN_SIZE];
	uint64_t seq;			/* number of the last message; 0: none yet */
	struct blob *frame, *json;	/* the last message, as it is sent and as it came */
	unsigned int followers;
	uint64_t touched;
	bool over;			/* it has ended: nobody can join, and followers are being told */
	unsigned int refs;		/* one held by the list, and one by each follower */
};

struct lives {
	pthread_mutex_t lock;		/* protects everything below, and each lecture */
	struct live *live[LIVE_MAX];
	struct ceiling *ceiling;	/* messages are charged to it; NULL: no limit */
};

struct follower {
	struct live *live;
	struct blob *frame;		/* being sent to the follower; NULL: nothing is */
	size_t done;			/* bytes of it that are sent */
	uint64_t seen, heartbeat_ns, due;
	bool stopping, ended;
};

static const char end_frame[] = "event: end\ndata: {}\n\n";
static const char stopping_frame[] = "event: stopping\ndata: {}\n\n";

/* ------------------------------------------------------------------ lectures */

struct lives *lives_new(struct ceiling *ceiling)
{
	struct lives *lives = calloc(1, sizeof(*lives));

	if (!lives)
		return NULL;
	lives->ceiling = ceiling;
	pthread_mutex_init(&lives->lock, NULL);
	return lives;
}

/* With the lock held. */
static void put(struct live *live)
{
	if (--live->refs)
		return;
	blob_put(live->frame);
	blob_put(live->json);
	free(live);
}

void lives_free(struct lives *lives)
{
	if (!lives)
		return;
	for (size_t i = 0; i < LIVE_MAX; i++)
		if (lives->live[i])
			put(lives->live[i]);
	pthread_mutex_destroy(&lives->lock);
	free(lives);
}

/* With the lock held. */
static void drop(struct lives *lives, size_t i)
{
	lives->live[i]->over = true;
	put(lives->live[i]);
	lives->live[i] = NULL;
}

static struct live **find(struct lives *lives, const char *name)
{
	for (size_t i = 0; i < LIVE_MAX; i++)
		if (lives->live[i] && !strcmp(lives->live[i]->name, name))
			return &lives->live[i];
	return NULL;
}

/* Index of a free slot, after dropping abandoned lectures; LIVE_MAX: none. */
static size_t free_place(struct lives *lives)
{
	uint64_t now = clock_ns();
	size_t place = LIVE_MAX;

	for (size_t i = 0; i < LIVE_MAX; i++) {
		if (lives->live[i] && now - lives->live[i]->touched > LIVE_IDLE_SECONDS * NS_PER_SEC)
			drop(lives, i);
		if (!lives->live[i] && place == LIVE_MAX)
			place = i;
	}
	return place;
}

/*
 * The name is derived from the token by a one-way function.  So a restarted server, which remembers nothing, can
 * still tell the presenter, who has the token, from somebody who merely knows the name.  The alphabet leaves out
 * letters that look alike on a projector.
 */
static void name_of(const char token[LIVE_TOKEN_SIZE], char name[LIVE_NAME_SIZE])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	struct sha256 sha;
	char hex[65];

	sha256_init(&sha);
	sha256_add(&sha, token, LIVE_TOKEN_SIZE - 1);
	sha256_hex(&sha, hex);
	for (size_t i = 0; i < LIVE_NAME_SIZE - 1; i++)
		name[i] = letters[strtoul((char[]){ hex[2 * i], hex[2 * i + 1], '\0' }, NULL, 16) % (sizeof(letters) - 1)];
	name[LIVE_NAME_SIZE - 1] = '\0';
}

static bool choose_token(char token[LIVE_TOKEN_SIZE])
{
	unsigned char random[(LIVE_TOKEN_SIZE - 1) / 2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(token + 2 * i, 3, "%02x", random[i]);
	return true;
}

/* In constant time: a timing attack could otherwise find the token piece by piece. */
static bool is_token(const struct live *live, const char *token)
{
	unsigned char differ = 0;

	if (strlen(token) != LIVE_TOKEN_SIZE - 1)
		return false;
	for (size_t i = 0; i < LIVE_TOKEN_SIZE - 1; i++)
		differ |= (unsigned char)(token[i] ^ live->token[i]);
	return !differ;
}

/* Take over a token from outside, if it looks like one of choose_token()'s. */
static bool take_token(struct live *live, const char *token)
{
	if (strlen(token) != LIVE_TOKEN_SIZE - 1 || strspn(token, "0123456789abcdef") != LIVE_TOKEN_SIZE - 1)
		return false;
	memcpy(live->token, token, LIVE_TOKEN_SIZE);
	return true;
}

/* Called with the lock held: put @live into the list, unless it is there. */
static int enlist(struct lives *lives, struct live *live)
{
	struct live **known = find(lives, live->name);
	size_t place = known ? LIVE_MAX : free_place(lives);

	if (known)
		return is_token(*known, live->token) ? -EEXIST : -EAGAIN;
	if (place == LIVE_MAX)
		return -EAGAIN;
	live->lives = lives;
	live->touched = clock_ns();
	live->refs = 1;
	lives->live[place] = live;
	return 0;
}

int live_begin(struct lives *lives, const char *again, char name[LIVE_NAME_SIZE], char token[LIVE_TOKEN_SIZE])
{
	struct live *live = calloc(1, sizeof(*live));
	int err = live ? 0 : -ENOMEM;

	if (!err && *again)
		err = take_token(live, again) ? 0 : -EACCES;
	else if (!err)
		err = choose_token(live->token) ? 0 : -ENOMEM;
	if (!err) {
		name_of(live->token, live->name);
		memcpy(name, live->name, LIVE_NAME_SIZE);
		memcpy(token, live->token, LIVE_TOKEN_SIZE);
		pthread_mutex_lock(&lives->lock);
		err = enlist(lives, live);
		pthread_mutex_unlock(&lives->lock);
	}
	if (err)
		free(live);
	return err == -EEXIST ? 0 : err;
}

static int check(struct lives *lives, const char *name, const char *token, struct live ***ret)
{
	*ret = find(lives, name);
	if (!*ret)
		return -ENOENT;
	return is_token(**ret, token) ? 0 : -EACCES;
}

/* An SSE message ends at a newline.  In valid JSON those are whitespace between tokens, so turn them into spaces. */
static struct blob *frame_of(uint64_t seq, const struct bytes *json)
{
	struct bytes frame = { 0 };

	bytes_printf(&frame, "id: %" PRIu64 "\ndata: ", seq);
	bytes_add(&frame, json->data, json->len);
	for (size_t i = frame.len - json->len; !frame.failed && i < frame.len; i++)
		if (frame.data[i] == '\n' || frame.data[i] == '\r')
			frame.data[i] = ' ';
	bytes_puts(&frame, "\n\n");
	return blob_of(&frame);
}

/* Messages are charged one by one: a slow follower keeps the one that it is reading, even when newer ones come. */
static int charge(struct lives *lives, struct blob *frame, struct blob *json)
{
	return blob_charge(frame, lives->ceiling, blob_cost(frame)) && blob_charge(json, lives->ceiling, blob_cost(json)) ? 0 : -ENOBUFS;
}

int live_say(struct lives *lives, const char *name, const char *token, struct bytes *json, const void **topic)
{
	struct blob *frame = NULL, *kept = NULL;
	struct live **live;
	int err;

	pthread_mutex_lock(&lives->lock);
	err = check(lives, name, token, &live);
	if (!err) {
		frame = frame_of((*live)->seq + 1, json);
		kept = frame ? blob_of(json) : NULL;
		err = kept ? charge(lives, frame, kept) : -ENOMEM;
	}
	if (err) {
		blob_put(frame);
		blob_put(kept);
	} else {
		blob_put((*live)->frame);
		blob_put((*live)->json);
		(*live)->frame = frame;
		(*live)->json = kept;
		(*live)->seq++;
		(*live)->touched = clock_ns();
		*topic = *live;
	}
	pthread_mutex_unlock(&lives->lock);
	return err;
}

int live_end(struct lives *lives, const char *name, const char *token, const void **topic)
{
	struct live **live;
	int err;

	pthread_mutex_lock(&lives->lock);
	err = check(lives, name, token, &live);
	if (!err) {
		*topic = *live;
		drop(lives, (size_t)(live - lives->live));
	}
	pthread_mutex_unlock(&lives->lock);
	return err;
}

int live_describe(struct lives *lives, const char *name, struct bytes *out)
{
	struct live **live;

	pthread_mutex_lock(&lives->lock);
	live = find(lives, name);
	if (live) {
		bytes_printf(out, "{\"name\":\"%s\",\"seq\":%" PRIu64 ",\"followers\":%u,\"last\":", (*live)->name,
			     (*live)->seq, (*live)->followers);
		if ((*live)->json)
			bytes_add(out, (*live)->json->bytes.data, (*live)->json->bytes.len);
		else
			bytes_puts(out, "null");
		bytes_puts(out, "}\n");
	}
	pthread_mutex_unlock(&lives->lock);
	return live ? 0 : -ENOENT;
}

/* ----------------------------------------------------------------- followers */

/* Called with the lock held: move on to the newest message, if the follower has not had it. */
static void take_news(struct follower *f)
{
	if (f->live->seq == f->seen)
		return;
	f->frame = blob_get(f->live->frame);
	f->seen = f->live->seq;
	f->done = 0;
}

static ssize_t copy(struct follower *f, const char *data, size_t len, char *buffer, size_t max)
{
	size_t part = len - f->done < max ? len - f->done : max;

	memcpy(buffer, data + f->done, part);
	f->done += part;
	return (ssize_t)part;
}

static ssize_t tell_frame(struct follower *f, char *buffer, size_t max)
{
	const struct bytes *bytes = &f->frame->bytes;
	ssize_t part = copy(f, bytes->data, bytes->len, buffer, max);

	if (f->done == bytes->len) {
		blob_put(f->frame);
		f->frame = NULL;
		f->done = 0;
	}
	return part;
}

/* Say what has ended: the lecture, or only this server. */
static ssize_t tell_end(struct follower *f, char *buffer, size_t max)
{
	const char *frame = f->stopping ? stopping_frame : end_frame;
	ssize_t part = copy(f, frame, strlen(frame), buffer, max);

	f->ended = f->done == strlen(frame);
	return part;
}

/* Send a heartbeat if it is time, but never in the middle of a message. */
static ssize_t beat(struct follower *f, uint64_t now, char *buffer, size_t max)
{
	bool first = !f->due;

	if ((!first && now < f->due) || max < 3)
		return STREAM_WAIT;
	f->due = now + f->heartbeat_ns;
	memcpy(buffer, ":\n\n", 3);
	return 3;
}

static ssize_t read_follower(void *ctx, uint64_t now, char *buffer, size_t max)
{
	struct follower *f = ctx;
	bool over;

	if (f->ended)
		return STREAM_END;
	pthread_mutex_lock(&f->live->lives->lock);
	if (!f->frame)
		take_news(f);
	over = f->live->over || f->stopping;
	pthread_mutex_unlock(&f->live->lives->lock);
	if (f->frame)
		return tell_frame(f, buffer, max);
	return over ? tell_end(f, buffer, max) : beat(f, now, buffer, max);
}

static bool has_news(void *ctx)
{
	struct follower *f = ctx;
	bool news;

	pthread_mutex_lock(&f->live->lives->lock);
	news = f->frame || f->live->seq != f->seen || f->live->over;
	pthread_mutex_unlock(&f->live->lives->lock);
	return news;
}

static uint64_t follower_due(void *ctx)
{
	return ((struct follower *)ctx)->due;
}

static void stop_follower(void *ctx)
{
	((struct follower *)ctx)->stopping = true;
}

static void free_follower(void *ctx)
{
	struct follower *f = ctx;
	struct lives *lives = f->live->lives;

	pthread_mutex_lock(&lives->lock);
	blob_put(f->frame);
	f->live->followers--;
	put(f->live);
	pthread_mutex_unlock(&lives->lock);
	free(f);
}

struct stream *live_follow(struct lives *lives, const char *name, uint64_t heartbeat_ns)
{
	struct follower *f = calloc(1, sizeof(*f));
	struct stream *stream;
	struct live **live;

	pthread_mutex_lock(&lives->lock);
	live = f ? find(lives, name) : NULL;
	if (live) {
		f->live = *live;
		f->live->refs++;
		f->live->followers++;
		f->heartbeat_ns = heartbeat_ns;
	}
	pthread_mutex_unlock(&lives->lock);
	if (!live) {
		free(f);
		return NULL;
	}
	stream = stream_of(&(struct stream_source){ .read = read_follower, .more = has_news, .due = follower_due, .stop = stop_follower,
						    .free = free_follower, .ctx = f, .topic = f->live });
	if (!stream)
		free_follower(f);
	return stream;
}
