// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/finding.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/words.h"
#include "daemon/doctor/bootarg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the list */

void fix_deinit(struct fix *fix)
{
	free(fix->what);
	free(fix->apply);
	free(fix->cmdline);
	free(fix->loader);
	free(fix->patch);
	free(fix->effect);
}

void findings_deinit(struct findings *findings)
{
	for (size_t i = 0; i < findings->nr; i++) {
		struct finding *f = &findings->finding[i];

		for (size_t k = 0; k < f->nr_fixes; k++)
			fix_deinit(&f->fixes[k]);
		for (size_t k = 0; k < f->nr_attempts; k++) {
			free(f->attempts[k].what);
			free(f->attempts[k].outcome);
		}
		free(f->fixes);
		free(f->attempts);
		free(f->subject);
		free(f->words);
		free(f->cause);
		free(f->harmless);
		free(f->assumed);
		free(f->title);
		free(f->help);
	}
	free(findings->finding);
	*findings = (struct findings){ 0 };
}

/* Of @text, which may be NULL; running out of memory shows in the list. */
static char *copy(struct findings *findings, const char *text)
{
	char *copied = text ? strdup(text) : NULL;

	findings->failed |= text && !copied;
	return copied;
}

/* @subject up to its first space: behind it a ledger's detail says what the node asks for. */
static struct finding *append(struct findings *findings, const char *rule, const char *subject)
{
	struct finding *f;

	if (findings->nr == FINDINGS_MAX)
		return NULL;
	if (findings->nr == findings->cap) {
		size_t cap = findings->cap ? 2 * findings->cap : 8;

		f = realloc(findings->finding, cap * sizeof(*f));
		if (!f) {
			findings->failed = true;
			return NULL;
		}
		findings->finding = f;
		findings->cap = cap;
	}
	f = &findings->finding[findings->nr++];
	*f = (struct finding){ .rule = rule_find(rule), .seq = SIZE_MAX,
			       .subject = strndup(subject, strcspn(subject, " ")), .property = "" };
	findings->failed |= !f->subject;
	if (!f->rule)
		f->rule = rule_find("kernel-message");
	f->severity = f->rule->severity;
	f->title = copy(findings, f->rule->title);
	f->help = copy(findings, f->rule->help);
	return f;
}

/* Takes the text over; running out of memory shows in the list. */
static char *keep(struct findings *findings, struct bytes *text)
{
	char *kept = text->failed ? NULL : strdup(bytes_text(text));

	if (!kept)
		findings->failed = true;
	bytes_deinit(text);
	return kept;
}

bool finding_same(const struct finding *a, const struct finding *b)
{
	return a->rule == b->rule && !strcmp(a->subject, b->subject) && a->range.base == b->range.base;
}

long findings_index(const struct findings *findings, const struct finding *like)
{
	for (size_t i = 0; i < findings->nr; i++)
		if (finding_same(&findings->finding[i], like))
			return (long)i;
	return -1;
}

/* ------------------------------------------------------------- facts of an event */

static const struct mm_fact *fact_of(const struct mm_fact *facts, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(facts[i].name, name))
			return &facts[i];
	return NULL;
}

static const struct mm_fact *why_of(const struct mm_event *event, const char *name)
{
	return fact_of(event->why, event->nr_why, name);
}

const char *event_why_text(const struct mm_event *event, const char *name)
{
	const struct mm_fact *fact = why_of(event, name);

	return fact && fact->type == MM_STR ? fact->value.s : NULL;
}

uint64_t event_why_hex(const struct mm_event *event, const char *name)
{
	const struct mm_fact *fact = why_of(event, name);

	return fact && fact->type != MM_STR ? fact->value.u : 0;
}

static void put_range(struct bytes *out, uint64_t start, uint64_t end)
{
	bytes_printf(out, "0x%llx-0x%llx", (unsigned long long)start, (unsigned long long)(end - 1));
}

/* ----------------------------------------------------------------------- causes */

static void put_bound(struct bytes *out, const struct mm_event *event)
{
	const char *start_by = event_why_text(event, "start_by"), *end_by = event_why_text(event, "end_by");

	put_range(out, event_why_hex(event, "window_start"), event_why_hex(event, "window_end"));
	if (start_by && end_by && !strcmp(start_by, end_by))
		bytes_printf(out, " (by %s)", start_by);
	else if (start_by || end_by)
		bytes_printf(out, " (%s%s%s%s%s)", start_by ? "from " : "", start_by ? start_by : "",
			     start_by && end_by ? ", " : "", end_by ? "up to " : "", end_by ? end_by : "");
}

static void put_placement(struct bytes *out, const struct mm_event *event)
{
	uint64_t hole = event_why_hex(event, "hole_size"), fits = event_why_hex(event, "fits");

	bytes_size(out, event_why_hex(event, "size"));
	if (event_why_hex(event, "align") > 1) {
		bytes_puts(out, ", aligned to ");
		bytes_size(out, event_why_hex(event, "align"));
		bytes_puts(out, ",");
	}
	bytes_puts(out, " must lie in ");
	put_bound(out, event);
	if (!hole) {
		bytes_puts(out, ", where nothing is free");
	} else {
		bytes_puts(out, ", whose largest free range is ");
		bytes_size(out, hole);
		bytes_puts(out, " at ");
		bytes_hex(out, event_why_hex(event, "hole_base"));
		if (fits != hole) {
			bytes_puts(out, fits ? ", of which " : ", too little for the alignment");
			if (fits)
				bytes_size(out, fits);
			bytes_puts(out, fits ? " can be used" : "");
		}
	}
}

/* "2 pages of 1 GiB were asked for and 1 was had: " */
static void put_pages(struct bytes *out, const struct mm_event *event)
{
	uint64_t wanted = event_why_hex(event, "wanted"), got = event_why_hex(event, "got");

	bytes_printf(out, "%llu page%s of ", (unsigned long long)wanted, wanted == 1 ? "" : "s");
	bytes_size(out, event_why_hex(event, "page_size"));
	bytes_printf(out, " %s asked for and %llu had: ", wanted == 1 ? "was" : "were", (unsigned long long)got);
}

static void put_misaligned(struct bytes *out, const struct mm_event *event, const struct phys_range *range)
{
	uint64_t align = event_why_hex(event, "align");
	bool base = why_of(event, "base") && event_why_hex(event, "base") % align, size = range->size % align;

	if (base)
		bytes_printf(out, "the address 0x%llx", (unsigned long long)event_why_hex(event, "base"));
	if (base && size)
		bytes_puts(out, " and ");
	if (size || !base) {
		bytes_puts(out, "the size");
		if (range->size) {
			bytes_puts(out, ", ");
			bytes_size(out, range->size);
			bytes_puts(out, ",");
		}
	}
	bytes_printf(out, " %s no multiple of ", base && size ? "are" : "is");
	bytes_size(out, align);
}

/* An allocation that found nothing, right before. */
static const struct mm_event *failed_request(const struct mm *mm, const struct mm_event *event)
{
	const struct mm_event *before = event->seq ? mm_event(mm, event->seq - 1) : NULL;
	const struct mm_fact *base = before && before->kind == MM_ALLOC ? fact_of(before->args, before->nr_args, "base") : NULL;

	return base && !base->value.u ? before : NULL;
}

/* A death without facts of its own: what was asked for, or which failure before it must have been the reason. */
static void put_death(struct bytes *out, const struct findings *findings, const struct mm *mm, const struct mm_event *event)
{
	const struct mm_event *request = failed_request(mm, event);
	const struct finding *last = NULL;

	bytes_printf(out, "the kernel dies in %s()", event->fn);
	if (request) {
		bytes_puts(out, ": it asked memblock for ");
		bytes_size(out, fact_of(request->args, request->nr_args, "size")->value.u);
		bytes_puts(out, " in one piece, and nothing that large is free");
		return;
	}
	for (size_t i = 0; i + 1 < findings->nr; i++)
		if (findings->finding[i].severity == SEVERITY_ERROR)
			last = &findings->finding[i];
	if (last)
		bytes_printf(out, ", after %s[%s]%s%s", severity_name(last->severity), last->rule->id, *last->subject ? " " : "", last->subject);
}

static void put_cause(struct bytes *out, const struct finding *f, const struct mm_event *event)
{
	const char *because = event_why_text(event, "because");

	if (why_of(event, "wanted"))
		put_pages(out, event);
	if (because)
		bytes_puts(out, because);
	else if (why_of(event, "window_end"))
		put_placement(out, event);
	else if (why_of(event, "align"))
		put_misaligned(out, event, &f->range);
	else if (f->range.size)
		put_range(out, f->range.base, f->range.base + f->range.size);
	if (!because && !why_of(event, "window_end") && !why_of(event, "align") && f->range.size)
		bytes_puts(out, " was asked for");
}

/* Causes are parts of sentences: here they become whole ones. */
static char *cause_of(struct findings *findings, const struct finding *f, const struct mm *mm, const struct mm_event *event)
{
	const char *in_the_way = event_why_text(event, "in_the_way");
	struct bytes out = { 0 };

	put_cause(&out, f, event);
	if (!out.len && !strcmp(f->rule->id, "kernel-panics"))
		put_death(&out, findings, mm, event);
	if (!out.len) {
		bytes_puts(&out, f->title ? f->title : f->rule->title);
		return keep(findings, &out);
	}
	/* "mem=3G leaves .." stays as it is. */
	if (!out.failed && *out.data >= 'a' && *out.data <= 'z' && out.data[strcspn(out.data, " =")] != '=')
		*out.data = (char)(*out.data - 'a' + 'A');
	if (in_the_way)
		bytes_printf(&out, "; in the way: %s", in_the_way);
	bytes_putc(&out, '.');
	return keep(findings, &out);
}

/* --------------------------------------------------------------- events to findings */

static char *words_of(struct findings *findings, const struct mm_event *event)
{
	struct bytes out = { 0 };

	if (event->nr_printk)
		bytes_puts(&out, event->printk[0]);
	return keep(findings, &out);
}

static const char *subject_of(const struct mm_event *event)
{
	const char *node = event_why_text(event, "node"), *parameter = event_why_text(event, "parameter");

	return node ? node : parameter ? parameter : "";
}

static void take_event(struct findings *findings, const struct mm *mm, const struct mm_event *event)
{
	const char *rule = event_why_text(event, "rule");
	bool dies = mm_panicked(mm) && event->seq == mm_nr_events(mm) - 1;
	struct finding *f;

	f = append(findings, dies ? "kernel-panics" : rule ? rule : "kernel-message", subject_of(event));
	if (!f)
		return;
	f->seq = event->seq;
	f->property = event_why_text(event, "property");
	if (!f->property)
		f->property = "";
	if (why_of(event, "base") && why_of(event, "size"))
		f->range = (struct phys_range){ event_why_hex(event, "base"), event_why_hex(event, "size") };
	f->harmless = copy(findings, event_why_text(event, "harmless"));
	f->assumed = copy(findings, event_why_text(event, "assumed"));
	f->lost = event_why_hex(event, "lost");
	if (f->harmless)
		f->severity = SEVERITY_NOTE;
	/* What a loader might have done differently is no error of the board. */
	else if (f->assumed && f->severity > SEVERITY_WARNING)
		f->severity = SEVERITY_WARNING;
	f->words = words_of(findings, event);
	f->cause = cause_of(findings, f, mm, event);
}

/* One failure may be told in several lines: what comes without facts of its own belongs to the one of that rule before it. */
static bool is_second_line(const struct findings *findings, const struct mm_event *event)
{
	const char *rule = event_why_text(event, "rule");

	if (!rule || why_of(event, "size") || why_of(event, "base") || why_of(event, "because") || *subject_of(event))
		return false;
	for (size_t i = 0; i < findings->nr; i++)
		if (!strcmp(findings->finding[i].rule->id, rule))
			return true;
	return false;
}

/* A problem; or a note that a rule speaks of. */
static bool is_finding(const struct mm_event *event)
{
	const char *rule = event_why_text(event, "rule");

	return event->kind == MM_PROBLEM || (event->kind == MM_NOTE && rule && rule_find(rule));
}

/*
 * Some releases look at a node twice, and an array that is full is so for each request: same rule, same node or parameter, same
 * words.
 */
static bool is_told(const struct findings *findings, const struct mm_event *event)
{
	const char *rule = event_why_text(event, "rule"), *subject = subject_of(event);
	size_t len = strcspn(subject, " ");

	for (size_t i = 0; rule && event->nr_printk && i < findings->nr; i++) {
		const struct finding *f = &findings->finding[i];

		if (!strcmp(f->rule->id, rule) && strlen(f->subject) == len && !strncmp(f->subject, subject, len) &&
		    f->range.base == event_why_hex(event, "base") && !strcmp(f->words, event->printk[0]))
			return true;
	}
	return false;
}

/* --------------------------------------------- parameters that the kernel does not know */

/* What moves memory; a word that is nearly one of them is a slip. */
static const char *const memory_parameters[] = {
	"cma", "coherent_pool", "crashkernel", "default_hugepagesz", "hugepages", "hugepagesz", "hugetlb_cma", "initrd", "kernelcore",
	"log_buf_len", "memblock", "memtest", "movablecore", "movable_node", "nr_cpus", "numa_balancing", "reserve_mem", "swiotlb", NULL
};

/* What moves memory on other architectures. */
static const char *const foreign_parameters[] = { "highmem", "memmap", "vmalloc", "mem_encrypt", "efi_fake_mem", NULL };

#define MOST_SLIPS 2	/* letters */

static bool is_one_of(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

bool finding_is_parameter(const char *name)
{
	return is_one_of(memory_parameters, name) || !strcmp(name, "mem");
}

const char *finding_parameter_meant(const char *name)
{
	const char *nearest = is_one_of(memory_parameters, name) ? NULL : words_nearest(memory_parameters, name);

	return nearest && words_distance(nearest, name) <= MOST_SLIPS ? nearest : NULL;
}

/* An event of the boot may have said it already, and better. */
static bool has_no_effect(const struct findings *findings, const char *name)
{
	for (size_t i = 0; i < findings->nr; i++)
		if (!strcmp(findings->finding[i].rule->id, "parameter-no-effect") && !strcmp(findings->finding[i].subject, name))
			return true;
	return false;
}

static void add_unknown(struct findings *findings, const struct mm_event *event, const char *name)
{
	const char *meant = finding_parameter_meant(name);
	bool foreign = is_one_of(foreign_parameters, name);
	struct bytes cause = { 0 };
	struct finding *f;

	if ((!meant && !foreign && !is_one_of(memory_parameters, name)) || has_no_effect(findings, name))
		return;
	f = append(findings, "parameter-no-effect", name);
	if (!f)
		return;
	f->seq = event->seq;
	f->meant = meant;
	f->words = words_of(findings, event);
	bytes_printf(&cause, "This kernel knows no parameter '%s' and passes it on to the first process", name);
	if (meant)
		bytes_printf(&cause, "; '%s' is one that it knows.", meant);
	else
		bytes_puts(&cause, foreign ? "; other architectures have it, this one has not." : "; other releases or builds have it.");
	f->cause = keep(findings, &cause);
}

/* Since 5.16 the kernel lists what it does not know. */
static void take_unknown(struct findings *findings, const struct mm_event *event)
{
	static const char begin[] = "Unknown kernel command line parameters \"";
	const char *at = event->nr_printk ? event->printk[0] : "";
	struct bootarg arg;

	if (strncmp(at, begin, sizeof(begin) - 1))
		return;
	for (at += sizeof(begin) - 1; *at != '"' && bootarg_next(&at, &arg);) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)(arg.name < 63 ? arg.name : 63), arg.at);
		name[strcspn(name, "\"")] = '\0';
		add_unknown(findings, event, name);
	}
}

/* ------------------------------------------------------------- what the end lacks */

/* "/reserved-memory/nvram@0 no-map" names the node, and what it asks for. */
static bool is_nomap(const char *detail)
{
	return strstr(detail, " no-map") != NULL;
}

static void check_outside_ram(struct findings *findings, const struct mm_state *end)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER); i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);
		struct bytes cause = { 0 };
		struct finding *f;

		if (row_num(row, "ram") || strcmp(row_text(row, "owner"), "reserved-memory"))
			continue;
		f = append(findings, "reserved-outside-ram", row_text(row, "detail"));
		if (!f)
			return;
		if (is_nomap(row_text(row, "detail"))) {
			f->harmless = copy(findings, "no-map outside RAM takes nothing from the kernel: firmware describes a device's own "
					   "memory so.");
			f->severity = SEVERITY_NOTE;
		}
		f->range = (struct phys_range){ row_hex(row, "key"), row_hex(row, "size") };
		f->words = strdup("");
		findings->failed |= !f->words;
		put_range(&cause, f->range.base, f->range.base + f->range.size);
		bytes_puts(&cause, " is not RAM of this board.");
		f->cause = keep(findings, &cause);
	}
}

/* A release that never looks for crashkernel=, and says nothing of it. */
static void check_crashkernel(struct findings *findings, const struct run *run)
{
	const char *line = mm_cmdline(run->mm);
	struct bytes cause = { 0 };
	struct bootarg arg;
	struct finding *f;
	bool given = false;

	while (line && !given && bootarg_next(&line, &arg))
		given = bootarg_is(&arg, "crashkernel", strlen("crashkernel"));
	if (!given || mm_panicked(run->mm) || mm_find_step(run->mm, "reserve_crashkernel") >= 0 ||
	    mm_find_step(run->mm, "arch_reserve_crashkernel") >= 0)
		return;
	f = append(findings, "parameter-no-effect", "crashkernel");
	if (!f)
		return;
	f->words = strdup("");
	findings->failed |= !f->words;
	bytes_puts(&cause, "This release reserves no memory for a crash kernel on this architecture.");
	f->cause = keep(findings, &cause);
}

#define SHORTEST_SLIP	6	/* letters: shorter words are near to one another by chance */

/* Releases that do not list what they do not know: a word that is nearly one that moves memory, but is none. */
static void check_slips(struct findings *findings, const struct run *run)
{
	const char *line = mm_cmdline(run->mm);
	struct bootarg arg;

	if (mm_find_step(run->mm, "print_unknown_bootoptions") >= 0 || mm_panicked(run->mm))
		return;
	while (line && bootarg_next(&line, &arg)) {
		struct bytes cause = { 0 };
		const char *meant;
		struct finding *f;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)(arg.name < 63 ? arg.name : 63), arg.at);
		meant = strlen(name) < SHORTEST_SLIP ? NULL : finding_parameter_meant(name);
		f = meant ? append(findings, "parameter-no-effect", name) : NULL;
		if (!f)
			continue;
		f->meant = meant;
		f->words = strdup("");
		findings->failed |= !f->words;
		bytes_printf(&cause, "This kernel knows no parameter '%s', and this release does not say so; '%s' is one that it knows.",
			     name, meant);
		f->cause = keep(findings, &cause);
	}
}

static int check_end(struct findings *findings, const struct run *run)
{
	struct mm_state *end;

	if (mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &end))
		return -ENOMEM;
	check_outside_ram(findings, end);
	check_crashkernel(findings, run);
	check_slips(findings, run);
	mm_state_free(end);
	return 0;
}

int findings_of(const struct run *run, struct findings *ret)
{
	struct findings out = { 0 };
	int err;

	for (size_t seq = 0; seq < mm_nr_events(run->mm); seq++) {
		const struct mm_event *event = mm_event(run->mm, seq);

		if (is_finding(event) && !is_second_line(&out, event) && !is_told(&out, event))
			take_event(&out, run->mm, event);
		take_unknown(&out, event);
	}
	err = check_end(&out, run);
	if (!err && out.failed)
		err = -ENOMEM;
	if (err)
		findings_deinit(&out);
	else
		*ret = out;
	return err;
}

/* ------------------------------------------------------------ in another language */

/* Texts of one finding are replaced where they stand. */
static void translate(struct findings *findings, const struct sentences *sentences, char **text)
{
	struct bytes out = { 0 };

	if (!*text)
		return;
	sentences_put(sentences, *text, &out);
	free(*text);
	*text = keep(findings, &out);
}

int findings_translate(struct findings *findings, const struct sentences *sentences)
{
	for (size_t i = 0; i < findings->nr && sentences; i++) {
		struct finding *f = &findings->finding[i];
		char **const texts[] = { &f->title, &f->help, &f->cause, &f->harmless, &f->assumed };

		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			translate(findings, sentences, texts[k]);
		for (size_t k = 0; k < f->nr_fixes; k++) {
			translate(findings, sentences, &f->fixes[k].what);
			translate(findings, sentences, &f->fixes[k].effect);
		}
		for (size_t k = 0; k < f->nr_attempts; k++) {
			translate(findings, sentences, &f->attempts[k].what);
			translate(findings, sentences, &f->attempts[k].outcome);
		}
	}
	return findings->failed ? -ENOMEM : 0;
}
