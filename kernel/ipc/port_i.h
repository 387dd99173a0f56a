/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports and port sets, as kernel/ipc sees them.
 *
 * Life of a port:  alive --ipc_port_destroy--> dead --last right--> freed.
 * One reference (ref) stands for all rights together: it exists while the
 * port is alive or any send or send-once right is left. Every pin (a waiting
 * thread, a walk without locks) holds one more. So moving a right is plain
 * arithmetic under the port's lock.
 *
 * Life of a set:   alive --ipc_set_destroy--> dead --last pin--> freed.
 *
 * Lock order: space -> port -> set -> thread. Two ports: by address.
 * Legend: (p) port's lock, (s) set's lock, (n) written with the receiving
 * space's lock and the port's lock, read with either, (t) transit lock,
 * (f) fixed.
 */
#pragma once

#include <ipc/right.h>
#include <kern/charge.h>
#include <kern/kobject.h>
#include <kern/list.h>
#include <kern/lock.h>
#include <mach/message.h>
#include <mach/notify.h>

struct ipc_space;
struct ipc_message;
struct ipc_request;
struct thread;

struct ipc_set {
	struct spinlock lock;
	struct ref ref;
	bool active;		  /* (s) */
	mach_port_name_t name;	  /* its space's lock */
	struct account *account;  /* (f) pays for the set */
	struct list members;	  /* (s) ports, by member_link */
	struct list ready;	  /* (s) members with messages, by ready_link */
	struct list receivers;	  /* (s) waiting threads, by wait_link */
};

/*
 * A kernel port (kind not NONE) has no queue, is in no set, is never received from
 * and paid for by the kernel: it ends before the line.
 */
struct ipc_port {
	struct spinlock lock;
	struct ref ref;
	bool active;		  /* (p) */
	uint8_t kind;		  /* (f) enum kobject_kind */
	uint8_t exception_form;	  /* (p) EXC_FORM_* or 0 */
	uint8_t backup;		  /* (p) port_destroyed is the manual's backup */
	bool kept;		  /* (p) the common reference is being dropped */
	uint32_t srights;	  /* (p) send rights: entries and in transit */
	uint32_t sorights;	  /* (p) send-once rights */
	uint32_t mscount;	  /* (p) make-send count */
	mach_port_name_t receiver_name; /* (n) */
	union {
		struct ipc_space *receiver; /* (n) identity only; NULL: in
					       transit or dead */
		struct kobject *object; /* (p) for kernel ports, which no space
					   receives from: no space's address;
					   NULL once disabled */
	};
	struct ipc_request *no_senders; /* (p) */
	struct list requests;	  /* (p) dead-name and compat requests */
	/* --- the line --- */
	struct account *account;  /* (f) pays for the port; NULL: the kernel */
	struct ipc_set *set;	  /* (p) the set it is in, +1 */
	struct ipc_port *transit; /* (t) whose queue carries its receive right */
	struct ipc_request *port_destroyed; /* (p) */
	uint32_t seqno;		  /* (p) of the next message taken */
	uint32_t qlimit;	  /* (p) */
	uint32_t count;		  /* (p) messages in queue */
	uint32_t owed;		  /* (p) send-once notifications for which
				     there was no memory */
	struct list queue;	  /* (p) messages */
	struct list waiting;	  /* (p) messages that found it full, in order */
	struct list receivers;	  /* (p) waiting threads, by wait_link */
	struct list_node member_link, ready_link; /* (s) of that set */
};

/* +1 (the receive right), not in any space. KR_RESOURCE_SHORTAGE. account
 * NULL: uncharged. */
enum kr ipc_port_create(struct account *account, struct ipc_port **port);

/* +1, for an object that is referred to without a reference. NULL: no memory. */
struct ipc_port *ipc_port_create_kernel(enum kobject_kind kind,
					struct kobject *object);
/* It dies; consumes the caller's reference. No locks. */
void ipc_port_kill_kernel(struct ipc_port *port);

/* The receive right is given up: to the port-destroyed request if there is
 * one, else the port dies. Consumes. No locks. */
void ipc_port_destroy(struct ipc_port *port);

/* An ordinary port dies now, whatever requests say. Consumes the receive right. */
void ipc_port_kill(struct ipc_port *port);

static inline void ipc_port_ref(struct ipc_port *port)
{
	ref_get(&port->ref);
}
void ipc_port_free(struct ipc_port *port); /* ref is zero */

static inline void ipc_port_unref(struct ipc_port *port)
{
	if (ref_put(&port->ref))
		ipc_port_free(port);
}

/* REQUIRES port->lock and that of the space that has its receive right, without a
 * request. Nobody else has a right or a pin, and death would have nothing to
 * tell anybody: so nobody can come to it, except by that right. A thread that
 * waits at it has a pin, and a message that waits for room a right. */
static inline bool ipc_port_is_unused(const struct ipc_port *port)
{
	assert(port->active && port->kind == KOBJECT_NONE && !port->transit);
	if (!ref_is_only(&port->ref))
		return false;
	uintptr_t any = (port->srights | port->sorights | port->count) |
			((uintptr_t)port->set | (uintptr_t)port->no_senders |
			 (uintptr_t)port->port_destroyed);
	if (any != 0 || !list_empty(&port->requests))
		return false;
	assert(list_empty(&port->waiting) && list_empty(&port->receivers));
	return true;
}

/* A look without a lock: it may die a moment later. */
static inline bool ipc_port_is_alive(const struct ipc_port *port)
{
	return port->active;
}

static inline bool ipc_port_is_kernel(const struct ipc_port *port)
{
	return port->kind != KOBJECT_NONE;
}

/* Unlocks; drops the rights' common reference if the last right just went. */
void ipc_port_unlock_check(struct ipc_port *port) RELEASES(&port->lock);

/* REQUIRES port->lock: gives up a send right; returns the no-senders request
 * to fire after unlocking, or NULL. */
struct ipc_request *ipc_port_drop_send(struct ipc_port *port);

/* REQUIRES port->lock (and the receiving space's, if any): the receive right
 * leaves its space: out of its set, its receivers wake with PORT_DIED. */
void ipc_port_leave_space(struct ipc_port *port);

/* Wakes every thread that waits to receive on the list with this code. */
void ipc_receivers_wake(struct list *receivers, mach_msg_return_t code);

/* --- sets (pset.c) --- */

enum kr ipc_set_create(struct account *account, struct ipc_set **set); /* +1 */
/* Members leave, receivers wake. Consumes the name's reference. No locks. */
void ipc_set_destroy(struct ipc_set *set);
void ipc_set_unref(struct ipc_set *set);
/* REQUIRES port->lock. The port is in no set; false: the set is dead. */
bool ipc_set_insert(struct ipc_set *set, struct ipc_port *port);
/* REQUIRES port->lock. True if it was in one. */
bool ipc_set_remove(struct ipc_port *port);

/* --- where a thread waits to receive: thread->ipc.place, 0 if nowhere --- */

static inline uintptr_t ipc_place_of_port(struct ipc_port *port)
{
	return (uintptr_t)port;
}

static inline uintptr_t ipc_place_of_set(struct ipc_set *set)
{
	return (uintptr_t)set | 1;
}

/* NULL: it is a port. */
static inline struct ipc_set *ipc_place_set(uintptr_t place)
{
	return place & 1 ? (struct ipc_set *)(place - 1) : NULL;
}

/* --- zones, once at boot --- */
void ipc_port_zone_init(void);
void ipc_set_zone_init(void);

/* A right that did its duty: like release, but a send-once right goes without
 * a notification. Consumes. */
void ipc_right_used(struct ipc_right right);
/* The memory of an array whose rights are gone. */
struct ipc_rights;
void ipc_rights_free(struct ipc_rights *rights);
