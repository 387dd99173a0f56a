/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's instructions and registers, as the kernel's machine layer
 * spells them. Private to arch/x86_64.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CR0_MP	   (1u << 1)
#define CR0_EM	   (1u << 2)
#define CR0_TS	   (1u << 3)
#define CR0_NE	   (1u << 5)
#define CR0_WP	   (1u << 16)
#define CR0_AM	   (1u << 18)
#define CR4_TSD	   (1u << 2)
#define CR4_DE	   (1u << 3)
#define CR4_PAE	   (1u << 5)
#define CR4_MCE	   (1u << 6)
#define CR4_PGE	   (1u << 7)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMM  (1u << 10)
#define CR4_UMIP   (1u << 11)
#define CR4_FSGS   (1u << 16)
#define CR4_OSXSAVE (1u << 18)
#define CR4_SMEP   (1u << 20)
#define CR4_SMAP   (1u << 21)

#define MSR_APIC_BASE	  0x1b
#define MSR_TSC_DEADLINE  0x6e0
#define MSR_EFER	  0xc0000080
#define MSR_STAR	  0xc0000081
#define MSR_LSTAR	  0xc0000082
#define MSR_CSTAR	  0xc0000083
#define MSR_SFMASK	  0xc0000084
#define MSR_FS_BASE	  0xc0000100
#define MSR_GS_BASE	  0xc0000101
#define MSR_KERNEL_GS	  0xc0000102
#define MSR_TSC_AUX	  0xc0000103

#define RFLAGS_CF   0x1u
#define RFLAGS_ONE  0x2u
#define RFLAGS_TF   0x100u
#define RFLAGS_DF   0x400u
#define RFLAGS_NT   0x4000u
#define RFLAGS_RF   0x10000u
#define RFLAGS_AC   0x40000u
#define RFLAGS_ID   0x200000u
/* What user code may choose for itself. */
#define RFLAGS_USER 0x254dd5u

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "a"(leaf), "c"(sub));
	return r;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#define DEFINE_IO(letter, type)                                             \
	static inline type in##letter(uint16_t port)                        \
	{                                                                   \
		type v;                                                     \
		__asm__ volatile("in" #letter " %1, %0"                     \
				 : "=a"(v)                                  \
				 : "Nd"(port)                               \
				 : "memory");                               \
		return v;                                                   \
	}                                                                   \
	static inline void out##letter(uint16_t port, type v)               \
	{                                                                   \
		__asm__ volatile("out" #letter " %0, %1"                    \
				 :                                          \
				 : "a"(v), "Nd"(port)                       \
				 : "memory");                               \
	}
DEFINE_IO(b, uint8_t)
DEFINE_IO(w, uint16_t)
DEFINE_IO(l, uint32_t)

#define DEFINE_CONTROL(reg)                                                 \
	static inline uint64_t read_##reg(void)                             \
	{                                                                   \
		uint64_t v;                                                 \
		__asm__ volatile("movq %%" #reg ", %0" : "=r"(v) : : "memory"); \
		return v;                                                   \
	}                                                                   \
	static inline void write_##reg(uint64_t v)                          \
	{                                                                   \
		__asm__ volatile("movq %0, %%" #reg : : "r"(v) : "memory"); \
	}
DEFINE_CONTROL(cr0)
DEFINE_CONTROL(cr2)
DEFINE_CONTROL(cr3)
DEFINE_CONTROL(cr4)
DEFINE_CONTROL(dr0)
DEFINE_CONTROL(dr1)
DEFINE_CONTROL(dr2)
DEFINE_CONTROL(dr3)
DEFINE_CONTROL(dr6)
DEFINE_CONTROL(dr7)

static inline uint64_t read_fs_base(void)
{
	uint64_t v;

	__asm__ volatile("rdfsbase %0" : "=r"(v) : : "memory");
	return v;
}

static inline void write_fs_base(uint64_t v)
{
	__asm__ volatile("wrfsbase %0" : : "r"(v) : "memory");
}

/* The user's gs base, while the kernel's is in use. Interrupts off. */
static inline uint64_t read_user_gs_base(void)
{
	uint64_t v;

	__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(v) : : "memory");
	return v;
}

static inline void write_user_gs_base(uint64_t v)
{
	__asm__ volatile("swapgs; wrgsbase %0; swapgs" : : "r"(v) : "memory");
}

/* The user's gs base, and a new one in its place. Interrupts off. */
static inline uint64_t exchange_user_gs_base(uint64_t v)
{
	uint64_t old;

	__asm__ volatile("swapgs; rdgsbase %0; wrgsbase %1; swapgs"
			 : "=&r"(old)
			 : "r"(v)
			 : "memory");
	return old;
}

static inline void invlpg(uintptr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static inline void irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}
