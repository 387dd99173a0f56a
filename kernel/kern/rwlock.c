/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer sleep locks, writers first. Whoever releases the lock wakes the
 * first waiting writer, or all waiting readers, and they try again: a processor
 * that runs may take the lock meanwhile, instead of waiting for a sleeper to
 * get one. While a woken writer is on its way no other of its priority is woken. A
 * writer that lost several times becomes the heir, who gets the lock handed over.
 * Holds are short: before it sleeps, a thread watches the writer for a moment. An
 * upgrading reader gets it as soon as it is the only one. Waits cannot be aborted.
 * Lock: the inner spin lock, RANK_WAITQ.
 */
#include <kern/waitq.h>

#include <arch/clock.h>
#include <kern/panic.h>
#include <kern/processor_i.h>

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

/* t waits in vain no longer; nothing else can end its wait. */
static void claim(struct thread *t, struct list *woken)
{
	if (!thread_claim(t, WAIT_OK))
		panic("somebody else woke a waiter of a sleep lock");
	list_push_back(woken, &t->wait_link);
}

static void claim_readers(struct rwlock *l, struct list *woken)
	REQUIRES(&l->lock)
{
	while (!list_empty(&l->waiting_readers))
		claim(pop(&l->waiting_readers), woken);
}

static void give_to(struct rwlock *l, struct thread *t, struct list *woken)
	REQUIRES(&l->lock)
{
	atomic_set(&l->writer, t);
	claim(t, woken);
}

static bool writers_wait(const struct rwlock *l)
{
	return l->upgrader != NULL || l->heir != NULL ||
	       !list_empty(&l->waiting_writers);
}

/* A writer that has been woken is on its way, and is not less urgent than the one
 * that would be woken now. */
static bool comes_soon(const struct rwlock *l)
{
	const struct thread *first = container_of(list_first(&l->waiting_writers),
						  struct thread, wait_link);

	return l->comer != NULL && atomic_get(&l->comer->sched.current) >=
					   atomic_get(&first->sched.current);
}

/* A hold was released: who is next? */
static void claim_next(struct rwlock *l, struct list *woken) REQUIRES(&l->lock)
{
	struct thread *t;

	if (l->upgrader != NULL && l->readers == 1) {
		t = l->upgrader;
		l->upgrader = NULL;
		l->readers = 0;
		give_to(l, t, woken);
	} else if (l->readers > 0) {
		return;
	} else if (l->heir != NULL) {
		t = l->heir;
		l->heir = NULL;
		give_to(l, t, woken);
	} else if (!list_empty(&l->waiting_writers)) {
		if (comes_soon(l))
			return;
		l->comer = pop(&l->waiting_writers);
		claim(l->comer, woken);
	} else {
		claim_readers(l, woken);
	}
}

[[gnu::noinline]] static void wake_next(struct rwlock *l) RELEASES(&l->lock)
	NO_LOCK_ANALYSIS
{
	struct list woken;

	list_init(&woken);
	claim_next(l, &woken);
	spin_unlock(&l->lock);
	thread_ready_all(&woken);
}

/* A hold was released, and so is the inner lock. */
static inline void released(struct rwlock *l) RELEASES(&l->lock) NO_LOCK_ANALYSIS
{
	if (__builtin_expect(writers_wait(l) ||
				     !list_empty(&l->waiting_readers),
			     0))
		wake_next(l);
	else
		spin_unlock(&l->lock);
}

/* What two changes of processors cost, about, told by whom one waits for. */
#define WATCH_TURNS 300

/* Without the inner lock: a hint. On one processor the writer is not running. */
static inline void watch_writer(struct rwlock *l)
{
	if (__builtin_expect(atomic_get(&l->writer) == NULL, 1) ||
	    processor_possible() == 1)
		return;
	for (unsigned i = 0; i < WATCH_TURNS && atomic_get(&l->writer) != NULL; i++)
		cpu_relax();
}

void rwlock_read(struct rwlock *l) NO_LOCK_ANALYSIS
{
	watch_writer(l);
	spin_lock(&l->lock);
	assert(atomic_get(&l->writer) != thread_self());
	while (atomic_get(&l->writer) != NULL || writers_wait(l)) {
		wait_in(l, &l->waiting_readers);
		spin_lock(&l->lock);
	}
	l->readers++;
	spin_unlock(&l->lock);
}

void rwlock_read_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->readers > 0 && atomic_get(&l->writer) == NULL);
	l->readers--;
	released(l);
}

void rwlock_write(struct rwlock *l) NO_LOCK_ANALYSIS
{
	struct thread *self = thread_self();
	unsigned losses = 0;

	watch_writer(l);
	spin_lock(&l->lock);
	assert(atomic_get(&l->writer) != self);
	while (atomic_get(&l->writer) != NULL || l->readers > 0) {
		bool heir = losses++ >= LOSSES_MAX && l->heir == NULL;

		if (heir)
			l->heir = self;
		wait_in(l, heir ? NULL : &l->waiting_writers);
		if (heir)
			return; /* handed over */
		spin_lock(&l->lock);
		if (l->comer == self)
			l->comer = NULL;
	}
	atomic_set(&l->writer, self);
	spin_unlock(&l->lock);
}

void rwlock_write_done(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(atomic_get(&l->writer) == thread_self());
	atomic_set(&l->writer, NULL);
	released(l);
}

bool rwlock_try_write(struct rwlock *l) NO_LOCK_ANALYSIS
{
	bool ok;

	spin_lock(&l->lock);
	ok = atomic_get(&l->writer) == NULL && l->readers == 0;
	if (ok)
		atomic_set(&l->writer, thread_self());
	spin_unlock(&l->lock);
	return ok;
}

bool rwlock_upgrade(struct rwlock *l) NO_LOCK_ANALYSIS
{
	spin_lock(&l->lock);
	assert(l->readers > 0 && atomic_get(&l->writer) == NULL);
	if (l->upgrader != NULL) {
		l->readers--;
		released(l);
		return false;
	}
	if (l->readers == 1) {
		l->readers = 0;
		atomic_set(&l->writer, thread_self());
		spin_unlock(&l->lock);
		return true;
	}
	l->upgrader = thread_self();
	wait_in(l, NULL);
	return true;
}

void rwlock_downgrade(struct rwlock *l) NO_LOCK_ANALYSIS
{
	struct list woken;

	list_init(&woken);
	spin_lock(&l->lock);
	assert(atomic_get(&l->writer) == thread_self());
	atomic_set(&l->writer, NULL);
	l->readers = 1;
	if (!writers_wait(l))
		claim_readers(l, &woken);
	spin_unlock(&l->lock);
	thread_ready_all(&woken);
}

bool rwlock_held_write(const struct rwlock *l)
{
	return atomic_get(&l->writer) == thread_self();
}
