/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: generation and default actions; the emulator builds the frames.
 * A default action that stops, continues or ends a process happens when the
 * signal is sent, unless every thread blocks it; then when it is unblocked.
 */
#include "sig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "machine.h"

#define SET_STOP                                                               \
	(SIG_BIT(SIGSTOP) | SIG_BIT(SIGTSTP) | SIG_BIT(SIGTTIN) |              \
	 SIG_BIT(SIGTTOU))
#define SET_IGNORE                                                             \
	(SIG_BIT(SIGCHLD) | SIG_BIT(SIGURG) | SIG_BIT(SIGWINCH) |              \
	 SIG_BIT(SIGCONT))
#define SET_CORE                                                               \
	(SIG_BIT(SIGQUIT) | SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) |               \
	 SIG_BIT(SIGABRT) | SIG_BIT(SIGBUS) | SIG_BIT(SIGFPE) |                \
	 SIG_BIT(SIGSEGV) | SIG_BIT(SIGXCPU) | SIG_BIT(SIGXFSZ) |              \
	 SIG_BIT(SIGSYS))
#define SET_UNBLOCKABLE (SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP))

#define QUEUED_MAX     1024  /* of one process or thread */
#define QUEUED_ALL_MAX 16384

static unsigned queued_all;

bool sig_queue_is_full(const struct sig_pending *s)
{
	return s->queued >= QUEUED_MAX || queued_all >= QUEUED_ALL_MAX;
}

static void sig_queued_free(struct sig_pending *s, struct sig_queued *q)
{
	list_remove(&q->all);
	free(q);
	s->queued--;
	queued_all--;
}

void sig_pending_init(struct sig_pending *s)
{
	s->set = 0;
	s->queued = 0;
	list_init(&s->queue);
}

static void sig_pending_remove(struct sig_pending *s, uint64_t set)
{
	struct list *pos, *next;

	s->set &= ~set;
	for (pos = s->queue.next; pos != &s->queue; pos = next) {
		struct sig_queued *q = list_entry(pos, struct sig_queued, all);
		int sig = ((struct sig_info *)(void *)q->info)->signo;
		next = pos->next;
		if (SIG_BIT(sig) & set)
			sig_queued_free(s, q);
	}
}

void sig_pending_clear(struct sig_pending *s)
{
	sig_pending_remove(s, ~0ull);
}

static uint64_t sig_handler(const struct proc *p, int sig)
{
	return p->actions[sig].handler;
}

bool sig_has_handler(const struct proc *p, int sig)
{
	return sig_handler(p, sig) > 1;
}

bool sig_is_ignored(const struct proc *p, int sig)
{
	if (sig_handler(p, sig) == 1)
		return true;
	return sig_handler(p, sig) == 0 && (SIG_BIT(sig) & SET_IGNORE);
}

bool lwp_signal_waits(const struct lwp *l)
{
	const struct proc *p = l->proc;
	uint64_t heard = p->pending.set;

	if (p->deaf)
		heard &= ~SIG_BIT(SIGCHLD);
	return ((l->pending.set | heard) & ~l->mask) != 0;
}

void sig_update(struct lwp *l)
{
	bool waits = lwp_signal_waits(l);

	if (!waits) {
		if (l->poked)
			machine_unpoke(l);
		l->poked = false;
		return;
	}
	if (l->call && !l->call->running) {
		call_interrupt(l->call);
		return;
	}
	l->poked = true;
	machine_poke(l);
}

void sig_retarget(struct lwp *l)
{
	struct proc *p = l->proc;
	struct list *pos;

	if (proc_is_gone(p) || !p->pending.set)
		return;
	list_each(pos, &p->threads) {
		struct lwp *other = list_entry(pos, struct lwp, siblings);
		if (other != l)
			sig_update(other);
	}
}

/* Blocked by every thread that could take it? */
static bool sig_is_blocked(struct proc *p, struct lwp *l, int sig)
{
	struct list *pos;

	if (SIG_BIT(sig) & SET_UNBLOCKABLE)
		return false;
	if (l)
		return l->mask & SIG_BIT(sig);
	list_each(pos, &p->threads)
		if (!(list_entry(pos, struct lwp, siblings)->mask &
		      SIG_BIT(sig)))
			return false;
	return true;
}

static void sig_stop(struct proc *p, int sig)
{
	if (p->state != PROC_RUNNING)
		return;
	p->state = PROC_STOPPED;
	p->stop_signal = sig;
	p->stop_reported = false;
	p->continued = false;
	machine_stop(p);
	proc_news(p);
}

static void sig_continue(struct proc *p)
{
	struct list *pos, *next;

	if (p->state != PROC_STOPPED)
		return;
	p->state = PROC_RUNNING;
	p->stop_signal = 0;
	p->continued = true;
	machine_continue(p);
	/* Background reads of the terminal wait for nothing but this. */
	list_each(pos, &p->threads) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		if (l->call)
			call_wake(l->call);
	}
	proc_news(p);
	/* What came while it was stopped. */
	for (pos = p->threads.next;
	     p->state == PROC_RUNNING && pos != &p->threads; pos = next) {
		next = pos->next;
		sig_act_on_unblocked(list_entry(pos, struct lwp, siblings));
	}
}

void sig_die(struct proc *p, struct lwp *l, int sig)
{
	if (proc_is_gone(p))
		return;
	if (p == proc_init_process || !(SIG_BIT(sig) & SET_CORE) ||
	    !core_begin(p, l, sig))
		proc_exit(p, sig);
}

/* The default action of an unblocked signal without handler; l: sent to this
 * thread alone, or NULL. */
static void sig_default(struct proc *p, struct lwp *l, int sig)
{
	uint64_t bit = SIG_BIT(sig);

	if (bit & SET_IGNORE)
		return;
	if (bit & SET_STOP) {
		if (sig != SIGSTOP && pgrp_is_orphaned(p->pgid))
			return;
		sig_stop(p, sig);
		return;
	}
	sig_die(p, l, sig);
}

/* Something that sending alone does, whatever is blocked. */
static void sig_side_effects(struct proc *p, int sig)
{
	struct list *pos;
	uint64_t cancels = 0;

	if (sig == SIGCONT)
		cancels = SET_STOP;
	else if (SIG_BIT(sig) & SET_STOP)
		cancels = SIG_BIT(SIGCONT);
	if (!cancels)
		return;
	sig_pending_remove(&p->pending, cancels);
	list_each(pos, &p->threads)
		sig_pending_remove(
			&list_entry(pos, struct lwp, siblings)->pending,
			cancels);
	if (sig == SIGCONT)
		sig_continue(p);
}

static void sig_queue(struct sig_pending *s, int sig, const uint8_t raw[128])
{
	struct sig_queued *q;

	if (sig < SIGRTMIN && (s->set & SIG_BIT(sig)))
		return;
	s->set |= SIG_BIT(sig);
	q = sig_queue_is_full(s) ? NULL : malloc(sizeof(*q));
	if (!q)
		return; /* the signal comes, with less information */
	s->queued++;
	queued_all++;
	memcpy(q->info, raw, sizeof(q->info));
	list_insert(&s->queue, &q->all);
}

/* A thread that can take sig now, rather the first. */
static struct lwp *sig_pick_thread(struct proc *p, int sig)
{
	struct list *pos;

	list_each(pos, &p->threads) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		if (!(l->mask & SIG_BIT(sig)))
			return l;
	}
	return NULL;
}

void sig_send_raw(struct proc *p, struct lwp *l, int sig,
		  const uint8_t raw[128])
{
	bool blocked;

	if (p && p->state == PROC_DUMPING && sig == SIGKILL)
		core_cut(p);
	if (!p || proc_is_gone(p) || !p->nthreads)
		return;
	/* The first process takes only what it handles. */
	if (p == proc_init_process && !sig_has_handler(p, sig))
		return;
	sig_side_effects(p, sig);
	if (proc_is_gone(p))
		return;
	blocked = sig_is_blocked(p, l, sig);
	if (!blocked && sig_is_ignored(p, sig))
		return;
	/* A stopped process acts on nothing but SIGKILL before it goes on. */
	if (p->state == PROC_STOPPED && sig != SIGKILL)
		blocked = true;
	if (!blocked && !sig_has_handler(p, sig)) {
		sig_default(p, l, sig);
		return;
	}
	sig_queue(l ? &l->pending : &p->pending, sig, raw);
	waitq_wake(&p->signal_news);
	if (!l)
		l = sig_pick_thread(p, sig);
	if (l)
		sig_update(l);
}

void sig_deafen(struct proc *p)
{
	if (p->deaf || proc_is_gone(p) || p->nthreads != 1 ||
	    (p->pending.set & SIG_BIT(SIGCHLD)))
		return;
	p->deaf = true;
	machine_late(list_entry(p->threads.next, struct lwp, siblings), true);
	timer_set(&p->hears, machine_monotonic() + SIG_DEAF_NS);
}

void sig_hear(struct proc *p)
{
	struct list *pos;
	struct lwp *l;

	if (!p->deaf)
		return;
	p->deaf = false;
	timer_clear(&p->hears);
	list_each(pos, &p->threads)
		machine_late(list_entry(pos, struct lwp, siblings), false);
	l = sig_pick_thread(p, SIGCHLD);
	if (l)
		sig_update(l);
}

void sig_hear_at_last(struct timer *t)
{
	sig_hear(t->owner);
}

static void sig_fill(uint8_t raw[128], int sig, const struct sig_info *info)
{
	struct sig_info kernel = {.signo = sig, .code = 128 /* SI_KERNEL */};

	memset(raw, 0, 128);
	memcpy(raw, info ? info : &kernel, sizeof(kernel));
}

void sig_send(struct proc *p, int sig, const struct sig_info *info)
{
	uint8_t raw[128];

	sig_fill(raw, sig, info);
	sig_send_raw(p, NULL, sig, raw);
}

void sig_send_thread(struct lwp *l, int sig, const struct sig_info *info)
{
	uint8_t raw[128];

	sig_fill(raw, sig, info);
	sig_send_raw(l->proc, l, sig, raw);
}

void sig_send_group(int pgid, int sig, const struct sig_info *info)
{
	struct proc_walk walk;
	struct proc *p;

	proc_each(p, &walk)
		if (p->pgid == pgid)
			sig_send(p, sig, info);
}

void sig_force(struct lwp *l, int sig, const struct sig_info *info,
	       uint64_t address)
{
	struct proc *p = l->proc;
	uint8_t raw[128];

	sig_fill(raw, sig, info);
	memcpy(raw + 16, &address, sizeof(address)); /* si_addr */
	if ((l->mask & SIG_BIT(sig)) || !sig_has_handler(p, sig)) {
		sig_die(p, l, sig);
		return;
	}
	sig_send_raw(p, l, sig, raw);
}

static int sig_take_from(struct sig_pending *s, uint64_t set,
			 uint8_t info[128])
{
	const uint64_t faults = SIG_BIT(SIGSEGV) | SIG_BIT(SIGBUS) |
				SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) |
				SIG_BIT(SIGFPE) | SIG_BIT(SIGSYS);
	uint64_t have = s->set & set;
	struct list *pos, *next;
	bool taken = false, more = false;
	int sig;

	if (!have)
		return 0;
	sig = __builtin_ctzll(have & faults ? have & faults : have) + 1;
	sig_fill(info, sig, NULL);
	for (pos = s->queue.next; pos != &s->queue; pos = next) {
		struct sig_queued *q = list_entry(pos, struct sig_queued, all);
		next = pos->next;
		if (((struct sig_info *)(void *)q->info)->signo != sig)
			continue;
		if (taken) {
			more = true;
			break;
		}
		memcpy(info, q->info, 128);
		sig_queued_free(s, q);
		taken = true;
	}
	if (!more)
		s->set &= ~SIG_BIT(sig);
	return sig;
}

int sig_dequeue(struct lwp *l, uint64_t set, uint8_t info[128])
{
	int sig = sig_take_from(&l->pending, set, info);

	return sig ? sig : sig_take_from(&l->proc->pending, set, info);
}

void sig_reset_for_exec(struct proc *p)
{
	for (int sig = 1; sig <= SIG_COUNT; sig++) {
		bool ignored = p->actions[sig].handler == 1;
		p->actions[sig] = (struct sig_action){.handler = ignored};
	}
}
