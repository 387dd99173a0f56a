/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues and sleep locks, for waits inside the kernel with a stack.
 */
#pragma once

#include <kern/thread.h>

struct waitq {
	struct spinlock lock; /* RANK_WAITQ */
	struct list waiters;
};

void waitq_init(struct waitq *q);

/* Arms the caller on q; the caller then releases its own lock and calls
 * waitq_block. */
void waitq_prepare(struct waitq *q, unsigned wait_flags);
enum wait_result waitq_block(struct waitq *q, uint64_t deadline);
/* Instead of waitq_block: the wait is off. The result as thread_wait_cancel. */
enum wait_result waitq_cancel(struct waitq *q);
bool waitq_wake_one(struct waitq *q, enum wait_result result);
void waitq_wake_all(struct waitq *q, enum wait_result result);

/*
 * Reader-writer sleep lock, writers first. Never held over a message to user
 * space; may be held over a wait for memory of the kernel's own.
 */
struct LOCKABLE rwlock {
	struct spinlock lock; /* RANK_WAITQ */
	uint32_t readers;
	struct thread *_Atomic writer;
	struct thread *upgrader, *heir;
	struct thread *comer; /* the writer woken last, until it tries */
	struct list waiting_readers, waiting_writers;
	const char *name;
};

void rwlock_init(struct rwlock *l, const char *name);
void rwlock_read(struct rwlock *l);
void rwlock_read_done(struct rwlock *l);
void rwlock_write(struct rwlock *l);
void rwlock_write_done(struct rwlock *l);
bool rwlock_try_write(struct rwlock *l);
/* Read to write; false: another upgrade won, the read hold is gone. */
bool rwlock_upgrade(struct rwlock *l);
void rwlock_downgrade(struct rwlock *l);
bool rwlock_held_write(const struct rwlock *l);
