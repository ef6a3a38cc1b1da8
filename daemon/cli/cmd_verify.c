// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_verdict.h"
#include "daemon/answers/replay.h"
#include "daemon/answers/verify.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/plain.h"
#include "daemon/base/sha256.h"
#include "daemon/base/wrap.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/slurp.h"
#include "daemon/input/dmesg.h"
#include "daemon/input/capture.h"
#include "daemon/input/decode_verified.h"
#include "daemon/input/library.h"
#include "daemon/input/trust.h"
#include "daemon/worker/confined.h"
#include "daemon/worker/log_reader.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many bytes of a fact to show: a free list may have thousands of blocks. */
#define MAX_SHOWN 300

struct verify_options {
	unsigned int show;
	bool json, redact;
	const char *dtb;
	struct ask ask;		/* for logs; captures use its boards_dir as well */
};

/* What has been printed so far, and the sums over all captures. */
struct session {
	const char *program;
	const struct verify_options *options;
	struct bytes out;
	struct encode_object *captures;	/* list within the JSON; NULL: text was asked for */
	struct { size_t matched, total; bool counted; } class[FACT_NR_CLASSES];
	size_t matched, total, exact, nr;
	struct { size_t ops, exact; } kind[REPLAY_NR_KINDS];	/* of recorded allocators */
	size_t ops, exact_ops, exact_replays, replays, lines, exact_lines;
	int status;
};

/* ---------------------------------------------------------------------- text */

static void print_facts(struct bytes *out, const struct mm_fact *facts, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		bytes_printf(out, " %s=", facts[i].name);
		if (facts[i].type == MM_STR)
			bytes_puts(out, facts[i].value.s);
		else if (facts[i].type == MM_HEX)
			bytes_hex(out, facts[i].value.u);
		else
			encode_value(out, facts[i].type, facts[i].value);
	}
}

/* "from event 812: alloc by memblock_phys_alloc_range() in paging_init(), for page-table level=pte" */
static void print_reason(struct bytes *out, const struct verdict *v, const struct difference *d)
{
	const struct mm_event *event;
	size_t start = out->len;

	if (!d->has_event) {
		bytes_puts(out, "    no event of this boot explains it\n");
		return;
	}
	event = mm_event(v->run.mm, d->seq);
	/* Something that is missing has no event of its own, so point to what happened instead. */
	bytes_printf(out, "    %s event %zu: %s by %s() in %s()", d->predicted ? "from" : "in its place",
		     d->seq, mm_kind_name(event->kind), event->fn, mm_step(v->run.mm, event->step)->name);
	if (*event->owner)
		bytes_printf(out, ", for %s", event->owner);
	print_facts(out, event->why, event->nr_why);
	wrap_written(out, start, 6);
	bytes_putc(out, '\n');
}

static bool is_of_log(const struct difference *d)
{
	return d->class < FACT_NR_LOG_CLASSES;
}

/* Which file of a capture the facts of a class are in. */
static const char *file_of(enum fact_class class)
{
	return class == FACT_ZONEINFO ? "zoneinfo.txt" : class == FACT_FREELISTS ? "freelists.json" : "console.txt";
}

/* A recorded console may contain anything: keep control characters from the terminal. */
static void print_line(struct bytes *out, const char *text)
{
	plain_line(out, text, strnlen(text, MAX_SHOWN));
	bytes_putc(out, '\n');
}

/* Never wraps the kernel's lines: readers compare, copy and search them. */
static void print_difference(struct bytes *out, const struct verdict *v, const struct difference *d)
{
	bytes_puts(out, "    kernel:  ");
	print_line(out, d->real ? d->real : "-");
	bytes_puts(out, "    mmscope: ");
	print_line(out, d->predicted ? d->predicted : "-");
	print_reason(out, v, d);
}

/* The difference that is earliest in the log.  In captures, files without lines come last. */
static const struct difference *first_difference(const struct verdict *v)
{
	const struct difference *first = NULL;

	for (size_t i = 0; i < v->nr_differences; i++) {
		const struct difference *d = &v->differences[i];

		if (!first || (is_of_log(d) && d->line && (!is_of_log(first) || !first->line || d->line < first->line)))
			first = d;
	}
	return first;
}

/* "line 1126", "console.txt line 1126", "zoneinfo.txt"; @console: what the log is called beside other files, or NULL */
static void print_place(struct bytes *out, const struct difference *d, const char *console)
{
	const char *file = is_of_log(d) ? console : file_of(d->class);

	bytes_puts(out, file ? file : "");
	if (d->line)
		bytes_printf(out, "%sline %zu", file ? " " : "", d->line);
	else if (is_of_log(d))
		bytes_printf(out, "%sa line that the kernel did not print", file ? ", " : "");
	bytes_printf(out, ": %s\n", fact_class_name(d->class));
}

/* The first difference in detail, then up to @show of each class. */
static void print_differences(struct bytes *out, const struct verdict *v, const char *console, long show)
{
	const struct difference *first = first_difference(v);
	long shown[FACT_NR_CLASSES] = { 0 };

	if (!first || show <= 0)
		return;
	bytes_puts(out, is_of_log(first) ? "  log and prediction part first at " : "  recording and prediction differ in ");
	print_place(out, first, console);
	print_difference(out, v, first);
	shown[first->class]++;
	for (size_t i = 0; i < v->nr_differences; i++) {
		const struct difference *d = &v->differences[i];

		if (d == first || shown[d->class]++ >= show)
			continue;
		bytes_puts(out, "  ");
		print_place(out, d, console);
		print_difference(out, v, d);
	}
}

/* "6.7-virt-1g: exact, 1286 of 1286 facts", "boot.log: 3 of 1286 facts differ: percpu 0/2, handover 5/7" */
static void print_score(struct bytes *out, const struct verdict *v)
{
	size_t start = out->len;
	const char *before = ": ";

	plain_line(out, v->name, strlen(v->name));
	if (v->matched == v->total)
		bytes_printf(out, ": exact, %zu of %zu facts", v->matched, v->total);
	else
		bytes_printf(out, ": %zu of %zu facts differ", v->total - v->matched, v->total);
	for (size_t class = 0; class < FACT_NR_CLASSES; class++) {
		if (v->class[class].matched == v->class[class].total)
			continue;
		bytes_printf(out, "%s%s %zu/%zu", before, fact_class_name((enum fact_class)class), v->class[class].matched,
			     v->class[class].total);
		before = ", ";
	}
	wrap_written(out, start, 2);
	bytes_putc(out, '\n');
}

static void print_verdict(struct session *s, const struct verdict *v, const char *console)
{
	print_score(&s->out, v);
	print_differences(&s->out, v, console, s->options->show);
}

/* As many as fit into 80 columns. */
#define CLASS_COLUMNS	3
#define CLASS_WIDTH	26

static void print_classes(struct session *s)
{
	size_t nr = 0, padding = 0;

	for (size_t class = 0; class < FACT_NR_CLASSES; class++) {
		size_t matched = s->class[class].matched, total = s->class[class].total, start;

		if (!s->class[class].counted)
			continue;
		if (nr++ % CLASS_COLUMNS)
			bytes_printf(&s->out, "%*s", (int)padding, "");
		else
			bytes_putc(&s->out, '\n');
		start = s->out.len;
		bytes_printf(&s->out, "  %-9s %zu/%zu%s", fact_class_name((enum fact_class)class), matched, total, matched == total ? "" : " !");
		padding = s->out.len - start < CLASS_WIDTH ? CLASS_WIDTH - (s->out.len - start) : 0;
	}
	bytes_putc(&s->out, '\n');
}

static void print_sums(struct session *s)
{
	bytes_puts(&s->out, "facts matched, by class:");
	print_classes(s);
	bytes_printf(&s->out, "captures exact: %zu/%zu; facts matched: %zu/%zu = %.3f %%\n", s->exact, s->nr,
		     s->matched, s->total, 100.0 * (double)s->matched / (double)(s->total ? s->total : 1));
}

/* ---------------------------------------------------------------------- JSON */

static void put_sums(struct session *s, struct encode_object *root)
{
	struct encode_object classes = encode_open(encode_key(root, "classes"));

	for (size_t class = 0; class < FACT_NR_CLASSES; class++)
		if (s->class[class].counted)
			encode_count(encode_key(&classes, fact_class_name((enum fact_class)class)), s->class[class].matched,
				  s->class[class].total);
	encode_close(&classes);
	encode_num(root, "exact", (int64_t)s->exact);
	encode_num(root, "matched", (int64_t)s->matched);
	encode_num(root, "total", (int64_t)s->total);
}

/* ------------------------------------------------------------------- session */

static void add_verdict(struct session *s, const struct verdict *v)
{
	for (size_t class = 0; class < FACT_NR_CLASSES; class++) {
		s->class[class].matched += v->class[class].matched;
		s->class[class].total += v->class[class].total;
		s->class[class].counted |= v->class[class].counted;
	}
	s->matched += v->matched;
	s->total += v->total;
	s->exact += v->matched == v->total;
	s->nr++;
}

/* Identifies a recorded boot by its contents: a hash of what was recorded and of the tree, whatever their names. */
static void name_boot(const struct verdict *v, char id[65])
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, bytes_text(&v->request.dtb), v->request.dtb.len);
	for (size_t class = 0; class < FACT_NR_CLASSES; class++)
		for (size_t i = 0; i < v->real.of[class].nr; i++)
			sha256_add(&sha, v->real.of[class].text[i], strlen(v->real.of[class].text[i]) + 1);
	sha256_hex(&sha, id);
	id[32] = '\0';
}

/* For a kernel of the user's own, record the comparison next to that kernel. */
static int keep_boot(struct session *s, const struct verdict *v, const char *dir, struct mm_error *error)
{
	const struct trust_folders none = { .brief = true };
	struct verified_boot boot = { .kernel = v->request.kernel, .name = v->name, .matched = v->matched, .total = v->total };
	struct kernel_card card = { 0 };
	struct trust trust;
	char id[65];
	int err = trust_read(bytes_text(&v->request.profile), v->request.profile.len, v->request.kernel, &none, &card, &trust, error);

	if (err)
		return err;
	kernel_card_deinit(&card);
	if (trust.record.known)
		return 0;
	name_boot(v, id);
	boot.id = id;
	boot.facts = trust.facts;
	err = verified_add(dir, &boot, error);
	if (!err && !s->captures)
		bytes_printf(&s->out, "  kept in %s/" VERIFIED_FILE " for kernel %s\n", dir, v->request.kernel);
	return err;
}

static void keep_verdict(struct session *s, const struct verdict *v)
{
	const struct ask *ask = &s->options->ask;
	const char *dir = ask->kernels_dir ? ask->kernels_dir : ask->boards_dir;
	struct mm_error error = { .offset = -1 };
	int err = dir ? keep_boot(s, v, dir, &error) : 0, status;

	if (!err)
		return;
	status = cli_fail(s->program, err, &error);
	s->status = status > s->status ? status : s->status;
}

/* A capture that cannot be read is reported and makes for the worst exit status, but does not stop the others. */
static void verify_one(struct session *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct verdict v;
	int err = verify_capture(path, &s->options->ask, &v, &error), status;

	if (err) {
		status = cli_fail(s->program, err == -EINVAL ? -EBADMSG : err, &error);
		s->status = status > s->status ? status : s->status;
		return;
	}
	add_verdict(s, &v);
	if (s->captures)
		encode_verdict(s->captures, &v);
	else
		print_verdict(s, &v, file_of(FACT_OUTCOME));
	keep_verdict(s, &v);
	if (v.matched != v.total && s->status == CLI_OK)
		s->status = CLI_NO;
	verdict_deinit(&v);
}

/* ------------------------------------------------------- recorded allocators */

static void print_replay(struct session *s, const struct replay *r)
{
	bytes_printf(&s->out, "%-31s operations %zu/%zu", r->name, r->exact, r->ops);
	if (r->lines)
		bytes_printf(&s->out, "  printed lines %zu/%zu", r->exact_lines, r->lines);
	bytes_printf(&s->out, "%s\n", r->differs ? " !" : "");
	if (r->differs && s->options->show > 0)
		bytes_printf(&s->out, "%s", bytes_text(&r->what));
}

static void print_replay_sums(struct session *s)
{
	size_t start = s->out.len;
	const char *before = "";

	bytes_puts(&s->out, "by operation:");
	for (size_t kind = 0; kind < REPLAY_NR_KINDS; kind++)
		if (s->kind[kind].ops) {
			bytes_printf(&s->out, "%s %s %zu/%zu", before, replay_kind_name((enum replay_kind)kind),
				     s->kind[kind].exact, s->kind[kind].ops);
			before = ",";
		}
	wrap_written(&s->out, start, 2);
	bytes_printf(&s->out, "\nrecordings exact: %zu/%zu; operations exact: %zu/%zu = %.3f %%\n", s->exact_replays,
		     s->replays, s->exact_ops, s->ops, 100.0 * (double)s->exact_ops / (double)(s->ops ? s->ops : 1));
	if (s->lines)
		bytes_printf(&s->out, "printed lines exact: %zu/%zu\n", s->exact_lines, s->lines);
}

static void put_replay(struct session *s, const struct replay *r)
{
	struct encode_object object = encode_open(encode_key(s->captures, r->name)), kinds;

	encode_text(&object, "kernel", r->kernel);
	encode_text(&object, "package", r->package);
	encode_num(&object, "matched", (int64_t)r->exact);
	encode_num(&object, "total", (int64_t)r->ops);
	if (r->lines)
		encode_count(encode_key(&object, "lines"), r->exact_lines, r->lines);
	kinds = encode_open(encode_key(&object, "operations"));
	for (size_t kind = 0; kind < REPLAY_NR_KINDS; kind++)
		if (r->kind[kind].ops)
			encode_count(encode_key(&kinds, replay_kind_name((enum replay_kind)kind)), r->kind[kind].exact,
				  r->kind[kind].ops);
	encode_close(&kinds);
	if (r->differs) {
		encode_num(&object, "first_difference", (int64_t)r->index);
		encode_text(&object, "difference", bytes_text(&r->what));
	}
	encode_close(&object);
}

static void add_replay(struct session *s, const struct replay *r)
{
	for (size_t kind = 0; kind < REPLAY_NR_KINDS; kind++) {
		s->kind[kind].ops += r->kind[kind].ops;
		s->kind[kind].exact += r->kind[kind].exact;
	}
	s->ops += r->ops;
	s->exact_ops += r->exact;
	s->lines += r->lines;
	s->exact_lines += r->exact_lines;
	s->exact_replays += !r->differs;
	s->replays++;
}

/* Memory limit of a process that reads and replays a recording, in bytes. */
#define REPLAY_MAX_MEMORY	(8ull << 30)
#define REPLAY_MAX_SECONDS	300
#define REPLAY_MAX_ANSWER	(1u << 20)

struct replay_input {
	const struct bytes *tar;
	const char *name;
};

static int replay_work(const void *ctx, struct confined_voice *voice, struct bytes *out, struct mm_error *error)
{
	const struct replay_input *input = ctx;
	struct replay r;
	int err = replay_recording(input->tar, input->name, &r, error);

	(void)voice;
	if (err)
		return err;
	replay_pack(&r, out);
	replay_deinit(&r);
	return out->failed ? fail(error, -ENOMEM, input->name, "no memory for the result") : 0;
}

/* The process does not know the recording's path; put it in front of the file that it complains of. */
static int replay_blame(const char *path, int err, struct mm_error *error)
{
	char where[sizeof(error->where)];

	if (err != -EBADMSG && err != -EINVAL && err != -EFBIG)
		return err;
	snprintf(where, sizeof(where), "%s", error->where);
	if (!strcmp(where, "recording") || !*where)
		snprintf(error->where, sizeof(error->where), "%s", path);
	else if (strcmp(where, path))
		snprintf(error->where, sizeof(error->where), "%.50s/%.40s", path, where);
	return err == -EINVAL ? -EBADMSG : err;
}

/* Only reads the files; parsing and replaying are left to a sandboxed process. */
static int replay_confined(const char *path, struct replay *ret, struct mm_error *error)
{
	char *name = capture_name(path);
	struct bytes tar = { 0 }, packed = { 0 };
	const struct replay_input input = { &tar, name };
	const struct confined how = {
		.title = "mmscope-replay", .what = path, .max_answer = REPLAY_MAX_ANSWER,
		.limits = { .memory = REPLAY_MAX_MEMORY, .cpu_seconds = REPLAY_MAX_SECONDS },
		.work = replay_work, .input = &input,
	};
	int err = name ? recording_pack(path, true, RECORDING_MAX_FILE, &tar, error) : fail(error, -ENOMEM, path, "no memory");

	if (!err) {
		err = confined_call(&how, &packed, error);
		err = err ? replay_blame(path, err, error) : 0;
		if (!err && replay_unpack(&packed, ret))
			err = fail(error, -EIO, path, "the process that read it answered nothing that can be understood");
	}
	bytes_deinit(&packed);
	bytes_deinit(&tar);
	free(name);
	return err;
}

static void replay_one(struct session *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct replay r;
	int err = replay_confined(path, &r, &error), status;

	if (err) {
		status = cli_fail(s->program, err, &error);
		s->status = status > s->status ? status : s->status;
		return;
	}
	add_replay(s, &r);
	if (s->captures)
		put_replay(s, &r);
	else
		print_replay(s, &r);
	if (r.differs && s->status == CLI_OK)
		s->status = CLI_NO;
	replay_deinit(&r);
}

/* ------------------------------------------------------------------- folders */

static bool has_file(const char *folder, const char *name, const char *file)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%.*s/%s%s%s", folder_len(folder), folder, name, *name ? "/" : "", file) < (int)sizeof(path) &&
	       !access(path, R_OK);
}

static int verify_folder(struct session *s, const char *folder)
{
	struct dirent **entries;
	int nr = scandir(folder, &entries, NULL, alphasort), found = 0;

	if (nr < 0 && errno != ENOENT && errno != ENOTDIR) {
		struct mm_error error = { .offset = -1 };

		s->status = cli_fail(s->program, fail(&error, -EIO, folder, "cannot be read: %s", strerror(errno)), &error);
		return 1;
	}
	for (int i = 0; i < nr; i++) {
		char path[PATH_MAX];
		bool fits = snprintf(path, sizeof(path), "%.*s/%s", folder_len(folder), folder, entries[i]->d_name) < (int)sizeof(path);

		if (fits && entries[i]->d_name[0] != '.' && has_file(folder, entries[i]->d_name, "board.dtb")) {
			verify_one(s, path);
			found++;
		} else if (fits && entries[i]->d_name[0] != '.' && recording_is(path)) {
			replay_one(s, path);
			found++;
		}
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
	return found;
}

/* ------------------------------------------------------------------------ logs */

/* Where the second column begins: what is said of each item, and its continuation lines. */
#define SAID_COLUMN	15

static void end_said(struct bytes *out, size_t start)
{
	wrap_written(out, start, SAID_COLUMN);
	bytes_putc(out, '\n');
}

/* "  kernel image 0x40200000 (line 12)" */
static void print_value(struct bytes *out, const struct dmesg *log, enum dmesg_what what, const struct ask *ask)
{
	size_t start = out->len;

	bytes_printf(out, "  %-13s", dmesg_name(what));
	if (!log->value[what])
		bytes_puts(out, "the log does not say");
	else
		bytes_printf(out, "%s (line %zu)%s", log->value[what], log->line[what],
			     what != DMESG_MEMORY || ask->memory == log->value[what] ? ""
			     : ask->memory ? "; --memory decides"
			     : ask->uefi ? "; UEFI's map decides" : "; the tree says the same");
	end_said(out, start);
}

static void print_derived(struct bytes *out, const struct dmesg *log, const struct ask *ask)
{
	for (int what = 0; what < DMESG_NR; what++)
		print_value(out, log, (enum dmesg_what)what, ask);
	if (log->ends_at) {
		size_t start = out->len;

		bytes_printf(out, "  ends         at line %zu, before the kernel sums up its memory: only what comes before is compared", log->ends_at);
		end_said(out, start);
	}
	if (log->nr_boots > 1)
		bytes_printf(out, "  %zu boots in this log: the last one is compared\n", log->nr_boots);
}

/* Is the profile of the very build that printed the log?  Judged by the release in the log's banner. */
static bool is_of_build(const struct bytes *profile, const struct dmesg *log)
{
	char banner[160];

	snprintf(banner, sizeof(banner), "Linux version %.120s ", log->value[DMESG_RELEASE]);
	return strstr(bytes_text(profile), banner);
}

/* "  profile      6.12, the nearest build; ...", or the one that --kernel names */
static void print_profile(struct bytes *out, const struct dmesg *log, const struct ask *ask, const struct bytes *profile)
{
	const char *release = log->value[DMESG_RELEASE];
	size_t start = out->len;

	bytes_printf(out, "  %-13s", "profile");
	if (log->kernel)
		bytes_printf(out, "%s%s", log->kernel,
			     log->kernel_exact ? ", of this very build"
			     : ", the nearest build; release, rules and whatever else the lines tell come from the log");
	else if (!release || is_of_build(profile, log))
		bytes_printf(out, "%s%s", ask->kernel, release ? ", of this very build" : "");
	else
		bytes_printf(out, "%s, as --kernel says; the log is of another build, %s", ask->kernel, release);
	end_said(out, start);
}

static void print_assumed(struct bytes *out, const struct mm *mm)
{
	struct mm_state *state;

	if (mm_state_at(mm, mm_nr_events(mm) - 1, &state))
		return;
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LOADER); i++) {
		struct table_row row = table_row(state, MM_LOADER, i);
		size_t start = out->len;

		if (strcmp(row_text(row, "origin"), "assumed"))
			continue;
		bytes_printf(out, "  assumed      %s at ", row_text(row, "key"));
		bytes_hex(out, row_hex(row, "base"));
		bytes_printf(out, ": %s", row_text(row, "rule"));
		end_said(out, start);
	}
	mm_state_free(state);
}

/* "  taken        secmon@43000000 at 0x43000000, 0x50000 bytes, no-map (line 77): the tree does not have it" */
static void print_taken(struct bytes *out, const struct dmesg *log)
{
	for (size_t i = 0; i < log->nr_nodes; i++) {
		const struct dmesg_node *node = &log->nodes[i];
		size_t start = out->len;

		if (!(node->flags & DMESG_NODE_TAKEN))
			continue;
		bytes_printf(out, "  taken        %s at ", node->name);
		bytes_hex(out, node->base);
		bytes_puts(out, ", ");
		bytes_hex(out, node->size);
		bytes_printf(out, " bytes%s (line %zu): the tree %s", node->flags & DMESG_NODE_NOMAP ? ", no-map" : "", node->line,
			     node->flags & DMESG_NODE_ADDED ? "does not have it" : "has it elsewhere");
		end_said(out, start);
	}
}

/* Warn about nodes that the kernel reserved and this tree does not have: it is not the tree that was booted. */
static void print_missing_nodes(struct bytes *out, const struct dmesg *log, const struct bytes *dtb)
{
	for (size_t i = 0; i < log->nr_nodes; i++) {
		const char *name = log->nodes[i].name;

		if (log->nodes[i].flags & DMESG_NODE_TAKEN || memmem(dtb->data, dtb->len, name, strlen(name)))
			continue;
		bytes_printf(out, "  not in tree  ");
		plain_line(out, name, strlen(name));
		bytes_printf(out, " (line %zu): that machine was given another tree\n", log->nodes[i].line);
	}
}

static void print_log_verdict(struct session *s, const struct dmesg *log, const struct ask *ask, const struct verdict *v)
{
	print_verdict(s, v, NULL);
	bytes_puts(&s->out, "what was booted, and where the log says so:\n");
	print_derived(&s->out, log, ask);
	print_profile(&s->out, log, ask, &v->request.profile);
	print_assumed(&s->out, v->run.mm);
	print_taken(&s->out, log);
	print_missing_nodes(&s->out, log, &v->request.dtb);
}

static void verify_text(struct session *s, const char *path, const struct bytes *text)
{
	struct mm_error error = { .offset = -1 };
	struct ask ask = s->options->ask;
	struct facts facts = { .failed = false };
	struct dmesg log = { .facts = &facts };
	struct verdict v;
	int err = log_reader_run(text, path, &log, &facts, &error), status;

	ask.allow_files = true;
	ask.board = s->options->dtb;
	if (!err && !ask.board) {
		err = fail(&error, -EINVAL, path, "is a boot log, and the board's device tree is needed, too: a file, which 'cat "
			   "/sys/firmware/fdt' makes on the board, or the name of one of 'mmscope boards'");
		snprintf(error.option, sizeof(error.option), "dtb");
		snprintf(error.example, sizeof(error.example), "FILE");
	}
	if (!err)
		err = verify_log(path, &log, &ask, &v, &error);
	if (err) {
		status = cli_fail(s->program, err, &error);
		s->status = status > s->status ? status : s->status;
		facts_deinit(&facts);
		dmesg_deinit(&log);
		return;
	}
	add_verdict(s, &v);
	if (s->captures)
		encode_verdict(s->captures, &v);
	else
		print_log_verdict(s, &log, &ask, &v);
	keep_verdict(s, &v);
	if (v.matched != v.total && s->status == CLI_OK)
		s->status = CLI_NO;
	verdict_deinit(&v);
	dmesg_deinit(&log);
}

/* Verify a file as what its contents say it is.  False: there is no such file. */
static bool verify_file(struct session *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct bytes text = { 0 };
	struct stat st;
	int err;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return false;
	err = slurp_any(path, DMESG_MAX_BYTES, &text, &error);
	if (!err && text.len > 3 && !memcmp(text.data, "\xd0\x0d\xfe\xed", 4))
		err = fail(&error, -EBADMSG, path, "is a device tree; what is verified is the log of a boot: give the log here, and this as --dtb");
	if (!err)
		verify_text(s, path, &text);
	else if (err != -ENOENT)
		s->status = cli_fail(s->program, err, &error);
	bytes_deinit(&text);
	return err != -ENOENT;
}

static void verify_path(struct session *s, const char *path)
{
	struct mm_error error = { .offset = -1 };
	bool capture = has_file(path, "", "board.dtb"), recording = recording_is(path);
	struct stat st;

	if (capture && recording) {
		fail(&error, 0, path, "is a recorded boot and a recorded page allocator at once: it holds board.dtb and ops.ndjson; "
		     "give each a folder of its own");
		s->status = cli_fail(s->program, -EBADMSG, &error);
		return;
	}
	if (capture) {
		verify_one(s, path);
		return;
	}
	if (recording) {
		replay_one(s, path);
		return;
	}
	if (recording_lacks(path)) {
		fail(&error, 0, path, "is not a complete recording of a page allocator: it has ops.ndjson and no %s", recording_lacks(path));
		s->status = cli_fail(s->program, -EBADMSG, &error);
		return;
	}
	if (verify_folder(s, path) || verify_file(s, path))
		return;
	if (stat(path, &st))
		fail(&error, 0, path, "cannot be opened: %s", strerror(errno));
	else
		fail(&error, 0, path, "is neither a boot log, a capture nor a folder of captures: it has neither board.dtb nor ops.ndjson");
	s->status = cli_fail(s->program, -EBADMSG, &error);
}

static void verify_all(struct session *s, char **paths)
{
	struct encode_object root, captures;

	if (s->options->json) {
		root = encode_open(&s->out);
		captures = encode_open(encode_key(&root, "captures"));
		s->captures = &captures;
	}
	for (; *paths; paths++)
		verify_path(s, *paths);
	if (s->options->json) {
		encode_close(&captures);
		put_sums(s, &root);
		encode_close(&root);
		bytes_putc(&s->out, '\n');
	} else {
		if (s->nr)
			print_sums(s);
		if (s->replays)
			print_replay_sums(s);
	}
}

static int run_session(const char *program, const struct verify_options *options, char **paths)
{
	struct session s = { .program = program, .options = options };
	struct mm_error error = { .offset = -1 };
	int status, err = library_check_dir(options->ask.boards_dir, &error);

	if (!err)
		err = library_check_dir(options->ask.kernels_dir, &error);
	if (err)
		return cli_fail(program, err, &error);
	verify_all(&s, paths);
	if (options->redact && s.out.data)
		dmesg_redact(s.out.data);
	status = cli_print(program, &s.out);
	bytes_deinit(&s.out);
	return s.status > status ? s.status : status;
}

#define TO(member) offsetof(struct verify_options, member)

static const struct command_option options[] = {
	{ .name = "show", .argument = "N", .kind = OPTION_NUMBER, .offset = TO(show), .max = 1000000,
	  .help = "Explain the first N differences of each class (default 1)." },
	{ .name = "json", .kind = OPTION_FLAG, .offset = TO(json), .help = "Everything, with every difference, as JSON." },
	{ .name = "dtb", .argument = "FILE", .values = VALUES_BOARDS, .kind = OPTION_TEXT, .offset = TO(dtb),
	  .help = "The device tree of the board that printed a log: a file, or the name of a board." },
	{ .name = "redact", .kind = OPTION_FLAG, .offset = TO(redact),
	  .help = "Hide MAC addresses, UUIDs and serial numbers in what is printed." },
};

static int run(const struct command *command, int argc, char **argv)
{
	struct verify_options o = { .show = 1 };
	int status = command_parse(command, argc, argv, &o);

	return status >= 0 ? status : run_session(argv[0], &o, argv + optind);
}

const struct command command_verify = {
	.name = "verify", .program = "mmscope verify", .summary = "compare predictions with recorded boots",
	.operands = "CAPTURE|BOOTLOG...", .missing = "no capture or boot log is given", .values = VALUES_FILES, .max_operands = 1u << 20,
	.about = "Compare what the engine predicts with what a real kernel printed, class by class.\n\n"
		 "CAPTURE is the directory of one recorded boot, or of one recorded page allocator, whose operations are "
		 "executed one by one and compared with the real kernel's lists and counters after each; or a folder of such "
		 "directories.\n\n"
		 "BOOTLOG is what dmesg, journalctl or a serial console wrote; it needs the board's device tree (--dtb), and what it "
		 "does not say about the board can be given as for 'boot'. A profile of that very kernel (mmscope profile, then -k) is more "
		 "exact than the nearest one, which is used otherwise.\n\n"
		 "Each class shows matched/total; total counts the real kernel's facts and every predicted fact that the kernel does not have.",
	.exit_status = "0 all is exact; 1 something differs; 2 usage; 3 a capture, log, tree or kernel could not be read; 4 our own failure.",
	.notes = "The result for a kernel of your own is kept in DIR/" VERIFIED_FILE " of --kernels or --boards: 'mmscope kernels', a boot "
		 "with that folder and the page then say on how many boots it is verified.",
	.options = options, .nr_options = sizeof(options) / sizeof(options[0]),
	.asks = true, .ask = TO(ask), .run = run,
};
