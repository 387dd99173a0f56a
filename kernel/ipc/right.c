/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights outside any name space: made, copied, given up.
 *
 * Locks: one port's at a time; notifications go out after it is released.
 */
#include <ipc/message_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

struct ipc_right ipc_right_make_send(struct ipc_port *port)
{
	struct ipc_right right = IPC_RIGHT_DEAD;
	spin_lock(&port->lock);
	if (port->active) {
		port->srights++;
		port->mscount++;
		right = (struct ipc_right){port, RIGHT_SEND};
	}
	spin_unlock(&port->lock);
	return right;
}

struct ipc_right ipc_right_make_send_once(struct ipc_port *port)
{
	struct ipc_right right = IPC_RIGHT_DEAD;
	spin_lock(&port->lock);
	if (port->active) {
		port->sorights++;
		right = (struct ipc_right){port, RIGHT_SEND_ONCE};
	}
	spin_unlock(&port->lock);
	return right;
}

struct ipc_right ipc_right_copy_send(struct ipc_right right)
{
	if (!right.port)
		return right;
	assert(right.kind == RIGHT_SEND);
	spin_lock(&right.port->lock);
	bool active = right.port->active;
	if (active)
		right.port->srights++;
	spin_unlock(&right.port->lock);
	return active ? right : IPC_RIGHT_DEAD;
}

static void release_send(struct ipc_port *port)
{
	spin_lock(&port->lock);
	struct ipc_request *r = ipc_port_drop_send(port);
	ipc_port_unlock_check(port);
	if (r)
		ipc_request_fire(r);
}

void ipc_right_release(struct ipc_right right)
{
	switch (right.kind) {
	case RIGHT_NONE:
	case RIGHT_DEAD:
		break;
	case RIGHT_SEND:
		release_send(right.port);
		break;
	case RIGHT_SEND_ONCE:
		ipc_notify_send_once(right);
		break;
	case RIGHT_RECEIVE:
		ipc_port_destroy(right.port);
		break;
	}
}

void ipc_right_used(struct ipc_right right)
{
	if (right.kind != RIGHT_SEND_ONCE) {
		ipc_right_release(right);
		return;
	}
	spin_lock(&right.port->lock);
	assert(right.port->sorights > 0);
	right.port->sorights--;
	ipc_port_unlock_check(right.port);
}

/* --- arrays of rights --- */

static size_t rights_bytes(uint32_t count)
{
	return sizeof(struct ipc_rights) +
	       (size_t)count * sizeof(struct ipc_right);
}

struct ipc_rights *ipc_rights_create(uint32_t count)
{
	struct ipc_rights *r = kalloc_zeroed(rights_bytes(count));
	if (r)
		r->count = count; /* zero is RIGHT_NONE */
	return r;
}

void ipc_rights_free(struct ipc_rights *rights)
{
	kfree(rights, rights_bytes(rights->count));
}

void ipc_rights_destroy(struct ipc_rights *rights)
{
	if (!rights)
		return;
	for (uint32_t i = 0; i < rights->count; i++) {
		ipc_right_release(rights->right[i]);
		preempt_point();
	}
	ipc_rights_free(rights);
}
