/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services.
 *
 * A declared service's port is made here. While inactive its receive right is
 * ours and messages wait in its queue; at check-in the right goes out with a
 * port-destroyed request armed, so that it comes back, queue and all, when
 * whoever holds it dies. Clients' send rights never notice.
 *
 * A registered service is only a send right; a dead-name request tells when
 * the entry must go.
 */
#include "bootstrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct service *service_find(struct context *c, const char *name)
{
	struct index_link *l = index_first(hash_of_name(c, name));
	struct service *s;

	for (; l != NULL; l = index_next(l)) {
		s = entry_of(l, struct service, by_name);
		if (s->context == c && strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

struct service *service_look_up(struct context *c, const char *name)
{
	for (; c != NULL; c = c->parent) {
		struct service *s = service_find(c, name);

		if (s != NULL)
			return s->hidden ? NULL : s;
	}
	return NULL;
}

static struct service *service_add(struct way *w, const char *name,
				   mach_port_t port)
{
	struct service *s;

	if (!account_charge(w->account, SERVICES))
		return NULL;
	s = calloc(1, sizeof *s);
	if (s == NULL) {
		account_credit(w->account, SERVICES);
		return NULL;
	}
	snprintf(s->name, sizeof s->name, "%s", name);
	s->port = port;
	s->account = w->account;
	s->context = w->context;
	link_insert(&s->context->services, &s->in_context);
	index_insert(&s->by_name, hash_of_name(s->context, s->name));
	return s;
}

struct service *service_create(struct way *w, const char *name)
{
	mach_port_t self = mach_task_self(), port;
	struct service *s;

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port) !=
	    KERN_SUCCESS)
		return NULL;
	if (mach_port_insert_right(self, port, port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS ||
	    (s = service_add(w, name, port)) == NULL) {
		mach_port_destroy(self, port);
		return NULL;
	}
	s->declared = true;
	s->owner = w->server;
	if (s->owner != NULL)
		link_insert(&s->owner->owns, &s->in_owner);
	index_insert(&s->by_port, hash_of_port(INDEX_DECLARED, port));
	return s;
}

struct service *service_register(struct way *w, const char *name,
				 mach_port_t port)
{
	struct service *s = service_add(w, name, port);

	if (s == NULL)
		return NULL;
	s->active = true;
	s->hidden = port == MACH_PORT_NULL;
	if (!s->hidden)
		index_insert(&s->by_port,
			     hash_of_port(INDEX_REGISTERED, port));
	return s;
}

/* Asks for the return of a receive right that is about to go out. */
static bool service_arm(struct service *s)
{
	mach_port_t previous = MACH_PORT_NULL;

	if (mach_port_request_notification(
		    mach_task_self(), s->port, MACH_NOTIFY_PORT_DESTROYED, 0,
		    return_port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
		    &previous) != KERN_SUCCESS)
		return false;
	if (previous != MACH_PORT_NULL)
		mach_port_deallocate(mach_task_self(), previous);
	return true;
}

bool service_check_in(struct service *s, struct server *server)
{
	if (!service_arm(s))
		return false;
	s->active = true;
	s->holder = server;
	if (server != NULL) {
		link_insert(&server->holds, &s->in_holder);
		server->served = true;
	}
	return true;
}

static void holder_forget(struct service *s)
{
	link_remove(&s->in_holder);
	s->holder = NULL;
}

static void port_release(const struct service *s)
{
	if (s->declared && !s->active)
		mach_port_destroy(mach_task_self(), s->port);
	else if (s->declared)
		mach_port_deallocate(mach_task_self(), s->port);
	else if (!s->hidden)
		watched_release(s->port);
}

void service_remove(struct service *s)
{
	index_work++;
	index_remove(&s->by_name);
	index_remove(&s->by_port);
	link_remove(&s->in_context);
	link_remove(&s->in_owner);
	holder_forget(s);
	port_release(s);
	account_credit(s->account, SERVICES);
	free(s);
}

void services_destroy(struct context *c)
{
	while (c->services != NULL)
		service_remove(entry_of(c->services, struct service,
					in_context));
}

void services_forget_server(struct server *server)
{
	while (server->owns != NULL)
		service_remove(entry_of(server->owns, struct service,
					in_owner));
	while (server->holds != NULL)
		holder_forget(entry_of(server->holds, struct service,
				       in_holder));
}

static struct service *service_of_port(enum index_kind kind, mach_port_t port)
{
	struct index_link *l = index_first(hash_of_port(kind, port));
	struct service *s;

	for (; l != NULL; l = index_next(l)) {
		s = entry_of(l, struct service, by_port);
		if (s->port == port)
			return s;
	}
	return NULL;
}

bool service_registered(mach_port_t port)
{
	return service_of_port(INDEX_REGISTERED, port) != NULL;
}

bool service_returned(mach_port_t port)
{
	struct service *s = service_of_port(INDEX_DECLARED, port);

	if (s == NULL)
		return false;
	s->active = false;
	holder_forget(s);
	if (s->owner != NULL && s->owner->created)
		created_watch(s->owner, port);
	return true;
}

void services_port_died(mach_port_t name)
{
	struct service *s;

	while ((s = service_of_port(INDEX_REGISTERED, name)) != NULL)
		service_remove(s);
}
