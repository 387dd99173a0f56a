/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port sets.
 *
 * A set knows which members have messages (ready), and sending to a member
 * looks for receivers that wait on the set. A member keeps a reference to its
 * set; the set's list of members needs none, since a port leaves its set
 * before it dies.
 *
 * Locks: the member's, then the set's.
 */
#include <ipc/message_i.h>
#include <kern/thread.h>
#include <kern/zone.h>

static struct zone set_zone;
static const struct lock_class set_class = {"ipc set", RANK_SET, false, false};

void ipc_set_zone_init(void)
{
	zone_init(&set_zone, "ipc set", sizeof(struct ipc_set), 0);
}

enum kr ipc_set_create(struct account *account, struct ipc_set **out)
{
	if (!account_charge(account, CHARGE_PORTS, 1))
		return KR_RESOURCE_SHORTAGE;
	struct ipc_set *set = zone_alloc_zeroed(&set_zone);
	if (!set) {
		account_credit(account, CHARGE_PORTS, 1);
		return KR_RESOURCE_SHORTAGE;
	}
	spin_init(&set->lock, &set_class);
	ref_init(&set->ref);
	set->active = true;
	set->account = account;
	list_init(&set->members);
	list_init(&set->ready);
	list_init(&set->receivers);
	*out = set;
	return KR_SUCCESS;
}

void ipc_set_unref(struct ipc_set *set)
{
	if (!ref_put(&set->ref))
		return;
	assert(list_empty(&set->members) && list_empty(&set->receivers));
	account_credit(set->account, CHARGE_PORTS, 1);
	zone_free(&set_zone, set);
}

bool ipc_set_insert(struct ipc_set *set, struct ipc_port *port)
{
	assert(!port->set);
	spin_lock(&set->lock);
	bool ok = set->active;
	if (ok) {
		ref_get(&set->ref);
		port->set = set;
		list_push_back(&set->members, &port->member_link);
		if (!list_empty(&port->queue))
			list_push_back(&set->ready, &port->ready_link);
	}
	spin_unlock(&set->lock);
	return ok;
}

bool ipc_set_remove(struct ipc_port *port)
{
	struct ipc_set *set = port->set;
	if (!set)
		return false;
	spin_lock(&set->lock);
	list_remove(&port->member_link);
	if (list_linked(&port->ready_link))
		list_remove(&port->ready_link);
	port->set = NULL;
	spin_unlock(&set->lock);
	ipc_set_unref(set);
	return true;
}

/* +1 some member, or NULL. */
static struct ipc_port *first_member(struct ipc_set *set)
{
	spin_lock(&set->lock);
	struct ipc_port *port = list_first_entry(&set->members, struct ipc_port,
						 member_link);
	if (port)
		ipc_port_ref(port);
	spin_unlock(&set->lock);
	return port;
}

void ipc_set_destroy(struct ipc_set *set)
{
	struct ipc_port *port;
	spin_lock(&set->lock);
	set->active = false;
	ipc_receivers_wake(&set->receivers, MACH_RCV_PORT_DIED);
	spin_unlock(&set->lock);
	while ((port = first_member(set)) != NULL) {
		spin_lock(&port->lock);
		if (port->set == set)
			ipc_set_remove(port);
		spin_unlock(&port->lock);
		ipc_port_unref(port);
		preempt_point();
	}
	ipc_set_unref(set);
}
