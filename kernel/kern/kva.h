/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel virtual addresses for memory that needs guard pages: kernel stacks,
 * large tables.
 */
#pragma once

#include <kern/kr.h>
#include <stddef.h>

void kva_init(void);

/* Fresh frames mapped read-write, an unmapped guard page on each side. Beyond the
 * kernel's share of memory, too: without a stack nobody could free any. NULL when
 * there is no memory. */
void *kva_alloc(size_t size);
void kva_free(void *p, size_t size);

/* For a census: ranges not in use do not count, nor so many spare ones. */
void kva_note_kept(size_t spare);
