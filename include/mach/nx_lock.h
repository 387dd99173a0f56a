/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lock objects (library -lcthreads): four classes with the same methods, so
 * that code which locks need not know which one it was given.
 *
 *	NX_LOCK			a mutex
 *	NX_SPIN_LOCK		waits without sleeping: for a few instructions
 *	NX_RECURSIVE_LOCK	its owner may lock it again; unlock as often
 *	NX_CONDITION_LOCK	has a number, and can be locked when it has a value
 */
#ifndef MACH_NX_LOCK_H
#define MACH_NX_LOCK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nx_lock_class {
	NX_LOCK,
	NX_SPIN_LOCK,
	NX_RECURSIVE_LOCK,
	NX_CONDITION_LOCK, /* its number is 0 at first */
};

typedef struct nx_lock *nx_lock_t;

/* Aborts the program if there is no memory. */
nx_lock_t nx_lock_alloc(enum nx_lock_class what);
/* Nobody may hold it or wait for it. */
void nx_lock_free(nx_lock_t lock);

void nx_lock(nx_lock_t lock);
bool nx_lock_try(nx_lock_t lock); /* true: got it */
void nx_unlock(nx_lock_t lock);

/* Of condition locks only. The number may change as soon as it is read, unless
 * the caller holds the lock. */
int nx_condition(nx_lock_t lock);
void nx_lock_when(nx_lock_t lock, int condition);
/* Sets the number, unlocks, and wakes who waits for it. */
void nx_unlock_with(nx_lock_t lock, int condition);

#ifdef __cplusplus
}
#endif

#endif
