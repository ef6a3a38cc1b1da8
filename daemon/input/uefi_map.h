/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uefi_map.h - UEFI's memory map as somebody has it: a log, a list, the raw table.
 *
 *   edk2            the map that a model of edk2 on QEMU's virt machine leaves
 *   a log           of a boot with efi=debug: its "efi:" lines, and with memblock=debug the sizes of tables
 *   a JSON list     [{"type": "Conventional", "base": "0x40000000", "size": "0x4000000", "attribute": "WB"}, ...], or an
 *                   object with that list as "memory_map"
 *   hex:0700...     the raw table of descriptors, 48 or 40 bytes each
 */
#ifndef MMSCOPE_UEFI_MAP_H
#define MMSCOPE_UEFI_MAP_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

#define UEFI_MAP_MAX_BYTES	(1u << 20)
#define UEFI_MAP_MAX_RANGES	4096

struct uefi_map;

/* -EBADMSG with the line, key or byte that cannot be. */
int uefi_map_read(const char *text, size_t len, const char *where, struct uefi_map **ret, struct mm_error *error);
void uefi_map_free(struct uefi_map *map);
/* Lives as long as the map. */
const struct mm_uefi *uefi_map_view(const struct uefi_map *map);

/* What of a log's lines a map is read from, for a request to carry along; nothing if there is no map. */
void uefi_map_excerpt(const char *text, struct bytes *out);

/* For the reader of JSON. */
struct uefi_entry {
	uint64_t base, bytes, attribute;
	uint32_t type;
};
int uefi_map_add(struct uefi_map *map, const struct uefi_entry *entry);
int uefi_map_add_table(struct uefi_map *map, const char *name, size_t len, uint64_t address, uint64_t size);
struct mm_uefi *uefi_map_facts(struct uefi_map *map);
/* "Conventional" or "7", "WB|RUN" or "0x8": false if it is neither. */
bool uefi_type_of(const char *text, size_t len, uint32_t *ret);
bool uefi_attribute_of(const char *text, size_t len, uint64_t *ret);
/* decode_uefi.c */
int decode_uefi(const char *json, size_t len, const char *where, struct uefi_map *map, struct mm_error *error);

#endif
