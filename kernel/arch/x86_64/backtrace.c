/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces. Debug kernels keep frame pointers, so the chain is exact;
 * release kernels do not, and every word of the stack that lies in text just
 * behind a call is shown with a question mark.
 */
#include "kmap.h"
#include "percpu.h"
#include "traps.h"

#include <arch/cpu.h>
#include <kern/config.h>
#include <kern/ksyms.h>
#include <kern/panic.h>

#define DEPTH_MAX 32

static bool in_text(uint64_t a)
{
	return a >= (uint64_t)kernel_start && a < (uint64_t)kernel_text_end;
}

static void line(uint64_t rip, const char *sure)
{
	uintptr_t offset = 0;
	const char *name = ksym_lookup(rip, &offset);

	if (name)
		klog("  %#lx %s+%#lx%s", rip, name, offset, sure);
	else
		klog("  %#lx%s", rip, sure);
}

static void by_frames(uint64_t rbp)
{
	for (unsigned i = 0; i < DEPTH_MAX && rbp != 0; i++) {
		uint64_t next, rip;

		if (!probe_u64(rbp, &next) || !probe_u64(rbp + 8, &rip) ||
		    !in_text(rip))
			return;
		line(rip - 1, ""); /* inside the call */
		if (next <= rbp)
			return;
		rbp = next;
	}
}

/* A near call by displacement ends five bytes on; one through a register two
 * or three, through memory six or seven. */
static bool after_call(uint64_t rip)
{
	const uint8_t *p = (const uint8_t *)rip;

	return p[-5] == 0xe8 || p[-2] == 0xff || p[-3] == 0xff ||
	       p[-6] == 0xff || p[-7] == 0xff;
}

static void by_scan(uint64_t rsp)
{
	uint64_t end = (rsp | 0x7fff) + 1;
	unsigned shown = 0;
	uint64_t word;

	for (; rsp < end && shown < DEPTH_MAX; rsp += 8) {
		if (!probe_u64(rsp, &word))
			return;
		if (!in_text(word) || !in_text(word - 8) || !after_call(word))
			continue;
		line(word, " ?");
		shown++;
	}
}

void backtrace(uint64_t rip, uint64_t rsp, uint64_t rbp)
{
	line(rip, "");
	if (CONFIG_DEBUG)
		by_frames(rbp);
	else
		by_scan(rsp & ~7ull);
}

void cpu_backtrace(void)
{
	uint64_t rsp;

	__asm__ volatile("movq %%rsp, %0" : "=r"(rsp));
	backtrace((uint64_t)__builtin_return_address(0), rsp,
		  (uint64_t)__builtin_frame_address(0));
}
