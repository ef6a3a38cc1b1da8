// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_check.c - mmscope check: what is wrong with a board's memory, why, and what would help. */
#include "daemon/answers/metrics.h"
#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/slurp.h"
#include "daemon/base/spill.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/cli/resolve.h"
#include "daemon/cli/tell_trust.h"
#include "daemon/doctor/corpus.h"
#include "daemon/doctor/expect.h"
#include "daemon/doctor/finding.h"
#include "daemon/doctor/fix.h"
#include "daemon/doctor/report.h"
#include "daemon/texts/decode_texts.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FOLDER_DEPTH	32
#define MANY_BOARDS	8	/* beyond this many boards, each gets a single line */
#define MAX_BASELINE		(1u << 20)

#define MAX_LOADED		8	/* how many kernels to keep for the next board */

/* A kernel, and the profile that it was read from. */
struct loaded {
	struct mm_kernel *kernel;
	struct bytes profile;
};

/* Strings, owned. */
struct words {
	char **word;
	size_t nr, cap;
};

struct check {
	const char *program;
	struct ask ask;
	struct words boards, ignored;
	struct option_texts kernels, cmdlines, expectations, ignore;
	const char *format, *read_baseline, *write_baseline, *fail_on_text, *default_memory, *lang, *from;
	int fail_on;
	bool fix, no_fix, rules, details, brief, folder;
	struct sentences *sentences;	/* of lang; NULL: English */
	struct report report;
	struct corpus corpus;
	const char *shown;		/* the board's name together with what was assumed; NULL: nothing was */
	/* Kernels of earlier boots.  Reading a profile takes longer than booting, and the next board usually needs
	 * the same. */
	struct loaded loaded[MAX_LOADED];
	size_t nr_loaded;
	struct bytes out, baseline;
	bool found, bad_input, our_failure, bad_expression;
	char told[64];		/* the kernel that tell_trust() spoke of last: once is enough for many boards */
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
	words_deinit(&c->ignored);
	bytes_deinit(&c->out);
	bytes_deinit(&c->baseline);
	corpus_deinit(&c->corpus);
	sentences_free(c->sentences);
	for (size_t i = 0; i < c->nr_loaded; i++) {
		bytes_deinit(&c->loaded[i].profile);
		mm_kernel_free(c->loaded[i].kernel);
	}
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

/* Add all trees below a folder.  Symbolic links are not followed: they could form a loop. */
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
		bytes_printf(&name, "%.*s/%s", folder_len(path), path, entry->d_name);
		if (name.failed)
			ok = false;
		else if (lstat(name.data, &st))
			ok = true;	/* it vanished meanwhile */
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
	c->folder = true;
	if (!add_folder(&c->boards, name, 0))
		return false;
	qsort(c->boards.word + before, c->boards.nr - before, sizeof(*c->boards.word), by_text);
	return true;
}

/* --------------------------------------------------------- what is left out of it */

/* Parse "RULE" or "RULE@NODE".  An unknown rule is a usage error. */
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

/* Move the findings to be shown to the front; returns how many are left out.  Those stay behind them, to be freed. */
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
		int err = expect_holds(c->expectations.text[i], &metrics, &holds, why, &error);

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

/* Where the amount of RAM comes from. */
static const char *ram_from(const struct check *c, const struct request *request)
{
	if (request->uefi)
		return "UEFI's memory map";
	if (!request->nr_banks)
		return "the device tree";
	return c->shown ? "--default-memory" : c->ask.memory ? "--memory" : c->from ? "the boot log" : "the board";
}

static bool measure(const struct check *c, const struct run *run, struct checked *checked)
{
	struct metrics metrics = { 0 };
	const struct metric *ram, *memtotal;

	if (metrics_of(run->mm, &metrics))
		return false;
	ram = metrics_find(&metrics, "ram");
	memtotal = metrics_find(&metrics, "memtotal");
	checked->ram = ram ? ram->value : 0;
	checked->memtotal = memtotal ? memtotal->value : 0;
	checked->ram_from = ram_from(c, run->request);
	metrics_deinit(&metrics);
	return true;
}

static void add(struct check *c, const struct checked *checked)
{
	if (!c->brief) {
		report_add(&c->report, checked);
		return;
	}
	corpus_line(checked, c->sentences, &c->out);
	corpus_add(&c->corpus, checked, checked->memtotal);
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
	if ((!c->brief || c->kernels.nr > 1) && !measure(c, run, checked))
		c->our_failure = true;
	add(c, checked);
	findings->nr += checked->quiet;
	bytes_deinit(&why);
	bytes_deinit(&source);
}

static void tell_error(struct check *c, struct checked *checked, int err, const struct mm_error *error)
{
	struct bytes sentence = { 0 };
	struct mm_error told = *error;
	bool ours = err != -EINVAL && err != -ENOENT && err != -EBADMSG && err != -EFBIG;

	/* The line begins with the board's name, so do not repeat it. */
	if (!strcmp(told.where, checked->board))
		*told.where = '\0';
	fail_sentence(&told, &sentence);
	if (!strcmp(error->option, "memory"))
		bytes_puts(&sentence, "; give --memory SIZE, or --default-memory SIZE for all such trees");
	else
		fail_advice(error, &sentence);
	checked->error = bytes_text(&sentence);
	add(c, checked);
	bytes_deinit(&sentence);
	*(ours ? &c->our_failure : &c->bad_input) = true;
}

static struct mm_kernel *find_loaded(const struct check *c, const struct bytes *profile)
{
	for (size_t i = 0; i < c->nr_loaded; i++) {
		const struct loaded *l = &c->loaded[i];

		if (l->profile.len == profile->len && !memcmp(l->profile.data, profile->data, profile->len))
			return l->kernel;
	}
	return NULL;
}

/* Keep the run's kernel for later boots, if there is room. */
static void keep_kernel(struct check *c, const struct request *request, struct run *run)
{
	struct loaded *l = &c->loaded[c->nr_loaded];

	if (c->nr_loaded == MAX_LOADED)
		return;
	bytes_add(&l->profile, request->profile.data, request->profile.len);
	if (l->profile.failed) {
		bytes_deinit(&l->profile);
		return;
	}
	l->kernel = run->kernel;
	run->kernel_is_borrowed = true;
	c->nr_loaded++;
}

/* Like run_boot(), but reuses the kernel of an earlier boot if it is the same. */
static int boot(struct check *c, const struct request *request, struct run *run, struct mm_error *error)
{
	struct mm_kernel *kernel = find_loaded(c, &request->profile);
	int err;

	if (kernel)
		return run_boot_kernel(request, kernel, run, error);
	err = run_boot(request, run, error);
	if (!err)
		keep_kernel(c, request, run);
	return err;
}

static bool wants_memory(const struct mm_error *error)
{
	return !strcmp(error->option, "memory");
}

/* Boot and check.  False: the tree leaves RAM to the loader, so try --default-memory. */
static bool check_run(struct check *c, const struct request *request, struct checked *checked, bool may_ask)
{
	struct mm_error error = { .offset = -1 };
	struct findings findings = { 0 };
	struct run run;
	int err = boot(c, request, &run, &error);

	if (err && may_ask && wants_memory(&error))
		return false;
	if (err) {
		tell_error(c, checked, err, &error);
		return true;
	}
	if (findings_of(&run, &findings) || (c->fix && fixes_find(&run, &findings)) || findings_translate(&findings, c->sentences))
		c->our_failure = true;
	else
		tell(c, &run, &findings, checked);
	findings_deinit(&findings);
	run_deinit(&run);
	return true;
}

static bool check_with(struct check *c, const char *board, const char *kernel, const char *cmdline, bool may_ask)
{
	bool done;
	struct checked checked = { .board = c->shown ? c->shown : board, .kernel = kernel, .cmdline = cmdline, .file = file_of(board) };
	struct mm_error error = { .offset = -1 };
	struct request request;
	int err;

	c->ask.board = board;
	c->ask.kernel = kernel;
	c->ask.cmdline = cmdline;
	err = cli_resolve(&c->ask, c->from, &request, &error);
	if (err) {
		tell_error(c, &checked, err, &error);
		return true;
	}
	checked.kernel = request.kernel;
	if (strcmp(c->told, request.kernel))
		tell_trust(c->program, request.kernel, &request.profile, &c->ask, false);
	snprintf(c->told, sizeof(c->told), "%s", request.kernel);
	done = check_run(c, &request, &checked, may_ask);
	request_deinit(&request);
	return done;
}

/* Check one board with one kernel.  Where RAM is up to the loader, use --default-memory, and say so in its line. */
static void check_one(struct check *c, const char *board, const char *kernel, const char *cmdline)
{
	struct bytes name = { 0 };

	if (check_with(c, board, kernel, cmdline, c->default_memory != NULL))
		return;
	c->ask.memory = c->default_memory;
	bytes_printf(&name, "%s (RAM assumed: %s)", board, c->default_memory);
	c->shown = name.failed ? board : name.data;
	check_with(c, board, kernel, cmdline, false);
	c->shown = NULL;
	c->ask.memory = NULL;
	bytes_deinit(&name);
}

static void check_all(struct check *c)
{
	for (size_t b = 0; b < c->boards.nr; b++)
		for (size_t k = 0; k < (c->kernels.nr ? c->kernels.nr : 1); k++)
			for (size_t l = 0; l < (c->cmdlines.nr ? c->cmdlines.nr : 1); l++) {
				if (c->our_failure || c->bad_expression)
					return;
				check_one(c, c->boards.word[b], c->kernels.nr ? c->kernels.text[k] : NULL,
					  c->cmdlines.nr ? c->cmdlines.text[l] : NULL);
			}
}

/* ------------------------------------------------------------------- the command */

static int list_rules(const char *program, const struct sentences *sentences)
{
	struct bytes out = { 0 };
	int status;

	for (size_t i = 0; rule_at(i); i++) {
		bytes_printf(&out, "%s%s (%s)\n  ", i ? "\n" : "", rule_at(i)->id, severity_name(rule_at(i)->severity));
		sentences_put(sentences, rule_at(i)->title, &out);
		bytes_puts(&out, "\n  ");
		sentences_put(sentences, rule_at(i)->help, &out);
		bytes_putc(&out, '\n');
	}
	status = cli_print(program, &out);
	bytes_deinit(&out);
	return status;
}

#define TO(member) offsetof(struct check, member)

static const struct command_option options[] = {
	OPTION_SEVERAL("kernel", TO(kernels)), OPTION_SEVERAL("cmdline", TO(cmdlines)),
	OPTION_FROM(false, TO(from)),
	{ .name = "expect", .argument = "EXPRESSION", .kind = OPTION_TEXTS, .offset = TO(expectations),
	  .help = "Fail unless this holds: 'cma.size >= 512M && problems == 0'; 'mmscope boot BOARD -o metrics' lists "
		  "the names." },
	{ .name = "fail-on", .argument = "SEVERITY", .values = "note warning error", .kind = OPTION_TEXT,
	  .offset = TO(fail_on_text), .help = "The least severity that makes the exit status 1: note, warning (default) or error." },
	{ .name = "ignore", .argument = "RULE[@NODE]", .values = VALUES_RULES, .kind = OPTION_TEXTS, .offset = TO(ignore),
	  .help = "Leave out such findings; '@NODE' is a path in the tree or a parameter." },
	{ .name = "baseline", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXT, .offset = TO(read_baseline),
	  .help = "Leave out the findings that FILE lists, one RULE[@NODE] per line." },
	{ .name = "write-baseline", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXT,
	  .offset = TO(write_baseline), .help = "Write what is found now to FILE, for --baseline." },
	{ .name = "fix", .kind = OPTION_FLAG, .offset = TO(fix),
	  .help = "Look for changes that help, by booting them; for one boot this is the default." },
	{ .name = "no-fix", .kind = OPTION_FLAG, .offset = TO(no_fix), .help = "Do not look for them." },
	{ .name = "format", .argument = "FORMAT", .values = "text json sarif junit github", .kind = OPTION_TEXT,
	  .offset = TO(format), .help = "text (default), json, sarif, junit, github." },
	{ .name = "lang", .argument = "LANGUAGE", .values = "en zh-CN", .kind = OPTION_TEXT, .offset = TO(lang),
	  .help = "Language of the report: en (default) or zh-CN." },
	{ .name = "details", .kind = OPTION_FLAG, .offset = TO(details),
	  .help = "Print every finding in full, also for a folder or many boards; otherwise each boot gets one line." },
	{ .name = "default-memory", .argument = "SIZE", .kind = OPTION_TEXT, .offset = TO(default_memory),
	  .help = "How much RAM boards have whose tree leaves that to the loader." },
	{ .name = "rules", .kind = OPTION_FLAG, .offset = TO(rules), .help = "List the rules and what they mean." },
};

/* Check options against each other.  -1: carry on; anything else is the status to exit with. */
static int settle_options(struct check *c)
{
	struct mm_error error = { .offset = -1 };
	int status, err;

	if (c->lang && !texts_has_language(c->lang))
		return cli_unknown_language(c->program, c->lang);
	err = sentences_new(c->lang, &c->sentences, &error);
	if (err)
		return cli_fail(c->program, err, &error);
	status = c->read_baseline ? read_baseline(c, c->read_baseline) : -1;

	for (size_t i = 0; i < c->ignore.nr && status < 0; i++)
		status = add_ignored(c, c->ignore.text[i]);
	if (status >= 0)
		return status;
	if (c->fail_on_text)
		c->fail_on = severity_parse(c->fail_on_text);
	if (c->fail_on < 0)
		return cli_usage(c->program, "--fail-on takes note, warning or error, not '%s'", c->fail_on_text);
	if (c->rules)
		return list_rules(c->program, c->sentences);
	return -1;
}

static int take_boards(struct check *c, char **boards)
{
	if (!*boards)
		return cli_usage(c->program, "no board is given");
	for (; *boards; boards++)
		if (!add_board(c, *boards)) {
			fprintf(stderr, "%s: cannot read the folder %s: %s\n", c->program, *boards, strerror(errno));
			return errno == ENOMEM ? CLI_OUR_FAILURE : CLI_BAD_INPUT;
		}
	if (!c->boards.nr)
		return cli_usage(c->program, "there is no .dtb in what is given");
	c->brief = (c->folder || c->boards.nr > MANY_BOARDS) && !c->details && !c->fix && !strcmp(c->format, "text");
	if (!c->fix)
		c->fix = !c->no_fix && c->boards.nr == 1 && c->kernels.nr < 2 && c->cmdlines.nr < 2;
	return -1;
}

static int save_baseline(const struct check *c)
{
	struct mm_error error = { .offset = -1 };
	int err = spill(c->write_baseline, &c->baseline, &error);

	return err ? cli_fail(c->program, err, &error) : -1;
}

static int finish(struct check *c)
{
	int status;

	report_end(&c->report);
	if (c->brief)
		corpus_summary(&c->corpus, c->sentences, &c->out);
	if (c->bad_expression)
		return CLI_USAGE;
	status = cli_print_findings(c->program, &c->out);
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

static int run_check(const struct command *command, int argc, char **argv)
{
	struct check c = { .program = argv[0], .ask.allow_files = true, .format = "text",
			   .fail_on = SEVERITY_WARNING };
	int status = command_parse(command, argc, argv, &c);

	if (status < 0)
		status = settle_options(&c);
	if (status < 0)
		status = take_boards(&c, argv + optind);
	if (status < 0 && !report_begin(&c.report, c.format, c.sentences, &c.out))
		status = cli_usage(argv[0], "there is no format '%s'; there are %s", c.format, report_formats());
	if (status < 0) {
		check_all(&c);
		status = finish(&c);
	}
	check_deinit(&c);
	return status;
}

const struct command command_check = {
	.name = "check", .program = "mmscope check", .summary = "explain what is wrong with boards' memory, why, and what helps",
	.operands = "BOARD...", .values = VALUES_BOARDS, .max_operands = 1u << 20,
	.about = "Boot boards and report what is wrong with their memory, why, and which changes were found to help.\n\n"
		 "BOARD is a name ('mmscope boards'), a .dtb, a .dts, a recorded boot, or a folder of .dtb files. "
		 "Every board is booted with every -k and every -c.",
	.exit_status = "0 clean; 1 a finding at --fail-on or above, or an expectation that does not hold; "
		 "2 usage or a bad expression; 3 an input could not be read (the others are answered); 4 our own failure.",
	.notes = "Example: mmscope check board.dts -k 6.12 -k 7.2 -c 'cma=512M' --expect 'memtotal > 1.8G'",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(ask), .run = run_check,
};
