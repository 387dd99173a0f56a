/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets of C structures as absolute symbols, for the assembly files: the
 * linker puts them in, nothing has to be generated.
 */
#include "percpu.h"

#include <kern/options.h>
#include <kern/thread.h>
#include <machine/thread.h>

#define VALUE(name, value)                                             \
	__asm__ volatile(".globl " #name "\n.set " #name ", %c0" : : "i"( \
		(long)(value)))
#define FRAME(reg, field)                                \
	VALUE(THREAD_##reg, offsetof(struct thread, machine) + \
				    offsetof(struct user_frame, field))

static void __attribute__((used)) frame_offsets(void)
{
	FRAME(R15, r15);
	FRAME(R14, r14);
	FRAME(R13, r13);
	FRAME(R12, r12);
	FRAME(RBP, rbp);
	FRAME(RBX, rbx);
	FRAME(R11, r11);
	FRAME(R10, r10);
	FRAME(R9, r9);
	FRAME(R8, r8);
	FRAME(RAX, rax);
	FRAME(RCX, rcx);
	FRAME(RDX, rdx);
	FRAME(RSI, rsi);
	FRAME(RDI, rdi);
	FRAME(RIP, rip);
	FRAME(CS, cs);
	FRAME(RFLAGS, rflags);
	FRAME(RSP, rsp);
	FRAME(SS, ss);
}

static void __attribute__((used)) other_offsets(void)
{
	VALUE(THREAD_MACHINE, offsetof(struct thread, machine));
	VALUE(THREAD_AST, offsetof(struct thread, ast));
	VALUE(THREAD_KIND, offsetof(struct thread, machine) +
				   offsetof(struct machine_thread, kind));
	VALUE(MACHINE_KIND, offsetof(struct machine_thread, kind));
	VALUE(FRAME_SIZE, sizeof(struct user_frame));
	VALUE(FRAME_WORDS, sizeof(struct user_frame) / 8);
	VALUE(FRAME_KIND_WHOLE, FRAME_WHOLE);
	VALUE(FRAME_KIND_TRAP, FRAME_TRAP);
	VALUE(FRAME_KIND_TRAP_RESULT, FRAME_TRAP_RESULT);
	VALUE(CPU_THREAD, offsetof(struct cpu_head, thread));
	VALUE(OPTION_FILL, offsetof(struct kernel_options, memory_fill));
	VALUE(CPU_STACK_TOP, offsetof(struct cpu_head, stack_top));
	VALUE(CPU_SCRATCH, offsetof(struct cpu_head, scratch));
}

_Static_assert(offsetof(struct machine_thread, frame) == 0, "entry code");
_Static_assert(offsetof(struct thread, ast) ==
		       offsetof(struct thread, machine.kind) + sizeof(uint32_t),
	       "entry code looks at both at once");
_Static_assert(sizeof(struct user_frame) % 16 == 0, "interrupts align rsp");
_Static_assert(offsetof(struct cpu, head) == 0, "gs");
