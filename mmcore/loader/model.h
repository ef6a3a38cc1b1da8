/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model.h - one boot loader: where it puts image, device tree and initrd when nobody says. */
#ifndef MMSCOPE_LOADER_MODEL_H
#define MMSCOPE_LOADER_MODEL_H

#include "../machine.h"

struct loader_model {
	const char *name;
	const char *what;		/* one line for lists */
	const char *const *options;	/* names that --loader NAME,key=value takes; ends with NULL */
	/* Fills what is ORIGIN_NONE of mm->loader.image and .dtb, and .initrd if it has a size.  -EINVAL. */
	int (*place)(struct mm *mm, struct mm_error *error);
};

extern const struct loader_model loader_clear, loader_qemu_virt, loader_u_boot, loader_raspberry_pi, loader_uefi_stub;

/* NULL if there is none of that name. */
const struct loader_model *loader_model_find(const char *name);
/* "clear, qemu-virt, ..." in arena memory. */
const char *loader_model_names(struct arena *arena);

/* The number that the user gave to an option of the model: 0 if none, 1, or -EINVAL. */
int loader_option(const struct loader *loader, const char *name, uint64_t *ret, struct mm_error *error);
/* The same as U-Boot reads its environment: digits without a unit are hexadecimal, with 0x or not. */
int loader_hex_option(const struct loader *loader, const char *name, uint64_t *ret, struct mm_error *error);

/* Put something where a rule says, and keep others off it. */
void loader_assume(struct mm *mm, struct placed *placement, phys_addr_t base, const char *rule, const char *source);

/* Bytes between the image's first and what its BSS ends with. */
phys_addr_t loader_image_bytes(const struct mm *mm);
/* text_offset of the image's header: 0x80000 until 4.16 or so, then 0. */
phys_addr_t loader_text_offset(const struct mm *mm);

#endif
