// SPDX-License-Identifier: GPL-2.0-or-later
/* Android's boot.img: a page of header, then the kernel (system/tools/mkbootimg's bootimg.h, versions 0 to 4). */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <errno.h>

#define VERSION_AT	40
#define PAGE_SIZE_AT	36
#define PAGE_V3		4096	/* since version 3 the page size is fixed */

int bootimg_open(struct span file, struct span *ret, struct mm_error *error)
{
	uint32_t version = span_le32(file, VERSION_AT), len = span_le32(file, 8), page;

	/* In version 0 this field was the size of a second device tree. */
	page = version == 3 || version == 4 ? PAGE_V3 : span_le32(file, PAGE_SIZE_AT);
	if (page < 2048 || page > 65536 || page & (page - 1))
		return fail_at(error, -EBADMSG, "Android boot.img", NULL, PAGE_SIZE_AT, "has pages of %u bytes", page);
	*ret = span_sub(file, page, len);
	if (ret->len)
		return 0;
	return fail_at(error, -EBADMSG, "Android boot.img", NULL, 8,
		       len ? "says that its kernel has %u bytes, but the file has %zu" :
			     "holds no kernel (%u bytes of %zu); it may be an init_boot.img", len, file.len);
}
