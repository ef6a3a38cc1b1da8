/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * artifact.h - every answer there is about a run, as bytes.
 *
 * One pure function: the same request and name give the same bytes, on every
 * machine; no file is read and nothing is printed.  The command line prints
 * what it returns, the HTTP server's worker sends it back.
 *
 * A name is an answer's own, and a form where it has several: "zoneinfo" is text
 * and "zoneinfo.json" is JSON.  artifact.c has them in one table, which help,
 * routes, OpenAPI, completion and manual pages are made from.  Names:
 *   manifest                      JSON: inputs, kernel, totals, steps, tables, links
 *   events                        NDJSON: one event a line, in order
 *   events?kind=..&step=..&owner=..&range=..    those for which all that is given holds (event_filter.h)
 *   phases                        NDJSON: memory after each stage and step (phases.h)
 *   state?at=MOMENT               JSON: {"seq":n,"step":"..","step_index":i,"tables":{"zones":[rows],..}}
 *   state/TABLE?at=MOMENT         JSON: {"seq":n,"step":"..","step_index":i,"table":"..","rows":[rows]}
 *   state/TABLE.csv?at=MOMENT     CSV: columns' names, then rows; all numbers decimal, bytes and addresses too
 *   log memblock zoneinfo buddyinfo pagetypeinfo iomem meminfo ledger      text, as the kernel prints it
 *   metrics                       text: each number of metrics.h on a line; metrics.json: one flat JSON object
 *   log.json                      JSON: {"lines":[{"seq":n,"text":".."},..]}
 *   memblock.json zoneinfo.json buddyinfo.json pagetypeinfo.json meminfo.json ledger.json
 *                                 JSON: the tables behind the text, shaped as state; takes ?at= too
 *   explain?at=MOMENT&lang=en|zh-CN
 *                                 text: what happens at that moment; without at= at every moment, or
 *                                 with from=SEQ&to=SEQ instead of it at those of [from, to)
 *   explain.json?at=..&lang=..    JSON: the same; {"lang":"..","moments":[..]} without at=
 *   iomem.json                    JSON: {"resources":[{"start","end","name","depth"},..]}
 *   memtotal                      text: RAM - terms = MemTotal, to the byte; memtotal.json: the same, as memtotal.h has it
 *   glance                        JSON: the end of the boot, as encode_glance.h has it
 *   continuation?lang=..&since=N  JSON: what a run adds to one that begins like it, as encode_continuation.h has it
 *   freelists                     JSON, the shape of a capture's freelists.json
 * Without ?at= the moment is the end of the boot; instant.h has the others.  &numbers=decimal, of any form but text: bytes
 * and addresses as JSON numbers in place of "0x.." texts; one that JavaScript could not hold exactly (2^53 and above) is
 * a string of its digits.
 */
#ifndef MMSCOPE_ARTIFACT_H
#define MMSCOPE_ARTIFACT_H

#include "daemon/base/bytes.h"
#include "daemon/input/request.h"

/* Appends to @out.  0; -ENOENT: no such artifact, table, step or event;
 * otherwise as in request.h.  On failure @out holds what it held before. */
int artifact_write(const struct request *request, const char *name, struct bytes *out,
		   struct mm_error *error);

/* The same of a boot that was already executed: a worker that is asked for
 * several artifacts boots once. */
struct run;
int artifact_render(const struct run *run, const char *name, struct bytes *out, struct mm_error *error);

/* A large machine's memblock=debug log has no end worth keeping: more lines than this are -E2BIG ... */
#define ARTIFACT_MAX_LOG_LINES	4000000
/* ... where it cannot be streamed with mm_report() instead, as this artifact can. */
bool artifact_streams(const char *name);

enum artifact_form { ARTIFACT_TEXT, ARTIFACT_JSON, ARTIFACT_NDJSON, ARTIFACT_CSV, ARTIFACT_NR_FORMS };

/* What may stand after a name's '?', in this order. */
enum wanted_param {
	WANTED_AT,		/* a moment: instant.h */
	WANTED_FROM, WANTED_TO,	/* events [from, to) */
	WANTED_LANG,		/* a language of texts/ */
	WANTED_KIND, WANTED_STEP, WANTED_OWNER, WANTED_RANGE,	/* event_filter.h */
	WANTED_SINCE,		/* events from this number on, without the work of the others */
	WANTED_NUMBERS,		/* "decimal" */
	WANTED_NR_PARAMS
};

#define WANTED_MAX_VALUE	128

/* "at" */
const char *wanted_param_name(enum wanted_param param);
/* Can it stand there?  Whether there is such a moment, or step, only the boot knows. */
bool wanted_value_fits(enum wanted_param param, const char *value);

struct artifact_card {
	const char *name;
	const char *title;		/* what it is, in half a line */
	unsigned takes;			/* bits of enum wanted_param; a text has no at= ... */
	bool text_at;			/* ... unless this is set */
	bool json_first;		/* over HTTP, a client without preferences gets JSON, not text */
	bool tables;			/* NAME/TABLE is one table of it */
};

/* Every answer, in the order in which lists show them. */
size_t artifact_count(void);
const struct artifact_card *artifact_card(size_t index);
/* By its bare name, or NULL. */
const struct artifact_card *artifact_find(const char *name);
bool artifact_has(const struct artifact_card *card, enum artifact_form form);
/* That form of it can be had of any moment, or of what else `takes` names. */
bool artifact_takes(const struct artifact_card *card, enum artifact_form form, enum wanted_param param);
/* Asked for by its name alone; manifest, events, phases and state have addresses of their own. */
bool artifact_is_report(const struct artifact_card *card);
/* The form that its bare name stands for. */
enum artifact_form artifact_plain(const struct artifact_card *card);
/* "json", as in NAME.json and ?format=json; its media type, bare and as it is sent. */
const char *artifact_form_suffix(enum artifact_form form);
const char *artifact_form_media(enum artifact_form form);
const char *artifact_form_type(enum artifact_form form);

/* Content type of an artifact by its name, query included; NULL: there is none. */
const char *artifact_type(const char *name);

#endif
