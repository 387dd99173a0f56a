/* SPDX-License-Identifier: BSD-2-Clause */
/* Found by name, port and signature; the port names are send rights of this
 * task. Each entry is also a record for a successor: written before an answer says
 * so, removed before a right goes. */
#include "table.h"

#include <ctype.h>
#include <mach/mach.h>
#include <server/index.h>
#include <server/state.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct index_link by_name, by_port, by_signature;
	netname_name_t name; /* folded */
	mach_port_t port, signature;
	unsigned record;
};

enum { BY_PORT, BY_SIGNATURE };

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

static struct entry *find(const char *name)
{
	netname_name_t folded;
	struct index_link *l;

	fold(folded, name);
	for (l = index_first(hash_of_name(NULL, folded)); l != NULL;
	     l = index_next(l)) {
		struct entry *e = entry_of(l, struct entry, by_name);

		if (strcmp(e->name, folded) == 0)
			return e;
	}
	return NULL;
}

static void port_index(struct entry *e)
{
	index_insert(&e->by_port, hash_of_port(BY_PORT, e->port));
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
	index_remove(&e->by_port);
	e->port = port;
	port_index(e);
	r = record_of(e);
	state_set(e->record, &r);
	port_release(old);
	port_release(signature); /* the entry has its own */
	return NETNAME_SUCCESS;
}

kern_return_t table_enter(const char *name, mach_port_t signature,
			  mach_port_t port)
{
	struct entry *e = find(name);
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
	index_insert(&e->by_name, hash_of_name(NULL, e->name));
	port_index(e);
	if (MACH_PORT_VALID(signature))
		index_insert(&e->by_signature,
			     hash_of_port(BY_SIGNATURE, signature));
	return NETNAME_SUCCESS;
}

mach_port_t table_find(const char *name)
{
	struct entry *e = find(name);

	return e != NULL ? e->port : MACH_PORT_NULL;
}

static void entry_destroy(struct entry *e)
{
	state_remove(e->record);
	index_remove(&e->by_name);
	index_remove(&e->by_port);
	index_remove(&e->by_signature);
	port_release(e->port);
	port_release(e->signature);
	free(e);
}

kern_return_t table_remove(const char *name, mach_port_t signature)
{
	struct entry *e = find(name);

	if (e == NULL)
		return NETNAME_NOT_CHECKED_IN;
	if (e->signature != signature)
		return NETNAME_NOT_YOURS;
	entry_destroy(e);
	return NETNAME_SUCCESS;
}

static struct entry *entry_of_port(mach_port_t port)
{
	struct index_link *l = index_first(hash_of_port(BY_PORT, port));

	while (l != NULL && entry_of(l, struct entry, by_port)->port != port)
		l = index_next(l);
	return entry_of(l, struct entry, by_port);
}

static struct entry *entry_of_signature(mach_port_t port)
{
	struct index_link *l = index_first(hash_of_port(BY_SIGNATURE, port));

	while (l != NULL &&
	       entry_of(l, struct entry, by_signature)->signature != port)
		l = index_next(l);
	return entry_of(l, struct entry, by_signature);
}

void table_port_died(mach_port_t name)
{
	struct entry *e;

	while ((e = entry_of_port(name)) != NULL ||
	       (e = entry_of_signature(name)) != NULL)
		entry_destroy(e);
}
