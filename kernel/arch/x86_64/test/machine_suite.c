/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of what only this machine has: register state as messages carry it,
 * vector registers, and I/O ports.
 */
#include "../features.h"
#include "../layout.h"
#include "../vector.h"

#include <arch/clock.h>
#include <arch/device.h>
#include <arch/pmap.h>
#include <arch/selftest.h>
#include <arch/state.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <mach/x86_64/thread_status.h>
#include <machine/x86.h>
#include <test/arch_test.h>

static uint32_t words[MACHINE_STATE_MAX];
static struct machine_thread m;
static uint32_t random_seed = 1;

static uint32_t random_word(void)
{
	random_seed = random_seed * 1664525 + 1013904223;
	return random_seed;
}

static enum kr set_thread(const struct x86_64_thread_state *s)
{
	return machine_set_state(&m, x86_64_THREAD_STATE, (const uint32_t *)s,
				 x86_64_THREAD_STATE_COUNT);
}

static bool get_thread(struct x86_64_thread_state *s)
{
	unsigned count = x86_64_THREAD_STATE_COUNT;

	return machine_get_state(&m, x86_64_THREAD_STATE, (uint32_t *)s,
				 &count) == KR_SUCCESS &&
	       count == x86_64_THREAD_STATE_COUNT;
}

static bool state_round_trip(void)
{
	struct x86_64_thread_state s, t;

	machine_thread_init(&m);
	for (unsigned i = 0; i < sizeof(s) / 4; i++)
		((uint32_t *)&s)[i] = random_word();
	s.rip = 0x7fffffffefff;
	s.fs_base = 0x1000;
	s.gs_base = 0x7fffffffe000;
	s.rflags = 0x202;
	s.cs = SEL_UCODE;
	s.ss = SEL_UDATA;
	EXPECT(set_thread(&s) == KR_SUCCESS && get_thread(&t));
	EXPECT(memcmp(&s, &t, sizeof(s)) == 0);
	EXPECT(machine_user_pc(&m) == s.rip);
	return true;
}

/* After a trap: what was not saved reads zero, and the result comes back. */
static bool state_of_trap(void)
{
	struct x86_64_thread_state s;

	machine_thread_init(&m);
	memset(&m.frame, 0x11, sizeof(m.frame));
	m.frame.rip = 0x1000;
	m.frame.rflags = 0x202;
	m.kind = FRAME_TRAP;
	EXPECT(get_thread(&s));
	EXPECT(s.rdi == 0 && s.rsi == 0 && s.rdx == 0 && s.rax == 0);
	EXPECT(s.r8 == 0 && s.r9 == 0 && s.r10 == 0);
	EXPECT(s.rcx == 0x1000 && s.r11 == 0x202 && s.cs == SEL_UCODE);
	EXPECT(s.rbx == 0x1111111111111111);
	machine_set_result(&m, 42);
	EXPECT(get_thread(&s) && s.rax == 42);
	s.rax = 43;
	EXPECT(set_thread(&s) == KR_SUCCESS);
	machine_set_result(&m, 44); /* too late */
	EXPECT(get_thread(&s) && s.rax == 43);
	return true;
}

static bool state_refuses_addresses(void)
{
	static const uint64_t bad[] = { USER_MAX, 1ull << 47, 1ull << 63,
					KERNEL_BASE, UINT64_MAX };
	struct x86_64_thread_state s, before;

	machine_thread_init(&m);
	EXPECT(get_thread(&before));
	for (unsigned i = 0; i < 5; i++)
		for (unsigned field = 0; field < 3; field++) {
			s = before;
			*(field == 0   ? &s.rip
			  : field == 1 ? &s.fs_base
				       : &s.gs_base) = bad[i];
			EXPECT(set_thread(&s) == KR_INVALID_ARGUMENT);
		}
	EXPECT(get_thread(&s) && memcmp(&s, &before, sizeof(s)) == 0);
	return true;
}

/* Every pattern of flags: refused, or harmless. */
static bool state_flags(void)
{
	struct x86_64_thread_state s, t;

	machine_thread_init(&m);
	EXPECT(get_thread(&s));
	for (uint32_t flags = 0; flags < 1u << 22; flags += 7) {
		s.rflags = flags;
		if (set_thread(&s) != KR_SUCCESS)
			continue;
		EXPECT(get_thread(&t));
		EXPECT((t.rflags & 0x3000) == 0);   /* I/O privilege */
		EXPECT((t.rflags & 0x1a0000) == 0); /* VM, VIF, VIP */
		EXPECT((t.rflags & 0x202) == 0x202);
	}
	s.rflags = 0x202 | 1ull << 32;
	EXPECT(set_thread(&s) == KR_INVALID_ARGUMENT);
	return true;
}

static bool state_selectors(void)
{
	struct x86_64_thread_state s, t;

	machine_thread_init(&m);
	EXPECT(get_thread(&s));
	for (unsigned sel = 0; sel < 0x10000; sel++) {
		s.cs = sel;
		s.ss = SEL_UDATA;
		EXPECT((set_thread(&s) == KR_SUCCESS) ==
		       (sel == 0 || sel == SEL_UCODE));
		s.cs = SEL_UCODE;
		s.ss = sel;
		EXPECT((set_thread(&s) == KR_SUCCESS) ==
		       (sel == 0 || sel == SEL_UDATA));
		EXPECT(get_thread(&t) && t.cs == SEL_UCODE &&
		       t.ss == SEL_UDATA);
	}
	return true;
}

static bool state_counts(void)
{
	unsigned count = 0;

	machine_thread_init(&m);
	for (int flavor = -2; flavor < 20; flavor++) {
		count = 0;
		EXPECT(machine_get_state(&m, flavor, words, &count) ==
		       KR_INVALID_ARGUMENT);
		EXPECT(machine_set_state(&m, flavor, words, 0) ==
		       KR_INVALID_ARGUMENT);
		EXPECT(machine_set_state(&m, flavor, words, 1023) ==
		       KR_INVALID_ARGUMENT);
	}
	count = x86_64_EXCEPTION_STATE_COUNT;
	EXPECT(machine_get_state(&m, x86_64_EXCEPTION_STATE, words, &count) ==
	       KR_SUCCESS);
	EXPECT(machine_set_state(&m, x86_64_EXCEPTION_STATE, words, count) ==
	       KR_INVALID_ARGUMENT);
	return true;
}

static unsigned vector_count(void)
{
	return cpu_features.vector_size / 4;
}

/* The running thread's own registers: a bad image would fault right here. */
static bool vector_random_images(void)
{
	struct machine_thread *self = &thread_self()->machine;
	unsigned taken = 0, n;

	for (unsigned round = 0; round < 2000; round++) {
		for (unsigned i = 0; i < vector_count(); i++)
			words[i] = random_word();
		if (round % 4 < 3)
			words[6] &= 0xffff; /* MXCSR */
		if (round % 4 < 2) {
			memset(&words[128], 0, 64);
			words[128] = round % 8;
		}
		taken += machine_set_state(self, x86_64_FLOAT_STATE, words,
					   vector_count()) == KR_SUCCESS;
	}
	n = MACHINE_STATE_MAX;
	EXPECT(taken >= 900 && taken < 1100);
	EXPECT(machine_get_state(self, x86_64_FLOAT_STATE, words, &n) ==
	       KR_SUCCESS && n == vector_count());
	return true;
}

#define XMM0	40  /* words of an image */
#define PRESENT 128

/* In a thread of its own, which has no registers of the unit loaded. */
static void given_fn(void *arg)
{
	struct machine_thread *self = &thread_self()->machine;
	unsigned n = MACHINE_STATE_MAX;
	uint32_t *image;
	bool *kept = arg;

	/* As thread_set_state on another processor does. */
	if (self->vector || !vector_attach(self))
		return;
	image = (uint32_t *)self->vector;
	image[XMM0] = 0x12345678;
	image[PRESENT] = 3;
	thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	(void)thread_block(clock_now() + 1000000, NULL);
	*kept = image[XMM0] == 0x12345678 &&
		machine_get_state(self, x86_64_FLOAT_STATE, words, &n) ==
			KR_SUCCESS &&
		words[XMM0] == 0x12345678;
}

/* A thread that gets registers while it runs keeps them: what is saved when it
 * leaves is what was loaded, which was nothing. */
static bool vector_given_while_running(void)
{
	bool kept = false;
	struct thread *t = thread_create_kernel("given", given_fn, &kept,
						PRIORITY_KERNEL);

	EXPECT(t);
	thread_wait_dead(t);
	thread_unref(t);
	EXPECT(kept);
	return true;
}

/* A thread without an image shows the initial state, not another's. */
static bool vector_initial(void)
{
	unsigned n = MACHINE_STATE_MAX;

	machine_thread_init(&m);
	EXPECT(machine_get_state(&m, x86_64_FLOAT_STATE, words, &n) ==
	       KR_SUCCESS);
	EXPECT(words[0] == 0x37f && words[6] == 0x1f80);
	for (unsigned i = 8; i < n; i++)
		EXPECT(words[i] == 0);
	words[40] = 0x12345678; /* xmm0 */
	words[128] = 3;
	EXPECT(machine_set_state(&m, x86_64_FLOAT_STATE, words, n) ==
	       KR_SUCCESS);
	words[40] = 0;
	EXPECT(machine_get_state(&m, x86_64_FLOAT_STATE, words, &n) ==
	       KR_SUCCESS && words[40] == 0x12345678);
	machine_thread_cleanup(&m);
	EXPECT(!m.vector && m.extra == 0);
	return true;
}

static bool debug_registers(void)
{
	struct x86_64_debug_state d = { .dr7 = 0x401, .dr0 = 0x1000 };
	const uint32_t *raw = (const uint32_t *)&d;
	unsigned n = x86_64_DEBUG_STATE_COUNT;

	machine_thread_init(&m);
	EXPECT(machine_set_state(&m, x86_64_DEBUG_STATE, raw, n) == KR_SUCCESS);
	d.dr3 = KERNEL_BASE;
	EXPECT(machine_set_state(&m, x86_64_DEBUG_STATE, raw, n) ==
	       KR_INVALID_ARGUMENT);
	d.dr3 = 0;
	d.dr7 = 0x2000; /* general detect */
	EXPECT(machine_set_state(&m, x86_64_DEBUG_STATE, raw, n) ==
	       KR_INVALID_ARGUMENT);
	EXPECT(machine_get_state(&m, x86_64_DEBUG_STATE, words, &n) ==
	       KR_SUCCESS);
	EXPECT(words[0] == 0x1000 && words[10] == 0x401);
	machine_thread_cleanup(&m);
	return true;
}

static bool io_ports(void)
{
	uint8_t lcr;

	EXPECT(!device_io_range_ok(0x3f8, 8) && device_io_range_ok(0x2f8, 8));
	EXPECT(!device_io_range_ok(0xf4, 1) && !device_io_range_ok(0xcf8, 4));
	EXPECT(!device_io_range_ok(0x3f0, 16));
	EXPECT(!device_io_range_ok(0x500, 0x200));
	EXPECT(device_io_range_ok(0xc000, 0x100));
	device_io_read(0x3fb, 1, &lcr, 1); /* COM1 as console.c left it */
	EXPECT(lcr == 3);
	return true;
}

/* Clearing and copying frames borrow two vector registers, and the unit where it
 * is off; both come back as they were. */
static bool frames_keep_vectors(void)
{
	if (!(cpu_features.vector_mask & 4)) /* string instructions do it */
		return true;
	struct page *page = page_alloc(0, PAGE_KERNEL, 0);
	struct paddr pa = page_to_paddr(page);
	uint64_t off = read_cr0() | CR0_TS;
	uint8_t had[64], now[64];

	EXPECT(page);
	for (unsigned i = 0; i < sizeof(had); i++)
		had[i] = (uint8_t)random_word();
	__asm__ volatile("clts; vmovdqu (%0), %%ymm0; vmovdqu 32(%0), %%ymm1"
			 :
			 : "r"(had)
			 : "memory");
	pmap_zero(pa, page_size_hw());
	EXPECT(!(read_cr0() & CR0_TS));
	write_cr0(off);
	pmap_copy(pa, pa, page_size_hw());
	EXPECT(read_cr0() & CR0_TS);
	__asm__ volatile("clts; vmovdqu %%ymm0, (%0); vmovdqu %%ymm1, 32(%0)"
			 :
			 : "r"(now)
			 : "memory");
	write_cr0(off);
	EXPECT(memcmp(had, now, sizeof(had)) == 0);
	page_free(page, 0);
	return true;
}

static bool protections_on(void)
{
	EXPECT(!cpu_features.smep || (read_cr4() & CR4_SMEP));
	EXPECT(!cpu_features.smap || (read_cr4() & CR4_SMAP));
	EXPECT(!cpu_features.umip || (read_cr4() & CR4_UMIP));
	EXPECT(read_cr0() & CR0_WP);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} tests[] = {
	{ "state_round_trip", state_round_trip },
	{ "state_of_trap", state_of_trap },
	{ "state_refuses_addresses", state_refuses_addresses },
	{ "state_flags", state_flags },
	{ "state_selectors", state_selectors },
	{ "state_counts", state_counts },
	{ "vector_initial", vector_initial },
	{ "vector_random_images", vector_random_images },
	{ "vector_given_while_running", vector_given_while_running },
	{ "debug_registers", debug_registers },
	{ "io_ports", io_ports },
	{ "frames_keep_vectors", frames_keep_vectors },
	{ "protections_on", protections_on },
};

unsigned machine_selftest(void)
{
	unsigned n = sizeof(tests) / sizeof(tests[0]);

	for (unsigned i = 0; i < n; i++) {
		if (tests[i].run())
			klog("ok x86_%s", tests[i].name);
		else
			klog("not ok x86_%s - %s", tests[i].name,
			     arch_test_why);
	}
	return n;
}
