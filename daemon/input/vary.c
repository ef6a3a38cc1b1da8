// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/vary.h"

#include "daemon/base/fail.h"
#include "daemon/input/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int vary_memory(struct request *request, const char *value, struct mm_error *error)
{
	free(request->banks);
	request->banks = NULL;
	request->nr_banks = 0;
	return request_parse_banks(value, request, error);
}

static void take_loader(struct request_loader *into, const struct request_loader *said)
{
	if (said->has_dtb) {
		into->dtb = said->dtb;
		into->has_dtb = true;
	}
	if (said->has_image) {
		into->image = said->image;
		into->has_image = true;
	}
	if (!said->has_initrd && !said->has_initrd_size)
		return;
	into->has_initrd = said->has_initrd;
	into->initrd_start = said->initrd_start;
	into->initrd_end = said->initrd_end;
	into->has_initrd_size = said->has_initrd_size;
	into->initrd_size = said->initrd_size;
}

int request_vary(struct request *request, const char *name, const char *value, struct mm_error *error)
{
	struct settings said = { 0 };
	struct ask ask = { 0 };
	int err;

	if (!strcmp(name, "memory"))
		return vary_memory(request, value, error);
	if (!strcmp(name, "dtb-addr"))
		ask.dtb_addr = value;
	else if (!strcmp(name, "image-addr"))
		ask.image_addr = value;
	else if (!strcmp(name, "initrd"))
		ask.initrd = value;
	else
		return fail(error, -ENOENT, name, "is not an input that can be changed by itself");
	err = settings_of_ask(&ask, &said, error);
	if (!err)
		take_loader(&request->loader, &said.loader);
	settings_deinit(&said);
	return err;
}

int request_branch(const struct request *request, struct request *ret)
{
	*ret = *request;
	ret->banks = malloc((request->nr_banks ? request->nr_banks : 1) * sizeof(*ret->banks));
	if (!ret->banks)
		return -ENOMEM;
	if (request->nr_banks)
		memcpy(ret->banks, request->banks, request->nr_banks * sizeof(*ret->banks));
	return 0;
}

void request_branch_deinit(struct request *branch)
{
	free(branch->banks);
	*branch = (struct request){ 0 };
}
