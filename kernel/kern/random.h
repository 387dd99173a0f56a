/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel random numbers: RDSEED where there is one, interrupt times, seed=.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

void random_init(void);
void random_bytes(void *buf, size_t size);
void random_stir(uint64_t sample); /* cheap; interrupt handlers */
