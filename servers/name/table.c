/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table with chains; the port names are send rights of this task.
 * Each entry is also a record for a successor: written before an answer says
 * so, removed before a right goes. */
#include "table.h"

#include <ctype.h>
#include <mach/mach.h>
#include <server/state.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS	    256

struct entry {
	struct entry *next;
	netname_name_t name; /* folded */
	mach_port_t port, signature;
	unsigned record;
};

static struct entry *buckets[BUCKETS];

static void fold(netname_name_t to, const char *from)
{
	size_t i;

	for (i = 0; i < sizeof(netname_name_t) - 1 && from[i] != '\0'; i++)
		to[i] = (char)toupper((unsigned char)from[i]);
	to[i] = '\0';
}

/* The entry as a successor will find it. */
static struct name_record record_of(const struct entry *e)
{
	struct name_record r = {.port = e->port, .signature = e->signature};

	memcpy(r.name, e->name, sizeof r.name);
	return r;
}

static struct entry **bucket(const char *folded)
{
	unsigned hash = 0;

	while (*folded != '\0')
		hash = hash * 31 + (unsigned char)*folded++;
	return &buckets[hash % BUCKETS];
}

/* Where the link to the entry is; *link NULL: there is none. */
static struct entry **find(const char *name)
{
	netname_name_t folded;
	struct entry **link;

	fold(folded, name);
	link = bucket(folded);
	while (*link != NULL && strcmp((*link)->name, folded) != 0)
		link = &(*link)->next;
	return link;
}

static void port_release(mach_port_t port)
{
	if (MACH_PORT_VALID(port))
		mach_port_deallocate(mach_task_self(), port);
}

static kern_return_t replace(struct entry *e, mach_port_t signature,
			     mach_port_t port)
{
	struct name_record r;
	mach_port_t old = e->port;

	if (e->signature != signature)
		return NETNAME_NOT_YOURS;
	e->port = port;
	r = record_of(e);
	state_set(e->record, &r);
	port_release(old);
	port_release(signature); /* the entry has its own */
	return NETNAME_SUCCESS;
}

kern_return_t table_enter(const char *name, mach_port_t signature,
			  mach_port_t port)
{
	struct entry **link = find(name), *e = *link;
	struct name_record r;

	if (e != NULL)
		return replace(e, signature, port);
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return KERN_RESOURCE_SHORTAGE;
	fold(e->name, name);
	e->port = port;
	e->signature = signature;
	r = record_of(e);
	e->record = state_add(&r);
	if (e->record == STATE_NONE) {
		free(e);
		return KERN_RESOURCE_SHORTAGE;
	}
	*link = e;
	return NETNAME_SUCCESS;
}

mach_port_t table_find(const char *name)
{
	struct entry *e = *find(name);

	return e != NULL ? e->port : MACH_PORT_NULL;
}

static void unlink_free(struct entry **link)
{
	struct entry *e = *link;

	state_remove(e->record);
	*link = e->next;
	port_release(e->port);
	port_release(e->signature);
	free(e);
}

kern_return_t table_remove(const char *name, mach_port_t signature)
{
	struct entry **link = find(name);

	if (*link == NULL)
		return NETNAME_NOT_CHECKED_IN;
	if ((*link)->signature != signature)
		return NETNAME_NOT_YOURS;
	unlink_free(link);
	return NETNAME_SUCCESS;
}

void table_port_died(mach_port_t name)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct entry **link = &buckets[i];

		while (*link != NULL) {
			if ((*link)->port == name || (*link)->signature == name)
				unlink_free(link);
			else
				link = &(*link)->next;
		}
	}
}
