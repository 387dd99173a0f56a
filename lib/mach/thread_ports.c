/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each thread's cached ports: its own, the one stubs wait on for replies, and
 * thread_reply()'s. They go when the thread goes.
 */
#include <mach/mach.h>
#include <mach/mig_support.h>
#include <mach/x86_64/trap_call.h>
#include <mach/rpc_twins.h>
#include <pthread.h>
#include <stdbool.h>

#include "thread_ports.h"

struct thread_ports {
	mach_port_t self;  /* one reference */
	mach_port_t mig;   /* receive right: replies to stubs */
	mach_port_t reply; /* thread_reply(): the manual's, once it is asked */
	bool asking;	   /* somebody else to destroy a receive right */
};

static _Thread_local struct thread_ports mine;
static host_t host;
static pthread_key_t cleanup_key;
static pthread_once_t cleanup_once = PTHREAD_ONCE_INIT;

/* The trap that takes a receive right away; false if it is declined: the task
 * named is none of this kernel's. */
static bool destroy_receive(mach_port_t task, mach_port_t name)
{
	return mach_trap4(MACH_TRAP_MACH_PORT_MOD_REFS, task, name,
			  MACH_PORT_RIGHT_RECEIVE,
			  (uint64_t)-1) != MACH_SEND_INTERRUPTED;
}

/*
 * An RPC that failed ends here, so this must not begin with one: who lost the
 * name of the own task, or gave it another, asks the kernel, which gives no
 * reference with it. Only where somebody else stands for the kernel is he asked,
 * and not again while he is.
 */
static void destroy_receive_of_self(mach_port_t name)
{
	mach_port_t task;

	if (destroy_receive(mach_task_self(), name))
		return;
	task = (mach_port_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	if (destroy_receive(task, name) || mine.asking)
		return;
	mine.asking = true;
	mach_port_mod_refs_rpc(task, name, MACH_PORT_RIGHT_RECEIVE, -1);
	mine.asking = false;
}

static void release_receive(mach_port_t *port)
{
	mach_port_t name = *port;

	*port = MACH_PORT_NULL;
	if (name != MACH_PORT_NULL)
		destroy_receive_of_self(name);
}

/* Runs on the ending thread. */
static void release_all(void *ports)
{
	struct thread_ports *p = ports;

	release_receive(&p->mig);
	release_receive(&p->reply);
	if (p->self != MACH_PORT_NULL)
		mach_port_deallocate(mach_task_self(), p->self);
	p->self = MACH_PORT_NULL;
}

static void make_key(void)
{
	pthread_key_create(&cleanup_key, release_all);
}

/* Called when a thread gets its first port. */
static void note_ports(void)
{
	pthread_once(&cleanup_once, make_key);
	pthread_setspecific(cleanup_key, &mine);
}

void thread_ports_forget(void)
{
	mine = (struct thread_ports){};
	host = HOST_NULL;
}

mach_port_t mig_get_reply_port(void)
{
	if (mine.mig == MACH_PORT_NULL) {
		mine.mig = mach_reply_port();
		note_ports();
	}
	return mine.mig;
}

void mig_put_reply_port(mach_port_t port)
{
	(void)port;
}

void mig_dealloc_reply_port(mach_port_t port)
{
	if (port == mine.mig)
		release_receive(&mine.mig);
}

thread_t thread_self(void)
{
	if (mine.self == MACH_PORT_NULL) {
		mine.self = mach_thread_self();
		note_ports();
	}
	return mine.self;
}

port_t thread_reply(void)
{
	if (mine.reply == PORT_NULL)
		mine.reply = (port_t)mach_trap0(MACH_TRAP_THREAD_REPLY);
	return mine.reply;
}

port_t task_notify(void)
{
	return (port_t)mach_trap0(MACH_TRAP_TASK_NOTIFY);
}

host_t host_self(void)
{
	if (host == HOST_NULL)
		host = mach_host_self();
	return host;
}

/* The handler of system calls answers: an errno, or a port. */
static mach_port_t ask_handler(int number)
{
	int64_t answer = mach_trap0(number);

	return answer > 0 ? (mach_port_t)answer : MACH_PORT_NULL;
}

host_priv_t host_priv_self(void)
{
	return ask_handler(MACH_TRAP_HOST_PRIV_SELF);
}

processor_set_t processor_set_priv_self(void)
{
	return ask_handler(MACH_TRAP_PROCESSOR_SET_PRIV_SELF);
}
