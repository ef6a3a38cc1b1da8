/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder.h - paths of files in a folder, whichever way it was written: "dtbs", "dtbs/" and "dtbs//" are one. */
#ifndef MMSCOPE_FOLDER_H
#define MMSCOPE_FOLDER_H

#include <string.h>

/* Bytes of @folder without the slashes at its end; for "%.*s/%s". That of "/" is 0. */
static inline int folder_len(const char *folder)
{
	size_t len = strlen(folder);

	while (len && folder[len - 1] == '/')
		len--;
	return (int)len;
}

#endif
