/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contents of frames, through the direct map. With AVX a frame takes 128 stores
 * of 32 bytes, a quarter of what string instructions need where they are not
 * microcode.
 */
#include "pmap_i.h"
#include "vector_borrow.h"

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

	if (size % BLOCK == 0 && can_borrow()) {
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

	if (size % BLOCK == 0 && can_borrow()) {
		copy_blocks(to, from, size);
		return;
	}
	__asm__ volatile("rep movsq"
			 : "+D"(to), "+S"(from), "+c"(words)
			 :
			 : "memory");
}
