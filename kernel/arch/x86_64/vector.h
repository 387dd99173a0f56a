/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector and floating point state (vector.c): private to arch/x86_64.
 */
#pragma once

#include <arch/context.h>

/* Once zones work, by the boot processor first; later calls do nothing. */
void vector_init(void);

/* #NM: gives the current thread an image and the unit. False: no memory.
 * Interrupts off. */
bool vector_first_use(void);

/* What XSAVE and XRSTOR act on, and CR0 with TS set; fixed at boot. */
extern uint32_t vector_parts;
extern uint64_t vector_cr0_off;

/* Between threads, interrupts off. */
static inline void vector_save(struct machine_thread *m)
{
	__asm__ volatile("xsaveopt64 (%0)"
			 :
			 : "r"(m->vector), "a"(vector_parts), "d"(0)
			 : "memory");
}

/* m has an image. */
static inline void vector_load(struct machine_thread *m)
{
	__asm__ volatile("clts; xrstor64 (%0)"
			 :
			 : "r"(m->vector), "a"(vector_parts), "d"(0)
			 : "memory");
}

static inline void vector_disable(void)
{
	__asm__ volatile("movq %0, %%cr0" : : "r"(vector_cr0_off) : "memory");
}

/* MXCSR, or the x87 status word, of the running thread. */
uint32_t vector_status(bool simd);

/* An image in its initial state, attached to m; false: no memory. */
bool vector_attach(struct machine_thread *m);

/* Frees the image, if any. */
void vector_detach(struct machine_thread *m);

/* The image as thread_get_state shows it; size bytes. */
void vector_read(const struct machine_thread *m, void *to);

/* True if the processor will take it. */
bool vector_image_valid(const void *image);
