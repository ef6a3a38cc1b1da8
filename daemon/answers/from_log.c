// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/from_log.h"
#include "daemon/answers/run.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/input/decode_logged.h"
#include "daemon/input/library.h"
#include "daemon/input/reserved_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ which kernel */

/* "Linux version RELEASE " stands in the profile of the very build. */
static bool is_the_build(const struct dmesg *log, const char *json)
{
	char banner[160];

	snprintf(banner, sizeof(banner), "Linux version %.120s ", log->value[DMESG_RELEASE]);
	return strstr(json, banner);
}

/* How near the profile is to the log's kernel: 0 the very build; -EBADMSG: it is none to choose; -ENOMEM. */
static long distance(const struct dmesg *log, const char *name, const struct bytes *json)
{
	const char *release = log->value[DMESG_RELEASE];
	uint64_t page_bytes = log->page_bytes ? log->page_bytes : strstr(release, "16k") ? 16384 : 4096;
	long apart;

	if (is_the_build(log, bytes_text(json)))
		return 0;
	/* Variants of a profile ("4.9-slob") are asked for by name. */
	if (strchr(name, '-') && !strstr(name, "16k") && !strstr(name, "64k"))
		return -EBADMSG;
	apart = profile_distance(bytes_text(json), json->len, release, page_bytes);
	return apart < 0 ? apart : apart + 1;
}

/* The nearest profile of those looked at so far. */
struct nearest {
	char *name;
	struct bytes json;
	long apart;
};

/* A profile that cannot be read is skipped; without memory to read it, it might have been the nearest. */
static int look_at(const struct dmesg *log, const char *boards_dir, const char *name, struct nearest *best)
{
	struct mm_error ignored;
	struct bytes json = { 0 };
	int err = library_kernel(boards_dir, name, &json, &ignored);
	long apart = err ? err : distance(log, name, &json);

	if (apart >= 0 && (!best->name || apart < best->apart)) {
		free(best->name);
		bytes_deinit(&best->json);
		*best = (struct nearest){ strdup(name), json, apart };
		return best->name ? 0 : -ENOMEM;
	}
	bytes_deinit(&json);
	return apart == -ENOMEM ? -ENOMEM : 0;
}

/* The profile that fits the log's kernel best: its name and its text, for the caller to free; no name: there is none. */
static int find_kernel(const struct dmesg *log, const char *boards_dir, struct nearest *best)
{
	struct name_list names = { 0 };
	int err;

	library_kernels(boards_dir, &names);
	err = names.failed ? -ENOMEM : 0;
	for (size_t i = 0; i < names.nr && !err && !(best->name && !best->apart); i++)
		err = look_at(log, boards_dir, names.name[i], best);
	name_list_deinit(&names);
	return err;
}

static int choose_kernel(struct dmesg *log, struct ask *ask, struct mm_error *error)
{
	struct nearest best = { 0 };
	int err = 0;

	if (ask->kernel)
		return 0;
	if (!log->value[DMESG_RELEASE]) {
		fail(error, -EINVAL, "boot log", "does not name its kernel: the line \"Linux version\" is missing");
		snprintf(error->option, sizeof(error->option), "kernel");
		return -EINVAL;
	}
	err = find_kernel(log, ask->boards_dir, &best);
	log->kernel = best.name;
	log->kernel_exact = best.name && !best.apart;
	ask->kernel = log->kernel;
	if (!err && log->kernel && !log->kernel_exact) {
		err = profile_as_logged(log, log->kernel, &best.json, error);
		log->profile = best.json;
		ask->kernel = log->value[DMESG_RELEASE];
		return err;
	}
	bytes_deinit(&best.json);
	if (err)
		return fail(error, err, "boot log", "no memory to find its kernel");
	if (log->kernel)
		return 0;
	fail(error, -EINVAL, "boot log", "is of Linux %.60s, and there is no profile to lend it a build", log->value[DMESG_RELEASE]);
	snprintf(error->option, sizeof(error->option), "kernel");
	return -EINVAL;
}

/* --------------------------------------------------------------------- how much RAM */

static uint64_t ram_of_tree(const struct request *request)
{
	struct mm_board_summary *summary;
	struct mm_error ignored;
	uint64_t bytes = 0;

	if (mm_board_summary(bytes_text(&request->dtb), request->dtb.len, &summary, &ignored))
		return 0;
	for (size_t i = 0; i < summary->nr_banks; i++)
		bytes += summary->banks[i].size;
	mm_board_summary_free(summary);
	return bytes;
}

/* The tree's RAM, if the log's kernel found as much; else what the log has. */
static int choose_memory(struct dmesg *log, struct ask *ask, struct mm_error *error)
{
	struct request request;
	uint64_t tree;
	int err;

	if (ask->memory || ask->uefi)
		return 0;
	err = request_resolve(ask, &request, error);
	if (err) {
		/* Perhaps it lacks only the size, which the log has. */
		ask->memory = log->value[DMESG_MEMORY];
		return ask->memory ? 0 : err;
	}
	tree = ram_of_tree(&request);
	request_deinit(&request);
	if (log->value[DMESG_MEMORY] && tree != log->ram_bytes &&
	    !(tree && ask->cmdline && (!strncmp(ask->cmdline, "mem=", 4) || strstr(ask->cmdline, " mem="))))
		ask->memory = log->value[DMESG_MEMORY];
	return 0;
}

/* ------------------------------------------------------------------ reserved nodes */

static uint64_t cells_at(const unsigned char *p, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | p[i];
	return value;
}

/* Bytes of an address or a size: the kernel reads /reserved-memory with the root's cells, 1 if the root has none. */
static size_t root_bytes(const struct bytes *dtb, const char *cells)
{
	size_t len;
	const unsigned char *value = mm_tree_property(bytes_text(dtb), dtb->len, "/", cells, &len);
	uint64_t nr = value && len == 4 ? cells_at(value, len) : 1;

	return nr == 2 ? 8 : 4;
}

/* Whether a node's reg begins with the range in the log.  The log has no more than the first of several, and of one that could not be
 * reserved only the rounded size. */
static bool reg_is(const struct bytes *dtb, const unsigned char *reg, size_t len, const struct dmesg_node *node)
{
	size_t address = root_bytes(dtb, "#address-cells"), size = root_bytes(dtb, "#size-cells");

	if (len < address + size)
		return false;
	return cells_at(reg, address) == node->base &&
	       (cells_at(reg + address, size) == node->size || node->flags & DMESG_NODE_FAILED);
}

/* What the tree says of the node, in the flags; true: not what the log says. */
static bool tree_differs(const struct bytes *dtb, struct dmesg_node *node)
{
	char path[sizeof(node->name) + 20];
	const unsigned char *reg, *size;
	size_t reg_len, size_len;

	snprintf(path, sizeof(path), "/reserved-memory/%s", node->name);
	reg = mm_tree_property(bytes_text(dtb), dtb->len, path, "reg", &reg_len);
	size = mm_tree_property(bytes_text(dtb), dtb->len, path, "size", &size_len);
	if (reg)
		return !reg_is(dtb, reg, reg_len, node);
	if (size && (size_len == 4 || size_len == 8))
		return cells_at(size, size_len) != node->size;
	node->flags |= DMESG_NODE_ADDED;
	return true;
}

/* A node without a unit address has size in place of reg: no binding has it otherwise. */
static struct mm_reserved reserved_of(const struct dmesg_node *node)
{
	return (struct mm_reserved){
		.name = node->name, .base = node->base, .size = node->size, .no_map = node->flags & DMESG_NODE_NOMAP,
		.reusable = node->flags & DMESG_NODE_REUSABLE, .pool = node->flags & DMESG_NODE_POOL,
		.cma_default = node->flags & DMESG_NODE_DEFAULT, .moves = node->size && !strchr(node->name, '@'),
	};
}

/* The tree that the log's machine was given had these nodes, too: they are taken from the log. */
static int choose_reserved(struct dmesg *log, struct ask *ask, struct mm_error *error)
{
	struct request request;
	int err;

	if (ask->reserved || !log->nr_nodes)
		return 0;
	err = request_resolve(ask, &request, error);
	if (err)
		return err;
	for (size_t i = 0; i < log->nr_nodes; i++) {
		struct dmesg_node *node = &log->nodes[i];
		struct mm_reserved reserved = reserved_of(node);

		if (!(node->flags & DMESG_NODE_PLACED) || !reserved_node_name_ok(node->name, strlen(node->name)) ||
		    (node->size && node->size - 1 > UINT64_MAX - node->base) || !tree_differs(&request.dtb, node))
			continue;
		node->flags |= DMESG_NODE_TAKEN;
		reserved_node_write(&log->added, &reserved);
	}
	request_deinit(&request);
	return log->added.failed ? fail(error, -ENOMEM, NULL, "no memory") : 0;
}

/* ------------------------------------------------------------- where things lie */

static uint64_t arg(const struct mm_event *event, const char *name)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(event->args[i].name, name))
			return event->args[i].value.u;
	return 0;
}

static bool placed_row(const struct run *run, const char *key, uint64_t *base, uint64_t *size)
{
	struct mm_state *state;
	bool found = false;

	if (mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &state))
		return false;
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LOADER); i++) {
		struct table_row row = table_row(state, MM_LOADER, i);

		if (strcmp(row_text(row, "key"), key))
			continue;
		*base = row_hex(row, "base");
		*size = row_hex(row, "size");
		found = true;
	}
	mm_state_free(state);
	return found;
}

static int set(struct dmesg *log, enum dmesg_what what, uint64_t address, size_t line)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
	free(log->value[what]);
	log->value[what] = strdup(text);
	log->line[what] = line;
	return log->value[what] ? 0 : -ENOMEM;
}

/* The image's own reservation, as large in the log as in a first boot, says how far the image lies from there. */
static int find_image(struct dmesg *log, const struct run *run)
{
	uint64_t image, size, base;
	size_t line;

	if (!placed_row(run, "image", &image, &size))
		return 0;
	for (size_t seq = 0; seq < mm_nr_events(run->mm); seq++) {
		const struct mm_event *event = mm_event(run->mm, seq);

		if (event->kind != MM_RESERVE || strcmp(event->owner, "kernel-image"))
			continue;
		if (!dmesg_reserved(log, arg(event, "size"), 1, &base, &line))
			return 0;
		return set(log, DMESG_IMAGE, image + (base - arg(event, "base")), line);
	}
	return 0;
}

static int find_dtb(struct dmesg *log, const struct run *run)
{
	uint64_t base, size, at;
	size_t line;

	if (!placed_row(run, "dtb", &base, &size) || !dmesg_reserved(log, size, 8, &at, &line))
		return 0;
	return set(log, DMESG_DTB, at, line);
}

static int find_addresses(struct dmesg *log, struct ask *ask, struct mm_error *error)
{
	struct request request;
	struct run run;
	int err = request_resolve(ask, &request, error);

	if (err)
		return err;
	err = run_boot(&request, &run, error);
	if (!err) {
		err = ask->image_addr ? 0 : find_image(log, &run);
		if (!err && !ask->dtb_addr)
			err = find_dtb(log, &run);
		if (err)
			fail(error, err, NULL, "no memory");
		run_deinit(&run);
	}
	request_deinit(&request);
	return err;
}

/* The tree is needed several times, and a pipe can be read only once. */
static int keep_tree(struct dmesg *log, struct ask *ask, struct mm_error *error)
{
	int err;

	if (!ask->allow_files || ask->dtb || !ask->board || !slurp_is_pipe(ask->board))
		return 0;
	err = request_read_tree(ask->board, &log->tree, error);
	ask->dtb = bytes_text(&log->tree);
	ask->dtb_len = log->tree.len;
	ask->board = NULL;
	return err;
}

int from_log(struct dmesg *log, struct ask *ask, struct request *ret, struct mm_error *error)
{
	int err = keep_tree(log, ask, error);

	if (err)
		return err;
	dmesg_fill(log, ask);
	err = choose_kernel(log, ask, error);
	dmesg_fill(log, ask);
	if (!err)
		err = choose_memory(log, ask, error);
	if (!err)
		err = choose_reserved(log, ask, error);
	dmesg_fill(log, ask);
	if (!err && !(ask->image_addr && ask->dtb_addr))
		err = find_addresses(log, ask, error);
	dmesg_fill(log, ask);
	return err ? err : request_resolve(ask, ret, error);
}
