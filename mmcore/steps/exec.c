// SPDX-License-Identifier: GPL-2.0-or-later
/* exec.c - process 1 gets its address space: init/main.c run_init_process(), fs/exec.c, fs/binfmt_elf.c. */
#include "../process.h"
#include "steps.h"

/* What an example's allocator asks for first: 132 KiB, as glibc's does. */
#define FIRST_MALLOC	KIB(132)

void step_bprm_mm_init(struct mm *mm)
{
	bool randomize = !cmdline_last(&mm->cmdline, "norandmaps");
	const struct user_space space = arch_user_space(mm);

	mm->process = arena_alloc(&mm->arena, sizeof(*mm->process));
	process_init(mm->process, mm->kernel, &mm->trace, &space, randomize);
	process_mm_alloc(mm->process);
}

/* envp_init and argv_init, without what the command line may add. */
void step_copy_strings(struct mm *mm)
{
	const char *const envp[] = { "HOME=/", "TERM=linux", NULL };
	const char *const argv[] = { example_init.path, NULL };

	process_copy_strings(mm->process, example_init.path, envp, argv);
}

void step_exec_mmap(struct mm *mm)
{
	process_exec_mmap(mm->process);
}

void step_arch_pick_mmap_layout(struct mm *mm)
{
	process_pick_layout(mm->process);
}

void step_setup_arg_pages(struct mm *mm)
{
	process_setup_arg_pages(mm->process);
}

void step_elf_map(struct mm *mm)
{
	process_load(mm->process, &example_init);
}

void step_arch_setup_additional_pages(struct mm *mm)
{
	process_map_vdso(mm->process);
}

void step_create_elf_tables(struct mm *mm)
{
	process_create_elf_tables(mm->process);
}

void step_mm_bounds(struct mm *mm)
{
	process_set_bounds(mm->process, &example_init);
}

/* The first instruction, the first malloc() and what is written to it. */
void step_first_faults(struct mm *mm)
{
	process_fault(mm->process, mm->process->load_bias + example_init.entry, "execute");
	process_brk(mm->process, FIRST_MALLOC);
	process_fault(mm->process, mm->process->start_brk, "write");
}
