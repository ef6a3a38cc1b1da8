/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader.h - what the boot loader leaves behind, and how we know.
 *
 * Where image, device tree and initrd lie, what is reserved and how much RAM
 * there is decide the whole boot.  Each of these was given by the user, stands
 * in the tree, or is assumed: then a rule chose it, and the rule and its source
 * stay with the placement for all who show it.
 */
#ifndef MMSCOPE_LOADER_H
#define MMSCOPE_LOADER_H

#include "../arch/arch.h"
#include "../fdt.h"

/* Where a fact comes from. */
enum origin {
	ORIGIN_NONE,		/* there is no such thing */
	ORIGIN_GIVEN,		/* the user said so */
	ORIGIN_TREE,		/* the device tree says so */
	ORIGIN_ASSUMED,		/* a rule of the loader's model chose it */
};

struct placed {
	phys_addr_t base, size;		/* size 0: nothing is there */
	enum origin origin;
	const char *rule, *source;	/* "" unless assumed */
};

struct loader_model;

struct loader {
	const struct loader_model *model;
	enum origin model_origin;
	const char *model_rule;		/* why this model, if nobody named it */
	struct placed image, dtb, initrd;
	enum origin ram_origin;
	const char *ram_rule, *ram_source;
	unsigned entry_el;		/* the exception level that the kernel starts at, 1 or 2; 0: nobody said */
	const char *options;		/* "key=value,..." of the model, or NULL */
	const struct mm_uefi *uefi;	/* NULL: the kernel is not booted by UEFI */
	enum origin uefi_origin;
	const char *uefi_rule, *uefi_source;
	phys_addr_t dram_base;		/* lowest address of RAM */
	phys_addr_t dram_bytes;
	/* Nodes of /reserved-memory that were given, and how the tree differs; NULL: it says the same. */
	const struct mm_reserved *reserved;
	const char **reserved_as;
	size_t nr_reserved;
	/* What nothing may be put over; settled: sorted and disjoint. */
	struct phys_range *taken;
	size_t nr_taken, cap_taken;
	bool settled;
};

/* A range of RAM as the tree has it. */
struct ram_bank {
	phys_addr_t base, size;
	int fdt_node;
	int nid;		/* NUMA_NO_NODE: the tree does not say */
};

const char *origin_name(enum origin origin);

/* -EINVAL with @error saying what cannot be and what to give instead (@error->option, @error->example). */
int loader_refuse(struct mm_error *error, const char *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int loader_advise(struct mm_error *error, const char *option, const char *example, ...)
	__attribute__((format(printf, 3, 4)));

/* ram.c: --memory becomes the tree's memory nodes. */
int loader_ram(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct mm_error *error);
/* reserved.c: nodes that were given become the tree's; -EINVAL: one does not fit its cells. */
int loader_reserved(struct loader *loader, struct fdt *fdt, const struct mm_reserved *given, size_t nr, struct mm_error *error);
/* Banks of the tree's available memory nodes in blob order, in arena memory; those without size too. */
size_t ram_banks(const struct fdt *fdt, struct ram_bank **ret);

/* The same as the kernel will find it: of UEFI's memory map where there is one. */
size_t loader_banks(const struct loader *loader, const struct fdt *fdt, struct ram_bank **ret);

/*
 * uefi.c: /chosen/linux,uefi-system-table decides.  The map is the one that was given, one of nothing but the RAM that was
 * given, or a model's; without any the boot is refused.
 */
struct mm;
/* Before RAM is read: 1 if the tree's does not count, 0 if it does, or -EINVAL. */
int uefi_decides_ram(struct mm *mm, const struct mm_board *board, struct mm_error *error);
int loader_uefi(struct mm *mm, const struct mm_board *board, struct mm_error *error);
/* Does it lie in RAM, and may the kernel use it as such?  drivers/firmware/efi/efi-init.c (6.12). */
bool uefi_is_memory(const struct mm_uefi_range *range);
bool uefi_is_usable(const struct mm_uefi_range *range);
/* What UEFI's runtime services have of [base, base + size), from their first byte there to their last; size 0: nothing. */
struct phys_range uefi_runtime_in(const struct mm_uefi *uefi, phys_addr_t base, phys_addr_t size);
/* Does the stub tell the initrd in a table of UEFI's, not in the tree? */
bool uefi_tells_initrd(const struct mm *mm);
/* NULL: there is no such table. */
const struct mm_uefi_table *uefi_table(const struct mm_uefi *uefi, const char *name);
/* edk2.c: the map that edk2 leaves on QEMU's virt machine; -EINVAL if it cannot run there. */
int edk2_map(struct mm *mm, struct mm_uefi *ret, struct mm_error *error);

/* soc.c: where RAM begins on boards whose tree does not say. */
struct soc_ram {
	const char *compatible;	/* of the tree's root; one that ends in '*' is a prefix */
	phys_addr_t base;
	phys_addr_t window;	/* bytes of RAM there at most; 0: no end is known */
	phys_addr_t high;	/* where the rest goes on */
	const char *source;
	/* Bytes below @base that are RAM, too, but the secure world's.  Then DRAM is one run of addresses from there on, and what
	 * of it lies between the window and @high is nobody's. */
	phys_addr_t below;
};
/* NULL: no family that is known. */
const struct soc_ram *soc_ram_find(const struct fdt *fdt);

/* identity.c: what is no board of this architecture is refused by its name. */
int loader_check_identity(const struct fdt *fdt, const struct arch *arch, struct mm_error *error);

/* place.c */
/* Add to what is taken; empty ranges are ignored. */
void loader_take(struct loader *loader, struct arena *arena, phys_addr_t base, phys_addr_t size);
/*
 * The first place for @size bytes in RAM at or behind @from, so that the base is
 * @skew behind a multiple of @align, clear of what is taken.  False: there is none.
 */
bool loader_first_hole(struct loader *loader, const struct fdt *fdt, phys_addr_t from, phys_addr_t size,
		       phys_addr_t align, phys_addr_t skew, phys_addr_t *ret);
/* The last place for @size bytes that ends at or below @limit, aligned. */
bool loader_last_hole(struct loader *loader, const struct fdt *fdt, phys_addr_t limit, phys_addr_t size,
		      phys_addr_t align, phys_addr_t *ret);

#endif
