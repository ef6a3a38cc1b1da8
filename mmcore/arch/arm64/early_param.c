// SPDX-License-Identifier: GPL-2.0-or-later
/* early_param.c - early parameters that only arm64 has. */
#include "arm64.h"

/* 5.0 to 5.17: a boolean or "full". */
static bool rodata_refuses(const struct mm *mm, const char *value)
{
	bool on;

	return strcmp(value, "full") && !kstrtobool(value, mm->rules->bool_true_false, &on);
}

const struct early_param arm64_early_params[] = {
	{ .name = "irqchip.gicv3_pseudo_nmi", .when = { SINCE(5, 1), BUILT_WITH("ARM64_PSEUDO_NMI") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "kpti", .when = { SINCE(4, 16), BUILT_WITH("UNMAP_KERNEL_AT_EL0") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "kvm-arm.mode", .when = { SINCE(5, 11), UNTIL(5, 12), BUILT_WITH("KVM") }, .accepts = ACCEPTS_A_WORD, .words = "protected" },
	{ .name = "kvm-arm.mode", .when = { SINCE(5, 12), BUILT_WITH("KVM") }, .accepts = ACCEPTS_A_VALUE, .apply = arm64_kvm_mode,
	  .refuses = arm64_kvm_mode_refuses },
	{ .name = "ssbd", .when = { SINCE(4, 18) }, .accepts = ACCEPTS_A_PREFIX, .words = "force-on force-off kernel" },
	{ .name = "rodata", .when = { SINCE(5, 0), UNTIL(5, 18) }, .accepts = DIES_WITHOUT_VALUE, .refuses = rodata_refuses },
	{ .name = NULL },
};
