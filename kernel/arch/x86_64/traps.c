/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: of user code, handed to kernel/trap in the terms of
 * <mach/exception.h>; of the kernel's copy routines, resolved or failed; of
 * anything else in the kernel, a panic. Nothing a user task does may panic.
 */
#include "traps.h"
#include "irq.h"
#include "layout.h"
#include "percpu.h"
#include "stop.h"
#include "vector.h"
#include "debugreg.h"

#include <arch/cpu.h>
#include <arch/trap.h>
#include <kern/kr.h>
#include <kern/panic.h>
#include <kern/thread.h>
#include <mach/exception.h>
#include <machine/x86.h>

#define FAULT_WRITE    0x2
#define FAULT_USER     0x4
#define FAULT_RESERVED 0x8
#define FAULT_FETCH    0x10

static unsigned fault_access(uint64_t error)
{
	if (error & FAULT_FETCH)
		return ACCESS_EXECUTE;
	return error & FAULT_WRITE ? ACCESS_WRITE : ACCESS_READ;
}

/* --- Mach traps */

/* Indexed by 128 plus the (negative) number, every entry callable. */
_Atomic mach_trap_fn mach_trap_entries[MACH_TRAP_COUNT];

/* trap_entry.S: takes the number from its register and redirects. */
int64_t mach_trap_missing(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
			  uint64_t);

void trap_replace(unsigned number, mach_trap_fn fn)
{
	atomic_set(&mach_trap_entries[MACH_TRAP_COUNT - number], fn);
}

void traps_init(void)
{
	for (unsigned n = 1; n < MACH_TRAP_COUNT; n++)
		trap_replace(n, mach_trap_table[n] ? mach_trap_table[n]
						   : mach_trap_missing);
}

void redirect_trap(int64_t number)
{
	struct user_frame *f = &cpu_thread()->machine.frame;
	vaddr_t handler = trap_redirect(number);

	if (handler >= USER_MAX) {
		trap_user_exception(EXC_BAD_ACCESS, KR_INVALID_ADDRESS,
				    (int64_t)handler);
		return;
	}
	f->rip = handler;
	f->rflags &= ~(uint64_t)(RFLAGS_TF | RFLAGS_DF | RFLAGS_AC | RFLAGS_NT |
				 RFLAGS_RF);
}

/* --- user mode */

static const struct {
	int8_t exception, code;
} user_codes[TRAP_COUNT] = {
	[TRAP_DIVIDE] = { EXC_ARITHMETIC, EXC_I386_DIV },
	[TRAP_DEBUG] = { EXC_BREAKPOINT, EXC_I386_SGL },
	[TRAP_BREAKPOINT] = { EXC_BREAKPOINT, EXC_I386_BPT },
	[TRAP_OVERFLOW] = { EXC_ARITHMETIC, EXC_I386_INTO },
	[TRAP_BOUND] = { EXC_SOFTWARE, 7 },
	[TRAP_OPCODE] = { EXC_BAD_INSTRUCTION, EXC_I386_INVOP },
	[TRAP_NO_VECTOR] = { EXC_ARITHMETIC, EXC_I386_NOEXT },
	[TRAP_SEGMENT] = { EXC_BAD_INSTRUCTION, TRAP_SEGMENT },
	[TRAP_STACK] = { EXC_BAD_ACCESS, TRAP_STACK },
	[TRAP_PROTECTION] = { EXC_BAD_INSTRUCTION, EXC_I386_GPFLT },
	[TRAP_X87] = { EXC_ARITHMETIC, EXC_I386_EXTERR },
	[TRAP_ALIGNMENT] = { EXC_BAD_INSTRUCTION, EXC_I386_ALIGNFLT },
	[TRAP_SIMD] = { EXC_ARITHMETIC, EXC_I386_EXTERR },
};

/* What tells two exceptions of one code apart. */
static int64_t user_subcode(const struct user_frame *f)
{
	switch (f->vector) {
	case TRAP_OPCODE:
		return (int64_t)f->rip;
	case TRAP_X87:
	case TRAP_SIMD:
		return vector_status(f->vector == TRAP_SIMD);
	default:
		return 0;
	}
}

/* Those for which there is more to do than to tell. */
#define SPECIAL                                                          \
	(1u << TRAP_NO_VECTOR | 1u << TRAP_DEBUG | 1u << TRAP_OPCODE |    \
	 1u << TRAP_X87 | 1u << TRAP_SIMD)

/* True: it is no exception. */
static bool __attribute__((noinline))
user_special(const struct user_frame *f, int64_t *subcode)
{
	if (f->vector == TRAP_NO_VECTOR && vector_first_use())
		return true;
	if (f->vector == TRAP_DEBUG)
		debug_user_trap();
	*subcode = user_subcode(f);
	return false;
}

static void user_exception(struct user_frame *f)
{
	unsigned v = (unsigned)f->vector;
	int64_t subcode = 0;

	if (__builtin_expect(SPECIAL >> v & 1, 0) && user_special(f, &subcode))
		return;
	irq_enable();
	if (user_codes[v].exception == 0)
		trap_user_exception(EXC_BAD_INSTRUCTION, (int64_t)v, 0);
	else
		trap_user_exception(user_codes[v].exception, user_codes[v].code,
				    subcode);
}

static void user_page_fault(struct user_frame *f)
{
	vaddr_t address = read_cr2();

	if (f->error & FAULT_RESERVED)
		panic("page tables damaged at user address %#lx", address);
	((struct machine_thread *)f)->fault_address = address;
	irq_enable();
	if (!(f->error & FAULT_USER))
		user_supervisor_fault(f, address);
	else if (address < USER_MAX)
		trap_user_fault(address, fault_access(f->error));
	else
		trap_user_exception(EXC_BAD_ACCESS, KR_INVALID_ADDRESS,
				    (int64_t)address);
}

/* Some processors let a jump succeed whose target is no address, and say so
 * there. To go back there would be a fault of the kernel's own; the first
 * address behind user space does as well. */
static void __attribute__((noinline)) user_rip_canonical(struct user_frame *f)
{
	if ((uint64_t)((int64_t)(f->rip << 16) >> 16) != f->rip)
		f->rip = USER_MAX;
}

/* Interrupts are off, so the processor stays the same. */
static void user_interrupt(const struct user_frame *f)
{
	cpu_self()->from_user = true;
	irq_dispatch((unsigned)f->vector);
	cpu_self()->from_user = false;
}

bool cpu_interrupted_user(void)
{
	return cpu_self()->from_user;
}

void user_trap(struct user_frame *f)
{
	if (__builtin_expect(f->rip >= USER_MAX, 0))
		user_rip_canonical(f);
	if (f->vector == TRAP_PAGE)
		user_page_fault(f);
	else if (f->vector >= TRAP_COUNT)
		user_interrupt(f);
	else
		user_exception(f);
}

/* --- the kernel's own */

extern const struct fixup fixup_table[], fixup_table_end[];

static const struct fixup *fixup_find(uint64_t rip)
{
	for (const struct fixup *x = fixup_table; x < fixup_table_end; x++)
		if (rip >= x->start && rip < x->end)
			return x;
	return NULL;
}

static void registers_print(const struct user_frame *f)
{
	klog("rip %016lx rsp %016lx rflags %08lx error %lx", f->rip, f->rsp,
	     f->rflags, f->error);
	klog("rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx,
	     f->rcx, f->rdx);
	klog("rsi %016lx rdi %016lx rbp %016lx cr2 %016lx", f->rsi, f->rdi,
	     f->rbp, read_cr2());
	klog("r8  %016lx r9  %016lx r10 %016lx r11 %016lx", f->r8, f->r9,
	     f->r10, f->r11);
	klog("r12 %016lx r13 %016lx r14 %016lx r15 %016lx", f->r12, f->r13,
	     f->r14, f->r15);
	backtrace(f->rip, f->rsp, f->rbp);
}

[[gnu::noreturn]] static void kernel_fault(const struct user_frame *f)
{
	registers_print(f);
	/* The shadow of user addresses would lie at none. */
	if (CONFIG_KASAN && f->vector == TRAP_PROTECTION)
		klog("perhaps by a null or wild pointer");
	panic("exception %lu in the kernel, address %#lx", f->vector,
	      read_cr2());
}

/* A fault inside one of the routines of copy.S. */
static bool copy_fault(struct user_frame *f, const struct fixup *x)
{
	vaddr_t address = read_cr2();
	bool resolved;

	if (x->kind == FIXUP_ANY || x->kind == FIXUP_USER_NOFAULT ||
	    address >= USER_MAX)
		return false;
	cpu_irq_restore(f->rflags & RFLAGS_IF);
	resolved = trap_copy_fault(address, fault_access(f->error));
	irq_disable();
	return resolved;
}

static void kernel_page_fault(struct user_frame *f)
{
	const struct fixup *x = fixup_find(f->rip);

	/* A copy may run into the page behind user space (copy.c). */
	if (!x || (x->kind != FIXUP_ANY &&
		   read_cr2() >= USER_MAX + PAGE_SIZE_4K))
		kernel_fault(f);
	if (!copy_fault(f, x))
		f->rip = x->fixup;
}

void kernel_trap(struct user_frame *f)
{
	const struct fixup *x;

	if (f->vector >= TRAP_COUNT) {
		irq_dispatch((unsigned)f->vector);
	} else if (f->vector == TRAP_PAGE) {
		kernel_page_fault(f);
	} else if (f->vector == TRAP_PROTECTION &&
		   (x = fixup_find(f->rip)) != NULL && x->kind == FIXUP_ANY) {
		f->rip = x->fixup;
	} else {
		kernel_fault(f);
	}
}

void fatal_trap(struct user_frame *f)
{
	if (f->vector == TRAP_NMI && stop_requested())
		stop_processor(f);
	if (f->vector == TRAP_NMI) {
		klog_nmi("NMI, cause unknown, at %#lx", f->rip);
		return;
	}
	/* The user's single step or watchpoint met kernel code. */
	if (f->vector == TRAP_DEBUG) {
		write_dr6(0xffff0ff0);
		f->rflags &= ~(uint64_t)RFLAGS_TF;
		return;
	}
	kernel_fault(f);
}
