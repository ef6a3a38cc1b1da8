/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that travel inside the program: the page, the example boards and the kernel profiles,
 * so that one file is a whole installation. The build tells contrib/embed.sh which.
 *
 *   web/index.html web/app.js web/i18n/en.json ...	the page, its modules as one file
 *   boards/NAME.dts boards/NAME.dtb			the second compiled from the first
 *   boards/NAME.json					what the loader adds to it
 *   boards/kernels/NAME.json				as in boards/kernels/
 */
#ifndef DAEMON_ASSET_H
#define DAEMON_ASSET_H

#include <stddef.h>

struct asset {
	const char *path;
	const unsigned char *data;	/* a zero byte follows the last */
	size_t size;
	const char *etag;		/* SHA-256 of data, 64 hex digits */
	const unsigned char *gz;	/* data gzipped, or NULL where that is not smaller */
	size_t gz_size;
};

/* Sorted by path (as bytes), so that files of one folder are neighbours. */
extern const struct asset assets[];
extern const size_t nr_assets;

/* The file of exactly this path, or NULL. */
const struct asset *asset_find(const char *path);

/* The first file whose path starts with prefix and the end of such files: a half-open range, empty when equal. */
void asset_range(const char *prefix, const struct asset **begin, const struct asset **end);

#endif
