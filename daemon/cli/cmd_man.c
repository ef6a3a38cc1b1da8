// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_man.c - mmscope man [COMMAND]: manual pages, generated from the same tables as --help. */
#include "daemon/answers/artifact.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"

#include <ctype.h>
#include <getopt.h>
#include <string.h>

/* Escape text for man(7), which gives a meaning to backslashes, and to a dot or quote at the beginning of a line. */
static void put_text(struct bytes *out, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			bytes_puts(out, "\\&");
		if (*text == '\\')
			bytes_puts(out, "\\e");
		else if (*text == '-')
			bytes_puts(out, "\\-");
		else
			bytes_putc(out, *text);
		start = *text == '\n';
	}
	bytes_putc(out, '\n');
}

/* In @text, blank lines separate paragraphs. */
static void put_paragraphs(struct bytes *out, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		struct bytes part = { 0 };

		bytes_add(&part, text, end ? (size_t)(end - text) : strlen(text));
		bytes_puts(out, ".PP\n");
		put_text(out, bytes_text(&part));
		bytes_deinit(&part);
		if (!end)
			return;
		text = end + 2;
	}
}

static void put_title(struct bytes *out, const char *page, int section, const char *summary)
{
	bytes_puts(out, ".TH ");
	for (const char *p = page; *p; p++)
		bytes_putc(out, (char)toupper((unsigned char)*p));
	bytes_printf(out, " %d \"\" \"mmscope %s\" \"User Commands\"\n.SH NAME\n", section, mm_version());
	put_text(out, page);
	bytes_cut(out, out->len - 1);
	bytes_puts(out, " \\- ");
	put_text(out, summary);
}

static void put_option(struct bytes *out, const struct command_option *option)
{
	struct bytes help = { 0 };

	bytes_puts(out, ".TP\n.B ");
	if (option->letter)
		bytes_printf(out, "\\-%c\\fR, \\fB", option->letter);
	bytes_puts(out, "\\-\\-");
	for (const char *p = option->name; *p; p++)
		bytes_puts(out, *p == '_' || *p == '-' ? "\\-" : (char[]){ *p, '\0' });
	if (option->argument)
		bytes_printf(out, "\\fR \\fI%s", option->argument);
	bytes_puts(out, "\\fR\n");
	command_option_help(option, &help);
	put_text(out, bytes_text(&help));
	out->failed |= help.failed;
	bytes_deinit(&help);
}

static void put_formats(struct bytes *out)
{
	bytes_puts(out, ".SH FORMATS\n");
	for (size_t i = 0; i < artifact_count(); i++) {
		bytes_printf(out, ".TP\n.B %s\n", artifact_card(i)->name);
		put_text(out, artifact_card(i)->title);
	}
	bytes_puts(out, ".PP\n.IR FORMAT .json\nis its JSON where there is one,\n.IR state/TABLE .csv\na table as CSV. Tables:\n");
	for (int i = 0; i < MM_NR_TABLES; i++)
		bytes_printf(out, "%s%s", i ? " " : "", mm_table_def((enum mm_table_id)i)->name);
	bytes_putc(out, '\n');
}

static void put_exit_status(struct bytes *out, const char *of_command)
{
	bytes_puts(out, ".SH EXIT STATUS\n");
	put_text(out, of_command ? of_command : "0 done; 1 the answer is no (it differs, the kernel panics); 2 usage; 3 bad input; 4 our own failure.");
}

static void put_command(struct bytes *out, const struct command *command)
{
	struct command_option all[COMMAND_MAX_OPTIONS];
	size_t nr = command_options(command, all);
	char page[64] = "mmscope-";

	strncat(page, command->name, sizeof(page) - strlen(page) - 1);
	put_title(out, page, 1, command->summary);
	bytes_printf(out, ".SH SYNOPSIS\n.B mmscope %s\n%s%s[\\fIOPTION\\fR]...\n.SH DESCRIPTION\n", command->name,
		     command->operands ? command->operands : "", command->operands ? "\n" : "");
	put_paragraphs(out, command->about);
	bytes_puts(out, ".SH OPTIONS\n");
	for (size_t i = 0; i < nr; i++)
		put_option(out, &all[i]);
	if (command->asks)
		put_formats(out);
	if (command->notes) {
		bytes_puts(out, ".SH NOTES\n");
		put_paragraphs(out, command->notes);
	}
	put_exit_status(out, command->exit_status);
	bytes_puts(out, ".SH SEE ALSO\n.BR mmscope (1),\n.BR mmscope\\-api (7)\n");
}

static void put_overview(struct bytes *out)
{
	put_title(out, "mmscope", 1, "what Linux will do with a board's memory while it boots");
	bytes_puts(out, ".SH SYNOPSIS\n.B mmscope\n.I COMMAND\n[\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
		   "Execute Linux's boot\\-time memory initialisation on a board (a device tree), a kernel and a command\n"
		   "line, and show every step of it: as text, as JSON, over HTTP, in a browser.\n.SH COMMANDS\n");
	for (size_t i = 0; commands[i]; i++) {
		bytes_printf(out, ".TP\n.BR mmscope\\-%s (1)\n", commands[i]->name);
		put_text(out, commands[i]->summary);
	}
	put_exit_status(out, NULL);
	bytes_puts(out, ".SH SEE ALSO\n.BR mmscope\\-api (7),\n.BR mmscope\\-profile (5)\n");
}

static int run(const struct command *command, int argc, char **argv)
{
	const struct command *about = NULL;
	struct bytes out = { 0 };
	int status = command_parse(command, argc, argv, NULL);

	if (status >= 0)
		return status;
	if (argv[optind])
		about = command_find(argv[optind]);
	if (argv[optind] && !about && strcmp(argv[optind], "mmscope")) {
		command_suggest(argv[optind], &out);
		status = cli_usage(command->program, "there is no command '%s'%s", argv[optind], bytes_text(&out));
		bytes_deinit(&out);
		return status;
	}
	if (about)
		put_command(&out, about);
	else
		put_overview(&out);
	status = cli_print(command->program, &out);
	bytes_deinit(&out);
	return status;
}

const struct command command_man = {
	.name = "man", .program = "mmscope man", .summary = "print a manual page, as man reads it",
	.operands = "[COMMAND]", .values = VALUES_COMMANDS, .max_operands = 1,
	.about = "Print the manual page of a command, or of the program, as man reads it: mmscope man boot | man -l -",
	.run = run,
};
