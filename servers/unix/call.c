/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls, wait queues and timers; see call.h. Wake-ups only put calls on the
 * run list, so that no operation runs inside another.
 */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "dispatch.h"
#include "file.h"
#include "machine.h"
#include "proc.h"
#include "sig.h"

struct call_link {
	struct list of_call, of_queue;
	struct call *call;
};

static struct list run_list = {&run_list, &run_list};
static struct list timers = {&timers, &timers};

static struct proc *current;

struct proc *proc_current(void)
{
	return current;
}

void waitq_init(struct waitq *q)
{
	list_init(&q->calls);
}

int call_wait_on(struct call *c, struct waitq *q)
{
	struct call_link *link = calloc(1, sizeof(*link));

	if (!link)
		return -ENOMEM;
	link->call = c;
	list_insert(&c->links, &link->of_call);
	list_insert(&q->calls, &link->of_queue);
	return 0;
}

static void call_unlink(struct call *c)
{
	while (!list_empty(&c->links)) {
		struct call_link *link =
			list_entry(c->links.next, struct call_link, of_call);
		list_remove(&link->of_call);
		list_remove(&link->of_queue);
		free(link);
	}
}

void call_wake(struct call *c)
{
	call_unlink(c);
	if (list_empty(&c->run))
		list_insert(&run_list, &c->run);
}

void waitq_wake(struct waitq *q)
{
	while (!list_empty(&q->calls))
		call_wake(list_entry(q->calls.next, struct call_link, of_queue)
				  ->call);
}

static void call_destroy(struct call *c)
{
	call_unlink(c);
	list_remove(&c->run);
	if (c->timer) {
		timer_clear(c->timer);
		free(c->timer);
	}
	if (c->held)
		file_unref(c->held);
	free(c->in);
	free(c);
}

static void call_finish(struct call *c, int64_t result, int flags)
{
	c->lwp->call = NULL;
	if (result < 0)
		c->out_length = 0;
	if (lwp_signal_waits(c->lwp))
		flags |= UX_RF_SIGNAL;
	c->reply(c, result, flags);
	call_destroy(c);
}

static void call_end_interrupted(struct call *c)
{
	if (c->partial > 0)
		call_finish(c, c->partial, 0);
	else
		call_finish(c, -EINTR, c->restartable ? UX_RF_NOINTR : 0);
}

static _Alignas(MACHINE_SCRATCH) uint8_t buffer[UX_DATA_MAX];
_Static_assert(UX_DATA_MAX % MACHINE_SCRATCH == 0, "");

void call_discard_buffer(void)
{
	machine_discard(buffer, sizeof(buffer));
}

/* Calls by which a process learns what it did not hear yet (sig_deafen), or after
 * which it would be another. */
static bool call_hears(const struct call *c)
{
	switch (c->op) {
	case UX_HEAR:
	case UX_WAIT4:
	case UX_WAITID:
	case UX_SIGPENDING:
	case UX_SIGTIMEDWAIT:
	case UX_CLONE:
	case UX_EXECVE:
		return true;
	default:
		return false;
	}
}

static void call_run(struct call *c)
{
	int64_t result;

	c->in_cursor = 0;
	c->out = buffer;
	c->out_length = 0;
	c->running = true;
	current = c->lwp->proc;
	if (call_hears(c))
		sig_hear(current);
	result = dispatch_operation(c);
	if (result == CALL_PARK)
		sig_hear(current);
	current = NULL;
	c->running = false;
	if (c->dead || result == CALL_NO_REPLY) {
		c->reply(c, CALL_NO_REPLY, 0);
		call_destroy(c);
		return;
	}
	if (result != CALL_PARK) {
		call_finish(c, result, 0);
		return;
	}
	if (lwp_signal_waits(c->lwp) && !c->unkillable)
		call_end_interrupted(c);
}

void call_start(struct call *c)
{
	proc_free_dead();
	list_init(&c->links);
	list_init(&c->run);
	c->restartable = true;
	if (c->op != UX_EXECVE && c->lwp->exec_data)
		lwp_exec_drop(c->lwp); /* that execve never came */
	c->lwp->call = c;
	call_run(c);
}

void call_run_woken(void)
{
	while (!list_empty(&run_list)) {
		struct call *c = list_entry(run_list.next, struct call, run);
		list_remove(&c->run);
		call_run(c);
	}
}

void call_interrupt(struct call *c)
{
	if (!c->running && !c->unkillable)
		call_end_interrupted(c);
}

void call_drop(struct call *c)
{
	c->lwp->call = NULL;
	c->dead = true;
	if (c->running)
		return;
	c->reply(c, CALL_NO_REPLY, 0);
	call_destroy(c);
}

static void call_timeout(struct timer *t)
{
	struct call *c = t->owner;

	c->timed_out = true;
	call_wake(c);
}

void call_deadline_after(struct call *c, int64_t ns)
{
	if (c->timer)
		return;
	c->timer = calloc(1, sizeof(*c->timer));
	if (!c->timer) {
		c->timed_out = true;
		return;
	}
	timer_init(c->timer, call_timeout, c);
	c->deadline = machine_monotonic() + (uint64_t)ns;
	timer_set(c->timer, c->deadline);
}

const void *call_take(struct call *c, uint64_t length)
{
	const uint8_t *start = c->in + c->in_cursor;

	if (length > c->in_length - c->in_cursor)
		return NULL;
	c->in_cursor += (uint32_t)length;
	return start;
}

const char *call_path(struct call *c, int word)
{
	uint64_t length = c->words[word];
	const char *s = call_take(c, length);

	if (!s || !length || length > UX_PATH_MAX)
		return NULL;
	if (memchr(s, 0, length) != s + length - 1)
		return NULL;
	return s;
}

void call_put(struct call *c, const void *data, size_t length)
{
	memcpy(c->out + c->out_length, data, length);
	c->out_length += (uint32_t)length;
}

void timer_init(struct timer *t, void (*fire)(struct timer *), void *owner)
{
	list_init(&t->all);
	t->when = 0;
	t->fire = fire;
	t->owner = owner;
}

void timer_set(struct timer *t, uint64_t when)
{
	struct list *pos;

	list_remove(&t->all);
	t->when = when;
	list_each(pos, &timers)
		if (list_entry(pos, struct timer, all)->when > when)
			break;
	list_insert(pos, &t->all);
}

void timer_clear(struct timer *t)
{
	list_remove(&t->all);
	t->when = 0;
}

int64_t timer_run(void)
{
	/* What is due now: a timer that is set again may be due at once. */
	uint64_t now = machine_monotonic();

	while (!list_empty(&timers)) {
		struct timer *t = list_entry(timers.next, struct timer, all);

		if (t->when > now)
			return (int64_t)(t->when - now);
		timer_clear(t);
		t->fire(t);
	}
	return -1;
}
