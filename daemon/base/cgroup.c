// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/cgroup.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Version 1 has no word for "no limit"; it says the largest number of pages. */
#define V1_NO_LIMIT	((uint64_t)INT64_MAX - (64u << 10))

/* Where each version keeps a group's limit, below the usual mount point. */
struct place {
	const char *mount, *file;
};

static const struct place v1 = { "/sys/fs/cgroup/memory", "memory.limit_in_bytes" };
static const struct place v2 = { "/sys/fs/cgroup", "memory.max" };

static uint64_t read_limit(const char *root, const struct place *place, const char *group)
{
	uint64_t limit = CGROUP_NO_MAX;
	char path[PATH_MAX];
	FILE *file;

	if (snprintf(path, sizeof(path), "%s%s%s/%s", root, place->mount, group, place->file) >= (int)sizeof(path))
		return CGROUP_NO_MAX;
	file = fopen(path, "re");
	if (!file)
		return CGROUP_NO_MAX;
	/* "max" is no number. */
	if (fscanf(file, "%" SCNu64, &limit) != 1 || limit >= V1_NO_LIMIT)
		limit = CGROUP_NO_MAX;
	fclose(file);
	return limit;
}

/* From @group up to the top.  A container sees itself as the top, although it may still go by the host's name:
 * folders that do not exist are skipped. */
static uint64_t least_limit(const char *root, const struct place *place, char *group)
{
	uint64_t least = CGROUP_NO_MAX;

	for (;;) {
		uint64_t limit = read_limit(root, place, group);
		char *slash = strrchr(group, '/');

		if (limit < least)
			least = limit;
		if (!slash)
			return least;
		*slash = '\0';
	}
}

static bool has_memory(const char *controllers)
{
	char list[64];

	snprintf(list, sizeof(list), ",%.60s,", controllers);
	return strstr(list, ",memory,");
}

/* "0::GROUP" of version 2, "NUMBER:CONTROLLERS:GROUP" of version 1. */
static uint64_t limit_of_line(const char *root, char *line)
{
	char *controllers = strchr(line, ':');
	char *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return CGROUP_NO_MAX;
	*controllers++ = '\0';
	*group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	if (!*controllers)
		return least_limit(root, &v2, group);
	return has_memory(controllers) ? least_limit(root, &v1, group) : CGROUP_NO_MAX;
}

uint64_t cgroup_memory_max(const char *root)
{
	uint64_t least = CGROUP_NO_MAX;
	char text[PATH_MAX + 64];
	FILE *file;

	snprintf(text, sizeof(text), "%s/proc/self/cgroup", root);
	file = fopen(text, "re");
	if (!file)
		return CGROUP_NO_MAX;
	while (fgets(text, sizeof(text), file)) {
		uint64_t limit = limit_of_line(root, text);

		if (limit < least)
			least = limit;
	}
	fclose(file);
	return least;
}
