// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * determinism - the events of a run as `mmscope boot BOARD -k KERNEL -o events` prints them, of as little as that takes.
 *
 * tests/hard.py builds it for i686, of which a Debian system has no more than a compiler and a few libraries.
 */
#include "daemon/answers/artifact.h"
#include "daemon/input/request.h"
#include "mmcore/mm.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct ask ask = { .board = argc > 1 ? argv[1] : NULL, .kernel = argc > 2 ? argv[2] : NULL };
	struct mm_error error = { .offset = -1 };
	struct request request;
	struct bytes out = { 0 };
	int err = request_resolve(&ask, &request, &error);

	if (!err)
		err = artifact_write(&request, "events", &out, &error);
	if (err || out.failed) {
		fprintf(stderr, "%s: %s\n", error.where, error.text);
		return 4;
	}
	return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 4;
}
