// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cli.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command {
	const char *name, *program;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "boot", "mmscope boot", cmd_boot, "boot a board, print what its kernel would say" },
	{ "serve", "mmscope serve", cmd_serve, "show boots in a browser and answer over HTTP" },
	{ "verify", "mmscope verify", cmd_verify, "compare predictions with recorded boots" },
	{ "check", "mmscope check", cmd_check, "say what is wrong with boards' memory, why, and what helps" },
	{ "boards", "mmscope boards", cmd_boards, "list the boards" },
	{ "kernels", "mmscope kernels", cmd_kernels, "list the kernels and how well each is reproduced" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int cli_try_help(const char *name)
{
	fprintf(stderr, "Try '%s --help' for more information.\n", name);
	return CLI_USAGE;
}

int cli_usage(const char *name, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return cli_try_help(name);
}

/* Names and texts come from files: nothing of them may drive a terminal. */
static void print_plain(const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, stderr);
	fputc('\n', stderr);
}

int cli_fail(const char *name, int err, const struct mm_error *error)
{
	struct bytes sentence = { 0 };

	fail_sentence(error, &sentence);
	fprintf(stderr, "%s: ", name);
	print_plain(bytes_text(&sentence));
	bytes_deinit(&sentence);
	switch (err) {
	case -EINVAL:
		return cli_try_help(name);
	case -ENOENT:
	case -EBADMSG:
	case -EFBIG:
		return CLI_BAD_INPUT;
	default:
		return CLI_OUR_FAILURE;
	}
}

int cli_print(const char *name, const struct bytes *out)
{
	const char *p = bytes_text(out);
	size_t left = out->len;

	if (out->failed) {
		fprintf(stderr, "%s: no memory for the answer\n", name);
		return CLI_OUR_FAILURE;
	}
	while (left) {
		ssize_t written = write(STDOUT_FILENO, p, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			fprintf(stderr, "%s: cannot write the answer: %s\n", name, strerror(errno));
			return CLI_OUR_FAILURE;
		}
		p += written;
		left -= (size_t)written;
	}
	return CLI_OK;
}

int cli_version(void)
{
	struct bytes out = { 0 };
	int status;

	bytes_printf(&out, "mmscope %s\n", mm_version());
	status = cli_print("mmscope", &out);
	bytes_deinit(&out);
	return status;
}

static int help(void)
{
	struct bytes out = { 0 };
	int status;

	bytes_puts(&out, "Usage: mmscope COMMAND [OPTION]...\n"
		   "Execute Linux's boot-time memory initialisation on a board and show every step of it.\n\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		bytes_printf(&out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	bytes_puts(&out, "\n'mmscope COMMAND --help' says more.\n"
		   "Exit status: 0 done; 1 the answer is no (differs, panicked); 2 usage; 3 bad input;\n"
		   "4 our own failure.\n");
	status = cli_print("mmscope", &out);
	bytes_deinit(&out);
	return status;
}

int cli_main(int argc, char **argv)
{
	if (argc < 2)
		return cli_usage("mmscope", "no command is given");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return cli_version();
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		/* getopt names the program by argv[0]. */
		argv[1] = (char *)commands[i].program;
		return commands[i].run(argc - 1, argv + 1);
	}
	return cli_usage("mmscope", "there is no command '%s'", argv[1]);
}
