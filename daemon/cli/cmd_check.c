// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_check.c - mmscope check: what is wrong with boards' memory, why, and what helps. */
#include "daemon/answers/metrics.h"
#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/cli/cli.h"
#include "daemon/doctor/expect.h"
#include "daemon/doctor/finding.h"
#include "daemon/doctor/fix.h"
#include "daemon/doctor/report.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"Usage: mmscope check BOARD... [OPTION]...\n"
	"Boot boards and say what is wrong with their memory, why, and what was found to help.\n\n"
	"BOARD is a name ('mmscope boards'), a .dtb, a .dts, a recorded boot, or a folder of .dtb files.\n"
	"Every board is booted with every -k and every -c.\n\n"
	"  -k, --kernel KERNEL       a name or a profile's .json; may be given several times\n"
	"  -c, --cmdline TEXT        the kernel's command line; may be given several times\n"
	"  -m, --memory LIST         RAM, in place of the board's: SIZE[@ADDRESS],...\n"
	"      --image-addr ADDRESS  where the boot loader put the kernel's first byte\n"
	"      --dtb-addr ADDRESS    where it put the device tree\n"
	"      --initrd ADDRESS,SIZE where it put the initial RAM disk\n"
	"      --expect EXPRESSION   fail unless this holds: 'cma.size >= 512M && problems == 0';\n"
	"                            'mmscope boot BOARD -o metrics' lists the names\n"
	"      --fail-on SEVERITY    note, warning (default), error: what makes the exit status 1\n"
	"      --ignore RULE[@NODE]  leave such findings out; '@NODE' is a tree's path or a parameter\n"
	"      --baseline FILE       leave out what FILE lists, a RULE[@NODE] on each line\n"
	"      --write-baseline FILE list all that is found now\n"
	"      --fix, --no-fix       look for changes that help, by booting them; default: for one boot only\n"
	"      --format FORMAT       text (default), json, sarif, junit, github\n"
	"      --rules               list the rules and what they mean\n"
	"      --boards DIR          look here first for boards and kernels\n"
	"  -h, --help                print this\n"
	"      --version             print the version\n\n"
	"Exit status: 0 clean; 1 a finding at --fail-on or above, or an expectation that does not hold;\n"
	"2 usage or a bad expression; 3 an input could not be read (the others are answered); 4 our own failure.\n"
	"Example: mmscope check board.dts -k 6.12 -k 7.2 -c 'cma=512M' --expect 'memtotal > 1.8G'\n";

enum {
	OPT_IMAGE = 256, OPT_DTB, OPT_INITRD, OPT_EXPECT, OPT_FAIL_ON, OPT_IGNORE, OPT_BASELINE, OPT_WRITE_BASELINE,
	OPT_FIX, OPT_NO_FIX, OPT_FORMAT, OPT_RULES, OPT_BOARDS, OPT_VERSION,
};

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'k' },
	{ "cmdline", required_argument, NULL, 'c' },
	{ "memory", required_argument, NULL, 'm' },
	{ "image-addr", required_argument, NULL, OPT_IMAGE },
	{ "dtb-addr", required_argument, NULL, OPT_DTB },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "expect", required_argument, NULL, OPT_EXPECT },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "ignore", required_argument, NULL, OPT_IGNORE },
	{ "baseline", required_argument, NULL, OPT_BASELINE },
	{ "write-baseline", required_argument, NULL, OPT_WRITE_BASELINE },
	{ "fix", no_argument, NULL, OPT_FIX },
	{ "no-fix", no_argument, NULL, OPT_NO_FIX },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "rules", no_argument, NULL, OPT_RULES },
	{ "boards", required_argument, NULL, OPT_BOARDS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

#define MAX_FOLDER_DEPTH	32
#define MAX_BASELINE		(1u << 20)

/* Strings, owned. */
struct words {
	char **word;
	size_t nr, cap;
};

struct check {
	const char *program;
	struct ask ask;
	struct words boards, kernels, cmdlines, expectations, ignored;
	const char *format, *write_baseline;
	int fail_on;
	int fix;			/* -1: not said */
	struct report report;
	struct bytes out, baseline;
	bool found, bad_input, our_failure, bad_expression;
};

static bool words_add(struct words *words, const char *word)
{
	if (words->nr == words->cap) {
		size_t cap = words->cap ? 2 * words->cap : 8;
		char **grown = realloc(words->word, cap * sizeof(*grown));

		if (!grown)
			return false;
		words->word = grown;
		words->cap = cap;
	}
	words->word[words->nr] = strdup(word);
	return words->word[words->nr] && ++words->nr;
}

static void words_deinit(struct words *words)
{
	for (size_t i = 0; i < words->nr; i++)
		free(words->word[i]);
	free(words->word);
}

static void check_deinit(struct check *c)
{
	words_deinit(&c->boards);
	words_deinit(&c->kernels);
	words_deinit(&c->cmdlines);
	words_deinit(&c->expectations);
	words_deinit(&c->ignored);
	bytes_deinit(&c->out);
	bytes_deinit(&c->baseline);
}

/* ----------------------------------------------------------------- the boards */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_tree(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && !strcmp(name + len - 4, ".dtb");
}

/* All trees below a folder; links are not followed, so that there is an end. */
static bool add_folder(struct words *boards, const char *path, unsigned depth)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool ok = true;

	if (!dir)
		return false;
	while (ok && (entry = readdir(dir))) {
		struct bytes name = { 0 };
		struct stat st;

		if (*entry->d_name == '.')
			continue;
		bytes_printf(&name, "%s/%s", path, entry->d_name);
		if (name.failed)
			ok = false;
		else if (lstat(name.data, &st))
			ok = true;	/* gone in the meantime */
		else if (S_ISDIR(st.st_mode))
			ok = depth >= MAX_FOLDER_DEPTH || add_folder(boards, name.data, depth + 1);
		else if (S_ISREG(st.st_mode) && is_tree(entry->d_name))
			ok = words_add(boards, name.data);
		bytes_deinit(&name);
	}
	closedir(dir);
	return ok;
}

static bool is_folder_of_trees(const char *path)
{
	struct bytes dtb = { 0 };
	struct stat st;
	bool is_capture;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return false;
	bytes_printf(&dtb, "%s/board.dtb", path);
	is_capture = !dtb.failed && !access(dtb.data, F_OK);
	bytes_deinit(&dtb);
	return !is_capture;
}

static bool add_board(struct check *c, const char *name)
{
	size_t before = c->boards.nr;

	if (!is_folder_of_trees(name))
		return words_add(&c->boards, name);
	if (!add_folder(&c->boards, name, 0))
		return false;
	qsort(c->boards.word + before, c->boards.nr - before, sizeof(*c->boards.word), by_text);
	return true;
}

/* --------------------------------------------------------- what is left out of it */

/* "RULE" or "RULE@NODE"; an unknown rule is a slip. */
static int add_ignored(struct check *c, const char *text)
{
	size_t len = strcspn(text, "@");
	char id[64];

	snprintf(id, sizeof(id), "%.*s", (int)len, text);
	if (!rule_find(id)) {
		const char *nearest = rule_nearest(id);

		return cli_usage(c->program, "there is no rule '%s'%s%s%s", id, nearest ? "; did you mean '" : "",
				 nearest ? nearest : "", nearest ? "'?" : " ('--rules' lists them)");
	}
	return words_add(&c->ignored, text) ? -1 : CLI_OUR_FAILURE;
}

static int read_baseline(struct check *c, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct bytes text = { 0 };
	int status = -1, err = slurp(path, MAX_BASELINE, &text, &error);

	if (err)
		return cli_fail(c->program, err, &error);
	for (char *at = text.data, *line; at && (line = strsep(&at, "\n"));) {
		if (*line && *line != '#' && (status = add_ignored(c, line)) >= 0)
			break;
	}
	bytes_deinit(&text);
	return status;
}

static bool is_ignored(const struct check *c, const struct finding *f)
{
	for (size_t i = 0; i < c->ignored.nr; i++) {
		const char *word = c->ignored.word[i];
		size_t len = strlen(f->rule->id);

		if (!strncmp(word, f->rule->id, len) && (!word[len] || (word[len] == '@' && !strcmp(word + len + 1, f->subject))))
			return true;
	}
	return false;
}

/* Moves what is to be shown to the front, and says how many are left out: those stay, to be freed. */
static size_t drop_ignored(const struct check *c, struct findings *findings)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->nr; i++) {
		struct finding f = findings->finding[i];

		if (is_ignored(c, &f))
			continue;
		findings->finding[i] = findings->finding[kept];
		findings->finding[kept++] = f;
	}
	return findings->nr - kept;
}

static void note_for_baseline(struct check *c, const struct finding *f)
{
	bytes_printf(&c->baseline, "%s%s%s\n", f->rule->id, *f->subject ? "@" : "", f->subject);
}

/* ---------------------------------------------------------------------- one boot */

static void hold_expectations(struct check *c, const struct run *run, struct bytes *why)
{
	struct mm_error error = { .offset = -1 };
	struct metrics metrics = { 0 };
	bool holds;

	if (!c->expectations.nr)
		return;
	if (metrics_of(run->mm, &metrics)) {
		c->our_failure = true;
		return;
	}
	for (size_t i = 0; i < c->expectations.nr && !c->bad_expression; i++) {
		int err = expect_holds(c->expectations.word[i], &metrics, &holds, why, &error);

		if (err) {
			cli_fail(c->program, err, &error);
			c->bad_expression = true;
		} else {
			c->found |= !holds;
		}
	}
	metrics_deinit(&metrics);
}

static const char *file_of(const char *board)
{
	return strchr(board, '/') || is_tree(board) || strstr(board, ".dts") ? board : NULL;
}

static bool is_source(const char *board)
{
	size_t len = strlen(board);

	return len > 4 && !strcmp(board + len - 4, ".dts");
}

static void tell(struct check *c, const struct run *run, struct findings *findings, struct checked *checked)
{
	struct bytes why = { 0 }, source = { 0 };
	struct mm_error ignored;

	checked->quiet = drop_ignored(c, findings);
	findings->nr -= checked->quiet;
	hold_expectations(c, run, &why);
	if (checked->file && is_source(checked->file) && !slurp(checked->file, MAX_BASELINE, &source, &ignored))
		checked->source = bytes_text(&source);
	checked->findings = findings;
	checked->expectation = &why;
	for (size_t i = 0; i < findings->nr; i++) {
		c->found |= (int)findings->finding[i].severity >= c->fail_on;
		note_for_baseline(c, &findings->finding[i]);
	}
	report_add(&c->report, checked);
	findings->nr += checked->quiet;
	bytes_deinit(&why);
	bytes_deinit(&source);
}

static void tell_error(struct check *c, struct checked *checked, int err, const struct mm_error *error)
{
	struct bytes sentence = { 0 };
	bool ours = err != -EINVAL && err != -ENOENT && err != -EBADMSG && err != -EFBIG;

	fail_sentence(error, &sentence);
	checked->error = bytes_text(&sentence);
	report_add(&c->report, checked);
	bytes_deinit(&sentence);
	*(ours ? &c->our_failure : &c->bad_input) = true;
}

static void check_run(struct check *c, const struct request *request, struct checked *checked)
{
	struct mm_error error = { .offset = -1 };
	struct findings findings = { 0 };
	struct run run;
	int err = run_boot(request, &run, &error);

	if (err) {
		tell_error(c, checked, err, &error);
		return;
	}
	if (findings_of(&run, &findings) || (c->fix && fixes_find(&run, &findings)))
		c->our_failure = true;
	else
		tell(c, &run, &findings, checked);
	findings_deinit(&findings);
	run_deinit(&run);
}

static void check_one(struct check *c, const char *board, const char *kernel, const char *cmdline)
{
	struct checked checked = { .board = board, .kernel = kernel, .cmdline = cmdline, .file = file_of(board) };
	struct mm_error error = { .offset = -1 };
	struct request request;
	int err;

	c->ask.board = board;
	c->ask.kernel = kernel;
	c->ask.cmdline = cmdline;
	err = request_resolve(&c->ask, &request, &error);
	if (err) {
		checked.kernel = kernel ? kernel : "its kernel";
		tell_error(c, &checked, err, &error);
		return;
	}
	checked.kernel = request.kernel;
	check_run(c, &request, &checked);
	request_deinit(&request);
}

static void check_all(struct check *c)
{
	for (size_t b = 0; b < c->boards.nr; b++)
		for (size_t k = 0; k < (c->kernels.nr ? c->kernels.nr : 1); k++)
			for (size_t l = 0; l < (c->cmdlines.nr ? c->cmdlines.nr : 1); l++) {
				if (c->our_failure || c->bad_expression)
					return;
				check_one(c, c->boards.word[b], c->kernels.nr ? c->kernels.word[k] : NULL,
					  c->cmdlines.nr ? c->cmdlines.word[l] : NULL);
			}
}

/* ------------------------------------------------------------------- the command */

static int list_rules(const char *program)
{
	struct bytes out = { 0 };
	int status;

	for (size_t i = 0; rule_at(i); i++)
		bytes_printf(&out, "%s%s (%s)\n  %s\n  %s\n", i ? "\n" : "", rule_at(i)->id,
			     severity_name(rule_at(i)->severity), rule_at(i)->title, rule_at(i)->help);
	status = cli_print(program, &out);
	bytes_deinit(&out);
	return status;
}

static int take_list(struct words *words)
{
	return words_add(words, optarg) ? -1 : CLI_OUR_FAILURE;
}

/* -1: go on; anything else ends the program with it. */
static int take_option(int option, struct check *c)
{
	const struct bytes text = { .data = (char *)usage, .len = sizeof(usage) - 1 };

	switch (option) {
	case 'k': return take_list(&c->kernels);
	case 'c': return take_list(&c->cmdlines);
	case OPT_EXPECT: return take_list(&c->expectations);
	case OPT_IGNORE: return add_ignored(c, optarg);
	case OPT_BASELINE: return read_baseline(c, optarg);
	case OPT_WRITE_BASELINE: c->write_baseline = optarg; return -1;
	case 'm': c->ask.memory = optarg; return -1;
	case OPT_IMAGE: c->ask.image_addr = optarg; return -1;
	case OPT_DTB: c->ask.dtb_addr = optarg; return -1;
	case OPT_INITRD: c->ask.initrd = optarg; return -1;
	case OPT_BOARDS: c->ask.boards_dir = optarg; return -1;
	case OPT_FORMAT: c->format = optarg; return -1;
	case OPT_FIX: c->fix = 1; return -1;
	case OPT_NO_FIX: c->fix = 0; return -1;
	case OPT_FAIL_ON:
		c->fail_on = severity_parse(optarg);
		return c->fail_on >= 0 ? -1 : cli_usage(c->program, "--fail-on takes note, warning or error, not '%s'", optarg);
	case OPT_RULES: return list_rules(c->program);
	case 'h': return cli_print(c->program, &text);
	case OPT_VERSION: return cli_version();
	default: return cli_try_help(c->program);
	}
}

static int take_options(int argc, char **argv, struct check *c)
{
	int option, status;

	while ((option = getopt_long(argc, argv, "k:c:m:h", options, NULL)) >= 0) {
		status = take_option(option, c);
		if (status >= 0)
			return status;
	}
	if (optind == argc)
		return cli_usage(argv[0], "no board is given");
	for (; optind < argc; optind++)
		if (!add_board(c, argv[optind])) {
			fprintf(stderr, "%s: cannot read the folder %s: %s\n", c->program, argv[optind], strerror(errno));
			return errno == ENOMEM ? CLI_OUR_FAILURE : CLI_BAD_INPUT;
		}
	if (!c->boards.nr)
		return cli_usage(argv[0], "there is no .dtb in what is given");
	if (c->fix < 0)
		c->fix = c->boards.nr == 1 && c->kernels.nr < 2 && c->cmdlines.nr < 2;
	return -1;
}

/* Written whole or not at all. */
static int save_baseline(const struct check *c)
{
	struct bytes part = { 0 };
	FILE *file;
	bool ok;

	bytes_printf(&part, "%s.part", c->write_baseline);
	file = part.failed ? NULL : fopen(part.data, "w");
	ok = file && fwrite(bytes_text(&c->baseline), 1, c->baseline.len, file) == c->baseline.len;
	if (file && fclose(file))
		ok = false;
	ok = ok && !rename(part.data, c->write_baseline);
	if (!ok)
		fprintf(stderr, "%s: cannot write %s: %s\n", c->program, c->write_baseline, strerror(errno));
	bytes_deinit(&part);
	return ok ? -1 : CLI_OUR_FAILURE;
}

static int finish(struct check *c)
{
	int status;

	report_end(&c->report);
	if (c->bad_expression)
		return CLI_USAGE;
	status = cli_print(c->program, &c->out);
	if (status != CLI_OK)
		return status;
	if (c->our_failure || c->baseline.failed) {
		fprintf(stderr, "%s: no memory for the whole answer\n", c->program);
		return CLI_OUR_FAILURE;
	}
	if (c->write_baseline && (status = save_baseline(c)) >= 0)
		return status;
	return c->bad_input ? CLI_BAD_INPUT : c->found && !c->write_baseline ? CLI_NO : CLI_OK;
}

int cmd_check(int argc, char **argv)
{
	struct check c = { .program = argv[0], .ask.allow_files = true, .format = "text",
			   .fail_on = SEVERITY_WARNING, .fix = -1 };
	int status = take_options(argc, argv, &c);

	if (status < 0 && !report_begin(&c.report, c.format, &c.out))
		status = cli_usage(argv[0], "there is no format '%s'; there are %s", c.format, report_formats());
	if (status < 0) {
		check_all(&c);
		status = finish(&c);
	}
	check_deinit(&c);
	return status;
}
