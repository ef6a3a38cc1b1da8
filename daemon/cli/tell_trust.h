/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tell_trust.h - warn on stderr that a kernel is not verified, and what follows from that. */
#ifndef MMSCOPE_TELL_TRUST_H
#define MMSCOPE_TELL_TRUST_H

#include "daemon/base/bytes.h"
#include "daemon/input/request.h"

/* Says nothing about a verified kernel of a recorded series.  @assumed: also list what was assumed. */
void tell_trust(const char *program, const char *name, const struct bytes *profile, const struct ask *ask, bool assumed);

#endif
