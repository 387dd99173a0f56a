/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug registers: only threads that were given some have any; the others run
 * with DR7 off. User code cannot touch the registers themselves, and the
 * kernel accepts no kernel address, so its own code meets a watchpoint only
 * where it copies from or to user memory (traps.c ignores that).
 */
#include "debugreg.h"
#include "layout.h"

#include <arch/cpu.h>
#include <kern/panic.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <machine/x86.h>

#define DR6_NONE   0xffff0ff0u
#define DR7_ONE	   0x400u
#define DR7_USABLE 0xffff03ffu /* without GD and the reserved bits */

void debug_load(const struct machine_thread *m)
{
	const struct debug_state *d = m->debug;

	write_dr7(DR7_ONE);
	write_dr0(d->dr[0]);
	write_dr1(d->dr[1]);
	write_dr2(d->dr[2]);
	write_dr3(d->dr[3]);
	write_dr6(DR6_NONE);
	write_dr7(d->dr7 | DR7_ONE);
}

void debug_unload(void)
{
	write_dr7(DR7_ONE);
}

void debug_user_trap(void)
{
	struct machine_thread *m = &cpu_thread()->machine;

	if (m->debug)
		m->debug->dr6 = read_dr6();
	write_dr6(DR6_NONE);
}

bool debug_attach(struct machine_thread *m)
{
	if (m->debug)
		return true;
	m->debug = kalloc_zeroed(sizeof(*m->debug));
	if (!m->debug)
		return false;
	m->debug->dr6 = DR6_NONE;
	m->debug->dr7 = DR7_ONE;
	m->extra |= MACHINE_DEBUG;
	return true;
}

void debug_detach(struct machine_thread *m)
{
	if (!m->debug)
		return;
	kfree(m->debug, sizeof(*m->debug));
	m->debug = NULL;
	m->extra &= ~(uint32_t)MACHINE_DEBUG;
}

bool debug_state_valid(const struct debug_state *d)
{
	for (unsigned i = 0; i < 4; i++)
		if (d->dr[i] >= USER_MAX)
			return false;
	return (d->dr7 & ~(uint64_t)(DR7_USABLE | DR7_ONE)) == 0 &&
	       d->dr6 >> 32 == 0;
}
