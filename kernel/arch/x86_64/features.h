/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kind of processor can do (features.c): private to arch/x86_64.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define XCR0_X87    0x1u
#define XCR0_SSE    0x2u
#define XCR0_AVX    0x4u
#define XCR0_AVX512 0xe0u

struct cpu_features {
	bool page_1g, smep, smap, umip, x2apic, tsc_deadline, rdrand, rdseed;
	bool hypervisor;
	uint64_t vector_mask; /* XCR0 */
	uint32_t vector_size; /* bytes of an XSAVE image */
	uint64_t phys_mask;   /* addresses the processor can form */
};

extern struct cpu_features cpu_features;

/* Boot processor: finds out; NULL, or the name of what is missing and
 * needed. */
const char *features_detect(void);

/* Boot processor, while text may still be written: without SMAP its
 * instructions become nops. */
void features_patch(void);

/* Each processor: switches on what features_detect found. */
void features_enable(void);
