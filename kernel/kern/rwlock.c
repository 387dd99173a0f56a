/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer sleep locks, writers first. Whoever releases the lock wakes the
 * first waiting writer, or all waiting readers, and they try again: a processor
 * that runs may take the lock meanwhile, instead of waiting for a sleeper to
 * get one. A writer that lost several times becomes the heir, who gets the lock
 * handed over. An upgrading reader gets it as soon as it is the only one.
 * Waits cannot be aborted.
 * Lock: the inner spin lock, RANK_WAITQ.
 */
#include <kern/waitq.h>

#include <arch/clock.h>
#include <kern/panic.h>

static const struct lock_class rwlock_class = {
	.name = "sleep lock",
	.rank = RANK_WAITQ,
};

void rwlock_init(struct rwlock *l, const char *name)
{
	*l = (struct rwlock){ .name = name };
	spin_init(&l->lock, &rwlock_class);
	list_init(&l->waiting_readers);
	list_init(&l->waiting_writers);
}

/* Lets go of the inner lock and waits until somebody hands the lock over. */
static void wait_in(struct rwlock *l, struct list *list) RELEASES(&l->lock)
	NO_LOCK_ANALYSIS
{
	struct thread *self = thread_self();

	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	if (list != NULL)
		list_push_back(list, &self->wait_link);
	spin_unlock(&l->lock);
	(void)thread_block(CLOCK_NEVER, NULL);
}

static struct thread *pop(struct list *list)
{
	return container_of(list_pop_front(list), struct thread, wait_link);
}

/* How often a writer that was woken may find the lock taken again. */
#define LOSSES_MAX 4

static void wake_readers(struct rwlock *l) REQUIRES(&l->lock)
{
	while (!list_empty(&l->waiting_readers))
		thread_wake(pop(&l->waiting_readers), WAIT_OK);
}

static void give_to(struct rwlock *l, struct thread *t) REQUIRES(&l->lock)
{
	l->writer = t;
	thread_wake(t, WAIT_OK);
}

static bool writers_wait(const struct rwlock *l)
{
	return l->upgrader != NULL || l->heir != NULL ||
	       !list_empty(&l->waiting_writers);
}

/* A hold was released and somebody waits: who is next? */
[[gnu::noinline]] static void next_one(struct rwlock *l) REQUIRES(&l->lock)
{
	struct thread *t;

	if (l->upgrader != NULL && l->readers == 1) {
		t = l->upgrader;
		l->upgrader = NULL;
		l->readers = 0;
		give_to(l, t);
	} else if (l->readers > 0) {
		return;
	} else if (l->heir != NULL) {
		t = l->heir;
		l->heir = NULL;
		give_to(l, t);
	} else if (!list_empty(&l->waiting_writers)) {
		thread_wake(pop(&l->waiting_writers), WAIT_OK);
	} else {
		wake_readers(l);
	}
}

static inline void released(struct rwlock *l) REQUIRES(&l->lock)
{
	if (__builtin_expect(writers_wait(l), 0) ||
	    __builtin_expect(!list_empty(&l->waiting_readers), 0))
		next_one(l);
}

void rwlock_read(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer != thread_self());
	while (l->writer != NULL || writers_wait(l)) {
		wait_in(l, &l->waiting_readers);
		spin_lock(&l->lock);
	}
	l->readers++;
	spin_unlock(&l->lock);
}

void rwlock_read_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->readers > 0 && l->writer == NULL);
	l->readers--;
	released(l);
	spin_unlock(&l->lock);
}

void rwlock_write(struct rwlock *l) NO_LOCK_ANALYSIS
{
	struct thread *self = thread_self();
	unsigned losses = 0;

	spin_lock(&l->lock);
	assert(l->writer != self);
	while (l->writer != NULL || l->readers > 0) {
		bool heir = losses++ >= LOSSES_MAX && l->heir == NULL;

		if (heir)
			l->heir = self;
		wait_in(l, heir ? NULL : &l->waiting_writers);
		if (heir)
			return; /* handed over */
		spin_lock(&l->lock);
	}
	l->writer = self;
	spin_unlock(&l->lock);
}

void rwlock_write_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer == thread_self());
	l->writer = NULL;
	released(l);
	spin_unlock(&l->lock);
}

bool rwlock_try_write(struct rwlock *l) NO_LOCK_ANALYSIS
{
	bool ok;

	spin_lock(&l->lock);
	ok = l->writer == NULL && l->readers == 0;
	if (ok)
		l->writer = thread_self();
	spin_unlock(&l->lock);
	return ok;
}

bool rwlock_upgrade(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->readers > 0 && l->writer == NULL);
	if (l->upgrader != NULL) {
		l->readers--;
		released(l);
		spin_unlock(&l->lock);
		return false;
	}
	if (l->readers == 1) {
		l->readers = 0;
		l->writer = thread_self();
		spin_unlock(&l->lock);
		return true;
	}
	l->upgrader = thread_self();
	wait_in(l, NULL);
	return true;
}

void rwlock_downgrade(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer == thread_self());
	l->writer = NULL;
	l->readers = 1;
	if (!writers_wait(l))
		wake_readers(l);
	spin_unlock(&l->lock);
}

bool rwlock_held_write(const struct rwlock *l)
{
	return l->writer == thread_self();
}
