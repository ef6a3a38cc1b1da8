/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - subcommands and their options, as tables.
 *
 * Parsing, --help, spelling suggestions, completion for three shells and the manual pages are all generated from
 * these tables, so an option is written down once.  To add an option, add a row to its command's file, and the member
 * that it fills.  To add a command, write cmd_NAME.c and add a row to commands.c.
 */
#ifndef MMSCOPE_COMMAND_H
#define MMSCOPE_COMMAND_H

#include "daemon/base/bytes.h"

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char * */
	OPTION_NUMBER,		/* unsigned int, from min to max */
	OPTION_TEXTS,		/* struct option_texts: may be repeated */
};

#define OPTION_MAX_TEXTS 32

struct option_texts {
	const char *text[OPTION_MAX_TEXTS];
	size_t nr;
};

struct command_option {
	char letter;			/* -k; 0: none */
	const char *name;		/* --kernel */
	const char *argument;		/* KERNEL; NULL for a flag */
	const char *help;		/* a sentence or two, unwrapped; NULL: that of the ask_field of this name */
	const char *values;		/* for completion: words, or one of VALUES_*; NULL: nothing */
	enum option_kind kind;
	size_t offset;			/* of the member to be filled, in command_parse()'s @into */
	unsigned int min, max;
};

/* An input of a run (input/ask_fields.h) that this command lets you repeat; help and values are the field's. */
#define OPTION_SEVERAL(param, to)	{ .name = (param), .kind = OPTION_TEXTS, .offset = (to) }

#define VALUES_BOARDS	"@boards"	/* names, and files that may be boards */
#define VALUES_KERNELS	"@kernels"	/* names, and profiles */
#define VALUES_FORMATS	"@formats"	/* of answers */
#define VALUES_COMMANDS	"@commands"
#define VALUES_TOPICS	"@topics"	/* of help */
#define VALUES_OWNERS	"@owners"	/* of the ledger */
#define VALUES_KINDS	"@kinds"	/* of events */
#define VALUES_RULES	"@rules"	/* of check */
#define VALUES_FILES	"@files"
#define VALUES_FOLDERS	"@folders"

struct command {
	const char *name;		/* boot */
	const char *program;		/* mmscope boot */
	const char *summary;		/* its line in the list of commands */
	const char *operands;		/* BOARD, CAPTURE...; NULL: there are none */
	const char *missing;		/* the complaint if there is no operand; NULL: that is fine */
	const char *values;		/* completion of operands, as of options */
	unsigned int max_operands;
	const char *about, *notes;	/* text before and after the options in help */
	const char *exit_status;	/* what each status means; NULL: the usual */
	const struct command_option *options;
	size_t nr_options;
	/* It also takes all inputs of a run (input/ask_fields.h), except where it has an option of that name itself. */
	bool asks;
	size_t ask;			/* offset of the struct ask that those fill */
	int (*run)(const struct command *command, int argc, char **argv);
};

/* Every command also has --color, --help and --version. */
#define COMMAND_COMMON	3
#define COMMAND_MAX_OPTIONS 64

/* Lists all options of @command: its own, a run's inputs, the common ones.  Returns how many. */
size_t command_options(const struct command *command, struct command_option all[COMMAND_MAX_OPTIONS]);

/*
 * Parse the command line into *@into.  -1: carry on, operands begin at argv[optind].  Anything else is the status to
 * exit with: there was a mistake, which has been reported, or --help.
 */
int command_parse(const struct command *command, int argc, char **argv, void *into);

/* What --help and the manual page say of an option: its help, and whether it may be repeated. */
void command_option_help(const struct command_option *option, struct bytes *out);
/* The text of --help. */
void command_help(const struct command *command, struct bytes *out);

/* In commands.c: every command, NULL-terminated. */
extern const struct command *const commands[];
/* NULL: no such command. */
const struct command *command_find(const char *name);
/* Append a suggestion for an unknown command: "; did you mean 'boot'?" if a name is close, or else the list of
 * commands.  If @word is an option, say that those come after the command. */
void command_suggest(const char *word, struct bytes *out);

#endif
