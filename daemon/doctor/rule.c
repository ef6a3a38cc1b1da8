// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/rule.h"

#include "daemon/base/words.h"

#include <stdint.h>
#include <string.h>

/* Sorted by id. */
static const struct rule rules[] = {
	{ "cma-across-zones", SEVERITY_ERROR,
	  "A CMA area lies in more than one zone, and is not activated.",
	  "Nobody can allocate from it, and its memory goes to the page allocator. Keep the area on one side of "
	  "the DMA limit." },
	{ "cma-default-not-reusable", SEVERITY_WARNING,
	  "A node with linux,cma-default is not reusable, so it is no CMA area.",
	  "The build's own default area is set up instead, if it has one. Add the property reusable, and no no-map." },
	{ "cma-default-overridden", SEVERITY_NOTE,
	  "cma= on the command line takes the place of the tree's linux,cma-default pool.",
	  "The pool's node gets no memory. Leave cma= out to have the tree decide." },
	{ "cma-does-not-fit", SEVERITY_ERROR,
	  "A CMA area asked for on the command line or by the build finds no room.",
	  "The kernel boots on without it, and drivers that need contiguous memory fail later. Ask for less, or clear what "
	  "lies in the way: often the device tree or the initrd, which the loader can put elsewhere." },
	{ "cma-misaligned", SEVERITY_ERROR,
	  "A CMA area with an address of its own does not begin at a multiple of what the kernel needs.",
	  "Both address and size have to be multiples of the pageblock size, which grows with the page size." },
	{ "cma-pool-misaligned", SEVERITY_ERROR,
	  "A reusable pool's address or size is no multiple of what CMA needs.",
	  "The range stays reserved on some releases and is given back on others, but no CMA area comes of it." },
	{ "cma-too-many-areas", SEVERITY_ERROR,
	  "There are more CMA areas than the build has room for.",
	  "CONFIG_CMA_AREAS sets how many there can be." },
	{ "cpu-without-granule", SEVERITY_WARNING,
	  "The CPU cannot translate pages of the kernel's size.",
	  "Such a kernel stops before it prints anything; under UEFI the stub says that it is not supported by the CPU. "
	  "Use a kernel with another page size, or correct the cpu nodes if the tree names the wrong CPU." },
	{ "crashkernel-bad-value", SEVERITY_ERROR,
	  "crashkernel= cannot be read.",
	  "Nothing is reserved. It is written SIZE[@ADDRESS], SIZE,high, SIZE,low, or as ranges: START-END:SIZE,.." },
	{ "crashkernel-does-not-fit", SEVERITY_ERROR,
	  "The crash kernel's memory finds no room.",
	  "Nothing is reserved and kdump will not load. Ask for less, or allow it above 4 GiB with ',high'." },
	{ "crashkernel-ignored", SEVERITY_WARNING,
	  "crashkernel= is on the command line, and nothing is reserved for it.",
	  "The value does not apply to this amount of RAM, or this kernel does not know its form." },
	{ "freed-twice", SEVERITY_ERROR,
	  "Pages are freed that were free already.",
	  "Two owners overlap, for example an initrd that lies over the kernel. What follows in a real kernel cannot be foretold." },
	{ "hugepages-not-had", SEVERITY_WARNING,
	  "There are fewer huge pages than hugepages= asks for.",
	  "Gigantic pages need free memory aligned to their own size while memblock is in charge; smaller ones "
	  "need free blocks of that order. Ask for fewer, or free the memory in the way." },
	{ "hugetlb-cma-size", SEVERITY_WARNING,
	  "hugetlb_cma= is no multiple of a gigantic page, or less than one.",
	  "No area is made. Gigantic pages have 1 GiB with 4 KiB pages." },
	{ "hypervisor-no-memory", SEVERITY_WARNING,
	  "kvm-arm.mode=protected gets no memory for the hypervisor.",
	  "The kernel boots on without a protected KVM. It wants page tables for all of RAM twice, and RAM in at most 128 regions." },
	{ "initrd-unreachable", SEVERITY_ERROR,
	  "The initrd does not lie where the kernel can map it.",
	  "The kernel boots on without it. Have the loader put it into RAM, near the kernel." },
	{ "kernel-message", SEVERITY_WARNING,
	  "The kernel reports a failure that has no rule of its own.",
	  "The kernel's own words are all that is known of it." },
	{ "kernel-panics", SEVERITY_ERROR,
	  "The kernel panics before its first process starts.",
	  "Nothing boots." },
	{ "loader-image-misaligned", SEVERITY_ERROR,
	  "The kernel image does not begin where the architecture wants it.",
	  "Linux asks for text_offset behind a multiple of 2 MiB. Have the loader put it there." },
	{ "loader-outside-ram", SEVERITY_ERROR,
	  "The loader put something where there is no RAM.",
	  "An image there does not run; a device tree or initrd there cannot be read, unless firmware has memory "
	  "that the tree does not name." },
	{ "loader-over-reserved", SEVERITY_WARNING,
	  "The loader put something over a range that the device tree reserves.",
	  "The owner of the range may overwrite it, or has been overwritten. Have the loader put it elsewhere." },
	{ "loader-overlap", SEVERITY_ERROR,
	  "Kernel image, device tree and initrd lie over each other.",
	  "What was loaded last has overwritten the other: this machine does not boot. Mind that the image takes "
	  "more memory than its file has bytes." },
	{ "loader-tree-unmapped", SEVERITY_ERROR,
	  "The kernel cannot map the device tree where it lies.",
	  "The fixmap has room for 2 MiB, below the last physical address of the build." },
	{ "memblock-array-full", SEVERITY_ERROR,
	  "memblock has more ranges than its array holds, and the array cannot grow.",
	  "What cannot be entered is not allocated, and the kernel soon dies. Merge neighbouring memory nodes, reserved nodes or "
	  "/memreserve/ entries, or leave more RAM in one piece." },
	{ "memmap-does-not-fit", SEVERITY_ERROR,
	  "There is no memory for the memory map of some RAM.",
	  "Each page of RAM needs a struct page, 64 bytes of other RAM. RAM without them is lost, and most kernels die of it. "
	  "Reserve less, or give the board more RAM in one piece." },
	{ "memory-ignored", SEVERITY_WARNING,
	  "The kernel leaves out memory that the device tree names.",
	  "It lies outside of what the kernel can address or map, or is smaller than a page." },
	{ "node-not-read", SEVERITY_WARNING,
	  "A device tree node is meant for memory, and the kernel does not read it.",
	  "Memory nodes need device_type = \"memory\" and the root as parent; reserved memory belongs into "
	  "/reserved-memory, with reg or size." },
	{ "numa-bad-description", SEVERITY_WARNING,
	  "The device tree's NUMA description cannot be used as it is.",
	  "The kernel falls back to one node, or to default distances." },
	{ "numa-node-without-id", SEVERITY_WARNING,
	  "Some memory nodes have a numa-node-id and one has none.",
	  "Depending on the release the kernel gives up NUMA altogether, or a node comes out without memory. Give "
	  "each memory node an id." },
	{ "parameter-malformed", SEVERITY_WARNING,
	  "A kernel parameter has a value that the kernel does not take.",
	  "It acts as if it had not been given." },
	{ "parameter-no-effect", SEVERITY_WARNING,
	  "A kernel parameter is given, and this kernel does nothing with it.",
	  "The build lacks what it controls, or the release does not know it." },
	{ "pool-does-not-fit", SEVERITY_ERROR,
	  "A /reserved-memory node with a size finds no room in its alloc-ranges.",
	  "The node gets no memory. Shrink it, widen alloc-ranges, ask for less alignment, or clear what lies in the way." },
	{ "ram-lost-address-range", SEVERITY_WARNING,
	  "RAM lies above the last physical address that CPU and kernel have.",
	  "It is taken out of memory. A build with more PA bits, on a CPU that has them, would use it." },
	{ "ram-lost-alignment", SEVERITY_NOTE,
	  "RAM at the ends of a range is no whole page, and is not used.",
	  "With pages of 64 KiB this may be some pages of 4 KiB per range." },
	{ "ram-lost-linear-map", SEVERITY_WARNING,
	  "RAM lies outside of what the linear map can cover, and is not used.",
	  "A build with more VA bits covers more; so does RAM whose first and last byte are closer together." },
	{ "ram-lost-mem-param", SEVERITY_NOTE,
	  "mem= keeps the kernel from using RAM that is there.",
	  "The ledger shows it as removed. Leave the parameter out to have it back." },
	{ "ram-lost-section", SEVERITY_NOTE,
	  "The memory map describes sections that are only partly RAM.",
	  "Struct pages exist for the holes, too. It depends on where RAM begins and ends, not on how much there "
	  "is." },
	{ "reserved-bad-property", SEVERITY_ERROR,
	  "A property of a /reserved-memory node has a length that the kernel does not take.",
	  "reg and alloc-ranges hold whole pairs of address and size, in the cells of /reserved-memory." },
	{ "reserved-cells", SEVERITY_ERROR,
	  "/reserved-memory has other #address-cells or #size-cells than the root, or no ranges.",
	  "The kernel ignores all of it. Give it the root's cells and an empty ranges property." },
	{ "reserved-extra-ranges", SEVERITY_WARNING,
	  "A /reserved-memory node has several ranges, and only the first is used.",
	  "Give each range a node of its own." },
	{ "reserved-outside-ram", SEVERITY_WARNING,
	  "A /reserved-memory node lies where there is no RAM.",
	  "Nothing is taken, and a driver that uses it will find no memory there. On a reusable pool some kernels die." },
	{ "reserved-over-firmware", SEVERITY_ERROR,
	  "A /reserved-memory node lies over memory that UEFI's runtime services keep.",
	  "Two owners believe that the range is theirs: once a device or a secure world has it, a call of the firmware aborts. "
	  "Move the node, or let the kernel choose its place: size in place of reg." },
	{ "reserved-overlap", SEVERITY_ERROR,
	  "A /reserved-memory range is taken already.",
	  "Two owners believe that the range is theirs, or the kernel refuses the second." },
	{ "reserved-too-many", SEVERITY_ERROR,
	  "There are more /reserved-memory nodes than the kernel's table holds.",
	  "What is beyond is reserved, but no driver finds it." },
	{ "reserved-zero-size", SEVERITY_WARNING,
	  "A /reserved-memory node asks for no bytes.",
	  "Loaders leave such nodes behind; the kernel says that it failed and goes on." },
	{ "swiotlb-does-not-fit", SEVERITY_ERROR,
	  "The bounce buffer of swiotlb finds no room.",
	  "Older releases have none then, and devices that cannot reach all RAM fail later; newer ones halve it until "
	  "it fits. Ask for less, or "
	  "clear memory below the DMA limit." },
	{ "swiotlb-no-effect", SEVERITY_NOTE,
	  "swiotlb= is on the command line, and there is no bounce buffer.",
	  "All RAM is within reach of every device, so the kernel sets none up. swiotlb=force does." },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

static const char *const names[] = { "note", "warning", "error" };

const struct rule *rule_at(size_t i)
{
	return i < NR_RULES ? &rules[i] : NULL;
}

const struct rule *rule_find(const char *id)
{
	for (size_t i = 0; i < NR_RULES; i++)
		if (!strcmp(rules[i].id, id))
			return &rules[i];
	return NULL;
}

const char *rule_nearest(const char *id)
{
	const char *ids[NR_RULES + 1] = { NULL };

	for (size_t i = 0; i < NR_RULES; i++)
		ids[i] = rules[i].id;
	return words_nearest(ids, id);
}

const char *severity_name(enum severity severity)
{
	return names[severity];
}

int severity_parse(const char *word)
{
	for (int i = 0; i <= SEVERITY_ERROR; i++)
		if (!strcmp(names[i], word))
			return i;
	return -1;
}
