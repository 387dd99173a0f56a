/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg: the trap, without a detour for the call that succeeds.
 *
 * The arguments arrive as C passes them and leave as a trap takes them: the
 * fourth in r10, the seventh, which is on the stack, in rbx. They are kept for
 * mach_msg_again (mach_msg.c), which looks at what went wrong; it takes the
 * result in the upper half of its sixth argument.
 */
#include <mach/mach_traps.h>

	.text
	.balign 16
	.globl mach_msg
	.type mach_msg, @function
mach_msg:
	pushq %rbx
	pushq %r9
	pushq %r8
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	movl 64(%rsp), %ebx
	movq %rcx, %r10
	movq $-MACH_TRAP_MACH_MSG, %rax
	syscall
	movq 48(%rsp), %rbx
	testl %eax, %eax
	jnz 1f
	addq $56, %rsp
	ret
1:	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %r8
	popq %r9
	addq $8, %rsp
	movl %r9d, %r9d
	shlq $32, %rax
	orq %rax, %r9
	jmp mach_msg_again
	.size mach_msg, . - mach_msg
	.section .note.GNU-stack, "", @progbits
