/* SPDX-License-Identifier: BSD-2-Clause */
/* From port names to what they stand for: a hash of chains. */
#include <stdlib.h>
#include "machine_i.h"

#define BUCKETS 512

struct port_link {
	struct port_link *next;
	mach_port_t name;
	enum port_kind kind;
	void *object;
};

static struct port_link *table[BUCKETS];

static struct port_link **port_place(mach_port_t name)
{
	struct port_link **at = &table[(name ^ name >> 20) % BUCKETS];

	while (*at && (*at)->name != name)
		at = &(*at)->next;
	return at;
}

void port_insert(mach_port_t name, enum port_kind kind, void *object)
{
	struct port_link **at = port_place(name);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return;
		(*at)->name = name;
	}
	(*at)->kind = kind;
	(*at)->object = object;
}

void *port_lookup(mach_port_t name, enum port_kind kind)
{
	struct port_link *link = *port_place(name);

	return link && link->kind == kind ? link->object : NULL;
}

void port_remove(mach_port_t name)
{
	struct port_link **at = port_place(name), *link = *at;

	if (!link)
		return;
	*at = link->next;
	free(link);
}
