/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core file tells of a task: memory, and registers as the program had
 * them. A thread that is in the emulator has them in its block.
 */
#include <string.h>
#include "machine_i.h"

bool machine_memory_read(struct proc *p, uint64_t address, void *buffer,
			 size_t size)
{
	mach_msg_type_number_t count;
	pointer_t data;

	if (!p->task ||
	    vm_read(mtask_of(p)->task, address, size, &data, &count) !=
		    KERN_SUCCESS)
		return false;
	memcpy(buffer, (const void *)data, count < size ? count : size);
	vm_deallocate(mach_task_self(), data, count);
	return count == size;
}

/* A vfork child may still use the task. */
void machine_memory_drop(struct proc *p, uint64_t address, size_t size)
{
	if (p->task && mtask_of(p)->users == 1)
		vm_deallocate(mtask_of(p)->task, address, size);
}

/* The order of the block's registers (unix_types.h). */
static void from_block(struct x86_64_thread_state *s,
		       const uint64_t r[UX_BLOCK_REGS_COUNT])
{
	s->rax = r[0];
	s->rbx = r[1];
	s->rcx = r[2];
	s->rdx = r[3];
	s->rsi = r[4];
	s->rdi = r[5];
	s->rbp = r[6];
	s->rsp = r[7];
	s->r8 = r[8];
	s->r9 = r[9];
	s->r10 = r[10];
	s->r11 = r[11];
	s->r12 = r[12];
	s->r13 = r[13];
	s->r14 = r[14];
	s->r15 = r[15];
	s->rip = r[16];
	s->rflags = r[17];
}

static void as_program(struct lwp *l, struct x86_64_thread_state *s)
{
	uint64_t block[UX_BLOCK_REGS_COUNT];

	if (s->rip < emul.text_start || s->rip >= emul.text_end)
		return;
	if (s->rip == emul.signal && l->slot) { /* sent there, not begun */
		s->rip = l->slot->pc;
		s->rflags = l->slot->flags;
		return;
	}
	if (machine_memory_read(l->proc, s->gs_base + UX_BLOCK_REGS, block,
				sizeof(block)))
		from_block(s, block);
}

/* Linux's order; cs and ss as its programs see them. */
static void to_general(uint64_t to[27], const struct x86_64_thread_state *s)
{
	const uint64_t words[27] = {
		s->r15, s->r14,	   s->r13, s->r12,     s->rbp,
		s->rbx, s->r11,	   s->r10, s->r9,      s->r8,
		s->rax, s->rcx,	   s->rdx, s->rsi,     s->rdi,
		~0ull,	s->rip,	   0x33,   s->rflags,  s->rsp,
		0x2b,	s->fs_base, 0,	   0,	       0,
		0,	0,
	};

	memcpy(to, words, sizeof(words));
}

void machine_registers(struct lwp *l, struct machine_registers *r)
{
	static unsigned image[x86_64_FLOAT_STATE_MAX];
	mach_msg_type_number_t count = x86_64_THREAD_STATE_COUNT;
	thread_t thread = (thread_t)l->thread;
	struct x86_64_thread_state s;

	memset(r, 0, sizeof(*r));
	if (!thread || thread_get_state(thread, x86_64_THREAD_STATE,
					(thread_state_t)&s, &count))
		return;
	as_program(l, &s);
	to_general(r->general, &s);
	count = x86_64_FLOAT_STATE_MAX;
	if (!thread_get_state(thread, x86_64_FLOAT_STATE, image, &count))
		memcpy(r->floating, image, sizeof(r->floating));
}
