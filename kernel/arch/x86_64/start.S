/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power-on: from the loader (PVH: 32-bit protected mode, paging off, ebx = the
 * start info) and from real mode (the other processors) to C in long mode.
 *
 * The first page tables map the first GiB three times: at 0, in the direct
 * map and at the kernel's own place. They stay, for the other processors to
 * start on; nobody uses them once C has built the real ones.
 *
 * Where the address sanitizer is on (kern/kasan.h) they also map its shadow:
 * the image's own, and for the direct map a page that says all may be touched.
 */
#include "layout.h"

#define PHYS(x) ((x) - KERNEL_BASE)

#define CR0_START 0x80050033 /* PG AM WP NE ET MP PE */
#define CR4_START 0x20	     /* PAE */
#define EFER_START 0x901     /* NXE LME SCE */

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 8, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad PHYS(start32)

	.section .text.start, "ax"
	.code32
	.globl start32
start32:
	cli
	cld
	movl %ebx, %ebp
	xorl %eax, %eax
	movl $PHYS(bss_start), %edi
	movl $PHYS(bss_end), %ecx
	subl %edi, %ecx
	shrl $2, %ecx
	rep stosl
	movl $PHYS(boot_stack_top), %esp

	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	andl $0x20100000, %edx /* long mode, NX */
	cmpl $0x20100000, %edx
	jne no_long_mode

	movl $PHYS(boot_pd), %edi
	movl $0x83, %eax /* 2 MiB, writable, present */
	movl $512, %ecx
1:	movl %eax, (%edi)
	addl $PAGE_SIZE_2M, %eax
	addl $8, %edi
	loop 1b
	movl $PHYS(boot_pd) + 3, PHYS(boot_pdpt)
	movl $PHYS(boot_pd) + 3, PHYS(boot_pdpt) + 510 * 8
	movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4)
	movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4) + 256 * 8
	movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4) + 511 * 8
#if CONFIG_KASAN
	call shadow_on
#endif
	call long_mode_on
	lgdt PHYS(boot_gdt_pointer)
	ljmp $SEL_KCODE, $PHYS(start64)

/* Turns paging on with the first tables. Clobbers eax, ecx, edx. */
long_mode_on:
	movl $CR4_START, %eax
	movl %eax, %cr4
	movl $PHYS(boot_pml4), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx
	xorl %edx, %edx
	movl $EFER_START, %eax
	wrmsr
	movl $CR0_START, %eax
	movl %eax, %cr0
	ret

#if CONFIG_KASAN
/* 512 equal entries: value in eax and edx. Clobbers ecx, edi. */
.macro FILL_TABLE table
	movl $PHYS(\table), %edi
	movl $512, %ecx
9:	movl %eax, (%edi)
	movl %edx, 4(%edi)
	addl $8, %edi
	loop 9b
.endm

/* The first page tables of the shadow. Clobbers eax, ecx, edx, edi. */
shadow_on:
	movl $PHYS(shadow_zero_page) + 0x21, %eax /* accessed, present */
	movl $0x80000000, %edx /* never executed */
	FILL_TABLE shadow_zero_pt
	xorl %edx, %edx
	movl $PHYS(shadow_zero_pt) + 0x23, %eax
	FILL_TABLE shadow_zero_pd
	movl $PHYS(shadow_zero_pd) + 0x23, %eax
	FILL_TABLE shadow_zero_pdpt
	movl $PHYS(image_shadow) + 0x63, %eax
	movl $PHYS(shadow_image_pt) + SHADOW_IMAGE_PTE * 8, %edi
1:	movl %eax, (%edi)
	movl $0x80000000, 4(%edi)
	addl $PAGE_SIZE_4K, %eax
	addl $8, %edi
	cmpl $PHYS(image_shadow_end), %eax
	jb 1b
	movl $PHYS(shadow_image_pt) + 0x23, \
		PHYS(shadow_image_pd) + SHADOW_IMAGE_PDE * 8
	movl $PHYS(shadow_image_pd) + 0x23, PHYS(shadow_image_pdpt) + 511 * 8
	movl $PHYS(shadow_zero_pdpt) + 0x23, \
		PHYS(boot_pml4) + SHADOW_SLOT_DIRECT * 8
	movl $PHYS(shadow_image_pdpt) + 0x23, \
		PHYS(boot_pml4) + SHADOW_SLOT_IMAGE * 8
	ret
#endif

no_long_mode:
	movl $PHYS(no_long_mode_text), %esi
1:	lodsb
	testb %al, %al
	jz 2f
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 1b
2:	movl $1, %eax
	movw $0xf4, %dx
	outl %eax, %dx
3:	hlt
	jmp 3b
no_long_mode_text:
	.asciz "mach: this processor has no 64-bit mode with NX\r\n"

	.code64
start64:
	movabsq $1f, %rax
	jmp *%rax
1:	movq $boot_stack_top, %rsp
	movl $SEL_KDATA, %eax
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	movl %ebp, %edi
	xorl %ebp, %ebp
	call boot_main
	ud2

/*
 * Other processors: this code is copied to AP_START_PAGE and entered in real
 * mode with cs = AP_START_PAGE / 16. It finds its stack and struct in
 * ap_start_stack, ap_start_cpu; one starts at a time.
 */
#define AP(x) (AP_START_PAGE + (x) - ap_code)
	.code16
	.globl ap_code, ap_code_end
ap_code:
	cli
	cld
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl AP(ap_gdt_pointer)
	movl $0x11, %eax
	movl %eax, %cr0
	ljmpl $8, $AP(ap32)
	.balign 8
ap_gdt:
	.quad 0
	.quad 0x00cf9b000000ffff /* 32-bit code, base 0 */
	.quad 0x00cf93000000ffff /* data */
ap_gdt_pointer:
	.word 23
	.long AP(ap_gdt)
	.code32
ap32:
	movl $16, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $PHYS(boot_stack_top), %esp /* unused: no calls yet */
	movl $PHYS(ap32_high), %eax
	jmp *%eax
ap_code_end:

/* From here on in the kernel image, still at physical addresses. */
ap32_high:
	movl $PHYS(ap_small_stack_top), %esp
	call long_mode_on
	lgdt PHYS(boot_gdt_pointer)
	ljmp $SEL_KCODE, $PHYS(ap64)
	.code64
ap64:
	movabsq $1f, %rax
	jmp *%rax
1:	movl $SEL_KDATA, %eax
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	/* The struct and the stack are mapped only by the real tables. */
	movq kernel_cr3(%rip), %rax
	movq %rax, %cr3
	movq ap_start_stack(%rip), %rsp
	movq ap_start_cpu(%rip), %rdi
	xorl %ebp, %ebp
	call ap_main
	ud2

	.section .rodata
	.balign 8
boot_gdt:
	.quad 0, 0
	.quad 0x00af9b000000ffff /* SEL_KCODE: 64-bit code */
	.quad 0x00cf93000000ffff /* SEL_KDATA */
boot_gdt_pointer:
	.word 31
	.quad PHYS(boot_gdt)

	.section .bss.pages, "aw", @nobits
	.balign 4096
	.globl boot_pml4
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pd:
	.skip 4096
	/* The guard page of the boot stack; C takes it out of the map. */
	.globl boot_stack_guard, boot_stack_top
boot_stack_guard:
	.skip 4096
	.skip 32768
boot_stack_top:
	.skip 64
ap_small_stack_top:
#if CONFIG_KASAN
	/* kernel.ld: there is to be an image_shadow. */
	.globl shadow_wanted
	.set shadow_wanted, 1
	.globl shadow_zero_page
	.balign 4096
shadow_zero_page:
	.skip 4096
shadow_zero_pt:
	.skip 4096
shadow_zero_pd:
	.skip 4096
shadow_zero_pdpt:
	.skip 4096
shadow_image_pdpt:
	.skip 4096
shadow_image_pd:
	.skip 4096
shadow_image_pt:
	.skip 4096
#endif
	.section .note.GNU-stack, "", @progbits
