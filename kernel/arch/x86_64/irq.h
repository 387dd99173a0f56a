/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts (irq.c): private to arch/x86_64.
 */
#pragma once

#include <stdint.h>

/* An interrupt has come. Interrupts off; acknowledges it. */
void irq_dispatch(unsigned vector);

/* A kernel driver's own line (serial console): not masked while it runs. */
void irq_connect_kernel(unsigned line, void (*handler)(void));
