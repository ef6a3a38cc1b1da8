// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd_completion.c - mmscope completion SHELL: a completion script, generated from the tables of command.h. */
#include "daemon/answers/artifact.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/command.h"
#include "daemon/doctor/rule.h"

#include <getopt.h>
#include <string.h>

static void put_name(struct bytes *out, const struct command_option *option)
{
	for (const char *p = option->name; *p; p++)
		bytes_putc(out, *p == '_' ? '-' : *p);
}

static void put_command_names(struct bytes *out)
{
	for (size_t i = 0; commands[i]; i++)
		bytes_printf(out, "%s%s", i ? " " : "", commands[i]->name);
}

static void put_formats(struct bytes *out)
{
	for (size_t i = 0; i < artifact_count(); i++)
		bytes_printf(out, "%s%s", i ? " " : "", artifact_card(i)->name);
	for (int i = 0; i < MM_NR_TABLES; i++)
		bytes_printf(out, " state/%s", mm_table_def((enum mm_table_id)i)->name);
}

static void put_topics(struct bytes *out)
{
	put_command_names(out);
	bytes_puts(out, " formats ops");
}

static void put_owners(struct bytes *out)
{
	for (size_t i = 0; mm_owner_name(i); i++)
		bytes_printf(out, "%s%s", i ? " " : "", mm_owner_name(i));
}

static void put_kinds(struct bytes *out)
{
	for (int i = 0; i < MM_NR_KINDS; i++)
		bytes_printf(out, "%s%s", i ? " " : "", mm_kind_name((enum mm_kind)i));
}

static void put_rules(struct bytes *out)
{
	for (size_t i = 0; rule_at(i); i++)
		bytes_printf(out, "%s%s", i ? " " : "", rule_at(i)->id);
}

/* Values that are fixed words, known to the program. */
static const struct {
	const char *values;
	void (*put)(struct bytes *out);
} words_of[] = {
	{ VALUES_FORMATS, put_formats }, { VALUES_COMMANDS, put_command_names }, { VALUES_TOPICS, put_topics },
	{ VALUES_OWNERS, put_owners }, { VALUES_KINDS, put_kinds }, { VALUES_RULES, put_rules },
};

#define NR_WORDS_OF (sizeof(words_of) / sizeof(words_of[0]))

/* Single-quoted in a way that all three shells understand. */
static void put_quoted(struct bytes *out, const char *text)
{
	bytes_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			bytes_puts(out, "'\\''");
		else
			bytes_putc(out, *text == '\n' ? ' ' : *text);
	}
	bytes_putc(out, '\'');
}

/* --------------------------------------------------------------------- bash */

static void bash_option(struct bytes *out, const struct command *command, const struct command_option *option)
{
	if (!option->argument)
		return;
	bytes_printf(out, "\t%s:--", command->name);
	put_name(out, option);
	if (option->letter)
		bytes_printf(out, " | %s:-%c", command->name, option->letter);
	bytes_puts(out, ") _mmscope_offer ");
	put_quoted(out, option->values ? option->values : "");
	bytes_puts(out, "; return ;;\n");
}

static void bash_command(struct bytes *out, const struct command *command)
{
	struct command_option all[COMMAND_MAX_OPTIONS];
	size_t nr = command_options(command, all);

	bytes_printf(out, "\t%s:-*) _mmscope_offer '", command->name);
	for (size_t i = 0; i < nr; i++) {
		bytes_puts(out, i ? " --" : "--");
		put_name(out, &all[i]);
	}
	bytes_printf(out, "' ;;\n\t%s:*) _mmscope_offer ", command->name);
	put_quoted(out, command->values ? command->values : "");
	bytes_puts(out, " ;;\n");
}

static void put_bash(struct bytes *out)
{
	struct command_option all[COMMAND_MAX_OPTIONS];

	bytes_puts(out, "# bash completion for mmscope: made by 'mmscope completion bash'   -*- shell-script -*-\n"
		   "_mmscope_offer() { # WORDS or @KIND: what there is of it that begins with $cur\n"
		   "\tlocal words=$1\n\tcase $1 in\n"
		   "\t@boards) mapfile -t COMPREPLY < <(compgen -W \"$(mmscope boards 2>/dev/null | awk 'NR > 1 { print $1 }')\" -- \"$cur\"\n"
		   "\t\tcompgen -f -X '!*.dt[bs]' -- \"$cur\"; compgen -d -- \"$cur\"); return ;;\n"
		   "\t@kernels) mapfile -t COMPREPLY < <(compgen -W \"$(mmscope kernels 2>/dev/null | awk 'NR > 1 { print $1 }')\" -- \"$cur\"\n"
		   "\t\tcompgen -f -X '!*.json' -- \"$cur\"; compgen -d -- \"$cur\"); return ;;\n");
	for (size_t i = 0; i < NR_WORDS_OF; i++) {
		bytes_printf(out, "\t%s) words='", words_of[i].values);
		words_of[i].put(out);
		bytes_puts(out, "' ;;\n");
	}
	bytes_puts(out, "\t@files) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
		   "\t@folders) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;\n\tesac\n"
		   "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n\n"
		   "_mmscope() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}\n"
		   "\tCOMPREPLY=()\n"
		   "\t# \"--color=al\" is three words to bash.\n"
		   "\tif [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
		   "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\t_mmscope_offer '");
	put_command_names(out);
	bytes_puts(out, " --help --version'\n\t\treturn\n\tfi\n\tcase $command:$prev in\n");
	for (size_t c = 0; commands[c]; c++) {
		size_t nr = command_options(commands[c], all);

		for (size_t i = 0; i < nr; i++)
			bash_option(out, commands[c], &all[i]);
	}
	bytes_puts(out, "\tesac\n\tcase $command:$cur in\n");
	for (size_t c = 0; commands[c]; c++)
		bash_command(out, commands[c]);
	bytes_puts(out, "\tesac\n}\ncomplete -o filenames -F _mmscope mmscope\n");
}

/* ---------------------------------------------------------------------- zsh */

static void zsh_values(struct bytes *out, const char *values)
{
	if (!values)
		bytes_putc(out, ' ');
	else if (*values == '@')
		bytes_printf(out, "_mmscope_%s", values + 1);
	else
		bytes_printf(out, "(%s)", values);
}

/* To _arguments, ':' and brackets are syntax, even within a description. */
static void zsh_help(struct bytes *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			bytes_putc(out, '\\');
		if (*text == '\'')
			bytes_puts(out, "'\\''");
		else
			bytes_putc(out, *text == '\n' ? ' ' : *text);
	}
}

static void zsh_option(struct bytes *out, const struct command_option *option)
{
	const char *star = option->kind == OPTION_TEXTS ? "*" : "";

	for (int form = option->letter ? 0 : 1; form < 2; form++) {
		bytes_printf(out, " \\\n\t\t\t'%s-", star);
		if (form) {
			/* --color WHEN and --color=WHEN */
			bytes_putc(out, '-');
			put_name(out, option);
			bytes_puts(out, option->argument ? "=" : "");
		} else {
			bytes_putc(out, option->letter);
		}
		bytes_putc(out, '[');
		zsh_help(out, option->help);
		bytes_putc(out, ']');
		if (option->argument) {
			bytes_putc(out, ':');
			zsh_help(out, option->argument);
			bytes_putc(out, ':');
			zsh_values(out, option->values);
		}
		bytes_putc(out, '\'');
	}
}

static void put_zsh(struct bytes *out)
{
	struct command_option all[COMMAND_MAX_OPTIONS];

	bytes_puts(out, "#compdef mmscope\n# zsh completion for mmscope: made by 'mmscope completion zsh'\n"
		   "_mmscope_list() { local -a names; names=(${(f)\"$(mmscope $1 2>/dev/null | awk 'NR > 1 { print $1 }')\"}); compadd -a names }\n"
		   "_mmscope_boards() { _mmscope_list boards; _files -g '*.dt[bs](-.)' }\n"
		   "_mmscope_kernels() { _mmscope_list kernels; _files -g '*.json(-.)' }\n"
		   "_mmscope_files() { _files }\n_mmscope_folders() { _files -/ }\n");
	for (size_t i = 0; i < NR_WORDS_OF; i++) {
		bytes_printf(out, "_mmscope_%s() { compadd ", words_of[i].values + 1);
		words_of[i].put(out);
		bytes_puts(out, " }\n");
	}
	bytes_puts(out, "\n_mmscope() {\n\tlocal -a names\n\tnames=(\n");
	for (size_t c = 0; commands[c]; c++) {
		bytes_printf(out, "\t\t'%s:", commands[c]->name);
		zsh_help(out, commands[c]->summary);
		bytes_puts(out, "'\n");
	}
	bytes_puts(out, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command names\n\t\treturn\n\tfi\n"
		   "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (size_t c = 0; commands[c]; c++) {
		size_t nr = command_options(commands[c], all);

		bytes_printf(out, "\t%s)\n\t\t_arguments", commands[c]->name);
		for (size_t i = 0; i < nr; i++)
			zsh_option(out, &all[i]);
		if (commands[c]->operands) {
			bytes_puts(out, " \\\n\t\t\t'*:");
			zsh_help(out, commands[c]->operands);
			bytes_putc(out, ':');
			zsh_values(out, commands[c]->values);
			bytes_putc(out, '\'');
		}
		bytes_puts(out, " ;;\n");
	}
	bytes_puts(out, "\tesac\n}\n_mmscope \"$@\"\n");
}

/* --------------------------------------------------------------------- fish */

static void fish_values(struct bytes *out, const char *values)
{
	if (!strcmp(values, VALUES_FILES) || !strcmp(values, VALUES_FOLDERS)) {
		bytes_puts(out, " -F");
		return;
	}
	bytes_puts(out, " -a ");
	if (!strcmp(values, VALUES_BOARDS))
		bytes_puts(out, "'(mmscope boards | awk \"NR > 1 { print \\\\$1 }\"; __fish_complete_suffix .dtb; __fish_complete_suffix .dts)'");
	else if (!strcmp(values, VALUES_KERNELS))
		bytes_puts(out, "'(mmscope kernels | awk \"NR > 1 { print \\\\$1 }\"; __fish_complete_suffix .json)'");
	else if (*values != '@')
		put_quoted(out, values);
	for (size_t i = 0; i < NR_WORDS_OF; i++)
		if (!strcmp(values, words_of[i].values)) {
			bytes_putc(out, '\'');
			words_of[i].put(out);
			bytes_putc(out, '\'');
		}
}

static void fish_option(struct bytes *out, const struct command *command, const struct command_option *option)
{
	bytes_printf(out, "complete -c mmscope -n '__mmscope_is %s' -l ", command->name);
	put_name(out, option);
	if (option->letter)
		bytes_printf(out, " -s %c", option->letter);
	if (option->argument)
		bytes_puts(out, " -r");
	if (option->values)
		fish_values(out, option->values);
	bytes_puts(out, " -d ");
	put_quoted(out, option->help);
	bytes_putc(out, '\n');
}

static void put_fish(struct bytes *out)
{
	struct command_option all[COMMAND_MAX_OPTIONS];

	bytes_puts(out, "# fish completion for mmscope: made by 'mmscope completion fish'\n"
		   "function __mmscope_is # 'help boot' is no boot\n\tset -l words (commandline -opc)\n\ttest \"$words[2]\" = $argv[1]\nend\n"
		   "complete -c mmscope -f\n");
	for (size_t c = 0; commands[c]; c++) {
		size_t nr = command_options(commands[c], all);

		bytes_printf(out, "complete -c mmscope -n __fish_use_subcommand -a %s -d ", commands[c]->name);
		put_quoted(out, commands[c]->summary);
		bytes_putc(out, '\n');
		if (commands[c]->values) {
			bytes_printf(out, "complete -c mmscope -n '__mmscope_is %s'", commands[c]->name);
			fish_values(out, commands[c]->values);
			bytes_putc(out, '\n');
		}
		for (size_t i = 0; i < nr; i++)
			fish_option(out, commands[c], &all[i]);
	}
}

static int run(const struct command *command, int argc, char **argv)
{
	struct bytes out = { 0 };
	int status = command_parse(command, argc, argv, NULL);
	const char *shell;

	if (status >= 0)
		return status;
	shell = argv[optind];
	if (!strcmp(shell, "bash"))
		put_bash(&out);
	else if (!strcmp(shell, "zsh"))
		put_zsh(&out);
	else if (!strcmp(shell, "fish"))
		put_fish(&out);
	else
		return cli_usage(command->program, "there is a script for bash, zsh and fish, not for '%s'", shell);
	status = cli_print(command->program, &out);
	bytes_deinit(&out);
	return status;
}

const struct command command_completion = {
	.name = "completion", .program = "mmscope completion", .summary = "print a completion script for a shell",
	.operands = "SHELL", .missing = "no shell is given: bash, zsh or fish", .values = "bash zsh fish", .max_operands = 1,
	.about = "Print a script that completes commands, options and their values, for bash, zsh or fish.\n"
		 "'make install' puts it where the shell finds it; else: source <(mmscope completion bash)", .run = run,
};
