// SPDX-License-Identifier: GPL-2.0-or-later
/* model.c - which loader a board has, and what it must keep off. */
#include "check.h"
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct loader_model *const models[] = {
	&loader_clear, &loader_qemu_virt, &loader_u_boot, &loader_raspberry_pi, &loader_uefi_stub,
};

const struct loader_model *loader_model_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i]->name, name))
			return models[i];
	return NULL;
}

const char *loader_model_names(struct arena *arena)
{
	const char *names = "";

	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		names = arena_printf(arena, "%s%s%s", names, i ? ", " : "", models[i]->name);
	return names;
}

phys_addr_t loader_image_bytes(const struct mm *mm)
{
	return kernel_symbol(mm->kernel, "_end");
}

phys_addr_t loader_text_offset(const struct mm *mm)
{
	uint64_t offset = 0;

	kernel_number(mm->kernel, "image", "text_offset", &offset);
	return offset;
}

void loader_assume(struct mm *mm, struct placed *placement, phys_addr_t base, const char *rule, const char *source)
{
	placement->base = base;
	placement->origin = ORIGIN_ASSUMED;
	placement->rule = rule;
	placement->source = source;
	loader_take(&mm->loader, &mm->arena, base, placement->size);
}

/* ------------------------------------------------------------------- options */

/* The value of "name=value" among words with commas between, or NULL. */
static const char *find_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = options; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (!strncmp(p, name, len) && p[len] == '=')
			return p + len + 1;
	return NULL;
}

static bool is_value(const char *text, const char *end)
{
	return end > text && (!*end || *end == ',');
}

int loader_hex_option(const struct loader *loader, const char *name, uint64_t *ret, struct mm_error *error)
{
	const char *text = find_option(loader->options, name);
	size_t digits = text ? strspn(text, "0123456789abcdefABCDEF") : 0;

	/* Too many for a number are refused there. */
	if (!digits || digits > 16 || !is_value(text, text + digits))
		return loader_option(loader, name, ret, error);
	*ret = strtoull(text, NULL, 16);
	return 1;
}

int loader_option(const struct loader *loader, const char *name, uint64_t *ret, struct mm_error *error)
{
	const char *text = find_option(loader->options, name), *end;

	if (!text)
		return 0;
	*ret = memparse(text, &end);
	if (is_value(text, end))
		return 1;
	loader_refuse(error, "", "the loader's %s is not an address: '%.40s'", name, text);
	return loader_advise(error, "loader", "%s,%s=0x80000000", loader->model->name, name);
}

/* What every loader has. */
static const char entry_el[] = "el";

static bool is_option(const struct loader_model *model, const char *word, size_t len)
{
	if (len == strlen(entry_el) && !memcmp(entry_el, word, len))
		return true;
	for (size_t i = 0; model->options[i]; i++)
		if (strlen(model->options[i]) == len && !memcmp(model->options[i], word, len))
			return true;
	return false;
}

static const char *option_names(struct arena *arena, const struct loader_model *model)
{
	const char *names = entry_el;

	for (size_t i = 0; model->options[i]; i++)
		names = arena_printf(arena, "%s, %s", names, model->options[i]);
	return names;
}

/* el=: where the kernel starts; it can have a hypervisor at EL2 only. */
static int read_entry_el(struct loader *l, struct mm_error *error)
{
	const char *text = find_option(l->options, entry_el);

	if (!text)
		return 0;
	if ((*text == '1' || *text == '2') && (!text[1] || text[1] == ',')) {
		l->entry_el = (unsigned)(*text - '0');
		return 0;
	}
	loader_refuse(error, "", "the loader's el is neither 1 nor 2: '%.40s'", text);
	return loader_advise(error, "loader", "%s,el=2", l->model->name);
}

static int check_options(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;

	for (const char *p = l->options; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		size_t len = strcspn(p, "=,");

		if (p[len] == '=' && is_option(l->model, p, len))
			continue;
		return loader_refuse(error, "", "the loader %s has no option '%.*s'; it takes %s", l->model->name,
				     (int)min_u64(len, 40), p, option_names(&mm->arena, l->model));
	}
	return read_entry_el(l, error);
}

/* ------------------------------------------------------------- which loader */

static bool root_is(const struct fdt *fdt, const char *prefix)
{
	const char *word = dt_getprop_str(fdt, 0, "compatible");

	return word && !strncmp(word, prefix, strlen(prefix));
}

static void guess(struct mm *mm)
{
	struct loader *l = &mm->loader;
	int chosen = dt_path(&mm->fdt, "/chosen");

	l->model_origin = ORIGIN_TREE;
	if (l->uefi) {
		l->model = &loader_uefi_stub;
		l->model_rule = l->uefi_origin == ORIGIN_GIVEN ? "UEFI's memory map is given" : "/chosen has linux,uefi-system-table";
	} else if (root_is(&mm->fdt, "linux,dummy-virt")) {
		l->model = &loader_qemu_virt;
		l->model_rule = "the tree is QEMU's virt machine";
	} else if (dt_has_prop(&mm->fdt, chosen, "u-boot,version")) {
		l->model = &loader_u_boot;
		l->model_rule = "/chosen has u-boot,version";
	} else if (root_is(&mm->fdt, "raspberrypi,")) {
		l->model = &loader_raspberry_pi;
		l->model_rule = "the tree is a Raspberry Pi's";
	} else {
		l->model = &loader_clear;
		l->model_origin = ORIGIN_ASSUMED;
		l->model_rule = "the tree does not name its loader";
	}
}

static int choose(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	struct loader *l = &mm->loader;

	l->options = board->loader_options;
	if (!board->loader) {
		guess(mm);
		return 0;
	}
	l->model = loader_model_find(board->loader);
	l->model_origin = ORIGIN_GIVEN;
	l->model_rule = "";
	if (l->model == &loader_uefi_stub && !l->uefi) {
		loader_refuse(error, "", "the loader uefi needs UEFI's memory map");
		return loader_advise(error, "uefi", "edk2");
	}
	if (l->model)
		return check_options(mm, error);
	loader_refuse(error, "", "there is no loader '%.40s'; known: %s", board->loader, loader_model_names(&mm->arena));
	return loader_advise(error, "loader", "u-boot");
}

/* ---------------------------------------------------------- what is in the way */

static void take_reg(struct mm *mm, const struct fdt_prop *reg)
{
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;

	for (size_t i = 0; reg && (i + ac + sc) * 4 <= reg->len; i += ac + sc)
		loader_take(&mm->loader, &mm->arena, dt_read_cells(reg, i, ac), dt_read_cells(reg, i + ac, sc));
}

/* A node that finds its own place in a window which has room for little else: the window is as good as a place. */
static void take_window(struct mm *mm, int node)
{
	const struct fdt_prop *size = dt_getprop(&mm->fdt, node, "size"), *ranges = dt_getprop(&mm->fdt, node, "alloc-ranges");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;
	phys_addr_t want, room;

	if (!size || size->len != 4 * sc || !ranges || ranges->len != 4 * (ac + sc))
		return;
	want = dt_read_cells(size, 0, sc);
	room = dt_read_cells(ranges, ac, sc);
	if (room < want + mm->loader.image.size + MIB(16))
		take_reg(mm, ranges);
}

static void take_reserved(struct mm *mm)
{
	const struct fdt *fdt = &mm->fdt;
	int parent = dt_path(fdt, "/reserved-memory");

	for (int node = parent < 0 ? -1 : fdt->nodes[parent].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		if (!dt_available(fdt, node))
			continue;
		take_reg(mm, dt_getprop(fdt, node, "reg"));
		take_window(mm, node);
	}
	for (size_t i = 0; i < fdt->nr_memreserve; i++)
		loader_take(&mm->loader, &mm->arena, fdt->memreserve[i].base, fdt->memreserve[i].size);
}

/* "cma=64M@0x50000000", "crashkernel=256M@1G": the command line wants a place, too. */
static void take_parameter(struct mm *mm, const char *value)
{
	const char *end, *at = value ? strchr(value, '@') : NULL;
	phys_addr_t size;

	if (!at)
		return;
	size = memparse(value, &end);
	if (end == at)
		loader_take(&mm->loader, &mm->arena, memparse(at + 1, &end), size);
}

static void take_parameters(struct mm *mm)
{
	const char *text = dt_getprop_str(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "bootargs");
	struct cmdline line = { 0 };

	if (!text || !strchr(text, '@'))
		return;
	cmdline_parse(&line, &mm->arena, arena_printf(&mm->arena, "%.*s", COMMAND_LINE_SIZE - 1, text));
	take_parameter(mm, cmdline_value(&line, "cma"));
	take_parameter(mm, cmdline_value(&line, "crashkernel"));
}

int loader_place(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	int err = choose(mm, board, error);

	if (err)
		return err;
	take_reserved(mm);
	take_parameters(mm);
	if (l->image.origin != ORIGIN_NONE)
		loader_take(l, &mm->arena, l->image.base, l->image.size);
	if (l->dtb.origin != ORIGIN_NONE)
		loader_take(l, &mm->arena, l->dtb.base, l->dtb.size);
	if (l->initrd.origin != ORIGIN_NONE)
		loader_take(l, &mm->arena, l->initrd.base, l->initrd.size);
	return l->model->place(mm, error);
}
