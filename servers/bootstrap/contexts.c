/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts, and the ports through which they are reached.
 *
 * A subset lives as long as its requestor. Its own subsets hang below it:
 * when it dies it loses its services at once, and itself when they are gone.
 */
#include "bootstrap.h"

#include <stdlib.h>

struct context *root_context;
static struct context *contexts;
static struct way *ways;

struct context *context_create(struct context *parent)
{
	struct context *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->parent = parent;
	if (parent != NULL)
		parent->children++;
	c->depth = parent != NULL ? parent->depth + 1 : 0;
	c->next = contexts;
	contexts = c;
	return c;
}

static void context_unlink(struct context *c)
{
	struct context **p = &contexts;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
}

/* Frees a dead context and the dead ancestors it was the last child of. */
static void context_release(struct context *c)
{
	while (c->dead && c->children == 0) {
		struct context *parent = c->parent;

		context_unlink(c);
		free(c);
		parent->children--; /* the root never dies */
		c = parent;
	}
}

/* A receive right in the set. */
static mach_port_t way_port_create(void)
{
	mach_port_t self = mach_task_self(), port;

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port) !=
	    KERN_SUCCESS)
		return MACH_PORT_NULL;
	if (mach_port_move_member(self, port, event_set) != KERN_SUCCESS) {
		mach_port_destroy(self, port);
		return MACH_PORT_NULL;
	}
	return port;
}

struct way *way_create(struct context *context, struct server *server)
{
	struct way *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->port = way_port_create();
	if (w->port == MACH_PORT_NULL) {
		free(w);
		return NULL;
	}
	w->context = context;
	w->server = server;
	w->next = ways;
	ways = w;
	return w;
}

void way_renew(struct way *w)
{
	if (w->port != MACH_PORT_NULL)
		mach_port_destroy(mach_task_self(), w->port);
	w->port = way_port_create();
}

void way_destroy(struct way *w)
{
	struct way **p = &ways;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	mach_port_destroy(mach_task_self(), w->port);
	free(w);
}

struct way *way_find(mach_port_t port)
{
	for (struct way *w = ways; w != NULL; w = w->next)
		if (w->port == port)
			return w;
	return NULL;
}

struct way *way_unprivileged(void)
{
	static struct way *way;

	if (way == NULL)
		way = way_create(root_context, NULL);
	return way;
}

/* Anybody with a bootstrap port makes subsets; those near the root, which are
 * the system's and the users', keep room that what users nest cannot take. */
#define CONTEXTS_MAX	   256
#define CONTEXTS_DEEP_MAX  128
#define CONTEXT_DEEP	   3

static bool contexts_have_room(const struct context *parent)
{
	unsigned n = 0, deep = 0;

	for (struct context *c = contexts; c != NULL; c = c->next) {
		n++;
		deep += c->depth >= CONTEXT_DEEP;
	}
	return n < CONTEXTS_MAX && (parent->depth + 1 < CONTEXT_DEEP ||
				    deep < CONTEXTS_DEEP_MAX);
}

struct way *subset_create(struct context *parent, mach_port_t requestor)
{
	struct context *c = contexts_have_room(parent) ?
				    context_create(parent) : NULL;
	struct way *w;

	if (c == NULL)
		return NULL;
	w = way_create(c, NULL);
	if (w == NULL) {
		c->dead = true;
		context_release(c);
		return NULL;
	}
	w->requestor = requestor;
	return w;
}

static void subset_die(struct way *w)
{
	struct context *c = w->context;

	mach_port_deallocate(mach_task_self(), w->requestor);
	way_destroy(w);
	services_destroy(c);
	c->dead = true;
	context_release(c);
}

static struct way *way_of_requestor(mach_port_t name)
{
	for (struct way *w = ways; w != NULL; w = w->next)
		if (w->requestor == name)
			return w;
	return NULL;
}

void port_died(mach_port_t name)
{
	struct way *w;

	for (struct context *c = contexts; c != NULL; c = c->next)
		services_port_died(c, name);
	while ((w = way_of_requestor(name)) != NULL)
		subset_die(w);
}

/* The service whose port this is, in any context. */
static struct service *service_of_port(mach_port_t port)
{
	for (struct context *c = contexts; c != NULL; c = c->next)
		for (struct service *s = c->services; s != NULL; s = s->next)
			if (s->port == port)
				return s;
	return NULL;
}

bool service_returned(mach_port_t port)
{
	struct service *s = service_of_port(port);

	if (s == NULL || !s->declared)
		return false;
	s->active = false;
	s->holder = NULL;
	if (s->owner != NULL && s->owner->created)
		created_watch(s->owner, port);
	return true;
}

bool service_held_by(const struct server *server)
{
	for (struct service *s = root_context->services; s != NULL; s = s->next)
		if (s->holder == server)
			return true;
	return false;
}

bool service_owned_by(const struct server *server)
{
	for (struct service *s = root_context->services; s != NULL; s = s->next)
		if (s->owner == server)
			return true;
	return false;
}
