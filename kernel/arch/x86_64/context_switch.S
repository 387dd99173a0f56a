/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel contexts: what lies on a stack that is not in use is six callee-saved
 * registers and a return address; the stack pointer is in the thread.
 */

.macro PUSH_CONTEXT
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
.endm
.macro POP_CONTEXT
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
.endm
.macro FUNCTION name
	.balign 16
	.globl \name
	.type \name, @function
\name:
.endm

	.text
/* struct thread *swap(uint64_t *save_sp, uint64_t load_sp, struct thread *) */
	FUNCTION context_swap
	PUSH_CONTEXT
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	movq %rdx, %rax
	POP_CONTEXT
	ret

/* struct thread *swap_new(uint64_t *save_sp, top, struct thread *, fn) */
	FUNCTION context_swap_new
	PUSH_CONTEXT
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	movq %rdx, %rdi
	xorl %ebp, %ebp
	call *%rcx
	ud2

/* void load(uint64_t load_sp, struct thread *) */
	FUNCTION context_load
	movq %rdi, %rsp
	movq %rsi, %rax
	POP_CONTEXT
	ret

/* void load_new(top, struct thread *, fn) */
	FUNCTION context_load_new
	movq %rdi, %rsp
	movq %rsi, %rdi
	xorl %ebp, %ebp
	call *%rdx
	ud2

/* void run(top, fn) */
	FUNCTION context_run
	movq %rdi, %rsp
	xorl %ebp, %ebp
	call *%rsi
	ud2
	.section .note.GNU-stack, "", @progbits
