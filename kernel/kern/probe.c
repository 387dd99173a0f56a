/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes of debug kernels: see probe.h. The counts outlive the probed thread if
 * it does not end them; then a later one that lies at the same address may meet
 * them, which is a matter of those who hold the privileged host port.
 */
#include <kern/probe.h>

#include <arch/atomic.h>
#include <arch/clock.h>
#include <kern/thread.h>
#include <kern/zone.h>

static struct thread *_Atomic fail_thread;

static struct thread *_Atomic stretch_thread;
static uint64_t stretch_start, stretch_longest; /* stretch_thread's own */

int64_t probe_fail_after(int64_t k)
{
	bool mine = atomic_get(&fail_thread) == thread_self();
	int64_t left = mine ? atomic_get(&zone_fail_after) : -1;

	atomic_set(&zone_fail_after, -1);
	atomic_set(&fail_thread, k >= 0 ? thread_self() : NULL);
	atomic_set(&zone_fail_after, k);
	return left;
}

bool probe_fail_counted(void)
{
	struct thread *only;

	if (atomic_get(&zone_fail_after) < 0)
		return false;
	only = atomic_get(&fail_thread);
	if (only != NULL && only != thread_self())
		return false;
	return atomic_sub(&zone_fail_after, 1) == 0;
}

uint64_t probe_stretch(bool on)
{
	struct thread *self = thread_self();

	probe_stretch_end(self);
	atomic_set(&stretch_thread, NULL);
	uint64_t longest = stretch_longest;
	stretch_longest = 0;
	if (on) {
		atomic_set(&stretch_thread, self);
		probe_stretch_begin(self);
	}
	return longest;
}

void probe_stretch_end(struct thread *self)
{
	uint64_t length;

	if (atomic_get(&stretch_thread) != self)
		return;
	length = clock_now() - stretch_start;
	if (length > stretch_longest)
		stretch_longest = length;
}

void probe_stretch_begin(struct thread *self)
{
	if (atomic_get(&stretch_thread) == self)
		stretch_start = clock_now();
}
