// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/request.h"
#include "daemon/base/build_id.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/base/sha256.h"
#include "daemon/base/slurp.h"
#include "daemon/input/capture.h"
#include "daemon/input/cards.h"
#include "daemon/input/decode.h"
#include "daemon/input/encode_request.h"
#include "daemon/input/kernel_list.h"
#include "daemon/input/last_good.h"
#include "daemon/input/library.h"
#include "daemon/input/recording.h"
#include "daemon/input/settings.h"
#include "daemon/input/uefi_map.h"
#include "daemon/input/reserved_nodes.h"
#include "daemon/input/sibling.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What boots on a device tree that nobody said a kernel for. */
#define DEFAULT_KERNEL "6.7"

void request_deinit(struct request *request)
{
	free(request->board);
	free(request->kernel);
	free(request->cmdline);
	free(request->cpu);
	free(request->ops);
	free(request->from_state);
	free(request->uefi);
	free(request->banks);
	free(request->loader_model);
	free(request->memreserve);
	free(request->reserved);
	bytes_deinit(&request->dtb);
	bytes_deinit(&request->profile);
	bytes_deinit(&request->state);
	*request = (struct request){ 0 };
}

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory");
}

/* --------------------------------------------------------------------- board */

static bool ends_with(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len > n && !strcmp(s + len - n, tail);
}

static bool is_path(const char *board)
{
	return strchr(board, '/') || ends_with(board, ".dtb") || ends_with(board, ".dts");
}

/* The folder of a file: "a/b.dtb" -> "a", "b.dtb" -> "." */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
}

void ask_blame(const struct ask *ask, struct mm_error *error)
{
	if (!ask->board || !ask->allow_files || ask->dtb || strcmp(error->where, "device tree") ||
	    (!is_path(ask->board) && !slurp_is_pipe(ask->board)))
		return;
	snprintf(error->where, sizeof(error->where), "%s", strcmp(ask->board, "-") ? ask->board : "standard input");
}

/* NAME.json beside NAME.dts, as in boards/. */
static int json_beside(const char *path, struct settings *settings, struct mm_error *error)
{
	struct bytes name = { 0 }, json = { 0 };
	int err;

	bytes_add(&name, path, strlen(path) - 4);
	bytes_puts(&name, ".json");
	err = name.failed ? no_memory(error) : slurp(name.data, REQUEST_MAX_JSON, &json, error);
	if (!err)
		err = decode_settings(bytes_text(&json), json.len, name.data, false, settings, error);
	bytes_deinit(&name);
	bytes_deinit(&json);
	return err == -ENOENT ? 0 : err;
}

/* Ours is the kernel's limit: what is larger boots nowhere. */
static int tree_too_large(const char *where, struct mm_error *error)
{
	return fail_at(error, -EFBIG, where, NULL, REQUEST_MAX_DTB, "is larger than %u bytes, all that Linux maps of a device tree; "
		       "padding (dtc -p, -S) and __symbols__ (dtc -@) can be left out", REQUEST_MAX_DTB);
}

int request_read_tree(const char *path, struct bytes *dtb, struct mm_error *error)
{
	const char *where = strcmp(path, "-") ? path : "standard input";
	int err;

	if (ends_with(path, ".dts") && !slurp_is_pipe(path))
		err = slurp_dts(path, REQUEST_MAX_DTB, dtb, error);
	else
		err = slurp_any(path, REQUEST_MAX_DTB, dtb, error);
	if (!err && slurp_is_source(dtb))
		err = slurp_compile(where, REQUEST_MAX_DTB, dtb, error);
	return err == -EFBIG ? tree_too_large(where, error) : err;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static int load_file(const char *path, struct bytes *dtb, struct settings *beside, struct settings *board,
		     struct mm_error *error)
{
	char *folder = folder_of(path);
	int err = folder ? request_read_tree(path, dtb, error) : no_memory(error);

	if (!err)
		err = capture_case(folder, beside, error);
	if (!err && (ends_with(path, ".dts") || ends_with(path, ".dtb")))
		err = json_beside(path, board, error);
	free(folder);
	return err;
}

/* By a name that only overlays have; what it really is, the worker finds out. */
static bool is_overlay(const void *dtb, size_t len)
{
	const unsigned char *head = dtb;
	size_t first = len < 8 ? 0 : (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];

	return first && memmem(dtb, first < len ? first : len, "__overlay__", sizeof("__overlay__"));
}

/* The board's tree, what a case.json says about it, and what the board itself does. */
static int load_board(const struct ask *ask, struct bytes *dtb, struct settings *beside, struct settings *board,
		      struct mm_error *error)
{
	int err;

	if (ask->dtb) {
		if (ask->dtb_len > REQUEST_MAX_DTB)
			return tree_too_large("device tree", error);
		if (ask->board && is_overlay(ask->dtb, ask->dtb_len)) {
			err = last_good_board(ask->last_good, ask->boards_dir, ask->board, dtb, board, error);
			if (err)
				return err;
		}
		bytes_add(dtb, ask->dtb, ask->dtb_len);
		return dtb->failed ? no_memory(error) : 0;
	}
	if (!ask->board || !*ask->board)
		return fail(error, -EINVAL, "board", "none is given");
	if (!ask->allow_files)
		return last_good_board(ask->last_good, ask->boards_dir, ask->board, dtb, board, error);
	if (slurp_is_pipe(ask->board))
		return request_read_tree(ask->board, dtb, error);
	if (capture_is(ask->board))
		return capture_board(ask->board, dtb, beside, error);
	if (is_path(ask->board))
		return load_file(ask->board, dtb, beside, board, error);
	err = last_good_board(ask->last_good, ask->boards_dir, ask->board, dtb, board, error);
	return err == -ENOENT && is_file(ask->board) ? load_file(ask->board, dtb, beside, board, error) : err;
}

static int apply_overlay(const char *path, struct bytes *dtb, struct mm_error *error)
{
	struct bytes overlay = { 0 };
	void *tree = NULL;
	size_t size = 0;
	int err = request_read_tree(path, &overlay, error);

	if (!err) {
		err = mm_overlay_apply(bytes_text(dtb), dtb->len, bytes_text(&overlay), overlay.len, &tree, &size, error);
		if (err == -EINVAL && !strcmp(error->where, "overlay"))
			snprintf(error->where, sizeof(error->where), "%s", path);
		err = err == -EINVAL ? -EBADMSG : err == -ENOMEM ? no_memory(error) : err;
	}
	if (!err && size > REQUEST_MAX_DTB)
		err = fail(error, -EFBIG, path, "makes the tree larger than %u bytes", REQUEST_MAX_DTB);
	if (!err) {
		bytes_clear(dtb);
		bytes_add(dtb, tree, size);
		err = dtb->failed ? no_memory(error) : 0;
	}
	free(tree);
	bytes_deinit(&overlay);
	return err;
}

/* "a.dtbo:b.dtbo": one after the other. */
static int apply_overlays(const char *paths, struct bytes *dtb, struct mm_error *error)
{
	int err = 0;

	for (const char *p = paths; p && *p && !err; p += strcspn(p, ":"), p += *p == ':') {
		char *path = strndup(p, strcspn(p, ":"));

		err = path ? apply_overlay(path, dtb, error) : no_memory(error);
		free(path);
	}
	return err;
}

static char *board_name(const struct ask *ask)
{
	if (ask->dtb)
		return strdup(ask->board ? ask->board : "uploaded");
	if (ask->allow_files && slurp_is_pipe(ask->board))
		return strdup("stdin");
	return capture_name(ask->board);
}

/* ------------------------------------------------------------ UEFI's memory map */

static void add_hex(struct bytes *out, const struct bytes *raw)
{
	bytes_puts(out, "hex:");
	for (size_t i = 0; i < raw->len; i++)
		bytes_printf(out, "%02x", (unsigned char)raw->data[i]);
}

/* What is kept of a map as it was given: of a log the lines that count, of a binary table its digits. */
static int keep_uefi(const struct bytes *given, char **ret, struct mm_error *error)
{
	struct bytes text = { 0 };

	if (memchr(bytes_text(given), '\0', given->len))
		add_hex(&text, given);
	else
		uefi_map_excerpt(bytes_text(given), &text);
	if (!text.len && !text.failed)
		bytes_puts(&text, bytes_text(given));
	*ret = text.failed ? NULL : strdup(bytes_text(&text));
	bytes_deinit(&text);
	return *ret ? 0 : no_memory(error);
}

static int load_uefi(const struct ask *ask, struct settings *said, struct mm_error *error)
{
	struct bytes given = { 0 };
	int err = 0;

	if (!said->uefi)
		return 0;
	if (ask->allow_files && ask->uefi && strcmp(ask->uefi, "edk2") && !strchr(ask->uefi, '\n'))
		err = slurp_any(ask->uefi, UEFI_MAP_MAX_BYTES, &given, error);
	else
		bytes_puts(&given, said->uefi);
	free(said->uefi);
	said->uefi = NULL;
	if (!err)
		err = given.failed ? no_memory(error) : keep_uefi(&given, &said->uefi, error);
	bytes_deinit(&given);
	return err;
}

/* ------------------------------------------------------------------- profile */

/* Whoever has a kernel gives it where its profile is asked for. */
static int read_profile(const char *path, struct bytes *profile, struct mm_error *error)
{
	int err = slurp_any(path, REQUEST_MAX_JSON, profile, error);

	return err == -EFBIG ? fail(error, err, path, "is too large for a profile; if it is a kernel, 'mmscope profile' makes one of it") : err;
}

static int load_profile(const struct ask *ask, const char *kernel, struct bytes *profile, struct mm_error *error)
{
	const struct kernel_source source = { ask->boards_dir, ask->kernels_dir, ask->shelf, ask->last_good };

	if (ask->profile) {
		bytes_add(profile, ask->profile->data, ask->profile->len);
		return profile->failed ? no_memory(error) : 0;
	}
	if (ask->allow_files && (strchr(kernel, '/') || ends_with(kernel, ".json") || !strcmp(kernel, "-")))
		return read_profile(kernel, profile, error);
	return kernel_profile(&source, kernel, profile, error);
}

static char *kernel_name(const char *kernel)
{
	char *name = capture_name(kernel);

	if (name && ends_with(name, ".json"))
		name[strlen(name) - 5] = '\0';
	return name;
}

/* ------------------------------------------------------------- a recorded state */

void request_name_state(const void *state, size_t len, char name[65])
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, state, len);
	sha256_hex(&sha, name);
}

/* Only its bytes: what they say is for a sandboxed process. */
static int load_state(const struct ask *ask, struct settings *said, struct bytes *state, struct mm_error *error)
{
	char name[65];
	int err = 0;

	if (!said->from_state || !*said->from_state)
		return 0;
	if (ask->state)
		bytes_add(state, ask->state->data, ask->state->len);
	else if (!ask->allow_files)
		return fail(error, -ENOENT, "from_state", "there is no recorded state '%.64s' here; send it to /states, again if need be",
			    said->from_state);
	else
		err = recording_pack(said->from_state, false, REQUEST_MAX_STATE, state, error);
	if (err)
		return err;
	if (state->len > REQUEST_MAX_STATE)
		return fail(error, -EFBIG, "from_state", "is larger than %u bytes", REQUEST_MAX_STATE);
	request_name_state(bytes_text(state), state->len, name);
	free(said->from_state);
	said->from_state = strdup(name);
	return state->failed || !said->from_state ? no_memory(error) : 0;
}

/* ---------------------------------------------------------------- precedence */

/*
 * Whether the tree's strings block names a property.  A tree that has /chosen
 * filled in is what the kernel was given; a .json beside it then only repeats
 * it, and must not make the engine write the property anew.
 */
static bool dtb_names(const struct bytes *dtb, const char *property)
{
	return dtb->len && memmem(dtb->data, dtb->len, property, strlen(property) + 1);
}

static void leave_to_dtb(const struct bytes *dtb, struct settings *json)
{
	if (dtb_names(dtb, "bootargs")) {
		free(json->cmdline);
		json->cmdline = NULL;
	}
	if (dtb_names(dtb, "linux,initrd-start"))
		json->loader.has_initrd = false;
}

/*
 * A board says where an image with text_offset 0 goes; its loader's model says
 * what another offset does: QEMU counts from the 2 MiB boundary below, U-Boot
 * from that address.
 */
static void apply_model(struct settings *board, uint64_t text_offset)
{
	uint64_t *image = &board->loader.image;

	if (!board->loader.has_image || !board->model || !text_offset)
		return;
	if (strcmp(board->model, "u-boot"))
		*image = (*image - 1) & ~UINT64_C(0x1fffff);
	*image += text_offset;
}

/*
 * A board's addresses are those of its own loader, and QEMU's follow how much RAM
 * there is.  When the user gives another loader, or QEMU other RAM, they do not
 * hold; what does is that there is an initrd, and its length.
 */
static void follow_loader(const struct settings *said, struct settings *board)
{
	struct request_loader *loader = &board->loader;
	bool moves = said->memory && board->model && !strcmp(board->model, "qemu-virt");

	bool other = said->model && (!board->model || strcmp(said->model, board->model));

	if (!moves && !other && !said->uefi)
		return;
	if (said->uefi) {
		free(board->model);
		board->model = NULL;
	}
	loader->has_image = loader->has_dtb = false;
	if (!loader->has_initrd)
		return;
	loader->initrd_size = loader->initrd_end - loader->initrd_start;
	loader->has_initrd_size = true;
	loader->has_initrd = false;
}

int request_parse_banks(const char *text, struct request *request, struct mm_error *error)
{
	for (const char *p = text; p; p = *p ? p + 1 : NULL) {
		struct request_bank bank = { .node = -1 }, *grown;

		p = number_scan(p, &bank.size);
		if (p && *p == ':' && bank.size < MM_SUMMARY_MAX_NODES) {
			bank.node = (int)bank.size;
			p = number_scan(p + 1, &bank.size);
		}
		if (p && *p == '@') {
			bank.placed = true;
			p = number_scan(p + 1, &bank.base);
		}
		if (!p || (*p && *p != ',') || !bank.size)
			return fail(error, -EINVAL, "memory", "'%.80s' is not SIZE or [NODE:]SIZE[@ADDRESS],...", text);
		if (bank.placed && bank.size - 1 > UINT64_MAX - bank.base)
			return fail(error, -EINVAL, "memory", "'%.80s' ends beyond the last address", text);
		if (request->nr_banks == REQUEST_MAX_BANKS)
			return fail(error, -EINVAL, "memory", "has more than %d ranges", REQUEST_MAX_BANKS);
		grown = realloc(request->banks, (request->nr_banks + 1) * sizeof(*grown));
		if (!grown)
			return no_memory(error);
		request->banks = grown;
		request->banks[request->nr_banks++] = bank;
	}
	return 0;
}

/* "0x5000000,3M,0x8000000,64K"; ';' between pairs will do, too. */
static int parse_memreserve(const char *text, struct request *request, struct mm_error *error)
{
	for (const char *p = text; p && *p; p = *p ? p + 1 : NULL) {
		struct phys_range range = { 0 }, *grown;

		p = number_scan(p, &range.base);
		p = p && *p == ',' ? number_scan(p + 1, &range.size) : NULL;
		if (!p || (*p && *p != ';' && *p != ',') || !range.size)
			return fail(error, -EINVAL, "memreserve", "'%.80s' is not ADDRESS,SIZE", text);
		if (range.size - 1 > UINT64_MAX - range.base)
			return fail(error, -EINVAL, "memreserve", "'%.80s' ends beyond the last address", text);
		if (request->nr_memreserve == REQUEST_MAX_MEMRESERVE)
			return fail(error, -EINVAL, "memreserve", "has more than %d ranges", REQUEST_MAX_MEMRESERVE);
		grown = realloc(request->memreserve, (request->nr_memreserve + 1) * sizeof(*grown));
		if (!grown)
			return no_memory(error);
		request->memreserve = grown;
		request->memreserve[request->nr_memreserve++] = range;
	}
	return 0;
}

static int check_texts(const struct request *request, struct mm_error *error)
{
	if (request->cmdline && strlen(request->cmdline) > REQUEST_MAX_CMDLINE)
		return fail(error, -EINVAL, "cmdline", "is longer than the %d bytes that the kernel takes",
			    REQUEST_MAX_CMDLINE);
	if (request->cpu && strlen(request->cpu) > 64)
		return fail(error, -EINVAL, "cpu", "is not the name of a CPU");
	if (request->ops && strlen(request->ops) > REQUEST_MAX_OPS)
		return fail(error, -EINVAL, "ops", "is longer than %d bytes", REQUEST_MAX_OPS);
	if (request->loader.has_initrd_size && request->loader.initrd_size >> 40)
		return fail(error, -EINVAL, "initrd_size", "is larger than a terabyte");
	if (request->loader.has_dtb_totalsize && request->loader.dtb_totalsize > REQUEST_MAX_DTB)
		return fail(error, -EINVAL, "dtb_totalsize", "is larger than %u bytes", REQUEST_MAX_DTB);
	return 0;
}

/* What the settings say becomes the request's own. */
static int take_settings(struct settings *said, struct request *request, struct mm_error *error)
{
	request->cmdline = said->cmdline;
	request->cpu = said->cpu;
	request->ops = said->ops;
	request->loader = said->loader;
	request->loader_model = said->model;
	request->from_state = said->from_state;
	request->uefi = said->uefi;
	request->reserved = said->reserved;
	said->cmdline = said->cpu = said->ops = said->from_state = said->model = said->uefi = said->reserved = NULL;
	if (said->memory && *said->memory) {
		int err = request_parse_banks(said->memory, request, error);

		if (err)
			return err;
	}
	if (said->memreserve) {
		int err = parse_memreserve(said->memreserve, request, error);

		if (err)
			return err;
	}
	if (request->reserved) {
		struct reserved_nodes *nodes;
		int err = reserved_nodes_read(request->reserved, &nodes, error);

		if (err)
			return err;
		reserved_nodes_free(nodes);
	}
	return check_texts(request, error);
}

/* ------------------------------------------------------------------ identity */

static void add_part(struct sha256 *sha, const void *data, size_t len)
{
	char length[24];

	/* With lengths, no two lists of parts run together to the same bytes. */
	snprintf(length, sizeof(length), "%zu:", len);
	sha256_add(sha, length, strlen(length));
	sha256_add(sha, data, len);
}

int request_canonical(const struct request *request, struct bytes *out)
{
	return encode_request(out, request);
}

static int identify(struct request *request, struct mm_error *error)
{
	struct bytes canonical = { 0 };
	char build[BUILD_ID_SIZE];
	struct sha256 sha;
	int err = request_canonical(request, &canonical);

	if (err) {
		bytes_deinit(&canonical);
		return err == -ENOMEM ? no_memory(error) : fail(error, err, "request", "has a text that is not UTF-8");
	}
	sha256_init(&sha);
	build_id(build);
	/* Another build may answer otherwise, and answers are kept by their ids for a year. */
	add_part(&sha, mm_version(), strlen(mm_version()));
	add_part(&sha, build, strlen(build));
	add_part(&sha, canonical.data, canonical.len);
	add_part(&sha, bytes_text(&request->dtb), request->dtb.len);
	add_part(&sha, bytes_text(&request->profile), request->profile.len);
	sha256_hex(&sha, request->id);
	bytes_deinit(&canonical);
	return 0;
}

/* ------------------------------------------------------------------- resolve */

int profile_force(struct bytes *json, struct mm_error *error)
{
	const char *brace = json->len ? memchr(json->data, '{', json->len) : NULL;
	struct bytes forced = { 0 };

	if (!brace)
		return 0;
	bytes_printf(&forced, "{\"force\":true,");
	bytes_add(&forced, brace + 1, json->len - (size_t)(brace + 1 - json->data));
	bytes_deinit(json);
	*json = forced;
	return json->failed ? no_memory(error) : 0;
}

static int resolve_kernel(const struct ask *ask, const char *kernel, bool force, struct request *request,
			  uint64_t *text_offset, struct mm_error *error)
{
	bool forced = false;
	int err = load_profile(ask, kernel, &request->profile, error);

	request->kernel = kernel_name(kernel);
	if (!err && !request->kernel)
		err = no_memory(error);
	if (!err)
		err = cards_read(ask->cards, bytes_text(&request->profile), request->profile.len, kernel, text_offset,
				 &forced, error);
	if (!err && force && !forced)
		err = profile_force(&request->profile, error);
	return err;
}

/* The kernel's name, for the caller to free: as asked for, else the board's, with the slab allocator asked for. */
static int choose_kernel(const struct ask *ask, const struct settings *said, const struct settings *board, char **ret,
			 struct mm_error *error)
{
	const char *name = said->kernel ? said->kernel : board->kernel ? board->kernel : DEFAULT_KERNEL;

	if (said->slab)
		return kernel_sibling(ask->boards_dir, name, said->slab, ret, error);
	*ret = strdup(name);
	return *ret ? 0 : no_memory(error);
}

/* The case.json of a recorded boot names a kernel that nobody has here; the user may not know that there is such a file. */
static void blame_case(struct mm_error *error)
{
	if (strcmp(error->where, "kernel"))
		return;
	snprintf(error->where, sizeof(error->where), "case.json: kernel");
	snprintf(error->option, sizeof(error->option), "kernel");
	snprintf(error->example, sizeof(error->example), "NAME");
}

static int resolve(const struct ask *ask, struct settings *said, struct settings *beside, struct settings *board,
		   struct request *request, struct mm_error *error)
{
	uint64_t text_offset = 0;
	char *kernel = NULL;
	bool case_names_kernel;
	int err = settings_of_ask(ask, said, error);

	if (!err)
		err = load_uefi(ask, said, error);
	if (!err)
		err = load_state(ask, said, &request->state, error);
	/* A server has looked when it started. */
	if (!err && ask->allow_files)
		err = library_check_dir(ask->boards_dir, error);
	if (!err && ask->allow_files)
		err = library_check_dir(ask->kernels_dir, error);
	if (!err)
		err = load_board(ask, &request->dtb, beside, board, error);
	if (!err && ask->allow_files)
		err = apply_overlays(ask->overlay, &request->dtb, error);
	if (err)
		return err;
	request->board = board_name(ask);
	leave_to_dtb(&request->dtb, beside);
	follow_loader(said, board);
	leave_to_dtb(&request->dtb, board);
	case_names_kernel = !said->kernel && beside->kernel;
	if (!request->board || settings_fill(said, beside))
		return no_memory(error);
	request->default_kernel = !said->kernel && !board->kernel;
	err = choose_kernel(ask, said, board, &kernel, error);
	if (!err)
		err = resolve_kernel(ask, kernel, said->force, request, &text_offset, error);
	free(kernel);
	if (err && case_names_kernel)
		blame_case(error);
	if (err)
		return err;
	apply_model(board, text_offset);
	if (settings_fill(said, board))
		return no_memory(error);
	err = take_settings(said, request, error);
	return err ? err : identify(request, error);
}

int request_resolve(const struct ask *ask, struct request *ret, struct mm_error *error)
{
	struct settings said = { 0 }, beside = { 0 }, board = { 0 };
	struct request request = { 0 };
	int err = resolve(ask, &said, &beside, &board, &request, error);

	settings_deinit(&said);
	settings_deinit(&beside);
	settings_deinit(&board);
	if (err)
		request_deinit(&request);
	else
		*ret = request;
	return err;
}

/* ----------------------------------------------------------------------- ask */

struct ask_storage {
	struct settings settings;
};

void ask_free(struct ask_storage *storage)
{
	if (storage)
		settings_deinit(&storage->settings);
	free(storage);
}

int ask_parse(const void *json, size_t len, struct ask *ret, struct ask_storage **storage,
	      struct mm_error *error)
{
	struct ask_storage *kept;
	int err;

	if (len > REQUEST_MAX_JSON)
		return fail_at(error, -EFBIG, "request", NULL, REQUEST_MAX_JSON, "is larger than %u bytes",
			       REQUEST_MAX_JSON);
	kept = calloc(1, sizeof(*kept));
	if (!kept)
		return no_memory(error);
	err = decode_settings(json, len, "request", true, &kept->settings, error);
	if (err) {
		ask_free(kept);
		return err;
	}
	*ret = (struct ask){
		.board = kept->settings.board, .kernel = kept->settings.kernel, .slab = kept->settings.slab,
		.cmdline = kept->settings.cmdline,
		.memory = kept->settings.memory, .memreserve = kept->settings.memreserve, .loader_model = kept->settings.model,
		.cpu = kept->settings.cpu, .force = kept->settings.force ? "yes" : NULL, .ops = kept->settings.ops,
		.from_state = kept->settings.from_state,
		.uefi = kept->settings.uefi, .reserved = kept->settings.reserved, .loader = kept->settings.loader,
	};
	*storage = kept;
	return 0;
}

/* ------------------------------------------------------------------- packing */

#define PACK_MAGIC "mmscope-request 2"

int request_pack(const struct request *request, struct bytes *out)
{
	struct bytes canonical = { 0 };
	int err = request_canonical(request, &canonical);

	if (!err) {
		bytes_printf(out, PACK_MAGIC " %s %zu %zu %zu %zu\n", request->id, canonical.len, request->dtb.len,
			     request->profile.len, request->state.len);
		bytes_add(out, canonical.data, canonical.len);
		bytes_add(out, bytes_text(&request->dtb), request->dtb.len);
		bytes_add(out, bytes_text(&request->profile), request->profile.len);
		bytes_add(out, bytes_text(&request->state), request->state.len);
	}
	bytes_deinit(&canonical);
	return err ? err : out->failed ? -ENOMEM : 0;
}

static int unpack_canonical(const char *json, size_t len, struct request *request, struct mm_error *error)
{
	struct settings said = { 0 };
	int err = decode_settings(json, len, "packed request", true, &said, error);

	if (!err) {
		request->board = said.board;
		request->kernel = said.kernel;
		said.board = said.kernel = NULL;
		err = take_settings(&said, request, error);
	}
	settings_deinit(&said);
	return err;
}

/* What the first line says. */
struct pack_head {
	char id[65];
	size_t line, canonical, dtb, profile, state;	/* bytes */
};

static bool read_head(const char *data, size_t len, struct pack_head *head)
{
	const char *end = memchr(data, '\n', len);
	char line[160];

	if (!end || (size_t)(end - data) >= sizeof(line))
		return false;
	memcpy(line, data, (size_t)(end - data));
	line[end - data] = '\0';
	head->line = (size_t)(end + 1 - data);
	return sscanf(line, PACK_MAGIC " %64[0-9a-f] %zu %zu %zu %zu", head->id, &head->canonical, &head->dtb,
		      &head->profile, &head->state) == 5 && head->canonical <= len - head->line;
}

size_t request_pack_head(const void *data, size_t len)
{
	struct pack_head head;

	return read_head(data, len, &head) ? head.line + head.canonical : 0;
}

static int wrong_head(struct mm_error *error)
{
	return fail(error, -EBADMSG, "packed request", "has parts of other lengths than it says");
}

static int unpack(const char *data, size_t len, struct request *request, struct mm_error *error)
{
	struct pack_head head;
	const char *dtb;
	size_t rest;
	int err;

	if (!read_head(data, len, &head))
		return wrong_head(error);
	rest = len - head.line - head.canonical;
	if (head.dtb > rest || head.profile > rest - head.dtb || head.state != rest - head.dtb - head.profile)
		return wrong_head(error);
	memcpy(request->id, head.id, sizeof(head.id));
	err = unpack_canonical(data + head.line, head.canonical, request, error);
	if (err)
		return err;
	dtb = data + head.line + head.canonical;
	bytes_add(&request->dtb, dtb, head.dtb);
	bytes_add(&request->profile, dtb + head.dtb, head.profile);
	bytes_add(&request->state, dtb + head.dtb + head.profile, head.state);
	return request->dtb.failed || request->profile.failed || request->state.failed ? no_memory(error) : 0;
}

#define FDT_HEADER_BYTES 40

/* Where the tree that begins at @at ends, if another one begins there; else 0. */
static size_t next_tree(const struct bytes *trees, size_t at)
{
	const unsigned char *p = (const unsigned char *)bytes_text(trees) + at;
	size_t rest = trees->len - at, size;

	if (rest < FDT_HEADER_BYTES)
		return 0;
	size = (size_t)p[4] << 24 | (size_t)p[5] << 16 | (size_t)p[6] << 8 | p[7];
	if (size < FDT_HEADER_BYTES || size > rest || rest - size < FDT_HEADER_BYTES || memcmp(p + size, "\xd0\x0d\xfe\xed", 4))
		return 0;
	return at + size;
}

static int apply_one(struct bytes *dtb, const char *overlay, size_t len, size_t nr, struct mm_error *error)
{
	size_t size = 0;
	void *joined = NULL, *aligned = malloc(len);
	int err;

	/* A tree begins on eight bytes; the one before it ended anywhere. */
	if (!aligned)
		return no_memory(error);
	memcpy(aligned, overlay, len);
	err = mm_overlay_apply(bytes_text(dtb), dtb->len, aligned, len, &joined, &size, error);
	free(aligned);
	if (err == -EINVAL && !strcmp(error->where, "overlay"))
		snprintf(error->where, sizeof(error->where), "overlay %zu", nr);
	if (!err && size > REQUEST_MAX_DTB)
		err = fail(error, -EFBIG, "overlay", "number %zu makes the tree larger than %u bytes", nr, REQUEST_MAX_DTB);
	if (!err) {
		bytes_clear(dtb);
		bytes_add(dtb, joined, size);
	}
	free(joined);
	return err == -EINVAL ? -EBADMSG : err;
}

/* A tree and its overlays, one after the other, become one tree. */
static int join_trees(struct bytes *trees, struct mm_error *error)
{
	size_t at = next_tree(trees, 0), nr = 1;
	struct bytes dtb = { 0 };
	int err = 0;

	if (!at)
		return 0;
	bytes_add(&dtb, bytes_text(trees), at);
	for (; at && !err && !dtb.failed; nr++) {
		size_t next = next_tree(trees, at);

		err = apply_one(&dtb, bytes_text(trees) + at, (next ? next : trees->len) - at, nr, error);
		at = next;
	}
	if (!err && dtb.failed)
		err = no_memory(error);
	if (err) {
		bytes_deinit(&dtb);
		return err;
	}
	bytes_deinit(trees);
	*trees = dtb;
	return 0;
}

static int unpack_head(const char *data, size_t len, const struct request *like, struct request *request,
		       struct mm_error *error)
{
	struct pack_head head;
	int err;

	/* The tree's length is none to compare: like's may have had overlays after it, which are applied by now. */
	if (!read_head(data, len, &head) || head.line + head.canonical != len || head.profile != like->profile.len ||
	    head.state != like->state.len)
		return wrong_head(error);
	memcpy(request->id, head.id, sizeof(head.id));
	err = unpack_canonical(data + head.line, head.canonical, request, error);
	if (err)
		return err;
	bytes_add(&request->dtb, bytes_text(&like->dtb), like->dtb.len);
	bytes_add(&request->profile, bytes_text(&like->profile), like->profile.len);
	bytes_add(&request->state, bytes_text(&like->state), like->state.len);
	return request->dtb.failed || request->profile.failed || request->state.failed ? no_memory(error) : 0;
}

int request_unpack_head(const void *data, size_t len, const struct request *like, struct request *ret,
			struct mm_error *error)
{
	struct request request = { 0 };
	int err = unpack_head(data, len, like, &request, error);

	if (err)
		request_deinit(&request);
	else
		*ret = request;
	return err;
}

int request_unpack(const void *data, size_t len, struct request *ret, struct mm_error *error)
{
	struct request request = { 0 };
	int err = unpack(data, len, &request, error);

	if (!err)
		err = join_trees(&request.dtb, error);
	if (err)
		request_deinit(&request);
	else
		*ret = request;
	return err;
}

bool request_same_machine(const struct request *a, const struct request *b)
{
	struct request without[2] = { *a, *b };
	struct bytes said[2] = { { 0 }, { 0 } };
	bool same;

	without[0].ops = without[1].ops = NULL;
	same = !request_canonical(&without[0], &said[0]) && !request_canonical(&without[1], &said[1]) &&
	       said[0].len == said[1].len && !memcmp(bytes_text(&said[0]), bytes_text(&said[1]), said[0].len);
	bytes_deinit(&said[0]);
	bytes_deinit(&said[1]);
	return same;
}
