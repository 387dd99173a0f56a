/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Mach trap from C: mach_trap(MACH_TRAP_X, arguments...). No library, no
 * memory beyond the red zone: usable in freestanding code.
 */
#ifndef MACH_X86_64_TRAP_CALL_H
#define MACH_X86_64_TRAP_CALL_H

#include <stdint.h>

/*
 * The argument registers come back as zero, so each is an output too. rbx is
 * written only by traps of seven arguments.
 */
static inline int64_t mach_trap6(int number, uint64_t a, uint64_t b, uint64_t c,
				 uint64_t d, uint64_t e, uint64_t f)
{
	int64_t rax = -(int64_t)number;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+D"(a), "+S"(b), "+d"(c), "+r"(r10),
			   "+r"(r8), "+r"(r9)
			 :
			 : "rcx", "r11", "memory", "cc");
	return rax;
}

/* These two are not static, for inline functions that are not. */
extern inline __attribute__((__gnu_inline__, __always_inline__)) int64_t
mach_trap5(int number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
	   uint64_t e)
{
	int64_t rax = -(int64_t)number;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+D"(a), "+S"(b), "+d"(c), "+r"(r10),
			   "+r"(r8)
			 :
			 : "rcx", "r11", "r9", "memory", "cc");
	return rax;
}

extern inline __attribute__((__gnu_inline__, __always_inline__)) int64_t
mach_trap7(int number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
	   uint64_t e, uint64_t f, uint64_t g)
{
	int64_t rax = -(int64_t)number;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+D"(a), "+S"(b), "+d"(c), "+r"(r10),
			   "+r"(r8), "+r"(r9)
			 : "b"(g)
			 : "rcx", "r11", "memory", "cc");
	return rax;
}

static inline int64_t mach_trap0(int number)
{
	int64_t rax = -(int64_t)number;

	__asm__ volatile("syscall"
			 : "+a"(rax)
			 :
			 : "rcx", "r11", "rdi", "rsi", "rdx", "r8", "r9", "r10",
			   "memory", "cc");
	return rax;
}

static inline int64_t mach_trap2(int number, uint64_t a, uint64_t b)
{
	int64_t rax = -(int64_t)number;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+D"(a), "+S"(b)
			 :
			 : "rcx", "r11", "rdx", "r8", "r9", "r10", "memory",
			   "cc");
	return rax;
}

static inline int64_t mach_trap4(int number, uint64_t a, uint64_t b, uint64_t c,
				 uint64_t d)
{
	int64_t rax = -(int64_t)number;
	register uint64_t r10 __asm__("r10") = d;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+D"(a), "+S"(b), "+d"(c), "+r"(r10)
			 :
			 : "rcx", "r11", "r8", "r9", "memory", "cc");
	return rax;
}

#endif
