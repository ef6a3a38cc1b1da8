// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/privilege.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The ids of nobody on every system, in case there is no /etc/passwd. */
#define NOBODY	65534

static void set(struct identity *ret, const char *name, uid_t uid, gid_t gid)
{
	ret->uid = uid;
	ret->gid = gid;
	snprintf(ret->name, sizeof(ret->name), "%s", name);
}

static int look_up(const char *name, struct identity *ret)
{
	const struct passwd *user = getpwnam(name);

	if (user)
		set(ret, name, user->pw_uid, user->pw_gid);
	else if (!strcmp(name, IDENTITY_NOBODY))
		set(ret, name, NOBODY, NOBODY);
	else if (!strcmp(name, "root"))
		set(ret, name, 0, 0);
	else
		return -ENOENT;
	return 0;
}

int identity_find(const char *name, struct identity *ret, struct mm_error *error)
{
	if (!name && geteuid()) {
		set(ret, "", geteuid(), getegid());
		return 0;
	}
	if (look_up(name ? name : IDENTITY_NOBODY, ret))
		return fail(error, -EINVAL, "--user", "there is no user called '%.60s'", name);
	if (geteuid() && ret->uid != geteuid())
		return fail(error, -EINVAL, "--user", "only root can become %s; start it as that user", ret->name);
	return 0;
}

static int change(const struct identity *identity)
{
	if (setgroups(0, NULL) || setresgid(identity->gid, identity->gid, identity->gid) ||
	    setresuid(identity->uid, identity->uid, identity->uid))
		return -errno;
	/* Trust, and verify. */
	return identity->uid && (!setuid(0) || !seteuid(0)) ? -EPERM : 0;
}

static int drop_bounding_set(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno == EPERM ? 0 : -errno;
	return 0;
}

static int drop_sets(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	if (syscall(SYS_capset, &header, sets) || syscall(SYS_capget, &header, sets))
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (sets[i].effective | sets[i].permitted | sets[i].inheritable)
			return -EPERM;
	return 0;
}

int privilege_drop(void)
{
	int err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : drop_bounding_set();

	return err ? err : drop_sets();
}

int identity_assume(const struct identity *identity, struct mm_error *error)
{
	int err = geteuid() ? 0 : drop_bounding_set();

	if (!err && !geteuid() && identity->uid)
		err = change(identity);
	if (err)
		return fail(error, err, "--user", "cannot become %s: %s; '--user root' stays root on purpose",
			    identity->name, strerror(-err));
	/* If it stays root, it still owns root's files, but has no other power of root. */
	err = privilege_drop();
	return err ? fail(error, err, "--user", "cannot give up capabilities: %s", strerror(-err)) : 0;
}
