// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/cards.h"
#include "daemon/base/bytes.h"
#include "daemon/input/decode.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* How many people can drag a slider at once, each with a kernel of their own, before profiles are read again. */
#define CARDS_MAX	4

struct cards {
	pthread_mutex_t lock;
	struct kept {
		struct bytes profile;
		uint64_t text_offset;
		bool force;
	} kept[CARDS_MAX];
	unsigned int next;		/* index of the entry to be replaced next */
};

struct cards *cards_new(void)
{
	struct cards *cards = calloc(1, sizeof(*cards));

	if (cards)
		pthread_mutex_init(&cards->lock, NULL);
	return cards;
}

void cards_free(struct cards *cards)
{
	if (!cards)
		return;
	for (size_t i = 0; i < CARDS_MAX; i++)
		bytes_deinit(&cards->kept[i].profile);
	pthread_mutex_destroy(&cards->lock);
	free(cards);
}

static bool find(struct cards *cards, const char *json, size_t len, uint64_t *text_offset, bool *force)
{
	bool found = false;

	pthread_mutex_lock(&cards->lock);
	for (size_t i = 0; i < CARDS_MAX && !found; i++) {
		const struct kept *kept = &cards->kept[i];

		found = len && kept->profile.len == len && !memcmp(kept->profile.data, json, len);
		if (found) {
			*text_offset = kept->text_offset;
			*force = kept->force;
		}
	}
	pthread_mutex_unlock(&cards->lock);
	return found;
}

static void keep(struct cards *cards, const char *json, size_t len, uint64_t text_offset, bool force)
{
	struct kept *kept;

	pthread_mutex_lock(&cards->lock);
	kept = &cards->kept[cards->next++ % CARDS_MAX];
	bytes_deinit(&kept->profile);
	kept->profile = (struct bytes){ 0 };
	bytes_add(&kept->profile, json, len);
	if (kept->profile.failed)
		bytes_deinit(&kept->profile);
	kept->text_offset = text_offset;
	kept->force = force;
	pthread_mutex_unlock(&cards->lock);
}

int cards_read(struct cards *cards, const char *json, size_t len, const char *where, uint64_t *text_offset, bool *force,
	       struct mm_error *error)
{
	struct kernel_card card = { 0 };
	int err;

	if (cards && find(cards, json, len, text_offset, force))
		return 0;
	err = decode_kernel_card(json, len, where, &card, error);
	if (err)
		return err;
	*text_offset = card.text_offset;
	*force = card.force;
	kernel_card_deinit(&card);
	if (cards)
		keep(cards, json, len, *text_offset, *force);
	return 0;
}
