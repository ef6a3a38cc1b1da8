// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/resolve.h"

#include "daemon/answers/from_log.h"
#include "daemon/base/slurp.h"
#include "daemon/worker/log_reader.h"

int cli_resolve(const struct ask *ask, const char *bootlog, struct request *ret, struct mm_error *error)
{
	struct ask completed = *ask;
	struct dmesg log = { 0 };
	struct bytes text = { 0 };
	int err;

	if (!bootlog)
		return request_resolve(ask, ret, error);
	err = slurp_any(bootlog, DMESG_MAX_BYTES, &text, error);
	if (!err)
		err = log_reader_run(&text, bootlog, &log, NULL, error);
	if (!err)
		err = from_log(&log, &completed, ret, error);
	bytes_deinit(&text);
	dmesg_deinit(&log);
	return err;
}
