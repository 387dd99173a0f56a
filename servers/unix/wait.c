/* SPDX-License-Identifier: BSD-2-Clause */
/* Parents and their children's news: wait4 and waitid. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include "dispatch.h"
#include "init.h"
#include "machine.h"
#include "proc.h"
#include "sig.h"

#define WAIT_NOTHREAD 0x20000000
#define WAIT_ALL      0x40000000
#define WAIT_CLONE    0x80000000u

static struct sig_info child_info(const struct proc *p)
{
	struct sig_info info = {
		.signo = SIGCHLD, .pid = p->pid, .uid = p->cred.uid};

	if (p->state == PROC_STOPPED) {
		info.code = CLD_STOPPED;
		info.status = p->stop_signal;
	} else if (p->state == PROC_RUNNING) {
		info.code = CLD_CONTINUED;
		info.status = SIGCONT;
	} else if (WIFEXITED(p->exit_status)) {
		info.code = CLD_EXITED;
		info.status = WEXITSTATUS(p->exit_status);
	} else {
		info.code = WCOREDUMP(p->exit_status) ? CLD_DUMPED
						      : CLD_KILLED;
		info.status = WTERMSIG(p->exit_status);
	}
	info.utime = (int64_t)(p->user / 10000000);
	info.stime = (int64_t)(p->system / 10000000);
	return info;
}

/* A parent that ignores SIGCHLD has no zombies. */
static bool parent_wants_none(const struct proc *parent)
{
	const struct sig_action *a = &parent->actions[SIGCHLD];

	return a->handler == 1 || (a->flags & SA_NOCLDWAIT);
}

void proc_news(struct proc *p)
{
	struct proc *parent = p->parent;
	struct sig_info info = child_info(p);
	bool stop = p->state != PROC_ZOMBIE;

	if (!parent)
		return;
	if (parent == proc_init_process) {
		if (!stop)
			init_child_ended(p);
		return;
	}
	if (parent == proc_current())
		sig_deafen(parent);
	else
		sig_hear(parent);
	if (!(stop && (parent->actions[SIGCHLD].flags & SA_NOCLDSTOP)))
		sig_send(parent, stop ? SIGCHLD : p->exit_signal, &info);
	if (!stop && parent_wants_none(parent))
		proc_reap(p);
	waitq_wake(&parent->child_news);
}

/* Which children a wait means: P_ALL, P_PID, P_PGID and a number. */
static bool wait_means(const struct proc *child, int type, int id)
{
	if (type == P_PID)
		return child->pid == id;
	if (type == P_PGID)
		return child->pgid == id;
	return true;
}

static bool wait_is_ready(const struct proc *child, int options)
{
	if (child->state == PROC_ZOMBIE)
		return options & WEXITED;
	if (child->state == PROC_STOPPED)
		return (options & WSTOPPED) && !child->stop_reported;
	return child->state == PROC_RUNNING && (options & WCONTINUED) &&
	       child->continued;
}

/*
 * The first child with news, or NULL with *error: 0 none yet, -ECHILD no such
 * child.
 */
static struct proc *wait_find(struct proc *p, int type, int id, int options,
			      int *error)
{
	struct list *pos;

	*error = -ECHILD;
	list_each(pos, &p->children) {
		struct proc *child = list_entry(pos, struct proc, siblings);
		if (!wait_means(child, type, id))
			continue;
		if (wait_is_ready(child, options))
			return child;
		*error = 0;
	}
	return NULL;
}

static void wait_usage(const struct proc *child, struct rusage *r)
{
	uint64_t user = child->user + child->child_user;
	uint64_t system = child->system + child->child_system;

	memset(r, 0, sizeof(*r));
	r->ru_utime.tv_sec = (time_t)(user / 1000000000);
	r->ru_utime.tv_usec = (suseconds_t)(user / 1000 % 1000000);
	r->ru_stime.tv_sec = (time_t)(system / 1000000000);
	r->ru_stime.tv_usec = (suseconds_t)(system / 1000 % 1000000);
	r->ru_maxrss = (long)(child->max_resident / 1024);
}

/* The news has been told: forget it, and a zombie altogether. */
static void wait_consume(struct proc *p, struct proc *child)
{
	if (child->state == PROC_STOPPED) {
		child->stop_reported = true;
	} else if (child->state == PROC_RUNNING) {
		child->continued = false;
	} else {
		p->child_user += child->user + child->child_user;
		p->child_system += child->system + child->child_system;
		proc_reap(child);
	}
}

static int wait_status(const struct proc *child)
{
	if (child->state == PROC_STOPPED)
		return child->stop_signal << 8 | 0x7f;
	if (child->state == PROC_RUNNING)
		return 0xffff;
	return child->exit_status;
}

static int64_t wait_park(struct call *c, int options, int error)
{
	if (error)
		return error;
	if (options & WNOHANG)
		return 0;
	if (call_wait_on(c, &c->lwp->proc->child_news))
		return -ENOMEM;
	return CALL_PARK;
}

int64_t op_wait4(struct call *c)
{
	struct proc *p = c->lwp->proc, *child;
	int id = (int)c->words[0], options = (int)c->words[1];
	int type = P_ALL, error, status, pid;
	struct rusage usage;

	if (options & ~(int)(WNOHANG | WUNTRACED | WCONTINUED |
			     WAIT_NOTHREAD | WAIT_ALL | WAIT_CLONE))
		return -EINVAL;
	if (id == INT_MIN) /* has no negative */
		return -ESRCH;
	if (id > 0)
		type = P_PID;
	else if (id != -1)
		type = P_PGID;
	if (type == P_PGID)
		id = id ? -id : p->pgid;
	options |= WEXITED;
	child = wait_find(p, type, id, options, &error);
	if (!child)
		return wait_park(c, options, error);
	status = wait_status(child);
	pid = child->pid;
	wait_usage(child, &usage);
	wait_consume(p, child);
	call_put(c, &status, sizeof(status));
	call_put(c, &usage, 144);
	return pid;
}

/* The emulator answers 0; the result here says whether there was news. */
int64_t op_waitid(struct call *c)
{
	struct proc *p = c->lwp->proc, *child;
	int type = (int)c->words[0], id = (int)c->words[1];
	int options = (int)c->words[2], error;
	struct rusage usage;
	struct sig_info info;
	uint8_t raw[128] = {0};

	if (type != P_ALL && type != P_PID && type != P_PGID)
		return -EINVAL;
	if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (type == P_PGID && !id)
		id = p->pgid;
	child = wait_find(p, type, id, options, &error);
	memset(&usage, 0, sizeof(usage));
	if (!child) {
		int64_t result = wait_park(c, options, error);
		if (!result) {
			call_put(c, raw, sizeof(raw));
			call_put(c, &usage, 144);
		}
		return result;
	}
	info = child_info(child);
	memcpy(raw, &info, sizeof(info));
	wait_usage(child, &usage);
	if (!(options & WNOWAIT))
		wait_consume(p, child);
	call_put(c, raw, sizeof(raw));
	call_put(c, &usage, 144);
	return 1;
}
