/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of the model, and what moves in it.
 *
 * Notifications queue in an order that programs can see, so what the kernel
 * promises about it is here too: a dying port's messages go first, then the
 * dead-name requests in the order they were made, then its own requests; what
 * a destroyed message destroys in turn waits until that message is gone.
 */
#include "model.h"

#include <string.h>

struct m_task m_tasks[MODEL_TASKS];
unsigned m_serial;

static struct m_port ports[MODEL_PORTS];
static struct m_set sets[MODEL_PORTS];
static struct m_message messages[MODEL_QUEUED], *free_messages;
static struct m_message *doomed, **doomed_end; /* being worked off, or NULL */

void m_reset(void)
{
	memset(m_tasks, 0, sizeof m_tasks);
	memset(ports, 0, sizeof ports);
	memset(sets, 0, sizeof sets);
	free_messages = NULL;
	doomed_end = NULL;
	m_serial = 0;
	for (unsigned i = 0; i < MODEL_QUEUED; i++)
		m_message_free(&messages[i]);
}

/* --- names --- */

struct m_entry *m_find(int task, mach_port_name_t name)
{
	for (unsigned i = 0; name != 0 && i < MODEL_ENTRIES; i++)
		if (m_tasks[task].entry[i].name == name)
			return &m_tasks[task].entry[i];
	return NULL;
}

struct m_entry *m_entry_new(int task, mach_port_name_t name, bool chosen)
{
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		struct m_entry *e = &m_tasks[task].entry[i];

		if (e->name != 0)
			continue;
		*e = (struct m_entry){.name = name, .chosen = chosen};
		m_tasks[task].count++;
		return e;
	}
	return NULL;
}

void m_entry_free(int task, struct m_entry *e)
{
	struct m_task *t = &m_tasks[task];

	t->stale[t->stale_at++ % MODEL_STALE] = e->name;
	t->count--;
	e->name = 0;
}

struct m_entry *m_name_of(int task, const struct m_port *p)
{
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		struct m_entry *e = &m_tasks[task].entry[i];

		if (e->name != 0 && e->type & (T_SEND | T_RECEIVE) &&
		    e->port == p)
			return e;
	}
	return NULL;
}

/* A port's slot is free when nothing in the model leads to it. */
static bool right_to(const struct m_right *r, const struct m_port *p)
{
	return r->port == p;
}

static bool message_to(const struct m_message *m, const struct m_port *p)
{
	bool found = right_to(&m->dest, p) || right_to(&m->reply, p);

	for (unsigned i = 0; i < m->items; i++)
		found |= right_to(&m->item[i], p);
	return found;
}

static bool reachable(const struct m_port *p)
{
	for (unsigned t = 0; t < MODEL_TASKS; t++)
		for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
			const struct m_entry *e = &m_tasks[t].entry[i];
			if (e->name != 0 &&
			    (e->port == p || e->request.port == p))
				return true;
		}
	for (unsigned i = 0; i < MODEL_PORTS; i++) {
		const struct m_port *q = &ports[i];
		if (!q->used || !q->alive)
			continue;
		if (right_to(&q->no_senders, p) || right_to(&q->destroyed, p))
			return true;
		for (const struct m_message *m = q->queue; m; m = m->next)
			if (message_to(m, p))
				return true;
	}
	return false;
}

static void collect_ports(void)
{
	for (unsigned i = 0; i < MODEL_PORTS; i++)
		if (ports[i].used && !ports[i].alive && !reachable(&ports[i]))
			ports[i].used = false;
}

struct m_port *m_port_new(int task, mach_port_name_t name)
{
	for (unsigned again = 0; again < 2; again++) {
		for (unsigned i = 0; i < MODEL_PORTS; i++)
			if (!ports[i].used) {
				ports[i] = (struct m_port){
					.used = true,
					.alive = true,
					.task = task,
					.name = name,
					.qlimit = MACH_PORT_QLIMIT_DEFAULT,
				};
				return &ports[i];
			}
		collect_ports();
	}
	__builtin_trap(); /* MODEL_PORTS is too small */
}

struct m_set *m_set_new(void)
{
	for (unsigned i = 0;; i++)
		if (!sets[i].used) {
			sets[i].used = true;
			return &sets[i];
		}
}

/* --- messages --- */

struct m_message *m_message_new(void)
{
	struct m_message *m = free_messages;

	if (m != NULL) {
		free_messages = m->next;
		memset(m, 0, sizeof *m);
	}
	return m;
}

void m_message_free(struct m_message *m)
{
	m->next = free_messages;
	free_messages = m;
}

static void destroy_one(struct m_message *m)
{
	for (unsigned i = 0; i < m->items; i++)
		m_release(m->item[i]);
	m_release(m->reply);
	m_release(m->dest);
	m_message_free(m);
}

void m_message_destroy(struct m_message *m)
{
	m->next = NULL;
	if (doomed_end != NULL) {
		*doomed_end = m;
		doomed_end = &m->next;
		return;
	}
	doomed = m;
	doomed_end = &m->next;
	while ((m = doomed) != NULL) {
		doomed = m->next;
		if (doomed == NULL)
			doomed_end = &doomed;
		destroy_one(m);
	}
	doomed_end = NULL;
}

void m_post(struct m_message *m)
{
	struct m_port *p = m->dest.port;
	struct m_message **end;

	if (p == NULL || !p->alive) {
		m_message_destroy(m);
		return;
	}
	for (end = &p->queue; *end != NULL; end = &(*end)->next)
		;
	m->next = NULL;
	*end = m;
	p->count++;
}

void m_notify(struct m_right to, int id, uint32_t value, bool has_value)
{
	struct m_message *m;

	if (to.kind == M_NONE)
		return;
	m = m_message_new();
	if (m == NULL)
		__builtin_trap(); /* MODEL_QUEUED is too small */
	m->id = id;
	m->kernel = true;
	m->value = value;
	m->has_value = has_value;
	m->dest = to;
	m_post(m);
}

/* --- ports --- */

bool m_transit_enter(struct m_port *p, struct m_port *dest)
{
	for (struct m_port *q = dest; q != NULL; q = q->transit)
		if (q == p)
			return false;
	p->transit = dest;
	return true;
}

void m_leave_space(struct m_port *p)
{
	p->set = NULL;
	p->task = -1;
	p->name = 0;
	p->mscount = 0;
	p->seqno = 0;
}

static void entry_dies(int task, struct m_entry *e)
{
	if (e->compat) {
		m_entry_free(task, e);
		return;
	}
	if (e->type & T_ONCE)
		e->urefs = 1;
	e->type = T_DEAD;
	e->port = NULL;
	if (e->request.kind != M_NONE)
		e->urefs++;
	e->request = (struct m_right){0};
}

struct death {
	struct m_right to;
	mach_port_name_t name;
	unsigned serial;
};

static unsigned bury(struct m_port *p, struct death *list)
{
	unsigned n = 0;

	for (int t = 0; t < MODEL_TASKS; t++)
		for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
			struct m_entry *e = &m_tasks[t].entry[i];
			if (e->name == 0 || e->port != p ||
			    e->type & (T_SET | T_DEAD))
				continue;
			if (e->request.kind != M_NONE)
				list[n++] = (struct death){e->request, e->name,
							   e->request_serial};
			entry_dies(t, e);
		}
	return n;
}

static void tell_deaths(struct death *list, unsigned n)
{
	for (unsigned told = 0; told < n; told++) {
		struct death *first = NULL;

		for (unsigned i = 0; i < n; i++)
			if (list[i].to.kind != M_NONE &&
			    (first == NULL || list[i].serial < first->serial))
				first = &list[i];
		m_notify(first->to, MACH_NOTIFY_DEAD_NAME, first->name, true);
		first->to.kind = M_NONE;
	}
}

static void kill_port(struct m_port *p)
{
	struct death list[MODEL_TASKS * MODEL_ENTRIES];
	struct m_message *m = p->queue, *next;
	struct m_right own[2] = {p->no_senders, p->destroyed};
	unsigned n;

	p->alive = false;
	m_leave_space(p);
	p->transit = NULL;
	p->queue = NULL;
	p->no_senders = p->destroyed = (struct m_right){0};
	n = bury(p, list);
	for (; m != NULL; m = next) {
		next = m->next;
		m_message_destroy(m);
	}
	tell_deaths(list, n);
	m_release(own[0]);
	m_release(own[1]);
}

/* The receive right is given up: to its heir, else the port dies. */
static void destroy_port(struct m_port *p)
{
	struct m_right heir = p->destroyed;
	struct m_message *m;

	p->transit = NULL;
	if (heir.kind == M_NONE) {
		kill_port(p);
		return;
	}
	p->destroyed = (struct m_right){0};
	m_leave_space(p);
	if (!heir.port->alive) {
		kill_port(p);
		return;
	}
	m = m_message_new();
	if (m == NULL)
		__builtin_trap();
	m->id = MACH_NOTIFY_PORT_DESTROYED;
	m->kernel = true;
	m->dest = heir;
	m->items = 1;
	m->item[0] = (struct m_right){M_RECEIVE, p};
	if (m_transit_enter(p, heir.port))
		m_post(m);
	else
		m_message_destroy(m);
}

static void release_send(struct m_port *p)
{
	struct m_right to = p->no_senders;

	if (!p->alive || --p->srights != 0 || to.kind == M_NONE)
		return;
	p->no_senders = (struct m_right){0};
	m_notify(to, MACH_NOTIFY_NO_SENDERS, p->mscount, true);
}

void m_release(struct m_right right)
{
	switch (right.kind) {
	case M_NONE:
	case M_DEAD:
		break;
	case M_SEND:
		release_send(right.port);
		break;
	case M_ONCE:
		if (right.port->alive)
			m_notify(right, MACH_NOTIFY_SEND_ONCE, 0, false);
		break;
	case M_RECEIVE:
		destroy_port(right.port);
		break;
	}
}

/* --- requests of names --- */

void m_request_outlived(struct m_entry *e, struct m_after *after)
{
	if (e->request.kind == M_NONE)
		return;
	after->fire[after->n].to = e->request;
	after->fire[after->n++].name = e->name;
	e->request = (struct m_right){0};
}

void m_after_fire(struct m_after *after)
{
	for (unsigned i = 0; i < after->n; i++)
		m_notify(after->fire[i].to, MACH_NOTIFY_PORT_DELETED,
			 after->fire[i].name, true);
	after->n = 0;
}

void m_make_native(struct m_entry *e)
{
	e->compat = false;
}

/* --- rights in --- */

void m_settle_receive(int task, struct m_entry *e, bool compat)
{
	struct m_port *p = e->port;

	e->type |= T_RECEIVE;
	p->task = task;
	p->name = e->name;
	p->transit = NULL;
	p->mscount = 0;
	p->seqno = 0;
	if (compat && !(e->type & T_SEND)) {
		p->srights++;
		e->type |= T_SEND;
		e->urefs = 1;
	}
}

static void merge_send(struct m_entry *e, bool compat)
{
	if (!(e->type & T_SEND)) {
		e->type |= T_SEND;
		e->urefs = 1;
		return;
	}
	e->port->srights--;
	if (compat)
		return;
	m_make_native(e);
	if (e->urefs < MACH_PORT_UREFS_MAX - 1)
		e->urefs++;
}

static bool is_new(int task, mach_port_name_t name)
{
	if (name == 0 || name == ~0u || m_find(task, name) != NULL)
		return false;
	for (unsigned i = 0; i < MODEL_STALE; i++)
		if (m_tasks[task].stale[i] == name)
			return false;
	return true;
}

static bool put_fresh(int task, struct m_right right, bool compat,
		      mach_port_name_t name)
{
	struct m_entry *e;

	if (!is_new(task, name))
		return model_differs("name %x is not new in task %d", name,
				     task);
	e = m_entry_new(task, name, false);
	e->port = right.port;
	e->compat = compat;
	if (right.kind == M_RECEIVE) {
		m_settle_receive(task, e, compat);
		return true;
	}
	e->type = right.kind == M_SEND ? T_SEND : T_ONCE;
	e->urefs = 1;
	return true;
}

bool m_put(int task, struct m_right right, bool compat, mach_port_name_t name)
{
	struct m_entry *e = NULL;

	if (right.kind == M_NONE || right.kind == M_DEAD || !right.port->alive) {
		mach_port_name_t want = right.kind == M_NONE ? 0 : ~0u;
		return name == want ||
		       model_differs("name %x, not %x", name, want);
	}
	if (right.kind != M_ONCE)
		e = m_name_of(task, right.port);
	if (e == NULL)
		return put_fresh(task, right, compat, name);
	if (e->name != name)
		return model_differs("name %x, not %x", name, e->name);
	if (right.kind == M_SEND) {
		merge_send(e, compat);
		return true;
	}
	if (!compat)
		m_make_native(e);
	m_settle_receive(task, e, compat);
	return true;
}
