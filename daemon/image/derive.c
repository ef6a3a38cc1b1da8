// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/derive.h"

#include "daemon/base/fail.h"
#include "daemon/image/bzip2.h"
#include "daemon/image/callers.h"
#include "daemon/image/container.h"
#include "daemon/image/evidence.h"
#include "daemon/image/head.h"
#include "daemon/image/kconfig.h"
#include "daemon/image/layout.h"
#include "daemon/image/params.h"
#include "daemon/image/release.h"
#include "daemon/image/types.h"
#include "daemon/image/vmlinux.h"

#include <errno.h>
#include <stdio.h>

struct derivation {
	const struct derive_input *input;
	struct pool pool;
	struct profile profile;
	struct container kernel;
	struct symbols names;		/* where the linker's symbols lie: from the best source */
	struct symbols code;		/* what %pS prints: from kallsyms */
	struct bootlog log;
	unsigned int release;		/* major * 100 + minor */
	struct mm_error *error;
};

static void say(const struct derivation *d, const char *step)
{
	if (d->input->progress)
		d->input->progress(d->input->ctx, step);
}

/* Notes where facts come from.  How the kernel was packed is left out, so that one build has one profile. */
static void source(struct derivation *d, const char *what, const char *from)
{
	profile_text(&d->profile, &d->profile.sources, what, from);
}

/* ------------------------------------------------------------------ the parts */

static int open_kernel(struct derivation *d)
{
	struct head head;
	int err;

	say(d, "unpacking the kernel");
	err = container_open(d->input->kernel, d->input->shared, &d->pool, &d->kernel, d->error);
	if (err)
		return err;
	head = head_read(d->kernel.image);
	d->profile.text_offset = head.text_offset;
	d->profile.image_size = head.image_size;
	d->profile.flags = head.flags;
	d->profile.banner = release_banner(d->kernel.image, &d->pool);
	if (!d->profile.banner)
		return fail(d->error, -EBADMSG, "kernel", "is an arm64 Image without \"Linux version\"; it is not a Linux kernel");
	return 0;
}

/* Names the option that would help; the page has a field of the same name. */
static int advise(struct mm_error *error, const char *option)
{
	snprintf(error->option, sizeof(error->option), "%s", option);
	snprintf(error->example, sizeof(error->example), "FILE");
	return -EBADMSG;
}

/* --config, else the package's, else IKCONFIG. */
static int read_config(struct derivation *d)
{
	struct span text = { 0 };
	int err = 0;

	if (d->input->config.len) {
		err = container_text(d->input->config, NULL, &d->pool, &text, d->error);
	} else if (d->kernel.config.len) {
		text = d->kernel.config;
	} else if (!ikconfig_find(d->kernel.image, &d->pool, &text)) {
		fail(d->error, -EBADMSG, "kernel", "does not carry its configuration (CONFIG_IKCONFIG is off): the build's "
		     ".config is needed, or the package that has it");
		return advise(d->error, "config");
	}
	return err ? err : kconfig_read(text, &d->profile, d->error);
}

static int read_log(struct derivation *d)
{
	struct span text;
	int err;

	if (!d->input->log.len)
		return 0;
	err = container_text(d->input->log, NULL, &d->pool, &text, d->error);
	return err ? err : bootlog_read(text, &d->pool, &d->log, d->error);
}

static void identify(struct derivation *d)
{
	struct profile *p = &d->profile;

	p->version = release_version(p->banner, p);
	p->name = d->input->name ? d->input->name : release_name(p->banner, &d->pool);
	p->description = pool_printf(&d->pool, "derived from an image of Linux %s", release_name(p->banner, &d->pool));
	d->release = release_number(p->version);
}

/* Symbols of another build would be worse than none. */
static int check_same_build(struct derivation *d, const struct symbols *other, const char *where)
{
	static const char *const anchors[] = { "_stext", "start_kernel", "_etext", "_einittext", "setup_arch" };

	for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
		const struct symbol *here = symbols_find(&d->code, anchors[i]), *there = symbols_find(other, anchors[i]);

		if (here && there && here->at != there->at)
			return fail(d->error, -EBADMSG, where, "is of another build: %s is at 0x%llx there, at 0x%llx in the image",
				    anchors[i], (unsigned long long)there->at, (unsigned long long)here->at);
	}
	return 0;
}

/* The names in kallsyms, then those that only @more has. */
static void add_names(struct derivation *d, const struct symbols *more)
{
	struct symbols *names = &d->names;

	*names = (struct symbols){ .text_va = more->text_va ? more->text_va : d->code.text_va };
	names->list = pool_alloc(&d->pool, d->code.nr + more->nr, sizeof(*names->list));
	if (d->code.nr)
		memcpy(names->list, d->code.list, d->code.nr * sizeof(*names->list));
	names->nr = d->code.nr;
	for (size_t i = 0; i < more->nr; i++)
		if (!symbols_find(&d->code, more->list[i].name))
			names->list[names->nr++] = more->list[i];
	symbols_index(names, &d->pool);
}

/* The names beside kallsyms: --system-map, the package's, the vmlinux's own; where they are from, or NULL. */
static const char *more_symbols(struct derivation *d, struct symbols *ret)
{
	static const char *const maps[] = { "System.map", NULL };
	struct mm_error error = { .offset = -1 };
	struct span map = d->kernel.map;

	if (map.len && !container_text(map, maps, &d->pool, &map, &error) && !system_map_read(map, &d->pool, ret, &error))
		return "System.map";
	if (d->kernel.elf.len && !vmlinux_symbols(d->kernel.elf, &d->pool, ret, &error))
		return "the vmlinux's symbol table";
	return NULL;
}

static int given_map(struct derivation *d, struct symbols *ret)
{
	static const char *const maps[] = { "System.map", NULL };
	struct span map;
	int err = container_text(d->input->map, maps, &d->pool, &map, d->error);

	if (!err && system_map_read(map, &d->pool, ret, d->error))
		err = -EBADMSG;
	return err ? err : check_same_build(d, ret, "System.map");
}

static int read_symbols(struct derivation *d)
{
	struct symbols *more = pool_alloc(&d->pool, 1, sizeof(*more));
	const char *from;
	int missing, err;

	say(d, "reading symbols");
	missing = kallsyms_read(d->kernel.image, &d->pool, &d->code, d->error);
	if (missing)
		d->code = (struct symbols){ 0 };
	if (d->input->map.len) {
		err = given_map(d, more);
		if (err)
			return err;
		from = "System.map";
	} else {
		from = more_symbols(d, more);
	}
	if (missing && !from)
		return advise(d->error, "system_map");
	if (!from)
		*more = (struct symbols){ 0 };
	add_names(d, more);
	if (missing)
		d->code = d->names;
	source(d, "symbols", missing ? from : d->names.nr > d->code.nr ? pool_printf(&d->pool, "kallsyms and %s", from) : "kallsyms");
	return 0;
}

static void link_address(struct derivation *d)
{
	struct profile *p = &d->profile;

	p->kimage_vaddr = release_kimage_vaddr(d->release, p);
	if (d->names.text_va)
		p->kimage_vaddr = d->names.text_va - p->text_offset;
}

/* BTF, else DWARF. */
static int read_types(struct derivation *d)
{
	const struct symbol *start = symbols_find(&d->names, "__start_BTF");
	struct span btf = d->kernel.elf.len ? vmlinux_section(d->kernel.elf, ".BTF") : (struct span){ 0 };
	struct type_source types;
	int err;

	say(d, "reading types");
	if (!btf.len)
		btf = btf_find(d->kernel.image, start ? start->at : -1);
	if (btf.len) {
		err = btf_open(btf, &d->pool, &types, d->error);
		if (err)
			return err;
		types_read(&types, &d->profile);
		source(d, "sizes", "BTF");
		return 0;
	}
	if (d->kernel.elf.len && !dwarf_read(d->kernel.elf, &d->profile, d->error)) {
		source(d, "sizes", "DWARF");
		return 0;
	}
	/* The caller, who knows the built-in profiles, fills them in and says so (input/decode_types.h). */
	return 0;
}

static void read_callers(struct derivation *d)
{
	say(d, "reading code");
	callers_read(d->kernel.image, &d->code, d->release, d->log.nr_lines ? &d->log : NULL, &d->profile);
	source(d, "callers", d->log.nr_lines ? "the code, and the boot log" : "the code");
	/* Kernels before 5.14 do not report unknown parameters. */
	if (d->release < 514)
		return;
	if (!params_read(d->kernel.image, &d->names, d->profile.kimage_vaddr + d->profile.text_offset, &d->profile))
		profile_assume(&d->profile, "params: the tables of parameters were not found in the image",
			       "which words of the command line the kernel calls unknown");
	else
		source(d, "params", "the parameter tables of the image");
}

static int derive(struct derivation *d)
{
	int err = open_kernel(d);

	if (!err)
		err = read_config(d);
	if (!err)
		err = read_log(d);
	if (err)
		return err;
	identify(d);
	err = read_symbols(d);
	if (err)
		return err;
	link_address(d);
	layout_read(d->kernel.image, &d->names, &d->code, &d->profile);
	err = read_types(d);
	if (err)
		return err;
	read_callers(d);
	evidence_read(d->kernel.image, &d->code, &d->names, &d->profile);
	return 0;
}

int derive_profile(const struct derive_input *input, struct bytes *out, struct mm_error *error)
{
	struct derivation d = { .input = input, .pool.limit = DERIVE_MAX_MEMORY, .error = error };
	int err;

	d.profile.pool = &d.pool;
	if (setjmp(d.pool.out)) {
		pool_deinit(&d.pool);
		return fail(error, -EBADMSG, "kernel", "needs more than %llu MiB of memory to be read; it may be damaged",
			    DERIVE_MAX_MEMORY >> 20);
	}
	err = derive(&d);
	if (!err)
		profile_encode(out, &d.profile);
	pool_deinit(&d.pool);
	if (!err && out->failed)
		err = fail(error, -ENOMEM, "kernel", "no memory for its profile");
	return err;
}

size_t derive_shared(const struct derive_input *input)
{
	return bzip2_shared(input->kernel);
}

void derive_help(const struct derive_input *input, void *shared)
{
	bzip2_help(input->kernel, shared);
}
