/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handlers.h - one function per endpoint; route.c says which is where. */
#ifndef MMSCOPE_HANDLERS_H
#define MMSCOPE_HANDLERS_H

#include "daemon/serve/serve.h"

/* handlers_about.c: the server itself */
handler handle_service, handle_healthz, handle_metrics, handle_openapi, handle_schema;
handler handle_problems, handle_problem;
/* handlers_library.c: boards and kernels */
handler handle_boards, handle_board, handle_board_dtb, handle_board_dts;
handler handle_kernels, handle_kernel, handle_kernel_history, handle_kernel_trust;
/* handlers_kernel.c: uploaded kernels */
handler handle_post_kernel;
/* handlers_log.c: boot logs beside their prediction */
handler handle_post_log;
/* handlers_ask.c: making runs */
handler handle_post_run, handle_get_run, handle_post_state;
/* handlers_sweep.c: many runs at once */
handler handle_sweep;
/* handlers_run.c: what there is of a run */
handler handle_manifest, handle_state, handle_table, handle_report, handle_step;
handler handle_check, handle_diff, handle_knobs;
/* handlers_events.c */
handler handle_events, handle_phases;
/* files.c: the page, and what can be read beside a run */
handler handle_file, handle_concepts, handle_articles;
/* handlers_live.c: lectures */
handler handle_begin_live, handle_follow_live, handle_say_live, handle_end_live;

#endif
