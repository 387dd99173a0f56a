/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks.
 *
 * Locks with a class each. They are not fair: a queue of waiting processors
 * would stand still whenever the machine below takes away the one whose turn it
 * is, and emulators and hypervisors do that all the time. Debug kernels check the order of
 * classes at run time: while a lock of rank r is held only locks of a higher
 * rank may be taken (of the same rank only by spin_lock_pair, by address).
 * docs/locking.md draws the whole order. The kernel is not preempted, so a
 * spin lock only keeps other processors out; locks that interrupt handlers
 * take are of interrupt class and are taken with interrupts off.
 *
 * Annotations: clang's thread safety analysis; gcc sees nothing.
 */
#pragma once

#include <arch/atomic.h>
#include <arch/cpu.h>
#include <kern/config.h>
#include <kern/sched_point.h>
#include <stdint.h>

#if defined(__clang__)
#define LOCK_ATTR(x) __attribute__((x))
#else
#define LOCK_ATTR(x)
#endif
#define LOCKABLE		LOCK_ATTR(capability("lock"))
#define GUARDED(...)		LOCK_ATTR(guarded_by(__VA_ARGS__))
#define PT_GUARDED(...)		LOCK_ATTR(pt_guarded_by(__VA_ARGS__))
#define REQUIRES(...)		LOCK_ATTR(requires_capability(__VA_ARGS__))
#define ACQUIRES(...)		LOCK_ATTR(acquire_capability(__VA_ARGS__))
#define RELEASES(...)		LOCK_ATTR(release_capability(__VA_ARGS__))
#define TRY_ACQUIRES(...)	LOCK_ATTR(try_acquire_capability(__VA_ARGS__))
#define ASSERTS_HELD(...)	LOCK_ATTR(assert_capability(__VA_ARGS__))
#define EXCLUDES(...)		LOCK_ATTR(locks_excluded(__VA_ARGS__))
#define NO_LOCK_ANALYSIS	LOCK_ATTR(no_thread_safety_analysis)

/*
 * Ranks, lowest first: the order of acquisition. Locks of interrupt class are
 * ordered among themselves and come after all others, whatever their rank:
 * while one is held no lock of another class may be taken (its holder could be
 * interrupted by a handler that wants ours).
 */
enum lock_rank {
	RANK_TASK = 10,	       /* task, processor set lists */
	RANK_MAP = 20,	       /* short locks around vm maps */
	RANK_OBJECT = 30,      /* vm object; parent before shadow */
	RANK_SPACE = 40,       /* ipc space */
	RANK_PORT = 50,	       /* ipc port; two by address */
	RANK_SET = 60,	       /* ipc port set */
	RANK_FUTEX = 65,
	RANK_WAITQ = 70,       /* wait queues, sleep locks' insides */
	RANK_THREAD = 80,      /* thread */
	RANK_RUNQ = 90,	       /* processor run queue (interrupt) */
	RANK_TIMER = 92,       /* processor timers (interrupt) */
	RANK_KVA = 95,
	RANK_PMAP = 100,
	RANK_PV = 110,
	RANK_ZONE = 120,
	RANK_PAGE = 130,       /* page allocator */
	RANK_RANDOM = 135,
	RANK_CONSOLE = 140,    /* interrupt */
};

struct lock_class {
	const char *name;
	enum lock_rank rank;
	bool interrupt; /* taken by interrupt handlers: interrupts off */
	bool nests;	/* several of this class at once are legal (ordered
			   by the caller's own rule) */
};

struct LOCKABLE spinlock {
	_Atomic uint32_t held; /* 0 or 1 */
#if CONFIG_DEBUG
	_Atomic uint32_t holder; /* processor number + 1, 0 = free */
	const struct lock_class *class;
#endif
};

/* For locks that exist before any code runs. */
#if CONFIG_DEBUG
#define SPINLOCK_INIT(c) { .class = (c) }
#else
#define SPINLOCK_INIT(c) { .held = 0 * sizeof(*(c)) }
#endif

void spin_init_debug(struct spinlock *l, const struct lock_class *class);

static inline void spin_init(struct spinlock *l, const struct lock_class *class)
{
	atomic_set(&l->held, 0);
	if (CONFIG_DEBUG)
		spin_init_debug(l, class);
}

/* The slow half: waits until it has the lock, counts the turns. */
void spin_wait(struct spinlock *l);

/* Debug half: order check before, bookkeeping after. */
void lock_debug_before(struct spinlock *l, bool try, bool pair);
void lock_debug_acquired(struct spinlock *l);
void lock_debug_release(struct spinlock *l);
void lock_stat_acquired(struct spinlock *l);

/* One attempt, no bookkeeping. */
__attribute__((always_inline)) static inline bool spin_take(struct spinlock *l)
{
	return __builtin_expect(cpu_take_word(&l->held), 1);
}

static inline void spin_lock(struct spinlock *l) ACQUIRES(l) NO_LOCK_ANALYSIS
{
	if (CONFIG_DEBUG)
		lock_debug_before(l, false, false);
	if (!spin_take(l))
		spin_wait(l);
	if (CONFIG_LOCK_STATS)
		lock_stat_acquired(l);
	if (CONFIG_DEBUG)
		lock_debug_acquired(l);
}

static inline void spin_unlock(struct spinlock *l) RELEASES(l) NO_LOCK_ANALYSIS
{
	if (CONFIG_DEBUG)
		lock_debug_release(l);
	atomic_set_rel(&l->held, 0);
	cpu_sched_point();
}

[[nodiscard]] __attribute__((always_inline)) static inline bool
spin_trylock(struct spinlock *l)
	TRY_ACQUIRES(true, l) NO_LOCK_ANALYSIS
{
	if (CONFIG_DEBUG)
		lock_debug_before(l, true, false);
	if (!spin_take(l))
		return false;
	if (CONFIG_LOCK_STATS)
		lock_stat_acquired(l);
	if (CONFIG_DEBUG)
		lock_debug_acquired(l);
	return true;
}

/* Two locks of one class, in address order; a == b is locked once. */
void spin_lock_pair(struct spinlock *a, struct spinlock *b) ACQUIRES(a, b);
void spin_unlock_pair(struct spinlock *a, struct spinlock *b) RELEASES(a, b);

/* For locks of interrupt class. Returns whether interrupts were on. */
static inline bool spin_lock_irq(struct spinlock *l) ACQUIRES(l)
	NO_LOCK_ANALYSIS
{
	bool on = cpu_irq_save();
	spin_lock(l);
	return on;
}

static inline void spin_unlock_irq(struct spinlock *l, bool on) RELEASES(l)
	NO_LOCK_ANALYSIS
{
	spin_unlock(l);
	cpu_irq_restore(on);
}

/* Debug kernels, on the way to user mode: the caller has no spin lock. */
void lock_check_none(void);

/* For assertions. Always true in release kernels. */
bool spin_held(const struct spinlock *l);
void spin_check_held(const struct spinlock *l);

/* For what is known only when the code runs: says, and checks in debug kernels,
 * that the lock is held from here on. */
static inline void spin_assert_held(const struct spinlock *l) ASSERTS_HELD(l)
	NO_LOCK_ANALYSIS
{
	if (CONFIG_DEBUG)
		spin_check_held(l);
}

/* No spin lock is held by this processor (debug; else true). Asserted before
 * every block and every access to user memory. */
bool spin_none_held(void);

/* Around an interrupt handler that takes locks: inside, only locks of interrupt
 * class are legal (debug kernels check). */
void lock_irq_enter(void);
void lock_irq_exit(void);
