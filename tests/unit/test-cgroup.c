// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory that a container or a service may use, read from folders laid out as the kernel lays them out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n)	((uint64_t)(n) << 20)

static char root[] = "test-cgroup.XXXXXX";

static int make_root(void **state)
{
	(void)state;
	strcpy(strchr(root, '.'), ".XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void put(const char *path, const char *text)
{
	char full[256], command[300];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	snprintf(command, sizeof(command), "mkdir -p $(dirname %s)", full);
	assert_int_equal(system(command), 0);
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void without_cgroups_there_is_no_limit(void **state)
{
	(void)state;
	assert_true(cgroup_memory_max(root) == CGROUP_NO_MAX);
	put("/proc/self/cgroup", "0::/\n");
	assert_true(cgroup_memory_max(root) == CGROUP_NO_MAX);
}

/* A slice with 1 GiB, and in it a service that names no limit, or a larger one. */
static void the_least_limit_on_the_way_up_counts(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/system.slice/mmscope.service\n");
	put("/sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
	put("/sys/fs/cgroup/system.slice/mmscope.service/memory.max", "max\n");
	assert_int_equal(cgroup_memory_max(root), MIB(1024));
	put("/sys/fs/cgroup/system.slice/mmscope.service/memory.max", "4294967296\n");
	assert_int_equal(cgroup_memory_max(root), MIB(1024));
	put("/sys/fs/cgroup/system.slice/mmscope.service/memory.max", "67108864\n");
	assert_int_equal(cgroup_memory_max(root), MIB(64));
}

/* In version 1 a container's name is the host's, and its mount begins at itself. */
static void a_container_is_found_at_the_top(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "12:pids:/libpod/x\n4:cpu,memory:/libpod/x\n1:name=systemd:/libpod/x\n0::/\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "83886080\n");
	assert_int_equal(cgroup_memory_max(root), MIB(80));
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	assert_true(cgroup_memory_max(root) == CGROUP_NO_MAX);
}

static void nonsense_is_no_limit(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "\n:\n0:\n0::\n::::\n4:memory");
	put("/sys/fs/cgroup/memory.max", "much\n");
	assert_true(cgroup_memory_max(root) == CGROUP_NO_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_cgroups_there_is_no_limit, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_least_limit_on_the_way_up_counts, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_container_is_found_at_the_top, make_root, remove_root),
		cmocka_unit_test_setup_teardown(nonsense_is_no_limit, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
