/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports that stand for kernel objects. Their messages are answered in the
 * sender's thread (kmig.h); nobody can receive from them.
 */
#pragma once

#include <ipc/right.h>
#include <kern/kobject.h>

/* +1: the caller's own reference, which stands for the receive right. The
 * port refers to the object without a reference until it is disabled. NULL: no
 * memory. */
struct ipc_port *ipc_kport_create(enum kobject_kind kind, struct kobject *object);

/* The object is dying: the port dies like any port (dead names, notifications).
 * Consumes the caller's reference. */
void ipc_kport_destroy(struct ipc_port *port);

/* +1 on the object if port is live and of this kind, else NULL. Kinds that
 * include each other (KOBJECT_HOST_PRIV serves as KOBJECT_HOST and
 * _LIMITED, KOBJECT_PSET as _PSET_LIMITED and _PSET_NAME) are accepted. */
struct kobject *ipc_kport_lookup(struct ipc_port *port, enum kobject_kind kind);

/* Are there send rights to it? Exact while nobody can make new ones. */
bool ipc_port_has_senders(struct ipc_port *port);

/* The same for a name in the current space, without a message: trap twins.
 * NULL: not a send right to a live local kernel port of this kind. */
struct kobject *ipc_kport_lookup_name(uint32_t name, enum kobject_kind kind);
