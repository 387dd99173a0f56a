/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pmap: the machine's page tables behind a small interface.
 *
 * A pmap is only a cache of what vm decided: it may forget any unwired
 * mapping at any time (pmap_collect, lack of memory), since vm can always
 * fault it in again (INV). All functions lock inside; lock order:
 * vm object -> pmap -> page's reverse map. After a removal or a lowering
 * returns, no processor uses the old translation any more.
 *
 * Addresses and sizes are multiples of the hardware page; vm calls with
 * multiples of its own page size, which is a multiple of that.
 */
#pragma once

#include <arch/types.h>
#include <kern/kr.h>

struct pmap;

/* Bounds of user addresses: [min, max). */
extern const vaddr_t pmap_user_min, pmap_user_max;

extern const unsigned pmap_page_shift; /* of the hardware page: 12 */

/* +1 reference; NULL when there is no memory. Tables are charged by vm through
 * pmap_table_pages(). */
struct pmap *pmap_create(void);

/* Frees the pmap and all its tables. No processor may have it loaded. */
void pmap_destroy(struct pmap *pmap);

enum { PMAP_WIRED = 1, PMAP_UNCACHED = 2 };

/*
 * Maps [va, va+size) to [pa, pa+size) with prot (ACCESS_*; never both write
 * and execute for kernel mappings). An existing mapping is replaced; if it
 * was the same frame only the protection changes.
 * KR_RESOURCE_SHORTAGE: no memory for a table; nothing changed.
 */
enum kr pmap_enter(struct pmap *pmap, vaddr_t va, struct paddr pa, size_t size,
		   unsigned prot, unsigned flags);

/* Enters up to count mappings of consecutive pages at once only where nothing
 * is mapped yet; best effort (fault-ahead). */
void pmap_enter_quick(struct pmap *pmap, vaddr_t va, const struct paddr *pa,
		      size_t size, unsigned count, unsigned prot);

void pmap_remove(struct pmap *pmap, vaddr_t start, vaddr_t end);

/* Lowers: each mapping in the range keeps at most prot. NONE removes. */
void pmap_protect(struct pmap *pmap, vaddr_t start, vaddr_t end, unsigned prot);

/* Lowers every mapping, in any pmap, of the frames [pa, pa+size). */
void pmap_page_protect(struct paddr pa, size_t size, unsigned prot);

/* Query; false if va is not mapped now. prot may be NULL. */
bool pmap_extract(struct pmap *pmap, vaddr_t va, struct paddr *pa,
		  unsigned *prot);

/* Referenced and modified bits over all mappings of a frame, and sticky. */
bool pmap_is_referenced(struct paddr pa, size_t size);
bool pmap_is_modified(struct paddr pa, size_t size);
void pmap_clear_referenced(struct paddr pa, size_t size);
void pmap_clear_modified(struct paddr pa, size_t size);

/* Forgets unwired mappings and frees tables where that is easy. */
void pmap_collect(struct pmap *pmap);

/* Gives back frames that this processor keeps for tables to come. */
void pmap_drain_local(void);

/* Frames behind the kernel's own addresses (tables; in debug kernels the
 * sanitizer's shadow). None is given back: they serve the ranges that kva.c
 * keeps for reuse, so there are as many as the most ranges at once needed. */
size_t pmap_kernel_tables(void);

/* Pages of tables this pmap holds. */
size_t pmap_table_pages(const struct pmap *pmap);

size_t pmap_resident_bytes(const struct pmap *pmap);

/*
 * Copies from the running task's memory into the memory that pmap maps, without a
 * fault on either side. False, with an unknown part copied: some page is not
 * mapped, not writable, mapped elsewhere too, or this machine cannot do it; or
 * pmap is the running one.
 */
bool pmap_copy_across(struct pmap *pmap, vaddr_t to, vaddr_t from, size_t size);

/* Loads the pmap on this processor (context switch); NULL = kernel only. */
void pmap_activate(struct pmap *pmap);

/* Contents of frames, through the direct map. */
void pmap_zero(struct paddr pa, size_t size);
void pmap_copy(struct paddr to, struct paddr from, size_t size);

/* The direct map: all RAM, read-write, never executable. */
void *phys_to_virt(struct paddr pa);
struct paddr virt_to_phys(const void *direct);

/*
 * Kernel virtual space outside the direct map, for things that need guard
 * pages. pmap_kernel_space gives its bounds; kern/kva.c hands it out.
 */
void pmap_kernel_space(vaddr_t *start, vaddr_t *end);
enum kr pmap_kernel_enter(vaddr_t va, struct paddr pa, unsigned prot,
			  unsigned flags);
void pmap_kernel_remove(vaddr_t start, vaddr_t end);

/*
 * Debug walker: checks every table of every pmap and the kernel's: no page
 * writable and executable in the kernel's map, kernel text not writable, no
 * user-accessible kernel page, no mapping of a free frame, reverse maps equal
 * to the tables. Panics on a violation; returns the number of entries seen.
 */
size_t pmap_check_all(void);
