/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * privilege.h - who a process is, and what it may do because of that.
 *
 * A server that was started as root, to listen on port 80 or to be tried in a
 * container, becomes an ordinary user before it reads anything from outside.
 */
#ifndef MMSCOPE_PRIVILEGE_H
#define MMSCOPE_PRIVILEGE_H

#include "mmcore/mm.h"

#include <sys/types.h>

struct identity {
	uid_t uid;
	gid_t gid;
	char name[64];
};

/* The user that root becomes without --user. */
#define IDENTITY_NOBODY	"nobody"

/*
 * Whom to become: @name; if that is NULL, root becomes nobody and everybody else stays who they are.
 * -EINVAL: there is no such user, or somebody other than root wants to become somebody else.
 */
int identity_find(const char *name, struct identity *ret, struct mm_error *error);

/*
 * Become @identity for good, without capabilities and without a way to gain any.  Call it before there are threads,
 * and before the process has opened anything as root that it might lose.  If @identity is root, which has to
 * be asked for, root stays root.
 */
int identity_assume(const struct identity *identity, struct mm_error *error);

/*
 * No capability in any set, and (with no_new_privs, which this sets as well) none by running something.  0 or a
 * negative errno.  The bounding set is emptied where that is permitted; elsewhere it does not matter, because nothing
 * can be gained from it any more.
 */
int privilege_drop(void);

#endif
