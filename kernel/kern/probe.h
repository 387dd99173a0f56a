/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What debug kernels do for tests, one thread at a time: its k-th allocation or
 * charge fails, and the longest way it went without a preempt_point() is
 * measured. A release kernel has neither. No locks: only the probed thread
 * counts, and who starts a probe is that thread.
 */
#pragma once

#include <kern/config.h>
#include <stdbool.h>
#include <stdint.h>

struct thread;

/* The calling thread's k-th allocation or charge from now, counted from 0,
 * fails; negative: none does. Returns what was left of the last such count,
 * negative if that has failed or there was none. */
int64_t probe_fail_after(int64_t k);

/* True: this allocation or charge is to fail. */
bool probe_fail_counted(void);
static inline bool probe_fail(void)
{
	return CONFIG_DEBUG && probe_fail_counted();
}

/* Begins to measure the calling thread, or (false) ends it. Returns the longest
 * stretch so far, in nanoseconds: instructions, where the machine's clock
 * counts those. */
uint64_t probe_stretch(bool on);

/* The probed thread may give way now; it goes on. */
void probe_stretch_end(struct thread *self);
void probe_stretch_begin(struct thread *self);
