/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enters and leaves the kernel in every way, over and over: traps, redirected
 * system calls, page faults, breakpoints. Its gs base and its registers must be
 * its own afterwards. tests/guest/entry_nmi.sh sends interrupts that cannot be
 * masked at each instruction of these ways in and out.
 */
#include "lib/test.h"

#define SELF   mach_task_self()
#define ROUNDS 5000

static uint64_t gs_base(void)
{
	uint64_t base;

	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base;
}

/* A trap by hand: what it must keep is kept, what it must clear is zero. */
static bool trap(void)
{
	uint64_t a = (uint64_t)-MACH_TRAP_MACH_TASK_SELF, d = 3, b = 5;
	register uint64_t r12 __asm__("r12") = 7;
	register uint64_t r8 __asm__("r8") = 9;

	__asm__ volatile("syscall"
			 : "+a"(a), "+d"(d), "+b"(b), "+r"(r12), "+r"(r8)
			 :
			 : "rcx", "r11", "rsi", "rdi", "r9", "r10", "memory");
	return a == mach_task_self() && d == 0 && b == 5 && r12 == 7 && r8 == 0;
}

static bool fault(void)
{
	vm_address_t at = 0;

	if (vm_allocate(SELF, &at, vm_page_size, TRUE) != KERN_SUCCESS)
		return false;
	*(volatile char *)at = 1;
	return vm_deallocate(SELF, at, vm_page_size) == KERN_SUCCESS;
}

static void round_and_round(void)
{
	unsigned traps = 0, faults = 0, bases = 0;
	uint64_t base = gs_base();

	/* The thread's block (lib/server): nobody changes it. */
	for (unsigned i = 0; i < ROUNDS; i++) {
		traps += trap();
		faults += fault();
		bases += gs_base() == base && base != 0;
	}
	EQUAL(traps, ROUNDS);
	EQUAL(faults, ROUNDS);
	EQUAL(bases, ROUNDS);
}

static const struct test tests[] = { TEST(round_and_round) };

TEST_MAIN(tests)
