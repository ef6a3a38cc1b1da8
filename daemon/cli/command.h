/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - what a command is called, takes and says, in one table each.
 *
 * Parsing, --help, suggestions for slips, completion for three shells and the
 * manual pages are all made from these tables, so an option is written down
 * once.  To add an option: a row in its command's file, and the member that it
 * fills.  To add a command: its cmd_NAME.c, and a row in commands.c.
 */
#ifndef MMSCOPE_COMMAND_H
#define MMSCOPE_COMMAND_H

#include "daemon/base/bytes.h"

enum option_kind {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char * */
	OPTION_NUMBER,		/* unsigned int, from min to max */
	OPTION_TEXTS,		/* struct option_texts: may be given again and again */
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
	const char *help;		/* one sentence or two; lines are broken where they are shown; NULL: the field's of that name */
	const char *values;		/* what a shell offers: words, or one of VALUES_*; NULL: nothing */
	enum option_kind kind;
	size_t offset;			/* of the member that it fills */
	unsigned int min, max;
};

/* What defines a run (input/ask_fields.h), but so that it may be given several times; its text and values are the field's. */
#define OPTION_SEVERAL(param, to)	{ .name = (param), .kind = OPTION_TEXTS, .offset = (to) }

#define VALUES_BOARDS	"@boards"	/* names, and files that are boards */
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
	const char *summary;		/* a line of the list of commands */
	const char *operands;		/* BOARD, CAPTURE...; NULL: there are none */
	const char *missing;		/* the error if there is none; NULL: none is needed */
	const char *values;		/* of the operands, as of options */
	unsigned int max_operands;
	const char *about, *notes;	/* before and after the options */
	const char *exit_status;	/* what each means; NULL: what all commands share */
	const struct command_option *options;
	size_t nr_options;
	/* It takes what defines a run, too (input/ask_fields.h); an option of its own of the same name wins. */
	bool asks;
	size_t ask;			/* offset of the struct ask that they go into */
	int (*run)(const struct command *command, int argc, char **argv);
};

/* Options that every command has besides: --color, --help and --version. */
#define COMMAND_COMMON	3
#define COMMAND_MAX_OPTIONS 64

/* All options of @command, its own, those of an ask, the common ones; how many. */
size_t command_options(const struct command *command, struct command_option all[COMMAND_MAX_OPTIONS]);

/*
 * Fill *@into.  -1: go on, the operands begin at argv[optind]; anything else is
 * the exit status, and what there was to say is said.
 */
int command_parse(const struct command *command, int argc, char **argv, void *into);

/* What an option does, as --help and the manual page say it: its text, and whether it may be given several times. */
void command_option_help(const struct command_option *option, struct bytes *out);
/* What --help prints. */
void command_help(const struct command *command, struct bytes *out);

/* commands.c: every command, ending with NULL. */
extern const struct command *const commands[];
/* NULL: there is none of that name. */
const struct command *command_find(const char *name);
/* "; did you mean 'boot'?" if a name is close to @word, else "; there are: ..."; for an option, where it belongs. */
void command_suggest(const char *word, struct bytes *out);

#endif
