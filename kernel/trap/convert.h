/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translators between ports and kernel objects, named in the interface
 * definitions (intran, destructor). Each returns +1 or NULL, and checks the
 * kind under the port's lock: there is no other way from a port to an object.
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

struct task *convert_port_to_task(struct ipc_port *port);
struct thread *convert_port_to_thread(struct ipc_port *port);
/* The task's space / map, while the task is alive. */
struct ipc_space *convert_port_to_space(struct ipc_port *port);
struct vm_map *convert_port_to_map(struct ipc_port *port);
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
void task_release(struct task *t);
void thread_release_ref(struct thread *t);
void space_release(struct ipc_space *s);
void map_release(struct vm_map *m);
void kobject_release(struct kobject *k);
void pset_release(struct processor_set *s);
void entry_release(struct vm_entry_port *e);
void device_io_release(struct device_io *io);
void device_irq_release(struct device_irq *irq);
void msg_trace_release(struct msg_trace *t);
