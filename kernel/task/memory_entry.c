/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry's port is made once, with its only made right. An object's name
 * port is asked for again and again; name_lock orders its end against the next
 * question.
 */
#include <task/memory_entry.h>

#include <ipc/kport.h>
#include <kern/lock.h>
#include <vm/map.h>

static const struct lock_class name_class = {"object name", RANK_TASK, false,
					     false};
static struct spinlock name_lock;

static void entry_no_senders(struct kobject *object, struct ipc_port *port)
{
	ipc_kport_destroy(port);
	kobject_unref(object);
}

struct ipc_right memory_entry_right(struct vm_entry_port *entry)
{
	struct kobject *object = vm_entry_kobject(entry);

	struct ipc_port *port = ipc_kport_create(KOBJECT_ENTRY, object);
	if (!port) {
		kobject_unref(object);
		return IPC_RIGHT_NULL;
	}
	return ipc_right_make_send(port);
}

static void name_no_senders(struct kobject *object, struct ipc_port *port)
{
	struct ipc_port **slot = vm_object_name_slot_of(object);

	spin_lock(&name_lock);
	bool over = *slot == port && !ipc_port_has_senders(port);
	if (over)
		*slot = NULL;
	spin_unlock(&name_lock);
	if (!over)
		return;
	ipc_kport_destroy(port);
	kobject_unref(object);
}

void memory_entry_init(void)
{
	spin_init(&name_lock, &name_class);
	vm_entry_ops.no_senders = entry_no_senders;
	vm_object_ops.no_senders = name_no_senders;
}

struct ipc_right object_name_right(struct vm_object *object)
{
	struct ipc_right right = IPC_RIGHT_NULL;

	if (!object)
		return right;
	struct kobject *k = vm_object_kobject(object);
	struct ipc_port **slot = vm_object_name_slot(object);
	struct ipc_port *fresh = ipc_kport_create(KOBJECT_OBJECT_NAME, k);
	spin_lock(&name_lock);
	bool use = fresh && !*slot;
	if (use)
		*slot = fresh;
	if (*slot)
		right = ipc_right_make_send(*slot);
	spin_unlock(&name_lock);
	if (!use) {
		if (fresh)
			ipc_kport_destroy(fresh);
		kobject_unref(k); /* otherwise the port keeps it */
	}
	return right;
}
