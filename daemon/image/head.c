// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/head.h"

#include "daemon/base/bytes.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <stdio.h>

#define MAGIC_AT	0x38
/* The smallest kernel that could do anything, and the largest size that an Image may ask for. */
#define MIN_IMAGE	(32u << 10)
#define MAX_IMAGE	(1u << 30)

bool head_is(struct span file)
{
	return span_is(file, MAGIC_AT, "ARM\x64", 4);
}

struct head head_read(struct span image)
{
	return (struct head){ span_le64(image, 8), span_le64(image, 16), span_le64(image, 24) };
}

const char *head_elf_machine(unsigned int machine)
{
	switch (machine) {
	case 3: return "32-bit x86";
	case 62: return "x86-64";
	case 40: return "32-bit Arm";
	case 243: return "RISC-V";
	case 258: return "LoongArch";
	case 8: return "MIPS";
	case 20: return "32-bit PowerPC";
	case 21: return "PowerPC";
	case 22: return "s390";
	case 2: case 43: return "SPARC";
	case 15: return "PA-RISC";
	case 42: return "SuperH";
	case 4: return "m68k";
	default: return "an unknown machine";
	}
}

/* The machine of a PE image (EFI stub), or NULL. */
static const char *pe_machine(struct span file)
{
	uint32_t pe = span_le32(file, 0x3c);

	if (!span_is(file, 0, "MZ", 2) || !span_is(file, pe, "PE\0\0", 4))
		return NULL;
	switch (span_le16(file, (uint64_t)pe + 4)) {
	case 0x14c: return "32-bit x86";
	case 0x8664: return "x86-64";
	case 0x1c0: case 0x1c2: case 0x1c4: return "32-bit Arm";
	case 0x5032: case 0x5064: return "RISC-V";
	case 0x6232: case 0x6264: return "LoongArch";
	default: return NULL;
	}
}

/* The end, in the file, of the last section in the EFI stub's table; 0: there is no such table. */
static uint64_t sections_end(struct span file)
{
	uint64_t pe = span_le32(file, 0x3c), at = pe + 24 + span_le16(file, pe + 20), end = 0;

	if (!span_is(file, pe, "PE\0\0", 4))
		return 0;
	for (unsigned int i = 0; i < span_le16(file, pe + 6) && i < 16; i++, at += 40) {
		uint64_t last = (uint64_t)span_le32(file, at + 16) + span_le32(file, at + 20);

		end = last > end ? last : end;
	}
	return end;
}

struct look {
	uint64_t at;
	const char *bytes;
	size_t len;
	const char *what;
};

#define LOOK(at, bytes, what) { at, bytes, sizeof(bytes) - 1, what }

static const struct look kernels_of_others[] = {
	LOOK(0x38, "RSC\x05", "RISC-V"),
	LOOK(0x202, "HdrS", "x86"),
	LOOK(0x24, "\x18\x28\x6f\x01", "32-bit Arm"),
	LOOK(0x24, "\x01\x6f\x28\x18", "32-bit Arm (big-endian)"),
	LOOK(0x10008, "S390EP", "s390"),
};

static const struct look no_kernels[] = {
	LOOK(0, "070701", "an initial RAM disk (cpio)"),
	LOOK(0, "hsqs", "a squashfs file system"),
	LOOK(0x438, "\x53\xef", "an ext4 file system"),
	LOOK(0, "VNDRBOOT", "an Android vendor_boot.img, which holds no kernel"),
	LOOK(0, "KDUMP   ", "a crash dump"),
	LOOK(0, "PK\x03\x04", "a zip archive"),
	LOOK(0, "%PDF", "a PDF document"),
	LOOK(0, "\x89PNG", "a picture"),
	LOOK(0, "<!DOCTYPE", "a web page"),
	LOOK(0, "<html", "a web page"),
	LOOK(0, "#!", "a script"),
	LOOK(0, "MZ", "an EFI program"),
	LOOK(0x8001, "CD001", "a CD image"),
};

static const struct look *look_up(struct span file, const struct look *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (span_is(file, list[i].at, list[i].bytes, list[i].len))
			return &list[i];
	return NULL;
}

#define LOOK_UP(file, list) look_up(file, list, sizeof(list) / sizeof((list)[0]))

static bool is_text(struct span file)
{
	for (size_t i = 0; i < file.len && i < 512; i++)
		if (file.at[i] < 0x20 && file.at[i] != '\n' && file.at[i] != '\t' && file.at[i] != '\r')
			return false;
	return file.len;
}

static int unknown(struct span file, const char *where, struct mm_error *error)
{
	struct bytes first = { 0 };
	int err;

	if (!file.len)
		return fail_at(error, -EBADMSG, where, NULL, 0, "is empty");
	for (size_t i = 0; i < file.len && i < 8; i++)
		bytes_printf(&first, " %02x", file.at[i]);
	err = fail_at(error, -EBADMSG, where, NULL, MAGIC_AT,
		      "is not a kernel that mmscope knows: it begins with%s and has no arm64 magic \"ARM\\x64\"",
		      bytes_text(&first));
	bytes_deinit(&first);
	return err;
}

static int not_arm64(struct span file, const char *where, struct mm_error *error)
{
	const struct look *look = LOOK_UP(file, kernels_of_others);
	const char *machine = pe_machine(file);

	if (look || machine)
		return fail_at(error, -EBADMSG, where, NULL, look ? (int64_t)look->at : (int64_t)span_le32(file, 0x3c) + 4,
			       "is a kernel for %s; mmscope knows arm64 only", look ? look->what : machine);
	look = LOOK_UP(file, no_kernels);
	if (look)
		return fail_at(error, -EBADMSG, where, NULL, (int64_t)look->at, "looks like %s, not like a kernel",
			       look->what);
	if (is_text(file) && span_is(file, 0, "{", 1))
		return fail_at(error, -EBADMSG, where, NULL, 0, "looks like JSON, not like a kernel; a profile that was made of one "
			       "is booted as it is (-k FILE, or POST it as application/json)");
	if (is_text(file))
		return fail_at(error, -EBADMSG, where, NULL, 0, "looks like text, not like a kernel");
	return unknown(file, where, error);
}

int head_check(struct span file, const char *layers, struct mm_error *error)
{
	const char *where = layers ? layers : "kernel";
	struct head head = head_read(file);

	if (!head_is(file))
		return not_arm64(file, where, error);
	if (file.len < MIN_IMAGE)
		return fail_at(error, -EBADMSG, where, NULL, (int64_t)file.len,
			       "is an arm64 Image that ends after %zu bytes; it is truncated", file.len);
	if (!head.image_size)
		return fail_at(error, -EBADMSG, where, NULL, 16, "is an arm64 Image from before 3.17: it does not say its size");
	if (head.image_size > MAX_IMAGE || head.image_size < file.len / 2)
		return fail_at(error, -EBADMSG, where, NULL, 16,
			       "is an arm64 Image that claims to be %llu bytes in memory, but the file has %zu",
			       (unsigned long long)head.image_size, file.len);
	if (file.len < sections_end(file))
		return fail_at(error, -EBADMSG, where, NULL, (int64_t)file.len,
			       "is an arm64 Image that ends after %zu bytes, but its sections go on to %llu; it is truncated",
			       file.len, (unsigned long long)sections_end(file));
	if (head.flags & 1)
		return fail_at(error, -EBADMSG, where, NULL, 24, "is a big-endian arm64 Image; mmscope knows little-endian ones");
	return 0;
}
