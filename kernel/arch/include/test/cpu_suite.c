/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract tests: clock, processors, calls across processors, devices.
 */
#include "arch_test.h"

#include <arch/atomic.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/device.h>
#include <kern/string.h>
#include <kern/sched.h>
#include <kern/thread.h>

#define ALL_CPUS UINT64_MAX
#define SECOND	 1000000000ull

bool arch_test_clock_monotonic(void)
{
	uint64_t last = clock_now(), first = last;

	for (unsigned i = 0; i < 100000; i++) {
		uint64_t now = clock_now();

		EXPECT(now >= last);
		last = now;
	}
	EXPECT(last > first);
	return true;
}

static _Atomic uint64_t remote_time[64];

static void note_time(void *arg)
{
	(void)arg;
	atomic_set(&remote_time[cpu_number()], clock_now());
}

/* What another processor reads lies between two readings here. */
bool arch_test_clock_same_everywhere(void)
{
	for (unsigned round = 0; round < 100; round++) {
		uint64_t before = clock_now(), after;

		cpu_call(ALL_CPUS, note_time, NULL);
		after = clock_now();
		for (unsigned i = 0; i < cpu_count(); i++) {
			uint64_t t = atomic_get(&remote_time[i]);

			if (i == cpu_number())
				continue;
			EXPECT(t >= before && t <= after);
		}
	}
	return true;
}

/* Between 2020 and 2100. */
bool arch_test_clock_epoch(void)
{
	uint64_t t = clock_boot_epoch() / SECOND;

	EXPECT(t > 1577836800 && t < 4102444800);
	return true;
}

bool arch_test_irq_save_nests(void)
{
	bool outer, inner;

	EXPECT(cpu_irq_enabled());
	outer = cpu_irq_save();
	EXPECT(outer && !cpu_irq_enabled());
	inner = cpu_irq_save();
	EXPECT(!inner);
	cpu_irq_restore(inner);
	EXPECT(!cpu_irq_enabled());
	cpu_irq_restore(outer);
	EXPECT(cpu_irq_enabled());
	return true;
}

bool arch_test_cpu_numbers(void)
{
	EXPECT(cpu_number() < cpu_count());
	EXPECT(cpu_processor() != NULL);
	EXPECT(cpu_thread() == thread_self());
	return true;
}

static _Atomic unsigned called[64];
static _Atomic bool called_with_irqs;

static void count_call(void *arg)
{
	(void)arg;
	if (cpu_irq_enabled())
		called_with_irqs = true;
	atomic_add(&called[cpu_number()], 1);
}

bool arch_test_cpu_call_each_once(void)
{
	memset(called, 0, sizeof(called));
	for (unsigned i = 0; i < 1000; i++)
		cpu_call(ALL_CPUS, count_call, NULL);
	EXPECT(!called_with_irqs);
	for (unsigned i = 0; i < cpu_count(); i++)
		EXPECT(atomic_get(&called[i]) ==
		       (i == cpu_number() ? 0 : 1000));
	cpu_call(1ull << cpu_number(), count_call, NULL);
	cpu_call(0, count_call, NULL);
	EXPECT(atomic_get(&called[cpu_number()]) == 0);
	return true;
}

/* Several processors call all others at the same time. */
#define CALLERS 4
#define CALLS	100
static _Atomic unsigned callers_ready, callers_done;

static void caller(void *arg)
{
	(void)arg;
	atomic_add(&callers_ready, 1);
	for (unsigned i = 0; i < CALLS; i++) {
		cpu_call(ALL_CPUS, count_call, NULL);
		(void)thread_yield(NULL);
	}
	atomic_add(&callers_done, 1);
}

static bool wait_for(_Atomic unsigned *what, unsigned value)
{
	uint64_t end = clock_now() + 60 * SECOND;

	while (atomic_get(what) != value) {
		if (clock_now() > end)
			return false;
		(void)thread_yield(NULL);
	}
	return true;
}

bool arch_test_cpu_call_crossing(void)
{
	unsigned sum = 0;

	memset(called, 0, sizeof(called));
	callers_ready = callers_done = 0;
	for (unsigned i = 0; i < CALLERS; i++) {
		struct thread *t = thread_create_kernel(
			"caller", caller, NULL, PRIORITY_KERNEL);

		EXPECT(t);
		thread_unref(t);
	}
	EXPECT(wait_for(&callers_done, CALLERS));
	for (unsigned i = 0; i < cpu_count(); i++)
		sum += atomic_get(&called[i]);
	EXPECT(sum == CALLERS * CALLS * (cpu_count() - 1));
	return true;
}

bool arch_test_cpu_kick_harmless(void)
{
	for (unsigned n = 0; n < 100; n++)
		for (unsigned i = 0; i < cpu_count(); i++)
			cpu_kick(i);
	return true;
}

/* If there is a source, two readings differ. */
bool arch_test_entropy(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	size_t n = machine_entropy(a, sizeof(a));
	size_t m = machine_entropy(b, sizeof(b));

	EXPECT(n <= sizeof(a) && m <= sizeof(b));
	EXPECT(n < 16 || m < 16 || memcmp(a, b, 16) != 0);
	return true;
}

bool arch_test_io_ranges(void)
{
	EXPECT(!device_io_range_ok(0, 0));
	EXPECT(!device_io_range_ok(0xffff, 2));
	EXPECT(!device_io_range_ok(0xffffffff, 2));
	EXPECT(!device_io_range_ok(0, 0x10000));
	EXPECT(device_irq_connect(1000000, NULL, NULL) == KR_INVALID_ARGUMENT);
	return true;
}
