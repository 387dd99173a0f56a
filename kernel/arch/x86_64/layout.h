/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things lie: kernel virtual space, selectors, interrupt vectors. For C
 * and assembly.
 *
 *	0000000000010000 .. 00007ffffffff000	user
 *	ffff800000000000 + pa			direct map of RAM
 *	ffffc00000000000 .. +512 GiB		kva: stacks and the like
 *	ffffd00000000000 .. +2 MiB		device registers, ACPI tables
 *	ffffe00000000000 .. +16 TiB		shadow of all that (debug)
 *	ffffffff80000000 + pa			the kernel image
 *
 * The last user page is never mapped: no `syscall` can then leave a return
 * address that is not canonical.
 */
#pragma once

#define USER_MIN    0x10000
#define USER_MAX    0x7ffffffff000
#define DIRECT_BASE 0xffff800000000000
#define KVA_BASE    0xffffc00000000000
#define KVA_SIZE    0x8000000000
#define DEVICE_BASE 0xffffd00000000000
#define KERNEL_BASE 0xffffffff80000000

/* A byte of shadow for eight of the kernel's half; mk/kernel.mk tells the
 * compiler. Which entries of the root hold the shadow of what, and where that
 * of the image begins in the tables below. */
#define SHADOW_OFFSET	   0xdffff00000000000
#define SHADOW_SLOT_DIRECT 448
#define SHADOW_SLOT_KVA	   464
#define SHADOW_SLOT_IMAGE  479
#define SHADOW_IMAGE_PDE   384
#define SHADOW_IMAGE_PTE   32

#define PAGE_SIZE_4K 0x1000
#define PAGE_SIZE_2M 0x200000
#define PAGE_SIZE_1G 0x40000000

/* What the first page tables map: enough for the kernel and its first
 * tables. */
#define BOOT_MAP_SIZE 0x40000000

/* Selectors. sysret derives two of them from one base: data, then code. */
#define SEL_KCODE 0x10
#define SEL_KDATA 0x18
#define SEL_SYSRET 0x23
#define SEL_UDATA 0x2b
#define SEL_UCODE 0x33
#define SEL_TSS	  0x40

#define VECTOR_DEVICE	0x20 /* one per line: 0x20 .. 0xdf */
#define VECTOR_KICK	0xf0
#define VECTOR_CALL	0xf1
#define VECTOR_TIMER	0xf2
#define VECTOR_SPURIOUS 0xff

/* Where other processors begin, in real mode. */
#define AP_START_PAGE 0x8000
