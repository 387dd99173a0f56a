/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents of frames, through the direct map. With AVX a frame takes 128 stores
 * of 32 bytes, a quarter of what string instructions need where they are not
 * microcode.
 *
 * Two vector registers of whoever has the unit are borrowed and given back. The
 * unit may be off (CR0.TS, vector.c): then it is on for that long, and what is
 * in its registers belongs to nobody. The kernel is not preempted; an
 * interrupt's handler may do the same inside. Registers of 64 bytes would lose
 * their upper half, so where those are in use nothing is borrowed.
 */
#include "features.h"
#include "pmap_i.h"

#include <arch/copy.h>
#include <kern/panic.h>
#include <machine/x86.h>

#define BLOCK	 256u /* bytes a round */

struct borrowed {
	uint8_t register0[32], register1[32];
	uint64_t cr0;
};

static inline bool can_borrow(size_t size)
{
	uint64_t has = cpu_features.vector_mask & (XCR0_AVX | XCR0_AVX512);
	return has == XCR0_AVX && size % BLOCK == 0;
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

#define STORE(offset) "vmovdqu %%ymm0, " #offset "(%0)\n\t"
#define COPY(offset)                              \
	"vmovdqu " #offset "(%1), %%ymm0\n\t"     \
	"vmovdqu 32+" #offset "(%1), %%ymm1\n\t"  \
	"vmovdqu %%ymm0, " #offset "(%0)\n\t"     \
	"vmovdqu %%ymm1, 32+" #offset "(%0)\n\t"

static void zero_blocks(uint8_t *to, size_t size)
{
	const uint8_t *end = to + size;
	struct borrowed b;

	borrow(&b);
	__asm__ volatile("vpxor %xmm0, %xmm0, %xmm0");
	for (; to < end; to += BLOCK)
		__asm__ volatile(STORE(0) STORE(32) STORE(64) STORE(96)
				 STORE(128) STORE(160) STORE(192) STORE(224)
				 :
				 : "r"(to)
				 : "memory");
	give_back(&b);
}

static void copy_blocks(uint8_t *to, const uint8_t *from, size_t size)
{
	const uint8_t *end = to + size;
	struct borrowed b;

	borrow(&b);
	for (; to < end; to += BLOCK, from += BLOCK)
		__asm__ volatile(COPY(0) COPY(64) COPY(128) COPY(192)
				 :
				 : "r"(to), "r"(from)
				 : "memory");
	give_back(&b);
}

void pmap_zero(struct paddr pa, size_t size)
{
	void *to = direct(pa.raw);
	size_t words = size / 8;

	if (can_borrow(size)) {
		zero_blocks(to, size);
		return;
	}
	__asm__ volatile("rep stosq"
			 : "+D"(to), "+c"(words)
			 : "a"(0)
			 : "memory");
}

void pmap_copy(struct paddr to_pa, struct paddr from_pa, size_t size)
{
	void *to = direct(to_pa.raw), *from = direct(from_pa.raw);
	size_t words = size / 8;

	if (can_borrow(size)) {
		copy_blocks(to, from, size);
		return;
	}
	__asm__ volatile("rep movsq"
			 : "+D"(to), "+S"(from), "+c"(words)
			 :
			 : "memory");
}

bool user_copy_blocks_nofault(void *to, const void *from, size_t size);

bool frame_copy_in(void *to, uint64_t user_from, size_t size)
{
	size_t blocks = size / BLOCK * BLOCK, done = 0;
	struct borrowed b;

	/* User space ends with a page that is never there (copy.c). */
	if (blocks != 0 && user_from < USER_MAX && can_borrow(blocks)) {
		borrow(&b);
		if (user_copy_blocks_nofault(to, (const void *)user_from,
					     blocks))
			done = blocks; /* or all again, to the byte that fails */
		give_back(&b);
	}
	return copy_in_nofault((uint8_t *)to + done, user_from + done,
			       size - done);
}
