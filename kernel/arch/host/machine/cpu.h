/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated processor's fast accessors. Functions, not inline: a fiber may
 * go on under another Linux thread after any call, so the address of a
 * thread-local variable must never be kept across one.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct thread *cpu_thread(void);
struct processor *cpu_processor(void);
unsigned cpu_number(void);
void cpu_relax(void);
static inline bool cpu_take_word(_Atomic uint32_t *word)
{
	return !atomic_exchange_explicit(word, 1, memory_order_acquire);
}
static inline bool cpu_word_has(const _Atomic uint32_t *word, uint32_t bits)
{
	return atomic_load_explicit(word, memory_order_relaxed) & bits;
}
static inline bool cpu_byte_has(const _Atomic uint8_t *byte, uint8_t bits)
{
	return atomic_load_explicit(byte, memory_order_relaxed) & bits;
}
bool cpu_irq_save(void);
static inline void cpu_irq_off(void)
{
	(void)cpu_irq_save();
}
void cpu_irq_restore(bool were_on);
bool cpu_irq_enabled(void);
