/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry to the kernel and the ways out (docs/traps.md).
 *
 * User registers go directly into struct machine_thread of the current
 * thread: the processor pushes an interrupt's frame at its end (TSS.rsp0), and
 * `syscall` entry uses rsp as the pointer to the thread.
 *
 * gs: user code runs with its own base, the kernel with struct cpu_head.
 * Entries from user mode and only these swap. NMI, machine check, double fault
 * and debug exceptions inside the kernel may come before the swap: they load
 * gs from the word above their own stack and put back what they found.
 *
 * Symbols CPU_*, THREAD_*, FRAME_* are made by offsets.c.
 */
#include "layout.h"

/* Without SMAP the sites of these become nops (features.c). */
.macro SMAP_SITE a, b, c
9991:	.byte \a, \b, \c
	.pushsection .smap_sites, "a"
	.quad 9991b
	.popsection
.endm
.macro CLAC
	SMAP_SITE 0x0f, 0x01, 0xca
.endm

.macro PUSH_REGISTERS
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm

.macro POP_REGISTERS
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	addq $16, %rsp /* vector, error */
.endm

/* Debug kernels, option fill=: what this stack held is not to be seen again.
   Keeps what a trap's arguments lie in, not rcx; rsp is 16-byte aligned. */
.macro FILL_STACK
#if CONFIG_DEBUG
	movq $kernel_options, %rcx
	cmpl $-1, OPTION_FILL(%rcx)
	je 9992f
	pushq %rax
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %r10
	pushq %r8
	pushq %r9
	pushq %rbx
	call stack_fill
	popq %rbx
	popq %r9
	popq %r8
	popq %r10
	popq %rdx
	popq %rsi
	popq %rdi
	popq %rax
9992:
#endif
.endm

/* Debug kernels: nobody leaves with a spin lock. Interrupts off; keeps rax, rdi and
   what C keeps. */
.macro CHECK_LOCKS
#if CONFIG_DEBUG
	pushq %rbp
	movq %rsp, %rbp
	pushq %rax
	pushq %rdi
	andq $-16, %rsp
	call lock_check_none
	movq -8(%rbp), %rax
	movq -16(%rbp), %rdi
	movq %rbp, %rsp
	popq %rbp
#endif
.endm

	.text

/* --- system calls ------------------------------------------------------- */

	.balign 64
	.globl syscall_entry
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_SCRATCH
	movq %gs:CPU_THREAD, %rsp
	movq %rcx, THREAD_RIP(%rsp)
	movq %gs:CPU_SCRATCH, %rcx
	movq %r11, THREAD_RFLAGS(%rsp)
	movq %rcx, THREAD_RSP(%rsp)
	movq %rbx, THREAD_RBX(%rsp)
	movq %rbp, THREAD_RBP(%rsp)
	movq %r12, THREAD_R12(%rsp)
	movq %r13, THREAD_R13(%rsp)
	movq %r14, THREAD_R14(%rsp)
	movq %r15, THREAD_R15(%rsp)
	cmpq $-127, %rax
	jb syscall_redirect
	movl $FRAME_KIND_TRAP, THREAD_KIND(%rsp)
	movq %gs:CPU_STACK_TOP, %rsp
	sti
	FILL_STACK
	movq %r10, %rcx
	call *mach_trap_entries+1024(, %rax, 8)

	/* Nothing pending, state not replaced meanwhile: straight back. The
	   address is one that sysret takes, for no `syscall` can leave another
	   (layout.h). C kept the callee-saved registers. */
	.globl mach_trap_return
mach_trap_return:
	cli
	CHECK_LOCKS
	movq %gs:CPU_THREAD, %rdi
	cmpq $FRAME_KIND_TRAP, THREAD_KIND(%rdi) /* and no ast */
	jne syscall_return_slowly
	movq THREAD_RIP(%rdi), %rcx
	movq THREAD_RFLAGS(%rdi), %r11
	movq THREAD_RSP(%rdi), %rsp
	xorl %edx, %edx
	xorl %esi, %esi
	xorl %edi, %edi
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	swapgs
	sysretq

syscall_return_slowly:
	movq %gs:CPU_STACK_TOP, %rsp
	addq $THREAD_MACHINE, %rdi
	movq %rax, %rsi
	call machine_set_result
	jmp context_user_return

/* A trap number without an entry comes here with the number in rax and the
   arguments as the caller passed them (rcx is free): undo the call. */
	.globl mach_trap_missing
mach_trap_missing:
	cli
	movq %gs:CPU_THREAD, %rsp
syscall_redirect:
	movq %rax, THREAD_RAX(%rsp)
	movq THREAD_RIP(%rsp), %rcx
	movq %rcx, THREAD_RCX(%rsp)
	movq THREAD_RFLAGS(%rsp), %r11
	movq %r11, THREAD_R11(%rsp)
	movq %rdi, THREAD_RDI(%rsp)
	movq %rsi, THREAD_RSI(%rsp)
	movq %rdx, THREAD_RDX(%rsp)
	movq %r8, THREAD_R8(%rsp)
	movq %r9, THREAD_R9(%rsp)
	movq %r10, THREAD_R10(%rsp)
	movq $SEL_UCODE, THREAD_CS(%rsp)
	movq $SEL_UDATA, THREAD_SS(%rsp)
	movl $FRAME_KIND_WHOLE, THREAD_KIND(%rsp)
	movq %gs:CPU_STACK_TOP, %rsp
	sti
	FILL_STACK
	movq %rax, %rdi
	call redirect_trap
	jmp user_exit

/* --- the way out -------------------------------------------------------- */

/* The whole saved state, or that of a trap with its result. */
	.globl context_user_return
context_user_return:
	cli
	CHECK_LOCKS
	movq %gs:CPU_THREAD, %rdi
	cmpl $0, THREAD_AST(%rdi)
	jne user_return_ast
	cmpl $FRAME_KIND_TRAP_RESULT, THREAD_KIND(%rdi)
	jne user_return_whole
	movq THREAD_RAX(%rdi), %rax
	jmp trap_return_all

/* The result of the trap that the current thread is in, in rdi. */
	.globl context_trap_return
context_trap_return:
	cli
	movq %rdi, %rax
	movq %gs:CPU_THREAD, %rdi
/* The same with the current thread in rdi, result in rax, interrupts off. */
	.globl context_trap_return_off
context_trap_return_off:
	CHECK_LOCKS
	cmpq $FRAME_KIND_TRAP, THREAD_KIND(%rdi) /* and no ast */
	jne syscall_return_slowly
trap_return_all:
	movq THREAD_RIP(%rdi), %rcx
	movq THREAD_RFLAGS(%rdi), %r11
	movq THREAD_RSP(%rdi), %rsp
	movq THREAD_RBX(%rdi), %rbx
	movq THREAD_RBP(%rdi), %rbp
	movq THREAD_R12(%rdi), %r12
	movq THREAD_R13(%rdi), %r13
	movq THREAD_R14(%rdi), %r14
	movq THREAD_R15(%rdi), %r15
	xorl %edx, %edx
	xorl %esi, %esi
	xorl %edi, %edi
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	xorl %r10d, %r10d
	swapgs
	sysretq

user_return_ast:
	movq %gs:CPU_STACK_TOP, %rsp
	call thread_ast
	jmp context_user_return

user_return_whole:
	movq %gs:CPU_STACK_TOP, %rsp
	addq $THREAD_MACHINE, %rdi
	call machine_frame_complete

/* The frame is whole. */
user_exit:
	cli
	CHECK_LOCKS
	movq %gs:CPU_THREAD, %rsp
	cmpl $0, THREAD_AST(%rsp)
	jne user_exit_ast
	addq $THREAD_MACHINE, %rsp
	POP_REGISTERS
	swapgs
	iretq

user_exit_ast:
	movq %gs:CPU_STACK_TOP, %rsp
	call thread_ast
	jmp user_exit

/* --- exceptions and interrupts ------------------------------------------ */

trap_common:
	testb $3, 24(%rsp)
	jz trap_from_kernel
	swapgs
	PUSH_REGISTERS
	cld
	CLAC
	movq %rsp, %rdi
trap_from_user:
	movq %gs:CPU_STACK_TOP, %rsp
	movl $FRAME_KIND_WHOLE, MACHINE_KIND(%rdi)
	FILL_STACK
	xorl %ebp, %ebp
	call user_trap
	jmp user_exit

trap_from_kernel:
	PUSH_REGISTERS
	cld
	CLAC
	movq %rsp, %rdi
	call kernel_trap
	POP_REGISTERS
	iretq

/* On a stack of its own. From user mode the frame moves to the thread, so
   that the exception may block like any other. */
trap_debug:
	testb $3, 24(%rsp)
	jz trap_own_stack
	swapgs
	PUSH_REGISTERS
	cld
	CLAC
	movq %rsp, %rsi
	movq %gs:CPU_THREAD, %rdi
	addq $THREAD_MACHINE, %rdi
	movl $FRAME_WORDS, %ecx
	rep movsq
	movq %gs:CPU_THREAD, %rdi
	addq $THREAD_MACHINE, %rdi
	jmp trap_from_user

trap_own_stack:
	PUSH_REGISTERS
	cld
	CLAC
	movl $0xc0000101, %ecx /* gs base */
	rdmsr
	shlq $32, %rdx
	movl %eax, %ebx
	orq %rdx, %rbx
	movq FRAME_SIZE(%rsp), %rax
	movq %rax, %rdx
	shrq $32, %rdx
	wrmsr
	movq %rsp, %rdi
	call fatal_trap
	movl $0xc0000101, %ecx
	movl %ebx, %eax
	movq %rbx, %rdx
	shrq $32, %rdx
	wrmsr
	POP_REGISTERS
	iretq

/* One stub per vector: an error code where the processor has none, the
   vector, and on. */
.macro STUB n
	.pushsection .rodata.stubs, "a"
	.quad trap_stub_\n
	.popsection
trap_stub_\n:
	.if \n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21 || \n == 29 || \n == 30
	.else
	pushq $0
	.endif
	pushq $\n
	.if \n == 1
	jmp trap_debug
	.elseif \n == 2 || \n == 8 || \n == 18
	jmp trap_own_stack
	.else
	jmp trap_common
	.endif
.endm

	.section .rodata.stubs, "a"
	.balign 8
	.globl trap_stubs
trap_stubs:
	.text
	.altmacro
	.set vector, 0
	.rept 256
	STUB %vector
	.set vector, vector + 1
	.endr
	.section .note.GNU-stack, "", @progbits
