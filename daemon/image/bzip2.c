// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/bzip2.h"

#include "daemon/image/container.h"

#include <endian.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BLOCK_MAGIC	0x314159265359u
#define END_MAGIC	0x177245385090u
#define MAGIC_BITS	48
#define CRC_BITS	32
/* "BZh9". */
#define HEAD_BYTES	4
/* A block is at most 900 000 bytes of at most 20 bits each, and its tables. */
#define MAX_PACKED	(2500u << 10)
#define MAX_BLOCKS	4096
/* Shorter files are not worth a second process. */
#define MIN_FILE	(1u << 20)

/* A block that the mate has unpacked: from bit @begin of the file to bit @end, @len bytes at @at. */
struct block {
	uint64_t begin, end;
	uint64_t at, len;
};

struct shared {
	_Atomic uint64_t front;		/* bit at which the other process's current block begins */
	_Atomic uint32_t nr;		/* of @blocks, from the last of the file on */
	struct block blocks[MAX_BLOCKS];
	uint8_t data[CONTAINER_MAX_IMAGE];
};

size_t bzip2_shared(struct span file)
{
	return span_is(file, 0, "BZh", 3) && file.len >= MIN_FILE ? sizeof(struct shared) : 0;
}

/* --------------------------------------------------------------------- bits */

/* The 64 bits from byte @byte on, zeros after the end of the file. */
static uint64_t word_at(struct span file, uint64_t byte)
{
	uint64_t word = 0;

	if (byte < file.len)
		memcpy(&word, file.at + byte, file.len - byte < 8 ? file.len - byte : 8);
	return be64toh(word);
}

/* @nr bits, 1 to 56, from bit @at on. */
static uint64_t bits(struct span file, uint64_t at, unsigned int nr)
{
	return word_at(file, at / 8) << at % 8 >> (64 - nr);
}

static bool has_magic(struct span file, uint64_t at, uint64_t magic)
{
	return at + MAGIC_BITS + CRC_BITS <= 8 * (uint64_t)file.len && bits(file, at, MAGIC_BITS) == magic;
}

/* The first bit at or after @from, as far as a block can reach, at which a block or the end begins; 0: none. */
static uint64_t next_magic(struct span file, uint64_t from)
{
	uint64_t last = from / 8 + MAX_PACKED < file.len ? from / 8 + MAX_PACKED : file.len;

	for (uint64_t byte = from / 8; byte < last; byte++) {
		uint64_t word = word_at(file, byte);

		for (unsigned int bit = 0; bit < 8; bit++) {
			uint64_t magic = word << bit >> (64 - MAGIC_BITS);

			if ((magic == BLOCK_MAGIC || magic == END_MAGIC) && 8 * byte + bit >= from)
				return 8 * byte + bit;
		}
	}
	return 0;
}

/* The last bit at or before @last, as far as a block can reach, at which a block begins; 0: none. */
static uint64_t last_block(struct span file, uint64_t last)
{
	uint64_t first = last / 8 > MAX_PACKED ? last / 8 - MAX_PACKED : 0;

	for (uint64_t byte = last / 8 + 1; byte-- > first;) {
		uint64_t word = word_at(file, byte);

		for (unsigned int bit = 8; bit--;)
			if (word << bit >> (64 - MAGIC_BITS) == BLOCK_MAGIC && 8 * byte + bit <= last)
				return 8 * byte + bit;
	}
	return 0;
}

/* Where the stream says that it ends, in front of its sum and at most seven bits that fill the last byte; 0: nowhere. */
static uint64_t end_of(struct span file)
{
	for (uint64_t fill = 0; fill < 8; fill++) {
		uint64_t at = 8 * (uint64_t)file.len - fill - CRC_BITS - MAGIC_BITS;

		if (has_magic(file, at, END_MAGIC))
			return at;
	}
	return 0;
}

/* -------------------------------------------------------------- one block */

/* @nr bits of @value after bit @at of @to, which is zero from there on. */
static uint64_t put_bits(uint8_t *to, uint64_t at, uint64_t value, unsigned int nr)
{
	for (unsigned int i = nr; i--; at++)
		to[at / 8] |= (uint8_t)((value >> i & 1) << (7 - at % 8));
	return at;
}

/* @len bytes that begin @shift bits after @from's first. */
static void copy_bits(uint8_t *to, const uint8_t *from, unsigned int shift, size_t len)
{
	if (!shift)
		memcpy(to, from, len);
	for (size_t i = 0; shift && i < len; i++)
		to[i] = (uint8_t)(from[i] << shift | from[i + 1] >> (8 - shift));
}

/* A stream that holds the block at bit [@begin, @end) alone; its length in bytes, 0: that is no block. */
static size_t wrap(struct span file, uint64_t begin, uint64_t end, uint8_t *to)
{
	uint64_t len = end - begin, at = 8 * HEAD_BYTES + len;
	uint64_t whole = len / 8;

	if (len < MAGIC_BITS + CRC_BITS || whole > MAX_PACKED)
		return 0;
	memcpy(to, file.at, HEAD_BYTES);
	copy_bits(to + HEAD_BYTES, file.at + begin / 8, begin % 8, whole);
	memset(to + HEAD_BYTES + whole, 0, 16);
	if (len % 8)
		put_bits(to, 8 * (HEAD_BYTES + whole), bits(file, begin + 8 * whole, len % 8), len % 8);
	at = put_bits(to, at, END_MAGIC, MAGIC_BITS);
	/* The checksum of a stream of one block is that block's. */
	at = put_bits(to, at, bits(file, begin + MAGIC_BITS, CRC_BITS), CRC_BITS);
	return (at + 7) / 8;
}

/* Unpacks the block to @to, at most @max bytes; false: it does not unpack, or its checksum differs. */
static bool unpack_block(struct span file, uint64_t begin, uint64_t end, uint8_t *scratch, uint8_t *to, size_t max, size_t *len)
{
	size_t packed = wrap(file, begin, end, scratch);

	return packed && compression_unpack((struct span){ scratch, packed }, to, max, len);
}

static uint8_t *new_scratch(void)
{
	return malloc(HEAD_BYTES + MAX_PACKED + 16);
}

/* -------------------------------------------------------------------- the mate */

void bzip2_help(struct span file, void *shared)
{
	struct shared *s = shared;
	uint8_t *scratch = new_scratch();
	uint64_t end = end_of(file), begin;
	size_t used = 0, len;

	for (uint32_t nr = 0; scratch && end && nr < MAX_BLOCKS; nr++, end = begin) {
		begin = last_block(file, end - MAGIC_BITS);
		if (!begin || begin <= atomic_load(&s->front) ||
		    !unpack_block(file, begin, end, scratch, s->data + used, sizeof(s->data) - used, &len))
			break;
		s->blocks[nr] = (struct block){ begin, end, used, len };
		used += len;
		atomic_store(&s->nr, nr + 1);
	}
	free(scratch);
}

/* ------------------------------------------------------------------ the other */

struct front {
	struct span file;
	struct shared *shared;
	uint8_t *scratch, *to;
	size_t max, len;		/* of @to */
	uint32_t sum;			/* combined checksum of all blocks so far */
};

/* What the mate claims to have of the block at bit @at.  It may be wrong, and change while it is read. */
static bool find(const struct shared *s, uint64_t at, struct block *ret)
{
	uint32_t nr = atomic_load(&s->nr);

	for (uint32_t i = 0; i < nr && i < MAX_BLOCKS; i++) {
		*ret = s->blocks[i];
		if (ret->begin == at)
			return ret->end > at && ret->at <= sizeof(s->data) && ret->len <= sizeof(s->data) - ret->at;
	}
	return false;
}

/* Where the next block begins; 0: this is none. */
static uint64_t take_block(struct front *f, uint64_t at)
{
	struct block block;
	size_t len;

	if (find(f->shared, at, &block) && block.len <= f->max - f->len) {
		memcpy(f->to + f->len, f->shared->data + block.at, block.len);
		f->len += block.len;
		return block.end;
	}
	block.end = next_magic(f->file, at + MAGIC_BITS);
	if (!block.end || !unpack_block(f->file, at, block.end, f->scratch, f->to + f->len, f->max - f->len, &len))
		return 0;
	f->len += len;
	return block.end;
}

static bool unpack_all(struct front *f)
{
	uint64_t at = 8 * HEAD_BYTES, next;

	while (has_magic(f->file, at, BLOCK_MAGIC)) {
		uint32_t sum = (uint32_t)bits(f->file, at + MAGIC_BITS, CRC_BITS);

		atomic_store(&f->shared->front, at);
		next = take_block(f, at);
		if (next <= at)
			return false;
		f->sum = (f->sum << 1 | f->sum >> 31) ^ sum;
		at = next;
	}
	/* Anything behind the end, such as another stream, is left to the plain way. */
	return at == end_of(f->file) && bits(f->file, at + MAGIC_BITS, CRC_BITS) == f->sum;
}

bool bzip2_open(struct span file, void *shared, struct pool *pool, struct span *ret)
{
	struct front f = { .file = file, .shared = shared, .max = CONTAINER_MAX_IMAGE };
	bool whole;

	if (!end_of(file))
		return false;
	f.to = pool_map(pool, f.max);
	/* From here to free() nothing is taken from the pool. */
	f.scratch = new_scratch();
	whole = f.scratch && unpack_all(&f);
	free(f.scratch);
	pool_trim(pool, whole ? f.len : 0);
	if (whole)
		*ret = (struct span){ f.to, f.len };
	return whole;
}
