/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contexts, and the ports through which they are reached.
 *
 * A subset lives as long as its requestor, and no longer than the context it
 * hangs below: with a session everything ends that was made in it, whatever
 * requestors it named.
 */
#include "bootstrap.h"

#include <server/notify.h>
#include <stdlib.h>

/* What a look-up climbs at most. */
#define CONTEXT_DEPTH_MAX 16

struct context *root_context;

struct context *context_create(struct context *parent)
{
	struct context *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->parent = parent;
	c->depth = parent != NULL ? parent->depth + 1 : 0;
	if (parent != NULL)
		link_insert(&parent->children, &c->sibling);
	return c;
}

static void context_destroy(struct context *c)
{
	link_remove(&c->sibling);
	free(c);
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

static void way_open(struct way *w)
{
	w->port = way_port_create();
	if (w->port != MACH_PORT_NULL)
		index_insert(&w->by_port, hash_of_port(INDEX_WAY, w->port));
}

static void way_close(struct way *w)
{
	index_remove(&w->by_port);
	if (w->port != MACH_PORT_NULL)
		mach_port_destroy(mach_task_self(), w->port);
	w->port = MACH_PORT_NULL;
}

struct way *way_create(struct context *context, struct server *server,
		       struct account *account)
{
	struct way *w = account != NULL ? calloc(1, sizeof *w) : NULL;

	if (w == NULL)
		goto no_way;
	way_open(w);
	if (w->port == MACH_PORT_NULL)
		goto no_port;
	w->context = context;
	w->server = server;
	w->account = account;
	return w;
no_port:
	free(w);
no_way:
	if (account != NULL)
		account_unref(account);
	return NULL;
}

void way_renew(struct way *w)
{
	way_close(w);
	way_open(w);
}

void way_destroy(struct way *w)
{
	way_close(w);
	index_remove(&w->by_requestor);
	account_unref(w->account);
	free(w);
}

struct way *way_find(mach_port_t port)
{
	struct index_link *l = index_first(hash_of_port(INDEX_WAY, port));
	struct way *w;

	for (; l != NULL; l = index_next(l)) {
		w = entry_of(l, struct way, by_port);
		if (w->port == port)
			return w;
	}
	return NULL;
}

struct way *way_unprivileged(void)
{
	static struct way *way;

	if (way == NULL)
		way = way_create(root_context, NULL,
				 account_create(ACCOUNT_SESSION));
	return way;
}

/* --- subsets */

/* The way to a new context below that of another way, not charged yet. */
static struct way *subset_open(struct way *from)
{
	struct context *c = context_create(from->context);
	struct way *w;

	if (c == NULL)
		return NULL;
	w = way_create(c, NULL, account_for_subset(from->account));
	if (w == NULL)
		context_destroy(c);
	else
		c->way = w;
	return w;
}

struct way *subset_create(struct way *from, mach_port_t requestor)
{
	struct way *w;

	if (from->context->depth >= CONTEXT_DEPTH_MAX ||
	    !account_charge(from->account, CONTEXTS))
		return NULL;
	w = subset_open(from);
	if (w == NULL) {
		account_credit(from->account, CONTEXTS);
		return NULL;
	}
	w->context->charged = from->account;
	w->requestor = requestor;
	index_insert(&w->by_requestor, hash_of_port(INDEX_REQUESTOR, requestor));
	return w;
}

static struct way *way_of_requestor(mach_port_t name)
{
	struct index_link *l = index_first(hash_of_port(INDEX_REQUESTOR, name));
	struct way *w;

	for (; l != NULL; l = index_next(l)) {
		w = entry_of(l, struct way, by_requestor);
		if (w->requestor == name)
			return w;
	}
	return NULL;
}

/* At most CONTEXT_DEPTH_MAX of itself at a time. */
static void subset_destroy(struct context *c)
{
	mach_port_t requestor;

	while (c->children != NULL)
		subset_destroy(entry_of(c->children, struct context, sibling));
	index_work++;
	services_destroy(c);
	requestor = c->way->requestor;
	way_destroy(c->way);
	watched_release(requestor);
	account_credit(c->charged, CONTEXTS);
	context_destroy(c);
}

void watched_release(mach_port_t name)
{
	mach_port_deallocate(mach_task_self(), name);
	if (!service_registered(name) && way_of_requestor(name) == NULL &&
	    server_by_task(name) == NULL && server_by_corpse(name) == NULL)
		(void)notify_request_dead_name(name, MACH_PORT_NULL);
}

void port_died(mach_port_t name)
{
	struct way *w;

	services_port_died(name);
	while ((w = way_of_requestor(name)) != NULL)
		subset_destroy(w->context);
}
