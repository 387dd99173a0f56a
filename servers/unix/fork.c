/* SPDX-License-Identifier: BSD-2-Clause */
/* fork, vfork, clone, exit and who is who. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include "dispatch.h"
#include "machine.h"
#include "proc.h"
#include "sig.h"

#define FORK_VFORK 1

/* A vfork parent: waits until the child lets its task go. */
static int64_t fork_wait(struct call *c)
{
	struct proc *child = proc_find((int)c->progress);

	if (!child || !child->vforked_from)
		return c->progress;
	c->unkillable = true;
	return call_wait_on(c, &child->vfork_done) ? c->progress : CALL_PARK;
}

/* words: block, flags, fs base. progress: the vfork child's pid. */
int64_t op_fork(struct call *c)
{
	struct proc *p = c->lwp->proc, *child;
	bool share = c->words[1] & FORK_VFORK;
	struct lwp *thread;
	int error;

	if (c->progress)
		return fork_wait(c);
	child = proc_create_child(p, c->lwp);
	if (!child)
		return -EAGAIN;
	thread = list_entry(child->threads.next, struct lwp, siblings);
	if (share)
		child->vforked_from = p;
	error = machine_fork(p, child, thread, c->words[0], c->words[2], share);
	if (error) {
		proc_discard(child);
		return error;
	}
	c->progress = child->pid;
	return share ? fork_wait(c) : child->pid;
}

/* words: block, fs base. A thread of the caller's process. */
int64_t op_clone(struct call *c)
{
	struct lwp *l = lwp_create(c->lwp->proc);
	int error;

	if (!l)
		return -EAGAIN;
	l->mask = c->lwp->mask;
	error = machine_clone(c->lwp->proc, l, c->words[0], c->words[1]);
	if (error) {
		lwp_end(l);
		return error;
	}
	return l->tid;
}

/* words: status as exit's argument, whole process? */
int64_t op_exit(struct call *c)
{
	struct lwp *l = c->lwp;
	struct proc *p = l->proc;

	l->released = true;
	if (c->words[1] || p->nthreads == 1) {
		proc_exit(p, (int)(c->words[0] & 255) << 8);
		return CALL_NO_REPLY;
	}
	/* One thread of several: it is answered, and ends by itself. */
	c->reply(c, 0, 0);
	l->exits = true;
	lwp_end(l);
	sig_retarget(l);
	return CALL_NO_REPLY;
}

int64_t op_getpid(struct call *c)
{
	return c->lwp->proc->pid;
}

int64_t op_getppid(struct call *c)
{
	struct proc *parent = c->lwp->proc->parent;

	return parent ? parent->pid : 0;
}
