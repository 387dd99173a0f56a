/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libmach finds out before main: the task's own port, the page size and
 * the service ports it was born with.  After fork the child has its own values
 * before fork() returns.
 */
#ifndef MACH_MACH_INIT_H
#define MACH_MACH_INIT_H

#include <mach/mach_types.h>

extern mach_port_t task_self_;	    /* send right to this task */
extern vm_size_t vm_page_size;	    /* bytes */
extern mach_port_t bootstrap_port;  /* PORT_NULL if there is none */
extern mach_port_t name_server_port;
extern mach_port_t environment_port;
extern mach_port_t service_port;

#define task_self()	 task_self_
#define mach_task_self() task_self_
#define current_task()	 task_self_

/* Runs by itself; calling it again is harmless. */
int mach_init(void);

/* A task made by task_create with inherited memory calls this first, unless
 * fork() made it: what was learnt here was true in the parent. */
void mach_init_child(void);

#define trunc_page(x) ((vm_offset_t)(x) & ~(vm_page_size - 1))
#define round_page(x) trunc_page((vm_offset_t)(x) + vm_page_size - 1)
#define atop(x)	      ((vm_size_t)(x) / vm_page_size)
#define ptoa(x)	      ((vm_size_t)(x) * vm_page_size)

/* This thread's port, cached: no reference is added. */
thread_t thread_self(void);
/* This thread's reply port, cached: thread_reply(). */
port_t thread_reply(void);
/* The task's notify port, PORT_NULL if none is set. */
port_t task_notify(void);
host_t host_self(void);
/* PORT_NULL unless this task may have it: +1. */
host_priv_t host_priv_self(void);
/* The default processor set's control port, on the same terms. */
processor_set_t processor_set_priv_self(void);

#endif
