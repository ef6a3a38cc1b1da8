// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Profiles with one number that lies, of every kernel that ships: each is refused in one
 * sentence or boots, in time, under the sanitizers.
 *
 * A profile has some 800 numbers, and each has a dozen ways to lie.  Of those a fixed
 * seed draws MUTANTS for each kernel; MMSCOPE_ALL=1 takes them all.
 */
#include "daemon/answers/run.h"
#include "daemon/base/decode_value.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MUTANTS	60
/* A boot takes some milliseconds; a loop that a number runs away with takes for ever. */
#define SECONDS	60

/* What a number becomes; NULL: it is not there at all. */
static const char *const lies[] = { NULL, "0x0", "0x1", "0x3", "0x7f", "0xfff", "0x10001", "0x7fffffff", "0x80000000", "0xffffffff",
				    "0x100000000", "0x7fffffffffffffff", "0xffffffffffffffff" };

#define NR_LIES	(sizeof(lies) / sizeof(lies[0]))

struct kernel_test {
	const char *name;
	struct request request;
	json_t *profile;
	uint64_t draw;			/* state of the generator */
	size_t nr, total;
};

static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static void boot(struct kernel_test *t, const char *what)
{
	struct mm_error error = { .offset = -1 };
	struct run run;
	int err;

	if (getenv("MMSCOPE_TELL"))
		fprintf(stderr, "%s: %s\n", t->name, what);
	bytes_clear(&t->request.profile);
	assert_int_equal(decode_dump(t->profile, JSON_COMPACT, &t->request.profile), 0);
	alarm(SECONDS);
	err = run_boot(&t->request, &run, &error);
	alarm(0);
	t->nr++;
	if (!err) {
		run_deinit(&run);
		return;
	}
	if (err != -EBADMSG || !*error.text || strchr(error.text, '\n'))
		fail_msg("%s: %s: %d: %s", t->name, what, err, error.text);
}

static void lie(struct kernel_test *t, json_t *object, const char *section, const char *key, const char *value)
{
	json_t *was = json_incref(json_object_get(object, key));
	char what[200];

	snprintf(what, sizeof(what), "%s.%s = %s", section, key, value ? value : "gone");
	if (value)
		json_object_set_new(object, key, json_string(value));
	else
		json_object_del(object, key);
	boot(t, what);
	json_object_set_new(object, key, was);
}

static bool is_number(const json_t *value)
{
	return json_is_number(value) || json_is_boolean(value) || (json_is_string(value) && !strncmp(json_string_value(value), "0x", 2));
}

typedef void visitor(struct kernel_test *t, json_t *object, const char *section, const char *key, size_t lie);

static void count(struct kernel_test *t, json_t *object, const char *section, const char *key, size_t i)
{
	(void)object, (void)section, (void)key, (void)i;
	t->total++;
}

static void perhaps(struct kernel_test *t, json_t *object, const char *section, const char *key, size_t i)
{
	if (getenv("MMSCOPE_ALL") || next(&t->draw) % t->total < MUTANTS)
		lie(t, object, section, key, lies[i]);
}

static void each_number(struct kernel_test *t, json_t *object, const char *section, visitor *visit)
{
	/* Values are put back in their place, but not in their order. */
	json_t *keys = json_deep_copy(object), *value;
	const char *key;

	json_object_foreach(keys, key, value) {
		if (json_is_object(value))
			each_number(t, json_object_get(object, key), key, visit);
		for (size_t i = 0; is_number(value) && i < NR_LIES; i++)
			visit(t, object, section, key, i);
	}
	json_decref(keys);
}

static void remarks_away(json_t *profile)
{
	static const char *const remarks[] = { "conformance", "recorded", "symbol_notes", "derived", "assumed" };

	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		json_object_del(profile, remarks[i]);
}

static void numbers_that_lie(void **state)
{
	const char *name = *state;
	/* Everything that a number can have a say in: early parameters, a crash kernel, huge pages, two nodes. */
	const struct ask ask = { .board = "qemu-virt-numa", .kernel = name,
				 .cmdline = "crashkernel=64M hugepages=8 percpu_alloc=page log_buf_len=1M cma=32M swiotlb=force" };
	struct kernel_test t = { .name = name, .draw = 0x9e3779b97f4a7c15 };
	struct mm_error error = { .offset = -1 };

	assert_int_equal(request_resolve(&ask, &t.request, &error), 0);
	t.profile = json_loadb(t.request.profile.data, t.request.profile.len, 0, NULL);
	assert_non_null(t.profile);
	remarks_away(t.profile);
	each_number(&t, t.profile, "", count);
	each_number(&t, t.profile, "", perhaps);
	assert_true(t.total > 1000 && t.nr > MUTANTS / 2);
	json_decref(t.profile);
	request_deinit(&t.request);
}

int main(void)
{
	struct name_list names = { 0 };
	struct CMUnitTest tests[32] = { 0 };
	char titles[32][96];
	size_t nr = 0;
	int failed;

	library_kernels(NULL, &names);
	for (; nr < names.nr && nr < 32; nr++) {
		snprintf(titles[nr], sizeof(titles[nr]), "%s takes every number that lies", names.name[nr]);
		tests[nr] = (struct CMUnitTest){ titles[nr], numbers_that_lie, NULL, NULL, names.name[nr] };
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("hostile profiles", tests, nr, NULL, NULL);
	name_list_deinit(&names);
	return failed;
}
