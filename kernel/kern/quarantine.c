/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quarantine of freed zone objects. No locks: each processor has its own, the
 * kernel is not preempted and interrupt handlers do not free.
 */
#include <kern/quarantine_i.h>

#include <kern/page.h>
#include <kern/processor_i.h>
#include <kern/zone.h>

/* Of each processor: a 1,024th of memory. */
static size_t bytes_max(void)
{
	return page_count_total() * page_size_hw() >> 10;
}

static void let_go(struct quarantine *q)
{
	struct zone *z = q->entries[q->first].zone;
	void *object = q->entries[q->first].object;

	q->first = (q->first + 1) % QUARANTINE_OBJECTS;
	q->count--;
	q->bytes -= z->size;
	zone_release(z, object);
}

void quarantine_put(struct zone *z, void *object)
{
	struct quarantine *q = &processor_private()->quarantine;
	unsigned at;

	while (q->count == QUARANTINE_OBJECTS ||
	       (q->count > 0 && q->bytes + z->size > bytes_max()))
		let_go(q);
	at = (q->first + q->count++) % QUARANTINE_OBJECTS;
	q->entries[at].zone = z;
	q->entries[at].object = object;
	q->bytes += z->size;
}

bool quarantine_flush(void)
{
	struct quarantine *q = &processor_private()->quarantine;

	if (q->count == 0)
		return false;
	while (q->count > 0)
		let_go(q);
	return true;
}
