// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/kept_response.h"

#include "daemon/base/blob.h"
#include "daemon/http/journal.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#define NR_KEPT		8
/* For larger bodies, the cost of the headers does not matter. */
#define MAX_BODY	(16u << 10)

struct kept_response {
	struct MHD_Response *response;	/* NULL: the slot is free */
	struct blob *blob;		/* its body; the reference keeps its address ours, see is_like() */
	struct reply_field fields[REPLY_MAX_FIELDS];
	size_t nr_fields;
	char id[REQUEST_ID_SIZE];	/* the X-Request-Id it carries now */
};

struct kept_responses {
	struct kept_response kept[NR_KEPT];
	size_t next;			/* the slot to be overwritten next, round robin */
};

struct kept_responses *kept_responses_new(void)
{
	return calloc(1, sizeof(struct kept_responses));
}

static void drop(struct kept_response *kept)
{
	if (!kept->response)
		return;
	for (size_t i = 0; i < kept->nr_fields; i++)
		free(kept->fields[i].value);
	MHD_destroy_response(kept->response);
	blob_put(kept->blob);
	*kept = (struct kept_response){ 0 };
}

void kept_responses_free(void *of_thread)
{
	struct kept_responses *kept = of_thread;

	for (size_t i = 0; kept && i < NR_KEPT; i++)
		drop(&kept->kept[i]);
	free(kept);
}

bool kept_response_fits(const struct reply *reply)
{
	return reply->status == 200 && !reply->failed && !reply->close && !reply->page && reply->size <= MAX_BODY &&
	       reply_blob_of(reply);
}

static bool is_like(const struct kept_response *kept, const struct reply *reply)
{
	if (!kept->response || kept->blob != reply_blob_of(reply) || kept->nr_fields != reply->nr_fields)
		return false;
	for (size_t i = 0; i < reply->nr_fields; i++)
		if (strcmp(kept->fields[i].name, reply->fields[i].name) || strcmp(kept->fields[i].value, reply->fields[i].value))
			return false;
	return true;
}

static void remember_id(struct kept_response *kept, const char *id)
{
	TEXT_JOIN(kept->id, sizeof(kept->id), id);
}

struct MHD_Response *kept_response_find(struct kept_responses *of_thread, const struct reply *reply, const char *id)
{
	struct kept_response *kept = of_thread->kept;

	while (kept < of_thread->kept + NR_KEPT && !is_like(kept, reply))
		kept++;
	if (kept == of_thread->kept + NR_KEPT)
		return NULL;
	MHD_del_response_header(kept->response, "X-Request-Id", kept->id);
	/* No memory: it has lost its id and is of no use; the caller makes another. */
	if (MHD_add_response_header(kept->response, "X-Request-Id", id) != MHD_YES) {
		drop(kept);
		return NULL;
	}
	remember_id(kept, id);
	return kept->response;
}

void kept_response_add(struct kept_responses *of_thread, const struct reply *reply, struct MHD_Response *response, const char *id)
{
	struct kept_response *kept = &of_thread->kept[of_thread->next];

	drop(kept);
	of_thread->next = (of_thread->next + 1) % NR_KEPT;
	kept->response = response;
	kept->blob = blob_get(reply_blob_of(reply));
	for (; kept->nr_fields < reply->nr_fields; kept->nr_fields++) {
		const struct reply_field *field = &reply->fields[kept->nr_fields];

		kept->fields[kept->nr_fields] = (struct reply_field){ field->name, strdup(field->value) };
		if (kept->fields[kept->nr_fields].value)
			continue;
		/* No memory for its fields: without a blob it matches no reply, and waits to be overwritten. */
		blob_put(kept->blob);
		kept->blob = NULL;
		break;
	}
	remember_id(kept, id);
}
