/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways into the emulator and out of it.
 *
 * In: the kernel (or the server) only changes the pc, so nothing may touch the
 * program's stack: its red zone is in use. Out: two marked ranges, in which a
 * thread may be moved back to the first instruction at any time: there, code
 * only loads from the block, and what it loads is not changed meanwhile.
 */
#include "emul.h"

	.section .table, "a"
	.global emul_table
emul_table:
	.quad	UX_EMUL_MAGIC_ASM
	.quad	emul_syscall
	.quad	emul_signal
	.quad	emul_fault
	.quad	emul_thread
	.quad	emul_fork_child
	.quad	emul_start
	.quad	emul_text_start
	.quad	emul_text_end
	.quad	return_start
	.quad	return_end
	.quad	block_start
	.quad	block_end
	.quad	emul_block_size

	.text

/* The registers that a system call keeps. */
.macro SAVE_KEPT
	mov	%rax, %gs:REG_RAX
	mov	%rbx, %gs:REG_RBX
	mov	%rdx, %gs:REG_RDX
	mov	%rsi, %gs:REG_RSI
	mov	%rdi, %gs:REG_RDI
	mov	%rbp, %gs:REG_RBP
	mov	%rsp, %gs:REG_RSP
	mov	%r8, %gs:REG_R8
	mov	%r9, %gs:REG_R9
	mov	%r10, %gs:REG_R10
	mov	%r12, %gs:REG_R12
	mov	%r13, %gs:REG_R13
	mov	%r14, %gs:REG_R14
	mov	%r15, %gs:REG_R15
.endm

.macro CALL_C function
	mov	%gs:BLOCK_STACK, %rsp
	mov	%gs:BLOCK_SELF, %rdi
	xor	%ebp, %ebp
	cld
	call	\function
.endm

/* A system call: rcx is the return address, r11 the flags. */
	.global emul_syscall
emul_syscall:
	mov	%rcx, %gs:REG_RIP
	mov	%rcx, %gs:REG_RCX
	mov	%r11, %gs:REG_FLAGS
	mov	%r11, %gs:REG_R11
	SAVE_KEPT
	CALL_C	emul_dispatch
	jmp	return_start

/*
 * Back to the program, unless a signal is pending: every register and the
 * flags, with nothing but the block to load from. (iretq would do, but QEMU
 * pops its frame with the kernel's rights, which SMAP forbids.)
 */
return_again:
	CALL_C	emul_take_signals
return_start:
	mov	%gs:BLOCK_SLOT, %rcx
	cmpl	$0, (%rcx)
	jne	return_again
	mov	%gs:REG_RBX, %rbx
	mov	%gs:REG_RDX, %rdx
	mov	%gs:REG_RSI, %rsi
	mov	%gs:REG_RDI, %rdi
	mov	%gs:REG_RBP, %rbp
	mov	%gs:REG_R8, %r8
	mov	%gs:REG_R9, %r9
	mov	%gs:REG_R10, %r10
	mov	%gs:REG_R11, %r11
	mov	%gs:REG_R12, %r12
	mov	%gs:REG_R13, %r13
	mov	%gs:REG_R14, %r14
	mov	%gs:REG_R15, %r15
	mov	%gs:BLOCK_SELF, %rsp
	add	$REG_FLAGS, %rsp
	popfq
	mov	%gs:REG_RSP, %rsp
	mov	%gs:REG_RAX, %rax
	mov	%gs:REG_RCX, %rcx
	jmp	*%gs:REG_RIP
return_end:
	nop

/* The server redirected the thread from slot->pc: keep every register. */
	.global emul_signal
emul_signal:
	mov	%rcx, %gs:REG_RCX
	mov	%r11, %gs:REG_R11
	SAVE_KEPT
	mov	%gs:BLOCK_SLOT, %rcx
	mov	SLOT_PC(%rcx), %rax
	mov	%rax, %gs:REG_RIP
	mov	SLOT_FLAGS(%rcx), %rax
	mov	%rax, %gs:REG_FLAGS
	CALL_C	emul_signal_from_program
	jmp	return_start

/* A fault in the emulator itself: the program's pointer was bad. */
	.global emul_fault
emul_fault:
	CALL_C	emul_recover
	jmp	return_start

/* New threads: rdi slot, rsi port, rdx tid, rcx pid; gs is the block. */
	.global emul_thread
emul_thread:
	mov	%gs:BLOCK_STACK, %rsp
	mov	%rcx, %r8
	mov	%rdx, %rcx
	mov	%rsi, %rdx
	mov	%rdi, %rsi
	mov	%gs:BLOCK_SELF, %rdi
	xor	%ebp, %ebp
	call	emul_thread_begin
	jmp	return_start

	.global emul_fork_child
emul_fork_child:
	mov	%gs:BLOCK_STACK, %rsp
	mov	%rcx, %r8
	mov	%rdx, %rcx
	mov	%rsi, %rdx
	mov	%rdi, %rsi
	mov	%gs:BLOCK_SELF, %rdi
	xor	%ebp, %ebp
	call	emul_fork_begin
	jmp	return_start

/* After exec the block is zeroed memory: use its end as the stack. */
	.global emul_start
emul_start:
	mov	$UX_BLOCK_BASE_ASM, %rax
	lea	emul_block_size(%rax), %rsp
	push	%r10
	push	%r9
	push	%r8
	mov	%rcx, %r8
	mov	%rdx, %rcx
	mov	%rsi, %rdx
	mov	%rdi, %rsi
	mov	%rax, %rdi
	mov	%rsp, %r9
	xor	%ebp, %ebp
	and	$-16, %rsp
	call	emul_exec_begin
	jmp	return_start

/* b->trap: number, then rdi, rsi, rdx, r10, r8. */
	.global emul_blocking_trap
emul_blocking_trap:
block_start:
	mov	%gs:BLOCK_SLOT, %rcx
	cmpl	$0, (%rcx)
	jne	1f
	mov	%gs:BLOCK_TRAP, %rax
	mov	%gs:(BLOCK_TRAP + 8), %rdi
	mov	%gs:(BLOCK_TRAP + 16), %rsi
	mov	%gs:(BLOCK_TRAP + 24), %rdx
	mov	%gs:(BLOCK_TRAP + 32), %r10
	mov	%gs:(BLOCK_TRAP + 40), %r8
	syscall
block_end:
	ret
1:	mov	$14, %eax /* KERN_ABORTED */
	ret

	.section .note.GNU-stack, "", @progbits
