// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/journal.h"

#include "daemon/base/clock.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct journal {
	const char *path;
	int fd;				/* never changes, not even on reopening: other threads may be writing to it */
	enum journal_format format;
};

int journal_find_format(const char *name, enum journal_format *ret)
{
	if (strcmp(name, "text") && strcmp(name, "json"))
		return -EINVAL;
	*ret = *name == 'j' ? JOURNAL_JSON : JOURNAL_TEXT;
	return 0;
}

/* O_NONBLOCK: a FIFO without a reader, or a device, must not hold up the server.  Regular files ignore it. */
static int open_file(const char *path, struct mm_error *error)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

	return fd < 0 ? fail(error, -EIO, path, "requests cannot be logged there: %s", strerror(errno)) : fd;
}

int journal_open(const char *path, enum journal_format format, struct journal **ret, struct mm_error *error)
{
	struct journal *journal = malloc(sizeof(*journal));
	int fd = path ? open_file(path, error) : STDERR_FILENO;

	if (!journal && fd >= 0)
		fail(error, -ENOMEM, NULL, "no memory for the log");
	if (!journal || fd < 0) {
		if (path && fd >= 0)
			close(fd);
		free(journal);
		return fd < 0 ? fd : -ENOMEM;
	}
	*journal = (struct journal){ .path = path, .fd = fd, .format = format };
	*ret = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal && journal->path)
		close(journal->fd);
	free(journal);
}

int journal_reopen(struct journal *journal, struct mm_error *error)
{
	int fd, err = 0;

	if (!journal || !journal->path)
		return 0;
	fd = open_file(journal->path, error);
	if (fd < 0)
		return fd;
	if (dup3(fd, journal->fd, O_CLOEXEC) < 0)
		err = fail(error, -EIO, journal->path, "%s", strerror(errno));
	close(fd);
	return err;
}

static void put_time(struct encode_object *line)
{
	struct timespec now;
	struct tm day;
	char text[40] = "";

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &day);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &day);
	bytes_printf(encode_key(line, "time"), "\"%s.%03ldZ\"", text, now.tv_nsec / 1000000);
}

/* Turn our own flat JSON object into NAME=VALUE pairs.  A string keeps its quotes only if it would be ambiguous
 * without. */
static void put_text(struct bytes *out, const char *json)
{
	for (json++; *json == '"' || *json == ','; ) {
		const char *name = json + (*json == ',') + 1, *value = strchr(name, '"') + 2, *end = value;

		if (*value == '"')
			for (end++; *end != '"'; end += 1 + (*end == '\\'))
				;
		end += *value == '"' ? 1 : strcspn(value, ",}");
		bytes_printf(out, "%s%.*s=", out->len ? " " : "", (int)(value - 2 - name), name);
		if (*value == '"' && end - value > 2 && strcspn(value + 1, " =\\\"") == (size_t)(end - value - 2))
			bytes_add(out, value + 1, (size_t)(end - value - 2));
		else
			bytes_add(out, value, (size_t)(end - value));
		json = end;
	}
}

static void put_line(struct journal *journal, struct encode_object *object)
{
	struct pollfd ready = { .fd = journal->fd, .events = POLLOUT };
	struct bytes text = { 0 }, *line = object->out;

	encode_close(object);
	if (journal->format == JOURNAL_TEXT && !line->failed) {
		put_text(&text, bytes_text(line));
		line = &text;
	}
	bytes_putc(line, '\n');
	/* A failed write goes unreported: this is where we would report it. */
	if (!line->failed && poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) && write(journal->fd, line->data, line->len) < 0)
		ready.revents = 0;
	bytes_deinit(&text);
	bytes_deinit(object->out);
}

static struct encode_object begin_line(struct bytes *out)
{
	struct encode_object line = encode_open(out);

	put_time(&line);
	return line;
}

void journal_request(struct journal *journal, const struct journal_request *request)
{
	struct bytes out = { 0 };
	struct encode_object line;

	if (!journal)
		return;
	line = begin_line(&out);
	encode_text(&line, "id", request->id);
	encode_text_or_null(&line, "client", *request->client ? request->client : NULL);
	encode_text(&line, "method", request->method);
	encode_text_or_null(&line, "path", request->path);
	encode_num(&line, "status", request->status);
	encode_num(&line, "bytes", (int64_t)request->bytes);
	bytes_printf(encode_key(&line, "ms"), "%.3f", (double)request->ns / (double)NS_PER_MS);
	put_line(journal, &line);
}

void journal_message(struct journal *journal, const char *text)
{
	struct bytes out = { 0 };
	struct encode_object line;

	if (!journal)
		return;
	line = begin_line(&out);
	encode_text(&line, "message", text);
	put_line(journal, &line);
}
