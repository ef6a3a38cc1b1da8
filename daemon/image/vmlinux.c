// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/vmlinux.h"

#include "daemon/base/fail.h"
#include "daemon/image/container.h"
#include "daemon/image/head.h"

#include <errno.h>
#include <gelf.h>

#define EM_ARM64	183
#define MAX_SEGMENTS	64

static int broken(struct mm_error *error, int64_t at, const char *how)
{
	return fail_at(error, -EBADMSG, "ELF vmlinux", NULL, at, "%s", how);
}

/* The range of link addresses that the file has content for. */
static bool load_range(Elf *elf, uint64_t *low, uint64_t *high)
{
	size_t nr = 0;
	GElf_Phdr p;

	elf_getphdrnum(elf, &nr);
	*low = UINT64_MAX;
	*high = 0;
	for (int i = 0; i < (int)nr && i < MAX_SEGMENTS; i++) {
		if (!gelf_getphdr(elf, i, &p) || p.p_type != PT_LOAD || !p.p_filesz || p.p_vaddr + p.p_filesz < p.p_vaddr)
			continue;
		*low = p.p_vaddr < *low ? p.p_vaddr : *low;
		*high = p.p_vaddr + p.p_filesz > *high ? p.p_vaddr + p.p_filesz : *high;
	}
	return *low < *high;
}

/* What objcopy -O binary makes of it, which is the Image. */
static void lay_out(Elf *elf, struct span file, uint64_t low, uint64_t high, uint8_t *to)
{
	size_t nr = 0;
	GElf_Phdr p;

	elf_getphdrnum(elf, &nr);
	for (int i = 0; i < (int)nr && i < MAX_SEGMENTS; i++) {
		if (!gelf_getphdr(elf, i, &p) || p.p_type != PT_LOAD || p.p_vaddr < low || p.p_vaddr >= high)
			continue;
		if (span_has(file, p.p_offset, p.p_filesz) && p.p_filesz <= high - p.p_vaddr)
			memcpy(to + (p.p_vaddr - low), file.at + p.p_offset, p.p_filesz);
	}
}

static int open_image(Elf *elf, struct span file, struct pool *pool, struct span *ret, struct mm_error *error)
{
	uint64_t low, high;
	GElf_Ehdr head;
	uint8_t *to;

	if (!gelf_getehdr(elf, &head))
		return broken(error, 0, "has no ELF header that can be read");
	if (head.e_machine != EM_ARM64)
		return fail_at(error, -EBADMSG, "ELF vmlinux", NULL, 18, "is for %s; mmscope knows arm64 only",
			       head_elf_machine(head.e_machine));
	if (!load_range(elf, &low, &high))
		return broken(error, (int64_t)head.e_phoff, "has no loadable segments; it may be a module or hold debug data only");
	if (high - low > CONTAINER_MAX_IMAGE)
		return broken(error, (int64_t)head.e_phoff, "has segments too far apart for a kernel");
	to = pool_map(pool, high - low);
	lay_out(elf, file, low, high, to);
	*ret = (struct span){ to, high - low };
	return 0;
}

static Elf *vmlinux_elf(struct span file)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	/* libelf takes a pointer that it may write through, but does not. */
	return elf_memory((char *)(uintptr_t)file.at, file.len);
}

int vmlinux_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error)
{
	Elf *elf = vmlinux_elf(file);
	int err;

	if (!elf)
		return broken(error, 0, "cannot be read as ELF");
	err = open_image(elf, file, pool, ret, error);
	elf_end(elf);
	return err;
}

/* Elf64_Ehdr and Elf64_Phdr: where they have what. */
enum { E_PHOFF = 32, E_SHOFF = 40, E_PHENTSIZE = 54, E_PHNUM = 56, E_SHNUM = 60, EHDR_SIZE = 64, P_OFFSET = 8, P_FILESZ = 32, PHDR_SIZE = 56 };

uint64_t vmlinux_loaded(struct span head)
{
	uint64_t at = span_le64(head, E_PHOFF), end = EHDR_SIZE;
	unsigned int nr = span_le16(head, E_PHNUM);

	if (!span_is(head, 0, ELFMAG, SELFMAG) || span_le16(head, E_PHENTSIZE) != PHDR_SIZE || nr > MAX_SEGMENTS ||
	    !span_has(head, at, (uint64_t)nr * PHDR_SIZE))
		return 0;
	for (; nr--; at += PHDR_SIZE) {
		uint64_t offset = span_le64(head, at + P_OFFSET), size = span_le64(head, at + P_FILESZ);

		if (span_le32(head, at) == PT_LOAD && offset + size >= offset && offset + size > end)
			end = offset + size;
	}
	return end;
}

void vmlinux_cut(uint8_t *file)
{
	memset(file + E_SHOFF, 0, 8);
	memset(file + E_SHNUM, 0, 4);
}

static Elf_Scn *section(Elf *elf, const char *wanted, GElf_Shdr *head)
{
	size_t names;
	Elf_Scn *scn = NULL;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name = gelf_getshdr(scn, head) ? elf_strptr(elf, names, head->sh_name) : NULL;

		if (name && !strcmp(name, wanted))
			return scn;
	}
	return NULL;
}

struct span vmlinux_section(struct span file, const char *name)
{
	Elf *elf = vmlinux_elf(file);
	GElf_Shdr head;
	struct span ret = { 0 };

	if (elf && section(elf, name, &head) && head.sh_type != SHT_NOBITS)
		ret = span_sub(file, head.sh_offset, head.sh_size);
	if (elf)
		elf_end(elf);
	return ret;
}

/* The letter that nm prints, as far as it tells code, data and constants apart. */
static char type_of(const GElf_Sym *sym)
{
	if (sym->st_shndx == SHN_ABS)
		return 'A';
	return GELF_ST_TYPE(sym->st_info) == STT_FUNC ? 'T' : 'D';
}

static void read_table(Elf *elf, Elf_Data *data, const GElf_Shdr *head, struct pool *pool, struct symbols *ret)
{
	size_t nr = head->sh_entsize ? head->sh_size / head->sh_entsize : 0;
	GElf_Sym sym;

	nr = nr < SYMBOLS_MAX ? nr : SYMBOLS_MAX;
	ret->list = pool_alloc(pool, nr, sizeof(*ret->list));
	for (size_t i = 0; i < nr && gelf_getsym(data, (int)i, &sym); i++) {
		const char *name = elf_strptr(elf, head->sh_link, sym.st_name);
		int kind = GELF_ST_TYPE(sym.st_info);

		if (!name || !*name || kind == STT_SECTION || kind == STT_FILE || sym.st_shndx == SHN_UNDEF)
			continue;
		if (sym.st_value < UINT64_C(1) << 32)
			continue;
		ret->list[ret->nr++] = (struct symbol){ (int64_t)sym.st_value, pool_text(pool, name, strnlen(name, 512)),
							type_of(&sym) };
	}
}

int vmlinux_symbols(struct span file, struct pool *pool, struct symbols *ret, struct mm_error *error)
{
	Elf *elf = vmlinux_elf(file);
	GElf_Shdr head;
	Elf_Scn *scn = elf ? section(elf, ".symtab", &head) : NULL;
	Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;
	const struct symbol *text;

	if (data)
		read_table(elf, data, &head, pool, ret);
	if (elf)
		elf_end(elf);
	symbols_index(ret, pool);
	text = symbols_find(ret, "_text");
	if (!text)
		return fail(error, -ENOENT, "ELF vmlinux", "has no symbol _text; it is stripped");
	ret->text_va = (uint64_t)text->at;
	for (size_t i = 0; i < ret->nr; i++)
		ret->list[i].at = (int64_t)((uint64_t)ret->list[i].at - ret->text_va);
	return 0;
}
