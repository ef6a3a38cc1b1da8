// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_diff.c - mmscope diff: two boots side by side, what grew, shrank and moved. */
#include "daemon/answers/run.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/cli/resolve.h"
#include "daemon/cli/tell_trust.h"
#include "daemon/doctor/rundiff.h"
#include "daemon/texts/decode_texts.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct diff_options {
	struct ask ask;			/* common to both boots */
	struct option_texts kernels, cmdlines, memories, image_addrs, dtb_addrs, initrds, loaders, overlays, logs;
	const char *format, *lang;
};

#define TO(member) offsetof(struct diff_options, member)

/* Options that may be given twice, once per boot. */
static const struct {
	size_t texts, field;
} pairs[] = {
	{ TO(kernels), offsetof(struct ask, kernel) }, { TO(cmdlines), offsetof(struct ask, cmdline) },
	{ TO(memories), offsetof(struct ask, memory) }, { TO(image_addrs), offsetof(struct ask, image_addr) },
	{ TO(dtb_addrs), offsetof(struct ask, dtb_addr) }, { TO(initrds), offsetof(struct ask, initrd) },
	{ TO(loaders), offsetof(struct ask, loader_model) }, { TO(overlays), offsetof(struct ask, overlay) },
};

/* Given once, an option applies to both boots; given twice, first to one and then to the other. */
static int set_pair(const char *program, const struct option_texts *texts, const char **before, const char **after)
{
	if (texts->nr > 2)
		return cli_usage(program, "'%s' is a third one, and there are two boots", texts->text[2]);
	if (texts->nr) {
		*before = texts->text[0];
		*after = texts->text[texts->nr - 1];
	}
	return -1;
}

static const char **member(struct ask *ask, size_t offset)
{
	return (const char **)(void *)((char *)ask + offset);
}

/* -1: carry on; anything else is the status to exit with. */
static int settle_options(const char *program, const struct diff_options *o, char **boards, struct ask ask[2], const char *log[2])
{
	int status = set_pair(program, &o->logs, &log[0], &log[1]);

	ask[0] = ask[1] = o->ask;
	ask[0].board = boards[0];
	ask[1].board = boards[1] ? boards[1] : boards[0];
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && status < 0; i++)
		status = set_pair(program, (const struct option_texts *)(const void *)((const char *)o + pairs[i].texts),
				  member(&ask[0], pairs[i].field), member(&ask[1], pairs[i].field));
	return status;
}

static int compare(const char *program, const struct diff_options *o, const struct run run[2])
{
	struct mm_error error = { .offset = -1 };
	struct sentences *sentences;
	struct bytes out = { 0 };
	struct rundiff diff;
	int status = sentences_new(o->lang, &sentences, &error);

	if (status)
		return cli_fail(program, status, &error);

	if (rundiff_init(&diff, &run[0], &run[1])) {
		fprintf(stderr, "%s: no memory for the answer\n", program);
		sentences_free(sentences);
		return CLI_OUR_FAILURE;
	}
	if (!rundiff_write(&diff, o->format, sentences, &out))
		status = cli_usage(program, "there is no format '%s'; there are text, markdown, json", o->format);
	else
		status = cli_print_diff(program, &out);
	if (status == CLI_OK && !rundiff_is_empty(&diff))
		status = CLI_NO;
	else if (status == CLI_OK && !strcmp(run[0].request->id, run[1].request->id))
		cli_say(program, "both boots are of the same inputs: give two boards, or an option twice, such as "
			"--overlay '' --overlay FILE");
	rundiff_deinit(&diff);
	sentences_free(sentences);
	bytes_deinit(&out);
	return status;
}

/* Call it "board.dtb + camera.dtbo": with an overlay, a tree is another board to the reader. */
static int name_overlays(const struct ask *ask, struct request *request)
{
	struct bytes name = { 0 };

	if (!ask->overlay || !*ask->overlay)
		return 0;
	bytes_puts(&name, request->board);
	for (const char *path = ask->overlay; *path; path += strcspn(path, ":"), path += *path == ':') {
		int len = (int)strcspn(path, ":");
		const char *slash = memrchr(path, '/', (size_t)len);

		bytes_printf(&name, " + %.*s", slash ? (int)(path + len - slash - 1) : len, slash ? slash + 1 : path);
	}
	if (name.failed) {
		bytes_deinit(&name);
		return -ENOMEM;
	}
	free(request->board);
	request->board = name.data;
	return 0;
}

static int boot_and_compare(const char *program, struct ask ask[2], const char *const path[2], const struct diff_options *o)
{
	struct request request[2] = { { 0 }, { 0 } };
	struct run run[2] = { { 0 }, { 0 } };
	struct mm_error error = { .offset = -1 };
	int status, err = 0;

	for (int side = 0; side < 2 && !err; side++) {
		err = cli_resolve(&ask[side], path[side], &request[side], &error);
		if (!err)
			err = name_overlays(&ask[side], &request[side]);
		if (!err)
			err = run_boot(&request[side], &run[side], &error);
		if (err)
			ask_blame(&ask[side], &error);
		if (!err && (!side || strcmp(request[0].kernel, request[1].kernel)))
			tell_trust(program, request[side].kernel, &request[side].profile, &ask[side], false);
	}
	status = err ? cli_fail(program, err, &error) : compare(program, o, run);
	for (int side = 0; side < 2; side++) {
		run_deinit(&run[side]);
		request_deinit(&request[side]);
	}
	return status;
}

static const struct command_option options[] = {
	OPTION_SEVERAL("kernel", TO(kernels)), OPTION_SEVERAL("cmdline", TO(cmdlines)), OPTION_SEVERAL("memory", TO(memories)),
	OPTION_SEVERAL("image_addr", TO(image_addrs)), OPTION_SEVERAL("dtb_addr", TO(dtb_addrs)), OPTION_SEVERAL("initrd", TO(initrds)),
	OPTION_SEVERAL("loader", TO(loaders)), OPTION_SEVERAL("overlay", TO(overlays)),
	OPTION_FROM(true, TO(logs)),
	{ .name = "format", .argument = "FORMAT", .values = "text markdown json", .kind = OPTION_TEXT,
	  .offset = TO(format), .help = "text (default), markdown, json." },
	{ .name = "lang", .argument = "LANGUAGE", .values = "en zh-CN", .kind = OPTION_TEXT, .offset = TO(lang),
	  .help = "Language of the report: en (default) or zh-CN." },
};

static int run_diff(const struct command *command, int argc, char **argv)
{
	struct diff_options o = { .ask.allow_files = true, .format = "text" };
	const char *log[2] = { NULL, NULL };
	struct ask ask[2];
	int status = command_parse(command, argc, argv, &o);

	if (status < 0 && o.lang && !texts_has_language(o.lang))
		status = cli_unknown_language(argv[0], o.lang);
	if (status < 0)
		status = settle_options(argv[0], &o, argv + optind, ask, log);
	return status < 0 ? boot_and_compare(argv[0], ask, log, &o) : status;
}

const struct command command_diff = {
	.name = "diff", .program = "mmscope diff",
	.summary = "boot twice and list who has more memory, less, or has it elsewhere",
	.operands = "BOARD [BOARD]", .missing = "no board is given", .values = VALUES_BOARDS, .max_operands = 2,
	.about = "Boot twice and say what differs: who has more or less memory, what moved, what goes wrong now.\n\n"
		 "With one BOARD both boots are of it. An option that is given once counts for both boots; given twice, the "
		 "first is for the boot before and the second for the boot after; an empty one is none: --overlay '' --overlay FILE. BOARD may be a recorded boot, and --from completes "
		 "a tree with what a boot log says. The first event where the boots part is told, and which input made them part.",
	.exit_status = "0 nothing differs, 1 something does, 2 usage, 3 bad input, 4 our own failure.",
	.notes = "Example: mmscope diff base.dts head.dts -k 6.12 --format markdown\n"
		 "Example: mmscope diff rpi4-8g -k 6.7 -k 6.12",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(ask), .run = run_diff,
};
