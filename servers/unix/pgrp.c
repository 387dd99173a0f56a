/* SPDX-License-Identifier: BSD-2-Clause */
/* Process groups and sessions. A group is the processes with its number. */
#include <errno.h>
#include <stdlib.h>
#include "dispatch.h"
#include "proc.h"
#include "sig.h"
#include "tty.h"

struct session *session_create(int sid)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sid = sid;
	s->members = 1;
	return s;
}

void session_leave(struct proc *p)
{
	struct session *s = p->session;

	p->session = NULL;
	if (--s->members)
		return;
	if (s->tty && s->tty->session == s) {
		s->tty->session = NULL;
		s->tty->foreground = 0;
	}
	free(s);
}

struct tty *proc_tty(const struct proc *p)
{
	return p->session && !p->tty_left ? p->session->tty : NULL;
}

bool pgrp_exists(int pgid, struct session *s)
{
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if (p->pgid == pgid && p->session == s)
			return true;
	}
	return false;
}

/* Does p tie its group to the rest of the session? */
static bool pgrp_holds(const struct proc *p)
{
	const struct proc *parent = p->parent;

	return p->state != PROC_ZOMBIE && parent && parent->pgid != p->pgid &&
	       parent->session == p->session;
}

static bool pgrp_orphaned_without(int pgid, const struct proc *leaving)
{
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if (p->pgid == pgid && p != leaving && pgrp_holds(p) &&
		    p->parent != leaving)
			return false;
	}
	return true;
}

bool pgrp_is_orphaned(int pgid)
{
	return pgrp_orphaned_without(pgid, NULL);
}

static bool pgrp_has_stopped(int pgid)
{
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if (p->pgid == pgid && p->state == PROC_STOPPED)
			return true;
	}
	return false;
}

static void pgrp_check(int pgid, const struct proc *leaving)
{
	if (!pgrp_has_stopped(pgid) || !pgrp_orphaned_without(pgid, leaving))
		return;
	sig_send_group(pgid, SIGHUP, NULL);
	sig_send_group(pgid, SIGCONT, NULL);
}

void pgrp_check_orphans(struct proc *leaving)
{
	struct proc_walk walk;
	struct proc *child;

	if (pgrp_holds(leaving))
		pgrp_check(leaving->pgid, leaving);
	proc_each(child, &walk) {
		if (child->parent == leaving &&
		    child->pgid != leaving->pgid &&
		    child->session == leaving->session)
			pgrp_check(child->pgid, leaving);
	}
}

static struct proc *pgrp_target(struct call *c)
{
	int pid = (int)c->words[0];

	return pid ? proc_find(pid) : c->lwp->proc;
}

int64_t op_getpgid(struct call *c)
{
	struct proc *p = pgrp_target(c);

	return p ? p->pgid : -ESRCH;
}

int64_t op_getsid(struct call *c)
{
	struct proc *p = pgrp_target(c);

	return p && p->session ? p->session->sid : -ESRCH;
}

int64_t op_setpgid(struct call *c)
{
	struct proc *self = c->lwp->proc, *p = pgrp_target(c);
	int pgid = (int)c->words[1];

	if (pgid < 0)
		return -EINVAL;
	if (!p || p->state == PROC_ZOMBIE ||
	    (p != self && p->parent != self))
		return -ESRCH;
	if (p != self && p->session != self->session)
		return -EPERM;
	if (p != self && p->has_execed)
		return -EACCES;
	if (p->session->sid == p->pid)
		return -EPERM;
	if (!pgid)
		pgid = p->pid;
	if (pgid != p->pid && !pgrp_exists(pgid, self->session))
		return -EPERM;
	p->pgid = pgid;
	return 0;
}

int64_t op_setsid(struct call *c)
{
	struct proc *p = c->lwp->proc;
	struct session *s;
	struct list *pos;

	list_each(pos, &proc_all)
		if (list_entry(pos, struct proc, all)->pgid == p->pid)
			return -EPERM;
	s = session_create(p->pid);
	if (!s)
		return -ENOMEM;
	session_leave(p);
	p->session = s;
	p->tty_left = false;
	p->pgid = p->pid;
	return p->pid;
}
