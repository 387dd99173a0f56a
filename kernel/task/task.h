/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks: an address space, a name space, an account, and the threads that run
 * in them. This layer (task/) stands above ipc and vm and below trap/: it
 * holds what needs both.
 *
 * Life: alive -> dying (task_terminate, or the last step of its own threads)
 * -> dead (no threads, space and map emptied) -> freed at the last reference.
 * References: one while alive, one per thread, one per conversion of a port.
 *
 * Lock: task->lock (RANK_TASK) guards what is marked (l); (f) fixed. No right
 * is released and no memory freed under it.
 */
#pragma once

#include <ipc/right.h>
#include <kern/kobject.h>
#include <kern/list.h>
#include <kern/lock.h>
#include <kern/waitq.h>
#include <kern/walk.h>
#include <mach/task_info.h>

struct account;
struct emulation;
struct ipc_space;
struct processor_set;
struct thread;
struct vm_map;

#define TASK_NAME_MAX 32

/* Lines of debug_log used and not yet given back by time; its lock. */
struct log_budget {
	uint64_t stamp;
	uint32_t used;
};

struct task {
	struct kobject object;
	struct spinlock lock;
	struct vm_map *map;	    /* (f) +1 */
	struct ipc_space *space;    /* (f) +1 */
	struct account *account;    /* (f) +1 */
	struct account *charged;    /* (f) the creator's, for this task */
	struct processor_set *pset; /* (f) only the default set exists */
	struct ipc_port *self_port; /* (f) kernel port, until dying */
	struct walk_node all_link;  /* tasks_lock */
	uint64_t id;		    /* (f) 1, 2, 3 ...: for people */
	uint64_t parent_id;	    /* (f) of the task it was created from; 0 */

	bool essential; /* (f) when it ends the machine does: the first task */
	bool active;		    /* (l) */
	struct list threads;	    /* (l) each +1 */
	unsigned thread_count;	    /* (l) */
	unsigned suspend_count;	    /* (l) */
	int priority;		    /* (l) of new threads */
	struct ipc_right sself;	    /* (l) what mach_task_self gives */
	struct ipc_right exception; /* (l) */
	struct ipc_right bootstrap; /* (l) */
	struct ipc_right registered[TASK_PORT_REGISTER_MAX]; /* (l) */
	struct emulation *emulation; /* (l) +1 or NULL */
	_Atomic uint64_t redirect_all; /* handler of all other numbers, or 0 */
	uint64_t dead_user_ns, dead_system_ns; /* (l) of ended threads */
	_Atomic uint32_t self_name; /* of sself, for mach_task_self; 0: unknown */
	struct waitq dead_wait;	    /* task_terminate's callers */
	bool dead;		    /* (l) */
	struct log_budget log;	    /* trap/debug_log.c's */
	char name[TASK_NAME_MAX];   /* (l) for people */
};

void task_init(void); /* boot */

/*
 * +1. A task without threads: map empty or by parent's inheritance, ports and
 * priority inherited as the public call says. parent NULL: the first task.
 * KR_RESOURCE_SHORTAGE.
 */
enum kr task_create(struct task *parent, bool inherit_memory,
		    struct task **child);

static inline void task_ref(struct task *t)
{
	kobject_ref(&t->object);
}
static inline void task_unref(struct task *t)
{
	kobject_unref(&t->object);
}

/*
 * Kills all threads, then empties space and map. Returns when that is done,
 * except to a thread of the task itself, which dies on its way out.
 * KR_FAILURE: already dying.
 */
enum kr task_terminate(struct task *t);

enum kr task_suspend(struct task *t); /* KR_FAILURE: dying, or too often */
enum kr task_resume(struct task *t);  /* KR_FAILURE: count was 0 */

/* +1 for the caller. A new thread of t. KR_FAILURE: t is dying. */
enum kr task_thread_create(struct task *t, unsigned stop_count,
			   struct thread **thread);

/* Sets the base priority of threads to come, and of existing ones. */
enum kr task_set_priority(struct task *t, int priority, bool threads);

/* --- task_list.c: no spin lock held, since each step may give way --- */

/* The task behind prev in the list of all, or (NULL) the first; NULL: the end.
 * It lives until the walk goes on from it, or ends there. */
struct task *task_next(struct task *prev);
void task_next_end(struct task *prev);
/* Says what all threads do, without a lock (kern/dump.h). */
void task_dump_all(void);
/* The same for a task's threads, to the end only. */
struct thread *task_next_thread(struct task *t, struct thread *prev);

/* Up to max threads, each +1; returns how many. As many as there are (thread_count)
 * suffice for all that were there when that was read. */
unsigned task_get_threads(struct task *t, struct thread **threads,
			  unsigned max);
/* The same for all tasks (task_count of the default set). */
unsigned task_get_all(struct task **tasks, unsigned max);
/* +1, or NULL: no such task any more. */
struct task *task_lookup(uint64_t id);

/* For task.c. Insertion takes over, removal gives up, the reference for being
 * alive. */
void task_list_init(void);
void task_list_insert(struct task *t);
void task_list_remove(struct task *t);

/* The running task; NULL in kernel threads. */
static inline struct task *task_self(void)
{
	return thread_self()->task;
}

void task_set_name(struct task *t, const char *name);

/* --- task_ports.c --- */

/* +1 right; which: TASK_*_PORT. KR_INVALID_ARGUMENT, KR_FAILURE (dying). */
enum kr task_get_port(struct task *t, int which, struct ipc_right *right);
enum kr task_set_port(struct task *t, int which,
		      struct ipc_right right); /* consumes on success only */
enum kr task_register_ports(struct task *t, struct ipc_right *rights,
			    unsigned count); /* consumes on success only */
enum kr task_lookup_ports(struct task *t, struct ipc_right *rights);
/* Copies the inheritable ports of parent; child is not known to anybody yet. */
void task_ports_inherit(struct task *child, struct task *parent);
void task_ports_release(struct task *t);

/* A send right that stands for the task or thread: what is in its *sself*. */
struct ipc_right task_self_right(struct task *t);
struct ipc_right thread_self_right(struct thread *t);

/* Whom to ask about an exception of t, its thread's exception port or its
 * task's, and in whose name: +1 each. False: there is no such port. */
struct exception_rights {
	struct ipc_right port, thread, task;
};
bool exception_rights(struct thread *t, bool task_port,
		      struct exception_rights *r);
/* There is one from now on. KR_FAILURE: t is ending. KR_RESOURCE_SHORTAGE. Its
 * place in the account is the thread's. */
enum kr thread_exc_make(struct thread *t);
enum kr thread_get_port(struct thread *t, int which, struct ipc_right *right);
enum kr thread_set_port(struct thread *t, int which, struct ipc_right right);
/* The end of what it has for exceptions comes after that of its ipc. */
void thread_ports_release(struct thread *t);
void thread_exc_free(struct thread *t);
void thread_exc_init(void); /* once at boot */
