/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C threads: a master starts slaves and waits on a condition until the last
 * one has finished. Each slave yields a hundred times.
 */
#include <mach/cthreads.h>
#include <stdio.h>

#define SLAVES 15
#define YIELDS 100

static volatile int active; /* slaves that have not finished */
static mutex_t lock;	    /* guards active */
static mutex_t print;	    /* one line at a time */
static condition_t done;    /* signaled by each slave at its end */

static any_t slave(any_t arg)
{
	for (int i = 0; i < YIELDS; i++)
		cthread_yield();
	mutex_lock(lock);
	active--;
	mutex_lock(print);
	printf("Slave %ld finished.\n", (long)arg);
	mutex_unlock(print);
	condition_signal(done);
	mutex_unlock(lock);
	return NULL;
}

static void master(long slaves)
{
	for (long i = 1; i <= slaves; i++) {
		mutex_lock(lock);
		active++;
		cthread_detach(cthread_fork(slave, (any_t)i));
		mutex_unlock(lock);
	}
	mutex_lock(lock);
	while (active != 0)
		condition_wait(done, lock);
	mutex_unlock(lock);
	mutex_lock(print);
	printf("All %ld slaves have finished.\n", slaves);
	mutex_unlock(print);
}

int main(void)
{
	lock = mutex_alloc();
	print = mutex_alloc();
	done = condition_alloc();
	master(SLAVES);
	return 0;
}
