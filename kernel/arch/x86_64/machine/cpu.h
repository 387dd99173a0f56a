/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This processor, through gs. In the kernel gs points at struct cpu_head; the
 * entry code in trap_entry.S uses the same fields by their offsets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmap;
struct processor;
struct thread;

struct cpu_head {
	uint64_t unused; /* a null pointer, to the compiler: nothing lies there */
	struct cpu_head *self;
	struct thread *thread;	     /* the one that runs here */
	uint64_t stack_top;	     /* of the kernel stack in use */
	uint64_t scratch;	     /* syscall entry: the user's rsp */
	struct processor *processor; /* kern/'s */
	struct pmap *pmap;	     /* loaded here; NULL: the kernel's own */
	unsigned number;
	uint32_t loaded; /* MACHINE_* of the running thread, when it came */
};

#define CPU_MEMORY(type, field)                 \
	(*(type __seg_gs *)(uintptr_t)offsetof( \
		struct cpu_head, field))

/* gcc's address sanitizer takes the offset for an address, but does not look
 * into assembly. */
#if CONFIG_KASAN
#define CPU_FIELD(type, field)                              \
	({                                                  \
		type value;                                 \
		__asm__("mov %1, %0"                        \
			: "=r"(value)                       \
			: "m"(CPU_MEMORY(type, field)));    \
		value;                                      \
	})
#else
#define CPU_FIELD(type, field) CPU_MEMORY(type, field)
#endif

static inline struct thread *cpu_thread(void)
{
	return CPU_FIELD(struct thread *, thread);
}

static inline struct processor *cpu_processor(void)
{
	return CPU_FIELD(struct processor *, processor);
}

static inline unsigned cpu_number(void)
{
	return CPU_FIELD(unsigned, number);
}

static inline void cpu_relax(void)
{
	__builtin_ia32_pause();
}

/* Two instructions with the branch; the compiler loads an atomic word first. */
static inline bool cpu_word_has(const _Atomic uint32_t *word, uint32_t bits)
{
	bool has;

	__asm__ volatile("testl %2, %1"
			 : "=@ccnz"(has)
			 : "m"(*word), "i"(bits));
	return has;
}

static inline bool cpu_byte_has(const _Atomic uint8_t *byte, uint8_t bits)
{
	bool has;

	__asm__ volatile("testb %2, %1"
			 : "=@ccnz"(has)
			 : "m"(*byte), "i"(bits));
	return has;
}

#define RFLAGS_IF 0x200u

static inline bool cpu_take_word(_Atomic uint32_t *word)
{
	bool was;

	/* Two instructions with the branch; a compare and swap takes four. */
	__asm__ volatile("lock btsl $0, %1"
			 : "=@ccc"(was), "+m"(*word)
			 :
			 : "memory");
	return !was;
}

static inline bool cpu_irq_enabled(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags & RFLAGS_IF;
}

static inline bool cpu_irq_save(void)
{
	bool on = cpu_irq_enabled();

	__asm__ volatile("cli" : : : "memory");
	return on;
}

static inline void cpu_irq_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void cpu_irq_restore(bool were_on)
{
	if (were_on)
		__asm__ volatile("sti" : : : "memory");
	else
		__asm__ volatile("cli" : : : "memory");
}
