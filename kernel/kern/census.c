/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Census of live zone objects. No locks but those of the list of zones.
 */
#include <kern/census.h>

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/zone.h>

static void note(void *arg, const char *name, size_t size, size_t live,
		 size_t frames)
{
	struct census *c = arg;

	(void)size, (void)frames;
	if (c->count == CENSUS_ZONES || strncmp(name, "kalloc", 6) == 0)
		return;
	c->zones[c->count].name = name;
	c->zones[c->count].live = live;
	c->count++;
}

void census_take(struct census *c)
{
	c->count = 0;
	zone_census(note, c);
}

/* Zones are only ever added at the end, so places agree. */
unsigned census_compare(const struct census *before)
{
	struct census now;
	unsigned differ = 0;

	census_take(&now);
	for (unsigned i = 0; i < now.count; i++) {
		size_t was = i < before->count ? before->zones[i].live : 0;

		if (now.zones[i].live == was)
			continue;
		differ++;
		klog("census: zone %s: %zu objects, were %zu",
		     now.zones[i].name, now.zones[i].live, was);
	}
	return differ;
}
