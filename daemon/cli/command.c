// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/command.h"

#include "daemon/base/words.h"
#include "daemon/base/wrap.h"
#include "daemon/cli/cli.h"
#include "daemon/input/ask_fields.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where descriptions begin in --help. */
#define TEXT_COLUMN	32

/* For an option without a letter, getopt_long() returns this plus the option's index. */
#define NO_LETTER	256

static const struct command_option common[COMMAND_COMMON] = {
	{ .name = "color", .argument = "WHEN", .values = "auto always never", .kind = OPTION_TEXT,
	  .help = "Colour what goes wrong and what differs: auto (on a terminal, unless NO_COLOR is set), always or never." },
	{ .letter = 'h', .name = "help", .help = "Print this.", .kind = OPTION_FLAG },
	{ .letter = 'V', .name = "version", .help = "Print the version.", .kind = OPTION_FLAG },
};

/* ------------------------------------------------------------------- tables */

/* The option for an input of a run.  "image_addr" becomes --image-addr. */
static struct command_option of_field(const struct command *command, const struct ask_field *field)
{
	return (struct command_option){
		.letter = field->letter, .name = field->param, .argument = field->argument, .help = field->help,
		.values = field->values, .kind = OPTION_TEXT, .offset = command->ask + field->offset,
	};
}

/* A command's own option replaces the field of that name, and inherits whatever it leaves out. */
static struct command_option completed(const struct command_option *own, const struct command_option *field)
{
	struct command_option out = *field;

	if (own->help)
		return *own;
	out.kind = own->kind;
	out.offset = own->offset;
	return out;
}

static void name_option(const struct command_option *option, char name[64])
{
	snprintf(name, 64, "%s", option->name);
	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = '-';
}

/* Options have dashes where parameters of HTTP have underscores: --dtb-addr, dtb_addr=. */
static bool same_name(const char *option, const char *param)
{
	for (; *option && *param; option++, param++)
		if (*option != *param && !(*option == '-' && *param == '_'))
			return false;
	return *option == *param;
}

static const struct command_option *own_option(const struct command *command, const char *name)
{
	for (size_t i = 0; i < command->nr_options; i++)
		if (same_name(command->options[i].name, name))
			return &command->options[i];
	return NULL;
}

static bool is_ask_field(const char *name)
{
	for (size_t i = 0; i < nr_ask_fields; i++)
		if (same_name(name, ask_fields[i].param))
			return true;
	return false;
}

size_t command_options(const struct command *command, struct command_option all[COMMAND_MAX_OPTIONS])
{
	size_t nr = 0;

	/* From 1: the first field, the board, is an operand. */
	for (size_t i = 1; command->asks && i < nr_ask_fields; i++) {
		const struct command_option *own = own_option(command, ask_fields[i].param);
		const struct command_option field = of_field(command, &ask_fields[i]);

		all[nr++] = own ? completed(own, &field) : field;
	}
	for (size_t i = 0; i < command->nr_options; i++)
		if (!command->asks || !is_ask_field(command->options[i].name))
			all[nr++] = command->options[i];
	for (size_t i = 0; i < COMMAND_COMMON; i++)
		all[nr++] = common[i];
	return nr;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

void command_suggest(const char *word, struct bytes *out)
{
	static const char *const alone[] = { "--help", "--version", NULL };
	const char *names[64];
	const char *nearest = *word == '-' ? words_nearest(alone, word) : NULL;
	size_t nr = 0;

	while (commands[nr] && nr < 63) {
		names[nr] = commands[nr]->name;
		nr++;
	}
	names[nr] = NULL;
	if (*word != '-')
		nearest = words_nearest(names, word);
	if (nearest) {
		bytes_printf(out, "; did you mean '%s'?", nearest);
		return;
	}
	if (*word == '-') {
		bytes_puts(out, "; options come after a command: mmscope COMMAND --color never");
		return;
	}
	/* Nothing is close: list them all. */
	bytes_puts(out, "; there are:");
	for (size_t i = 0; i < nr; i++)
		bytes_printf(out, " %s", names[i]);
}

/* --------------------------------------------------------------------- help */

static void put_wrapped(struct bytes *out, size_t at, const char *text)
{
	wrap_text(out, text, at, at);
	bytes_putc(out, '\n');
}

void command_option_help(const struct command_option *option, struct bytes *out)
{
	bytes_puts(out, option->help);
	if (option->kind == OPTION_TEXTS)
		bytes_puts(out, " May be given several times.");
}

static void put_option(struct bytes *out, const struct command_option *option)
{
	size_t start = out->len, used;
	struct bytes help = { 0 };
	char name[64];

	name_option(option, name);
	if (option->letter)
		bytes_printf(out, "  -%c, --%s", option->letter, name);
	else
		bytes_printf(out, "      --%s", name);
	if (option->argument)
		bytes_printf(out, " %s", option->argument);
	used = out->len - start;
	if (used + 2 > TEXT_COLUMN)
		bytes_printf(out, "\n%*s", TEXT_COLUMN, "");
	else
		bytes_printf(out, "%*s", (int)(TEXT_COLUMN - used), "");
	command_option_help(option, &help);
	put_wrapped(out, TEXT_COLUMN, bytes_text(&help));
	out->failed |= help.failed;
	bytes_deinit(&help);
}

void command_help(const struct command *command, struct bytes *out)
{
	struct command_option all[COMMAND_MAX_OPTIONS];
	size_t nr = command_options(command, all);

	bytes_printf(out, "Usage: %s%s%s [OPTION]...\n", command->program, command->operands ? " " : "",
		     command->operands ? command->operands : "");
	put_wrapped(out, 0, command->about);
	bytes_putc(out, '\n');
	for (size_t i = 0; i < nr; i++)
		put_option(out, &all[i]);
	if (command->exit_status || command->notes)
		bytes_putc(out, '\n');
	if (command->exit_status) {
		struct bytes text = { 0 };

		bytes_printf(&text, "Exit status: %s", command->exit_status);
		put_wrapped(out, 0, bytes_text(&text));
		out->failed |= text.failed;
		bytes_deinit(&text);
	}
	if (command->notes)
		put_wrapped(out, 0, command->notes);
}

static int print_help(const struct command *command)
{
	struct bytes out = { 0 };
	int status;

	command_help(command, &out);
	status = cli_print(command->program, &out);
	bytes_deinit(&out);
	return status;
}

/* ------------------------------------------------------------------ parsing */

struct parser {
	const struct command *command;
	struct command_option all[COMMAND_MAX_OPTIONS];
	char names[COMMAND_MAX_OPTIONS][64];
	struct option table[COMMAND_MAX_OPTIONS + 1];
	char letters[2 * COMMAND_MAX_OPTIONS + 2];
	const char *taken[COMMAND_MAX_OPTIONS];	/* value of each single-valued option given so far */
	size_t nr;
	char *base;
};

static void prepare(struct parser *p)
{
	char *letter = p->letters;

	/* Makes getopt_long() return ':' rather than '?' for a missing value. */
	*letter++ = ':';
	p->nr = command_options(p->command, p->all);
	for (size_t i = 0; i < p->nr; i++) {
		const struct command_option *option = &p->all[i];

		name_option(option, p->names[i]);
		p->table[i] = (struct option){
			p->names[i], option->argument ? required_argument : no_argument, NULL, NO_LETTER + (int)i };
		if (!option->letter)
			continue;
		*letter++ = option->letter;
		if (option->argument)
			*letter++ = ':';
	}
	*letter = '\0';
	p->table[p->nr] = (struct option){ 0 };
}

static const struct command_option *option_of(const struct parser *p, int value)
{
	if (value >= NO_LETTER && (size_t)(value - NO_LETTER) < p->nr)
		return &p->all[value - NO_LETTER];
	for (size_t i = 0; i < p->nr; i++)
		if (p->all[i].letter && p->all[i].letter == value)
			return &p->all[i];
	return NULL;
}

/* The word in which getopt_long() just found an option, which is not the last one read if the value was separate. */
static const char *word_of(char **argv)
{
	return optarg && optarg == argv[optind - 1] ? argv[optind - 2] : argv[optind - 1];
}

/*
 * getopt_long() accepts unambiguous abbreviations; we do not.  Where a command has no --from, --from would silently
 * mean --from-state, and a new option could break scripts.
 */
static bool is_short_for(const struct parser *p, int got, const char *word)
{
	return got >= NO_LETTER && strcspn(word, "=") != strlen(p->names[got - NO_LETTER]) + 2;
}

/* Complain about "--memry", and suggest --memory. */
static int unknown_option(const struct parser *p, const char *word)
{
	const char *program = p->command->program, *names[COMMAND_MAX_OPTIONS + 1], *nearest;
	char name[64];

	if (strncmp(word, "--", 2))
		return cli_usage(program, "there is no option '-%c'", optopt);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < p->nr; i++)
		names[i] = p->names[i];
	names[p->nr] = NULL;
	nearest = words_nearest(names, name);
	if (nearest)
		return cli_usage(program, "there is no option '--%s'; did you mean '--%s'?", name, nearest);
	return cli_usage(program, "there is no option '--%s'", name);
}

static int refuse(const struct parser *p, int got, const char *word)
{
	const struct command_option *option = option_of(p, optopt);
	char name[64];

	if (!option || !optopt)
		return unknown_option(p, word);
	name_option(option, name);
	if (got == ':')
		return cli_usage(p->command->program, "--%s takes a value: --%s %s", name, name, option->argument);
	return cli_usage(p->command->program, "--%s takes no value", name);
}

static int take_number(const struct parser *p, const struct command_option *option, unsigned int *to)
{
	unsigned long value;
	char *end, name[64];

	errno = 0;
	value = strtoul(optarg, &end, 10);
	if (optarg[0] >= '0' && optarg[0] <= '9' && !*end && !errno && value >= option->min && value <= option->max) {
		*to = (unsigned int)value;
		return -1;
	}
	name_option(option, name);
	return cli_usage(p->command->program, "--%s takes a number from %u to %u, not '%s'", name, option->min,
			 option->max, optarg);
}

static int take_text(const struct parser *p, const struct command_option *option, struct option_texts *to)
{
	char name[64];

	if (to->nr < OPTION_MAX_TEXTS) {
		to->text[to->nr++] = optarg;
		return -1;
	}
	name_option(option, name);
	return cli_usage(p->command->program, "--%s can be given %d times", name, OPTION_MAX_TEXTS);
}

/* Refuse two values for a single-valued option: either could be the mistake. */
static int check_once(struct parser *p, const struct command_option *option)
{
	const char **taken = &p->taken[option - p->all];
	char name[64];

	if (!option->argument || option->kind == OPTION_TEXTS)
		return -1;
	if (*taken && strcmp(*taken, optarg) != 0) {
		name_option(option, name);
		return cli_usage(p->command->program, "--%s is given twice: '%s' and '%s'", name, *taken, optarg);
	}
	*taken = optarg;
	return -1;
}

/* What an empty value should have been, for values that name something; NULL: any other value, which may well be empty. */
static const char *meaning_of(const char *values)
{
	static const char *const meanings[][2] = {
		{ VALUES_BOARDS, "a board's name ('mmscope boards' lists them) or a file" },
		{ VALUES_KERNELS, "a kernel's name ('mmscope kernels' lists them) or a profile" },
		{ VALUES_FILES, "the name of a file" },
		{ VALUES_FOLDERS, "the name of a folder" },
	};

	for (size_t i = 0; values && i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(values, meanings[i][0]))
			return meanings[i][1];
	return NULL;
}

/* An unset variable of a script, most likely.  Options that may be repeated take it: to mmscope diff it means "none". */
static int check_empty(const struct parser *p, const struct command_option *option)
{
	const char *meaning = meaning_of(option->values);
	char name[64];

	if (!option->argument || *optarg || option->kind == OPTION_TEXTS || !meaning)
		return -1;
	name_option(option, name);
	return cli_usage(p->command->program, "--%s is empty; it takes %s: --%s %s", name, meaning, name, option->argument);
}

static int take(struct parser *p, const struct command_option *option)
{
	void *to = p->base + option->offset;
	int status = check_once(p, option);

	if (status < 0)
		status = check_empty(p, option);
	if (status >= 0)
		return status;

	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return -1;
	case OPTION_TEXT:
		/* Flags among a run's inputs are strings, as they are over HTTP. */
		*(const char **)to = option->argument ? optarg : "yes";
		return -1;
	case OPTION_NUMBER:
		return take_number(p, option, to);
	case OPTION_TEXTS:
		return take_text(p, option, to);
	}
	return CLI_OUR_FAILURE;
}

static int take_colour(const struct parser *p)
{
	if (cli_set_colour(optarg))
		return -1;
	return cli_usage(p->command->program, "--color takes auto, always or never, not '%s'", optarg);
}

/* Operand number @i as the synopsis calls it, without brackets and dots; the last one stands for all that follow. */
static int name_operand(const struct command *command, int i, const char **ret)
{
	const char *word = command->operands, *next;

	while (i-- && (next = strchr(word, ' ')))
		word = next + 1;
	*ret = word + (*word == '[');
	return (int)strcspn(*ret, " ].|");
}

/* `values` describes the first operand, and others of that name. */
static int check_empty_operand(const struct command *command, int i, const char *operand)
{
	const char *meaning = meaning_of(command->values), *first, *name;
	int len = name_operand(command, 0, &first);

	if (*operand || !meaning || name_operand(command, i, &name) != len || strncmp(name, first, (size_t)len) != 0)
		return -1;
	return cli_usage(command->program, "%.*s is empty; it takes %s", len, name, meaning);
}

static int check_operands(const struct command *command, int nr, char **operands)
{
	int status = -1;

	if (!nr && command->missing)
		return cli_usage(command->program, "%s", command->missing);
	if ((unsigned int)nr > command->max_operands)
		return cli_usage(command->program, "'%s' is one argument too many", operands[command->max_operands]);
	for (int i = 0; i < nr && status < 0; i++)
		status = check_empty_operand(command, i, operands[i]);
	return status;
}

int command_parse(const struct command *command, int argc, char **argv, void *into)
{
	struct parser p = { .command = command, .base = into };
	int got, status = -1;

	prepare(&p);
	opterr = 0;
	while (status < 0 && (got = getopt_long(argc, argv, p.letters, p.table, NULL)) >= 0) {
		const struct command_option *option = option_of(&p, got);

		if (got == '?' || got == ':' || !option)
			status = refuse(&p, got, argv[optind - 1]);
		else if (is_short_for(&p, got, word_of(argv)))
			status = unknown_option(&p, word_of(argv));
		else if (!strcmp(option->name, "help"))
			return print_help(command);
		else if (!strcmp(option->name, "version"))
			return cli_version();
		else if (!strcmp(option->name, "color"))
			status = take_colour(&p);
		else
			status = take(&p, option);
	}
	return status < 0 ? check_operands(command, argc - optind, argv + optind) : status;
}
