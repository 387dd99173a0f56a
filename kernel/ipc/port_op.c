/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_port_*: names and references. (Receive rights and sets: port_attr.c;
 * requests: port_request.c; the manual's calls: port25.c.)
 *
 * Each call locks the space, finds the entry, checks, changes, unlocks, and
 * only then lets go of rights and fires requests.
 */
#include <ipc/entry_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

/* --- allocate --- */

/* A right made beforehand, so that entering it is all that is left. */
struct fresh {
	mach_port_right_t right;
	struct ipc_port *port;
	struct ipc_set *set;
};

static enum kr fresh_create(struct ipc_space *s, mach_port_right_t right,
			    struct fresh *f)
{
	*f = (struct fresh){right, NULL, NULL};
	switch (right) {
	case MACH_PORT_RIGHT_RECEIVE:
		return ipc_port_create(s->account, &f->port);
	case MACH_PORT_RIGHT_PORT_SET:
		return ipc_set_create(s->account, &f->set);
	case MACH_PORT_RIGHT_DEAD_NAME:
		return KR_SUCCESS;
	default:
		return KR_INVALID_VALUE;
	}
}

static void fresh_destroy(struct fresh *f)
{
	if (f->port)
		ipc_port_kill(f->port);
	if (f->set)
		ipc_set_destroy(f->set);
}

static void fresh_enter(struct ipc_space *s, struct fresh *f,
			struct ipc_entry *e)
{
	if (CONFIG_PROVENANCE)
		e->provenance = thread_self()->ipc.causal_id;
	if (f->port) {
		e->port = f->port;
		ipc_entry_receive(s, e, false); /* nobody else knows it yet */
	} else if (f->set) {
		e->set = f->set;
		e->set->name = e->name;
		e->type = TYPE_SET;
	} else {
		e->port = NULL;
		e->type = TYPE_DEAD;
		e->urefs = 1;
	}
}

/* Consumes what was made. */
[[gnu::noinline]] static enum kr enter(struct ipc_space *s, struct fresh *f,
				       bool chosen, mach_port_name_t *name)
{
	struct ipc_entry *e;
	enum kr kr;
	spin_lock(&s->lock);
	if (!s->active)
		kr = KR_INVALID_TASK;
	else if (chosen)
		kr = ipc_entry_alloc_name(s, *name, &e);
	else
		kr = ipc_entry_alloc(s, &e);
	if (kr == KR_SUCCESS) {
		fresh_enter(s, f, e);
		*name = e->name;
	}
	spin_unlock(&s->lock);
	if (kr != KR_SUCCESS)
		fresh_destroy(f);
	return kr;
}

[[gnu::noinline]] static enum kr allocate(struct ipc_space *s,
					  mach_port_right_t right, bool chosen,
					  mach_port_name_t *name)
{
	struct fresh f;
	enum kr kr = fresh_create(s, right, &f);
	return kr == KR_SUCCESS ? enter(s, &f, chosen, name) : kr;
}

/* The most frequent case: a port, and an entry is at hand for it. */
static enum kr allocate_port(struct ipc_space *s, mach_port_name_t *name)
{
	struct ipc_port *port;
	enum kr kr = ipc_port_create(s->account, &port);
	if (kr != KR_SUCCESS)
		return kr;
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_pop(s) : NULL;
	if (__builtin_expect(!e, 0)) {
		spin_unlock(&s->lock);
		struct fresh f = {MACH_PORT_RIGHT_RECEIVE, port, NULL};
		return enter(s, &f, false, name);
	}
	if (CONFIG_PROVENANCE)
		e->provenance = thread_self()->ipc.causal_id;
	e->port = port;
	ipc_entry_receive(s, e, false); /* nobody else knows it yet */
	*name = e->name;
	spin_unlock(&s->lock);
	return KR_SUCCESS;
}

enum kr ipc_port_op_allocate(struct ipc_space *s, mach_port_right_t right,
			     mach_port_name_t *name)
{
	return right == MACH_PORT_RIGHT_RECEIVE ?
		       allocate_port(s, name) :
		       allocate(s, right, false, name);
}

enum kr ipc_port_op_allocate_name(struct ipc_space *s, mach_port_right_t right,
				  mach_port_name_t name)
{
	if (!MACH_PORT_VALID(name))
		return KR_INVALID_VALUE;
	return allocate(s, right, true, &name);
}

/* --- giving up --- */

/* The entry of a live space, its port locked; NULL: kr tells why, and the
 * space's lock is released. */
static struct ipc_entry *find(struct ipc_space *s, mach_port_name_t name,
			      enum kr *kr) TRY_ACQUIRES(true, &s->lock)
{
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	if (e)
		return e;
	*kr = s->active ? KR_INVALID_NAME : KR_INVALID_TASK;
	spin_unlock(&s->lock);
	return NULL;
}

static void found_done(struct ipc_space *s, struct ipc_entry *e)
	RELEASES(&s->lock)
{
	ipc_entry_done(e);
	spin_unlock(&s->lock);
}

enum kr ipc_port_op_destroy(struct ipc_space *s, mach_port_name_t name)
{
	enum kr kr;
	struct ipc_entry_loot loot;
	struct list after;
	list_init(&after);
	struct ipc_entry *e = find(s, name, &kr);
	if (!e)
		return kr;
	ipc_entry_done(e);
	ipc_entry_clear(s, e, &loot, &after);
	spin_unlock(&s->lock);
	ipc_loot_release(&loot);
	ipc_requests_fire(&after);
	return KR_SUCCESS;
}

/* Which kinds of right a public number means. */
static uint8_t type_of(mach_port_right_t right)
{
	return right < MACH_PORT_RIGHT_NUMBER ? (uint8_t)(1u << right) : 0;
}

/* Port locked (unlocked here). One kind of right of the entry loses n of its
 * references; what is to be released comes back. KR_INVALID_VALUE: too few. */
static enum kr lose(struct ipc_space *s, struct ipc_entry *e, uint8_t type,
		    uint32_t n, struct ipc_entry_loot *loot, struct list *after)
{
	struct ipc_port *port = e->port;
	bool counted = type & (TYPE_SEND | TYPE_DEAD);
	if (n > (counted ? e->urefs : 1u))
		return KR_INVALID_VALUE;
	if (counted && n < e->urefs) {
		e->urefs -= (uint16_t)n;
		if (type == TYPE_SEND)
			ipc_entry_make_native(e, after);
		return KR_SUCCESS;
	}
	if (type == TYPE_SEND && e->type & TYPE_RECEIVE) {
		ipc_entry_make_native(e, after);
		e->type &= ~TYPE_SEND;
		e->urefs = 0;
		loot->right[0] = (struct ipc_right){port, RIGHT_SEND};
		return KR_SUCCESS;
	}
	if (type == TYPE_RECEIVE && e->type & TYPE_SEND) {
		ipc_entry_make_native(e, after);
		ipc_port_leave_space(port);
		e->type &= ~TYPE_RECEIVE;
		ipc_reverse_insert(s, e);
		loot->right[1] = (struct ipc_right){port, RIGHT_RECEIVE};
		return KR_SUCCESS;
	}
	return KR_FAILURE; /* the whole entry goes */
}

static enum kr lose_and_unlock(struct ipc_space *s, struct ipc_entry *e,
			       uint8_t type, uint32_t n) RELEASES(&s->lock)
{
	struct ipc_entry_loot loot = {0};
	struct list after;
	list_init(&after);
	enum kr kr = lose(s, e, type, n, &loot, &after);
	ipc_entry_done(e);
	if (kr == KR_FAILURE) {
		ipc_entry_clear(s, e, &loot, &after);
		kr = KR_SUCCESS;
	}
	spin_unlock(&s->lock);
	ipc_loot_release(&loot);
	ipc_requests_fire(&after);
	return kr;
}

/* The most frequent case: a plain send right with no strings attached. *request:
 * one to fire, or NULL. */
static bool deallocate_send(struct ipc_space *s, mach_port_name_t name,
			    struct ipc_request **request) REQUIRES(&s->lock)
{
	struct ipc_entry *e = ipc_entry_lookup(s, name);
	if (!s->active || !e || e->type != TYPE_SEND || e->flags || e->request)
		return false;
	struct ipc_port *port = e->port;
	*request = NULL;
	spin_lock(&port->lock);
	if (!port->active) {
		spin_unlock(&port->lock);
		return false;
	}
	if (--e->urefs) {
		spin_unlock(&port->lock);
	} else {
		ipc_reverse_unlink(s, e);
		ipc_entry_forget(s, e);
		ipc_entry_push(s, e);
		if (__builtin_expect(port->srights > 1, 1))
			port->srights--;
		else
			*request = ipc_port_drop_send(port);
		spin_unlock(&port->lock); /* alive: it stays */
	}
	return true;
}

/* The same if the port has died and nobody has looked since: then it is the last
 * reference, or there would be a dead name. */
static bool deallocate_dead(struct ipc_space *s, mach_port_name_t name)
	REQUIRES(&s->lock)
{
	struct ipc_entry *e = ipc_entry_lookup(s, name);
	if (!e || e->type != TYPE_SEND || e->flags || e->request ||
	    e->urefs > 1)
		return false;
	struct ipc_port *port = e->port;
	spin_lock(&port->lock);
	if (port->active) {
		spin_unlock(&port->lock);
		return false;
	}
	e->urefs = 0;
	ipc_reverse_remove(s, e);
	ipc_entry_forget(s, e);
	ipc_entry_push(s, e);
	port->srights--;
	ipc_port_unlock_check(port);
	return true;
}

[[gnu::noinline]] static enum kr deallocate_slowly(struct ipc_space *s,
						   mach_port_name_t name)
{
	enum kr kr;
	spin_lock(&s->lock);
	bool done = s->active && deallocate_dead(s, name);
	spin_unlock(&s->lock);
	if (done)
		return KR_SUCCESS;
	struct ipc_entry *e = find(s, name, &kr);
	if (!e)
		return kr;
	uint8_t type = e->type & (TYPE_SEND | TYPE_SEND_ONCE | TYPE_DEAD);
	if (!type) {
		found_done(s, e);
		return KR_INVALID_RIGHT;
	}
	return lose_and_unlock(s, e, type, 1);
}

enum kr ipc_port_op_deallocate(struct ipc_space *s, mach_port_name_t name)
{
	struct ipc_request *r;
	spin_lock(&s->lock);
	bool done = deallocate_send(s, name, &r);
	spin_unlock(&s->lock);
	if (!done)
		return deallocate_slowly(s, name);
	if (r)
		ipc_request_fire(r);
	return KR_SUCCESS;
}

/* --- counting --- */

enum kr ipc_port_op_get_refs(struct ipc_space *s, mach_port_name_t name,
			     mach_port_right_t right, mach_port_urefs_t *refs)
{
	enum kr kr;
	uint8_t type = type_of(right);
	if (!type)
		return KR_INVALID_VALUE;
	struct ipc_entry *e = find(s, name, &kr);
	if (!e)
		return kr;
	if (!(e->type & type))
		*refs = 0;
	else
		*refs = type & (TYPE_SEND | TYPE_DEAD) ? e->urefs : 1;
	found_done(s, e);
	return KR_SUCCESS;
}

static enum kr gain(struct ipc_entry *e, uint8_t type, uint32_t n,
		    struct list *after)
{
	uint32_t max = type == TYPE_DEAD ? MACH_PORT_UREFS_MAX :
					   MACH_PORT_UREFS_MAX - 1;
	if (!(type & (TYPE_SEND | TYPE_DEAD)))
		return KR_INVALID_VALUE;
	if (n > max - e->urefs)
		return KR_UREFS_OVERFLOW;
	e->urefs += (uint16_t)n;
	if (type == TYPE_SEND)
		ipc_entry_make_native(e, after);
	return KR_SUCCESS;
}

/* A receive right that nothing else hangs on, the last of its port: the port,
 * dead and known to nobody, to be freed. NULL: it is more than that. */
static struct ipc_port *destroy_unused(struct ipc_space *s,
				       mach_port_name_t name)
	REQUIRES(&s->lock)
{
	struct ipc_entry *e = ipc_entry_lookup(s, name);
	if (!e || e->type != TYPE_RECEIVE || e->flags || e->request ||
	    !s->active)
		return NULL;
	struct ipc_port *port = e->port;
	spin_lock(&port->lock); /* who had it before has let go of it */
	bool unused = ipc_port_is_unused(port);
	if (unused)
		port->active = false;
	spin_unlock(&port->lock);
	if (!unused)
		return NULL;
	ipc_entry_push(s, e);
	return port;
}

[[gnu::noinline]] static enum kr mod_refs(struct ipc_space *s,
					  mach_port_name_t name,
					  mach_port_right_t right,
					  mach_port_delta_t delta)
{
	enum kr kr = KR_SUCCESS;
	struct list after;
	uint8_t type = type_of(right);
	if (!type)
		return KR_INVALID_VALUE;
	struct ipc_entry *e = find(s, name, &kr);
	if (!e)
		return kr;
	if (!(e->type & type)) {
		found_done(s, e);
		return KR_INVALID_RIGHT;
	}
	if (delta < 0)
		return lose_and_unlock(s, e, type, 0u - (uint32_t)delta);
	list_init(&after);
	if (delta > 0)
		kr = gain(e, type, (uint32_t)delta, &after);
	found_done(s, e);
	ipc_requests_fire(&after);
	return kr;
}

enum kr ipc_port_op_mod_refs(struct ipc_space *s, mach_port_name_t name,
			     mach_port_right_t right, mach_port_delta_t delta)
{
	if (right == MACH_PORT_RIGHT_RECEIVE && delta == -1) {
		spin_lock(&s->lock);
		struct ipc_port *port = destroy_unused(s, name);
		spin_unlock(&s->lock);
		if (port) {
			ipc_port_free(port);
			return KR_SUCCESS;
		}
	}
	return mod_refs(s, name, right, delta);
}

/* --- asking --- */

static mach_port_type_t public_type(const struct ipc_entry *e)
{
	mach_port_type_t type = (mach_port_type_t)e->type << 16;
	if (e->flags & ENTRY_COMPAT)
		type |= MACH_PORT_TYPE_COMPAT;
	if (e->flags & ENTRY_ACCEPT)
		type |= MACH_PORT_TYPE_MAREQUEST;
	if (e->request && !(e->flags & ENTRY_COMPAT))
		type |= MACH_PORT_TYPE_DNREQUEST;
	return type;
}

enum kr ipc_port_op_type(struct ipc_space *s, mach_port_name_t name,
			 mach_port_type_t *type)
{
	enum kr kr;
	struct ipc_entry *e = find(s, name, &kr);
	if (!e)
		return kr;
	*type = public_type(e);
	found_done(s, e);
	return KR_SUCCESS;
}

struct name_list {
	struct ipc_space *space;
	mach_port_name_t *names;
	mach_port_type_t *types;
	uint32_t count, room;
};

static void list_name(void *arg, struct ipc_entry *e)
{
	struct name_list *l = arg;
	mach_port_name_t name = e->name;
	if (l->count == l->room)
		return;
	e = ipc_entry_get(l->space, name); /* may have died */
	if (!e)
		return;
	l->names[l->count] = name;
	l->types[l->count++] = public_type(e);
	ipc_entry_done(e);
}

#define WALK_BATCH 64

static void list_names(struct name_list *l)
{
	uint64_t cursor = 1;
	bool more = true;
	while (more) {
		spin_lock(&l->space->lock);
		more = ipc_table_walk(l->space, &cursor, WALK_BATCH, list_name,
				      l);
		spin_unlock(&l->space->lock);
		preempt_point();
	}
}

/* An array of count words that was made for room; count 0: NULL. */
static void *shrink(uint32_t *words, uint32_t room, uint32_t count)
{
	uint32_t *fit = count ? kalloc(count * sizeof(*fit)) : NULL;
	for (uint32_t i = 0; fit && i < count; i++)
		fit[i] = words[i];
	kfree(words, room * sizeof(*words));
	return fit;
}

enum kr ipc_port_op_names(struct ipc_space *s, mach_port_name_t **names,
			  mach_port_type_t **types, uint32_t *count)
{
	struct name_list l = {.space = s};
	spin_lock(&s->lock);
	bool active = s->active;
	l.room = s->live + 1;
	spin_unlock(&s->lock);
	if (!active)
		return KR_INVALID_TASK;
	l.names = kalloc(l.room * sizeof(*l.names));
	l.types = l.names ? kalloc(l.room * sizeof(*l.types)) : NULL;
	if (!l.types) {
		if (l.names)
			kfree(l.names, l.room * sizeof(*l.names));
		return KR_RESOURCE_SHORTAGE;
	}
	list_names(&l);
	*names = shrink(l.names, l.room, l.count);
	*types = shrink(l.types, l.room, l.count);
	*count = l.count;
	if (!l.count || (*names && *types))
		return KR_SUCCESS;
	if (*names)
		kfree(*names, l.count * sizeof(**names));
	if (*types)
		kfree(*types, l.count * sizeof(**types));
	return KR_RESOURCE_SHORTAGE;
}
