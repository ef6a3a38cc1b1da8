// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init_words.c - the words of the command line that nobody in the kernel knows, which are for init: argv_init and envp_init
 * (init/main.c).  Their room is CONFIG_INIT_ENV_ARG_LIMIT entries behind the first; with one more the kernel panics, though
 * only once there is a console.
 */
#include "steps.h"
#include "../memblock_virt.h"

/* argv_init begins with "init", envp_init with "HOME=/" and "TERM=linux". */
#define OWN_ARGS	1
#define OWN_ENVS	2

struct list {
	const char **word;	/* @limit + 2 of them, the last NULL */
	size_t own;
};

struct init_words {
	struct list args, envs;
	size_t limit;
	const char *too_many, *at;	/* "init" or "env", and the word that had no room; NULL: all had */
};

static struct list new_list(struct mm *mm, size_t limit, size_t own)
{
	return (struct list){ arena_array(&mm->arena, limit + 3, sizeof(const char *)), own };
}

static struct init_words init_words(struct mm *mm)
{
	size_t limit = kernel_config(mm->kernel, "INIT_ENV_ARG_LIMIT");
	struct init_words w = { .args = new_list(mm, limit, OWN_ARGS), .envs = new_list(mm, limit, OWN_ENVS), .limit = limit };

	w.args.word[0] = "init";
	w.envs.word[0] = "HOME=/";
	w.envs.word[1] = "TERM=linux";
	return w;
}

static bool is_sysctl_alias(const struct param *param)
{
	static const char *const aliases[] = {
		"hardlockup_all_cpu_backtrace", "hung_task_panic", "numa_zonelist_order", "softlockup_all_cpu_backtrace",
	};

	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (!strcmp(param->name, aliases[i]))
			return true;
	return false;
}

/* Words that are meant for boot loaders, for modules, or that something in the kernel claims. */
static bool is_unknown(const struct mm *mm, const struct param *param)
{
	bool loader = has_prefix(param->word, "BOOT_IMAGE=") || has_prefix(param->word, "kexec");

	if (is_sysctl_alias(param) || strchr(param->name, '.'))
		return false;
	if (loader)
		return !mm->rules->bootloader_words_dropped;
	return param->refused || kernel_word_unknown(mm->kernel, param->word);
}

static void add_word(struct init_words *w, struct list *list, const char *what, const struct param *param)
{
	size_t len = param->value ? strlen(param->name) + 1 : 0, i;

	for (i = 0; list->word[i]; i++) {
		if (i == w->limit) {
			w->too_many = what;
			w->at = param->word;
		}
		/* A variable given twice is init's once, with its last value. */
		if (len && !strncmp(list->word[i], param->word, len))
			break;
	}
	list->word[i] = param->word;
}

/* init_setup(), rdinit_setup(): arguments before init= were somebody else's. */
static void forget_args(struct init_words *w)
{
	for (size_t i = OWN_ARGS; i < w->limit; i++)
		w->args.word[i] = NULL;
}

/* unknown_bootoption() of every word up to the one that has no room. */
static struct init_words collect(struct mm *mm)
{
	struct init_words w = init_words(mm);

	for (size_t i = 0; i < mm->cmdline.nr && !w.too_many; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (param->value && (param_is(param, "init") || param_is(param, "rdinit")))
			forget_args(&w);
		if (!is_unknown(mm, param))
			continue;
		if (param->value)
			add_word(&w, &w.envs, "env", param);
		else
			add_word(&w, &w.args, "init", param);
	}
	return w;
}

/* set_init_arg(): words behind "--" are arguments, whatever they look like. */
static void collect_behind_dashes(struct mm *mm, struct init_words *w)
{
	for (size_t i = mm->cmdline.nr; i < mm->cmdline.nr_all && !w->too_many; i++) {
		struct param param = mm->cmdline.params[i];

		param.value = NULL;
		add_word(w, &w->args, "init", &param);
	}
}

static const char *join(struct mm *mm, const char *text, const struct list *list)
{
	for (const char **word = list->word + list->own; *word; word++)
		text = arena_printf(&mm->arena, "%s %s", text, *word);
	return text;
}

/* print_unknown_bootoptions(): arguments for init first, then its environment. */
void step_print_unknown_bootoptions(struct mm *mm)
{
	const struct init_words w = collect(mm);
	const struct why *why = WHY("command-line", FACT_STR("copy", "unknown parameters"));
	const char *text;
	phys_addr_t at;
	uint64_t size;

	if (w.too_many || !mm->rules->unknown_options_line)
		return;
	text = join(mm, join(mm, "", &w.args), &w.envs);
	size = strlen(text) + 1;
	if (!*text)
		return;
	at = memblock_virt_alloc_nopanic(&mm->memblock, size, VIRT_ALIGN_DEFAULT, "start_kernel/unknown-options", why);
	if (!at) {
		trace_printk(&mm->trace, "print_unknown_bootoptions: Failed to allocate %llu bytes", (unsigned long long)size);
		return;
	}
	trace_printk(&mm->trace, "Unknown kernel command line parameters \"%s\", will be passed to user space.", text + 1);
	memblock_virt_free(&mm->memblock, at, size, "start_kernel/unknown-options-free", why);
}

void step_panic_later(struct mm *mm)
{
	struct init_words w = collect(mm);

	collect_behind_dashes(mm, &w);
	if (w.too_many)
		trace_panic(&mm->trace, "start_kernel", "Too many boot %s vars at `%s'", w.too_many, w.at);
}
