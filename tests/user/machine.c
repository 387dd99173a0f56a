/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's corners that user code can reach: privileged instructions,
 * interrupts by number, segments, flags, addresses that are none, single steps
 * into the kernel. Each case is a few bytes of code that a thread of its own
 * runs; it ends in the exception the case expects, or in the ud2 behind it
 * when it must survive. Nothing here may hurt anybody else.
 */
#include "lib/test.h"
#include "lib/victim.h"

#include <mach/exception.h>
#include <mach/x86_64/thread_status.h>

#define SELF	 mach_task_self()
#define SURVIVES 0, 0
#define GP	 EXC_BAD_INSTRUCTION, EXC_I386_GPFLT
#define UD	 EXC_BAD_INSTRUCTION, EXC_I386_INVOP
#define NOWHERE	 EXC_BAD_ACCESS, KERN_INVALID_ADDRESS
#define TF	 0x100
#define DF	 0x400
#define NT	 0x4000
#define AC	 0x40000

#define CODE_MAX 64
struct code_case {
	const char *name;
	const char *code;
	unsigned length;
	int exception, exception_code; /* 0: survives */
	unsigned long flags;
};
#define CASE(name, bytes, ...) {name, bytes, sizeof(bytes) - 1, __VA_ARGS__}

static char *code_page, *stack_page;
static mach_port_t port;

/* The code, then ud2; returns where the ud2 is. */
static unsigned long code_put(const char *code, unsigned length)
{
	OK(vm_protect(SELF, (vm_address_t)code_page, vm_page_size, FALSE,
		      VM_PROT_READ | VM_PROT_WRITE));
	memcpy(code_page, code, length);
	memcpy(code_page + length, "\x0f\x0b", 2);
	OK(vm_protect(SELF, (vm_address_t)code_page, vm_page_size, FALSE,
		      VM_PROT_READ | VM_PROT_EXECUTE));
	return (unsigned long)code_page + length;
}

static bool machine_init(void)
{
	vm_address_t a = 0, b = 0;

	if (port != 0)
		return true;
	port = port_new_send();
	if (!OK(vm_allocate(SELF, &a, vm_page_size, TRUE)) ||
	    !OK(vm_allocate(SELF, &b, vm_page_size, TRUE)))
		return false;
	code_page = (char *)a;
	stack_page = (char *)b;
	return true;
}

static thread_t code_start(unsigned long flags)
{
	struct x86_64_thread_state s = {
		.rip = (unsigned long)code_page,
		.rsp = (unsigned long)stack_page + vm_page_size - 256,
		.rbp = (unsigned long)stack_page,
		.rflags = flags | 0x202,
	};
	thread_t t = 0;

	OK(thread_create(SELF, &t));
	OK(thread_set_exception_port(t, port));
	OK(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			    x86_64_THREAD_STATE_COUNT));
	OK(thread_resume(t));
	return t;
}

static void go_on(const struct request *r)
{
	struct answer a = {
		.head = {.msgh_bits = MACH_MSGH_BITS(
				 MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
			 .msgh_remote_port = r->head.msgh_remote_port,
			 .msgh_id = 2500},
		.type = {.msgt_name = MACH_MSG_TYPE_INTEGER_32,
			 .msgt_size = 32,
			 .msgt_number = 1,
			 .msgt_inline = TRUE},
		.code = KERN_SUCCESS,
	};

	OK(mach_msg(&a.head, MACH_SEND_MSG, sizeof a, 0, 0, 0, 0));
	mach_port_deallocate(SELF, r->thread);
	mach_port_deallocate(SELF, r->task);
}

static void code_end(thread_t t, const struct request *r)
{
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, r->head.msgh_remote_port);
	mach_port_deallocate(SELF, r->thread);
	mach_port_deallocate(SELF, r->task);
	mach_port_deallocate(SELF, t);
}

static unsigned long pc_of(thread_t t)
{
	struct x86_64_thread_state s = {0};
	unsigned n = x86_64_THREAD_STATE_COUNT;

	OK(thread_get_state(t, x86_64_THREAD_STATE, (thread_state_t)&s, &n));
	return s.rip;
}

static void case_check(const struct code_case *c, thread_t t,
		       const struct request *r, unsigned long end)
{
	bool survived = r->exception == EXC_BAD_INSTRUCTION && pc_of(t) == end;

	if (c->exception == 0)
		survived ? true
			 : test_fail(__FILE__, __LINE__,
				     "%s: exception %d code %d at +%ld", c->name,
				     r->exception, r->code,
				     (long)(pc_of(t) -
					    (unsigned long)code_page));
	else if (survived || r->exception != c->exception ||
		 r->code != c->exception_code)
		test_fail(__FILE__, __LINE__, "%s: exception %d code %d%s",
			  c->name, r->exception, r->code,
			  survived ? " at the end" : "");
}

static void case_run(const struct code_case *c)
{
	unsigned long end = code_put(c->code, c->length);
	thread_t t = code_start(c->flags);
	struct request r;

	if (!exception_wait(port, &r, 10000)) {
		test_fail(__FILE__, __LINE__, "%s: nothing happens", c->name);
		thread_terminate(t);
		mach_port_deallocate(SELF, t);
		return;
	}
	case_check(c, t, &r, end);
	code_end(t, &r);
}

static void cases_run(const struct code_case *c, unsigned count)
{
	if (!machine_init())
		return;
	for (; count > 0; count--)
		case_run(c++);
}
#define RUN(table) cases_run(table, sizeof(table) / sizeof((table)[0]))

/* ---- tests ---- */

/* Checklist: EXC-06 */
static void privileged(void)
{
	static const struct code_case cases[] = {
		CASE("cli", "\xfa", GP, 0),
		CASE("sti", "\xfb", GP, 0),
		CASE("hlt", "\xf4", GP, 0),
		CASE("in", "\xe4\x60", GP, 0),
		CASE("out", "\xe6\xf4", GP, 0),
		CASE("mov cr0", "\x0f\x20\xc0", GP, 0),
		CASE("mov to cr3", "\x0f\x22\xd8", GP, 0),
		CASE("mov to cr4", "\x0f\x22\xe0", GP, 0),
		CASE("mov to dr7", "\x0f\x23\xf8", GP, 0),
		CASE("wrmsr", "\x0f\x30", GP, 0),
		CASE("rdmsr", "\x0f\x32", GP, 0),
		CASE("invlpg", "\x0f\x01\x7d\x00", GP, 0),
		CASE("lgdt", "\x0f\x01\x55\x00", GP, 0),
		CASE("lidt", "\x0f\x01\x5d\x00", GP, 0),
		CASE("lmsw", "\x0f\x01\xf0", GP, 0),
		CASE("ltr", "\x0f\x00\xd8", GP, 0),
		CASE("lldt", "\x0f\x00\xd0", GP, 0),
		CASE("clts", "\x0f\x06", GP, 0),
		CASE("wbinvd", "\x0f\x09", GP, 0),
		CASE("swapgs", "\x0f\x01\xf8", GP, 0),
		CASE("sysretq", "\x48\x0f\x07", GP, 0),
		CASE("xsetbv", "\x31\xc9\x31\xd2\x31\xc0\x0f\x01\xd1", GP, 0),
		CASE("stac", "\x0f\x01\xcb", UD, 0),
		CASE("ud2", "\x0f\x0b", UD, 0),
		CASE("push cs, 64-bit", "\x0e", UD, 0),
	};

	RUN(cases);
}

/* Only int3 and into have gates for user code. Checklist: EXC-06 */
static void interrupts_by_number(void)
{
	if (!machine_init())
		return;
	for (int n = 0; n < 256; n++) {
		char code[2] = {(char)0xcd, (char)n}, name[16];
		struct code_case c = {name, code, 2, GP, 0};

		snprintf(name, sizeof name, "int %d", n);
		if (n == 3) {
			c.exception = EXC_BREAKPOINT;
			c.exception_code = EXC_I386_BPT;
		} else if (n == 4) {
			c.exception = EXC_ARITHMETIC;
			c.exception_code = EXC_I386_INTO;
		}
		case_run(&c);
	}
}

/* The kernel half, and addresses that are none. */
static void addresses(void)
{
	static const struct code_case cases[] = {
		/* mov $0xffff800000000000, %rax; then load, store, jump */
		CASE("read kernel", "\x48\xb8\0\0\0\0\0\x80\xff\xff\x8b\x00",
		     NOWHERE, 0),
		CASE("write kernel", "\x48\xb8\0\0\0\0\0\x80\xff\xff\x89\x00",
		     NOWHERE, 0),
		CASE("jump to kernel", "\x48\xb8\0\0\0\0\0\x80\xff\xff\xff\xe0",
		     NOWHERE, 0),
		CASE("read kernel text",
		     "\x48\xc7\xc0\x00\x00\x10\x80\x8b\x00", NOWHERE, 0),
		/* 0x0000800000000000: the first that is none */
		CASE("read none", "\x48\xb8\0\0\0\0\0\x80\0\0\x8b\x00", GP, 0),
		CASE("write none", "\x48\xb8\0\0\0\0\0\0\0\x80\x89\x00", GP, 0),
		CASE("null", "\x31\xc0\x8b\x00", NOWHERE, 0),
		/* the last page below 2^47 is nobody's */
		CASE("last page",
		     "\x48\xb8\xf8\xff\xff\xff\xff\x7f\0\0\x8b\x00", NOWHERE, 0),
	};

	RUN(cases);
}

static void segments(void)
{
	static const struct code_case cases[] = {
		/* mov $sel, %eax; mov %eax, %sreg */
		CASE("ds kernel", "\xb8\x18\0\0\0\x8e\xd8", GP, 0),
		CASE("ds code of kernel", "\xb8\x10\0\0\0\x8e\xd8", GP, 0),
		CASE("es tss", "\xb8\x43\0\0\0\x8e\xc0", GP, 0),
		CASE("fs beyond", "\xb8\xf8\xff\0\0\x8e\xe0", GP, 0),
		CASE("gs ldt", "\xb8\x2f\0\0\0\x8e\xe8", GP, 0),
		CASE("ss null", "\x31\xc0\x8e\xd0", GP, 0),
		CASE("ss kernel", "\xb8\x18\0\0\0\x8e\xd0", GP, 0),
		CASE("ds user", "\xb8\x2b\0\0\0\x8e\xd8", SURVIVES, 0),
		CASE("fs, gs user, then a trap",
		     "\xb8\x2b\0\0\0\x8e\xe0\x8e\xe8"
		     "\x48\xc7\xc0\xe4\xff\xff\xff\x0f\x05", SURVIVES, 0),
		CASE("ss user, then int3", "\xb8\x2b\0\0\0\x8e\xd0\xcc",
		     EXC_BREAKPOINT, EXC_I386_BPT, 0),
		CASE("ss user, then a trap",
		     "\x48\xc7\xc0\xe4\xff\xff\xff\xb9\x2b\0\0\0\x8e\xd1"
		     "\x0f\x05", SURVIVES, 0),
		/* push cs, push rip; lretq to kernel code */
		CASE("far return to kernel",
		     "\x6a\x10\x48\x8d\x05\x03\0\0\0\x50\x48\xcb",
		     UD, 0),
	};

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0] - 1; i++)
		cases_run(&cases[i], 1);
	/* Emulators differ in the code, not in the outcome. */
	struct code_case last = cases[sizeof cases / sizeof cases[0] - 1];
	unsigned long end;
	struct request r;
	thread_t t;

	end = code_put(last.code, last.length);
	t = code_start(0);
	CHECK_OR_RETURN(exception_wait(port, &r, 10000));
	CHECK(r.exception == EXC_BAD_ACCESS ||
	      r.exception == EXC_BAD_INSTRUCTION);
	CHECK(pc_of(t) < end);
	code_end(t, &r);
}

/* mov $-28, %rax; syscall: mach_task_self, with unusual flags. */
#define SELF_TRAP "\x48\xc7\xc0\xe4\xff\xff\xff\x0f\x05"

static void flags(void)
{
	static const struct code_case cases[] = {
		CASE("NT and a trap", SELF_TRAP, SURVIVES, NT),
		CASE("DF and a trap", SELF_TRAP, SURVIVES, DF),
		CASE("AC and a trap", SELF_TRAP, SURVIVES, AC),
		CASE("NT and a fault", "\x31\xc0\x8b\x00", NOWHERE, NT),
		CASE("AC and a fault", "\x31\xc0\x8b\x00", NOWHERE, AC),
		/* DF kept: pushf; testb $4, 1(%rsp); jnz +2; hlt; hlt */
		CASE("DF comes back",
		     SELF_TRAP "\x9c\xf6\x44\x24\x01\x04\x75\x02\xf4\xf4",
		     SURVIVES, DF),
		/* wrgsbase of the kernel's half, then a trap */
		CASE("gs base in the kernel",
		     "\x48\xc7\xc0\x00\x00\x10\x80\xf3\x48\x0f\xae\xd8"
		     SELF_TRAP, SURVIVES, 0),
	};

	RUN(cases);
}

/* Each step is an exception; the trap in between is one step, too. */
static void step_through_trap(void)
{
	unsigned long end;
	struct request r;
	int steps = 0;
	thread_t t;

	if (!machine_init())
		return;
	end = code_put(SELF_TRAP "\x90\x90", sizeof(SELF_TRAP) - 1 + 2);
	t = code_start(TF);
	for (;;) {
		CHECK_OR_RETURN(exception_wait(port, &r, 10000));
		if (r.exception != EXC_BREAKPOINT || steps > 6)
			break;
		EQUAL(r.code, EXC_I386_SGL);
		steps++;
		go_on(&r);
	}
	EQUAL(r.exception, EXC_BAD_INSTRUCTION);
	EQUAL(pc_of(t), end);
	CHECK(steps >= 3 && steps <= 4);
	code_end(t, &r);
}

/* iretq is legal in user mode: with user selectors only. */
static void user_iret(void)
{
	static const struct code_case cases[] = {
		/* push $0x2b; push %rsp; pushf; push $0x33;
		   lea behind(%rip), %rax; push %rax; iretq; hlt */
		CASE("iretq",
		     "\x6a\x2b\x54\x9c\x6a\x33\x48\x8d\x05\x04\0\0\0\x50"
		     "\x48\xcf\xf4", SURVIVES, 0),
		CASE("iretq to the kernel's segment",
		     "\x6a\x2b\x54\x9c\x6a\x10\x48\x8d\x05\x04\0\0\0\x50"
		     "\x48\xcf\xf4", GP, 0),
		CASE("iretq to no stack segment",
		     "\x6a\x00\x54\x9c\x6a\x33\x48\x8d\x05\x04\0\0\0\x50"
		     "\x48\xcf\xf4", GP, 0),
		/* the same with IF, IOPL and VM in the flags: no privilege */
		CASE("iretq with flags",
		     "\x6a\x2b\x54\x68\x00\x30\x02\x00\x6a\x33"
		     "\x48\x8d\x05\x04\0\0\0\x50\x48\xcf\xf4\xfa", GP, 0),
	};

	RUN(cases);
}

/* Callee-saved registers survive, the others read zero, red zone kept. */
static void trap_registers(void)
{
	static const struct code_case cases[] = {
		CASE("zeroed",
		     "\x48\x31\xc0\x48\xff\xc8\x48\x89\xc7\x48\x89\xc6"
		     "\x48\x89\xc2\x49\x89\xc0\x49\x89\xc1\x49\x89\xc2"
		     SELF_TRAP
		     "\x48\x09\xf7\x48\x09\xd7\x4c\x09\xc7\x4c\x09\xcf"
		     "\x4c\x09\xd7\x74\x01\xf4", SURVIVES, 0),
		/* mov $7,%ebx; mov %ebx,-8(%rsp); trap; cmp both; je; hlt */
		CASE("kept",
		     "\xbb\x07\0\0\0\x89\x5c\x24\xf8" SELF_TRAP
		     "\x83\xfb\x07\x75\x07\x39\x5c\x24\xf8\x75\x01\x90\x0f\x0b",
		     UD, 0),
	};

	RUN(cases);
}

static const struct test tests[] = {
	TEST(privileged),	 TEST(interrupts_by_number),
	TEST(addresses),	 TEST(segments),
	TEST(flags),		 TEST(step_through_trap),
	TEST(user_iret),	 TEST(trap_registers),
};
TEST_MAIN(tests)
