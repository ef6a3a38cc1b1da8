// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_sweep.c - mmscope sweep: one board booted over a grid of inputs, on all cores. */
#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/base/spill.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/doctor/sweep_report.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_JOBS	256
#define MAX_CSV		(256u << 20)
#define ROUND_US	100000		/* how often to look at what is done, in microseconds */
#define KEEP_ROUNDS	10		/* how many of those between two saves of FILE */
#define KEPT_BYTES	(32 << 20)	/* what a booting process may hold on to between boots, in bytes */

struct sweep_command_line {
	const char *program;
	struct sweep sweep;
	const char *format;
	struct option_texts shown, merge;
	const char *shard_text, *resume;
	unsigned int jobs;		/* 0: as many as there are cores */
	size_t shard, shards;		/* shard number, from 1, of how many; 1 of 1: everything */
	bool list;
	struct cell *cell;		/* in memory shared with the processes that boot */
	size_t nr_cells;
};

/* ----------------------------------------------------------------------- booting */

static bool is_ours(const struct sweep_command_line *s, size_t i)
{
	return i % s->shards == s->shard - 1;
}

static void boot_part(const struct sweep_command_line *s, size_t part)
{
	struct sweep_last last = { 0 };
	struct mm_error refused;

	/* Keep memory for the next boot: returning it to the kernel and taking it again costs a third of a boot. */
	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	for (size_t i = part; i < s->nr_cells; i += s->jobs)
		if (is_ours(s, i) && s->cell[i].outcome == CELL_NOT_DONE)
			s->cell[i] = sweep_boot(&s->sweep, i, &last, &refused);
	sweep_last_deinit(&last);
}

static size_t count_done(const struct sweep_command_line *s)
{
	size_t done = 0;

	for (size_t i = 0; i < s->nr_cells; i++)
		done += s->cell[i].outcome != CELL_NOT_DONE || !is_ours(s, i);
	return done;
}

static void tell_progress(const struct sweep_command_line *s)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu of %zu boots ", count_done(s), s->nr_cells);
}

/* Save what is done so far to FILE.  It is replaced atomically, so it is complete at any moment. */
static bool keep_done(const struct sweep_command_line *s)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };

	bool ok = true;

	if (!s->resume)
		return true;
	sweep_write(&(struct swept){ &s->sweep, s->cell }, "csv", &out);
	if (spill(s->resume, &out, &error)) {
		fprintf(stderr, "%s: %s: %s\n", s->program, error.where, error.text);
		ok = false;
	}
	bytes_deinit(&out);
	return ok;
}

/* In processes rather than threads: a crash loses that process's cells, not the whole sweep. */
static int boot_all(struct sweep_command_line *s)
{
	pid_t pid[MAX_JOBS] = { 0 };
	size_t left = 0, rounds = 0;
	bool died = false;

	fflush(NULL);
	for (size_t part = 0; part < s->jobs; part++) {
		pid[part] = fork();
		if (!pid[part]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			boot_part(s, part);
			_exit(0);
		}
		/* fork() failed: do this part right here. */
		if (pid[part] < 0)
			boot_part(s, part);
		else
			left++;
	}
	while (left) {
		int status;
		pid_t ended = waitpid(-1, &status, WNOHANG);

		if (!ended) {
			tell_progress(s);
			if (++rounds % KEEP_ROUNDS == 0)
				keep_done(s);
			usleep(ROUND_US);
			continue;
		}
		if (ended < 0)
			break;
		died |= !WIFEXITED(status) || WEXITSTATUS(status);
		left--;
	}
	keep_done(s);
	if (isatty(STDERR_FILENO))
		fputs("\r                              \r", stderr);
	return died ? CLI_OUR_FAILURE : CLI_OK;
}

/* ---------------------------------------------------------------- what was refused */

static bool is_refused(const struct sweep_command_line *s, size_t i)
{
	return is_ours(s, i) && s->cell[i].outcome == CELL_REFUSED;
}

/* The reason was lost with the process that found it, so ask for this one boot again. */
static void say_refused(const struct sweep_command_line *s, size_t i, size_t refused, size_t booted)
{
	struct mm_error error = { .offset = -1 };
	struct sweep_last last = { 0 };
	struct bytes text = { 0 };

	sweep_boot(&s->sweep, i, &last, &error);
	bytes_printf(&text, "%zu of %zu boot%s %s refused%s", refused, booted, booted == 1 ? "" : "s", refused == 1 ? "was" : "were",
		     refused > 1 ? "; the first" : "");
	for (size_t a = 0; a < s->sweep.nr_axes; a++)
		bytes_printf(&text, "%s%s=%s", a ? " " : ", with ", s->sweep.axis[a].name, sweep_value(&s->sweep, i, a));
	bytes_puts(&text, ": ");
	fail_sentence(&error, &text);
	fail_advice(&error, &text);
	cli_say(s->program, bytes_text(&text));
	sweep_last_deinit(&last);
	bytes_deinit(&text);
}

/* Was the board or kernel unreadable?  That is a mistake to report, while a value that does not boot is a result. */
static bool is_unreadable(const struct sweep_command_line *s, size_t i)
{
	struct ask ask = sweep_ask(&s->sweep, i);
	struct mm_error error;
	struct request request;
	int err = request_resolve(&ask, &request, &error);

	if (!err)
		request_deinit(&request);
	return err;
}

/* Is any value of an axis unreadable?  Looks at the first cell that has it. */
static bool has_unreadable(const struct sweep_command_line *s)
{
	const struct axis *axis = s->sweep.axis;

	for (size_t a = 0; a < s->sweep.nr_axes; a++)
		for (size_t v = 0; v < axis[a].nr && sweep_axis_resolves(&axis[a]); v++)
			if (is_refused(s, a ? v * axis[0].nr : v) && is_unreadable(s, a ? v * axis[0].nr : v))
				return true;
	return false;
}

static int tell_refused(const struct sweep_command_line *s)
{
	size_t refused = 0, booted = 0, first = 0;

	for (size_t i = 0; i < s->nr_cells; i++) {
		booted += is_ours(s, i);
		if (is_refused(s, i) && !refused++)
			first = i;
	}
	if (!refused)
		return CLI_OK;
	say_refused(s, first, refused, booted);
	return refused == booted || has_unreadable(s) ? CLI_BAD_INPUT : CLI_OK;
}

/* ------------------------------------------------------------------- what is done */

static const char *next_field(const char *at)
{
	at += strcspn(at, ",\n");
	return *at == ',' ? at + 1 : NULL;
}

static bool take_line(struct sweep_command_line *s, const char *line)
{
	const char *at = line;
	char *end;
	size_t i = strtoull(line, &end, 10);

	if (*end != ',' || i >= s->nr_cells)
		return false;
	for (size_t a = 0; at && a <= s->sweep.nr_axes; a++)
		at = next_field(at);
	for (int outcome = CELL_FINE; at && outcome <= CELL_REFUSED; outcome++) {
		size_t len = strlen(cell_outcome_name((enum cell_outcome)outcome));

		if (!strncmp(at, cell_outcome_name((enum cell_outcome)outcome), len) && strchr(",\n", at[len]))
			s->cell[i].outcome = (enum cell_outcome)outcome;
	}
	for (size_t n = 0; at && n < s->sweep.nr_shown; n++) {
		at = next_field(at);
		if (at)
			s->cell[i].value[n] = strtoull(at, NULL, 10);
	}
	return at && s->cell[i].outcome != CELL_NOT_DONE;
}

/* Read back the CSV of an interrupted sweep, whose header line must be the very one that we would write. */
static int read_done(struct sweep_command_line *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct bytes text = { 0 }, head = { 0 };
	int err = slurp(path, MAX_CSV, &text, &error);

	sweep_put_head(&s->sweep, &head);
	if (!err && (head.failed || strncmp(bytes_text(&text), bytes_text(&head), head.len)))
		err = fail(&error, -EBADMSG, path, "this is not the CSV of such a sweep: it would begin with '%.*s'",
			   (int)head.len - 1, bytes_text(&head));
	for (const char *line = err ? NULL : text.data + head.len; line && *line && !err; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line && !take_line(s, line))
			err = fail(&error, -EBADMSG, path, "'%.*s' is not a cell of this sweep", (int)strcspn(line, "\n"), line);
	}
	bytes_deinit(&text);
	bytes_deinit(&head);
	return err ? cli_fail(s->program, err, &error) : -1;
}

/* -------------------------------------------------------------------- the command */

static int take_shard(struct sweep_command_line *s)
{
	int end = 0;

	s->shard = s->shards = 1;
	if (!s->shard_text || (sscanf(s->shard_text, "%zu/%zu%n", &s->shard, &s->shards, &end) == 2 &&
			       !s->shard_text[end] && s->shard && s->shard <= s->shards))
		return -1;
	return cli_usage(s->program, "--shard takes I/N, the first is 1/N");
}

static int take_shown(struct sweep_command_line *s)
{
	if (s->shown.nr > SWEEP_MAX_SHOWN)
		return cli_usage(s->program, "--show can be given %d times", SWEEP_MAX_SHOWN);
	for (size_t i = 0; i < s->shown.nr; i++)
		s->sweep.shown[s->sweep.nr_shown++] = s->shown.text[i];
	return -1;
}

static void take_jobs(struct sweep_command_line *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (!s->jobs)
		s->jobs = cores < 1 ? 1 : cores > MAX_JOBS ? MAX_JOBS : (unsigned int)cores;
}

static int take_axes(struct sweep_command_line *s, char **operands)
{
	struct mm_error error = { .offset = -1 };

	s->sweep.ask.board = *operands++;
	if (!*operands)
		return cli_usage(s->program, "nothing varies: give an AXIS such as cma=64M:1G:64M");
	for (; *operands; operands++) {
		int err = axis_parse(*operands, &s->sweep.axis[s->sweep.nr_axes], &error);

		if (err)
			return cli_fail(s->program, err, &error);
		s->sweep.nr_axes++;
	}
	s->nr_cells = sweep_cells(&s->sweep);
	if (s->nr_cells > SWEEP_MAX_CELLS)
		return cli_usage(s->program, "%zu boots are more than %d", s->nr_cells, SWEEP_MAX_CELLS);
	return -1;
}

/* A misspelt axis would be passed as a parameter that the kernel ignores, and every boot would be the same. */
static void warn_of_slips(const struct sweep_command_line *s)
{
	struct bytes text = { 0 };

	for (size_t a = 0; a < s->sweep.nr_axes; a++) {
		const char *meant = sweep_axis_meant(&s->sweep.axis[a]);

		if (!meant)
			continue;
		bytes_printf(&text, "'%s' is taken for a kernel parameter; did you mean '%s'?", s->sweep.axis[a].name, meant);
		cli_say(s->program, bytes_text(&text));
		bytes_clear(&text);
	}
	bytes_deinit(&text);
}

/* A misspelt --show would make a table of zeros, so check names on the first boot. */
static int check_names(const struct sweep_command_line *s)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	struct run run;
	int status = -1;

	if (!s->sweep.nr_shown || request_resolve(&s->sweep.ask, &request, &error))
		return -1;
	if (!run_boot(&request, &run, &error)) {
		if (sweep_check_names(&s->sweep, &run, &error))
			status = cli_usage(s->program, "%s", error.text);
		run_deinit(&run);
	}
	request_deinit(&request);
	return status;
}

static int list_commands(const struct sweep_command_line *s)
{
	struct bytes out = { 0 };
	int status;

	for (size_t i = 0; i < s->nr_cells; i++)
		if (is_ours(s, i))
			sweep_command(&s->sweep, i, &out);
	status = cli_print(s->program, &out);
	bytes_deinit(&out);
	return status;
}

static int check_format(const struct sweep_command_line *s)
{
	return sweep_write(NULL, s->format, NULL) ? -1 :
	       cli_usage(s->program, "there is no format '%s'; there are " SWEEP_FORMATS, s->format);
}

static int sweep_and_print(struct sweep_command_line *s)
{
	struct bytes out = { 0 };
	size_t bytes = s->nr_cells * sizeof(*s->cell);
	int status = -1, died;

	s->cell = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->cell == MAP_FAILED) {
		fprintf(stderr, "%s: no memory for %zu boots\n", s->program, s->nr_cells);
		return CLI_OUR_FAILURE;
	}
	if (s->resume && !access(s->resume, F_OK))
		status = read_done(s, s->resume);
	/* If FILE cannot be written, say so now and not after an hour of boots. */
	if (status < 0 && !keep_done(s))
		status = CLI_OUR_FAILURE;
	for (size_t i = 0; i < s->merge.nr && status < 0; i++)
		status = read_done(s, s->merge.text[i]);
	if (status < 0) {
		died = boot_all(s);
		sweep_write(&(struct swept){ &s->sweep, s->cell }, s->format, &out);
		status = cli_print(s->program, &out);
		if (status == CLI_OK)
			status = tell_refused(s);
		if (died)
			fprintf(stderr, "%s: a process that boots has died\n", s->program);
		status = died ? died : status;
	}
	bytes_deinit(&out);
	munmap(s->cell, bytes);
	return status;
}

#define TO(member) offsetof(struct sweep_command_line, member)

static const struct command_option options[] = {
	{ .name = "show", .argument = "NUMBER", .kind = OPTION_TEXTS, .offset = TO(shown),
	  .help = "A number of 'mmscope boot -o metrics' instead of the outcome; up to eight: a table shows the first, the other "
		  "formats all." },
	{ .name = "format", .argument = "FORMAT", .values = "table csv json svg", .kind = OPTION_TEXT, .offset = TO(format),
	  .help = "table (default), csv, json, svg." },
	{ .name = "jobs", .argument = "N", .kind = OPTION_NUMBER, .offset = TO(jobs), .min = 1, .max = MAX_JOBS,
	  .help = "Processes at once; default: one for each core." },
	{ .name = "shard", .argument = "I/N", .kind = OPTION_TEXT, .offset = TO(shard_text),
	  .help = "Only the I-th of N parts." },
	{ .name = "resume", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXT, .offset = TO(resume),
	  .help = "Keep what the CSV in FILE has done already, and write there what is done: after a stop the same command goes on." },
	{ .name = "merge", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXTS, .offset = TO(merge),
	  .help = "Take what the CSV in FILE has done already, to put shards together." },
	{ .name = "list", .kind = OPTION_FLAG, .offset = TO(list),
	  .help = "Print one command for each cell, for GNU parallel, Slurm or a Kubernetes Job." },
};

static int run_sweep(const struct command *command, int argc, char **argv)
{
	struct sweep_command_line s = { .program = argv[0], .sweep.ask.allow_files = true, .format = "table" };
	int status = command_parse(command, argc, argv, &s);

	take_jobs(&s);
	if (status < 0)
		status = take_shard(&s);
	if (status < 0)
		status = take_shown(&s);
	if (status < 0)
		status = take_axes(&s, argv + optind);
	if (status < 0) {
		warn_of_slips(&s);
		status = check_format(&s);
	}
	if (status < 0)
		status = check_names(&s);
	if (status < 0)
		status = s.list ? list_commands(&s) : sweep_and_print(&s);
	axis_deinit(&s.sweep.axis[0]);
	axis_deinit(&s.sweep.axis[1]);
	return status;
}

const struct command command_sweep = {
	.name = "sweep", .program = "mmscope sweep", .summary = "boot a board over a grid of inputs, and show what comes of each",
	.operands = "BOARD AXIS [AXIS]", .missing = "no board is given", .values = VALUES_BOARDS, .max_operands = 3,
	.about = "Boot a board over one input or two that vary, and show what comes of each.\n\n"
		 "AXIS is NAME=VALUE,VALUE,.. or NAME=FIRST:LAST:STEP. NAME is memory, kernel, board, dtb-addr, image-addr or "
		 "initrd; anything else is a kernel parameter: cma=64M:1G:64M.\n\n"
		 "Numbers in csv and json have no unit: sizes are bytes, addresses are decimal. A boot whose inputs are refused is a "
		 "cell, 'refused', and the first one's reason is on stderr.",
	.exit_status = "0 done; 2 usage; 3 a board or a kernel could not be read, or every boot was refused; 4 our own failure.",
	.notes = "Example: mmscope sweep rpi4-8g -k 6.12 memory=1G:8G:512M cma=64M:1G:64M --show cma.size --format svg",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(sweep.ask), .run = run_sweep,
};
