/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that make exceptions, and answers to those. */
#include "victim.h"

#include "test.h"

#define SELF mach_task_self()

bool exception_wait(mach_port_t port, struct request *r, unsigned ms)
{
	return mach_msg(&r->head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof *r,
			port, ms, 0) == MACH_MSG_SUCCESS;
}

void answer_raw(mach_port_t to, int id, mach_msg_size_t size,
		kern_return_t code)
{
	struct answer a = {
		.head = {.msgh_bits = MACH_MSGH_BITS(
				 MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
			 .msgh_remote_port = to,
			 .msgh_id = id},
		.type = {.msgt_name = MACH_MSG_TYPE_INTEGER_32,
			 .msgt_size = 32,
			 .msgt_number = 1,
			 .msgt_inline = TRUE},
		.code = code,
	};

	OK(mach_msg(&a.head, MACH_SEND_MSG, size, 0, 0, 0, 0));
}

void answer(const struct request *r, kern_return_t code)
{
	answer_raw(r->head.msgh_remote_port, 2500, sizeof(struct answer), code);
}

/* What a received request gave us. */
void release(const struct request *r)
{
	mach_port_deallocate(SELF, r->thread);
	mach_port_deallocate(SELF, r->task);
}

/* ---- victims ---- */

void raise_kind(int kind)
{
	switch (kind) {
	case V_NULL:
		__asm__ volatile("movl $1, (%0)" : : "r"(8ul) : "memory");
		break;
	case V_UD2:
		__asm__ volatile("ud2");
		break;
	case V_DIVIDE:
		__asm__ volatile("xor %%edx, %%edx; mov $1, %%eax;"
				 "xor %%ecx, %%ecx; div %%ecx"
				 :
				 :
				 : "rax", "rcx", "rdx", "cc");
		break;
	case V_INT3:
		__asm__ volatile("int3");
		break;
	case V_SYSCALL:
		__asm__ volatile("syscall"
				 :
				 : "a"(12345l)
				 : "rcx", "r11", "memory");
		break;
	case V_HLT:
		__asm__ volatile("hlt");
		break;
	case V_X87: {
		unsigned short control = 0x37f & ~0x4; /* divide by zero */

		__asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait"
				 :
				 : "m"(control));
		break;
	}
	case V_STEP:
		__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop"
				 :
				 :
				 : "memory", "cc");
		break;
	case V_WILD:
		__asm__ volatile("jmp *%0" : : "r"(1ul << 47) : "memory");
		break;
	}
}

void victim_body(void *arg)
{
	struct victim *v = arg;

	raise_kind(v->kind);
	v->done = 1;
}

/* A child whose task exception port is the given one. */
bool victim_start(struct child *c, struct victim *v, int kind,
		  mach_port_t task_port, mach_port_t thread_port)
{
	*v = (struct victim){.kind = kind};
	if (!OK(child_create(c, victim_body, v)))
		return false;
	OK(task_set_special_port(c->task, TASK_EXCEPTION_PORT, task_port));
	OK(thread_set_exception_port(c->thread, thread_port));
	OK(child_go(c));
	return true;
}

void skip_bytes(thread_t thread, unsigned n)
{
	struct x86_64_thread_state s;
	unsigned count = x86_64_THREAD_STATE_COUNT;

	OK(thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    &count));
	s.rip += n;
	s.rflags &= ~0x100ull;
	OK(thread_set_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			    count));
}

