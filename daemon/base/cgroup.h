/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup.h - how much a container or service may use, according to the kernel. */
#ifndef MMSCOPE_CGROUP_H
#define MMSCOPE_CGROUP_H

#include <stdint.h>

#define CGROUP_NO_MAX	UINT64_MAX

/* Bytes of memory that this process and the others in its group may use: the least of its cgroup's limits and its ancestors',
 * version 1 or 2; CGROUP_NO_MAX if there is none, or none that can be read.  @root is put in front of /proc and
 * /sys: "",
 * except in tests. */
uint64_t cgroup_memory_max(const char *root);

#endif
