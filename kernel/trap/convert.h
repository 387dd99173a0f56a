/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translators between ports and kernel objects, named in the interface
 * definitions (intran, destructor). Each returns NULL or what its destructor
 * takes back in the same thread, and checks the kind under the port's lock:
 * there is no other way from a port to an object. The calling thread's own task,
 * space and map need no reference, for the thread has one.
 */
#pragma once

#include <device/device.h>
#include <ipc/kport.h>
#include <ipc/space.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <task/msg_trace.h>
#include <task/task.h>
#include <vm/map.h>

struct thread *convert_port_to_thread(struct ipc_port *port);
struct kobject *convert_port_to_host(struct ipc_port *port);
struct kobject *convert_port_to_host_priv(struct ipc_port *port);
struct kobject *convert_port_to_host_limited(struct ipc_port *port);
struct processor_set *convert_port_to_pset(struct ipc_port *port);
struct processor_set *convert_port_to_pset_name(struct ipc_port *port);
struct vm_entry_port *convert_port_to_entry(struct ipc_port *port);
struct kobject *convert_port_to_device_master(struct ipc_port *port);
struct device_io *convert_port_to_device_io(struct ipc_port *port);
struct device_irq *convert_port_to_device_irq(struct ipc_port *port);
struct msg_trace *convert_port_to_msg_trace(struct ipc_port *port);

/* Destructors: NULL is legal. */
void thread_release_ref(struct thread *t);
void kobject_release(struct kobject *k);
void pset_release(struct processor_set *s);
void entry_release(struct vm_entry_port *e);
void device_io_release(struct device_io *io);
void device_irq_release(struct device_irq *irq);
void msg_trace_release(struct msg_trace *t);

/* --- tasks, their spaces and maps --- */

/* Others than the caller's: +1. NULL is legal. */
struct task *convert_port_to_other_task(struct ipc_port *port);
struct ipc_space *convert_port_to_other_space(struct ipc_port *port);
struct vm_map *convert_port_to_other_map(struct ipc_port *port);
void other_task_release(struct task *t);
void other_space_release(struct ipc_space *s);
void other_map_release(struct vm_map *m);

static inline bool convert_is_own(struct ipc_port *port)
{
	return __builtin_expect(port && port == task_self()->self_port, 1);
}

static inline struct task *convert_port_to_task(struct ipc_port *port)
{
	return convert_is_own(port) ? task_self() :
				      convert_port_to_other_task(port);
}

/* The task's space / map, while the task is alive. */
static inline struct ipc_space *convert_port_to_space(struct ipc_port *port)
{
	return convert_is_own(port) ? task_self()->space :
				      convert_port_to_other_space(port);
}

static inline struct vm_map *convert_port_to_map(struct ipc_port *port)
{
	return convert_is_own(port) ? task_self()->map :
				      convert_port_to_other_map(port);
}

static inline void task_release(struct task *t)
{
	if (__builtin_expect(t != task_self(), 0))
		other_task_release(t);
}

static inline void space_release(struct ipc_space *s)
{
	if (__builtin_expect(s != task_self()->space, 0))
		other_space_release(s);
}

static inline void map_release(struct vm_map *m)
{
	if (__builtin_expect(m != task_self()->map, 0))
		other_map_release(m);
}
