/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors: identity, interrupts, idling, calls across processors.
 *
 * The fast accessors are inline in <machine/cpu.h>:
 *   struct thread    *cpu_thread(void)     the thread running here
 *   struct processor *cpu_processor(void)  this processor's kern/ structure
 *   unsigned          cpu_number(void)     0 .. cpu_count()-1; 0 booted
 *   void              cpu_relax(void)      a hint inside spin loops
 *   bool              cpu_take_word(_Atomic uint32_t *)  0 -> 1, acquiring;
 *                     false: it was 1
 *   bool              cpu_word_has(const _Atomic uint32_t *, uint32_t bits)
 *                     any of them (a constant), a relaxed look; and of a
 *   bool              cpu_byte_has(const _Atomic uint8_t *, uint8_t bits)
 *   bool              cpu_irq_save(void)   interrupts off; were they on?
 *   void              cpu_irq_off(void)    interrupts off; they were on
 *   void              cpu_irq_restore(bool were_on)
 *   bool              cpu_irq_enabled(void)
 */
#pragma once

#include <arch/types.h>

struct thread;
struct processor;

#include <machine/cpu.h>

/* Processors that run, counted after cpu_start_all. */
unsigned cpu_count(void);

/* Gives each possible processor its structure before it starts. */
void cpu_set_processor(unsigned cpu, struct processor *processor);

/* Starts the other processors; returns when all of them run or were given up
 * (one log line each). Boot processor only. */
void cpu_start_all(void);

/* Idle: enables interrupts and halts until one arrives, with no window between
 * the two; returns with interrupts off. Called with interrupts off. */
void cpu_idle(void);

/* Interrupts the processor: it calls sched_kick_interrupt, and looks at its ast
 * word on the way back to user mode. */
void cpu_kick(unsigned cpu);

/* Provided by kern/sched.c, called with interrupts off. */
void sched_kick_interrupt(void);

/* In an interrupt handler: what it interrupted was a user program. */
bool cpu_interrupted_user(void);

/* Runs fn(arg) on every processor of the bit mask except this one, with
 * interrupts off there, and waits for all. Callable with spin locks of
 * non-interrupt class held and interrupts on; a processor that waits here
 * serves calls of others. */
void cpu_call(uint64_t mask, void (*fn)(void *), void *arg);

/* Panic: stops all other processors and lets each print its backtrace. */
void cpu_stop_others(void);

/* Prints the call chain of the running context, symbolised. */
void cpu_backtrace(void);

/* Orderly end of the machine: power off, restart, or stop after a panic. */
enum machine_end { MACHINE_OFF, MACHINE_RESTART, MACHINE_PANIC };
[[gnu::noreturn]] void machine_end(enum machine_end how);

/* Hardware randomness into buf; returns bytes written, possibly 0. */
size_t machine_entropy(void *buf, size_t size);
