/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/base/asset.h"

#include <stdlib.h>
#include <string.h>

static int compare_path(const void *path, const void *asset)
{
	return strcmp(path, ((const struct asset *)asset)->path);
}

const struct asset *asset_find(const char *path)
{
	return bsearch(path, assets, nr_assets, sizeof(assets[0]), compare_path);
}

void asset_range(const char *prefix, const struct asset **begin, const struct asset **end)
{
	const struct asset *last = assets + nr_assets;
	const struct asset *a = assets;
	size_t len = strlen(prefix);

	while (a < last && strncmp(a->path, prefix, len) < 0)
		a++;
	*begin = a;
	while (a < last && !strncmp(a->path, prefix, len))
		a++;
	*end = a;
}
