/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and threads as Mach objects: the process port, the slot page,
 * starting and ending, and the attention of running threads.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "machine_i.h"

#define PAGE 4096ull
#define FLAGS_ON_ENTRY 0x202ull

/* --- the process port and the slot page --- */

int mproc_port_renew(struct proc *p)
{
	mach_port_t self = mach_task_self(), port;

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port))
		return -ENOMEM;
	mach_port_move_member(self, port, port_set);
	port_insert(port, PORT_PROCESS, p);
	mproc_of(p)->port = port;
	return 0;
}

void mproc_port_destroy(mach_port_t port)
{
	port_remove(port);
	mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE,
			   -1);
}

int mproc_create(struct proc *p)
{
	struct mproc *m = calloc(1, sizeof(*m));
	vm_size_t size = PAGE;

	if (!m)
		return -ENOMEM;
	m->slots = machine_region_create(PAGE);
	if (!m->slots || mach_make_memory_entry(mach_task_self(), &size,
						(vm_address_t)m->slots,
						VM_PROT_ALL, &m->slot_entry)) {
		free(m);
		return -ENOMEM;
	}
	p->slots = (uint64_t)m;
	return mproc_port_renew(p);
}

/* Makes the port and the page known in a task. */
int mproc_enter(struct proc *p, mach_port_t task, mach_port_t name,
		vm_address_t at)
{
	struct mproc *m = mproc_of(p);
	kern_return_t kr;

	m->name = name;
	m->slots_at = at;
	kr = mach_port_insert_right(task, name, m->port,
				    MACH_MSG_TYPE_MAKE_SEND);
	if (kr == KERN_SUCCESS)
		kr = vm_map(task, &m->slots_at, PAGE, 0, at != UX_SLOT_BASE,
			    m->slot_entry, 0, FALSE, VM_PROT_READ,
			    VM_PROT_READ, VM_INHERIT_NONE);
	return kern_errno(kr);
}

void mproc_leave(struct proc *p, mach_port_t task)
{
	struct mproc *m = mproc_of(p);

	vm_deallocate(task, m->slots_at, PAGE);
	mach_port_deallocate(task, m->name);
}

void mproc_destroy(struct proc *p)
{
	struct mproc *m = mproc_of(p);

	if (!m)
		return;
	if (m->port)
		mproc_port_destroy(m->port);
	mach_port_deallocate(mach_task_self(), m->slot_entry);
	machine_region_destroy(m->slots, PAGE);
	free(m);
	p->slots = 0;
}

vm_address_t mproc_slot(struct proc *p, struct lwp *l)
{
	struct mproc *m = mproc_of(p);

	l->slot = &m->slots[l->slot_index];
	memset(l->slot, 0, sizeof(*l->slot));
	l->slot->tid = l->tid;
	return m->slots_at + l->slot_index * sizeof(struct ux_slot);
}

/* --- threads --- */

int thread_begin(struct proc *p, struct lwp *l, mach_port_t task, uint64_t pc,
		 uint64_t block, uint64_t fs, const uint64_t after[3])
{
	struct x86_64_thread_state s = {
		.rip = pc,
		.rflags = FLAGS_ON_ENTRY,
		.gs_base = block,
		.fs_base = fs,
		.rdi = mproc_slot(p, l),
		.rsi = mproc_of(p)->name,
		.rdx = (uint64_t)l->tid,
		.rcx = (uint64_t)p->pid,
	};
	thread_t thread;
	kern_return_t kr;

	if (after) {
		s.r8 = after[0];
		s.r9 = after[1];
		s.r10 = after[2];
	}
	kr = thread_create_running(task, x86_64_THREAD_STATE,
				   (thread_state_t)&s,
				   x86_64_THREAD_STATE_COUNT, &thread);
	if (kr != KERN_SUCCESS)
		return kern_errno(kr);
	l->thread = thread;
	l->block = block;
	port_insert(thread, PORT_THREAD, l);
	return 0;
}

int machine_clone(struct proc *p, struct lwp *l, uint64_t block, uint64_t fs)
{
	return thread_begin(p, l, mtask_of(p)->task, emul.thread, block, fs,
			    NULL);
}

void machine_thread_end(struct lwp *l)
{
	mach_port_t thread = (mach_port_t)l->thread;
	struct proc *p = l->proc;
	bool with_task = p->state == PROC_ZOMBIE && p->task &&
			 mtask_of(p)->users == 1;

	if (!thread)
		return;
	port_remove(thread);
	if (!l->exits && !with_task)
		thread_terminate(thread);
	mach_port_deallocate(mach_task_self(), thread);
	l->thread = 0;
	l->slot = NULL;
}

/* --- attention --- */

static bool in_range(uint64_t pc, uint64_t start, uint64_t end)
{
	return pc >= start && pc < end;
}

/*
 * Where a stopped thread must go on so that it looks at its slot: *changed
 * when that is not where it is.
 */
static void redirect(struct lwp *l, struct x86_64_thread_state *s,
		     bool *changed)
{
	*changed = true;
	if (!in_range(s->rip, emul.text_start, emul.text_end)) {
		l->slot->pc = s->rip;
		l->slot->flags = s->rflags;
		s->rip = emul.signal;
		s->rflags = FLAGS_ON_ENTRY;
	} else if (in_range(s->rip, emul.return_start, emul.return_end)) {
		s->rip = emul.return_start;
		s->rflags = FLAGS_ON_ENTRY; /* its own come with popfq */
	} else if (in_range(s->rip, emul.block_start, emul.block_end)) {
		s->rip = emul.block_start;
	} else {
		*changed = false;
	}
}

static void interrupt(struct lwp *l)
{
	mach_port_t thread = (mach_port_t)l->thread;
	mach_msg_type_number_t count = x86_64_THREAD_STATE_COUNT;
	struct x86_64_thread_state s;
	bool changed;

	if (thread_suspend(thread) != KERN_SUCCESS)
		return;
	if (thread_get_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
			     &count) == KERN_SUCCESS) {
		redirect(l, &s, &changed);
		if (changed)
			thread_set_state(thread, x86_64_THREAD_STATE,
					 (thread_state_t)&s,
					 x86_64_THREAD_STATE_COUNT);
		else if (s.rip == emul.block_end)
			thread_abort(thread);
	}
	thread_resume(thread);
}

void machine_poke(struct lwp *l)
{
	if (!l->slot || !l->thread)
		return;
	if (l->slot->pending)
		return;
	l->slot->pending = 1;
	if (!l->call && !l->faulting)
		interrupt(l);
}

void machine_unpoke(struct lwp *l)
{
	if (l->slot)
		l->slot->pending = 0;
}

void machine_late(struct lwp *l, bool late)
{
	if (l->slot)
		l->slot->late = late;
}

void machine_stop(struct proc *p)
{
	struct mproc *m = mproc_of(p);

	if (!p->task || m->stopped)
		return;
	m->stopped = true;
	task_suspend(mtask_of(p)->task);
}

void machine_continue(struct proc *p)
{
	struct mproc *m = mproc_of(p);

	if (!p->task || !m->stopped)
		return;
	m->stopped = false;
	task_resume(mtask_of(p)->task);
}
