// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/decode_logged.h"

#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger than the distance between any two releases: a profile with another page size has hardly a number to lend. */
#define OTHER_PAGES	100000

static bool series_of(const char *version, long *series)
{
	unsigned int major, minor;

	if (!version || sscanf(version, "%3u.%3u", &major, &minor) < 2)
		return false;
	/* 5.0 came after 4.20, 6.0 after 5.19. */
	*series = (long)major * 20 + (long)minor;
	return true;
}

static uint64_t page_bytes_of(json_t *profile)
{
	json_t *config = json_object_get(profile, "config");

	if (json_is_true(json_object_get(config, "ARM64_64K_PAGES")))
		return 65536;
	return json_is_true(json_object_get(config, "ARM64_16K_PAGES")) ? 16384 : 4096;
}

long profile_distance(const char *json, size_t len, const char *release, uint64_t page_bytes)
{
	json_t *profile = decode_load(json, len, 0, NULL);
	long mine, theirs, distance = !profile && errno == ENOMEM ? -ENOMEM : -EBADMSG;

	if (json_object_get(profile, "structs") && series_of(json_string_value(json_object_get(profile, "version")), &mine) &&
	    series_of(release, &theirs))
		distance = labs(mine - theirs) + (page_bytes_of(profile) == page_bytes ? 0 : OTHER_PAGES);
	json_decref(profile);
	return distance;
}

/* ------------------------------------------------------------------ what the log tells */

/* "6.6.63-v8-16k" -> "6.6.63" */
static json_t *version_of(const char *release)
{
	unsigned int major = 0, minor = 0, point = 0;

	sscanf(release, "%3u.%3u.%5u", &major, &minor, &point);
	return json_sprintf("%u.%u.%u", major, minor, point);
}

/* Sets an option that the log shows to be on ('y') or off ('n'). */
static void set_option(json_t *config, const char *name, char shown)
{
	if (shown == 'y')
		json_object_set_new(config, name, json_true());
	if (shown == 'n')
		json_object_del(config, name);
}

static void set_config(json_t *config, const struct dmesg *log)
{
	const struct dmesg_build *build = &log->build;
	bool asked = log->value[DMESG_CMDLINE] && strstr(log->value[DMESG_CMDLINE], "cma=");

	if (build->has_cma_mbytes && !asked)
		json_object_set_new(config, "CMA_SIZE_MBYTES", json_integer((json_int_t)build->cma_mbytes));
	/* The kernel prints nodes before zones. */
	if ((build->complete || (build->zone_device && log->line[DMESG_RELEASE])) && !build->numa)
		set_option(config, "NUMA", 'n');
	if (build->shows_debug)
		json_object_set_new(config, "CONSOLE_LOGLEVEL_DEFAULT", json_integer(15));
	if (build->all_pages_ready)
		json_object_del(config, "DEFERRED_STRUCT_PAGE_INIT");
	set_option(config, "INIT_ON_ALLOC_DEFAULT_ON", build->alloc_init);
	set_option(config, "INIT_STACK_ALL_ZERO", build->stack_init);
	set_option(config, "ZONE_DEVICE", build->zone_device);
}

/* ----------------------------------------------------------------- how large the image is */

/* A part of an image as the profile has it, and where it lies once everything in front of it is as large as the log says. */
struct part {
	const char *first, *last;	/* symbols */
	const char *after;		/* symbol of the last object before the next part; NULL: none */
	uint64_t pages;			/* whole pages that begin at that symbol */
	uint64_t start, end;		/* the profile's */
	uint64_t tail;			/* the profile's: where the last object before the next part ends; 0: unknown */
	uint64_t page_bytes;
	uint64_t kbytes;		/* the log's */
	uint64_t moved;			/* distance in bytes, modulo 2^64 */
};

/* The linker starts a segment on a multiple of this, arch/arm64/include/asm/memory.h (6.12): SEGMENT_ALIGN. */
#define SEGMENT_ALIGN	0x10000u

static uint64_t symbol_of(json_t *symbols, const char *name)
{
	const char *text = json_string_value(json_object_get(symbols, name));

	return text ? strtoull(text, NULL, 16) : 0;
}

/* The largest power of two, up to SEGMENT_ALIGN, that divides @address. */
static uint64_t alignment_of(uint64_t address)
{
	uint64_t lowest = address & -address;

	return lowest && lowest < SEGMENT_ALIGN ? lowest : SEGMENT_ALIGN;
}

/* The line gives kilobytes, rounded down; the remainder is taken from the profile. */
static uint64_t end_of(const struct part *part)
{
	return part->start + part->moved + (part->kbytes << 10) + ((part->end - part->start) & 1023);
}

static uint64_t round_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & -align;
}

/* Where the tail lies once the part is as large as the log says.  What follows a part is whole pages. */
static uint64_t moved_tail(const struct part *part)
{
	if (!part->after)
		return end_of(part);
	return part->tail + round_up(end_of(part), part->page_bytes) - round_up(part->end, part->page_bytes);
}

/* By how much everything from @next on moves, which lies after @part. */
static uint64_t moved_after(const struct part *part, uint64_t next)
{
	uint64_t align = alignment_of(next);

	if (round_up(part->tail, align) == next)
		return round_up(moved_tail(part), align) - next;
	/* Where the profile does not tell how much of the gap is padding, the gap keeps its size. */
	return round_up(end_of(part) - part->end, align);
}

static uint64_t moved_at(const struct part *parts, size_t nr, uint64_t address, uint64_t image_end)
{
	for (size_t i = nr; i-- > 0;)
		if (address >= parts[i].start)
			return address < parts[i].end ? parts[i].moved
						       : moved_after(&parts[i], i + 1 < nr ? parts[i + 1].start : image_end);
	return 0;
}

static uint64_t tail_of(json_t *symbols, const struct part *part)
{
	uint64_t at = part->after ? symbol_of(symbols, part->after) : part->end;

	return at < part->end ? 0 : at + part->pages * part->page_bytes;
}

/* False: the profile's image has another layout, or the log does not give the sizes. */
static bool place_parts(json_t *symbols, uint64_t page_bytes, const struct dmesg_build *build, struct part parts[DMESG_NR_PARTS])
{
	/* In the order of an image, arch/arm64/kernel/vmlinux.lds.S (6.12). */
	const struct part order[DMESG_NR_PARTS] = {
		{ "_stext", "_etext", .kbytes = build->image_kbytes[DMESG_CODE] },
		{ "__start_rodata", "__end_rodata", "swapper_pg_dir", 1, .kbytes = build->image_kbytes[DMESG_RODATA] },
		{ "__init_begin", "__init_end", .kbytes = build->image_kbytes[DMESG_INIT] },
		{ "_sdata", "_edata", .kbytes = build->image_kbytes[DMESG_RWDATA] },
		{ "__bss_start", "__bss_stop", "init_pg_end", .kbytes = build->image_kbytes[DMESG_BSS] },
	};

	for (size_t i = 0; i < DMESG_NR_PARTS; i++) {
		parts[i] = order[i];
		parts[i].start = symbol_of(symbols, parts[i].first);
		parts[i].end = symbol_of(symbols, parts[i].last);
		parts[i].page_bytes = page_bytes;
		parts[i].tail = tail_of(symbols, &parts[i]);
		if (!parts[i].kbytes || !parts[i].start || parts[i].end <= parts[i].start || (i && parts[i].start < parts[i - 1].end))
			return false;
		if (i)
			parts[i].moved = moved_after(&parts[i - 1], parts[i].start);
	}
	return true;
}

static bool is_last(const struct part *parts, const char *name, uint64_t *end)
{
	for (size_t i = 0; i < DMESG_NR_PARTS; i++) {
		if (strcmp(parts[i].last, name))
			continue;
		*end = end_of(&parts[i]);
		return true;
	}
	return false;
}

/* Where the image ends decides what is placed after it; where a symbol lies within its part decides nothing. */
static void set_image(json_t *profile, const struct dmesg_build *build)
{
	json_t *symbols = json_object_get(profile, "symbols"), *image = json_object_get(profile, "image"), *value, *moved;
	struct part parts[DMESG_NR_PARTS];
	uint64_t image_end = symbol_of(symbols, "_end");
	const char *name;

	if (!place_parts(symbols, page_bytes_of(profile), build, parts))
		return;
	moved = json_object();
	json_object_foreach(symbols, name, value) {
		uint64_t address = symbol_of(symbols, name), end;

		if (!is_last(parts, name, &end))
			end = address + moved_at(parts, DMESG_NR_PARTS, address, image_end);
		json_object_set_new(moved, name, json_sprintf("0x%llx", (unsigned long long)end));
	}
	json_object_set_new(profile, "symbols", moved);
	if (json_object_get(image, "image_size"))
		json_object_set_new(image, "image_size", json_incref(json_object_get(moved, "_end")));
}

/* Only the difference between the two is ever used. */
static void set_percpu(json_t *symbols, const struct dmesg_build *build)
{
	const char *start = json_string_value(json_object_get(symbols, "__per_cpu_start"));

	if (build->percpu_static && start)
		json_object_set_new(symbols, "__per_cpu_end",
				    json_sprintf("0x%llx", strtoull(start, NULL, 16) + (unsigned long long)build->percpu_static));
}

/* "assumed": what a log cannot tell. */
static void assume(json_t *profile, const char *name, const char *version)
{
	json_t *assumed = json_object_get(profile, "assumed");

	if (!assumed) {
		assumed = json_array();
		json_object_set_new(profile, "assumed", assumed);
	}
	json_array_insert_new(assumed, 0,
			      json_pack("{s:o, s:s}", "what",
					json_sprintf("build: a log shows the sizes of the image's parts and few options; the rest is taken from %s (%s)",
						     name, version),
					"effect", "the size of everything else that boot allocates"));
}

static int write_back(json_t *profile, struct bytes *json)
{
	bytes_clear(json);
	return decode_dump(profile, JSON_INDENT(1) | JSON_ENSURE_ASCII, json);
}

int profile_as_logged(const struct dmesg *log, const char *name, struct bytes *json, struct mm_error *error)
{
	json_t *profile = decode_load(bytes_text(json), json->len, 0, NULL);
	const char *release = log->value[DMESG_RELEASE], *version = json_string_value(json_object_get(profile, "version"));
	unsigned long shortages = decode_shortages();
	char theirs[40];
	int err;

	if (!profile && errno == ENOMEM)
		return fail(error, -ENOMEM, name, "no memory for the kernel's profile");
	if (!version) {
		json_decref(profile);
		return fail(error, -EBADMSG, name, "is not a kernel profile");
	}
	snprintf(theirs, sizeof(theirs), "%s", version);
	assume(profile, name, theirs);
	json_object_set_new(profile, "name", json_string(release));
	json_object_set_new(profile, "version", version_of(release));
	json_object_set_new(profile, "banner", json_sprintf("Linux version %s", release));
	json_object_set_new(profile, "description", json_sprintf("Linux %s as a boot log shows it, on the build of %s", release, name));
	json_object_del(profile, "conformance");
	set_config(json_object_get(profile, "config"), log);
	set_image(profile, &log->build);
	set_percpu(json_object_get(profile, "symbols"), &log->build);
	err = decode_shortages() == shortages ? write_back(profile, json) : -ENOMEM;
	json_decref(profile);
	return err ? fail(error, err, name, "no memory for the kernel's profile") : 0;
}
