/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two vector registers of whoever has the unit are borrowed and given back, for
 * copies: private to arch/x86_64.
 *
 * The unit may be off (CR0.TS, vector.c): then it is on for that long, and what is
 * in its registers belongs to nobody. The kernel is not preempted; an
 * interrupt's handler may do the same inside. Registers of 64 bytes would lose
 * their upper half, so where those are in use nothing is borrowed.
 */
#pragma once

#include "features.h"

#include <machine/x86.h>

#define BLOCK 256u /* bytes a round */

struct borrowed {
	uint8_t register0[32], register1[32];
	uint64_t cr0;
};

static inline bool can_borrow(void)
{
	uint64_t has = cpu_features.vector_mask & (XCR0_AVX | XCR0_AVX512);

	return has == XCR0_AVX;
}

static inline void borrow(struct borrowed *b)
{
	b->cr0 = read_cr0();
	if (b->cr0 & CR0_TS)
		__asm__ volatile("clts");
	__asm__ volatile("vmovdqu %%ymm0, %0; vmovdqu %%ymm1, %1"
			 : "=m"(b->register0), "=m"(b->register1));
}

static inline void give_back(const struct borrowed *b)
{
	__asm__ volatile("vmovdqu %0, %%ymm0; vmovdqu %1, %%ymm1"
			 :
			 : "m"(b->register0), "m"(b->register1));
	if (b->cr0 & CR0_TS)
		write_cr0(b->cr0);
}
