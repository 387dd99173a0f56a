/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootstrap_info: every service that can be seen from a context, with the
 * server that declared it and whether it is active. bootstrap_counts: what we
 * hold for all.
 */
#include "bootstrap.h"

#include <mach/bootstrap_server.h>
#include <string.h>

/* Three regions of one length, or none. */
struct listing {
	name_array_t services, servers;
	bool_array_t active;
	unsigned count, room;
};

static bool allocate(void *where, vm_size_t size)
{
	vm_address_t at = 0;

	if (vm_allocate(mach_task_self(), &at, size, TRUE) != KERN_SUCCESS)
		return false;
	memcpy(where, &at, sizeof at);
	return true;
}

static void release(void *at, vm_size_t size)
{
	if (at != NULL)
		vm_deallocate(mach_task_self(), (vm_address_t)at, size);
}

static bool listing_create(struct listing *l, unsigned room)
{
	*l = (struct listing){.room = room};
	if (allocate(&l->services, room * sizeof(name_t)) &&
	    allocate(&l->servers, room * sizeof(name_t)) &&
	    allocate(&l->active, room * sizeof(boolean_t)))
		return true;
	release(l->services, room * sizeof(name_t));
	release(l->servers, room * sizeof(name_t));
	return false;
}

static void listing_add(struct listing *l, const struct service *s)
{
	if (l->count == l->room)
		return;
	memcpy(l->services[l->count], s->name, sizeof(name_t));
	if (s->owner != NULL)
		memcpy(l->servers[l->count], s->owner->config->name,
		       sizeof(name_t));
	l->active[l->count] = s->active;
	l->count++;
}

/* Services of this context and its ancestors that none nearer covers. */
static unsigned visible(struct context *from, struct listing *l)
{
	unsigned count = 0;

	for (struct context *c = from; c != NULL; c = c->parent)
		for (struct link *at = c->services; at != NULL; at = at->next) {
			struct service *s = entry_of(at, struct service,
						     in_context);

			if (service_look_up(from, s->name) != s)
				continue;
			if (l != NULL)
				listing_add(l, s);
			count++;
		}
	return count;
}

kern_return_t do_bootstrap_info(mach_port_t bootstrap, name_array_t *services,
				mach_msg_type_number_t *service_count,
				name_array_t *servers,
				mach_msg_type_number_t *server_count,
				bool_array_t *active,
				mach_msg_type_number_t *active_count)
{
	struct way *w = way_find(bootstrap);
	struct listing l;

	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (!listing_create(&l, visible(w->context, NULL)))
		return BOOTSTRAP_NO_MEMORY;
	visible(w->context, &l);
	*services = l.services;
	*servers = l.servers;
	*active = l.active;
	*service_count = *server_count = *active_count = l.count;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_counts(mach_port_t bootstrap, int *contexts,
				  int *services, int *servers, uint64_t *work)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL || w->server == NULL ||
	    !(w->server->config->grants & GRANT_TASKS))
		return BOOTSTRAP_NOT_PRIVILEGED;
	*contexts = (int)accounts_used[CONTEXTS];
	*services = (int)accounts_used[SERVICES];
	*servers = 0;
	for (struct server *s = server_next(NULL); s != NULL; s = server_next(s))
		++*servers;
	*work = index_work;
	return BOOTSTRAP_SUCCESS;
}
