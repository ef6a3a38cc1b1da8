// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cli.h"
#include "daemon/base/fail.h"
#include "daemon/base/heap.h"
#include "daemon/base/plain.h"
#include "daemon/cli/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int try_help(const char *name)
{
	fprintf(stderr, "Try '%s --help' for more information.\n", name);
	return CLI_USAGE;
}

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define PLAIN	"\033[0m"

bool cli_set_colour(const char *when)
{
	if (!strcmp(when, "always"))
		return !unsetenv("NO_COLOR") && !setenv("CLICOLOR_FORCE", "1", 1);
	if (!strcmp(when, "never"))
		return !setenv("NO_COLOR", "1", 1);
	return !strcmp(when, "auto");
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

bool cli_has_colour(int fd)
{
	const char *terminal = getenv("TERM");

	if (is_set("NO_COLOR"))
		return false;
	return is_set("CLICOLOR_FORCE") || (isatty(fd) && terminal && strcmp(terminal, "dumb"));
}

/* Who is speaking, in red on a terminal. */
static void put_name(const char *name)
{
	bool colour = cli_has_colour(STDERR_FILENO);

	fprintf(stderr, "%s%s:%s ", colour ? RED : "", name, colour ? PLAIN : "");
}

int cli_usage(const char *name, const char *fmt, ...)
{
	va_list args;

	put_name(name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return try_help(name);
}

int cli_unknown_language(const char *name, const char *lang)
{
	return cli_usage(name, "there are no texts in '%s'; choose en or zh-CN", lang);
}

/* What we quote may come from hostile files: keep control characters from reaching the terminal. */
static void print_plain(const char *text)
{
	struct bytes plain = { 0 };

	plain_line(&plain, text, strlen(text));
	fprintf(stderr, "%s\n", bytes_text(&plain));
	bytes_deinit(&plain);
}

void cli_say(const char *name, const char *sentence)
{
	put_name(name);
	print_plain(sentence);
}

int cli_fail(const char *name, int err, const struct mm_error *error)
{
	struct bytes sentence = { 0 };

	fail_sentence(error, &sentence);
	fail_advice(error, &sentence);
	put_name(name);
	print_plain(bytes_text(&sentence));
	bytes_deinit(&sentence);
	switch (err) {
	case -EINVAL:
		return try_help(name);
	case -ENOENT:
	case -EBADMSG:
	case -EFBIG:
		return CLI_BAD_INPUT;
	default:
		return CLI_OUR_FAILURE;
	}
}

static bool write_all(const char *p, size_t left)
{
	while (left) {
		ssize_t written = write(STDOUT_FILENO, p, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		p += written;
		left -= (size_t)written;
	}
	return true;
}

bool cli_write(const char *text, size_t len)
{
	struct bytes plain = { 0 };
	bool written;

	if (!isatty(STDOUT_FILENO))
		return write_all(text, len);
	plain_text(&plain, text, len);
	written = !plain.failed && write_all(bytes_text(&plain), plain.len);
	bytes_deinit(&plain);
	return written;
}

int cli_print(const char *name, const struct bytes *out)
{
	if (out->failed) {
		fprintf(stderr, "%s: no memory for the answer\n", name);
		return CLI_OUR_FAILURE;
	}
	if (!cli_write(bytes_text(out), out->len)) {
		fprintf(stderr, "%s: cannot write the answer: %s\n", name, strerror(errno));
		return CLI_OUR_FAILURE;
	}
	return CLI_OK;
}

/* Lines that begin like this get this colour. */
struct line_colour {
	const char *begin, *colour;
};

static const struct line_colour of_diff[] = { { "-", RED }, { "+", GREEN }, { NULL, NULL } };
static const struct line_colour of_findings[] = { { "error[", RED }, { "warning[", YELLOW }, { NULL, NULL } };

static bool write_line(const char *line, size_t len, const struct line_colour *colours)
{
	while (colours->begin && strncmp(line, colours->begin, strlen(colours->begin)))
		colours++;
	if (!colours->begin)
		return cli_write(line, len);
	return write_all(colours->colour, strlen(colours->colour)) && cli_write(line, len) && write_all(PLAIN, strlen(PLAIN));
}

static int print_lines(const char *name, const struct bytes *out, const struct line_colour *colours)
{
	const char *line = bytes_text(out), *end = line + out->len;

	if (out->failed || !cli_has_colour(STDOUT_FILENO))
		return cli_print(name, out);
	while (line < end) {
		size_t len = strcspn(line, "\n");

		if (!write_line(line, len, colours) || (line + len < end && !write_all("\n", 1))) {
			fprintf(stderr, "%s: cannot write the answer: %s\n", name, strerror(errno));
			return CLI_OUR_FAILURE;
		}
		line += len + 1;
	}
	return CLI_OK;
}

int cli_print_diff(const char *name, const struct bytes *out)
{
	return print_lines(name, out, of_diff);
}

int cli_print_findings(const char *name, const struct bytes *out)
{
	return print_lines(name, out, of_findings);
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

int cli_main(int argc, char **argv)
{
	const struct command *command;
	struct bytes suggestion = { 0 };
	int status;

	if (argc < 2)
		return cli_usage("mmscope", "no command is given");
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return cli_version();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		argv[1] = (char *)"help";
	command = command_find(argv[1]);
	if (command) {
		argv[1] = (char *)command->program;
		if (strcmp(command->name, "serve"))
			heap_keep();
		return command->run(command, argc - 1, argv + 1);
	}
	command_suggest(argv[1], &suggestion);
	status = cli_usage("mmscope", "there is no %s '%s'%s", *argv[1] == '-' ? "option" : "command", argv[1], bytes_text(&suggestion));
	bytes_deinit(&suggestion);
	return status;
}
