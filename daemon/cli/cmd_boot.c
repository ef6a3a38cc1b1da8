// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/artifact.h"
#include "daemon/answers/run.h"
#include "daemon/cli/cli.h"
#include "daemon/texts/decode_texts.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

struct boot_options {
	struct ask ask;
	const char *format, *at, *lang;
	bool json;
};

static const char usage[] =
	"Usage: mmscope boot BOARD [OPTION]...\n"
	"Boot a board and print what the kernel would say or show.\n\n"
	"BOARD is a name ('mmscope boards'), a .dtb, a .dts, or the directory of a recorded boot.\n\n"
	"  -k, --kernel KERNEL       a name ('mmscope kernels') or a profile's .json\n"
	"      --slab ALLOCATOR      slab, slub or slob: the kernel's profile with that, where there is one\n"
	"  -c, --cmdline TEXT        the kernel's command line, in place of the board's\n"
	"  -m, --memory LIST         RAM, in place of the board's: SIZE[@ADDRESS],...\n"
	"      --image-addr ADDRESS  where the boot loader put the kernel's first byte\n"
	"      --dtb-addr ADDRESS    where it put the device tree\n"
	"      --initrd ADDRESS,SIZE where it put the initial RAM disk\n"
	"      --cpu NAME            CPU model, as QEMU calls it\n"
	"  -o, --output FORMAT       log (default), events, state, state/TABLE, memblock, zoneinfo,\n"
	"                            buddyinfo, pagetypeinfo, iomem, meminfo, freelists, ledger, manifest, explain\n"
	"      --json                the format's JSON\n"
	"      --at EVENT|STEP       tables at that moment; STEP:enter is before its work\n"
	"      --lang LANGUAGE       of explain: en (default) or zh-CN\n"
	"      --boards DIR          look here first for boards and kernels\n"
	"  -h, --help                print this\n"
	"      --version             print the version\n\n"
	"Sizes and addresses take 0x.. and K, M, G, T.  Exit status is 1 if the modelled kernel panics.\n"
	"Example: mmscope boot board.dtb -m 2G -k 6.7 -c 'memblock=debug cma=64M' -o zoneinfo\n";

enum { OPT_IMAGE = 256, OPT_DTB, OPT_INITRD, OPT_CPU, OPT_JSON, OPT_AT, OPT_BOARDS, OPT_SLAB, OPT_LANG, OPT_VERSION };

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "slab", required_argument, NULL, OPT_SLAB },
	{ "cmdline", required_argument, NULL, 'c' },
	{ "memory", required_argument, NULL, 'm' },
	{ "image-addr", required_argument, NULL, OPT_IMAGE },
	{ "dtb-addr", required_argument, NULL, OPT_DTB },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "output", required_argument, NULL, 'o' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "at", required_argument, NULL, OPT_AT },
	{ "lang", required_argument, NULL, OPT_LANG },
	{ "boards", required_argument, NULL, OPT_BOARDS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on; anything else ends the program with it. */
static int take_option(int option, struct boot_options *o, const char *name)
{
	const struct { int option; const char **to; } texts[] = {
		{ 'k', &o->ask.kernel }, { 'c', &o->ask.cmdline }, { 'm', &o->ask.memory },
		{ OPT_IMAGE, &o->ask.image_addr }, { OPT_DTB, &o->ask.dtb_addr }, { OPT_INITRD, &o->ask.initrd },
		{ OPT_CPU, &o->ask.cpu }, { 'o', &o->format }, { OPT_AT, &o->at }, { OPT_BOARDS, &o->ask.boards_dir },
		{ OPT_SLAB, &o->ask.slab }, { OPT_LANG, &o->lang },
	};
	const struct bytes text = { .data = (char *)usage, .len = sizeof(usage) - 1 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (option != texts[i].option)
			continue;
		*texts[i].to = optarg;
		return -1;
	}
	switch (option) {
	case OPT_JSON:
		o->json = true;
		return -1;
	case 'h':
		return cli_print(name, &text);
	case OPT_VERSION:
		return cli_version();
	default:
		return cli_try_help(name);
	}
}

static int take_options(int argc, char **argv, struct boot_options *o)
{
	int option;

	while ((option = getopt_long(argc, argv, "k:c:m:o:h", options, NULL)) >= 0) {
		int status = take_option(option, o, argv[0]);

		if (status >= 0)
			return status;
	}
	if (optind == argc)
		return cli_usage(argv[0], "no board is given");
	if (optind + 1 < argc)
		return cli_usage(argv[0], "one board at a time: '%s' is too much", argv[optind + 1]);
	o->ask.board = argv[optind];
	return -1;
}

/* "zoneinfo" with --json and --at paging_init -> "zoneinfo.json?at=paging_init" */
static void artifact_name(const struct boot_options *o, struct bytes *name)
{
	const char *type = artifact_type(o->format);

	bytes_puts(name, o->format);
	if (o->json && type && !strncmp(type, "text/", 5))
		bytes_puts(name, ".json");
	if (o->at)
		bytes_printf(name, "?at=%s", o->at);
	if (o->lang)
		bytes_printf(name, "%slang=%s", o->at ? "&" : "?", o->lang);
}

static int to_stdout(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	return fwrite(text, 1, len, stdout) == len ? 0 : -EIO;
}

/* A log may be longer than memory: it is written as it comes. */
static int stream(const char *program, const struct run *run, const char *artifact)
{
	if (!mm_report(run->mm, artifact, to_stdout, NULL) && !fflush(stdout))
		return CLI_OK;
	fprintf(stderr, "%s: cannot write the answer: %s\n", program, strerror(errno));
	return CLI_OUR_FAILURE;
}

static int boot(const char *program, const struct request *request, const char *artifact)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	struct run run;
	int status, err = run_boot(request, &run, &error);

	if (err)
		return cli_fail(program, err, &error);
	err = artifact_streams(artifact) ? 0 : artifact_render(&run, artifact, &out, &error);
	if (artifact_streams(artifact))
		status = stream(program, &run, artifact);
	else if (err)
		/* Names are the user's own words here, not bad input. */
		status = cli_fail(program, err == -ENOENT ? -EINVAL : err, &error);
	else
		status = cli_print(program, &out);
	if (status == CLI_OK && mm_panicked(run.mm)) {
		fprintf(stderr, "%s: the modelled kernel panicked\n", program);
		status = CLI_NO;
	}
	bytes_deinit(&out);
	run_deinit(&run);
	return status;
}

static int resolve_and_boot(const char *program, const struct boot_options *o, const char *artifact)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	int err = request_resolve(&o->ask, &request, &error), status;

	if (err)
		/* A kernel's name is chosen from a list, like an option's word. */
		return cli_fail(program, err == -ENOENT && !strcmp(error.where, "kernel") ? -EINVAL : err, &error);
	status = boot(program, &request, artifact);
	request_deinit(&request);
	return status;
}

int cmd_boot(int argc, char **argv)
{
	struct boot_options o = { .ask.allow_files = true, .format = "log" };
	int status = take_options(argc, argv, &o);
	struct bytes name = { 0 };

	if (status >= 0)
		return status;
	artifact_name(&o, &name);
	if (artifact_type(bytes_text(&name)))
		status = resolve_and_boot(argv[0], &o, bytes_text(&name));
	else if (o.lang && !texts_has_language(o.lang))
		status = cli_usage(argv[0], "there are no texts in '%s'; there are en and zh-CN", o.lang);
	else if (o.lang && strcmp(o.format, "explain"))
		status = cli_usage(argv[0], "--lang goes with -o explain");
	else if (artifact_type(o.format))
		status = cli_usage(argv[0], "--at does not go with -o %s%s", o.format,
				   o.json ? " --json" : "; tables have a past, texts are of the end (--json?)");
	else
		status = cli_usage(argv[0], "there is no format '%s'", o.format);
	bytes_deinit(&name);
	return status;
}
