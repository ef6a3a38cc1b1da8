// SPDX-License-Identifier: GPL-2.0-or-later
#include "cpu_model.h"

/* From the Arm manuals' ID register values, as QEMU reports them. */
static const struct cpu_model models[] = {
	{ .name = "cortex-a35", .pa_bits = 40, .cwg_bytes = 64 },
	{ .name = "cortex-a53", .pa_bits = 40, .cwg_bytes = 64 },
	{ .name = "cortex-a55", .pa_bits = 40, .cwg_bytes = 64 },
	{ .name = "cortex-a57", .pa_bits = 44, .cwg_bytes = 64 },
	{ .name = "cortex-a72", .pa_bits = 44, .cwg_bytes = 64 },
	{ .name = "cortex-a76", .pa_bits = 40, .cwg_bytes = 64 },
	{ .name = "cortex-a710", .pa_bits = 40, .cwg_bytes = 64 },
	{ .name = "neoverse-n1", .pa_bits = 48, .cwg_bytes = 64 },
	{ .name = "neoverse-v1", .pa_bits = 48, .cwg_bytes = 64 },
	{ .name = "neoverse-n2", .pa_bits = 48, .cwg_bytes = 64 },
	{ .name = "a64fx", .pa_bits = 48, .cwg_bytes = 256 },
	{ .name = "max", .pa_bits = 52, .lva = true, .lpa2_4k = true, .lpa2_16k = true, .cwg_bytes = 64 },
};

const struct cpu_model *cpu_model_find(const char *name)
{
	size_t len = strcspn(name, ",");

	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (!strncmp(models[i].name, name, len) && !models[i].name[len])
			return &models[i];
	return NULL;
}

const char *cpu_model_names(void)
{
	return "cortex-a35 cortex-a53 cortex-a55 cortex-a57 cortex-a72 cortex-a76 cortex-a710 neoverse-n1 neoverse-v1 neoverse-n2 a64fx max";
}
