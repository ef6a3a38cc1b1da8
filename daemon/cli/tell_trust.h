/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tell_trust.h - on stderr: that a kernel is not a verified one, and what that means. */
#ifndef MMSCOPE_TELL_TRUST_H
#define MMSCOPE_TELL_TRUST_H

#include "daemon/base/bytes.h"
#include "daemon/input/request.h"

/* Silent for a verified kernel of a recorded series.  @assumed: say what was assumed, too. */
void tell_trust(const char *program, const char *name, const struct bytes *profile, const struct ask *ask, bool assumed);

#endif
