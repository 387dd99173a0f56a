/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Choices made when the kernel is built: every file of the kernel sees this
 * one first, every choice is 0 or 1, and code says `if (CONFIG_X)`.  mk/kernel.mk
 * sets those that differ between the release, the debug and the host build.
 */
#ifndef KERNEL_CONFIG_H
#define KERNEL_CONFIG_H

/* Assertions, lock order checks, poisoned frees, invariant walkers. */
#ifndef CONFIG_DEBUG
#define CONFIG_DEBUG 0
#endif

/* The machine-independent kernel as a Linux process (arch/host). */
#ifndef CONFIG_HOST
#define CONFIG_HOST 0
#endif

/* Rights carry a provenance word, threads and messages a causal id. */
#ifndef CONFIG_PROVENANCE
#define CONFIG_PROVENANCE 1
#endif

/* Locks count who took them and how often they were waited for. */
#ifndef CONFIG_LOCKSTAT
#define CONFIG_LOCKSTAT CONFIG_DEBUG
#endif

#endif
