// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/sweep_part.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sweep_part_name(const struct sweep *sweep, const struct sweep_part *part, struct bytes *out)
{
	bytes_printf(out, SWEEP_PART_PREFIX "%zu/%zu/%zu\n%s\n%s\n", part->first, part->stride, part->count,
		     sweep->axis[0].text, sweep->nr_axes > 1 ? sweep->axis[1].text : "");
	for (size_t i = 0; i < sweep->nr_shown; i++)
		bytes_printf(out, "%s%s", i ? "," : "", sweep->shown[i]);
}

bool sweep_split_shown(struct sweep *sweep, char *text)
{
	char *rest = NULL;

	for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		if (sweep->nr_shown == SWEEP_MAX_SHOWN)
			return false;
		sweep->shown[sweep->nr_shown++] = name;
	}
	return true;
}

/* The lines of a name, cut apart in place. */
static int read_axes(char *text, struct sweep *sweep, struct mm_error *error)
{
	char *second = strchr(text, '\n'), *shown = second ? strchr(second + 1, '\n') : NULL;
	int err;

	if (!shown)
		return fail(error, -EINVAL, "sweep", "is not part of a sweep");
	*second++ = '\0';
	*shown++ = '\0';
	err = axis_parse(text, &sweep->axis[0], error);
	if (!err && *second)
		err = axis_parse(second, &sweep->axis[1], error);
	sweep->nr_axes = *second ? 2 : 1;
	if (!err && !sweep_split_shown(sweep, shown))
		err = fail(error, -EINVAL, "show", "more than %d numbers", SWEEP_MAX_SHOWN);
	return err;
}

static int check_names(const struct sweep *sweep, const struct sweep_last *last, struct mm_error *error)
{
	struct run run;
	int err;

	/* What cannot be booted as it is may do with another value. */
	if (!sweep->nr_shown || run_boot_kernel(&last->request, last->kernel, &run, error))
		return 0;
	err = sweep_check_names(sweep, &run, error);
	run_deinit(&run);
	return err;
}

static bool is_inside(const struct sweep *sweep, const struct sweep_part *part)
{
	size_t cells = sweep_cells(sweep);

	return part->stride && part->count && part->count <= SWEEP_PART_MAX && part->first < cells &&
	       part->stride <= cells && part->first + part->stride * (part->count - 1) < cells;
}

static int boot_cells(const struct sweep *sweep, const struct sweep_part *part, struct request *request,
		      struct bytes *out, struct mm_error *error)
{
	struct sweep_last last;
	int err = sweep_last_init(&last, sweep, part->first, request);

	if (err)
		return fail(error, err, "kernel", "the profile cannot be read");
	err = check_names(sweep, &last, error);
	for (size_t k = 0; k < part->count && !err; k++) {
		struct mm_error refused;
		struct cell cell = sweep_boot(sweep, part->first + k * part->stride, &last, &refused);

		bytes_add(out, &cell, sizeof(cell));
	}
	sweep_last_deinit(&last);
	return err ? err : out->failed ? fail(error, -ENOMEM, NULL, "no memory") : 0;
}

int sweep_part_boot(struct request *request, const char *name, struct bytes *out, struct mm_error *error)
{
	struct sweep sweep = { 0 };
	struct sweep_part part;
	char *text = NULL;
	int len = 0, err;

	if (sscanf(name, SWEEP_PART_PREFIX "%zu/%zu/%zu%n", &part.first, &part.stride, &part.count, &len) < 3 || name[len] != '\n')
		err = fail(error, -EINVAL, "sweep", "is not part of a sweep");
	else
		err = (text = strdup(name + len + 1)) ? read_axes(text, &sweep, error) : fail(error, -ENOMEM, NULL, "no memory");
	if (!err && !is_inside(&sweep, &part))
		err = fail(error, -EINVAL, "sweep", "the part is outside of its sweep");
	if (!err)
		err = boot_cells(&sweep, &part, request, out, error);
	else
		request_deinit(request);
	axis_deinit(&sweep.axis[0]);
	axis_deinit(&sweep.axis[1]);
	free(text);
	return err;
}
