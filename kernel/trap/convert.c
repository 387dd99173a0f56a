/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports to kernel objects and back.
 */
#include <trap/convert.h>

static struct kobject *lookup(struct ipc_port *port, enum kobject_kind kind)
{
	return port ? ipc_kport_lookup(port, kind) : NULL;
}

struct task *convert_port_to_other_task(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_TASK);
	struct task *t = k ? container_of(k, struct task, object) : NULL;

	if (t && t == task_self()) /* its port is just dying */
		task_unref(t);
	return t;
}

struct ipc_space *convert_port_to_other_space(struct ipc_port *port)
{
	struct task *t = convert_port_to_other_task(port);
	struct ipc_space *space = t ? t->space : NULL;

	if (t && t != task_self()) {
		ipc_space_ref(space);
		task_unref(t);
	}
	return space;
}

struct vm_map *convert_port_to_other_map(struct ipc_port *port)
{
	struct task *t = convert_port_to_other_task(port);
	struct vm_map *map = t ? t->map : NULL;

	if (t && t != task_self()) {
		vm_map_ref(map);
		task_unref(t);
	}
	return map;
}

struct thread *convert_port_to_thread(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_THREAD);

	return k ? container_of(k, struct thread, object) : NULL;
}

struct kobject *convert_port_to_host(struct ipc_port *port)
{
	return lookup(port, KOBJECT_HOST);
}

struct kobject *convert_port_to_host_priv(struct ipc_port *port)
{
	return lookup(port, KOBJECT_HOST_PRIV);
}

struct kobject *convert_port_to_host_limited(struct ipc_port *port)
{
	return lookup(port, KOBJECT_HOST_LIMITED);
}

static struct processor_set *to_pset(struct kobject *k)
{
	return k ? container_of(k, struct processor_set, object) : NULL;
}

struct processor_set *convert_port_to_pset(struct ipc_port *port)
{
	return to_pset(lookup(port, KOBJECT_PSET_LIMITED));
}

struct processor_set *convert_port_to_pset_name(struct ipc_port *port)
{
	return to_pset(lookup(port, KOBJECT_PSET_NAME));
}

struct vm_entry_port *convert_port_to_entry(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_ENTRY);

	return k ? vm_entry_from_kobject(k) : NULL;
}

struct kobject *convert_port_to_device_master(struct ipc_port *port)
{
	return lookup(port, KOBJECT_DEVICE_MASTER);
}

struct device_io *convert_port_to_device_io(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_DEVICE_IO);

	return k ? device_io_from(k) : NULL;
}

struct device_irq *convert_port_to_device_irq(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_DEVICE_IRQ);

	return k ? device_irq_from(k) : NULL;
}

struct msg_trace *convert_port_to_msg_trace(struct ipc_port *port)
{
	struct kobject *k = lookup(port, KOBJECT_MSG_TRACE);

	return k ? msg_trace_from(k) : NULL;
}

/* --- destructors --- */

void kobject_release(struct kobject *k)
{
	if (k)
		kobject_unref(k);
}

void other_task_release(struct task *t)
{
	if (t)
		task_unref(t);
}

void other_space_release(struct ipc_space *s)
{
	if (s)
		ipc_space_unref(s);
}

void other_map_release(struct vm_map *m)
{
	if (m)
		vm_map_unref(m);
}

void thread_release_ref(struct thread *t)
{
	if (t)
		thread_unref(t);
}

void pset_release(struct processor_set *s)
{
	if (s)
		kobject_unref(&s->object);
}

void entry_release(struct vm_entry_port *e)
{
	if (e)
		kobject_unref(vm_entry_kobject(e));
}

void device_io_release(struct device_io *io)
{
	if (io)
		kobject_unref(device_io_kobject(io));
}

void device_irq_release(struct device_irq *irq)
{
	if (irq)
		kobject_unref(device_irq_kobject(irq));
}

void msg_trace_release(struct msg_trace *t)
{
	if (t)
		kobject_unref(msg_trace_kobject(t));
}
