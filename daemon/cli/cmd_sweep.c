// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_sweep.c - mmscope sweep: one board booted over a grid of inputs, on all cores. */
#include "daemon/answers/encode.h"
#include "daemon/answers/run.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/doctor/sweep.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
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

struct sweep_command_line {
	const char *program;
	struct sweep sweep;
	const char *format;
	struct option_texts shown, resume, merge;
	const char *shard_text;
	unsigned int jobs;		/* 0: one for each core */
	size_t shard, shards;		/* 1 of 1: all */
	bool list;
	struct cell *cell;		/* shared with the processes that boot */
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

	for (size_t i = part; i < s->nr_cells; i += s->jobs)
		if (is_ours(s, i) && s->cell[i].outcome == CELL_NOT_DONE)
			s->cell[i] = sweep_boot(&s->sweep, i, &last);
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

/* Processes, not threads: a boot that dies takes its own cells with it, not the sweep. */
static int boot_all(struct sweep_command_line *s)
{
	pid_t pid[MAX_JOBS] = { 0 };
	size_t left = 0;
	bool died = false;

	fflush(NULL);
	for (size_t part = 0; part < s->jobs; part++) {
		pid[part] = fork();
		if (!pid[part]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			boot_part(s, part);
			_exit(0);
		}
		/* No more processes to be had: this one does the rest. */
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
			usleep(100000);
			continue;
		}
		if (ended < 0)
			break;
		died |= !WIFEXITED(status) || WEXITSTATUS(status);
		left--;
	}
	if (isatty(STDERR_FILENO))
		fputs("\r                              \r", stderr);
	return died ? CLI_OUR_FAILURE : CLI_OK;
}

/* ------------------------------------------------------------------------- output */

static const char *shown_name(const struct sweep_command_line *s)
{
	return s->sweep.nr_shown ? s->sweep.shown[0] : "outcome";
}

static void put_cell(const struct sweep_command_line *s, size_t i, struct bytes *out)
{
	const struct cell *cell = &s->cell[i];

	if (!s->sweep.nr_shown || (cell->outcome != CELL_FINE && cell->outcome != CELL_PROBLEMS))
		bytes_puts(out, cell_outcome_name(cell->outcome));
	else if (strstr(s->sweep.shown[0], ".base"))
		bytes_hex(out, cell->value[0]);
	else
		bytes_size(out, cell->value[0]);
}

/* The first axis goes down, the second across. */
static void write_table(const struct sweep_command_line *s, struct bytes *out)
{
	size_t rows = s->sweep.axis[0].nr, columns = s->nr_cells / rows;

	bytes_printf(out, "%-14s", s->sweep.axis[0].name);
	for (size_t c = 0; c < columns; c++)
		bytes_printf(out, " %14.14s", s->sweep.nr_axes > 1 ? s->sweep.axis[1].value[c] : shown_name(s));
	bytes_putc(out, '\n');
	for (size_t r = 0; r < rows; r++) {
		bytes_printf(out, "%-14.14s", s->sweep.axis[0].value[r]);
		for (size_t c = 0; c < columns; c++) {
			struct bytes text = { 0 };

			put_cell(s, c * rows + r, &text);
			bytes_printf(out, " %14.14s", bytes_text(&text));
			bytes_deinit(&text);
		}
		bytes_putc(out, '\n');
	}
	if (s->sweep.nr_axes > 1)
		bytes_printf(out, "\n%s by %s (down) and %s (across)\n", shown_name(s), s->sweep.axis[0].name, s->sweep.axis[1].name);
}

/* A field of CSV: quoted where it has to be. */
static void put_field(struct bytes *out, const char *text)
{
	if (!text[strcspn(text, ",\"\n\r")]) {
		bytes_puts(out, text);
		return;
	}
	bytes_putc(out, '"');
	for (; *text; text++)
		bytes_printf(out, *text == '"' ? "\"%c" : "%c", *text);
	bytes_putc(out, '"');
}

static void put_head(const struct sweep_command_line *s, struct bytes *out)
{
	bytes_puts(out, "cell");
	for (size_t a = 0; a < s->sweep.nr_axes; a++) {
		bytes_putc(out, ',');
		put_field(out, s->sweep.axis[a].name);
	}
	bytes_puts(out, ",outcome");
	for (size_t n = 0; n < s->sweep.nr_shown; n++)
		bytes_printf(out, ",%s", s->sweep.shown[n]);
	bytes_putc(out, '\n');
}

/* What has not been done, because it is another shard's, has no line. */
static void write_csv(const struct sweep_command_line *s, struct bytes *out)
{
	put_head(s, out);
	for (size_t i = 0; i < s->nr_cells; i++) {
		if (s->cell[i].outcome == CELL_NOT_DONE)
			continue;
		bytes_printf(out, "%zu", i);
		for (size_t a = 0; a < s->sweep.nr_axes; a++) {
			bytes_putc(out, ',');
			put_field(out, sweep_value(&s->sweep, i, a));
		}
		bytes_printf(out, ",%s", cell_outcome_name(s->cell[i].outcome));
		for (size_t n = 0; n < s->sweep.nr_shown; n++)
			bytes_printf(out, ",%" PRIu64, s->cell[i].value[n]);
		bytes_putc(out, '\n');
	}
}

static void write_json(const struct sweep_command_line *s, struct bytes *out)
{
	bool more = false;

	bytes_puts(out, "{\"cells\":[");
	for (size_t i = 0; i < s->nr_cells; i++) {
		struct encode_object object;

		if (s->cell[i].outcome == CELL_NOT_DONE)
			continue;
		bytes_puts(out, more ? "," : "");
		more = true;
		object = encode_open(out);
		for (size_t a = 0; a < s->sweep.nr_axes; a++)
			encode_text(&object, s->sweep.axis[a].name, sweep_value(&s->sweep, i, a));
		encode_text(&object, "outcome", cell_outcome_name(s->cell[i].outcome));
		for (size_t n = 0; n < s->sweep.nr_shown; n++)
			encode_num(&object, s->sweep.shown[n], (int64_t)s->cell[i].value[n]);
		encode_close(&object);
	}
	bytes_puts(out, "]}\n");
}

/* Okabe and Ito's colours for outcomes; white to blue for sizes. */
static void put_colour(const struct sweep_command_line *s, const struct cell *cell, uint64_t most, struct bytes *out)
{
	static const char *const colours[] = {
		[CELL_NOT_DONE] = "#ffffff", [CELL_FINE] = "#009e73", [CELL_PROBLEMS] = "#e69f00", [CELL_PANICS] = "#d55e00",
		[CELL_REFUSED] = "#bbbbbb", [CELL_OUR_FAILURE] = "#000000",
	};
	bool booted = cell->outcome == CELL_FINE || cell->outcome == CELL_PROBLEMS;
	unsigned shade = most ? (unsigned)((double)cell->value[0] / (double)most * 200) : 0;

	if (s->sweep.nr_shown && booted)
		bytes_printf(out, "rgb(%u,%u,%u)", 235 - shade, 240 - shade * 2 / 3, 250 - shade / 4);
	else
		bytes_puts(out, colours[cell->outcome]);
}

static void put_xml(struct bytes *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&' || *text == '<' || *text == '"')
			bytes_printf(out, "&#%d;", *text);
		else
			bytes_putc(out, (unsigned char)*text < 0x20 ? '?' : *text);
	}
}

static void put_label(struct bytes *out, size_t x, size_t y, const char *anchor, const char *text)
{
	bytes_printf(out, "<text x=\"%zu\" y=\"%zu\" text-anchor=\"%s\">", x, y, anchor);
	put_xml(out, text);
	bytes_puts(out, "</text>\n");
}

/* A heat map: the first axis goes across, the second up. */
static void write_svg(const struct sweep_command_line *s, struct bytes *out)
{
	size_t columns = s->sweep.axis[0].nr, rows = s->nr_cells / columns, side = columns > 60 ? 8 : 20, left = 110, top = 40;
	size_t every = (columns * side > 600 ? columns * 60 / 600 : 1) + (side < 60 ? 60 / side - 1 : 0);
	uint64_t most = 0;

	for (size_t i = 0; i < s->nr_cells; i++)
		most = s->cell[i].value[0] > most ? s->cell[i].value[0] : most;
	bytes_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" font-family=\"sans-serif\" font-size=\"12\">\n",
		     left + columns * side + 30, top + rows * side + 50);
	put_label(out, left, 20, "start", shown_name(s));
	for (size_t i = 0; i < s->nr_cells; i++) {
		size_t x = left + i % columns * side, y = top + (rows - 1 - i / columns) * side;

		bytes_printf(out, "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\" fill=\"", x, y, side - 1, side - 1);
		put_colour(s, &s->cell[i], most, out);
		bytes_puts(out, "\"><title>");
		for (size_t a = 0; a < s->sweep.nr_axes; a++) {
			put_xml(out, s->sweep.axis[a].name);
			bytes_putc(out, '=');
			put_xml(out, sweep_value(&s->sweep, i, a));
			bytes_puts(out, ": ");
		}
		put_cell(s, i, out);
		bytes_puts(out, "</title></rect>\n");
	}
	for (size_t c = 0; c < columns; c += every)
		put_label(out, left + c * side, top + rows * side + 16, "start", s->sweep.axis[0].value[c]);
	for (size_t r = 0; r < rows && s->sweep.nr_axes > 1; r += side < 16 ? 2 : 1)
		put_label(out, left - 6, top + (rows - 1 - r) * side + side * 3 / 4, "end", s->sweep.axis[1].value[r]);
	put_label(out, left, top + rows * side + 36, "start", s->sweep.axis[0].name);
	if (s->sweep.nr_axes > 1)
		put_label(out, left - 6, 20, "end", s->sweep.axis[1].name);
	bytes_puts(out, "</svg>\n");
}

static const struct {
	const char *name;
	void (*write)(const struct sweep_command_line *s, struct bytes *out);
} formats[] = { { "table", write_table }, { "csv", write_csv }, { "json", write_json }, { "svg", write_svg } };

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

/* A CSV of the same sweep: its head must be the one that we would write. */
static int read_done(struct sweep_command_line *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct bytes text = { 0 }, head = { 0 };
	int err = slurp(path, MAX_CSV, &text, &error);

	put_head(s, &head);
	if (!err && (head.failed || strncmp(bytes_text(&text), bytes_text(&head), head.len)))
		err = fail(&error, -EBADMSG, path, "this is not the CSV of such a sweep: it would begin with '%.*s'",
			   (int)head.len - 1, bytes_text(&head));
	for (const char *line = err ? NULL : text.data + head.len; line && *line && !err; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line && !take_line(s, line))
			err = fail(&error, -EBADMSG, path, "'%.*s' is no cell of this sweep", (int)strcspn(line, "\n"), line);
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

/* A slip in a name would be a table of zeros: the first boot tells. */
static int check_names(const struct sweep_command_line *s)
{
	struct mm_error error = { .offset = -1 };
	struct metrics metrics = { 0 };
	struct request request;
	struct run run;
	int status = -1, err = s->sweep.nr_shown ? request_resolve(&s->sweep.ask, &request, &error) : 0;

	if (!s->sweep.nr_shown || err)
		return -1;
	if (!run_boot(&request, &run, &error)) {
		if (!metrics_of(run.mm, &metrics))
			for (size_t n = 0; n < s->sweep.nr_shown && status < 0; n++) {
				const char *nearest = metrics_nearest(&metrics, s->sweep.shown[n]);

				/* An area or a pool may be there in some cells only. */
				if (!metrics_find(&metrics, s->sweep.shown[n]) && nearest)
					status = cli_usage(s->program, "there is no number called '%s'; did you mean '%s'?",
							   s->sweep.shown[n], nearest);
			}
		metrics_deinit(&metrics);
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

static int find_format(const struct sweep_command_line *s, size_t *format)
{
	for (*format = 0; *format < sizeof(formats) / sizeof(formats[0]); (*format)++)
		if (!strcmp(formats[*format].name, s->format))
			return -1;
	return cli_usage(s->program, "there is no format '%s'; there are table, csv, json, svg", s->format);
}

static int sweep_and_print(struct sweep_command_line *s, size_t format)
{
	struct bytes out = { 0 };
	size_t bytes = s->nr_cells * sizeof(*s->cell);
	int status = -1, died;

	s->cell = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->cell == MAP_FAILED) {
		fprintf(stderr, "%s: no memory for %zu boots\n", s->program, s->nr_cells);
		return CLI_OUR_FAILURE;
	}
	for (size_t i = 0; i < s->resume.nr && status < 0; i++)
		status = read_done(s, s->resume.text[i]);
	for (size_t i = 0; i < s->merge.nr && status < 0; i++)
		status = read_done(s, s->merge.text[i]);
	if (status < 0) {
		died = boot_all(s);
		formats[format].write(s, &out);
		status = cli_print(s->program, &out);
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
	  .help = "A number of 'mmscope boot -o metrics' in place of the outcome; may be given up to eight times: a table "
		  "shows the first, the other formats all." },
	{ .name = "format", .argument = "FORMAT", .values = "table csv json svg", .kind = OPTION_TEXT, .offset = TO(format),
	  .help = "table (default), csv, json, svg." },
	{ .name = "jobs", .argument = "N", .kind = OPTION_NUMBER, .offset = TO(jobs), .min = 1, .max = MAX_JOBS,
	  .help = "Processes at once; default: one for each core." },
	{ .name = "shard", .argument = "I/N", .kind = OPTION_TEXT, .offset = TO(shard_text),
	  .help = "Only the I-th of N parts." },
	{ .name = "resume", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXTS, .offset = TO(resume),
	  .help = "Keep what the CSV in FILE has done already." },
	{ .name = "merge", .argument = "FILE", .values = VALUES_FILES, .kind = OPTION_TEXTS, .offset = TO(merge),
	  .help = "The same, to put shards together; may be given several times." },
	{ .name = "list", .kind = OPTION_FLAG, .offset = TO(list),
	  .help = "Print one command for each cell, for GNU parallel, Slurm or a Kubernetes Job." },
};

static int run_sweep(const struct command *command, int argc, char **argv)
{
	struct sweep_command_line s = { .program = argv[0], .sweep.ask.allow_files = true, .format = "table" };
	int status = command_parse(command, argc, argv, &s);
	size_t format = 0;

	take_jobs(&s);
	if (status < 0)
		status = take_shard(&s);
	if (status < 0)
		status = take_shown(&s);
	if (status < 0)
		status = take_axes(&s, argv + optind);
	if (status < 0)
		status = find_format(&s, &format);
	if (status < 0)
		status = check_names(&s);
	if (status < 0)
		status = s.list ? list_commands(&s) : sweep_and_print(&s, format);
	axis_deinit(&s.sweep.axis[0]);
	axis_deinit(&s.sweep.axis[1]);
	return status;
}

const struct command command_sweep = {
	.name = "sweep", .program = "mmscope sweep", .summary = "boot a board over a grid of inputs, and show what comes of each",
	.operands = "BOARD AXIS [AXIS]", .missing = "no board is given", .values = VALUES_BOARDS, .max_operands = 3,
	.about = "Boot a board over one input or two that vary, and show what comes of each.\n\n"
		 "AXIS is NAME=VALUE,VALUE,.. or NAME=FIRST:LAST:STEP. NAME is memory, kernel, board, dtb-addr, image-addr or "
		 "initrd; anything else is a kernel parameter: cma=64M:1G:64M.",
	.notes = "Exit status: 0 every cell was booted or refused, 2 usage, 3 bad input, 4 our own failure.\n"
		 "Example: mmscope sweep rpi4-8g -k 6.12 memory=1G:8G:512M cma=64M:1G:64M --show cma.size --format svg",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(sweep.ask), .run = run_sweep,
};
