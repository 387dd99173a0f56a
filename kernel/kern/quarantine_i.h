/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quarantine, private to kern: where CONFIG_KASAN is 1, freed objects of zones
 * wait here, poisoned, before they are given out again, so that a late access
 * meets no new owner. One per processor, first in first out, bounded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct zone;

#define QUARANTINE_OBJECTS (CONFIG_KASAN ? 256u : 1u)

struct quarantine {
	unsigned first, count;
	size_t bytes;
	struct {
		struct zone *zone;
		void *object;
	} entries[QUARANTINE_OBJECTS];
};

/* Takes a freed object in; those that must leave for it go to release. */
void quarantine_put(struct zone *z, void *object);

/* Lets all of this processor go. False: there were none. */
bool quarantine_flush(void);

/* kern/zone.c: an object that may be given out again. */
void zone_release(struct zone *z, void *object);
