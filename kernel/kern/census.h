/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Census of live zone objects: what is there, and what is more than before.
 */
#pragma once

#include <stddef.h>

#define CENSUS_ZONES 96

struct census {
	unsigned count;
	struct {
		const char *name;
		size_t live;
	} zones[CENSUS_ZONES];
};

void census_take(struct census *c);

/* Logs a line for each zone that holds another number of objects than it did
 * in c; returns how many zones. Objects of the general allocator (kalloc) are
 * left out: their number says nothing. Exact while nobody allocates. */
unsigned census_compare(const struct census *c);
