/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C threads: threads, mutexes, conditions (library -lcthreads).
 *
 * Every thread is a Mach thread and has its own errno; malloc and stdio may be
 * used by all of them at once. With CTHREADS_DEBUG=1 in the environment the
 * library reports on standard error when a thread locks a mutex it holds, and
 * when two mutexes are locked in both orders.
 */
#ifndef MACH_CTHREADS_H
#define MACH_CTHREADS_H

#include <mach/mach.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void *any_t;
typedef any_t (*cthread_fn_t)(any_t);
typedef struct cthread *cthread_t;
#define NO_CTHREAD ((cthread_t)0)

/* ---- threads ---- */

/* Not needed; harmless. */
int cthread_init(void);

/* Starts fn(arg). A program that cannot get a thread's memory is aborted. */
cthread_t cthread_fork(cthread_fn_t fn, any_t arg);

/* Each thread is either detached or joined, once. join returns what fn
 * returned or what the thread gave to cthread_exit. */
void cthread_detach(cthread_t t);
any_t cthread_join(cthread_t t);

/* Ends the calling thread. In the first thread of the program: waits until
 * all others have ended, then ends the program with the number as status. */
[[gnu::noreturn]] void cthread_exit(any_t result);

void cthread_yield(void);
cthread_t cthread_self(void);
/* The Mach thread; no reference is added. */
thread_t cthread_thread(cthread_t t);

void cthread_set_data(cthread_t t, any_t data);
any_t cthread_data(cthread_t t);
/* The text is not copied. Without a name: "?". */
void cthread_set_name(cthread_t t, const char *name);
char *cthread_name(cthread_t t);

/* Threads that exist, the first one included. */
int cthread_count(void);
/* Beyond the limit (0: none) a forked thread starts when another has ended. */
int cthread_limit(void);
void cthread_set_limit(int limit);

kern_return_t cthread_priority(cthread_t t, int priority, boolean_t set_max);
kern_return_t cthread_max_priority(cthread_t t, processor_set_t set,
				   int max_priority);
kern_return_t cthread_abort(cthread_t t);

int cthread_errno(void);
void cthread_set_errno_self(int error);

/* Every C thread is a thread of the kernel's: these have nothing to do. */
void cthread_wire(void);
void cthread_unwire(void);
void cthread_set_kernel_limit(int limit);
int cthread_kernel_limit(void);

typedef unsigned cthread_key_t;
#define CTHREAD_KEY_INVALID (~0u)
int cthread_keycreate(cthread_key_t *key);
int cthread_setspecific(cthread_key_t key, any_t value);
int cthread_getspecific(cthread_key_t key, any_t *value);

#define cthread_mach_msg mach_msg

/* malloc is always safe; promising to have one thread changes nothing. */
void malloc_singlethreaded(void);

/* ---- mutexes ---- */

typedef struct mutex {
	int word; /* 0 free, 1 held, 2 held and waited for */
	const char *name;
	cthread_t owner; /* only with CTHREADS_DEBUG */
} *mutex_t;

#define MUTEX_INITIALIZER                  \
	{                                  \
		0, (const char *)0, (cthread_t)0 \
	}

mutex_t mutex_alloc(void);
void mutex_free(mutex_t m);
void mutex_init(struct mutex *m);
void mutex_clear(struct mutex *m); /* before an embedded one's memory goes */
void mutex_set_name(mutex_t m, const char *name);
char *mutex_name(mutex_t m);

void mutex_lock(mutex_t m);
int mutex_try_lock(mutex_t m); /* TRUE: got it */
void mutex_unlock(mutex_t m);

/* ---- conditions ---- */

typedef struct condition {
	int sequence;
	int waiters;
	const char *name;
} *condition_t;

#define CONDITION_INITIALIZER        \
	{                            \
		0, 0, (const char *)0 \
	}

condition_t condition_alloc(void);
void condition_free(condition_t c);
void condition_init(struct condition *c);
void condition_clear(struct condition *c);
void condition_set_name(condition_t c, const char *name);
char *condition_name(condition_t c);

/* Releases the mutex, waits, locks it again. Wake-ups without a reason happen:
 * test the condition in a loop. */
void condition_wait(condition_t c, mutex_t m);
void condition_signal(condition_t c); /* wakes at least one, if one waits */
void condition_broadcast(condition_t c);

/* ---- spin locks ---- */

typedef int spin_lock_t;
#define SPIN_LOCK_INITIALIZER 0
#define spin_lock_init(l)     (*(l) = 0)
void spin_lock(spin_lock_t *l);
int spin_try_lock(spin_lock_t *l);
void spin_unlock(spin_lock_t *l);

/* ---- queues: elements whose first field is a pointer ---- */

typedef struct cthread_queue_item {
	struct cthread_queue_item *next;
} *cthread_queue_item_t;

typedef struct cthread_queue {
	cthread_queue_item_t head, tail;
} *cthread_queue_t;

#define QUEUE_INITIALIZER    {0, 0}
#define cthread_queue_alloc() \
	((cthread_queue_t)calloc(1, sizeof(struct cthread_queue)))
#define cthread_queue_init(q) ((q)->head = (q)->tail = 0)
#define cthread_queue_free(q) free(q)
#define cthread_queue_head(q, type) ((type)((q)->head))

static inline void cthread_queue_enq(cthread_queue_t q, void *item)
{
	cthread_queue_item_t i = (cthread_queue_item_t)item;

	i->next = 0;
	if (q->tail)
		q->tail->next = i;
	else
		q->head = i;
	q->tail = i;
}

static inline void cthread_queue_preq(cthread_queue_t q, void *item)
{
	cthread_queue_item_t i = (cthread_queue_item_t)item;

	i->next = q->head;
	q->head = i;
	if (!q->tail)
		q->tail = i;
}

static inline void cthread_queue_deq(cthread_queue_t q)
{
	if (!q->head)
		return;
	q->head = q->head->next;
	if (!q->head)
		q->tail = 0;
}

#define cthread_queue_map(q, type, f)                                         \
	do {                                                                  \
		cthread_queue_item_t i_ = (q)->head, next_;                   \
		for (; i_; i_ = next_) {                                      \
			next_ = i_->next;                                     \
			f((type)i_);                                          \
		}                                                             \
	} while (0)

#ifdef __cplusplus
}
#endif

#endif
