// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct kernel_fact {
	char *name;		/* "section/key"; NULL: empty slot */
	char *text;		/* NULL: a number */
	uint64_t number;
};

struct mm_kernel *mm_kernel_new(void)
{
	return calloc(1, sizeof(struct mm_kernel));
}

void mm_kernel_free(struct mm_kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < kernel->cap_facts && !kernel->facts_are_borrowed; i++) {
		free(kernel->facts[i].name);
		free(kernel->facts[i].text);
	}
	if (!kernel->facts_are_borrowed)
		free(kernel->facts);
	free(kernel);
}

/* FNV-1a over "section/key". */
static uint64_t hash_name(const char *section, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *p = section; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	h = (h ^ '/') * UINT64_C(0x100000001b3);
	for (const char *p = key; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return h;
}

static bool is_named(const struct kernel_fact *fact, const char *section, const char *key)
{
	size_t len = strlen(section);

	return !strncmp(fact->name, section, len) && fact->name[len] == '/' && !strcmp(fact->name + len + 1, key);
}

/* The slot that holds the fact, or the empty one where it belongs. */
static struct kernel_fact *slot(const struct mm_kernel *kernel, const char *section, const char *key)
{
	size_t i = hash_name(section, key) & (kernel->cap_facts - 1);

	while (kernel->facts[i].name && !is_named(&kernel->facts[i], section, key))
		i = (i + 1) & (kernel->cap_facts - 1);
	return &kernel->facts[i];
}

static int grow(struct mm_kernel *kernel)
{
	struct mm_kernel bigger = { .cap_facts = kernel->cap_facts ? 2 * kernel->cap_facts : 1024 };

	bigger.facts = calloc(bigger.cap_facts, sizeof(*bigger.facts));
	if (!bigger.facts)
		return -ENOMEM;
	for (size_t i = 0; i < kernel->cap_facts; i++) {
		struct kernel_fact *fact = &kernel->facts[i];
		char *slash;

		if (!fact->name)
			continue;
		slash = strchr(fact->name, '/');
		*slash = '\0';
		struct kernel_fact *to = slot(&bigger, fact->name, slash + 1);
		*slash = '/';
		*to = *fact;
	}
	free(kernel->facts);
	kernel->facts = bigger.facts;
	kernel->cap_facts = bigger.cap_facts;
	return 0;
}

static int set(struct mm_kernel *kernel, const char *section, const char *key, uint64_t number, const char *text)
{
	struct kernel_fact *fact, with = { .number = number };
	size_t len = strlen(section) + strlen(key) + 2;

	if (kernel->nr_facts >= MM_KERNEL_MAX_FACTS)
		return -E2BIG;
	if (2 * (kernel->nr_facts + 1) > kernel->cap_facts && grow(kernel))
		return -ENOMEM;
	with.name = malloc(len);
	with.text = text ? strdup(text) : NULL;
	if (!with.name || (text && !with.text)) {
		free(with.name);
		free(with.text);
		return -ENOMEM;
	}
	snprintf(with.name, len, "%s/%s", section, key);
	fact = slot(kernel, section, key);
	kernel->nr_facts += !fact->name;
	free(fact->name);
	free(fact->text);
	*fact = with;
	return 0;
}

int mm_kernel_set_number(struct mm_kernel *kernel, const char *section, const char *key, uint64_t value)
{
	return set(kernel, section, key, value, NULL);
}

int mm_kernel_set_text(struct mm_kernel *kernel, const char *section, const char *key, const char *value)
{
	return set(kernel, section, key, 0, value);
}

static const struct kernel_fact *find(const struct mm_kernel *kernel, const char *section, const char *key)
{
	const struct kernel_fact *fact;

	if (!kernel->cap_facts)
		return NULL;
	fact = slot(kernel, section, key);
	return fact->name ? fact : NULL;
}

const char *kernel_text(const struct mm_kernel *kernel, const char *section, const char *key)
{
	const struct kernel_fact *fact = find(kernel, section, key);

	return fact ? fact->text : NULL;
}

bool kernel_number(const struct mm_kernel *kernel, const char *section, const char *key, uint64_t *ret)
{
	const struct kernel_fact *fact = find(kernel, section, key);

	if (!fact || fact->text)
		return false;
	*ret = fact->number;
	return true;
}

bool kernel_has_config(const struct mm_kernel *kernel, const char *key)
{
	const struct kernel_fact *fact = find(kernel, "config", key);

	return fact && (fact->text || fact->number);
}

static uint64_t number_or(const struct mm_kernel *kernel, const char *section, const char *key, uint64_t fallback)
{
	uint64_t value;

	return kernel_number(kernel, section, key, &value) ? value : fallback;
}

uint64_t kernel_config(const struct mm_kernel *kernel, const char *key)
{
	return number_or(kernel, "config", key, 0);
}

const char *kernel_config_text(const struct mm_kernel *kernel, const char *key)
{
	const char *text = kernel_text(kernel, "config", key);

	return text ? text : "";
}

uint64_t kernel_symbol(const struct mm_kernel *kernel, const char *name)
{
	return number_or(kernel, "symbols", name, 0);
}

bool kernel_has_symbol(const struct mm_kernel *kernel, const char *name)
{
	return find(kernel, "symbols", name);
}

uint64_t kernel_sizeof(const struct mm_kernel *kernel, const char *name)
{
	return number_or(kernel, "structs", name, 0);
}

bool kernel_has_struct(const struct mm_kernel *kernel, const char *name)
{
	return find(kernel, "structs", name);
}

int64_t kernel_enum(const struct mm_kernel *kernel, const char *which, const char *name, int64_t fallback)
{
	char section[64];

	snprintf(section, sizeof(section), "enums.%s", which);
	return (int64_t)number_or(kernel, section, name, (uint64_t)fallback);
}

const char *kernel_caller(const struct mm_kernel *kernel, struct arena *arena, const char *site)
{
	const char *printed = kernel_text(kernel, "callers", site), *slash = strchr(site, '/');

	if (printed)
		return printed;
	return slash ? arena_strndup(arena, site, (size_t)(slash - site)) : site;
}

/* Parameter names treat '-' and '_' alike. */
static char dash(char c)
{
	return c == '-' ? '_' : c;
}

static bool same_word(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (dash(a[i]) != dash(b[i]))
			return false;
	return true;
}

/*
 * A list of words as the image has them: "name=" has a value, "name*" is the beginning of a word, a mere "name" has a value or none.
 * False: there are no more.
 */
struct listed {
	const char *name;
	size_t len;
	char form;		/* '=', '*' or 0 */
};

static bool next_listed(const char **at, struct listed *word)
{
	size_t n = *at ? strcspn(*at, " ") : 0;

	if (!n)
		return false;
	*word = (struct listed){ *at, n, 0 };
	if (n > 1 && strchr("=*", (*at)[n - 1]))
		word->form = (*at)[--word->len];
	*at += n + ((*at)[n] == ' ');
	return true;
}

static bool among(const struct mm_kernel *kernel, const char *list, const char *name, size_t len)
{
	const char *at = kernel_text(kernel, "params", list);

	for (struct listed word; next_listed(&at, &word);)
		if (word.len == len && same_word(word.name, name, len))
			return true;
	return false;
}

/* Where the profile lists every known word, any other is unknown. */
static bool is_complete(const struct mm_kernel *kernel)
{
	uint64_t complete;

	return kernel_number(kernel, "params", "complete", &complete) && complete;
}

bool kernel_param_unknown(const struct mm_kernel *kernel, const char *name, size_t len)
{
	return is_complete(kernel) ? !among(kernel, "known", name, len) : among(kernel, "unknown", name, len);
}

bool kernel_word_unknown(const struct mm_kernel *kernel, const char *word)
{
	const char *at = kernel_text(kernel, "params", "known");
	size_t len = strcspn(word, "=");

	if (!is_complete(kernel))
		return among(kernel, "unknown", word, len);
	for (struct listed known; next_listed(&at, &known);) {
		if (known.len > len || !same_word(known.name, word, known.len))
			continue;
		if (known.form == '*' || (known.len == len && (!known.form || word[len])))
			return false;
	}
	return true;
}

const char *mm_kernel_name(const struct mm_kernel *kernel)
{
	return kernel->name;
}

const char *mm_kernel_version(const struct mm_kernel *kernel)
{
	return kernel->version;
}

uint64_t mm_kernel_page_size(const struct mm_kernel *kernel)
{
	return kernel->page_size;
}

const char *mm_kernel_sequence(const struct mm_kernel *kernel)
{
	return kernel->series;
}

static int missing(const struct mm_kernel *kernel, struct mm_error *error, const char *section, const char *key)
{
	snprintf(error->where, sizeof(error->where), "profile %s", kernel->name ? kernel->name : "?");
	snprintf(error->node, sizeof(error->node), "%s%s%s", section, *section ? "." : "", key);
	snprintf(error->text, sizeof(error->text), "the kernel profile has no usable %s", error->node);
	return -EINVAL;
}

/* Kconfig names: FORCE_MAX_ZONEORDER up to 6.0, then ARCH_FORCE_MAX_ORDER; both
 * counted orders (exclusive) before 6.4. */
static unsigned max_order(const struct mm_kernel *kernel)
{
	uint64_t order = number_or(kernel, "config", "ARCH_FORCE_MAX_ORDER",
				   number_or(kernel, "config", "FORCE_MAX_ZONEORDER",
					     kernel->rules->max_order_exclusive ? 11 : 10));

	return (unsigned)(kernel->rules->max_order_exclusive ? order - 1 : order);
}

/* pageblock_order: the huge page order where there are huge pages. */
static unsigned pageblock_order(const struct mm_kernel *kernel)
{
	unsigned huge = kernel->page_shift - 3;

	if (kernel_has_config(kernel, "HUGETLB_PAGE") ||
	    (kernel->rules->thp_sets_pageblock && kernel_has_config(kernel, "TRANSPARENT_HUGEPAGE")))
		return (unsigned)min_u64(huge, kernel->max_order);
	return kernel->max_order;
}

/* Of these the architecture derives its part first: sizes of pages and sections. */
static void derive(struct mm_kernel *kernel)
{
	const struct rules *rules = kernel->rules;
	uint64_t cma_order;

	kernel->page_size = UINT64_C(1) << kernel->page_shift;
	kernel->max_order = max_order(kernel);
	kernel->pageblock_order = pageblock_order(kernel);
	kernel->pageblock_nr_pages = UINT64_C(1) << kernel->pageblock_order;
	kernel->pages_per_section = UINT64_C(1) << (kernel->section_size_bits - kernel->page_shift);
	kernel->numa = kernel_has_config(kernel, "NUMA");
	kernel->max_numnodes = kernel->numa ? 1 << number_or(kernel, "config", "NODES_SHIFT", 0) : 1;
	kernel->no_node = rules->reserve_no_node_is_minus1 ? NUMA_NO_NODE : kernel->max_numnodes;
	cma_order = rules->cma_align_max_order ? max_u64(kernel->max_order, kernel->pageblock_order)
					       : kernel->pageblock_order;
	kernel->cma_min_alignment_bytes = kernel->page_size << cma_order;
	kernel->zone_dma = kernel_has_config(kernel, "ZONE_DMA");
	kernel->zone_dma32 = kernel_has_config(kernel, "ZONE_DMA32");
	kernel->zone_device = kernel_has_config(kernel, "ZONE_DEVICE");
	kernel->nr_zones = 2U + kernel->zone_dma + kernel->zone_dma32 + kernel->zone_device;
}

/* What every sequence reads without asking first. */
static const char *const required_symbols[] = {
	"_stext", "_etext", "__init_begin", "__init_end", "_sdata", "_edata", "__bss_start", "__bss_stop",
	"_end", "__per_cpu_start", "__per_cpu_end",
};
/* Of every release and build: things are counted by dividing by them. */
static const char *const required_structs[] = {
	"alias_prop", "device_node", "hlist_bl_head", "hlist_head", "kmem_cache", "list_head", "mem_section", "memblock_region",
	"mm_struct", "page", "pcpu_alloc_info", "pcpu_chunk", "pcpu_group_info", "pglist_data", "property", "reserved_mem",
	"resource", "vmap_area",
};

/* Options that are shifted by, multiplied or allocated by: what Kconfig allows, or somewhat more. */
static const struct {
	const char *key;
	uint64_t min, max;
} option_limits[] = {
	{ "NODES_SHIFT", 0, 10 }, { "NR_CPUS", 1, 8192 }, { "PGTABLE_LEVELS", 2, 5 },
	{ "ARCH_FORCE_MAX_ORDER", 1, 17 }, { "FORCE_MAX_ZONEORDER", 1, 17 },
	{ "LOG_BUF_SHIFT", 12, 25 }, { "LOG_CPU_MAX_BUF_SHIFT", 0, 21 },
	{ "CMA_AREAS", 0, 256 }, { "CMA_SIZE_MBYTES", 0, 1 << 20 }, { "CMA_SIZE_PERCENTAGE", 0, 100 },
	{ "ARCH_MMAP_RND_BITS", 0, 48 }, { "INIT_ENV_ARG_LIMIT", 1, 1024 }, { "CONSOLE_LOGLEVEL_DEFAULT", 1, 15 },
	{ "KFENCE_NUM_OBJECTS", 1, 65535 }, { "KFENCE_SAMPLE_INTERVAL", 0, UINT32_MAX },
	{ "STACK_HASH_ORDER", 12, 24 },
};

/* Before anything is derived from them. */
static int check_options(const struct mm_kernel *kernel, struct mm_error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_limits); i++) {
		uint64_t value;

		if (kernel_number(kernel, "config", option_limits[i].key, &value) &&
		    (value < option_limits[i].min || value > option_limits[i].max))
			return missing(kernel, error, "config", option_limits[i].key);
	}
	return 0;
}

/* No struct of a kernel is larger, and so no sum of a few sizes overflows. */
#define MAX_STRUCT	MIB(16)
#define MAX_SYMBOL	GIB(1)
/* Enumerators and array lengths index and size arrays: flags of memblock are the largest, kmalloc's types the most. */
#define MAX_ENUMERATOR	128
#define MAX_KMALLOC	23	/* KMALLOC_MAX_TYPES - 1 */

static int check_facts(const struct mm_kernel *kernel, struct mm_error *error)
{
	for (size_t i = 0; i < kernel->cap_facts; i++) {
		const struct kernel_fact *fact = &kernel->facts[i];

		if (!fact->name || fact->text)
			continue;
		if (has_prefix(fact->name, "structs/") && fact->number >= MAX_STRUCT)
			return missing(kernel, error, "structs", fact->name + 8);
		if (has_prefix(fact->name, "enums.") && fact->number > MAX_ENUMERATOR)
			return missing(kernel, error, "enums", fact->name + 6);
		if (has_prefix(fact->name, "enums.kmalloc_cache_type/") && fact->number > MAX_KMALLOC)
			return missing(kernel, error, "enums", fact->name + 6);
		if (has_prefix(fact->name, "symbols/") && fact->number >= MAX_SYMBOL)
			return missing(kernel, error, "symbols", fact->name + 8);
	}
	return 0;
}

static int check_ranges(const struct mm_kernel *kernel, struct mm_error *error)
{
	if (kernel->max_order < 1 || kernel->max_order > 16)
		return missing(kernel, error, "config", "ARCH_FORCE_MAX_ORDER");
	if (kernel->nr_cpus < 1 || kernel->nr_cpus > 8192)
		return missing(kernel, error, "config", "NR_CPUS");
	if (kernel->max_numnodes > 1024)
		return missing(kernel, error, "config", "NODES_SHIFT");
	for (size_t i = 0; i < ARRAY_SIZE(required_structs); i++)
		if (kernel_sizeof(kernel, required_structs[i]) - 1 >= MIB(16))
			return missing(kernel, error, "structs", required_structs[i]);
	/* The caches of DMA are others than those of NORMAL, number 0. */
	if (kernel->zone_dma && kernel_enum(kernel, "kmalloc_cache_type", "KMALLOC_DMA", 1) < 1)
		return missing(kernel, error, "enums", "kmalloc_cache_type/KMALLOC_DMA");
	if (kernel_enum(kernel, "kmalloc_cache_type", "NR_KMALLOC_TYPES", 2) < 1 + kernel->zone_dma)
		return missing(kernel, error, "enums", "kmalloc_cache_type/NR_KMALLOC_TYPES");
	/* Roots of sections are counted in pages. */
	if (kernel_sizeof(kernel, "mem_section") > kernel->page_size)
		return missing(kernel, error, "structs", "mem_section");
	/* SLOB keeps nothing per node. */
	if (!kernel_has_config(kernel, "SLOB") && kernel_sizeof(kernel, "kmem_cache_node") - 1 >= MIB(16))
		return missing(kernel, error, "structs", "kmem_cache_node");
	for (size_t i = 0; i < ARRAY_SIZE(required_symbols); i++)
		if (kernel_symbol(kernel, required_symbols[i]) - 1 >= GIB(1))
			return missing(kernel, error, "symbols", required_symbols[i]);
	return 0;
}

/* "6.12", and the boot allocator where a build of that age could choose. */
static void name_series(struct mm_kernel *kernel)
{
	snprintf(kernel->series, sizeof(kernel->series), "%u.%u%s", RELEASE_VERSION(kernel->release),
		 RELEASE_PATCHLEVEL(kernel->release), kernel->rules->bootmem ? "-bootmem" : "");
}

void kernel_set_release(struct mm_kernel *kernel, release_t release)
{
	const char *name = kernel_text(kernel, "", "arch");
	const struct arch *arch = name ? arch_find(name) : NULL;

	kernel->arch = arch ? arch : arch_first();
	kernel->release = release;
	rules_of(&kernel->own_rules, kernel);
	kernel->rules = &kernel->own_rules;
	arch_kernel_rules(kernel);
	name_series(kernel);
}

/* Another major version than those around the history. */
static bool is_far_outside(release_t release)
{
	return RELEASE_VERSION(release) < RELEASE_VERSION(HISTORY_BEGINS) ||
	       RELEASE_VERSION(release) > RELEASE_VERSION(HISTORY_ENDS) + 1;
}

enum mm_kernel_known mm_kernel_known(const struct mm_kernel *kernel)
{
	if (kernel->release < HISTORY_BEGINS || kernel->release >= HISTORY_ENDS)
		return MM_KERNEL_OUTSIDE;
	return release_recorded(kernel->release) ? MM_KERNEL_RECORDED : MM_KERNEL_UNRECORDED;
}

const char *mm_kernel_recorded(const struct mm_kernel *kernel)
{
	return release_recorded(kernel->release);
}

static int check_arch(const struct mm_kernel *kernel, struct mm_error *error)
{
	const char *name = kernel_text(kernel, "", "arch");

	if (!name || arch_find(name))
		return 0;
	missing(kernel, error, "", "arch");
	snprintf(error->text, sizeof(error->text), "the kernel profile is for %.32s; mmscope knows %s only", name, arch_first()->name);
	return -EINVAL;
}

int mm_kernel_finish(struct mm_kernel *kernel, struct mm_error *error)
{
	struct fact_name unusable;
	release_t release;

	kernel->name = kernel_text(kernel, "", "name");
	kernel->version = kernel_text(kernel, "", "version");
	error->offset = -1;
	if (!kernel->name)
		return missing(kernel, error, "", "name");
	release = kernel->version ? release_parse(kernel->version) : 0;
	if (!release)
		return missing(kernel, error, "", "version");
	if (is_far_outside(release) && !number_or(kernel, "", "force", 0)) {
		missing(kernel, error, "", "version");
		snprintf(error->text, sizeof(error->text),
			 "Linux %.32s is far from what is known, %s to %s: it would boot as another release",
			 kernel->version, mm_history_begins(), mm_history_ends());
		snprintf(error->option, sizeof(error->option), "force");
		return -EINVAL;
	}
	kernel_set_release(kernel, release);
	if (check_arch(kernel, error) || check_options(kernel, error) || check_facts(kernel, error))
		return -EINVAL;
	kernel->nr_cpus = (unsigned)number_or(kernel, "config", "NR_CPUS", 1);
	if (arch_kernel_derive(kernel, &unusable))
		return missing(kernel, error, unusable.section, unusable.key);
	derive(kernel);
	return check_ranges(kernel, error);
}

int mm_kernel_without(const struct mm_kernel *kernel, const struct mm_kernel *against, const char *rule, struct mm_kernel **ret)
{
	struct mm_kernel *without = malloc(sizeof(*without));
	struct mm_error error = { .offset = -1 };
	struct fact_name unusable;
	int err = -ENOENT;

	if (!without)
		return -ENOMEM;
	*without = *kernel;
	without->facts_are_borrowed = true;
	without->rules = &without->own_rules;
	if (changes_take(rules_history, nr_rules_history, rule, &without->own_rules, &against->own_rules) ||
	    arch_take_rule(without, against, rule)) {
		err = arch_kernel_derive(without, &unusable);
		if (!err) {
			derive(without);
			err = check_ranges(without, &error);
		}
	}
	if (err)
		mm_kernel_free(without);
	else
		*ret = without;
	return err;
}
