// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_help.c - mmscope help [COMMAND|formats|ops]. */
#include "daemon/answers/artifact.h"
#include "daemon/base/words.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"

#include <getopt.h>
#include <string.h>

static void put_commands(struct bytes *out)
{
	bytes_puts(out, "Usage: mmscope COMMAND [OPTION]...\n"
		   "Execute Linux's boot-time memory initialisation on a board and show every step of it.\n\n");
	for (size_t i = 0; commands[i]; i++)
		bytes_printf(out, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	bytes_puts(out, "\n'mmscope help COMMAND' says more; 'mmscope help formats' lists what can be printed of a boot,\n"
		   "'mmscope help ops' what a booted machine can be asked to do.\n"
		   "Exit status: 0 done; 1 the answer is no (differs, panicked); 2 usage; 3 bad input;\n"
		   "4 our own failure.\n");
}

static void put_formats(struct bytes *out)
{
	size_t width = 0;

	bytes_puts(out, "What 'mmscope boot -o FORMAT' prints, and GET /api/v1/runs/ID/FORMAT answers. FORMAT.json is its\n"
		   "JSON where there is one; state/TABLE.csv is a table as CSV.\n\n");
	for (size_t i = 0; i < artifact_count(); i++)
		width = strlen(artifact_card(i)->name) > width ? strlen(artifact_card(i)->name) : width;
	for (size_t i = 0; i < artifact_count(); i++) {
		const struct artifact_card *card = artifact_card(i);

		bytes_printf(out, "  %-*s  %s\n", (int)width, card->name, card->title);
	}
	bytes_puts(out, "\nTables:");
	for (int i = 0; i < MM_NR_TABLES; i++)
		bytes_printf(out, "%s%s", i % 6 ? " " : "\n  ", mm_table_def((enum mm_table_id)i)->name);
	bytes_putc(out, '\n');
}

/* @line is "SYNTAX\tMEANING", or below that "\tKEY=VALUE\tMEANING". */
static void put_reference_line(void *ctx, const char *line)
{
	bool argument = *line == '\t';
	const char *text = line + argument, *tab = strchr(text, '\t');

	bytes_printf(ctx, argument ? "      %-27.*s  %s\n" : "\n  %-31.*s  %s\n", (int)(tab - text), text, tab + 1);
}

static void put_ops(struct bytes *out)
{
	bytes_puts(out, "What 'mmscope boot --ops FILE', ops= over HTTP and the page's console take: one statement per line, or several\n"
		   "with ';' between them; '#' begins a comment. 'a = alloc' gives the result a name, and a name keeps every block\n"
		   "that it was ever given. What is in brackets may be left out; an argument's default is in parentheses.\n");
	mm_ops_reference(put_reference_line, out);
}

/* Suggest a topic or a command. */
static void suggest(const char *word, struct bytes *out)
{
	static const char *const topics[] = { "formats", "ops", NULL };
	const char *nearest = words_nearest(topics, word);

	if (nearest)
		bytes_printf(out, "; did you mean '%s'?", nearest);
	else
		command_suggest(word, out);
}

static int run(const struct command *command, int argc, char **argv)
{
	const struct command *about;
	struct bytes out = { 0 };
	int status = command_parse(command, argc, argv, NULL);
	const char *topic;

	if (status >= 0)
		return status;
	topic = argv[optind];
	about = topic ? command_find(topic) : NULL;
	if (about)
		command_help(about, &out);
	else if (topic && !strcmp(topic, "formats"))
		put_formats(&out);
	else if (topic && !strcmp(topic, "ops"))
		put_ops(&out);
	else if (!topic)
		put_commands(&out);
	else
		suggest(topic, &out);
	if (topic && !about && strcmp(topic, "formats") && strcmp(topic, "ops"))
		status = cli_usage("mmscope help", "there is no command '%s'%s", topic, bytes_text(&out));
	else
		status = cli_print("mmscope help", &out);
	bytes_deinit(&out);
	return status;
}

const struct command command_help_topic = {
	.name = "help", .program = "mmscope help", .summary = "explain how a command is used",
	.operands = "[COMMAND|formats|ops]", .values = VALUES_TOPICS, .max_operands = 1,
	.about = "Explain a command, list the formats, or the statements of a script of operations. Without an argument, list the commands.", .run = run,
};
