/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer sleep locks. The lock is handed over by whoever releases it:
 * to an upgrading reader, else to the first writer, else to all readers that
 * wait. So a waiter that wakes has the lock. Waits cannot be aborted.
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
	self->wait_object = l;
	if (list != NULL)
		list_push_back(list, &self->wait_link);
	spin_unlock(&l->lock);
	(void)thread_block(CLOCK_NEVER, NULL);
	self->wait_object = NULL;
}

static struct thread *pop(struct list *list)
{
	return container_of(list_pop_front(list), struct thread, wait_link);
}

static void admit_readers(struct rwlock *l) REQUIRES(&l->lock)
{
	while (!list_empty(&l->waiting_readers)) {
		l->readers++;
		thread_wake(pop(&l->waiting_readers), WAIT_OK);
	}
}

/* Nobody holds it, or only a reader that wants to upgrade: who is next? */
static void hand_over(struct rwlock *l) REQUIRES(&l->lock)
{
	if (l->upgrader != NULL) {
		if (l->readers != 1)
			return;
		l->writer = l->upgrader;
		l->upgrader = NULL;
		l->readers = 0;
		thread_wake(l->writer, WAIT_OK);
	} else if (l->readers == 0 && !list_empty(&l->waiting_writers)) {
		l->writers_waiting--;
		l->writer = pop(&l->waiting_writers);
		thread_wake(l->writer, WAIT_OK);
	} else if (l->writers_waiting == 0) {
		admit_readers(l);
	}
}

void rwlock_read(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer != thread_self());
	if (l->writer == NULL && l->writers_waiting == 0 &&
	    l->upgrader == NULL) {
		l->readers++;
		spin_unlock(&l->lock);
		return;
	}
	wait_in(l, &l->waiting_readers);
}

void rwlock_read_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->readers > 0 && l->writer == NULL);
	l->readers--;
	if (l->readers <= 1)
		hand_over(l);
	spin_unlock(&l->lock);
}

void rwlock_write(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer != thread_self());
	if (l->writer == NULL && l->readers == 0) {
		l->writer = thread_self();
		spin_unlock(&l->lock);
		return;
	}
	l->writers_waiting++;
	wait_in(l, &l->waiting_writers);
}

void rwlock_write_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->writer == thread_self());
	l->writer = NULL;
	hand_over(l);
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
		hand_over(l);
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
	if (l->writers_waiting == 0)
		admit_readers(l);
	spin_unlock(&l->lock);
}

bool rwlock_held_write(const struct rwlock *l)
{
	return l->writer == thread_self();
}
