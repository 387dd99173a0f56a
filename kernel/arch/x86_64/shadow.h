/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the shadow memory of the address sanitizer comes from (shadow.c): in
 * order. Private to arch/x86_64; only where CONFIG_KASAN is 1.
 */
#pragma once

#include <arch/types.h>

/* Finds room for the shadow of all RAM. Before frames are counted. */
void shadow_reserve(void);

/* Frames that shadow_map will take for tables, at most. */
uint64_t shadow_tables_needed(void);

/* Enters the shadow into the kernel's tables; clears it once they are in use. */
void shadow_map(void);
void shadow_clear(void);

/* Runs what the compiler made to register the global variables. */
void shadow_construct(void);

/* The shadow of a page in the kernel's window, made at its first use and kept
 * for ever. False: no memory. Lock: the caller's on the kernel's tables. */
bool shadow_enter(vaddr_t va);
size_t shadow_pages(void); /* so made */
