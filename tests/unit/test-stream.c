/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/http/stream.h"

/*
 * Events: 0 step, 1 alloc, 2 alloc, 3 step, 4 alloc
 * steps:  1       1        1        2       2
 */
static struct blob *make_events(void)
{
	struct blob *blob = blob_new(true);
	static const char *const kinds[] = { "step", "alloc", "alloc", "step", "alloc" };

	assert_non_null(blob);
	for (int i = 0; i < 5; i++)
		bytes_printf(&blob->bytes, "{\"seq\":%d,\"kind\":\"%s\"}\n", i, kinds[i]);
	blob_ready(blob);
	assert_int_equal(blob_state(blob), BLOB_READY);
	return blob;
}

static struct stream *open_stream(struct stream_request request)
{
	struct stream *stream;

	request.events = make_events();
	request.heartbeat_ns = 10 * NS_PER_SEC;
	stream = stream_new(&request);
	blob_put(request.events);
	assert_non_null(stream);
	return stream;
}

/* Everything there is now, taken @step bytes at a time. */
static ssize_t drain(struct stream *stream, uint64_t now, size_t step, struct bytes *out)
{
	char buffer[256];
	ssize_t len;

	while ((len = stream_read(stream, now, buffer, step)) > 0)
		bytes_add(out, buffer, (size_t)len);
	return len;
}

static void check_text(struct stream_request request, const char *expected)
{
	static const size_t steps[] = { 1, 2, 3, 7, 256 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct stream *stream = open_stream(request);
		struct bytes out = { 0 };

		if (!stream_is_live(stream))
			assert_int_equal(stream_size(stream), strlen(expected));
		else
			assert_true(stream_size(stream) == STREAM_UNKNOWN);
		assert_int_equal(drain(stream, 1, steps[i], &out), STREAM_END);
		assert_string_equal(bytes_text(&out), expected);
		bytes_deinit(&out);
		stream_free(stream);
	}
}

static void three_forms_whatever_the_buffer(void **state)
{
	(void)state;
	check_text((struct stream_request){ .list = "events", .format = STREAM_JSON, .from = 1, .to = 3 },
		   "{\"from\":1,\"to\":3,\"events\":[{\"seq\":1,\"kind\":\"alloc\"},{\"seq\":2,\"kind\":\"alloc\"}]}\n");
	check_text((struct stream_request){ .list = "phases", .format = STREAM_JSON, .from = 2, .to = 2 },
		   "{\"from\":2,\"to\":2,\"phases\":[]}\n");
	check_text((struct stream_request){ .format = STREAM_NDJSON, .from = 3, .to = 5 },
		   "{\"seq\":3,\"kind\":\"step\"}\n{\"seq\":4,\"kind\":\"alloc\"}\n");
	check_text((struct stream_request){ .format = STREAM_SSE, .from = 4, .to = 5 },
		   "retry: 1000\n\nid: 4\ndata: {\"seq\":4,\"kind\":\"alloc\"}\n\nevent: end\ndata: {\"next\":5}\n\n");
}

/* Two a second from 100 s on:  0 at 100.0, 1 at 100.5, 2 at 101.0 .. */
static void events_come_at_their_time(void **state)
{
	struct stream *stream = open_stream((struct stream_request){ .format = STREAM_NDJSON, .to = 5, .pace = 2 });
	struct bytes out = { 0 };
	uint64_t t = 100 * NS_PER_SEC;

	(void)state;
	assert_int_equal(drain(stream, t, 256, &out), STREAM_WAIT);
	assert_string_equal(out.data, "{\"seq\":0,\"kind\":\"step\"}\n");
	assert_int_equal(stream_due(stream), t + NS_PER_SEC / 2);
	assert_int_equal(drain(stream, t + NS_PER_SEC / 4, 256, &out), STREAM_WAIT);
	assert_int_equal(out.len, 24);
	/* Late by more than one: those that are due come together. */
	bytes_clear(&out);
	assert_int_equal(drain(stream, t + NS_PER_SEC, 256, &out), STREAM_WAIT);
	assert_string_equal(out.data, "{\"seq\":1,\"kind\":\"alloc\"}\n{\"seq\":2,\"kind\":\"alloc\"}\n");
	assert_int_equal(drain(stream, t + 10 * NS_PER_SEC, 256, &out), STREAM_END);
	bytes_deinit(&out);
	stream_free(stream);
}

static void steps_come_at_their_time(void **state)
{
	struct stream *stream = open_stream((struct stream_request){
		.format = STREAM_NDJSON, .to = 5, .pace = 1, .by_step = true });
	struct bytes out = { 0 };
	uint64_t t = NS_PER_SEC;

	(void)state;
	assert_int_equal(drain(stream, t, 256, &out), STREAM_WAIT);
	assert_non_null(strstr(out.data, "\"seq\":2"));
	assert_null(strstr(out.data, "\"seq\":3"));
	assert_int_equal(stream_due(stream), t + NS_PER_SEC);
	assert_int_equal(drain(stream, t + NS_PER_SEC, 256, &out), STREAM_END);
	bytes_deinit(&out);
	stream_free(stream);
}

static void silence_is_broken_by_a_comment(void **state)
{
	struct stream *stream = open_stream((struct stream_request){ .format = STREAM_SSE, .to = 5, .pace = 0.05 });
	struct bytes out = { 0 };
	uint64_t t = NS_PER_SEC;

	(void)state;
	assert_int_equal(drain(stream, t, 256, &out), STREAM_WAIT);
	assert_int_equal(stream_due(stream), t + 10 * NS_PER_SEC);
	bytes_clear(&out);
	assert_int_equal(drain(stream, t + 10 * NS_PER_SEC, 256, &out), STREAM_WAIT);
	assert_string_equal(out.data, ":\n\n");
	assert_int_equal(stream_due(stream), t + 20 * NS_PER_SEC);
	bytes_deinit(&out);
	stream_free(stream);
}

static void lines_that_are_no_events_are_refused(void **state)
{
	static const char *const texts[] = {
		"{\"seq\":0}\n", "x\n", "{\"seq\":0,\"kind\":\"step\"}", "{\"seq\":2,}\n{\"seq\":2,}\n", "\n",
		"{\"seq\":2,}\n{\"seq\":1,}\n", "{\"seq\":,}\n", "{seq:1,}\n",
		"{\"seq\":0,}\n\n", "{\"seq\":",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct blob *blob = blob_new(true);

		bytes_puts(&blob->bytes, texts[i]);
		blob_ready(blob);
		assert_int_equal(blob_state(blob), BLOB_FAILED);
		blob_put(blob);
	}
}

/* Events that were left out leave gaps, and a number in a gap is the next one there is. */
static void gaps_are_stepped_over(void **state)
{
	struct blob *blob = blob_new(true);

	(void)state;
	bytes_puts(&blob->bytes, "{\"seq\":3,}\n{\"seq\":7,}\n{\"seq\":8,}\n");
	blob_ready(blob);
	assert_int_equal(blob_state(blob), BLOB_READY);
	assert_int_equal(event_index_find(&blob->index, 0), 0);
	assert_int_equal(event_index_find(&blob->index, 3), 0);
	assert_int_equal(event_index_find(&blob->index, 4), 1);
	assert_int_equal(event_index_find(&blob->index, 8), 2);
	assert_int_equal(event_index_find(&blob->index, 9), 3);
	assert_int_equal(blob->index.seq[3], 9);
	blob_put(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_forms_whatever_the_buffer),
		cmocka_unit_test(events_come_at_their_time),
		cmocka_unit_test(steps_come_at_their_time),
		cmocka_unit_test(silence_is_broken_by_a_comment),
		cmocka_unit_test(lines_that_are_no_events_are_refused),
		cmocka_unit_test(gaps_are_stepped_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
