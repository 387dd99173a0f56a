/* SPDX-License-Identifier: BSD-2-Clause */
/* The signal calls. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include "dispatch.h"
#include "machine.h"
#include "sig.h"

#define UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))

void sig_act_on_unblocked(struct lwp *l)
{
	struct proc *p = l->proc;
	uint8_t info[128];

	for (int sig = 1; sig <= SIG_COUNT && p->state == PROC_RUNNING;
	     sig++) {
		uint64_t bit = SIG_BIT(sig);
		if (!((l->pending.set | p->pending.set) & ~l->mask & bit) ||
		    sig_has_handler(p, sig))
			continue;
		if (!sig_dequeue(l, bit, info) || sig_is_ignored(p, sig))
			continue;
		sig_send_raw(p, l, sig, info);
	}
	if (!proc_is_gone(p))
		sig_update(l);
}

static void sig_set_mask(struct lwp *l, uint64_t mask)
{
	if (l->mask & ~mask & SIG_BIT(SIGCHLD))
		sig_hear(l->proc);
	l->mask = mask & ~UNBLOCKABLE;
	sig_act_on_unblocked(l);
	sig_retarget(l);
}

int64_t op_sigprocmask(struct call *c)
{
	struct lwp *l = c->lwp;
	uint64_t old = l->mask, set = c->words[2];

	call_put(c, &old, sizeof(old));
	if (!c->words[1])
		return 0;
	switch ((int)c->words[0]) {
	case SIG_BLOCK:
		sig_set_mask(l, old | set);
		break;
	case SIG_UNBLOCK:
		sig_set_mask(l, old & ~set);
		break;
	case SIG_SETMASK:
		sig_set_mask(l, set);
		break;
	default:
		return -EINVAL;
	}
	return 0;
}

int64_t op_sigaction(struct call *c)
{
	struct proc *p = c->lwp->proc;
	int sig = (int)c->words[0];
	const struct sig_action *new = NULL;
	uint8_t info[128];

	if (sig < 1 || sig > SIG_COUNT)
		return -EINVAL;
	if (c->words[1]) {
		new = call_take(c, sizeof(*new));
		if (!new)
			return -EFAULT;
		if (SIG_BIT(sig) & UNBLOCKABLE)
			return -EINVAL;
	}
	call_put(c, &p->actions[sig], sizeof(p->actions[sig]));
	if (!new)
		return 0;
	memcpy(&p->actions[sig], new, sizeof(*new));
	p->actions[sig].mask &= ~UNBLOCKABLE;
	if (sig_is_ignored(p, sig)) {
		while (sig_dequeue(c->lwp, SIG_BIT(sig), info))
			;
		sig_update(c->lwp);
	}
	return 0;
}

int64_t op_hear(struct call *c)
{
	(void)c;
	return 0;
}

int64_t op_sigpending(struct call *c)
{
	struct lwp *l = c->lwp;
	uint64_t set = (l->pending.set | l->proc->pending.set) & l->mask;

	call_put(c, &set, sizeof(set));
	return 0;
}

/* progress: the mask is in place. */
int64_t op_sigsuspend(struct call *c)
{
	struct lwp *l = c->lwp;

	c->restartable = false;
	if (!c->progress) {
		c->progress = 1;
		l->saved_mask = l->mask;
		l->mask_saved = true;
		sig_set_mask(l, c->words[0]);
	}
	return CALL_PARK;
}

int64_t op_pause(struct call *c)
{
	c->restartable = false;
	return CALL_PARK;
}

int64_t op_sigtimedwait(struct call *c)
{
	struct lwp *l = c->lwp;
	uint64_t set = c->words[0] & ~UNBLOCKABLE;
	int64_t timeout = (int64_t)c->words[1];
	uint8_t info[128];
	int sig = sig_dequeue(l, set, info);

	c->restartable = false;
	if (sig) {
		call_put(c, info, sizeof(info));
		sig_update(l);
		return sig;
	}
	if (c->timed_out || !timeout)
		return -EAGAIN;
	if (timeout > 0)
		call_deadline_after(c, timeout);
	if (call_wait_on(c, &l->proc->signal_news))
		return -ENOMEM;
	return CALL_PARK;
}

static void sig_take_fill(struct lwp *l, int sig, struct ux_sigtake *take)
{
	struct sig_action *a = &l->proc->actions[sig];
	uint64_t block = a->mask;

	take->signal = sig;
	take->handler = a->handler;
	take->flags = a->flags;
	take->restorer = a->restorer;
	take->restart = (a->flags & SA_RESTART) != 0;
	take->old_mask = l->mask_saved ? l->saved_mask : l->mask;
	l->mask_saved = false;
	if (!(a->flags & SA_NODEFER))
		block |= SIG_BIT(sig);
	l->mask |= block;
	if (a->flags & SA_RESETHAND)
		a->handler = 0;
}

int64_t op_sigtake(struct call *c)
{
	struct lwp *l = c->lwp;
	struct ux_sigtake take = {0};
	int sig = 0;

	/* Stopped by one of them: the rest is for later. */
	while (l->proc->state == PROC_RUNNING &&
	       (sig = sig_dequeue(l, ~l->mask, take.info)) &&
	       !sig_has_handler(l->proc, sig)) {
		sig_send_raw(l->proc, l, sig, take.info);
		sig = 0;
	}
	if (sig)
		sig_take_fill(l, sig, &take);
	else if (l->mask_saved) {
		l->mask = l->saved_mask;
		l->mask_saved = false;
	}
	l->poked = true; /* the slot may be set: clear or keep it */
	sig_update(l);
	sig_retarget(l);
	call_put(c, &take, sizeof(take));
	return 0;
}

static struct sig_info sig_from(struct proc *p, int sig, int code)
{
	return (struct sig_info){.signo = sig,
				 .code = code,
				 .pid = p->pid,
				 .uid = p->cred.uid};
}

bool proc_may_signal(const struct proc *from, const struct proc *to, int sig)
{
	const struct cred *a = &from->cred, *b = &to->cred;

	if (!a->euid || from == to)
		return true;
	if (sig == SIGCONT && from->session == to->session)
		return true;
	return a->euid == b->uid || a->euid == b->suid || a->uid == b->uid ||
	       a->uid == b->suid;
}

/* Is to among those that kill's pid argument means? */
static bool kill_means(const struct proc *from, const struct proc *to, int pid)
{
	if (pid > 0)
		return to->pid == pid;
	if (pid == 0)
		return to->pgid == from->pgid;
	if (pid == -1)
		return to != from && to != proc_init_process;
	return to->pgid == -pid;
}

int64_t op_kill(struct call *c)
{
	struct proc *p = c->lwp->proc;
	int pid = (int)c->words[0], sig = (int)c->words[1];
	struct sig_info info = sig_from(p, sig, 0);
	bool found = false, allowed = false;
	struct proc_walk walk;
	struct proc *to;

	if (sig < 0 || sig > SIG_COUNT)
		return -EINVAL;
	if (pid == INT_MIN) /* has no negative */
		return -ESRCH;
	proc_each(to, &walk) {
		if (!kill_means(p, to, pid))
			continue;
		found = true;
		if (!proc_may_signal(p, to, sig))
			continue;
		allowed = true;
		if (sig == SIGCHLD)
			sig_hear(to);
		if (sig && to != p)
			sig_send(to, sig, &info);
	}
	if (!found)
		return -ESRCH;
	if (!allowed)
		return -EPERM;
	if (sig && kill_means(p, p, pid))
		sig_send(p, sig, &info);
	return 0;
}

int64_t op_tgkill(struct call *c)
{
	struct proc *p = c->lwp->proc;
	int tgid = (int)c->words[0], sig = (int)c->words[2];
	struct lwp *to = lwp_find((int)c->words[1]);
	struct sig_info info = sig_from(p, sig, -6 /* SI_TKILL */);

	if (sig < 0 || sig > SIG_COUNT || (int)c->words[1] <= 0)
		return -EINVAL;
	if (!to || (tgid && to->proc->pid != tgid))
		return -ESRCH;
	if (!proc_may_signal(p, to->proc, sig))
		return -EPERM;
	if (sig)
		sig_send_thread(to, sig, &info);
	return 0;
}

int64_t op_sigqueue(struct call *c)
{
	struct proc *p = c->lwp->proc, *to = proc_find((int)c->words[0]);
	struct lwp *l = c->words[1] ? lwp_find((int)c->words[1]) : NULL;
	int sig = (int)c->words[2];
	const uint8_t *raw = call_take(c, 128);
	uint8_t info[128];
	int code;

	if (!raw)
		return -EFAULT;
	if (sig < 0 || sig > SIG_COUNT)
		return -EINVAL;
	if (!to || (c->words[1] && (!l || l->proc != to)))
		return -ESRCH;
	memcpy(info, raw, sizeof(info));
	memcpy(&code, info + 8, sizeof(code));
	if ((code >= 0 || code == -6) && to != p)
		return -EPERM;
	if (!proc_may_signal(p, to, sig))
		return -EPERM;
	memcpy(info, &sig, sizeof(sig));
	if (sig >= SIGRTMIN &&
	    sig_queue_is_full(l ? &l->pending : &to->pending))
		return -EAGAIN;
	if (sig == SIGCHLD)
		sig_hear(to);
	if (sig)
		sig_send_raw(to, l, sig, info);
	return 0;
}
