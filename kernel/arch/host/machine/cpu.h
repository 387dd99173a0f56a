/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated processor's fast accessors. Functions, not inline: a fiber may
 * go on under another Linux thread after any call, so the address of a
 * thread-local variable must never be kept across one.
 */
#pragma once

#include <stdbool.h>

struct thread *cpu_thread(void);
struct processor *cpu_processor(void);
unsigned cpu_number(void);
void cpu_relax(void);
bool cpu_irq_save(void);
void cpu_irq_restore(bool were_on);
bool cpu_irq_enabled(void);
