// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/worker/ready.h"

#include <string.h>

void ready_begin(struct ready *ready)
{
	*ready = (struct ready){ .nr = 0 };
	asset_range("boards/kernels/", &ready->next, &ready->end);
}

static bool decode(const struct asset *profile, struct ready_kernel *ret)
{
	const char *json = (const char *)profile->data;
	struct mm_error error = { .offset = -1 };

	ret->profile = profile;
	if (decode_kernel(json, profile->size, profile->path, &ret->kernel, &error))
		return false;
	if (!known_kernel_read(json, profile->size, profile->path, ret->kernel, &ret->known, &error))
		return true;
	mm_kernel_free(ret->kernel);
	return false;
}

/* What cannot be decoded is left to the workers, who say why. */
bool ready_more(struct ready *ready)
{
	if (ready->next == ready->end || ready->nr == READY_MAX)
		return false;
	if (decode(ready->next++, &ready->kernels[ready->nr]))
		ready->nr++;
	return true;
}

const struct ready_kernel *ready_find(const struct ready *ready, const char *json, size_t len)
{
	for (size_t i = 0; i < ready->nr; i++)
		if (ready->kernels[i].profile->size == len && !memcmp(ready->kernels[i].profile->data, json, len))
			return &ready->kernels[i];
	return NULL;
}
