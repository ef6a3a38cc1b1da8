// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/tell_trust.h"

#include "daemon/base/plain.h"
#include "daemon/input/trust.h"

#include <stdio.h>
#include <string.h>

/* A profile may contain anything: keep control characters from the terminal. */
static void print_line(const char *program, struct bytes *line)
{
	struct bytes plain = { 0 };

	plain_line(&plain, bytes_text(line), line->len);
	fprintf(stderr, "%s: %s\n", program, bytes_text(&plain));
	bytes_deinit(&plain);
	bytes_clear(line);
}

static void print_assumed(const char *program, const struct kernel_card *card, struct bytes *line)
{
	for (size_t i = 0; i < card->nr_assumed; i++) {
		bytes_printf(line, "assumed: %s; affects %s", card->assumed[i].what, card->assumed[i].effect);
		print_line(program, line);
	}
}

void tell_trust(const char *program, const char *name, const struct bytes *profile, const struct ask *ask, bool assumed)
{
	const struct trust_folders folders = { .boards = ask->boards_dir, .kernels = ask->kernels_dir };
	struct mm_error error = { .offset = -1 };
	struct kernel_card card = { 0 };
	struct bytes line = { 0 };
	struct trust trust;

	if (trust_read(bytes_text(profile), profile->len, name, &folders, &card, &trust, &error))
		return;
	if (strcmp(trust_word(&trust), "verified") || trust.known != MM_KERNEL_RECORDED) {
		bytes_printf(&line, "kernel %s is ", name);
		trust_line(&trust, &line);
		print_line(program, &line);
	}
	if (assumed)
		print_assumed(program, &card, &line);
	kernel_card_deinit(&card);
	bytes_deinit(&line);
}
