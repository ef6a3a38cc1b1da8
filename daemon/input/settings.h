/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h - what one source says about a run.
 *
 * The command line, a case.json, a board's .json and the body of a POST say the
 * same kinds of things; each becomes a struct settings, and a later source
 * fills in only what the earlier ones left open.
 */
#ifndef MMSCOPE_SETTINGS_H
#define MMSCOPE_SETTINGS_H

#include "daemon/input/request.h"

/* All-zero says nothing.  Strings are owned. */
struct settings {
	char *name, *description, *description_zh;
	char *model;		/* the loader, NAME[,key=value]...; of a board also how loader.image moves with text_offset */
	char *board, *kernel, *slab, *cmdline, *memory, *memreserve, *cpu, *ops, *from_state, *uefi, *reserved;
	struct request_loader loader;
	bool force;		/* a release far from what is known is booted all the same */
};

void settings_deinit(struct settings *settings);
/* Take from @from what @into does not say.  -ENOMEM. */
int settings_fill(struct settings *into, const struct settings *from);

/* The texts of an ask; -EINVAL names the option. */
int settings_of_ask(const struct ask *ask, struct settings *ret, struct mm_error *error);
/* What a flag says that is a text, as over HTTP: yes, 1, true; no, 0, false, nothing.  -EINVAL: neither. */
int settings_yes(const char *name, const char *text, bool *ret, struct mm_error *error);

#endif
