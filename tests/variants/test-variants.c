/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parameters change, and what the machine is put to: every kernel boots a few boards with one command line after another, or
 * with a script of operations, and what differs from the boot without is what it was when somebody last looked.
 *
 * tests/golden/variants.txt has, for each boot, the lines of the log that are gone (-) or new (+), those of memblock=debug as a
 * count and a hash, the problems with all that is said of their causes as a count and a hash, all events with what they say and which
 * rows they change as a count and a hash, and of each table's last state and of each report the hash.  Where there are operations, all
 * is hashes.  A change must be looked at (tests/golden.py shows whole logs) and then kept with
 *     tests/variants/test-variants --keep
 * TAP; one line a kernel.  --print shows what is instead; --boots or --ops: those without or with operations, up to the first
 * kernel that differs.
 */
#include "daemon/base/asset.h"
#include "daemon/base/bytes.h"
#include "daemon/base/diff.h"
#include "daemon/input/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES	20000
#define MIB(n)		((phys_addr_t)(n) << 20)
#define GIB(n)		((phys_addr_t)(n) << 30)

struct variant {
	const char *board, *cmdline;
	phys_addr_t memory;		/* bytes at the board's first bank; 0: as it is */
	const char *build;		/* options of the kernel's build in place of its own: "A B=0 C=17"; or NULL */
	const char *ops;		/* what the booted machine is asked to do, or NULL */
};

#define VIRT	"qemu-virt"
#define NUMA	"qemu-virt-numa"

/* Requests of every kind by lot: until nothing is left, with all that a release remembers of them. */
#define BY_LOT								\
	"random 400 seed=1 orders=0-10 hold=150\n"			\
	"random 300 seed=2 orders=0-4 hold=80 gfp=HIGHUSER_MOVABLE\n"	\
	"random 200 seed=3 orders=0-9 hold=60 gfp=ATOMIC\n"		\
	"random 200 seed=4 orders=0-3 hold=60 gfp=KERNEL|RECLAIMABLE\n"	\
	"random 100 seed=5 orders=0-2 hold=60 gfp=DMA\n"		\
	"vmstat cpu=1\nidle\nwait 3\ndrain cpu=1\n"			\
	"vm.min_free_kbytes=20000\n"					\
	"random 300 seed=6 orders=0-9 hold=300\n"			\
	"drain all\n"
/* All of memory, in large blocks and then in small ones; what comes back goes to whoever asks first. */
#define TO_THE_END							\
	"repeat 250 { a = alloc order=10 gfp=HIGHUSER_MOVABLE|~DIRECT_RECLAIM }\n" \
	"repeat 12 { b = alloc order=9 gfp=NOWAIT }\n"			\
	"repeat 150 { c = alloc order=3 gfp=ATOMIC }\n"			\
	"repeat 200 { d = alloc gfp=ATOMIC cpu=1 }\n"			\
	"repeat 200 { e = alloc gfp=HIGHUSER_MOVABLE|~DIRECT_RECLAIM }\n"	\
	"repeat 100 { f = alloc gfp=NOWAIT|MEMALLOC }\n"			\
	"free a; free a cpu=1; free c\n"					\
	"repeat 60 { g = alloc order=2 gfp=NOWAIT|RECLAIMABLE }\n"	\
	"repeat 60 { h = alloc order=1 gfp=ATOMIC|NOMEMALLOC cpu=1 }\n"	\
	"i = alloc order=5; i = alloc order=11; i = alloc\n"		\
	"free d all cpu=1; free e all; free g all; free h all cpu=1; free f all; free c all; free b all; free a all\n"
/* The rarer requests. */
#define AND_OTHERS							\
	"a = bulk 100; b = bulk 1 cpu=1; c = bulk 512 gfp=HIGHUSER_MOVABLE\n" \
	"d = alloc order=4; split d; free d; free d; release c; release d cpu=1\n" \
	"e = alloc movable gfp=HIGHUSER_MOVABLE; f = alloc order=9 movable gfp=HIGHUSER_MOVABLE\n"	\
	"g = kmalloc 100; h = kmalloc 9000; i = kmalloc 3000000; j = kmalloc 8192 cpu=1\n" \
	"repeat 200 { k = kmalloc 1000 }; repeat 90 { l = kmalloc 1000 cpu=1 }\n" \
	"kfree k all cpu=1; kfree l all; kfree g; kfree h; kfree i; kfree j\n" \
	"m = kmem_cache_create 300 hwcache_align; repeat 150 { n = kmem_cache_alloc cache=m }; kmem_cache_free n all\n" \
	"o = alloc; free o; free o; p = alloc; free e; free f; free a all; free b\n"
/* Nodes' own lists. */
#define BY_NODE								\
	"repeat 100 { a = alloc order=8 node=0 gfp=KERNEL|THISNODE|~DIRECT_RECLAIM }\n" \
	"repeat 60 { b = alloc order=9 node=1 gfp=HIGHUSER_MOVABLE|~DIRECT_RECLAIM cpu=1 }\n" \
	"repeat 100 { c = alloc order=1 node=1 gfp=ATOMIC }; d = bulk 200 node=1; e = bulk 40 node=0 cpu=2\n" \
	"repeat 200 { f = alloc gfp=ATOMIC|HARDWALL cpu=3 }\n"		\
	"free c all cpu=2; free b all cpu=1; release d; free e all; free a all cpu=3; wait 2\n"

/* Builds that no profile is of: options that the engine asks for, on where they are mostly off and the other way round. */
#define CHECKING							\
	"KASAN_SW_TAGS LOCKDEP PAGE_OWNER PAGE_EXTENSION PAGE_POISONING DEBUG_PAGEALLOC DEBUG_PAGEALLOC_ENABLE_DEFAULT DEBUG_KMEMLEAK " \
	"SLUB_DEBUG SLUB_DEBUG_ON PAGE_TABLE_CHECK PAGE_TABLE_CHECK_ENFORCED STACKTRACE STACKDEPOT STACKDEPOT_ALWAYS_INIT " \
	"INIT_ON_ALLOC_DEFAULT_ON INIT_ON_FREE_DEFAULT_ON MEM_ALLOC_PROFILING MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT HARDENED_USERCOPY"
#define LARGE								\
	"NR_CPUS=1000 NODES_SHIFT=8 CPUMASK_OFFSTACK DEFERRED_STRUCT_PAGE_INIT RANDOM_KMALLOC_CACHES SLAB_BUCKETS KMALLOC_PARTITION_CACHES " \
	"SLAB_FREELIST_RANDOM SLUB_CPU_PARTIAL CMA_SIZE_SEL_MBYTES=0 CMA_SIZE_SEL_PERCENTAGE CMA_SIZE_PERCENTAGE=7 DMA_NUMA_CMA DMA_PERNUMA_CMA " \
	"CMA_SIZE_PERNUMA=5 NEED_PER_CPU_PAGE_FIRST_CHUNK LOG_BUF_SHIFT=15 LOG_CPU_MAX_BUF_SHIFT=14 MEMCG_KMEM ZONE_DEVICE KFENCE " \
	"KFENCE_NUM_OBJECTS=77 KFENCE_SAMPLE_INTERVAL=50 TRANSPARENT_HUGEPAGE TRANSPARENT_HUGEPAGE_ALWAYS NUMA_EMU NUMA_BALANCING"
#define SMALL								\
	"NR_CPUS=2 HUGETLB_PAGE=0 TRANSPARENT_HUGEPAGE=0 CMA=0 DMA_CMA=0 ZONE_DMA=0 ZONE_DMA32=0 ZONE_DEVICE=0 NUMA=0 KFENCE=0 MODULES=0 " \
	"RANDOMIZE_BASE=0 MEMCG_KMEM=0 EFI=0 KVM=0 CPUMASK_OFFSTACK=0 SLUB_CPU_PARTIAL=0 SLUB_DEBUG=0 SYSFS=0 UNMAP_KERNEL_AT_EL0=0 " \
	"STRICT_KERNEL_RWX=0 DEFERRED_STRUCT_PAGE_INIT=0 STACKDEPOT=0 PAGE_EXTENSION=0 MEMORY_ISOLATION=0 COMPAT_BRK CRASH_DUMP=0 LOG_BUF_SHIFT=12"
#define TINY	"SLUB_TINY SLUB_CPU_PARTIAL=0 CMA_SIZE_MBYTES=0 CMA_SIZE_SEL_MBYTES=0 CMA_SIZE_SEL_MIN CMA_SIZE_PERCENTAGE=3 CMA_AREAS=3 ARCH_FORCE_MAX_ORDER=8"
#define NARROW	"ARM64_VA_BITS=39 PGTABLE_LEVELS=3 ARM64_PA_BITS=40 CMA_SIZE_SEL_MBYTES=0 CMA_SIZE_SEL_MAX CMA_SIZE_PERCENTAGE=9"

enum part { ALL, BOOTS, OPS };

/* The first of a board is what the others are compared with. */
static const struct variant variants[] = {
	{ VIRT, "memblock=debug", 0, NULL, NULL },
	{ VIRT, "memblock=debug mem=300M", 0, NULL, NULL },
	{ VIRT, "memblock=debug mem=64M", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=128M", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=3G", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=128M@0x60000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=128M@0x40200000", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=64M,high", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=0-4G:64M,4G-:256M@0x70000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=0", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=33M", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=64M@0x50000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=64M@0x50100000", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=16M@0x50000000-0x60000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=4G", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugepages=8", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugepages=9999", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugepagesz=64K hugepages=4 hugepagesz=32M hugepages=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug default_hugepagesz=32M hugepages=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugepagesz=3M hugepages=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugetlb_free_vmemmap=on hugepages=4", 0, NULL, NULL },
	{ VIRT, "memblock=debug swiotlb=1024", 0, NULL, NULL },
	{ VIRT, "memblock=debug swiotlb=65536,4,force", 0, NULL, NULL },
	{ VIRT, "memblock=debug swiotlb=force", 0, NULL, NULL },
	{ VIRT, "memblock=debug swiotlb=noforce", 0, NULL, NULL },
	{ VIRT, "memblock=debug kfence.sample_interval=0", 0, NULL, NULL },
	{ VIRT, "memblock=debug kfence.sample_interval=100", 0, NULL, NULL },
	{ VIRT, "memblock=debug movablecore=30%", 0, NULL, NULL },
	{ VIRT, "memblock=debug movablecore=100M", 0, NULL, NULL },
	{ VIRT, "memblock=debug kernelcore=200M", 0, NULL, NULL },
	{ VIRT, "memblock=debug kernelcore=50%", 0, NULL, NULL },
	{ VIRT, "memblock=debug kernelcore=mirror movable_node", 0, NULL, NULL },
	{ VIRT, "memblock=debug log_buf_len=4M", 0, NULL, NULL },
	{ VIRT, "memblock=debug log_buf_len=3G", 0, NULL, NULL },
	{ VIRT, "memblock=debug log_buf_len=1K", 0, NULL, NULL },
	{ VIRT, "memblock=debug nosmp", 0, NULL, NULL },
	{ VIRT, "memblock=debug maxcpus=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug nr_cpus=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug isolcpus=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug isolcpus=nohz,domain,managed_irq,1", 0, NULL, NULL },
	{ VIRT, "memblock=debug nohz_full=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug irqaffinity=0", 0, NULL, NULL },
	{ VIRT, "memblock=debug rcu_nocbs=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug rodata=off", 0, NULL, NULL },
	{ VIRT, "memblock=debug rodata=on", 0, NULL, NULL },
	{ VIRT, "memblock=debug rodata=full", 0, NULL, NULL },
	{ VIRT, "memblock=debug rodata=noalias", 0, NULL, NULL },
	{ VIRT, "memblock=debug debug_pagealloc=on", 0, NULL, NULL },
	{ VIRT, "memblock=debug debug percpu_alloc=page", 0, NULL, NULL },
	{ VIRT, "memblock=debug percpu_alloc=embed loglevel=8", 0, NULL, NULL },
	{ VIRT, "memblock=debug percpu_alloc=auto", 0, NULL, NULL },
	{ VIRT, "memblock=debug init_on_alloc=1 init_on_free=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug page_poison=1 init_on_alloc=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_debug", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_debug=P,kmalloc-64", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_debug=-", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_min_order=1 slub_max_order=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_min_objects=64", 0, NULL, NULL },
	{ VIRT, "memblock=debug slab_max_order=1 slab_min_order=1", 0, NULL, NULL },
	{ VIRT, "memblock=debug slub_nomerge", 0, NULL, NULL },
	{ VIRT, "memblock=debug slab_nomerge", 0, NULL, NULL },
	{ VIRT, "memblock=debug dhash_entries=1024 ihash_entries=2048", 0, NULL, NULL },
	{ VIRT, "memblock=debug mhash_entries=64 mphash_entries=64", 0, NULL, NULL },
	{ VIRT, "memblock=debug transparent_hugepage=never", 0, NULL, NULL },
	{ VIRT, "memblock=debug transparent_hugepage=madvise", 0, NULL, NULL },
	{ VIRT, "memblock=debug early_page_ext page_owner=on", 0, NULL, NULL },
	{ VIRT, "memblock=debug reserve_mem=4M:4096:trace", 0, NULL, NULL },
	{ VIRT, "memblock=debug reserve_mem=1x:4096:trace reserve_mem=4G:1M:big", 0, NULL, NULL },
	{ VIRT, "memblock=debug retain_initrd initrd=0x50000000,0x100001", 0, NULL, NULL },
	{ VIRT, "memblock=debug initrd=0x50000800,0x100001", 0, NULL, NULL },
	{ VIRT, "memblock=debug initrd=0x10000000,0x100000", 0, NULL, NULL },
	{ VIRT, "memblock=debug initrdmem=0x50000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug numa=fake=4 mem cma acpi=x kpti=z ssbd=q panic_on_taint=0 memtest=x loglevel=x", 0, NULL, NULL },
	{ VIRT, "memblock=debug elfcorehdr=x fw_devlink.sync_state=strict hostname=h oops=panic oops movablecore page_owner", 0, NULL, NULL },
	{ VIRT, "memblock=debug swiotlb", 0, NULL, NULL },
	{ VIRT, "memblock=debug kernelcore", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=1G:64M", 0, NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=0-:64M@x", 0, NULL, NULL },
	{ VIRT, "memblock=debug unknown_word other=1 BOOT_IMAGE=x -- init=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug page_alloc.shuffle=1 cgroup_disable=memory", 0, NULL, NULL },
	{ VIRT, "", 0, NULL, NULL },
	{ VIRT, "memblock=debug mem=301234567 movablecore=77M", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=3M@0x50001000-0x50400000 crashkernel=5M@0x51300000", 0, NULL, NULL },
	{ VIRT, "memblock=debug hugepagesz=32M hugepages=1 hugepagesz=2M hugepages=500 kernelcore=90%", 0, NULL, NULL },
	{ VIRT, "memblock=debug default_hugepagesz=1G hugepages=1 memtest=2", 0, NULL, NULL },
	{ VIRT, "memblock=debug memhp_default_state=online kasan=off nokaslr page_alloc.shuffle=y", 0, NULL, NULL },
	{ VIRT, "memblock=debug thash_entries=64 uhash_entries=256 dhash_entries=3 ihash_entries=5", 0, NULL, NULL },
	{ VIRT, "memblock=debug nr_cpus=1 nosmp possible_cpus=1 log_buf_len=777K swiotlb=31", 0, NULL, NULL },
	{ VIRT, "memblock=debug stack_depot_disable=off page_owner=on deferred_probe_timeout=3 debug_guardpage_minorder=1 debug_pagealloc=on", 0, NULL, NULL },
	{ VIRT, "memblock=debug", MIB(33), NULL, NULL },
	{ VIRT, "memblock=debug", 0, CHECKING, NULL },
	{ VIRT, "memblock=debug", 0, LARGE, NULL },
	{ VIRT, "memblock=debug", 0, SMALL, NULL },
	{ VIRT, "memblock=debug", 0, TINY, NULL },
	{ VIRT, "memblock=debug", 0, NARROW, NULL },
	{ VIRT, "memblock=debug", 0x3ff7d000, NULL, NULL },
	{ VIRT, "memblock=debug", GIB(3) + 0x1234000, NULL, NULL },
	{ VIRT, "memblock=debug panic_on_taint=ff,nousertaint rodata=x mem=0x10000000", 0, NULL, NULL },
	{ VIRT, "memblock=debug cma=32M@0xff000000 crashkernel=1M-3G:17M,3G-:33M", GIB(5), NULL, NULL },
	{ VIRT, "memblock=debug", MIB(96), NULL, NULL },
	{ VIRT, "memblock=debug", MIB(61), NULL, NULL },
	{ VIRT, "memblock=debug", GIB(5), NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=256M,high crashkernel=64M,low", GIB(6), NULL, NULL },
	{ VIRT, "memblock=debug crashkernel=3500M,high", GIB(6), NULL, NULL },
	{ VIRT, "memblock=debug hugetlb_cma=1G hugepagesz=1G hugepages=1", GIB(6), NULL, NULL },
	{ VIRT, "memblock=debug", GIB(300), NULL, NULL },
	{ VIRT, "", 0, NULL, BY_LOT },
	{ VIRT, "", 0, NULL, TO_THE_END },
	{ VIRT, "", 0, NULL, AND_OTHERS },
	{ VIRT, "cma=200M", MIB(700), NULL, BY_LOT },
	{ VIRT, "cma=200M", MIB(700), NULL, TO_THE_END },
	{ VIRT, "movablecore=300M", 0, NULL, BY_LOT },
	{ VIRT, "", MIB(96), NULL, TO_THE_END },
	{ VIRT, "", GIB(5), NULL, BY_LOT },
	{ NUMA, "memblock=debug", 0, NULL, NULL },
	{ NUMA, "memblock=debug numa=off", 0, NULL, NULL },
	{ NUMA, "memblock=debug hugetlb_cma=0:64M,1:32M", 0, NULL, NULL },
	{ NUMA, "memblock=debug hugetlb_cma=1G", 0, NULL, NULL },
	{ NUMA, "memblock=debug cma_pernuma=16M", 0, NULL, NULL },
	{ NUMA, "memblock=debug numa_cma=0:16M,1:32M", 0, NULL, NULL },
	{ NUMA, "memblock=debug hugepages=0:2,1:3", 0, NULL, NULL },
	{ NUMA, "memblock=debug hugepages=7", 0, NULL, NULL },
	{ NUMA, "memblock=debug hashdist=0", 0, NULL, NULL },
	{ NUMA, "memblock=debug hashdist=1", 0, NULL, NULL },
	{ NUMA, "memblock=debug numa_zonelist_order=zone", 0, NULL, NULL },
	{ NUMA, "memblock=debug numa_zonelist_order=x", 0, NULL, NULL },
	{ NUMA, "memblock=debug numa_balancing=disable", 0, NULL, NULL },
	{ NUMA, "memblock=debug movablecore=20% hugepages=4", 0, NULL, NULL },
	{ NUMA, "memblock=debug kernelcore=300M movable_node", 0, NULL, NULL },
	{ NUMA, "memblock=debug percpu_alloc=page debug", 0, NULL, NULL },
	{ NUMA, "memblock=debug debug", 0, CHECKING, NULL },
	{ NUMA, "memblock=debug hashdist=1 numa_cma=1:16M", 0, LARGE, NULL },
	{ NUMA, "memblock=debug hugepages=3", 0, SMALL, NULL },
	{ NUMA, "memblock=debug movablecore=100M", 0, TINY, NULL },
	{ NUMA, "", 0, NULL, BY_LOT },
	{ NUMA, "", 0, NULL, TO_THE_END },
	{ NUMA, "", 0, NULL, BY_NODE },
	{ "small-reserved", "memblock=debug", 0, NULL, NULL },
	{ "small-reserved", "memblock=debug cma=16M", 0, NULL, NULL },
	{ "small-reserved", "memblock=debug movable_node", 0, NULL, NULL },
	{ "numa-memoryless", "memblock=debug", 0, NULL, NULL },
	{ "numa-memoryless", "memblock=debug hugepages=5 numa_cma=2:8M", 0, NULL, NULL },
	{ "numa4-asymmetric", "memblock=debug", 0, NULL, NULL },
	{ "numa4-asymmetric", "memblock=debug hugetlb_cma=2G hugepagesz=1G hugepages=3", 0, NULL, NULL },
	{ "rpi4-8g", "memblock=debug", 0, NULL, NULL },
	{ "rpi4-8g", "memblock=debug cma=1G", 0, NULL, NULL },
	{ "rpi4-8g", "memblock=debug crashkernel=512M swiotlb=262144", 0, NULL, NULL },
	{ "am625-sk", "memblock=debug", 0, NULL, NULL },
	{ "bananapi-r3", "memblock=debug", 0, NULL, NULL },
	{ "imx8mm-evk", "memblock=debug", 0, NULL, NULL },
	{ "jetson-nano", "memblock=debug", 0, NULL, NULL },
	{ "oneplus-6", "memblock=debug", 0, NULL, NULL },
	{ "orangepi-zero2", "memblock=debug", 0, NULL, NULL },
	{ "pine-h64", "memblock=debug", 0, NULL, NULL },
	{ "rock-5b-8g", "memblock=debug", 0, NULL, NULL },
	{ "rpi3", "memblock=debug", 0, NULL, NULL },
	{ "rpi3", "memblock=debug cma=256M mem=800M hugepages=16 crashkernel=32M", 0, NULL, NULL },
	{ "zcu102", "memblock=debug", 0, NULL, NULL },
	{ "hip07-d05", "memblock=debug", 0, NULL, NULL },
	{ "hip07-d05", "memblock=debug movablecore=25% hugepagesz=1G hugepages=9 crashkernel=1G,high hugetlb_cma=3G", 0, NULL, NULL },
	{ "honeycomb-lx2160a", "memblock=debug", 0, NULL, NULL },
};

static const char *const kernels[] = { "4.9", "4.9-slab", "4.9-slob", "4.9-bootmem", "5.10", "6.1", "6.7", "6.12", "6.12-16k", "7.2" };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* "NAME" is on, "NAME=NUMBER" that. */
static void rebuild(struct mm_kernel *kernel, const char *options, const char *path)
{
	struct mm_error error = { .offset = -1 };
	char key[64];

	for (const char *p = options; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ="), all = strcspn(p, " ");

		snprintf(key, sizeof(key), "%.*s", (int)len, p);
		mm_kernel_set_number(kernel, "config", key, len < all ? strtoull(p + len + 1, NULL, 0) : 1);
		p += all;
	}
	if (mm_kernel_finish(kernel, &error)) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(1);
	}
}

static struct mm_kernel *load(const char *name, const char *build)
{
	struct mm_error error = { .offset = -1 };
	struct mm_kernel *kernel = NULL;
	const struct asset *asset;
	char path[64];

	snprintf(path, sizeof(path), "boards/kernels/%s.json", name);
	asset = asset_find(path);
	if (!asset || decode_kernel((const char *)asset->data, asset->size, path, &kernel, &error)) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(1);
	}
	if (build)
		rebuild(kernel, build, path);
	return kernel;
}

static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h;
}
#define HASH_START	UINT64_C(0xcbf29ce484222325)

/* ------------------------------------------------------------ what one boot says */

struct lines {
	char **line;
	size_t nr;
};

static void add(struct lines *lines, const char *text)
{
	if (lines->nr == MAX_LINES)
		return;
	lines->line = realloc(lines->line, (lines->nr + 1) * sizeof(*lines->line));
	lines->line[lines->nr++] = strdup(text);
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		free(lines->line[i]);
	free(lines->line);
	*lines = (struct lines){ 0 };
}

static int to_bytes(void *ctx, const char *text, size_t len)
{
	bytes_add(ctx, text, len);
	return 0;
}

/* The log's own lines as they are; the many of memblock=debug as one. */
static void add_log(const struct mm *mm, struct lines *lines)
{
	struct bytes log = { 0 };
	uint64_t h = HASH_START;
	size_t nr = 0;
	char text[80];

	mm_report(mm, "log", to_bytes, &log);
	for (char *line = strtok(log.data, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line + strspn(line, " _"), "memblock_", 9)) {
			add(lines, line);
			continue;
		}
		h = hash(h, line, strlen(line));
		nr++;
	}
	snprintf(text, sizeof(text), "memblock: %zu lines %08x", nr, (unsigned)(h ^ h >> 32));
	add(lines, text);
	bytes_deinit(&log);
}

static void add_report(const struct mm *mm, const char *name, struct lines *lines)
{
	struct bytes report = { 0 };
	uint64_t h;
	char text[80];

	mm_report(mm, name, to_bytes, &report);
	h = hash(HASH_START, report.data, report.len);
	snprintf(text, sizeof(text), "%s: %zu bytes %08x", name, report.len, (unsigned)(h ^ h >> 32));
	add(lines, text);
	bytes_deinit(&report);
}

static uint64_t hash_value(uint64_t h, enum mm_type type, union mm_value value)
{
	if (type == MM_STR)
		return hash(h, value.s, strlen(value.s) + 1);
	if (type == MM_LIST || type == MM_RUNS)
		return value.list->nr ? hash(h, value.list->v, value.list->nr * sizeof(*value.list->v)) : h;
	return hash(h, &value.u, sizeof(value.u));
}

/* The ledger says why in words that may change; who owns what may not. */
static size_t columns_of(enum mm_table_id table)
{
	return table == MM_LEDGER ? 3 : mm_table_def(table)->nr_columns;
}

static void add_tables(const struct mm *mm, struct lines *lines)
{
	struct mm_state *state;

	if (mm_state_at(mm, mm_nr_events(mm) - 1, &state))
		return;
	for (int t = 0; t < MM_NR_TABLES; t++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)t);
		size_t nr = mm_state_nr_rows(state, (enum mm_table_id)t);
		uint64_t h = HASH_START;
		char text[96];

		for (size_t i = 0; i < nr; i++)
			for (size_t c = 0; c < columns_of((enum mm_table_id)t); c++)
				h = hash_value(h, def->columns[c].type, mm_state_row(state, (enum mm_table_id)t, i)[c]);
		snprintf(text, sizeof(text), "table %s: %zu rows %08x", def->name, nr, (unsigned)(h ^ h >> 32));
		add(lines, text);
	}
	mm_state_free(state);
}

static uint64_t hash_facts(uint64_t h, const struct mm_fact *fact, size_t nr)
{
	for (size_t i = 0; i < nr; i++, fact++)
		h = hash_value(hash(h, fact->name, strlen(fact->name) + 1), fact->type, fact->value);
	return h;
}

/* Of a problem, or of what costs memory silently: with all that is said of its cause. */
static bool has_cause(const struct mm_event *e)
{
	for (size_t i = 0; i < e->nr_why; i++)
		if (!strcmp(e->why[i].name, "rule"))
			return true;
	return e->kind == MM_PROBLEM;
}

static uint64_t hash_event(uint64_t h, const struct mm_event *e)
{
	h = hash_facts(hash_facts(hash(h, e->fn, strlen(e->fn) + 1), e->args, e->nr_args), e->why, e->nr_why);
	for (size_t i = 0; i < e->nr_splices; i++) {
		const struct mm_splice *s = &e->splices[i];
		const uint64_t where[] = { s->table, s->at, s->nr_del, s->nr_ins };

		h = hash(h, where, sizeof(where));
	}
	return h;
}

static void add_events(const struct mm *mm, struct lines *lines)
{
	uint64_t problems = HASH_START, all = HASH_START;
	size_t nr_problems = 0, nr = mm_nr_events(mm);
	char text[96];

	for (size_t i = 0; i < nr; i++) {
		const struct mm_event *e = mm_event(mm, i);

		all = hash_event(all, e);
		if (has_cause(e)) {
			problems = hash_facts(hash_facts(hash(problems, e->fn, strlen(e->fn) + 1), e->args, e->nr_args), e->why, e->nr_why);
			nr_problems++;
		}
	}
	snprintf(text, sizeof(text), "problems: %zu, bytes %08x", nr_problems, (unsigned)(problems ^ problems >> 32));
	add(lines, text);
	snprintf(text, sizeof(text), "events: %zu, bytes %08x", nr, (unsigned)(all ^ all >> 32));
	add(lines, text);
}

static const char *const reports[] = {
	"zoneinfo", "buddyinfo", "pagetypeinfo", "unusable_index", "extfrag_index", "iomem", "meminfo", "memblock",
};

static void boot(const struct variant *v, const struct mm_kernel *kernel, struct lines *lines)
{
	const struct mm_ram bank = { strcmp(v->board, VIRT) ? 0 : 0x40000000, v->memory, -1, true };
	struct mm_board board = { .cmdline = v->cmdline, .ram = v->memory ? &bank : NULL, .nr_ram = v->memory ? 1 : 0, .ops = v->ops };
	struct mm_error error;
	const struct asset *dtb;
	struct mm *mm;
	char path[64];

	snprintf(path, sizeof(path), "boards/%s.dtb", v->board);
	dtb = asset_find(path);
	if (!dtb)
		exit(1);
	board.dtb = dtb->data;
	board.dtb_size = dtb->size;
	if (mm_boot(&board, kernel, &mm, &error)) {
		add(lines, error.text);
		return;
	}
	add(lines, mm_panicked(mm) ? "dies" : "lives");
	if (v->ops)
		add_report(mm, "log", lines);
	else
		add_log(mm, lines);
	add_events(mm, lines);
	for (size_t i = 0; i < COUNT(reports); i++)
		add_report(mm, reports[i], lines);
	add_tables(mm, lines);
	mm_free(mm);
}

/* A line that has another in its place whenever it is gone. */
static bool is_hash(const char *line)
{
	return !strncmp(line, "table ", 6) || !strncmp(line, "memblock: ", 10) || strstr(line, " bytes ");
}

static void print_changes(const struct lines *base, const struct lines *now, struct bytes *out)
{
	bool *gone = calloc(base->nr + 1, sizeof(*gone)), *new = calloc(now->nr + 1, sizeof(*new));
	size_t i = 0, k = 0;

	diff((const char *const *)base->line, base->nr, (const char *const *)now->line, now->nr, gone, new);
	while (i < base->nr || k < now->nr) {
		if (i < base->nr && gone[i] && is_hash(base->line[i]))
			i++;
		else if (i < base->nr && gone[i])
			bytes_printf(out, "-%s\n", base->line[i++]);
		else if (k < now->nr && new[k])
			bytes_printf(out, "+%s\n", now->line[k++]);
		else
			i++, k++;
	}
	free(gone);
	free(new);
}

static const char *name_of(const char *text)
{
	static const struct { const char *text, *name; } names[] = {
		{ BY_LOT, " [by lot]" }, { TO_THE_END, " [to the end]" }, { AND_OTHERS, " [and others]" }, { BY_NODE, " [by node]" },
		{ CHECKING, " (built to check)" }, { LARGE, " (built large)" }, { SMALL, " (built small)" }, { TINY, " (built tiny)" },
		{ NARROW, " (built narrow)" },
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i].text, text))
			return names[i].name;
	return " [operations]";
}

/* All of one kernel's boots. */
static void tell(const char *name, enum part part, struct bytes *out)
{
	struct mm_kernel *own = load(name, NULL);
	struct lines base = { 0 };

	for (size_t i = 0; i < COUNT(variants); i++) {
		const struct variant *v = &variants[i];
		struct lines now = { 0 }, none = { 0 };
		struct mm_kernel *kernel;

		if ((part == BOOTS && v->ops) || (part == OPS && !v->ops))
			continue;
		kernel = v->build ? load(name, v->build) : own;
		boot(v, kernel, &now);
		if (kernel != own)
			mm_kernel_free(kernel);
		bytes_printf(out, "== %s %s", name, v->board);
		if (v->memory)
			bytes_printf(out, " %lluM", (unsigned long long)(v->memory >> 20));
		bytes_printf(out, " %s%s%s\n", v->cmdline, v->build ? name_of(v->build) : "", v->ops ? name_of(v->ops) : "");
		if (!i || strcmp(v->board, variants[i - 1].board)) {
			lines_free(&base);
			print_changes(&none, &now, out);
			base = now;
			continue;
		}
		print_changes(v->ops ? &none : &base, &now, out);
		lines_free(&now);
	}
	lines_free(&base);
	mm_kernel_free(own);
}

/* ------------------------------------------------------------------ as it was kept */

static char *path_of_golden(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/tests/golden/variants.txt", getenv("SRCDIR") ? getenv("SRCDIR") : ".");
	return path;
}

static void read_golden(struct bytes *text)
{
	FILE *file = fopen(path_of_golden(), "r");
	char part[65536];
	size_t n;

	while (file && (n = fread(part, 1, sizeof(part), file)) > 0)
		bytes_add(text, part, n);
	if (file)
		fclose(file);
}

/* Of the sections, each below its "== " line, those of @part: operations have a name in brackets. */
static void take_part(const char *text, enum part part, struct bytes *out)
{
	const char *next;

	for (; *text; text = next) {
		size_t header = strcspn(text, "\n");

		next = strstr(text + 1, "\n== ");
		next = next ? next + 1 : text + strlen(text);
		if (part == ALL || (part == OPS) == (text[header - 1] == ']'))
			bytes_add(out, text, (size_t)(next - text));
	}
}

static int keep(void)
{
	struct bytes out = { 0 };
	FILE *file = fopen(path_of_golden(), "w");

	for (size_t k = 0; k < COUNT(kernels); k++)
		tell(kernels[k], ALL, &out);
	if (!file || fwrite(out.data, 1, out.len, file) != out.len || fclose(file)) {
		perror(path_of_golden());
		return 1;
	}
	bytes_deinit(&out);
	return 0;
}

/* The first few lines that differ, below the boot that they belong to. */
static bool matches(const char *kept, const char *now, size_t len)
{
	const char *header = now, *a = kept, *b = now, *end = now + len;
	int shown = 0;

	if (!strncmp(kept, now, len))
		return true;
	while (b < end && shown < 10) {
		size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");

		if (!strncmp(b, "== ", 3))
			header = b;
		if (la != lb || strncmp(a, b, lb)) {
			printf("# %.*s\n#   was %.*s\n#   is  %.*s\n", (int)strcspn(header, "\n"), header, (int)la, a, (int)lb, b);
			break;
		}
		a += la + (a[la] == '\n');
		b += lb + (b[lb] == '\n');
	}
	return false;
}

int main(int argc, char **argv)
{
	struct bytes all = { 0 }, kept = { 0 };
	const char *at, *option = argc == 2 ? argv[1] : "";
	enum part part = !strcmp(option, "--boots") ? BOOTS : !strcmp(option, "--ops") ? OPS : ALL;
	bool failed = false;

	if (!strcmp(option, "--keep"))
		return keep();
	read_golden(&all);
	take_part(all.len ? bytes_text(&all) : "", part, &kept);
	at = kept.len ? bytes_text(&kept) : "";
	printf("1..%zu\n", COUNT(kernels));
	for (size_t k = 0; k < COUNT(kernels) && (part == ALL || !failed); k++) {
		struct bytes now = { 0 };
		char start[64];
		bool good;

		tell(kernels[k], part, &now);
		if (!strcmp(option, "--print"))
			printf("%s", bytes_text(&now));
		snprintf(start, sizeof(start), "== %s ", kernels[k]);
		at = strstr(at, start);
		if (!at)
			at = "";
		good = matches(at, bytes_text(&now), now.len);
		failed |= !good;
		printf("%sok %zu - %s: what each parameter changes is what was kept\n", good ? "" : "not ", k + 1, kernels[k]);
		bytes_deinit(&now);
	}
	bytes_deinit(&kept);
	bytes_deinit(&all);
	return failed;
}
