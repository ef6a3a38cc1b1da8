/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build_id.h - what distinguishes this program from another build of the same version. */
#ifndef MMSCOPE_BUILD_ID_H
#define MMSCOPE_BUILD_ID_H

#define BUILD_ID_SIZE	65

/* The linker's hash of everything in the program, in hex; "" if it made none. */
void build_id(char hex[BUILD_ID_SIZE]);

#endif
