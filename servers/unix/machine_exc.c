/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions of UNIX tasks become signals. The server is the tasks' exception
 * port, in the long form: the reply carries the registers with which the
 * thread goes on, in the emulator's signal entry or its recovery point.
 */
#include <mach/exc_server.h>
#include <mach/exception.h>
#include <mach/mach_exc_server.h>
#include <string.h>
#include "machine_i.h"
#include "sig.h"

struct fault {
	int signal, code;
	uint64_t address;
};

static struct fault fault_access(const int64_t *code)
{
	struct fault f = {SIGSEGV, SEGV_MAPERR, (uint64_t)code[1]};

	if (code[0] == KERN_PROTECTION_FAILURE)
		f.code = SEGV_ACCERR;
	if (code[0] == KERN_MEMORY_ERROR || code[0] == KERN_MEMORY_FAILURE) {
		f.signal = SIGBUS;
		f.code = BUS_ADRERR;
	}
	return f;
}

static struct fault fault_of(int exception, const int64_t *code, uint64_t pc)
{
	switch (exception) {
	case EXC_BAD_ACCESS:
		return fault_access(code);
	case EXC_BAD_INSTRUCTION:
		if (code[0] == EXC_I386_GPFLT)
			return (struct fault){SIGSEGV, 128, 0};
		if (code[0] == EXC_I386_ALIGNFLT)
			return (struct fault){SIGBUS, BUS_ADRALN, 0};
		return (struct fault){SIGILL, ILL_ILLOPN, pc};
	case EXC_ARITHMETIC:
		return (struct fault){SIGFPE,
				      code[0] == EXC_I386_DIV ? FPE_INTDIV
							      : FPE_FLTINV,
				      pc};
	case EXC_BREAKPOINT:
		return (struct fault){SIGTRAP, TRAP_BRKPT, pc};
	case EXC_SOFTWARE:
		return (struct fault){SIGSYS, SI_USER, pc};
	default:
		return (struct fault){SIGILL, ILL_ILLOPC, pc};
	}
}

static bool in_emulator(uint64_t pc)
{
	return pc >= emul.text_start && pc < emul.text_end;
}

/*
 * A fault in the emulator is a bad pointer of the program's, which its recovery
 * answers. But the way back to the program, and the way into the recovery,
 * touch only the thread's block: faults there mean that the program spoilt it
 * (or gs), and they would come again for ever. False: the process is gone.
 */
static bool fault_in_emulator(struct lwp *l, const struct fault *f,
			      struct x86_64_thread_state *s)
{
	bool returning = s->rip >= emul.return_start &&
			 s->rip < emul.return_end;

	/* The program traces itself: its flags are in force already. What it
	 * is to see is the trap after an instruction of its own. */
	if (returning && f->signal == SIGTRAP) {
		l->stepping = true;
		return true;
	}
	if (returning || (s->rip >= emul.fault && s->rip < emul.thread)) {
		sig_die(l->proc, l, SIGSEGV);
		return false;
	}
	s->rip = emul.fault;
	return true;
}

/* Where we send threads cannot be reached: sending it there again would never
 * end. */
static bool emulator_is_gone(uint64_t pc)
{
	return pc == emul.fault || pc == emul.signal;
}

/* True: the thread goes on with *s. False: it is gone. */
static bool fault_deliver(struct lwp *l, const struct fault *f,
			  struct x86_64_thread_state *s)
{
	struct sig_info info = {.signo = f->signal, .code = f->code};
	struct proc *p = l->proc;

	if (emulator_is_gone(s->rip)) {
		sig_die(p, l, f->signal);
		return false;
	}
	if (in_emulator(s->rip))
		return fault_in_emulator(l, f, s);
	if (l->stepping && f->signal == SIGTRAP) {
		l->stepping = false;
		return true;
	}
	l->stepping = false;
	l->faulting = true;
	sig_force(l, f->signal, &info, f->address);
	l->faulting = false;
	if (proc_is_gone(p))
		return false;
	l->slot->pc = s->rip;
	l->slot->flags = s->rflags;
	l->slot->pending = 1;
	s->rip = emul.signal;
	s->rflags = 0x202;
	return true;
}

kern_return_t catch_mach_exception_raise(mach_port_t port, mach_port_t thread,
					 mach_port_t task, int exception,
					 int64_t *code, int *flavor,
					 thread_state_t state,
					 mach_msg_type_number_t *count)
{
	struct lwp *l = port_lookup(thread, PORT_THREAD);
	struct x86_64_thread_state s;
	struct fault f;

	(void)port;
	if (!l || *flavor != x86_64_THREAD_STATE ||
	    *count != x86_64_THREAD_STATE_COUNT)
		return KERN_FAILURE;
	mach_port_deallocate(mach_task_self(), thread);
	mach_port_deallocate(mach_task_self(), task);
	memcpy(&s, state, sizeof(s));
	f = fault_of(exception, code, s.rip);
	if (!fault_deliver(l, &f, &s))
		return MIG_NO_REPLY;
	memcpy(state, &s, sizeof(s));
	return KERN_SUCCESS;
}

/*
 * The short form comes only from programs: an exception that one of its own
 * handlers forwarded, or that it raised itself. Whoever sends it holds the
 * ports of the thread and its task, so it may; the thread is not in a fault.
 */
kern_return_t catch_exception_raise(mach_port_t port, mach_port_t thread,
				    mach_port_t task, int exception, int code,
				    int subcode)
{
	struct lwp *l = port_lookup(thread, PORT_THREAD);
	int64_t codes[2] = {code, subcode};
	struct fault f = fault_of(exception, codes, 0);
	struct sig_info info = {.signo = f.signal, .code = f.code};
	struct proc *p;

	(void)port;
	if (!l || mtask_of(l->proc)->task != task)
		return KERN_FAILURE;
	p = l->proc;
	mach_port_deallocate(mach_task_self(), thread);
	mach_port_deallocate(mach_task_self(), task);
	sig_force(l, f.signal, &info, f.address);
	return proc_is_gone(p) ? MIG_NO_REPLY : KERN_SUCCESS;
}
