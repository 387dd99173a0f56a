/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: struct, life, stopping, waiting. sched.h has the scheduler's side.
 *
 * Life:  created (stop count 1 or as asked) -> runs -> terminated -> freed at
 *        the last reference. The task's thread list holds one reference, the
 *        thread itself one while it can run, each port conversion one.
 *
 * Waiting. A wait is a small state word, so that exactly one of {message,
 * wake-up, time-out, abort} ends it:
 *
 *     NONE --thread_wait_begin--> ARMED --thread_wake/claim--> DONE(result)
 *
 * The waiter arms itself *before* it lets go of the lock that makes it
 * findable, then blocks:
 *
 *     spin_lock(&port->lock);
 *     thread_wait_begin(WAIT_ABORTABLE);
 *     list_push_back(&port->receivers, &self->wait_link);
 *     spin_unlock(&port->lock);
 *     thread_block(deadline, continuation);     // NULL: returns here
 *
 * Whoever finds it on the queue calls thread_wake(t, result); false means that
 * another party ended the wait first. The waiter takes itself off the queue
 * when it was not the queue's owner that ended the wait.
 *
 * Lock: thread->lock, rank RANK_THREAD, guards what is marked (t); (q) = the
 * run queue's lock of the processor it is on; (s) = only the thread itself;
 * (f) = fixed after creation; (w) = the lock of the queue it waits on.
 */
#pragma once

#include <arch/context.h>
#include <kern/kobject.h>
#include <kern/kr.h>
#include <kern/list.h>
#include <kern/lock.h>
#include <kern/thread_parts.h>
#include <kern/walk.h>

struct task;
struct pmap;
struct vm_map;
struct ipc_space;
struct processor;
struct timer;

enum wait_result {
	WAIT_OK,	  /* what was waited for happened */
	WAIT_TIMEDOUT,
	WAIT_ABORTED,	  /* thread_abort, termination */
	WAIT_RESTART,	  /* the object waited on changed: look again */
};

enum { /* flags of thread_wait_begin */
	WAIT_UNINTERRUPTIBLE = 0, /* ends soon by itself */
	WAIT_ABORTABLE = 1,
};

enum { /* bits of ast: work before the thread returns to user mode */
	AST_STOP = 1,	    /* stop count is positive */
	AST_TERMINATE = 2,
	AST_RESCHEDULE = 4, /* somebody better is ready, or quantum over */
	AST_ABORT = 8,	    /* an abort hit it outside any wait */
};

struct thread {
	struct kobject object;
	struct machine_thread machine; /* (s), or stopped and held */
	_Atomic uint32_t ast;	   /* here: one look of the entry code takes in
				      the word before it, too */
	struct spinlock lock;

	struct task *task;	   /* (f) +1 */
	struct pmap *pmap;	   /* (f) task's; NULL for kernel threads */
	struct vm_map *map;	   /* (f) task's */
	struct ipc_space *space;   /* (f) task's */
	struct walk_node task_link; /* task's lock; its suspensions so far */

	union {
		struct {
			_Atomic uint32_t wait; /* state | result */
			_Atomic bool on_processor; /* its context is live some-
				where; only that processor may queue it */
			_Atomic uint8_t tweak; /* current is not what usage
						  says: why */
			uint16_t unused;
		};
		_Atomic uint64_t wait_and_more; /* all of them at one look */
	};
	struct list_node wait_link;   /* (w) */
	/* A blocked thread has either a stack with its context on it or a
	 * continuation. Both are written by the thread itself as it leaves its
	 * processor, and read by who takes it from a queue to run it. */
	union {
		void (*continuation)(void); /* NULL while it keeps its stack */
		uint64_t kernel_sp;	    /* of the context: arch's */
	};
	void *stack;		      /* (s) NULL while none */
	struct timer *timer;	      /* (s) of a wait with a deadline */

	struct thread_sched sched;    /* kern/sched */
	struct thread_ipc ipc;	      /* kernel/ipc only */
	/* kernel/task only; both under the task's lock. */
	struct ipc_port *self_port;   /* the kernel port; NULL at the end */
	struct thread_exc *_Atomic exc; /* NULL while none: then the kernel port
					   is what thread_self gives */
};

/* What t has for exceptions; NULL: none yet. A thread asks about itself with no
 * lock, about others with their task's. */
static inline struct thread_exc *thread_exc(struct thread *t)
{
	return atomic_get_acq(&t->exc);
}

/*
 * +1. A user thread of the task, in no list yet, stop count as given, user
 * state zero. Inherits priority from the defaults given. NULL: no memory. The
 * pointers (f) are borrowed from the task, which outlives its threads.
 */
struct thread_origin {
	struct task *task;
	struct pmap *pmap;
	struct vm_map *map;
	struct ipc_space *space;
	int priority, max_priority;
	unsigned stop_count;
};
struct thread *thread_create(const struct thread_origin *origin);

/* Makes a new thread known to the scheduler: it leaves to user mode as soon as
 * its stop count is zero. */
void thread_start(struct thread *t);

/* +1. A thread of the kernel itself: runs fn(arg) with a stack. */
struct thread *thread_create_kernel(const char *name, void (*fn)(void *),
				    void *arg, int priority);

static inline void thread_ref(struct thread *t)
{
	kobject_ref(&t->object);
}
void thread_unref(struct thread *t);

/*
 * Stop count. thread_stop adds one; on return with wait = true the thread is
 * at the user boundary or in an abortable wait and runs no user code until
 * released. Self-stop takes effect on the way out. KR_FAILURE: terminated;
 * KR_ABORTED: the caller was, nothing was added.
 */
enum kr thread_stop(struct thread *t, bool wait);
/* Enough for anybody, and the sum of all kinds of stops cannot wrap. */
#define SUSPEND_COUNT_MAX 0x3fffffffu
/* n stops at once, for a thread that has not started. */
void thread_stop_new(struct thread *t, unsigned n);
/* The waiting half alone. False: the caller was aborted, t may still run. */
bool thread_wait_stopped(struct thread *t);
/* KR_FAILURE: the count was zero. */
enum kr thread_release(struct thread *t);
/*
 * Around a change of the registers of a thread that is stopped by the caller.
 * A third party may end its wait meanwhile: it runs on in the kernel, to where
 * it stops, and saves there what it had loaded. thread_still_begin waits for
 * it to stop and returns a mark; 0: the caller was aborted, or it is ending. thread_still_end:
 * false if it was woken in between; then all again.
 */
uint32_t thread_still_begin(struct thread *t);
bool thread_still_end(struct thread *t, uint32_t mark);
unsigned thread_stop_count(struct thread *t);

/* The public calls: a count of their own, so that thread_resume cannot undo
 * what task_suspend did. Codes as above. */
enum kr thread_suspend(struct thread *t);
enum kr thread_resume(struct thread *t);

/* Ends an abortable wait of t with WAIT_ABORTED, or marks it so that its next
 * one ends so at once unless it reaches user mode first. A stopped thread is
 * taken out of its wait at once. */
void thread_abort_wait(struct thread *t);

/* Marks t terminated and aborts its wait; it dies at its next clean point.
 * KR_FAILURE: already dying. */
enum kr thread_terminate(struct thread *t);

/* Waits until t has left all processors and given up everything but its
 * memory. */
void thread_wait_dead(struct thread *t);
/* The same, for callers that may be aborted or are to die themselves: false,
 * t may still run. Also false for the caller itself and for a thread that never
 * started. */
bool thread_wait_dead_abortable(struct thread *t);

/* Ends the calling thread. */
[[gnu::noreturn]] void thread_exit_self(void);

/* Kernel stacks that no thread uses, for a census: their frames; their address
 * ranges do not count as objects. Exact while other processors rest. */
size_t thread_spare_stack_frames(void);
void thread_note_spare_stacks(void);

/* Hook of the task layer, called on the dying thread itself, with a stack,
 * before it disappears: releases its ports, leaves its task. */
extern void (*thread_exit_hook)(struct thread *t);

/* Hook of the task layer, called when the last reference goes, just before the
 * memory is freed; must be quick and not block. */
extern void (*thread_free_hook)(struct thread *t);

/* --- waiting --- */

void thread_wait_begin(unsigned flags);

/* Takes back thread_wait_begin; the result if somebody ended it already, else
 * WAIT_OK and the wait is off. */
enum wait_result thread_wait_cancel(void);

/*
 * Gives up the processor until the wait ends. deadline: clock_now() time or
 * CLOCK_NEVER. With a continuation the stack is given up and the function is
 * called, on a fresh stack, when the thread runs again (never returns here);
 * it reads thread_wait_result(). Without, returns the result. If the wait has
 * ended already, goes on at once, in the same way.
 */
enum wait_result thread_block(uint64_t deadline, void (*continuation)(void));
enum wait_result thread_wait_result(void);

/* Ends t's armed wait and makes t ready. False: not armed (any more). */
bool thread_wake(struct thread *t, enum wait_result result);

/*
 * Ends t's armed wait but leaves t not ready: the caller owns its dispatch and
 * must call thread_ready(t) or thread_handoff(t, ...). False: not armed.
 */
bool thread_claim(struct thread *t, enum wait_result result);
void thread_ready(struct thread *t);

/* Makes ready those of a list of claimed threads, by their wait_link. Whoever wakes
 * claims under the lock of what was waited for and says this without it: another
 * processor is told by an interrupt, which takes long, and wants that lock next. */
void thread_ready_all(struct list *claimed);

/*
 * A claimed thread t gets this processor at once, no run queue; the caller, which
 * has armed a wait of its own, blocks in it as thread_block would. If t cannot
 * run here now it is made ready instead and the caller blocks normally.
 */
enum wait_result thread_handoff(struct thread *t, uint64_t deadline,
				void (*continuation)(void));

/* Lets others of the same or higher priority run. */
bool thread_yield(void (*continuation)(void)); /* true: somebody else ran */

/* The same for a thread in a trap, which keeps no stack: if somebody else runs
 * it does not return, and the trap's result is true. Otherwise false. */
bool thread_yield_trap(void);

/* The same, giving this processor to t if it is ready. */
bool thread_yield_to(struct thread *t);

/* True if t is the calling thread and should give way: long loops. */
static inline struct thread *thread_self(void)
{
	return cpu_thread();
}

/* Loops over user-sized work call this at least every 10,000 instructions, no
 * spin lock held: lets a better thread run if there is one. */
void preempt_point(void);

/* True once the calling thread is to die or was aborted: long operations stop
 * with KR_ABORTED. */
bool thread_should_abort(void);
