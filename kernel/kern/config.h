/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Build choices, given by the Makefile as 0 or 1.
 *   CONFIG_DEBUG       assertions, lock order checks, poison, walkers
 *   CONFIG_PROVENANCE  rights and messages carry provenance words
 *   CONFIG_LOCK_STATS  spin locks count acquisitions and spins
 *   CONFIG_HOST        the machine-independent kernel as a Linux process
 *   CONFIG_KASAN       the address sanitizer of kern/kasan.h
 */
#pragma once

#ifndef CONFIG_DEBUG
#define CONFIG_DEBUG 0
#endif
#ifndef CONFIG_PROVENANCE
#define CONFIG_PROVENANCE 1
#endif
#ifndef CONFIG_HOST
#define CONFIG_HOST 0
#endif
#ifndef CONFIG_KASAN
#define CONFIG_KASAN 0
#endif
#ifndef CONFIG_LOCK_STATS
#define CONFIG_LOCK_STATS CONFIG_DEBUG
#endif
