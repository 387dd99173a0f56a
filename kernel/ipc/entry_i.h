/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files about entries share. REQUIRES the space's lock and the lock of
 * the entry's port throughout.
 */
#pragma once

#include <ipc/message_i.h>
#include <ipc/space_i.h>

/* Native use of an entry of the manual's makes it native. */
void ipc_entry_make_native(struct ipc_entry *e, struct list *after);
/* The entry (port and name set) becomes the manual's: KR_RESOURCE_SHORTAGE. */
enum kr ipc_entry_make_compat(struct ipc_space *s, struct ipc_entry *e);
/* The receive right of e->port settles here. */
static inline void ipc_entry_receive(struct ipc_space *s, struct ipc_entry *e,
				     bool compat)
{
	struct ipc_port *port = e->port;
	e->type |= TYPE_RECEIVE;
	port->receiver = s;
	port->receiver_name = e->name;
	port->mscount = 0;
	port->seqno = 0;
	if (compat && !(e->type & TYPE_SEND)) {
		port->srights++;
		e->type |= TYPE_SEND;
		e->urefs = 1;
	}
}
/* The name disappears by its holder's doing; its request goes to after. */
void ipc_entry_gone(struct ipc_space *s, struct ipc_entry *e, bool cancel,
		    struct list *after);
/* A right of this kind becomes the entry's, whose port and name are set and
 * which holds nothing yet. */
void ipc_entry_settle(struct ipc_space *s, struct ipc_entry *e,
		      enum right_kind kind, bool compat);
