/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vector and floating point state: XSAVE images.
 *
 * A thread that never touched the unit has no image and runs with CR0.TS set;
 * its first use (#NM) gives it one, in the initial state. From then on the
 * switch is eager: saved when the thread leaves, loaded when it comes. While
 * TS is set nothing of another thread's registers can be read.
 */
#include "vector.h"
#include "features.h"
#include "percpu.h"

#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <machine/x86.h>

#define HEADER	      512
#define FCW_INITIAL   0x37f
#define MXCSR_INITIAL 0x1f80
#define MXCSR_VALID   0xffffu

struct image {
	uint16_t fcw, fsw;
	uint8_t legacy0[20];
	uint32_t mxcsr, mxcsr_mask;
	uint8_t legacy1[HEADER - 32];
	uint64_t present; /* XSTATE_BV: parts not in their initial state */
	uint64_t reserved[7];
};

_Static_assert(offsetof(struct image, mxcsr) == 24, "XSAVE");
_Static_assert(offsetof(struct image, present) == HEADER, "XSAVE");

static struct zone vector_zone;

uint32_t vector_parts;
uint64_t vector_cr0_off;

void vector_init(void)
{
	if (vector_zone.size != 0)
		return;
	vector_parts = (uint32_t)cpu_features.vector_mask;
	vector_cr0_off = read_cr0() | CR0_TS;
	zone_init(&vector_zone, "vector", cpu_features.vector_size, 64);
}

static void image_init(struct image *image)
{
	memset(image, 0, cpu_features.vector_size);
	image->fcw = FCW_INITIAL;
	image->mxcsr = MXCSR_INITIAL;
}

bool vector_attach(struct machine_thread *m)
{
	struct image *image;

	if (m->vector)
		return true;
	image = zone_alloc(&vector_zone);
	if (!image)
		return false;
	image_init(image);
	m->vector = image;
	m->extra |= MACHINE_VECTOR;
	return true;
}

void vector_detach(struct machine_thread *m)
{
	if (!m->vector)
		return;
	zone_free(&vector_zone, m->vector);
	m->vector = NULL;
	m->extra &= ~(uint32_t)MACHINE_VECTOR;
}

bool vector_first_use(void)
{
	struct machine_thread *m = &cpu_thread()->machine;

	if (!vector_attach(m))
		return false;
	vector_load(m);
	cpu_self()->head.loaded |= MACHINE_VECTOR;
	return true;
}

uint32_t vector_status(bool simd)
{
	uint32_t mxcsr;
	uint16_t fsw;

	if (simd) {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		return mxcsr;
	}
	__asm__ volatile("fnstsw %0" : "=am"(fsw));
	return fsw;
}

void vector_read(const struct machine_thread *m, void *to)
{
	if (m->vector)
		memcpy(to, m->vector, cpu_features.vector_size);
	else
		image_init(to);
}

bool vector_image_valid(const void *p)
{
	const struct image *image = p;

	for (unsigned i = 0; i < 7; i++)
		if (image->reserved[i] != 0)
			return false;
	return (image->present & ~cpu_features.vector_mask) == 0 &&
	       (image->mxcsr & ~MXCSR_VALID) == 0;
}
