/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The suite over the port contract: every function of arch/include that can
 * be tried without a user task. Tests run in a kernel thread, one after the
 * other, and leave everything as they found it.
 */
#pragma once

#include <arch/types.h>
#include <kern/panic.h>

/* The reason of the last failure. */
extern const char *arch_test_why;

#define ARCH_STR2(x) #x
#define ARCH_STR(x)  ARCH_STR2(x)
#define EXPECT(cond)                                                       \
	do {                                                               \
		if (!(cond)) {                                             \
			arch_test_why = #cond " at " __FILE__              \
					      ":" ARCH_STR(__LINE__);      \
			return false;                                      \
		}                                                          \
	} while (0)

/* X(name), or M(name) for what a simulated machine does not have. */
#define ARCH_TESTS(X, M)                                                   \
	X(clock_monotonic)                                         \
	X(clock_same_everywhere)                                   \
	M(clock_epoch)                                             \
	X(irq_save_nests)                                          \
	X(cpu_numbers)                                             \
	X(cpu_call_each_once)                                      \
	X(cpu_call_crossing)                                       \
	X(cpu_kick_harmless)                                       \
	M(entropy)                                                 \
	M(io_ranges)                                               \
	X(phys_virt)                                               \
	X(zero_and_copy)                                           \
	X(pmap_enter_extract)                                      \
	X(pmap_access)                                             \
	X(pmap_protect_lowers)                                     \
	X(pmap_protect_everything)                                 \
	X(pmap_replace)                                            \
	X(pmap_quick_keeps)                                        \
	X(pmap_sparse_tables)                                      \
	X(pmap_page_protect_all)                                   \
	X(pmap_bits)                                               \
	X(pmap_collect_keeps_wired)                                \
	X(pmap_shootdown)                                          \
	X(pmap_destroy_mapped)                                     \
	X(pmap_race)                                               \
	M(kernel_window)                                           \
	X(copy_bounds)                                             \
	X(copy_sizes)                                              \
	X(copy_second_page)                                        \
	X(walker)

#define DECLARE(name) bool arch_test_##name(void);
ARCH_TESTS(DECLARE, DECLARE)
#undef DECLARE
