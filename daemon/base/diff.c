// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/diff.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two lists that share almost nothing would take time squared.  A part whose
 * edit script is longer than this is called wholly different instead; what is
 * reported as common stays common, there could only be more of it.
 */
#define MAX_COST	20000

/* No path has reached this diagonal yet. */
#define NOT_FORWARD	(LONG_MIN / 2)
#define NOT_BACKWARD	(LONG_MAX / 2)

struct diff {
	const char *const *a, *const *b;
	bool *gone, *new;
	/* How far the searches from the two corners have come: x on the
	 * diagonal x - y, which is the index (it may be negative). */
	long *forward, *backward;
	long common;
};

/* The part a[x0, x1) and b[y0, y1) of the two lists. */
struct box {
	long x0, y0, x1, y1;
};

static bool same(const struct diff *d, long x, long y)
{
	return d->a[x] == d->b[y] || !strcmp(d->a[x], d->b[y]);
}

static long max_long(long a, long b)
{
	return a > b ? a : b;
}

static long min_long(long a, long b)
{
	return a < b ? a : b;
}

/* First and last diagonal that @cost edits from diagonal @from reach inside the box. */
static long lowest(const struct box *box, long from, long cost)
{
	long k = from - cost, edge = box->x0 - box->y1;

	return k >= edge ? k : edge + ((edge - k) & 1);
}

static long highest(const struct box *box, long from, long cost)
{
	long k = from + cost, edge = box->x1 - box->y0;

	return k <= edge ? k : edge - ((k - edge) & 1);
}

/* One more edit from the upper left; true if a path now meets the other search's. */
static bool search_forward(struct diff *d, const struct box *box, long cost, long *mid_x, long *mid_y)
{
	long from = box->x0 - box->y0, end = highest(box, from, cost);

	for (long k = lowest(box, from, cost); k <= end; k += 2) {
		long x = max_long(d->forward[k - 1] + 1, d->forward[k + 1]);

		if (x < box->x0 || x > box->x1 || x - k > box->y1)
			x = NOT_FORWARD;
		else
			while (x < box->x1 && x - k < box->y1 && same(d, x, x - k))
				x++;
		d->forward[k] = x;
		if (x >= d->backward[k]) {
			*mid_x = x;
			*mid_y = x - k;
			return true;
		}
	}
	return false;
}

/* The same from the lower right. */
static bool search_backward(struct diff *d, const struct box *box, long cost, long *mid_x, long *mid_y)
{
	long from = box->x1 - box->y1, end = highest(box, from, cost);

	for (long k = lowest(box, from, cost); k <= end; k += 2) {
		long x = min_long(d->backward[k + 1] - 1, d->backward[k - 1]);

		if (x > box->x1 || x < box->x0 || x - k < box->y0)
			x = NOT_BACKWARD;
		else
			while (x > box->x0 && x - k > box->y0 && same(d, x - 1, x - k - 1))
				x--;
		d->backward[k] = x;
		if (x <= d->forward[k]) {
			*mid_x = x;
			*mid_y = x - k;
			return true;
		}
	}
	return false;
}

/* A point in the middle of a shortest edit script. */
static bool find_middle(struct diff *d, const struct box *box, long *mid_x, long *mid_y)
{
	for (long k = box->x0 - box->y1 - 1; k <= box->x1 - box->y0 + 1; k++) {
		d->forward[k] = NOT_FORWARD;
		d->backward[k] = NOT_BACKWARD;
	}
	d->forward[box->x0 - box->y0] = box->x0;
	d->backward[box->x1 - box->y1] = box->x1;
	for (long cost = 1; cost <= MAX_COST; cost++)
		if (search_forward(d, box, cost, mid_x, mid_y) || search_backward(d, box, cost, mid_x, mid_y))
			return true;
	return false;
}

/* Equal heads and tails are common; they leave the box. */
static void trim(struct diff *d, struct box *box)
{
	while (box->x0 < box->x1 && box->y0 < box->y1 && same(d, box->x0, box->y0)) {
		box->x0++;
		box->y0++;
		d->common++;
	}
	while (box->x0 < box->x1 && box->y0 < box->y1 && same(d, box->x1 - 1, box->y1 - 1)) {
		box->x1--;
		box->y1--;
		d->common++;
	}
}

static void compare(struct diff *d, struct box box)
{
	long x, y;

	trim(d, &box);
	if (box.x0 < box.x1 && box.y0 < box.y1 && find_middle(d, &box, &x, &y)) {
		compare(d, (struct box){ box.x0, box.y0, x, y });
		compare(d, (struct box){ x, y, box.x1, box.y1 });
		return;
	}
	for (x = box.x0; x < box.x1; x++)
		d->gone[x] = true;
	for (y = box.y0; y < box.y1; y++)
		d->new[y] = true;
}

long diff(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b, bool *gone, bool *new)
{
	struct diff d = { .a = a, .b = b, .gone = gone, .new = new };
	size_t diagonals = nr_a + nr_b + 3;
	long *forward, *backward;

	if (nr_a > DIFF_MAX_ITEMS || nr_b > DIFF_MAX_ITEMS)
		return -EFBIG;
	memset(gone, 0, nr_a * sizeof(*gone));
	memset(new, 0, nr_b * sizeof(*new));
	forward = malloc(diagonals * sizeof(*forward));
	backward = malloc(diagonals * sizeof(*backward));
	if (forward && backward) {
		d.forward = forward + nr_b + 1;
		d.backward = backward + nr_b + 1;
		compare(&d, (struct box){ 0, 0, (long)nr_a, (long)nr_b });
	}
	free(forward);
	free(backward);
	return forward && backward ? d.common : -ENOMEM;
}
