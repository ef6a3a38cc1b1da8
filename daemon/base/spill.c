// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/spill.h"

#include "daemon/base/fail.h"
#include "daemon/base/write_file.h"

#include <errno.h>

int spill(const char *path, const struct bytes *bytes, struct mm_error *error)
{
	return bytes->failed ? fail(error, -ENOMEM, NULL, "no memory") : write_file(path, bytes->data, bytes->len, error);
}
