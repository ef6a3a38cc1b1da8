// SPDX-License-Identifier: GPL-2.0-or-later
/* U-Boot's legacy image: 64 bytes, big-endian, then the data; of several parts the first is the kernel. */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <errno.h>

#define HEAD		64
#define ARCH_ARM64	22
#define TYPE_MULTI	4
#define TYPE_KERNEL	2

static const char *arch_name(unsigned int arch)
{
	static const char *const names[] = {
		[1] = "Alpha", [2] = "32-bit Arm", [3] = "x86", [4] = "IA-64", [5] = "MIPS", [6] = "64-bit MIPS",
		[7] = "PowerPC", [8] = "s390", [9] = "SuperH", [10] = "SPARC", [24] = "x86-64", [26] = "RISC-V",
	};

	return arch < sizeof(names) / sizeof(names[0]) && names[arch] ? names[arch] : "an unknown machine";
}

/* The parts come after a list of their sizes, which ends in 0. */
static struct span first_part(struct span data)
{
	uint64_t at = 0;

	while (span_be32(data, at))
		at += 4;
	return span_sub(data, at + 4, span_be32(data, 0));
}

int uimage_open(struct span file, struct span *ret, struct mm_error *error)
{
	uint32_t len = span_be32(file, 12);
	unsigned int arch = span_has(file, 0, HEAD) ? file.at[29] : 0, type = span_has(file, 0, HEAD) ? file.at[30] : 0;

	if (arch && arch != ARCH_ARM64)
		return fail_at(error, -EBADMSG, "uImage", NULL, 29, "is a kernel for %s; mmscope knows arm64 only",
			       arch_name(arch));
	if (type != TYPE_KERNEL && type != TYPE_MULTI)
		return fail_at(error, -EBADMSG, "uImage", NULL, 30, "is of type %u, not a kernel", type);
	*ret = span_sub(file, HEAD, len);
	if (ret->len && type == TYPE_MULTI)
		*ret = first_part(*ret);
	if (ret->len)
		return 0;
	return fail_at(error, -EBADMSG, "uImage", NULL, 12, "says that it holds %u bytes, but the file has %zu", len, file.len);
}
