/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only instructions that touch user memory, and the probe of kernel
 * memory for backtraces. Each range has an entry in the fixup table; after a
 * failed fault it goes on at its fixup, which returns 0 in eax.
 */
#define FIXUP_USER	   0 /* as in traps.h */
#define FIXUP_USER_NOFAULT 1
#define FIXUP_ANY	   2

.macro STAC
9991:	.byte 0x0f, 0x01, 0xcb
	.pushsection .smap_sites, "a"
	.quad 9991b
	.popsection
.endm
.macro CLAC
9991:	.byte 0x0f, 0x01, 0xca
	.pushsection .smap_sites, "a"
	.quad 9991b
	.popsection
.endm

.macro FIXUP start, end, kind
	.pushsection .fixup_table, "a"
	.quad \start, \end, copy_failed, \kind
	.popsection
.endm

/* bool copy(void *to, const void *from, size_t size) */
.macro COPY name, kind
	.balign 16
	.globl \name
	.type \name, @function
\name:
	STAC
	movq %rdx, %rcx
	shrq $3, %rcx
1:	rep movsq
	testb $4, %dl
	jz 3f
	movsl
3:	andl $3, %edx
	jz 2f
	movl %edx, %ecx
	rep movsb
2:	CLAC
	movl $1, %eax
	ret
	FIXUP 1b, 2b, \kind
	.size \name, . - \name
.endm

/* bool copy_u32(uint32_t *to, const uint32_t *from) */
.macro COPY_U32 name, kind
	.balign 16
	.globl \name
	.type \name, @function
\name:
	STAC
1:	movl (%rsi), %eax
	movl %eax, (%rdi)
2:	CLAC
	movl $1, %eax
	ret
	FIXUP 1b, 2b, \kind
	.size \name, . - \name
.endm

	.text
	COPY user_copy, FIXUP_USER
	COPY user_copy_nofault, FIXUP_USER_NOFAULT
	COPY_U32 user_copy_u32, FIXUP_USER
	COPY_U32 user_copy_u32_nofault, FIXUP_USER_NOFAULT

/* bool copy(void *to, const void *from, size_t size), size a multiple of 256 and
   not zero, through two vector registers that the caller has borrowed */
.macro MOVE_64 at
	vmovdqu \at(%rsi,%rdx), %ymm0
	vmovdqu \at+32(%rsi,%rdx), %ymm1
	vmovdqu %ymm0, \at(%rdi,%rdx)
	vmovdqu %ymm1, \at+32(%rdi,%rdx)
.endm
	.balign 16
	.globl user_copy_blocks_nofault
	.type user_copy_blocks_nofault, @function
user_copy_blocks_nofault:
	STAC
	addq %rdx, %rdi
	addq %rdx, %rsi
	negq %rdx
1:	MOVE_64 0
	MOVE_64 64
	MOVE_64 128
	MOVE_64 192
	addq $256, %rdx
	jnz 1b
2:	CLAC
	movl $1, %eax
	ret
	FIXUP 1b, 2b, FIXUP_USER_NOFAULT
	.size user_copy_blocks_nofault, . - user_copy_blocks_nofault

/* bool probe_u64(uint64_t address, uint64_t *value) */
	.globl probe_u64
	.type probe_u64, @function
probe_u64:
1:	movq (%rdi), %rax
2:	movq %rax, (%rsi)
	movl $1, %eax
	ret
	FIXUP 1b, 2b, FIXUP_ANY

copy_failed:
	CLAC
	xorl %eax, %eax
	ret
	.section .note.GNU-stack, "", @progbits
