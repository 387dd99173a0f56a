/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor features: needed (NX, long mode: checked in start.S; FSGSBASE,
 * XSAVE), used when there (SMEP, SMAP, UMIP, 1 GiB pages, x2APIC, TSC
 * deadline), and not used at all (PCID).
 */
#include "features.h"

#include <machine/x86.h>

struct cpu_features cpu_features;

static void xsetbv0(uint64_t value)
{
	__asm__ volatile("xsetbv"
			 :
			 : "c"(0), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32)));
}

static void detect_basic(struct cpu_features *f, struct cpuid one)
{
	f->x2apic = one.c >> 21 & 1;
	f->tsc_deadline = one.c >> 24 & 1;
	f->rdrand = one.c >> 30 & 1;
	f->hypervisor = one.c >> 31 & 1;
}

static void detect_structured(struct cpu_features *f, struct cpuid seven)
{
	f->smep = seven.b >> 7 & 1;
	f->rdseed = seven.b >> 18 & 1;
	f->smap = seven.b >> 20 & 1;
	f->umip = seven.c >> 2 & 1;
}

/* Which vector state there is. Its size depends on XCR0, so that is set. */
static void detect_vector(struct cpu_features *f)
{
	uint64_t can = cpuid(0xd, 0).a;

	f->vector_mask = can & (XCR0_X87 | XCR0_SSE | XCR0_AVX);
	if ((can & XCR0_AVX512) == XCR0_AVX512)
		f->vector_mask |= XCR0_AVX512;
	write_cr4(read_cr4() | CR4_OSXSAVE);
	xsetbv0(f->vector_mask);
	f->vector_size = cpuid(0xd, 0).b;
}

const char *features_detect(void)
{
	struct cpu_features *f = &cpu_features;
	struct cpuid one = cpuid(1, 0);
	uint32_t max = cpuid(0, 0).a, ext_max = cpuid(0x80000000, 0).a;

	if (!(one.c >> 26 & 1) || max < 0xd)
		return "XSAVE";
	if (!(cpuid(0xd, 1).a & 1))
		return "XSAVEOPT";
	if (!(cpuid(7, 0).b & 1))
		return "FSGSBASE";
	detect_basic(f, one);
	detect_structured(f, cpuid(7, 0));
	f->page_1g = cpuid(0x80000001, 0).d >> 26 & 1;
	f->phys_mask = (1ull << 36) - 1;
	if (ext_max >= 0x80000008)
		f->phys_mask = (1ull << (cpuid(0x80000008, 0).a & 0xff)) - 1;
	detect_vector(f);
	return 0;
}

void features_enable(void)
{
	const struct cpu_features *f = &cpu_features;
	uint64_t cr4 = read_cr4() | CR4_DE | CR4_MCE | CR4_PGE | CR4_OSFXSR |
		       CR4_OSXMM | CR4_FSGS | CR4_OSXSAVE;

	cr4 |= f->smep ? CR4_SMEP : 0;
	cr4 |= f->smap ? CR4_SMAP : 0;
	cr4 |= f->umip ? CR4_UMIP : 0;
	write_cr4(cr4);
	xsetbv0(f->vector_mask);
	write_cr0(read_cr0() | CR0_TS);
}

extern uint8_t *const smap_sites[], *const smap_sites_end[];

void features_patch(void)
{
	if (cpu_features.smap)
		return;
	for (uint8_t *const *site = smap_sites; site < smap_sites_end; site++) {
		(*site)[0] = 0x0f; /* a nop of three bytes */
		(*site)[1] = 0x1f;
		(*site)[2] = 0x00;
	}
}
