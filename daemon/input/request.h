/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - everything that defines one run, and the run's id.
 *
 * What a user said (struct ask: text, as typed or posted) is resolved into
 * what the engine needs (struct request: the bytes of the device tree and of
 * the kernel profile, command line, memory, loader facts).  A fact not given
 * comes from the case.json beside the DTB, then from the board's own .json,
 * then from the engine's loader model.  Two requests with the same id give the
 * same bytes for ever.
 *
 * Functions here return 0 or one of these; the sentence is in struct mm_error:
 *   -EINVAL   a value cannot be understood           exit 2   HTTP 400
 *   -ENOENT   no such board, kernel or file          exit 3   HTTP 404
 *   -EBADMSG  the bytes of an input are wrong        exit 3   HTTP 422
 *   -EFBIG    an input is larger than we read        exit 3   HTTP 413
 *   other     our own failure (-ENOMEM, -EIO)        exit 4   HTTP 500
 */
#ifndef MMSCOPE_REQUEST_H
#define MMSCOPE_REQUEST_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

struct mm_error;
struct shelf;

/* The largest input of each kind that is read at all. */
#define REQUEST_MAX_DTB		(2u << 20)	/* the kernel's own limit is 2 MiB */
#define REQUEST_MAX_JSON	(1u << 20)
#define REQUEST_MAX_CMDLINE	2047		/* arm64 COMMAND_LINE_SIZE - 1 */
#define REQUEST_MAX_BANKS	1024
#define REQUEST_MAX_OPS		65536	/* bytes of the script of operations */
#define REQUEST_MAX_STATE	(8u << 20)	/* a recorded state, as a tar archive */
#define REQUEST_MAX_MEMRESERVE	256

/* Where the boot loader put things; `has_` false: the engine's loader model decides. */
struct request_loader {
	uint64_t image, dtb, initrd_start, initrd_end, dtb_totalsize;
	uint64_t initrd_size;	/* of an initrd that the loader places */
	bool has_image, has_dtb, has_initrd, has_initrd_size, has_dtb_totalsize;
};

/* What the user said; NULL: nothing said.  Strings belong to the caller. */
struct ask {
	const char *board;	/* name; or .dtb, .dts, capture directory where files are allowed */
	const char *kernel;	/* name; or profile file where files are allowed */
	const struct bytes *profile;	/* in place of that kernel's own; kernel is then only its name */
	const char *slab;	/* "slab", "slub", "slob": the profile like kernel, but with that */
	const char *cmdline;
	const char *memory;	/* SIZE, or [NODE:]SIZE[@ADDR],... */
	const char *loader_model;	/* NAME[,key=value]... */
	const char *uefi;	/* UEFI's memory map: its text, see uefi_map.h; where files are allowed also the name of one */
	const char *overlay;	/* FILE[:FILE]..., where files are allowed */
	const char *memreserve;	/* ADDR,SIZE[,ADDR,SIZE]... */
	const char *reserved;	/* NODE=ADDR,SIZE[,WORD]...[;NODE=..]..., see reserved_nodes.h */
	const char *image_addr, *dtb_addr, *initrd;	/* ADDR, ADDR, ADDR,SIZE or auto,SIZE */
	struct request_loader loader;	/* the same, already understood; the texts win */
	const char *cpu;
	const char *ops;	/* what the booted machine is asked to do: a script */
	const char *from_state;	/* a recording whose state they start from: over HTTP the name of one, in the shell a path */
	const char *force;	/* a yes: boot a release that is far from what is known as the nearest one does */
	const char *boards_dir;	/* --boards: looked into before what is built in */
	const char *kernels_dir;	/* --kernels: where a server keeps those uploaded */
	struct shelf *shelf;	/* uploaded kernels; NULL: there are none */
	struct last_good *last_good;	/* boards and kernels of boards_dir as they were; NULL: only as they are */
	struct cards *cards;	/* of kernels that were asked for before; NULL: none is remembered */
	bool allow_files;	/* true for the command line only, never for HTTP */
	const struct bytes *state;	/* what from_state names, where that is no path */
	/* An uploaded DTB, in place of a board's; overlays may follow it, and overlays alone are for the board. */
	const void *dtb;
	size_t dtb_len;
};

struct request_bank {
	uint64_t base, size;
	int node;		/* NUMA node; -1: not said */
	bool placed;		/* an address was given */
};

struct request {
	char *board;		/* as it is called: a name, or the last part of a path */
	char *kernel;
	char *cmdline;		/* NULL: what the DTB's /chosen says */
	char *cpu;		/* NULL: the engine's default */
	char *ops;		/* NULL: the run ends with the boot, or with the recorded state */
	struct request_bank *banks;
	size_t nr_banks;	/* 0: the DTB's /memory nodes */
	char *loader_model;	/* NAME[,key=value]...; NULL: as the tree tells */
	char *uefi;		/* UEFI's memory map as text; NULL: none */
	struct phys_range *memreserve;	/* the loader's own */
	size_t nr_memreserve;
	char *reserved;		/* nodes of /reserved-memory besides the tree's, as text; NULL: none */
	struct request_loader loader;
	struct bytes dtb, profile;	/* the DTB; until it is unpacked with overlays after it */
	bool default_kernel;	/* nobody named one: it is what is taken then */
	struct bytes state;	/* a recorded state (recording_pack()); empty: none */
	char *from_state;	/* its hash, by which it is called; NULL: none */
	char id[65];		/* sha256, lower-case hex */
};

/* A board's tree or an overlay out of a file or a pipe, packed by gzip or not, blob or source. */
int request_read_tree(const char *path, struct bytes *dtb, struct mm_error *error);

/* On success the caller owns what is in *@ret; on failure it is untouched. */
int request_resolve(const struct ask *ask, struct request *ret, struct mm_error *error);
/* What was found wrong with the device tree is wrong with the file that it came from: @error names that, if there is one. */
void ask_blame(const struct ask *ask, struct mm_error *error);
void request_deinit(struct request *request);
/* Adds the ranges of "SIZE" or "[NODE:]SIZE[@ADDRESS],..".  -EINVAL, -ENOMEM. */
int request_parse_banks(const char *text, struct request *request, struct mm_error *error);

/* Make a profile say that it is to be booted however far its release is from what is known.  -ENOMEM. */
int profile_force(struct bytes *json, struct mm_error *error);

/*
 * The body of POST /runs, all keys optional, no others allowed:
 *   {"board":"NAME","kernel":"NAME","slab":"slub","cmdline":"..","memory":"1G,512M@0x80000000","cpu":"..",
 *    "ops":"a = alloc order=2\nfree a", "from_state":"HASH",
 *    "memreserve":"0x5000000,0x300000", "reserved":"fw@43000000=0x43000000,0x50000,no-map", "uefi":"edk2",
 *    "loader":{"model":"u-boot,fdt_high=0x..","kernel_image":"0x..","dtb":"0x..","dtb_totalsize":"0x..",
 *              "initrd":["0xSTART","0xEND"],"initrd_size":"0x.."}}
 * The strings of *@ret live until ask_free(); there is nothing to free on failure.
 */
struct ask_storage;
int ask_parse(const void *json, size_t len, struct ask *ret, struct ask_storage **storage,
	      struct mm_error *error);
void ask_free(struct ask_storage *storage);

/* The hash that a recorded state is called by, over all of its bytes. */
void request_name_state(const void *state, size_t len, char name[65]);

/* The request without its DTB, profile and state as JSON, keys sorted, no spaces.  The id is the
 * hash of the engine's version and build, this, the DTB and the profile; it names the state. */
int request_canonical(const struct request *request, struct bytes *out);

/* One self-contained message, to hand a request to a worker process, which unpacks it and applies the overlays. */
int request_pack(const struct request *request, struct bytes *out);
int request_unpack(const void *data, size_t len, struct request *ret, struct mm_error *error);
/* Bytes of a packed request before its tree, profile and state; 0: this is none. */
size_t request_pack_head(const void *data, size_t len);
/* From that head alone: tree, profile and state are copies of @like's, and must be meant by it. */
int request_unpack_head(const void *data, size_t len, const struct request *like, struct request *ret,
			struct mm_error *error);

/* Do two requests with the same tree, profile and state differ in their operations alone?  Without memory: no. */
bool request_same_machine(const struct request *a, const struct request *b);

#endif
