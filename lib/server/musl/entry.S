/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First instructions of a server, of every redirected system call, and last
 * ones of a thread.
 */
#include <mach/mach_traps.h>
#include "block.h"

	.text

/*
 * The program's entry (ld -e mach_start). The initial stack belongs to libc:
 * all that is below it is free. musl_start installs the handler unless the task
 * has one already.
 */
	.globl	mach_start
	.type	mach_start, @function
mach_start:
	xorl	%ebp, %ebp
	movq	%rsp, %rbx
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	musl_start
	movq	%rbx, %rsp
	xorl	%edx, %edx
	jmp	_start
	.size	mach_start, . - mach_start

/*
 * A system call: number in rax, return address in rcx, flags in r11; all else
 * is the caller's, its red zone too.
 */
	.globl	musl_entry
	.type	musl_entry, @function
musl_entry:
	movq	%rsp, %gs:BLOCK_USER_SP
	movq	%gs:BLOCK_STACK, %rsp
	pushq	%rcx
	pushq	%r11
	pushq	%rax
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%r10
	pushq	%r8
	pushq	%r9
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, %rdi
	subq	$8, %rsp		/* 15 words were pushed */
	call	musl_dispatch
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r9
	popq	%r8
	popq	%r10
	popq	%rdx
	popq	%rsi
	popq	%rdi
	popq	%rax
	popfq
	popq	%rcx
	movq	%gs:BLOCK_USER_SP, %rsp
	jmp	*%rcx
	.size	musl_entry, . - musl_entry

/*
 * The end of a thread, on the block given in rdi. From the moment the block is
 * marked free another thread may take it, stack and all: only registers are
 * used any more.
 */
	.globl	musl_thread_end
	.type	musl_thread_end, @function
musl_thread_end:
	movq	BLOCK_CLEAR(%rdi), %rdx
	movl	$0, BLOCK_IN_USE(%rdi)
	movq	%rdx, %rdi
	movq	$-MACH_TRAP_THREAD_EXIT, %rax
	syscall
	ud2
	.size	musl_thread_end, . - musl_thread_end

	.section .note.GNU-stack, "", @progbits
