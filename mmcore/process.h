/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - the address space of the first user process.
 *
 * Three things that are easily taken for one: struct mm_struct says where the
 * parts of a process begin and end, its VMAs say which addresses may be used
 * and how, and its page tables say what is really there.  exec fills the first
 * two; page tables come only where something touches a page.
 *
 * The program is an example (there is no file system here); where it is put is
 * each kernel's own rule: fs/binfmt_elf.c, fs/exec.c, mm/util.c and the
 * architecture's vdso.c.  What the kernel would choose at random is shown as 0, with the
 * number of random bits beside it.
 */
#ifndef MMSCOPE_PROCESS_H
#define MMSCOPE_PROCESS_H

#include "kernel.h"
#include "trace.h"

#define PROCESS_MAX_VMAS	16
#define PROCESS_MAX_TOUCHED	16

/* A PT_LOAD program header. */
struct elf_segment {
	const char *what;	/* "text"; its zeroed tail is "bss" */
	const char *prot;	/* "r-x" */
	uint64_t offset, vaddr, filesz, memsz;
};

struct elf_image {
	const char *path;
	bool dyn;		/* ET_DYN without interpreter: a static PIE */
	uint64_t entry, align;
	const struct elf_segment *segments;
	size_t nr;
};

/* Statically linked, small, segments 64 KiB apart. */
extern const struct elf_image example_init, example_init_pie;

/* [start, end), whole pages. */
struct vma {
	uint64_t start, end;
	const char *flags;	/* as in /proc/PID/maps: "r-xp" */
	const char *what, *file;
	uint64_t pgoff;		/* in pages */
};

struct process {
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct user_space space;
	bool randomize;			/* PF_RANDOMIZE: not with norandmaps */
	bool brk_random;		/* randomize_va_space is 2 */
	struct vma vmas[PROCESS_MAX_VMAS];	/* by address, disjoint */
	size_t nr;
	uint64_t touched[PROCESS_MAX_TOUCHED];	/* pages that page tables show */
	size_t nr_touched;
	uint64_t p;			/* bprm->p: top of what lies on the stack */
	uint64_t exec;			/* where the file's name lies */
	unsigned nr_args, nr_env;
	uint64_t mmap_base, load_bias, start_brk, brk, vdso;
};

/* norandmaps gives @randomize false, COMPAT_BRK makes only brk's place certain. */
void process_init(struct process *process, const struct mm_kernel *kernel, struct trace *trace, const struct user_space *space,
		  bool randomize);
/* mm_alloc() and __bprm_mm_init(): an empty mm with its pgd, and one page of stack. */
void process_mm_alloc(struct process *process);
/* copy_strings(): name, environment and arguments go to the top of the stack, last first. */
void process_copy_strings(struct process *process, const char *path, const char *const *envp, const char *const *argv);
/* exec_mmap(): process 1 stops borrowing init_mm. */
void process_exec_mmap(struct process *process);
/* arch_pick_mmap_layout(): task_size and mmap_base. */
void process_pick_layout(struct process *process);
/* setup_arg_pages(): the stack's VMA gets its final place and first size. */
void process_setup_arg_pages(struct process *process);
/* load_elf_binary(): a VMA for each segment and for what is zeroed behind it. */
void process_load(struct process *process, const struct elf_image *image);
/* arch_setup_additional_pages(): data and code that the kernel lends to user space. */
void process_map_vdso(struct process *process);
/* create_elf_tables(): argc, argv, envp and the auxiliary vector. */
void process_create_elf_tables(struct process *process);
/* The end of load_elf_binary(): start_code to brk. */
void process_set_bounds(struct process *process, const struct elf_image *image);
/* The program asks for @bytes of heap. */
void process_brk(struct process *process, uint64_t bytes);
/* The program touches @addr: a fault, if nothing is there yet; false: no VMA, which would be a SIGSEGV. */
bool process_fault(struct process *process, uint64_t addr, const char *access);

/* Page tables of a level that the touched pages need; 1: PTE tables, 2: PMD tables, ... below the pgd. */
uint64_t process_tables(const struct process *process, unsigned level);
/* Where a range of @bytes goes: the highest gap below mmap_base. */
uint64_t process_unmapped_area(const struct process *process, uint64_t bytes);
/* ELF_ET_DYN_BASE */
uint64_t process_et_dyn_base(const struct process *process);

#endif
