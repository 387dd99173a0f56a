/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rights of all tasks put together.
 */
#include "portgraph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int task_of_id(const struct graph *g, int64_t id)
{
	for (size_t i = 0; id && i < g->task_count; i++)
		if (g->tasks[i].stat[TASK_STAT_ID] == id)
			return (int)i;
	return -1;
}

static void add_rights(struct graph *g, int holder, host_priv_t host)
{
	size_t n;
	struct watch_right *rights = watch_rights(
		host, g->tasks[holder].stat[TASK_STAT_ID], &n);

	g->rights = watch_alloc(g->rights, g->right_count + n,
				sizeof(*g->rights));
	for (size_t i = 0; i < n; i++)
		g->rights[g->right_count++] =
			(struct graph_right){holder, -1, rights[i]};
	free(rights);
}

/* --- ports: one for each identity --- */

static int by_identity(const void *a, const void *b)
{
	const struct graph_port *x = a, *y = b;

	return x->id > y->id ? 1 : x->id < y->id ? -1 : 0;
}

static void list_ports(struct graph *g)
{
	size_t n = 0;

	g->ports = watch_alloc(NULL, g->right_count, sizeof(*g->ports));
	for (size_t i = 0; i < g->right_count; i++) {
		const int64_t *w = g->rights[i].right.word;
		if (w[RIGHT_STAT_PORT])
			g->ports[n++] = (struct graph_port){
				.id = w[RIGHT_STAT_PORT],
				.receiver = -1,
				.kind = w[RIGHT_STAT_KIND],
				.about = task_of_id(g, w[RIGHT_STAT_TASK]),
				.is_set = w[RIGHT_STAT_TYPE] ==
					  MACH_PORT_TYPE_PORT_SET,
				.queued = w[RIGHT_STAT_QUEUED],
				.qlimit = w[RIGHT_STAT_QLIMIT],
				.set = -1,
			};
	}
	qsort(g->ports, n, sizeof(*g->ports), by_identity);
	for (size_t i = 0; i < n; i++)
		if (!i || g->ports[i].id != g->ports[g->port_count - 1].id)
			g->ports[g->port_count++] = g->ports[i];
}

static int find_port(const struct graph *g, int64_t id)
{
	struct graph_port key = {.id = id};
	struct graph_port *p = bsearch(&key, g->ports, g->port_count,
				       sizeof(key), by_identity);

	return id && p ? (int)(p - g->ports) : -1;
}

static void join(struct graph *g, struct graph_right *r)
{
	const int64_t *w = r->right.word;

	r->port = find_port(g, w[RIGHT_STAT_PORT]);
	if (r->port < 0)
		return;
	struct graph_port *p = &g->ports[r->port];
	bool receives = w[RIGHT_STAT_TYPE] &
			(MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET);
	if (receives) {
		p->receiver = r->holder;
		p->set = find_port(g, w[RIGHT_STAT_SET]);
	} else {
		p->holders++;
	}
}

/* Numbers in the order of the rights, which is that of the tasks. */
static void number_ports(struct graph *g)
{
	unsigned next = 1;

	for (size_t i = 0; i < g->right_count; i++) {
		int p = g->rights[i].port;
		if (p >= 0 && !g->ports[p].number)
			g->ports[p].number = next++;
	}
}

struct graph *graph_make(host_priv_t host)
{
	struct graph *g = watch_alloc(NULL, 1, sizeof(*g));

	memset(g, 0, sizeof(*g));
	g->tasks = watch_tasks(host, &g->task_count);
	for (size_t i = 0; i < g->task_count; i++)
		add_rights(g, (int)i, host);
	list_ports(g);
	for (size_t i = 0; i < g->right_count; i++)
		join(g, &g->rights[i]);
	number_ports(g);
	return g;
}

/* --- words --- */

static const char *const kind_names[HOST_OBJECT_KINDS] = {
	[HOST_OBJECT_TASK] = "task",
	[HOST_OBJECT_THREAD] = "thread of",
	[HOST_OBJECT_HOST] = "host",
	[HOST_OBJECT_HOST_PRIV] = "host (privileged)",
	[HOST_OBJECT_HOST_LIMITED] = "host (super-user)",
	[HOST_OBJECT_PSET] = "processor set (control)",
	[HOST_OBJECT_PSET_LIMITED] = "processor set (super-user)",
	[HOST_OBJECT_PSET_NAME] = "processor set",
	[HOST_OBJECT_PROCESSOR] = "processor",
	[HOST_OBJECT_ENTRY] = "memory entry",
	[HOST_OBJECT_OBJECT_NAME] = "memory object",
	[HOST_OBJECT_DEVICE_MASTER] = "device master",
	[HOST_OBJECT_DEVICE_IO] = "device registers",
	[HOST_OBJECT_DEVICE_IRQ] = "device interrupt",
	[HOST_OBJECT_MSG_TRACE] = "trace of messages",
};

const char *graph_label(const struct graph *g, int port, char *out)
{
	const struct graph_port *p = &g->ports[port];

	if (p->kind > 0 && p->kind < HOST_OBJECT_KINDS) {
		bool of_task = p->kind == HOST_OBJECT_TASK ||
			       p->kind == HOST_OBJECT_THREAD;
		snprintf(out, GRAPH_LABEL, "%s%s%s", kind_names[p->kind],
			 of_task ? " " : "",
			 !of_task	? "" :
			 p->about >= 0	? g->tasks[p->about].name :
					  "(ended)");
	} else if (p->receiver >= 0) {
		snprintf(out, GRAPH_LABEL, "%s%u of %s", p->is_set ? "set" : "p",
			 p->number, g->tasks[p->receiver].name);
	} else {
		snprintf(out, GRAPH_LABEL, "p%u in transit", p->number);
	}
	return out;
}

const char *graph_kind(int64_t type, char *out)
{
	static const struct {
		int64_t bit;
		const char *name;
	} names[] = {
		{MACH_PORT_TYPE_RECEIVE, "receive"},
		{MACH_PORT_TYPE_SEND, "send"},
		{MACH_PORT_TYPE_SEND_ONCE, "send-once"},
		{MACH_PORT_TYPE_PORT_SET, "set"},
		{MACH_PORT_TYPE_DEAD_NAME, "dead name"},
	};

	*out = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (type & names[i].bit) {
			if (*out)
				strcat(out, "+");
			strcat(out, names[i].name);
		}
	return out;
}

bool graph_concerns(const struct graph *g, const struct graph_right *r, int t)
{
	if (t < 0 || r->holder == t)
		return true;
	return r->port >= 0 && (g->ports[r->port].receiver == t ||
				g->ports[r->port].about == t);
}
