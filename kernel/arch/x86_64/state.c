/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state as messages carry it. Everything that comes in is checked
 * before anything changes; no value a user chooses can make the kernel's way
 * out fault or give the thread a privilege.
 *
 * The calling thread's own state may be read, too: what lives in the
 * processor is fetched first.
 */
#include "debugreg.h"
#include "features.h"
#include "layout.h"
#include "percpu.h"
#include "vector.h"

#include <arch/cpu.h>
#include <arch/state.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <mach/x86_64/thread_status.h>
#include <machine/x86.h>

void machine_frame_complete(struct machine_thread *m);

_Static_assert(sizeof(struct x86_64_thread_state) / 4 ==
		       x86_64_THREAD_STATE_COUNT, "public header");
_Static_assert(sizeof(struct x86_64_exception_state) / 4 ==
		       x86_64_EXCEPTION_STATE_COUNT, "public header");
_Static_assert(sizeof(struct x86_64_debug_state) / 4 ==
		       x86_64_DEBUG_STATE_COUNT, "public header");
_Static_assert(MACHINE_STATE_MAX >= x86_64_FLOAT_STATE_MAX, "contract");

static bool is_running(const struct machine_thread *m)
{
	struct thread *self = cpu_thread();

	return self && &self->machine == m;
}

/* --- general registers */

static void fetch_bases(struct machine_thread *m)
{
	bool on = cpu_irq_save();

	if (is_running(m)) {
		m->fs_base = read_fs_base();
		m->gs_base = read_user_gs_base();
	}
	cpu_irq_restore(on);
}

static void store_bases(const struct machine_thread *m)
{
	if (is_running(m)) {
		bool on = cpu_irq_save();

		write_fs_base(m->fs_base);
		write_user_gs_base(m->gs_base);
		cpu_irq_restore(on);
	}
}

/* What the frame would be if the thread left the kernel now. */
static struct user_frame frame_now(const struct machine_thread *m)
{
	struct machine_thread copy = { .frame = m->frame, .kind = m->kind };

	machine_frame_complete(&copy);
	return copy.frame;
}

static void get_thread(struct machine_thread *m, uint32_t *state)
{
	struct user_frame f = frame_now(m);
	struct x86_64_thread_state s;

	fetch_bases(m);
	s = (struct x86_64_thread_state){
		.r8 = f.r8, .r9 = f.r9, .r10 = f.r10, .r11 = f.r11,
		.r12 = f.r12, .r13 = f.r13, .r14 = f.r14, .r15 = f.r15,
		.rax = f.rax, .rbx = f.rbx, .rcx = f.rcx, .rdx = f.rdx,
		.rdi = f.rdi, .rsi = f.rsi, .rbp = f.rbp, .rsp = f.rsp,
		.rip = f.rip, .rflags = f.rflags, .cs = f.cs, .ss = f.ss,
		.fs_base = m->fs_base, .gs_base = m->gs_base,
	};
	memcpy(state, &s, sizeof(s));
}

/* As it lies in a message. */
typedef struct x86_64_thread_state state_a4 __attribute__((aligned(4)));

static bool thread_state_valid(const state_a4 *s)
{
	uint64_t flags = s->rflags;

	if (s->rip >= USER_MAX || s->fs_base >= USER_MAX ||
	    s->gs_base >= USER_MAX)
		return false;
	if (flags & ~(uint64_t)(RFLAGS_USER | RFLAGS_IF | RFLAGS_ONE))
		return false;
	return (s->cs == 0 || s->cs == SEL_UCODE) &&
	       (s->ss == 0 || s->ss == SEL_UDATA);
}

/* Field by field, for vector and error stay. */
static inline void take_registers(struct user_frame *f, const state_a4 *s)
{
	f->r15 = s->r15;
	f->r14 = s->r14;
	f->r13 = s->r13;
	f->r12 = s->r12;
	f->r11 = s->r11;
	f->r10 = s->r10;
	f->r9 = s->r9;
	f->r8 = s->r8;
	f->rbp = s->rbp;
	f->rbx = s->rbx;
	f->rax = s->rax;
	f->rcx = s->rcx;
	f->rdx = s->rdx;
	f->rsi = s->rsi;
	f->rdi = s->rdi;
	f->rip = s->rip;
	f->rsp = s->rsp;
	f->rflags = (s->rflags & RFLAGS_USER) | RFLAGS_IF | RFLAGS_ONE;
	f->cs = SEL_UCODE;
	f->ss = SEL_UDATA;
}

static enum kr set_thread(struct machine_thread *m, const uint32_t *state)
{
	const state_a4 *s = (const void *)state;

	if (!thread_state_valid(s))
		return KR_INVALID_ARGUMENT;
	take_registers(&m->frame, s);
	m->fs_base = s->fs_base;
	m->gs_base = s->gs_base;
	m->kind = FRAME_WHOLE;
	store_bases(m);
	return KR_SUCCESS;
}

/* --- vector registers */

static void get_vector(struct machine_thread *m, uint32_t *state)
{
	bool on = cpu_irq_save();

	/* Given some while it runs, it has none loaded yet. */
	if (is_running(m) && cpu_self()->head.loaded & MACHINE_VECTOR)
		vector_save(m);
	cpu_irq_restore(on);
	vector_read(m, state);
}

static enum kr set_vector(struct machine_thread *m, const uint32_t *state)
{
	bool on;

	if (!vector_image_valid(state))
		return KR_INVALID_ARGUMENT;
	if (!vector_attach(m))
		return KR_RESOURCE_SHORTAGE;
	on = cpu_irq_save();
	memcpy(m->vector, state, cpu_features.vector_size);
	if (is_running(m)) {
		vector_load(m);
		cpu_self()->head.loaded |= MACHINE_VECTOR;
	}
	cpu_irq_restore(on);
	return KR_SUCCESS;
}

/* --- exception and debug state */

static void get_exception(struct machine_thread *m, uint32_t *state)
{
	struct x86_64_exception_state s = {
		.trapno = (unsigned)m->frame.vector,
		.err = (unsigned)m->frame.error,
		.cr2 = m->fault_address,
	};

	memcpy(state, &s, sizeof(s));
}

static void get_debug(struct machine_thread *m, uint32_t *state)
{
	if (m->debug)
		memcpy(state, m->debug, sizeof(*m->debug));
	else
		memset(state, 0, sizeof(*m->debug));
}

static enum kr set_debug(struct machine_thread *m, const uint32_t *state)
{
	struct debug_state d;
	bool on;

	memcpy(&d, state, sizeof(d));
	if (!debug_state_valid(&d))
		return KR_INVALID_ARGUMENT;
	if (!debug_attach(m))
		return KR_RESOURCE_SHORTAGE;
	on = cpu_irq_save();
	*m->debug = d;
	if (is_running(m)) {
		debug_load(m);
		cpu_self()->head.loaded |= MACHINE_DEBUG;
	}
	cpu_irq_restore(on);
	return KR_SUCCESS;
}

/* --- the contract */

static unsigned flavor_count(int flavor)
{
	switch (flavor) {
	case x86_64_THREAD_STATE:
		return x86_64_THREAD_STATE_COUNT;
	case x86_64_FLOAT_STATE:
		return cpu_features.vector_size / 4;
	case x86_64_EXCEPTION_STATE:
		return x86_64_EXCEPTION_STATE_COUNT;
	case x86_64_DEBUG_STATE:
		return x86_64_DEBUG_STATE_COUNT;
	default:
		return 0;
	}
}

enum kr machine_get_state(struct machine_thread *m, int flavor,
			  uint32_t *state, unsigned *count)
{
	unsigned n = flavor_count(flavor);

	if (n == 0 || *count < n)
		return KR_INVALID_ARGUMENT;
	if (flavor == x86_64_THREAD_STATE)
		get_thread(m, state);
	else if (flavor == x86_64_FLOAT_STATE)
		get_vector(m, state);
	else if (flavor == x86_64_EXCEPTION_STATE)
		get_exception(m, state);
	else
		get_debug(m, state);
	*count = n;
	return KR_SUCCESS;
}

enum kr machine_set_state(struct machine_thread *m, int flavor,
			  const uint32_t *state, unsigned count)
{
	unsigned n = flavor_count(flavor);

	if (n == 0 || count != n)
		return KR_INVALID_ARGUMENT;
	if (flavor == x86_64_THREAD_STATE)
		return set_thread(m, state);
	if (flavor == x86_64_FLOAT_STATE)
		return set_vector(m, state);
	if (flavor == x86_64_DEBUG_STATE)
		return set_debug(m, state);
	return KR_INVALID_ARGUMENT; /* read only */
}

vaddr_t machine_user_pc(const struct machine_thread *m)
{
	return m->frame.rip;
}

/* Of a trap only: once the state was replaced, the trap's result is moot. */
void machine_set_result(struct machine_thread *m, uint64_t value)
{
	if (m->kind == FRAME_WHOLE)
		return;
	m->frame.rax = value;
	m->kind = FRAME_TRAP_RESULT;
}

void machine_set_start(struct machine_thread *m, vaddr_t pc, vaddr_t sp)
{
	m->frame.rip = pc;
	m->frame.rsp = sp;
}
