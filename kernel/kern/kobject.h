/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Base of everything that a port can stand for. It comes first in its object,
 * so that ipc can take a reference under the port's lock without knowing more.
 *
 * Life: alive -> dead (its ports no longer lead to it) -> freed at the last
 * reference.
 */
#pragma once

#include <kern/ref.h>

struct ipc_port;

enum kobject_kind {
	KOBJECT_NONE,	     /* an ordinary port */
	KOBJECT_TASK,
	KOBJECT_THREAD,
	KOBJECT_HOST,	     /* information */
	KOBJECT_HOST_PRIV,
	KOBJECT_HOST_LIMITED,/* time, reboot, wire: what uid 0 gets */
	KOBJECT_PSET,	     /* control */
	KOBJECT_PSET_LIMITED,
	KOBJECT_PSET_NAME,
	KOBJECT_PROCESSOR,
	KOBJECT_ENTRY,	     /* memory entry */
	KOBJECT_OBJECT_NAME, /* what vm_region names */
	KOBJECT_DEVICE_MASTER,
	KOBJECT_DEVICE_IO,
	KOBJECT_DEVICE_IRQ,
	KOBJECT_MSG_TRACE,   /* a trace of messages */
	KOBJECT_KINDS,
};

struct kobject;

/* The same for all objects of a kind. */
struct kobject_ops {
	void (*free)(struct kobject *object); /* at the last reference */
	/* NULL, or: called by ipc, no lock held, on some thread, after the last
	 * send right to a port of this object went. The object cannot go away
	 * during the call. */
	void (*no_senders)(struct kobject *object, struct ipc_port *port);
};

struct kobject {
	struct ref ref;
	const struct kobject_ops *ops;
};

static inline void kobject_ref(struct kobject *k)
{
	ref_get(&k->ref);
}

static inline void kobject_unref(struct kobject *k)
{
	if (ref_put(&k->ref))
		k->ops->free(k);
}
