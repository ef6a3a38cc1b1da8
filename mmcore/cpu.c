// SPDX-License-Identifier: GPL-2.0-or-later
#include "cpu.h"

unsigned cpus_nr_online(const struct cpus *cpus)
{
	unsigned nr = 0;

	for (size_t i = 0; i < cpus->nr; i++)
		nr += cpus->cpu[i].online;
	return nr;
}

unsigned cpus_of_node(const struct cpus *cpus, int nid)
{
	unsigned nr = 0;

	for (size_t i = 0; i < cpus->nr; i++)
		nr += cpus->cpu[i].in_node_mask && cpus->cpu[i].nid == nid;
	return nr;
}
