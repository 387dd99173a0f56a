/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents of regular files. Extents are regions of zeroed memory that never
 * move, since tasks may have them mapped; each new one at least doubles the
 * file's room, so a file of any size has few. Bytes past the size are zero:
 * truncation clears them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "inode.h"
#include "machine.h"

#define EXTENT_MIN 16384ull

/* Room of all files together: at most half of the memory there is. */
static uint64_t data_total;

static bool data_fits(uint64_t more)
{
	static uint64_t memory;
	uint64_t available;

	if (!memory)
		machine_memory(&memory, &available);
	return data_total + more <= memory / 2;
}

bool data_charge(uint64_t bytes)
{
	if (!data_fits(bytes))
		return false;
	data_total += bytes;
	return true;
}

void data_uncharge(uint64_t bytes)
{
	data_total -= bytes;
}

int data_reserve(struct inode *i, uint64_t size)
{
	struct data *d = &i->data;
	uint64_t need, want;
	struct extent *grown;

	if (size <= d->capacity)
		return 0;
	if (size > DATA_MAX)
		return -EFBIG;
	need = (size - d->capacity + EXTENT_MIN - 1) & ~(EXTENT_MIN - 1);
	want = d->capacity > need ? d->capacity : need;
	if (!data_fits(want))
		want = need;
	if (!data_fits(want))
		return -ENOSPC;
	grown = realloc(d->extents, (d->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	d->extents = grown;
	grown += d->count;
	grown->base = machine_region_create(want);
	if (!grown->base)
		return -ENOSPC;
	grown->start = d->capacity;
	grown->size = want;
	grown->entry = 0;
	d->capacity += want;
	data_total += want;
	d->count++;
	return 0;
}

/* The bytes at offset, and how many lie together there; NULL in a hole. */
static uint8_t *data_at(struct inode *i, uint64_t offset, uint64_t *run)
{
	for (unsigned n = 0; n < i->data.count; n++) {
		struct extent *e = &i->data.extents[n];
		if (offset - e->start < e->size) {
			*run = e->start + e->size - offset;
			return e->base + (offset - e->start);
		}
	}
	return NULL;
}

int64_t data_read(struct inode *i, void *buffer, uint64_t count,
		  uint64_t offset)
{
	uint64_t done = 0;

	if (offset >= i->size)
		return 0;
	if (count > i->size - offset)
		count = i->size - offset;
	while (done < count) {
		uint64_t run = count - done, there;
		uint8_t *at = data_at(i, offset + done, &there);

		if (!at) {
			memset((char *)buffer + done, 0, run);
			return (int64_t)count;
		}
		if (run > there)
			run = there;
		memcpy((char *)buffer + done, at, run);
		done += run;
	}
	return (int64_t)count;
}

int64_t data_write(struct inode *i, const void *buffer, uint64_t count,
		   uint64_t offset)
{
	uint64_t done = 0;
	int error;

	if (offset > DATA_MAX || count > DATA_MAX - offset)
		return -EFBIG;
	error = data_reserve(i, offset + count);
	if (error)
		return error;
	while (done < count) {
		uint64_t run = count - done, there = 0;
		uint8_t *at = data_at(i, offset + done, &there);

		if (run > there)
			run = there;
		memcpy(at, (const char *)buffer + done, run);
		done += run;
	}
	if (offset + count > i->size)
		i->size = offset + count;
	return (int64_t)count;
}

int data_truncate(struct inode *i, uint64_t size)
{
	uint64_t offset = size, there;
	uint8_t *at;

	if (size > DATA_MAX)
		return -EFBIG;
	while (offset < i->size && (at = data_at(i, offset, &there))) {
		if (there > i->size - offset)
			there = i->size - offset;
		memset(at, 0, there);
		offset += there;
	}
	i->size = size;
	return 0;
}

void data_destroy(struct inode *i)
{
	for (unsigned n = 0; n < i->data.count; n++) {
		struct extent *e = &i->data.extents[n];
		machine_entry_destroy(&e->entry);
		data_total -= e->size;
		machine_region_destroy(e->base, e->size);
	}
	free(i->data.extents);
	i->data = (struct data){0};
}
