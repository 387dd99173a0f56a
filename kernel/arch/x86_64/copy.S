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

.macro FIXUP start, end, kind, to=copy_failed
	.pushsection .fixup_table, "a"
	.quad \start, \end, \to, \kind
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
/* bool user_store_u32(uint32_t *to, uint32_t value) */
	.balign 16
	.globl user_store_u32
	.type user_store_u32, @function
user_store_u32:
	STAC
1:	movl %esi, (%rdi)
2:	CLAC
	movl $1, %eax
	ret
	FIXUP 1b, 2b, FIXUP_USER
	.size user_store_u32, . - user_store_u32

	COPY user_copy, FIXUP_USER
	COPY user_copy_nofault, FIXUP_USER_NOFAULT
	COPY_U32 user_copy_u32, FIXUP_USER
	COPY_U32 user_copy_u32_nofault, FIXUP_USER_NOFAULT

/* bool copy(void *to, const void *from, size_t size): blocks of 256 bytes
   through two vector registers that the caller has borrowed, the rest, and a block
   that fails, by words */
.macro MOVE_64 at
	vmovdqu \at(%rsi), %ymm0
	vmovdqu \at+32(%rsi), %ymm1
	vmovdqu %ymm0, \at(%rdi)
	vmovdqu %ymm1, \at+32(%rdi)
.endm
.macro MOVE_256 at
	MOVE_64 \at
	MOVE_64 \at+64
	MOVE_64 \at+128
	MOVE_64 \at+192
.endm
	.balign 16
	.globl user_copy_wide_nofault
	.type user_copy_wide_nofault, @function
user_copy_wide_nofault:
	STAC
1:	subq $512, %rdx
	jb 3f
4:	MOVE_256 0
	MOVE_256 256
	addq $512, %rsi
	addq $512, %rdi
	subq $512, %rdx
	jae 4b
3:	testb $1, %dh
	jz 5f
	MOVE_256 0
	addq $256, %rsi
	addq $256, %rdi
5:	movzbl %dl, %ecx
	shrl $3, %ecx
	rep movsq
6:	andl $7, %edx
	jz 2f
	movl %edx, %ecx
	rep movsb
2:	CLAC
	movl $1, %eax
	ret
7:	addq $512, %rdx
	movq %rdx, %rcx
	shrq $3, %rcx
8:	rep movsq
	jmp 6b
	FIXUP 1b, 5b, FIXUP_USER_NOFAULT, 7b
	FIXUP 5b, 2b, FIXUP_USER_NOFAULT
	FIXUP 8b, 8b+3, FIXUP_USER_NOFAULT
	.size user_copy_wide_nofault, . - user_copy_wide_nofault

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
