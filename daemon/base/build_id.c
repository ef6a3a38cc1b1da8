// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/build_id.h"

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

/* A note's name and content begin at multiples of four. */
static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void put_hex(const unsigned char *id, size_t len, char hex[BUILD_ID_SIZE])
{
	for (size_t i = 0; i < len && 2 * i + 2 < BUILD_ID_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
}

static void read_notes(const char *notes, size_t len, char hex[BUILD_ID_SIZE])
{
	ElfW(Nhdr) note;

	for (size_t at = 0; at + sizeof(note) <= len; at += sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz)) {
		const char *name = notes + at + sizeof(note);

		memcpy(&note, notes + at, sizeof(note));
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(name, "GNU", 4))
			put_hex((const unsigned char *)name + padded(note.n_namesz), note.n_descsz, hex);
	}
}

/* The first is the program itself. */
static int read_program(struct dl_phdr_info *info, size_t size, void *hex)
{
	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			read_notes((const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
				   info->dlpi_phdr[i].p_memsz, hex);
	return 1;
}

void build_id(char hex[BUILD_ID_SIZE])
{
	*hex = '\0';
	dl_iterate_phdr(read_program, hex);
}
