// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/artifact.h"
#include "daemon/answers/run.h"
#include "daemon/base/plain.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/base/words.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/cli/resolve.h"
#include "daemon/cli/tell_trust.h"
#include "daemon/doctor/knobs.h"
#include "daemon/texts/decode_texts.h"
#include "daemon/worker/confined.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* How many problems to repeat on stderr; the log has all of them. */
#define SHOWN_PROBLEMS	5

struct boot_options {
	struct ask ask;
	const char *format, *ops, *from, *fail_on;
	const char *param[WANTED_NR_PARAMS];	/* of the answer */
	const char *knobs_lang;			/* where --lang is for --knobs rather than for the answer */
	bool json, decimal, knobs;
};

#define TO(member) offsetof(struct boot_options, member)

static const struct command_option options[] = {
	{ .letter = 'o', .name = "output", .argument = "FORMAT", .values = VALUES_FORMATS, .kind = OPTION_TEXT,
	  .offset = TO(format), .help = "What to print (default: log); 'mmscope help formats' lists the formats." },
	{ .name = "json", .kind = OPTION_FLAG, .offset = TO(json), .help = "The format's JSON." },
	{ .name = "decimal", .kind = OPTION_FLAG, .offset = TO(decimal),
	  .help = "In JSON, write bytes and addresses as numbers instead of \"0x..\" strings." },
	{ .name = "at", .argument = "MOMENT", .kind = OPTION_TEXT, .offset = TO(param[WANTED_AT]),
	  .help = "Tables at that moment: an event's number, STEP (when it has ended), STEP#2, STEP:enter, stage:NAME, end." },
	{ .name = "kind", .argument = "KIND,...", .values = VALUES_KINDS, .kind = OPTION_TEXT, .offset = TO(param[WANTED_KIND]),
	  .help = "Only events of these kinds, such as alloc or problem." },
	{ .name = "step", .argument = "STEP,...", .kind = OPTION_TEXT, .offset = TO(param[WANTED_STEP]),
	  .help = "Only events that happen in these calls." },
	{ .name = "owner", .argument = "OWNER,...", .values = VALUES_OWNERS, .kind = OPTION_TEXT, .offset = TO(param[WANTED_OWNER]),
	  .help = "Only events that give memory to these owners or take it from them." },
	{ .name = "range", .argument = "FIRST-END", .kind = OPTION_TEXT, .offset = TO(param[WANTED_RANGE]),
	  .help = "Only events that name an address in this range or change its owner; END is exclusive." },
	OPTION_FROM(false, TO(from)),
	{ .name = "fail-on", .argument = "WHAT", .values = "panic problem", .kind = OPTION_TEXT, .offset = TO(fail_on),
	  .help = "What makes the exit status 1: panic (default), or problem (anything the kernel complains about)." },
	{ .name = "lang", .argument = "LANGUAGE", .values = "en zh-CN", .kind = OPTION_TEXT, .offset = TO(param[WANTED_LANG]),
	  .help = "Language of -o explain and of --knobs: en (default) or zh-CN." },
	{ .name = "knobs", .kind = OPTION_FLAG, .offset = TO(knobs),
	  .help = "With -o ledger: list below each line the inputs that would change it and by how much, found by booting with them." },
	{ .name = "ops", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXT, .offset = TO(ops),
	  .help = "What to ask of the booted machine, one statement per line: 'a = alloc order=2', 'free a cpu=1', "
		  "'repeat 64 { alloc }', 'random 2000 seed=7' ...; 'mmscope help ops' lists them all." },
};

/* "zoneinfo" with --json and --at paging_init -> "zoneinfo.json?at=paging_init" */
static void artifact_name(const struct boot_options *o, struct bytes *name)
{
	const char *type = artifact_type(o->format);
	char sign = strchr(o->format, '?') ? '&' : '?';

	bytes_puts(name, o->format);
	if (o->json && type && !strncmp(type, "text/", 5))
		bytes_puts(name, ".json");
	for (int i = 0; i < WANTED_NR_PARAMS; i++) {
		if (!o->param[i])
			continue;
		bytes_printf(name, "%c%s=%s", sign, wanted_param_name((enum wanted_param)i), o->param[i]);
		sign = '&';
	}
}

/* Would the format exist with just this parameter? */
static bool fits(const struct boot_options *o, enum wanted_param param)
{
	struct boot_options alone = { .format = o->format, .json = o->json };
	struct bytes name = { 0 };
	bool fits;

	alone.param[param] = o->param[param];
	artifact_name(&alone, &name);
	fits = artifact_type(bytes_text(&name));
	bytes_deinit(&name);
	return fits;
}

/* Is there "zoneinfo.json" to the format "zoneinfo"? */
static bool artifact_has_json(const char *format)
{
	struct bytes name = { 0 };
	bool has;

	bytes_printf(&name, "%s.json?at=end", format);
	has = artifact_type(bytes_text(&name));
	bytes_deinit(&name);
	return has;
}

/* The format exists, so it must be a parameter that does not go with it.  Complain about that one. */
static int unfit_param(const char *program, const struct boot_options *o)
{
	for (int i = 0; i < WANTED_NR_PARAMS; i++) {
		const char *name = wanted_param_name((enum wanted_param)i);

		if (!o->param[i] || fits(o, (enum wanted_param)i))
			continue;
		if (i == WANTED_NUMBERS)
			return cli_usage(program, "--decimal needs JSON, and -o %s is not%s", o->format,
					 o->json ? "" : " (--json?)");
		if (i == WANTED_LANG && !texts_has_language(o->param[i]))
			return cli_unknown_language(program, o->param[i]);
		if (!wanted_value_fits((enum wanted_param)i, o->param[i]))
			return cli_usage(program, "--%s cannot be '%s'", name, o->param[i]);
		if (i == WANTED_AT && !o->json && artifact_has_json(o->format))
			return cli_usage(program, "the text of -o %s is of the end of the boot; -o state/TABLE --at %s shows a "
					 "table at that moment, -o %s --json --at %s what it is made of",
					 o->format, o->param[i], o->format, o->param[i]);
		return cli_usage(program, "--%s does not go with -o %s%s", name, o->format,
				 i == WANTED_LANG ? "; it goes with -o explain, and with -o ledger --knobs" :
				 i != WANTED_AT ? "; it goes with -o events" : "");
	}
	return cli_usage(program, "-o %s does not come in that form", o->format);
}

/* A log may not fit into memory, so it is written as it is rendered, in blocks of this size. */
#define STREAM_BLOCK	(64u << 10)

static int flush(struct bytes *pending)
{
	bool ok = !pending->failed && cli_write(bytes_text(pending), pending->len);

	bytes_clear(pending);
	return ok ? 0 : -EIO;
}

static int to_stdout(void *ctx, const char *text, size_t len)
{
	struct bytes *pending = ctx;

	bytes_add(pending, text, len);
	if (pending->len < STREAM_BLOCK && !pending->failed)
		return 0;
	return flush(pending);
}

static int stream(const char *program, const struct run *run, const char *artifact)
{
	struct bytes pending = { 0 };
	int err = mm_report(run->mm, artifact, to_stdout, &pending);

	if (!err)
		err = flush(&pending);
	bytes_deinit(&pending);
	if (!err)
		return CLI_OK;
	fprintf(stderr, "%s: cannot write the answer: %s\n", program, strerror(errno));
	return CLI_OUR_FAILURE;
}

struct first_line {
	char text[200];
	size_t len;
};

static int take_line(void *ctx, const char *text, size_t len)
{
	struct first_line *line = ctx;

	for (size_t i = 0; i < len && text[i] != '\n' && line->len + 1 < sizeof(line->text); ) {
		size_t unfit = plain_unfit(text + i, len - i);

		line->text[line->len++] = unfit ? '?' : text[i];
		i += unfit ? unfit : 1;
	}
	return memchr(text, '\n', len) ? 1 : 0;
}

/* What to print of a problem: the kernel's own words, skipping a first line that says nothing; or if it prints none,
 * the reason, or else the place. */
static const char *reason_of(const struct mm_event *event)
{
	if (event->nr_printk > 1)
		return event->printk[1];
	for (size_t i = 0; i < event->nr_why; i++)
		if (!strcmp(event->why[i].name, "reason") && event->why[i].type == MM_STR)
			return event->why[i].value.s;
	return event->fn;
}

/* Repeat on stderr what the modelled kernel complains about; returns how many complaints there are. */
static size_t tell_problems(const char *program, const struct mm *mm)
{
	size_t nr = 0;

	for (size_t seq = 0; seq < mm_nr_events(mm); seq++) {
		const struct mm_event *event = mm_event(mm, seq);
		struct first_line line = { .len = 0 };

		if (event->kind != MM_PROBLEM || nr++ >= SHOWN_PROBLEMS)
			continue;
		mm_event_log(mm, event, 0, take_line, &line);
		fprintf(stderr, "%s: problem #%zu: %s\n", program, seq, line.len && !strstr(line.text, "[ cut here ]") ? line.text : reason_of(event));
	}
	if (nr > SHOWN_PROBLEMS)
		fprintf(stderr, "%s: and %zu more\n", program, nr - SHOWN_PROBLEMS);
	if (nr)
		fprintf(stderr, "%s: 'mmscope check' says why, and what helps\n", program);
	return nr;
}

static int render_knobs(const struct run *run, bool json, const char *lang, struct bytes *out, struct mm_error *error)
{
	struct sentences *sentences;
	struct knobs knobs;
	int err = sentences_new(lang, &sentences, error);

	if (err)
		return err;
	if (knobs_of(run, &knobs)) {
		err = fail(error, -ENOMEM, NULL, "not enough memory for the knobs");
	} else if (json) {
		knobs_write_json(&knobs, sentences, out);
		knobs_deinit(&knobs);
	} else {
		knobs_write_text(&knobs, run, sentences, out);
		knobs_deinit(&knobs);
	}
	sentences_free(sentences);
	return err;
}

static int render(const struct run *run, const char *artifact, const struct boot_options *o, struct bytes *out,
		  struct mm_error *error)
{
	return o->knobs ? render_knobs(run, strchr(artifact, '.') != NULL, o->knobs_lang, out, error) :
			  artifact_render(run, artifact, out, error);
}

/* Name the kernel if nobody chose it, or its numbers would be taken for the board's. */
static void say_default(const char *program, const struct request *request)
{
	struct bytes text = { 0 };

	bytes_printf(&text, "no kernel is given: this is %s; -k takes another, 'mmscope kernels' lists them", request->kernel);
	cli_say(program, bytes_text(&text));
	bytes_deinit(&text);
}

static int boot(const char *program, const struct request *request, const struct boot_options *o, const char *artifact)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	struct run run;
	int status, err = run_boot(request, &run, &error);

	if (err) {
		ask_blame(&o->ask, &error);
		return cli_fail(program, err, &error);
	}
	if (request->default_kernel)
		say_default(program, request);
	err = artifact_streams(artifact) ? 0 : render(&run, artifact, o, &out, &error);
	if (artifact_streams(artifact))
		status = stream(program, &run, artifact);
	else if (err)
		/* Here an unknown name is a slip of the keyboard, not bad input. */
		status = cli_fail(program, err == -ENOENT ? -EINVAL : err, &error);
	else
		status = cli_print(program, &out);
	if (status == CLI_OK && tell_problems(program, run.mm) && o->fail_on && !strcmp(o->fail_on, "problem"))
		status = CLI_NO;
	if (status == CLI_OK && mm_panicked(run.mm)) {
		fprintf(stderr, "%s: the modelled kernel panicked\n", program);
		status = CLI_NO;
	}
	bytes_deinit(&out);
	run_deinit(&run);
	return status;
}

/* Memory for a boot from a recorded state, in bytes. */
#define STATE_MAX_MEMORY	(8ull << 30)
#define STATE_MAX_SECONDS	120

struct boot_input {
	const char *program;
	const struct request *request;
	const struct boot_options *options;
	const char *artifact;
};

static int boot_work(const void *ctx)
{
	const struct boot_input *input = ctx;

	return boot(input->program, input->request, input->options, input->artifact);
}

/* A recorded state is large and comes from somebody else, so parse it in a sandboxed process. */
static int boot_confined(const char *program, const struct request *request, const struct boot_options *o, const char *artifact)
{
	const struct boot_input input = { program, request, o, artifact };
	const struct confined how = {
		.title = "mmscope-state", .what = o->ask.from_state,
		.limits = { .memory = STATE_MAX_MEMORY, .cpu_seconds = STATE_MAX_SECONDS },
		.print = boot_work, .input = &input,
	};
	struct mm_error error = { .offset = -1 };
	int status = confined_print(&how, &error);

	return status < 0 ? cli_fail(program, status, &error) : status;
}

static int resolve_and_boot(const char *program, const struct boot_options *o, const char *artifact)
{
	struct mm_error error = { .offset = -1 };
	struct bytes ops = { 0 };
	struct request request;
	struct ask ask = o->ask;
	int status, err = o->ops ? slurp_any(o->ops, REQUEST_MAX_OPS, &ops, &error) : 0;

	ask.ops = o->ops ? bytes_text(&ops) : NULL;
	if (!err)
		err = cli_resolve(&ask, o->from, &request, &error);
	bytes_deinit(&ops);
	if (err)
		return cli_fail(program, err, &error);
	tell_trust(program, request.kernel, &request.profile, &ask, false);
	status = request.from_state ? boot_confined(program, &request, o, artifact) : boot(program, &request, o, artifact);
	request_deinit(&request);
	return status;
}

/* Complain about "zonefino", suggest zoneinfo, and list what there is. */
static int unknown_format(const char *program, const char *format)
{
	const char *names[64], *nearest;
	struct bytes known = { 0 };
	size_t nr = artifact_count();
	int status;

	for (size_t i = 0; i < nr && i < 63; i++) {
		names[i] = artifact_card(i)->name;
		bytes_printf(&known, " %s", names[i]);
	}
	names[nr < 63 ? nr : 63] = NULL;
	nearest = words_nearest(names, format);
	if (nearest)
		status = cli_usage(program, "there is no format '%s'; did you mean '%s'? There are:%s", format, nearest,
				   bytes_text(&known));
	else
		status = cli_usage(program, "there is no format '%s'; there are:%s", format, bytes_text(&known));
	bytes_deinit(&known);
	return status;
}

static int run_boot_command(const struct command *command, int argc, char **argv)
{
	struct boot_options o = { .ask.allow_files = true, .format = "log" };
	int status = command_parse(command, argc, argv, &o);
	struct bytes name = { 0 };

	if (status >= 0)
		return status;
	if (o.fail_on && strcmp(o.fail_on, "panic") && strcmp(o.fail_on, "problem"))
		return cli_usage(argv[0], "--fail-on takes panic or problem, not '%s'", o.fail_on);
	if (o.knobs && (strcmp(o.format, "ledger") || o.param[WANTED_AT]))
		return cli_usage(argv[0], "--knobs goes with -o ledger, at the end of the boot");
	if (o.knobs && o.param[WANTED_LANG]) {
		if (!texts_has_language(o.param[WANTED_LANG]))
			return cli_unknown_language(argv[0], o.param[WANTED_LANG]);
		o.knobs_lang = o.param[WANTED_LANG];
		o.param[WANTED_LANG] = NULL;
	}
	o.ask.board = argv[optind];
	o.param[WANTED_NUMBERS] = o.decimal ? "decimal" : NULL;
	artifact_name(&o, &name);
	if (name.failed)
		status = cli_print(argv[0], &name);
	else if (artifact_type(bytes_text(&name)))
		status = resolve_and_boot(argv[0], &o, bytes_text(&name));
	else if (artifact_type(o.format))
		status = unfit_param(argv[0], &o);
	else
		status = unknown_format(argv[0], o.format);
	bytes_deinit(&name);
	return status;
}

const struct command command_boot = {
	.name = "boot", .program = "mmscope boot", .summary = "boot a board and print what its kernel would say",
	.operands = "BOARD", .missing = "no board is given", .values = VALUES_BOARDS, .max_operands = 1,
	.about = "Boot a board and print what the kernel would say or show.\n\n"
		 "BOARD is a name ('mmscope boards'), a .dtb, a .dts, the directory of a recorded boot, or - for a .dtb from "
		 "standard input.",
	.exit_status = "0 booted; 1 the modelled kernel panicked, or complained with --fail-on problem; 2 usage; 3 a board, kernel or file "
		       "could not be read; 4 our own failure.",
	.notes = "Sizes and addresses take 0x.. and K, M, G, T.\n"
		 "Example: mmscope boot board.dtb -m 2G -k 6.7 -c 'memblock=debug cma=64M' -o zoneinfo",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(ask), .run = run_boot_command,
};
