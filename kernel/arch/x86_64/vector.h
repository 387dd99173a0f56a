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

/* Between threads, interrupts off. */
void vector_save(struct machine_thread *m);
void vector_load(struct machine_thread *m); /* m has an image */
void vector_disable(void);

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
