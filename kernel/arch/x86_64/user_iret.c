/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iretq in user mode, done by the kernel.
 *
 * It is a legal instruction there, and the way to restore a whole register
 * frame with flags (signal return). But emulators (QEMU up to 9.0) make its
 * stack accesses with the kernel's rights, which SMAP forbids: a page fault
 * that says "supervisor" comes from user code. No real processor does that for
 * data, so nothing else is hidden here.
 */
#include "layout.h"
#include "traps.h"

#include <arch/copy.h>
#include <arch/cpu.h>
#include <arch/trap.h>
#include <kern/kr.h>
#include <mach/exception.h>
#include <machine/x86.h>

struct iret_frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/* What the processor checks; the selectors it would allow are just these. */
static bool frame_valid(const struct iret_frame *r)
{
	return (uint16_t)r->cs == SEL_UCODE && (uint16_t)r->ss == SEL_UDATA &&
	       r->rip < USER_MAX;
}

static bool at_iretq(uint64_t rip)
{
	uint8_t code[2];

	return copy_in(code, rip, sizeof(code)) && code[0] == 0x48 &&
	       code[1] == 0xcf;
}

void user_supervisor_fault(struct user_frame *f, vaddr_t address)
{
	struct iret_frame r;

	if (!at_iretq(f->rip)) {
		trap_user_exception(EXC_BAD_ACCESS, KR_PROTECTION_FAILURE,
				    (int64_t)address);
	} else if (!copy_in(&r, f->rsp, sizeof(r))) {
		trap_user_fault(address, ACCESS_READ);
	} else if (!frame_valid(&r)) {
		trap_user_exception(EXC_BAD_INSTRUCTION, EXC_I386_GPFLT, 0);
	} else {
		f->rip = r.rip;
		f->rsp = r.rsp;
		f->rflags = (r.rflags & RFLAGS_USER) | RFLAGS_IF | RFLAGS_ONE;
	}
}
