/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues. A waiter arms itself under the queue's lock; whoever wakes it
 * takes it off and claims it under the same lock, so it stays alive meanwhile,
 * and makes it ready without it; a waiter whose wait ended otherwise takes itself
 * off.
 * Lock: the queue's, RANK_WAITQ.
 */
#include <kern/waitq.h>

#include <kern/probe.h>

static const struct lock_class waitq_class = {
	.name = "wait queue",
	.rank = RANK_WAITQ,
};

void waitq_init(struct waitq *q)
{
	spin_init(&q->lock, &waitq_class);
	list_init(&q->waiters);
}

void waitq_prepare(struct waitq *q, unsigned wait_flags)
{
	struct thread *self = thread_self();

	spin_lock(&q->lock);
	thread_wait_begin(wait_flags);
	list_push_back(&q->waiters, &self->wait_link);
	spin_unlock(&q->lock);
}

static void leave(struct waitq *q)
{
	struct thread *self = thread_self();

	spin_lock(&q->lock);
	if (list_linked(&self->wait_link))
		list_remove(&self->wait_link);
	spin_unlock(&q->lock);
}

enum wait_result waitq_cancel(struct waitq *q)
{
	enum wait_result result = thread_wait_cancel();

	leave(q);
	return result;
}

enum wait_result waitq_block(struct waitq *q, uint64_t deadline)
{
	enum wait_result result;

	if (CONFIG_DEBUG)
		probe_stretch_end(thread_self());
	result = thread_block(deadline, NULL);
	if (CONFIG_DEBUG)
		probe_stretch_begin(thread_self());
	leave(q);
	return result;
}

static struct thread *first(struct waitq *q) REQUIRES(&q->lock)
{
	struct list_node *n = list_pop_front(&q->waiters);

	return n != NULL ? container_of(n, struct thread, wait_link) : NULL;
}

bool waitq_wake_one(struct waitq *q, enum wait_result result)
{
	struct thread *woken;

	spin_lock(&q->lock);
	do
		woken = first(q);
	while (woken != NULL && !thread_claim(woken, result));
	spin_unlock(&q->lock);
	if (woken != NULL)
		thread_ready(woken);
	return woken != NULL;
}

void waitq_wake_all(struct waitq *q, enum wait_result result)
{
	struct list woken;
	struct thread *t;

	list_init(&woken);
	spin_lock(&q->lock);
	while ((t = first(q)) != NULL)
		if (thread_claim(t, result))
			list_push_back(&woken, &t->wait_link);
	spin_unlock(&q->lock);
	thread_ready_all(&woken);
}
