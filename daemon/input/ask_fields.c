// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/ask_fields.h"

#define TO(member) .offset = offsetof(struct ask, member)

const struct ask_field ask_fields[] = {
	/* The first row is the command line's operand rather than an option. */
	{ .param = "board", .argument = "BOARD", TO(board), .values = "@boards",
	  .help = "The name of a board ('mmscope boards')." },
	{ .param = "kernel", .letter = 'k', .argument = "KERNEL", TO(kernel), .values = "@kernels",
	  .help = "A name ('mmscope kernels'); on the command line also a profile, as ./NAME.json." },
	{ .param = "slab", .argument = "ALLOCATOR", TO(slab), .values = "slab slub slob",
	  .help = "slab, slub or slob: the kernel's profile with that, where there is one." },
	{ .param = "cmdline", .letter = 'c', .argument = "TEXT", TO(cmdline), .empty = true,
	  .help = "The kernel's command line, instead of the board's." },
	{ .param = "memory", .letter = 'm', .argument = "LIST", TO(memory),
	  .help = "RAM, instead of the board's: one SIZE is the total, placed where the board has its RAM; or [NODE:]SIZE[@ADDRESS],..., "
		  "with NODE on NUMA boards." },
	{ .param = "loader", .argument = "NAME[,KEY=VALUE]...", TO(loader_model), .values = "clear qemu-virt u-boot raspberry-pi uefi",
	  .help = "The boot loader, which places whatever has no address here: clear, qemu-virt, u-boot, raspberry-pi, uefi. "
		  "Without it the tree may tell, else it is clear. Of u-boot what printenv prints: u-boot,kernel_addr_r=40480000." },
	{ .param = "uefi", .argument = "MAP", TO(uefi), .values = "@files",
	  .help = "UEFI booted it, and RAM comes from its memory map: edk2 (assumed, on QEMU's virt machine), the log of a boot with "
		  "efi=debug, a JSON list; on the command line the file that holds it, also the raw table." },
	{ .param = "memreserve", .argument = "ADDRESS,SIZE,...", TO(memreserve),
	  .help = "What the loader reserves in addition to the tree's /memreserve/." },
	{ .param = "reserved", .argument = "NODE=ADDRESS,SIZE[,WORD]...[;...]", TO(reserved),
	  .help = "Nodes of /reserved-memory that the loader adds or moves: 'secmon@43000000=0x43000000,0x50000,no-map'. WORDs: no-map, "
		  "reusable, pool (shared-dma-pool), cma-default, and moves (it has a size but no address of its own, and was placed there)." },
	{ .param = "overlay", .argument = "FILE[:FILE]...", TO(overlay), .values = "@files", .shell_only = true,
	  .help = "Overlays (.dtbo) that the boot loader applies to the board's tree, in this order." },
	{ .param = "image_addr", .argument = "ADDRESS", TO(image_addr),
	  .help = "Where the boot loader put the kernel's first byte." },
	{ .param = "dtb_addr", .argument = "ADDRESS", TO(dtb_addr),
	  .help = "Where it put the device tree." },
	{ .param = "initrd", .argument = "ADDRESS,SIZE", TO(initrd),
	  .help = "Where it put the initial RAM disk; auto,SIZE: as its loader would." },
	{ .param = "cpu", .argument = "NAME", TO(cpu),
	  .help = "CPU model, as QEMU calls it." },
	{ .param = "ops", .argument = "SCRIPT", TO(ops),
	  .help = "What to ask of the booted machine, one statement per line: 'a = alloc order=2', 'free a cpu=1' ..." },
	{ .param = "from_state", .argument = "RECORDING", TO(from_state), .values = "@files",
	  .help = "Start from a recorded state of the page allocator instead of the end of boot: a folder of 'mmscope verify' or a .tar of "
		  "one; over HTTP the name that POST /states gave it. Board, memory and kernel have to be those of the recording." },
	{ .param = "force", TO(force),
	  .help = "Boot even a release far from the known ones (3.x, 9.x), as the nearest one does." },
	{ .param = "kernels", .argument = "DIR", TO(kernels_dir), .values = "@folders", .shell_only = true,
	  .help = "Where 'mmscope serve --kernels DIR' keeps kernels; what is verified of a kernel stands there, too." },
	{ .param = "boards", .argument = "DIR", TO(boards_dir), .values = "@folders", .shell_only = true,
	  .help = "Look here first: for boards as DIR/NAME.dtb or .dts, for kernels as DIR/kernels/NAME.json." },
};

const size_t nr_ask_fields = sizeof(ask_fields) / sizeof(ask_fields[0]);
