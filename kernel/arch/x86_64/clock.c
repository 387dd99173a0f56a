/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time from the processor's cycle counter, one shot per deadline from the
 * local APIC's timer.
 *
 * Rates: told by CPUID, else measured against the ACPI timer or the PIT. A
 * sample of the counters is a bracket (cycles, the others, cycles); the
 * tightest of several is taken at each end, so that an emulator which loses
 * the processor in between does no harm.
 */
#include "clock.h"
#include "acpi.h"
#include "apic.h"
#include "features.h"
#include "layout.h"

#include <kern/panic.h>
#include <machine/x86.h>

#define NS	   1000000000ull
#define PM_RATE	   3579545u
#define PIT_RATE   1193182u
#define MEASURE_US 3000u

uint64_t clock_tsc_start;
uint64_t clock_ns_per_cycle;
static uint64_t cycles_per_ns;	/* 32.32 */
static uint64_t ticks_per_ns;	/* of the APIC timer, 32.32 */
static uint64_t epoch; /* nanoseconds */

static uint64_t scale(uint64_t v, uint64_t by)
{
	return (uint64_t)((unsigned __int128)v * by >> 32);
}

uint64_t clock_now(void)
{
	return clock_read();
}

uint64_t clock_boot_epoch(void)
{
	return epoch;
}

/* --- measuring */

struct sample {
	uint64_t tsc;
	uint32_t reference; /* counts up */
	uint32_t apic;	    /* counts down */
};

static uint32_t pm_read(void)
{
	return inl(acpi_info.pm_timer) & 0xffffff;
}

/* Channel 2 of the PIT counts down from 65535. */
static uint32_t pit_read(void)
{
	uint8_t low;

	outb(0x43, 0x80);
	low = inb(0x42);
	return 0xffffu - (uint32_t)(low | inb(0x42) << 8);
}

static void pit_start(void)
{
	outb(0x61, (uint8_t)((inb(0x61) & ~2) | 1));
	outb(0x43, 0xb0); /* channel 2, both bytes, mode 0 */
	outb(0x42, 0xff);
	outb(0x42, 0xff);
}

static struct sample sample_once(uint32_t (*reference)(void), uint64_t *width)
{
	uint64_t before = rdtsc();
	struct sample s = {
		.reference = reference(),
		.apic = apic_timer_left(),
	};

	*width = rdtsc() - before;
	s.tsc = before + *width / 2;
	return s;
}

static struct sample sample_best(uint32_t (*reference)(void))
{
	uint64_t best_width = UINT64_MAX, width;
	struct sample best = { 0 }, s;

	for (unsigned i = 0; i < 8; i++) {
		s = sample_once(reference, &width);
		if (width < best_width) {
			best_width = width;
			best = s;
		}
	}
	return best;
}

static void measure(uint32_t (*reference)(void), uint32_t rate, uint32_t mask)
{
	uint32_t span = rate / 1000 * MEASURE_US / 1000;
	struct sample a, b;
	uint64_t ns;

	apic_timer_start(UINT32_MAX);
	a = sample_best(reference);
	while (((reference() - a.reference) & mask) < span)
		cpu_relax();
	b = sample_best(reference);
	apic_timer_start(0);
	ns = (uint64_t)((b.reference - a.reference) & mask) * NS / rate;
	clock_ns_per_cycle = (ns << 32) / (b.tsc - a.tsc);
	cycles_per_ns = ((b.tsc - a.tsc) << 32) / ns;
	ticks_per_ns = ((uint64_t)(a.apic - b.apic) << 32) / ns;
}

/* Cycles per second as CPUID tells, or 0. */
static uint64_t cpuid_rate(void)
{
	struct cpuid c;

	if (cpuid(0, 0).a < 0x15)
		return 0;
	c = cpuid(0x15, 0);
	if (c.a == 0 || c.b == 0 || c.c == 0)
		return 0;
	return (uint64_t)c.c * c.b / c.a;
}

void clock_init(void)
{
	uint64_t rate = cpuid_rate();

	if (acpi_info.pm_timer) {
		measure(pm_read, PM_RATE, 0xffffff);
	} else {
		pit_start();
		measure(pit_read, PIT_RATE, 0xffff);
	}
	if (rate) {
		clock_ns_per_cycle = (NS << 32) / rate;
		cycles_per_ns = (rate / 1000 << 32) / (NS / 1000);
	}
	panic_unless(clock_ns_per_cycle && ticks_per_ns);
	epoch = rtc_read() * NS;
	clock_tsc_start = rdtsc();
}

void clock_delay(uint64_t ns)
{
	uint64_t end = rdtsc() + scale(ns, cycles_per_ns);

	while (rdtsc() < end)
		cpu_relax();
}

/* --- deadlines */

/* Later than this is aimed at in several shots: 36 years, which are less than
 * 2^64 cycles. */
#define SHOT_MAX ((uint64_t)1 << 60)

static void arm_cycles(uint64_t ns)
{
	uint64_t shot = ns < SHOT_MAX ? ns : SHOT_MAX;
	uint64_t at = ns == CLOCK_NEVER ? 0 : clock_tsc_start +
						      scale(shot, cycles_per_ns);

	wrmsr(MSR_TSC_DEADLINE, at);
}

/* The counter has 32 bits: a long wait is made of several. */
static void arm_ticks(uint64_t ns)
{
	uint64_t now = clock_now();
	uint64_t left = ns > now ? ns - now : 0;
	uint64_t ticks;

	if (ns == CLOCK_NEVER) {
		apic_timer_start(0);
		return;
	}
	if (left > NS)
		left = NS;
	ticks = scale(left, ticks_per_ns) + 1;
	apic_timer_start(ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks);
}

static void arm(uint64_t ns)
{
	if (cpu_features.tsc_deadline)
		arm_cycles(ns);
	else
		arm_ticks(ns);
}

void clock_set_deadline(uint64_t ns)
{
	bool on = cpu_irq_save();

	cpu_self()->deadline = ns;
	arm(ns);
	cpu_irq_restore(on);
}

void clock_dump(unsigned cpu)
{
	if (cpus[cpu] == NULL)
		return;
	klog("  now %lu, aims at %lu", clock_now(), cpus[cpu]->deadline);
	if (cpus[cpu] == cpu_self())
		klog("  %u ticks to go (%lu.%03lu each ns)", apic_timer_left(),
		     ticks_per_ns >> 32,
		     (ticks_per_ns & UINT32_MAX) * 1000 >> 32);
}

/* A shot that came early, or one of several, is only aimed again. */
void clock_interrupt(void)
{
	struct cpu *cpu = cpu_self();

	if (cpu->deadline == CLOCK_NEVER)
		return;
	if (clock_now() < cpu->deadline) {
		arm(cpu->deadline);
		return;
	}
	cpu->deadline = CLOCK_NEVER;
	timer_interrupt();
}
