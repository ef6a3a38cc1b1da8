// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/fail.h"
#include "daemon/base/write_file.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/cli/tell_trust.h"
#include "daemon/input/decode.h"
#include "daemon/input/request.h"
#include "daemon/worker/profiler.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough for a vmlinux with full debugging information. */
#define MAX_FILE	(4ull << 30)

struct profile_options {
	const char *program, *kernel, *config, *map, *log, *name, *output;
	bool quiet, force;
};

/* --------------------------------------------------------------------- input */

/* Copy input of unknown length to an unlinked file, so that it can be mapped. */
static int spool(int from, const char *path, struct mm_error *error)
{
	int to = memfd_create("kernel", MFD_CLOEXEC);
	uint64_t total = 0;
	char buffer[65536];
	ssize_t n;

	while (to >= 0 && (n = read(from, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || write(to, buffer, (size_t)n) != n || (total += (uint64_t)n) > MAX_FILE) {
			close(to);
			return fail(error, -EBADMSG, path, "cannot be read, or is larger than %llu bytes", MAX_FILE);
		}
	}
	return to >= 0 ? to : fail(error, -errno, path, "no memory to read it into");
}

static int open_input(const char *path, struct mm_error *error)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC), to;
	struct stat st;

	if (fd < 0)
		return fail(error, errno == ENOENT || errno == ENOTDIR ? -ENOENT : -EBADMSG, path,
			    "cannot be opened: %s", strerror(errno));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return fail(error, -EBADMSG, path, "is a folder, not a kernel");
	}
	to = spool(fd, standard ? "standard input" : path, error);
	close(fd);
	return to;
}

static int map_input(const char *path, struct span *ret, struct mm_error *error)
{
	int fd = open_input(path, error);
	struct stat st;
	void *at;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || st.st_size <= 0 || (uint64_t)st.st_size > MAX_FILE) {
		close(fd);
		return fail_at(error, -EBADMSG, path, NULL, 0, st.st_size ? "is too large" : "is empty");
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return fail(error, -errno, path, "cannot be mapped: %s", strerror(errno));
	*ret = (struct span){ at, (size_t)st.st_size };
	return 0;
}

static int map_inputs(const struct profile_options *o, struct derive_input *input, struct mm_error *error)
{
	const struct { const char *path; struct span *to; } files[] = {
		{ o->kernel, &input->kernel }, { o->config, &input->config }, { o->map, &input->map }, { o->log, &input->log },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].path)
			err = map_input(files[i].path, files[i].to, error);
	return err;
}

/* -------------------------------------------------------------------- output */

static int write_out(const struct profile_options *o, const struct bytes *out)
{
	struct mm_error error = { .offset = -1 };
	int err;

	if (!o->output)
		return cli_print(o->program, out);
	err = write_file(o->output, out->data, out->len, &error);
	return err ? cli_fail(o->program, err, &error) : CLI_OK;
}

static void show_progress(void *ctx, const char *step)
{
	const struct profile_options *o = ctx;

	fprintf(stderr, "%s: %s ...\n", o->program, step);
}

/* See whether the profile can be booted, allowing for --force. */
static int check(const struct profile_options *o, struct bytes *out, struct mm_error *error)
{
	struct mm_kernel *kernel;
	int err = o->force ? profile_force(out, error) : 0;

	if (!err)
		err = decode_kernel(out->data, out->len, o->kernel, &kernel, error);
	if (!err)
		mm_kernel_free(kernel);
	return err;
}

/* Report how far the profile can be trusted, and what was not found. */
static void tell(const struct profile_options *o, const struct bytes *out)
{
	const struct ask nowhere_else = { NULL };
	struct kernel_card card = { 0 };
	struct mm_error error;

	if (o->quiet || decode_kernel_card(out->data, out->len, o->kernel, &card, &error))
		return;
	tell_trust(o->program, card.name, out, &nowhere_else, true);
	kernel_card_deinit(&card);
}

static int profile(const struct profile_options *o)
{
	struct mm_error error = { .offset = -1 };
	struct derive_input input = { .name = o->name, .ctx = (void *)(uintptr_t)o };
	struct bytes out = { 0 };
	int status, err;

	input.progress = isatty(STDERR_FILENO) && !o->quiet ? show_progress : NULL;
	err = map_inputs(o, &input, &error);
	if (!err)
		err = profiler_run(&input, &out, &error);
	if (!err)
		err = check(o, &out, &error);
	if (err) {
		status = cli_fail(o->program, err, &error);
	} else {
		tell(o, &out);
		status = write_out(o, &out);
	}
	bytes_deinit(&out);
	return status;
}

#define OPTION(member) offsetof(struct profile_options, member)

static const struct command_option options[] = {
	{ .name = "config", .argument = "FILE", .kind = OPTION_TEXT, .offset = OPTION(config), .values = VALUES_FILES,
	  .help = "Its .config, or a package that has it; not needed if the image (CONFIG_IKCONFIG) or the package KERNEL "
		  "has it." },
	{ .name = "system-map", .argument = "FILE", .kind = OPTION_TEXT, .offset = OPTION(map), .values = VALUES_FILES,
	  .help = "Its System.map, where the image does not name its data (no CONFIG_KALLSYMS_ALL)." },
	{ .name = "log", .argument = "BOOTLOG", .kind = OPTION_TEXT, .offset = OPTION(log), .values = VALUES_FILES,
	  .help = "A log of its boot with memblock=debug, which tells the names of its call sites." },
	{ .name = "name", .argument = "NAME", .kind = OPTION_TEXT, .offset = OPTION(name),
	  .help = "Name of the profile (default: the kernel's release)." },
	{ .letter = 'o', .name = "output", .argument = "FILE", .kind = OPTION_TEXT, .offset = OPTION(output),
	  .values = VALUES_FILES, .help = "Write here (default: standard output)." },
	{ .name = "force", .kind = OPTION_FLAG, .offset = OPTION(force),
	  .help = "Make a profile even of a release far from the known ones (3.x, 9.x); it boots as the nearest one does." },
	{ .letter = 'q', .name = "quiet", .kind = OPTION_FLAG, .offset = OPTION(quiet),
	  .help = "Do not report what is done and what was assumed." },
};

static int cmd_profile(const struct command *command, int argc, char **argv)
{
	struct profile_options o = { .program = argv[0] };
	int status = command_parse(command, argc, argv, &o);

	if (status >= 0)
		return status;
	o.kernel = argv[optind];
	return profile(&o);
}

const struct command command_profile = {
	.name = "profile",
	.program = "mmscope profile",
	.summary = "read a kernel's facts out of its image",
	.operands = "KERNEL",
	.missing = "no kernel is given",
	.values = VALUES_FILES,
	.max_operands = 1,
	.about = "Read the facts of a kernel build out of its image: the profile that 'mmscope boot -k' takes.\n\n"
		 "KERNEL is an arm64 kernel as you have it: Image, also compressed (gzip, zstd, xz, lzma, lz4, lzo, bzip2), "
		 "EFI zboot (vmlinuz.efi), ELF vmlinux, a Debian or Ubuntu package, an Android boot.img, a FIT or a legacy "
		 "uImage. '-' is standard input.",
	.notes = "Whatever is not found is assumed, and reported with its effect. A sandboxed process reads the image.\n"
		 "Example: mmscope profile vmlinuz-6.12.43 --config config-6.12.43 -o mine.json",
	.options = options,
	.nr_options = sizeof(options) / sizeof(options[0]),
	.run = cmd_profile,
};
