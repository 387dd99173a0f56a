/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports that stand for kernel objects.
 *
 * The port points at its object without a reference; ipc_kport_destroy cuts
 * that link under the port's lock before the object can go, so a reference
 * taken under the same lock is always good.
 */
#include <ipc/kport.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/thread.h>

struct ipc_port *ipc_kport_create(enum kobject_kind kind, struct kobject *object)
{
	assert(kind != KOBJECT_NONE);
	struct ipc_port *port = ipc_port_create_kernel(kind, object);
	if (!port || !object->ops->no_senders)
		return port;
	port->no_senders = ipc_request_create_kobject();
	if (!port->no_senders) {
		ipc_port_kill_kernel(port);
		return NULL;
	}
	return port;
}

void ipc_kport_destroy(struct ipc_port *port)
{
	ipc_port_kill_kernel(port);
}

/* Does a port of kind have serve where another kind, want, is asked for? */
static bool serves(enum kobject_kind have, enum kobject_kind want)
{
	switch (have) {
	case KOBJECT_HOST_PRIV:
		return want == KOBJECT_HOST || want == KOBJECT_HOST_LIMITED;
	case KOBJECT_HOST_LIMITED:
		return want == KOBJECT_HOST;
	case KOBJECT_PSET:
		return want == KOBJECT_PSET_LIMITED ||
		       want == KOBJECT_PSET_NAME;
	case KOBJECT_PSET_LIMITED:
		return want == KOBJECT_PSET_NAME;
	default:
		return false;
	}
}

/* Port locked. */
static inline struct kobject *object_of(struct ipc_port *port,
					enum kobject_kind kind)
{
	assert(kind != KOBJECT_NONE); /* whose ports have something else there */
	struct kobject *object = port->object; /* NULL if it is dead */
	if (!object || (port->kind != kind && !serves(port->kind, kind)))
		return NULL;
	kobject_ref(object);
	return object;
}

static inline struct kobject *object_and_unlock(struct ipc_port *port,
						enum kobject_kind kind)
	RELEASES(&port->lock)
{
	struct kobject *object = object_of(port, kind);
	spin_unlock(&port->lock);
	return object;
}

[[gnu::noinline]] static struct kobject *lookup_waiting(struct ipc_port *port,
							enum kobject_kind kind)
{
	spin_lock(&port->lock);
	return object_and_unlock(port, kind);
}

/* Nothing is kept for a wait that mostly is none. */
struct kobject *ipc_kport_lookup(struct ipc_port *port, enum kobject_kind kind)
{
	if (__builtin_expect(spin_trylock(&port->lock), 1))
		return object_and_unlock(port, kind);
	return lookup_waiting(port, kind);
}

bool ipc_port_has_senders(struct ipc_port *port)
{
	spin_lock(&port->lock);
	bool has = port->srights > 0;
	spin_unlock(&port->lock);
	return has;
}

struct kobject *ipc_kport_lookup_name(uint32_t name, enum kobject_kind kind)
{
	struct ipc_space *s = thread_self()->space;
	struct kobject *object = NULL;
	spin_lock(&s->lock);
	struct ipc_entry *e = ipc_entry_get(s, name);
	if (e) {
		if (e->type & TYPE_SEND)
			object = object_of(e->port, kind);
		ipc_entry_done(e);
	}
	spin_unlock(&s->lock);
	return object;
}
