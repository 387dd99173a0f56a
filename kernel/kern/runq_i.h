/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run queue, its lock held: in line for runq.c and yield.c.
 */
#pragma once

#include <kern/panic.h>
#include <kern/thread_i.h>

static inline void runq_push(struct processor *p, struct thread *t)
	REQUIRES(&p->runq.lock)
{
	unsigned level = (unsigned)atomic_get(&t->sched.current);

	assert(level < PRIORITY_COUNT && !list_linked(&t->sched.runq_link));
	atomic_set(&t->sched.processor, p);
	t->sched.level = (uint8_t)level;
	list_push_back(&p->runq.level[level], &t->sched.runq_link);
	atomic_set(&p->runq.ready, atomic_get(&p->runq.ready) | 1u << level);
}

static inline void runq_unlink(struct processor *p, struct thread *t)
	REQUIRES(&p->runq.lock)
{
	unsigned level = t->sched.level;

	list_remove(&t->sched.runq_link);
	if (list_empty(&p->runq.level[level]))
		atomic_set(&p->runq.ready,
			   atomic_get(&p->runq.ready) & ~(1u << level));
}

static inline int runq_best_level(const struct processor *p)
{
	uint32_t ready = atomic_get(&p->runq.ready);

	return ready != 0 ? 31 - __builtin_clz(ready) : -1;
}

static inline struct thread *runq_first_at(struct processor *p,
					   unsigned level)
	REQUIRES(&p->runq.lock)
{
	return container_of(p->runq.level[level].head.next, struct thread,
			    sched.runq_link);
}
