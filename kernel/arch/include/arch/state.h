/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User register state as messages carry it. The thread is stopped at the user
 * boundary or is not started yet.
 */
#pragma once

#include <arch/context.h>

/*
 * Copies the state of a flavor out to / in from an array of 32-bit words.
 * *count: in, the capacity; out, the words written.
 * KR_INVALID_ARGUMENT: unknown flavor, count wrong or too small, a privileged
 * or non-canonical value (nothing changed).
 */
enum kr machine_get_state(struct machine_thread *m, int flavor,
			  uint32_t *state, unsigned *count);
enum kr machine_set_state(struct machine_thread *m, int flavor,
			  const uint32_t *state, unsigned count);

/* The largest state of any flavor, in 32-bit words. */
#define MACHINE_STATE_MAX 1024

/* Single fields that machine-independent code needs. */
vaddr_t machine_user_pc(const struct machine_thread *m);
/* A fresh thread begins at pc with stack pointer sp. */
void machine_set_start(struct machine_thread *m, vaddr_t pc, vaddr_t sp);
void machine_set_result(struct machine_thread *m, uint64_t value);
