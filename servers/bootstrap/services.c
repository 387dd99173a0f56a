/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services of one context.
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
	for (struct service *s = c->services; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s;
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

/* What a subset's clients, who are anybody, may make of us. */
#define SUBSET_SERVICES_MAX 1024

static bool has_room(const struct context *c)
{
	unsigned n = 0;

	if (c->parent == NULL)
		return true;
	for (struct service *s = c->services; s != NULL; s = s->next)
		n++;
	return n < SUBSET_SERVICES_MAX;
}

static struct service *service_add(struct context *c, const char *name)
{
	struct service *s = has_room(c) ? calloc(1, sizeof *s) : NULL;

	if (s == NULL)
		return NULL;
	snprintf(s->name, sizeof s->name, "%s", name);
	s->next = c->services;
	c->services = s;
	return s;
}

static void service_unlink(struct context *c, struct service *s)
{
	struct service **p = &c->services;

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
}

struct service *service_create(struct context *c, const char *name,
			       struct server *owner)
{
	mach_port_t self = mach_task_self(), port;
	struct service *s;

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port) !=
	    KERN_SUCCESS)
		return NULL;
	if (mach_port_insert_right(self, port, port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS ||
	    (s = service_add(c, name)) == NULL) {
		mach_port_destroy(self, port);
		return NULL;
	}
	s->port = port;
	s->declared = true;
	s->owner = owner;
	return s;
}

struct service *service_register(struct context *c, const char *name,
				 mach_port_t port)
{
	struct service *s = service_add(c, name);

	if (s == NULL)
		return NULL;
	s->port = port;
	s->active = true;
	s->hidden = port == MACH_PORT_NULL;
	return s;
}

bool service_arm(struct service *s)
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

void service_remove(struct context *c, struct service *s)
{
	service_unlink(c, s);
	if (s->port != MACH_PORT_NULL && s->declared && !s->active)
		mach_port_destroy(mach_task_self(), s->port);
	else if (s->port != MACH_PORT_NULL)
		mach_port_deallocate(mach_task_self(), s->port);
	free(s);
}

void services_destroy(struct context *c)
{
	while (c->services != NULL)
		service_remove(c, c->services);
}

static struct service *registered_with(struct context *c, mach_port_t name)
{
	for (struct service *s = c->services; s != NULL; s = s->next)
		if (!s->declared && !s->hidden && s->port == name)
			return s;
	return NULL;
}

void services_port_died(struct context *c, mach_port_t name)
{
	struct service *s;

	while ((s = registered_with(c, name)) != NULL)
		service_remove(c, s);
}
