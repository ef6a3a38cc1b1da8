// SPDX-License-Identifier: GPL-2.0-or-later
// Lessons on the allocator at work: what is booted, what the machine is asked to do, and the operation that
// is asked about. Their words are in the catalogues: lesson.ID its title, .text what to look at, .ask and
// .answer the question and what is to be seen then.

/** @typedef {{id: string, board: string, kernel: string, ops: string, memory?: string}} Lesson */

/** @type {readonly Lesson[]} */
export const LESSONS = [
  {id: "first", board: "qemu-virt", kernel: "7.2", ops: "a = alloc cpu=0"},
  {id: "batch", board: "qemu-virt", kernel: "6.1", ops: "repeat 64 { a = alloc cpu=0 }"},
  {
    id: "othercpu",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc cpu=0\nfree a cpu=1\nb = alloc cpu=1",
  },
  {
    id: "buddies",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc order=4\nb = alloc order=4\nfree a\nfree b",
  },
  {
    id: "pageblocks",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc order=4 gfp=GFP_KERNEL\nb = alloc order=4 gfp=GFP_HIGHUSER_MOVABLE\nc = alloc order=4 gfp=GFP_KERNEL|__GFP_RECLAIMABLE",
  },
  {
    id: "stealing",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "repeat 8 { a = alloc order=10 gfp=GFP_KERNEL }",
  },
  {
    id: "nodes",
    board: "qemu-virt-numa",
    kernel: "7.2",
    ops: "repeat 300 { a = alloc order=10 node=0 gfp=GFP_HIGHUSER_MOVABLE }\nb = alloc order=10 node=0 gfp=GFP_KERNEL|__GFP_THISNODE",
  },
  {
    id: "lowmem",
    board: "rpi4-8g",
    kernel: "7.2",
    ops: "repeat 2100 { a = alloc order=10 gfp=GFP_USER|~__GFP_DIRECT_RECLAIM }\nb = alloc order=4 gfp=GFP_DMA|GFP_KERNEL",
  },
  {
    id: "watermarks",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "repeat 260 { a = alloc order=10 gfp=GFP_NOWAIT }\nrepeat 40 { b = alloc order=6 gfp=GFP_NOWAIT }\nc = alloc order=2 gfp=GFP_ATOMIC",
  },
  {
    id: "order9",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "repeat 3780 { a = alloc order=5 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM; b = alloc order=5 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM }\nfree b all\nrepeat 40 { c = alloc order=9 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM }",
  },
  {id: "kmalloc", board: "qemu-virt", kernel: "7.2", ops: "k = kmalloc 20000\nkfree k"},
];
