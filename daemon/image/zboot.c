// SPDX-License-Identifier: GPL-2.0-or-later
/* An EFI program that unpacks the Image it carries (drivers/firmware/efi/libstub/zboot-header.S, since 6.1). */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <errno.h>

int zboot_open(struct span file, struct span *ret, struct mm_error *error)
{
	uint32_t at = span_le32(file, 8), len = span_le32(file, 12);

	*ret = span_sub(file, at, len);
	if (ret->len)
		return 0;
	return fail_at(error, -EBADMSG, "EFI zboot", NULL, 8,
		       "says that its kernel is %u bytes at %u, but the file has %zu", len, at, file.len);
}
