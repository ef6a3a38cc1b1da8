// SPDX-License-Identifier: GPL-2.0-or-later
/* The same answers as btf.c's, from a vmlinux's debugging information: one walk over the top level of all units. */
#include "daemon/image/types.h"

#include "daemon/base/fail.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <libelf.h>

#define MAX_NESTING	8
#define MAX_UNITS	100000
#define NR_STRUCTS	64
#define NR_ENUMS	16

struct dwarf {
	Dwarf *dwarf;
	Dwarf_Die structs[NR_STRUCTS], enums[NR_ENUMS], unnamed[256];
	bool has_struct[NR_STRUCTS], has_enum[NR_ENUMS];
	size_t nr_unnamed;		/* unnamed enums, which hold some of the constants */
};

static void note(const char *const *list, Dwarf_Die *dies, bool *has, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	for (size_t i = 0; name && list[i]; i++) {
		if (has[i] || strcmp(list[i], name))
			continue;
		dies[i] = *die;
		has[i] = true;
	}
}

static void note_die(struct dwarf *d, Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	/* A declaration has no size. */
	if ((tag != DW_TAG_structure_type && tag != DW_TAG_enumeration_type) || dwarf_bytesize(die) < 0)
		return;
	if (tag == DW_TAG_structure_type)
		note(types_structs, d->structs, d->has_struct, die);
	else if (dwarf_diename(die))
		note(types_enums, d->enums, d->has_enum, die);
	else if (d->nr_unnamed < sizeof(d->unnamed) / sizeof(d->unnamed[0]))
		d->unnamed[d->nr_unnamed++] = *die;
}

static void walk_units(struct dwarf *d)
{
	Dwarf_Off at = 0, next, die_at;
	size_t head;

	for (int i = 0; i < MAX_UNITS && !dwarf_nextcu(d->dwarf, at, &next, &head, NULL, NULL, NULL); i++, at = next) {
		Dwarf_Die unit, die;

		die_at = at + head;
		if (!dwarf_offdie(d->dwarf, die_at, &unit) || dwarf_child(&unit, &die))
			continue;
		do
			note_die(d, &die);
		while (!dwarf_siblingof(&die, &die));
	}
}

static Dwarf_Die *find(const char *const *list, Dwarf_Die *dies, const bool *has, const char *name)
{
	for (size_t i = 0; list[i]; i++)
		if (has[i] && !strcmp(list[i], name))
			return &dies[i];
	return NULL;
}

static bool size(void *ctx, const char *name, uint64_t *ret)
{
	struct dwarf *d = ctx;
	Dwarf_Die *die = find(types_structs, d->structs, d->has_struct, name);

	if (!die)
		return false;
	*ret = (uint64_t)dwarf_bytesize(die);
	return true;
}

static bool unsigned_of(Dwarf_Die *die, unsigned int which, uint64_t *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word word;

	if (!dwarf_attr_integrate(die, which, &attribute) || dwarf_formudata(&attribute, &word))
		return false;
	*ret = word;
	return true;
}

/* The type that a die refers to, without typedefs and qualifiers. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;

	return dwarf_attr_integrate(die, DW_AT_type, &attribute) && dwarf_formref_die(&attribute, &type) &&
	       !dwarf_peel_type(&type, ret);
}

static bool find_member(Dwarf_Die *of, const char *name, int depth, uint64_t *at, Dwarf_Die *type)
{
	Dwarf_Die die;
	uint64_t inner;

	if (depth == MAX_NESTING || dwarf_child(of, &die))
		return false;
	do {
		const char *this = dwarf_tag(&die) == DW_TAG_member ? dwarf_diename(&die) : "";

		if (!unsigned_of(&die, DW_AT_data_member_location, at))
			*at = 0;
		if (this && !strcmp(this, name))
			return type_of(&die, type);
		if (!this && type_of(&die, type) && find_member(type, name, depth + 1, &inner, type)) {
			*at += inner;
			return true;
		}
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

static bool offset(void *ctx, const char *name, const char *member, uint64_t *ret)
{
	struct dwarf *d = ctx;
	Dwarf_Die *die = find(types_structs, d->structs, d->has_struct, name), type;

	return die && find_member(die, member, 0, ret, &type);
}

static bool elements(void *ctx, const char *name, const char *member, uint64_t *ret)
{
	struct dwarf *d = ctx;
	Dwarf_Die *die = find(types_structs, d->structs, d->has_struct, name), type, range;
	uint64_t at;

	if (!die || !find_member(die, member, 0, &at, &type) || dwarf_child(&type, &range))
		return false;
	if (unsigned_of(&range, DW_AT_count, ret))
		return true;
	if (!unsigned_of(&range, DW_AT_upper_bound, ret))
		return false;
	++*ret;
	return true;
}

static bool constant(Dwarf_Die *die, int64_t *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Sword word;

	if (!dwarf_attr(die, DW_AT_const_value, &attribute) || dwarf_formsdata(&attribute, &word))
		return false;
	*ret = word;
	return true;
}

static bool enumerators(void *ctx, const char *name, struct profile *profile, struct fact_section *section)
{
	struct dwarf *d = ctx;
	Dwarf_Die *of = find(types_enums, d->enums, d->has_enum, name), die;
	int64_t value;

	if (!of || dwarf_child(of, &die))
		return false;
	do {
		const char *key = dwarf_diename(&die);

		if (key && constant(&die, &value))
			profile_number(profile, section, pool_text(profile->pool, key, strnlen(key, 256)), value);
	} while (!dwarf_siblingof(&die, &die));
	return true;
}

static bool value_in(Dwarf_Die *of, const char *wanted, int64_t *ret)
{
	Dwarf_Die die;

	if (dwarf_child(of, &die))
		return false;
	do {
		const char *name = dwarf_diename(&die);

		if (name && !strcmp(name, wanted))
			return constant(&die, ret);
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

static bool value(void *ctx, const char *wanted, int64_t *ret)
{
	struct dwarf *d = ctx;

	for (size_t i = 0; types_enums[i]; i++)
		if (d->has_enum[i] && value_in(&d->enums[i], wanted, ret))
			return true;
	for (size_t i = 0; i < d->nr_unnamed; i++)
		if (value_in(&d->unnamed[i], wanted, ret))
			return true;
	return false;
}

int dwarf_read(struct span elf, struct profile *profile, struct mm_error *error)
{
	struct dwarf *d = pool_alloc(profile->pool, 1, sizeof(*d));
	const struct type_source source = { d, size, offset, elements, enumerators, value };
	Elf *file;
	size_t nr = 0;

	elf_version(EV_CURRENT);
	file = elf_memory((char *)(uintptr_t)elf.at, elf.len);
	d->dwarf = file ? dwarf_begin_elf(file, DWARF_C_READ, NULL) : NULL;
	if (d->dwarf) {
		walk_units(d);
		nr = types_read(&source, profile);
		dwarf_end(d->dwarf);
	}
	elf_end(file);
	return nr ? 0 : fail(error, -ENOENT, "DWARF", "the vmlinux has no debugging information about types");
}
