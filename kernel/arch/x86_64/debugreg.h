/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug registers of user threads (debugreg.c): private to arch/x86_64.
 */
#pragma once

#include <machine/thread.h>

struct debug_state {
	uint64_t dr[4], dr6, dr7;
};

/* #DB from user mode: remembers what the processor says. Interrupts off. */
void debug_user_trap(void);

/* Interrupts off. */
void debug_load(const struct machine_thread *m);
void debug_unload(void);

/* Registers at rest, attached to m; false: no memory. */
bool debug_attach(struct machine_thread *m);
void debug_detach(struct machine_thread *m);

/* No kernel address, no reserved bit. */
bool debug_state_valid(const struct debug_state *d);
