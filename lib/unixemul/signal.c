/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal frames and the signal calls. A frame is Linux's rt_sigframe with the
 * floating-point image above it:
 *
 *	sp at the handler -> restorer's address
 *	                     ucontext, its mask
 *	                     siginfo
 *	          (64-aligned) xsave or fxsave image
 */
#include "sys.h"

#define RED_ZONE    128
#define SS_ONSTACK  1
#define SS_DISABLE  2
#define SA_ONSTACK  0x08000000ul
#define SA_RESTART  0x10000000ul
#define SIGSEGV	    11
#define TF_AND_DF_AC 0x40500ull

struct context {
	uint64_t flags, link;
	uint64_t stack_sp;
	int32_t stack_flags, pad;
	uint64_t stack_size;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, trap, old_mask, cr2, fpstate, reserved[8];
	uint64_t mask;
};

struct frame {
	uint64_t restorer;
	struct context context;
	uint8_t info[128];
};

/* Bytes of the floating-point image: xsave's, or fxsave's 512. */
static uint64_t fp_size(void)
{
	static uint64_t size;
	uint32_t a = 1, b, c = 0, d;

	if (size)
		return size;
	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c >> 27 & 1))
		return size = 512;
	a = 13;
	c = 0;
	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return size = b;
}

static void fp_save(uint64_t at)
{
	if (fp_size() == 512) {
		__asm__ volatile("fxsave64 (%0)" : : "r"(at) : "memory");
		return;
	}
	memset((void *)(at + 512), 0, 64);
	__asm__ volatile("xsave64 (%0)"
			 :
			 : "r"(at), "a"(~0u), "d"(~0u)
			 : "memory");
}

static void fp_restore(uint64_t at)
{
	if (fp_size() == 512)
		__asm__ volatile("fxrstor64 (%0)" : : "r"(at) : "memory");
	else
		__asm__ volatile("xrstor64 (%0)"
				 :
				 : "r"(at), "a"(~0u), "d"(~0u)
				 : "memory");
}

static bool on_alt_stack(const struct block *b)
{
	return !(b->alt_flags & SS_DISABLE) &&
	       b->r.rsp - b->alt_sp < b->alt_size;
}

static uint64_t frame_stack(const struct block *b,
			    const struct ux_sigtake *take)
{
	if ((take->flags & SA_ONSTACK) && !(b->alt_flags & SS_DISABLE) &&
	    b->alt_size && !on_alt_stack(b))
		return b->alt_sp + b->alt_size;
	return b->r.rsp - RED_ZONE;
}

static uint16_t selector_cs(void)
{
	uint16_t s;

	__asm__("mov %%cs, %0" : "=r"(s));
	return s;
}

static uint16_t selector_ss(void)
{
	uint16_t s;

	__asm__("mov %%ss, %0" : "=r"(s));
	return s;
}

static void context_save(struct context *c, const struct block *b)
{
	const struct regs *r = &b->r;

	memset(c, 0, sizeof(*c));
	c->stack_sp = b->alt_sp;
	c->stack_size = b->alt_size;
	c->stack_flags = on_alt_stack(b) ? SS_ONSTACK : b->alt_flags;
	c->r8 = r->r8, c->r9 = r->r9, c->r10 = r->r10, c->r11 = r->r11;
	c->r12 = r->r12, c->r13 = r->r13, c->r14 = r->r14, c->r15 = r->r15;
	c->rdi = r->rdi, c->rsi = r->rsi, c->rbp = r->rbp, c->rbx = r->rbx;
	c->rdx = r->rdx, c->rax = r->rax, c->rcx = r->rcx, c->rsp = r->rsp;
	c->rip = r->rip, c->rflags = r->rflags;
	c->cs = selector_cs(), c->ss = selector_ss();
}

static void context_load(const struct context *c, struct block *b)
{
	const uint64_t program_flags = 0x40dd5; /* status, TF, DF, AC */
	struct regs *r = &b->r;

	r->r8 = c->r8, r->r9 = c->r9, r->r10 = c->r10, r->r11 = c->r11;
	r->r12 = c->r12, r->r13 = c->r13, r->r14 = c->r14, r->r15 = c->r15;
	r->rdi = c->rdi, r->rsi = c->rsi, r->rbp = c->rbp, r->rbx = c->rbx;
	r->rdx = c->rdx, r->rax = c->rax, r->rcx = c->rcx, r->rsp = c->rsp;
	r->rip = pc_valid(c->rip);
	r->rflags = (c->rflags & program_flags) | 0x202;
}

/* Puts a frame on the program's stack and makes the handler next. */
static void frame_push(struct block *b, const struct ux_sigtake *take)
{
	uint64_t sp = frame_stack(b, take), fp;
	struct frame *f;

	b->on_fault = FAULT_KILLS;
	fp = (sp - fp_size()) & ~63ull;
	f = (struct frame *)(((fp - sizeof(*f)) & ~15ull) - 8);
	fp_save(fp);
	context_save(&f->context, b);
	f->context.fpstate = fp;
	f->context.mask = f->context.old_mask = take->old_mask;
	memcpy(f->info, take->info, sizeof(f->info));
	f->restorer = take->restorer;
	b->on_fault = FAULT_RETURNS;
	b->again = false; /* the handler's own calls do not */
	b->r.rdi = (uint64_t)take->signal;
	b->r.rsi = (uint64_t)f->info;
	b->r.rdx = (uint64_t)&f->context;
	b->r.rax = 0;
	b->r.rip = pc_valid(take->handler);
	b->r.rsp = (uint64_t)f;
	b->r.rflags &= ~TF_AND_DF_AC;
}

/* The interrupted system call starts again when the program goes on. */
static void call_again(struct block *b)
{
	b->r.rax = b->number;
	b->r.rip -= 2;
	b->interrupted = INTR_NONE;
	b->again = true;
}

/* Asks the server for one signal and acts on it. */
void emul_take_signals(struct block *b)
{
	enum interruption interrupted = b->interrupted;
	struct ux_sigtake take;
	int64_t result;

	b->signal_due = false;
	result = call_words(b, UX_SIGTAKE, 0, 0, 0, 0);
	b->interrupted = interrupted;
	if (result < 0)
		return;
	memcpy(&take, b->reply.data, sizeof(take));
	if (!take.signal) {
		if (interrupted != INTR_NONE)
			call_again(b);
		return;
	}
	if (interrupted == INTR_RESTARTABLE && take.restart)
		call_again(b);
	b->interrupted = INTR_NONE;
	frame_push(b, &take);
}

/* The server redirected the thread out of the program. */
void emul_signal_from_program(struct block *b)
{
	b->interrupted = INTR_NONE;
	emul_take_signals(b);
}

/* The stack has no room for a frame. */
static void die_of_segv(struct block *b)
{
	const uint64_t action[4] = {0};

	call_begin(b, UX_SIGACTION);
	call_word(b, 0, SIGSEGV);
	call_word(b, 1, 1);
	call_put(b, action, sizeof(action));
	call_send(b);
	call_words(b, UX_SIGPROCMASK, 1, 1, 1ull << (SIGSEGV - 1), 0);
	call_words(b, UX_TGKILL, (uint64_t)b->pid, (uint64_t)b->tid, SIGSEGV,
		   0);
}

/* A fault in the emulator: a bad pointer, or no room for a frame. */
void emul_recover(struct block *b)
{
	enum on_fault means = b->on_fault;

	b->on_fault = FAULT_RETURNS;
	b->interrupted = INTR_NONE;
	if (means == FAULT_LEAVES)
		thread_leave_untold(b);
	if (means == FAULT_KILLS)
		die_of_segv(b);
	if (means == FAULT_ROBUST)
		b->robust = 0;
	if (means == FAULT_PROBED)
		b->bad = b->probed | 4095;
	if (means == FAULT_ROBUST || (means == FAULT_PROBED && !b->done)) {
		emul_dispatch_again(b);
		return;
	}
	if (means == FAULT_RETURNS || means == FAULT_PROBED)
		b->r.rax = b->done ? b->done : (uint64_t)-EFAULT;
	while (b->signal_due)
		emul_take_signals(b);
}

int64_t sys_rt_sigreturn(struct block *b)
{
	struct frame *f = (struct frame *)(b->r.rsp - 8);
	struct context c;

	b->on_fault = FAULT_KILLS;
	memcpy(&c, &f->context, sizeof(c));
	if (c.fpstate)
		fp_restore(c.fpstate);
	b->on_fault = FAULT_RETURNS;
	b->alt_sp = c.stack_sp;
	b->alt_size = c.stack_size;
	b->alt_flags = c.stack_flags & SS_DISABLE;
	call_words(b, UX_SIGPROCMASK, 2, 1, c.mask, 0);
	context_load(&c, b);
	return (int64_t)b->r.rax;
}

int64_t sys_rt_sigaction(struct block *b)
{
	uint64_t given[4];
	int64_t result;

	if (arg(b, 3) != 8)
		return -EINVAL;
	call_begin(b, UX_SIGACTION);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, arg(b, 1) != 0);
	if (arg(b, 1)) {
		memcpy(given, (const void *)arg(b, 1), sizeof(given));
		call_put(b, given, sizeof(given));
	}
	result = call_send(b);
	if (!result)
		call_get(b, (void *)arg(b, 2), 32);
	return result;
}

int64_t sys_rt_sigprocmask(struct block *b)
{
	const uint64_t *set = (const uint64_t *)arg(b, 1);
	int64_t result;

	if (arg(b, 3) != 8)
		return -EINVAL;
	result = call_words(b, UX_SIGPROCMASK, arg(b, 0), set != NULL,
			    set ? *set : 0, 0);
	if (!result)
		call_get(b, (void *)arg(b, 2), 8);
	return result;
}

int64_t sys_rt_sigpending(struct block *b)
{
	int64_t result = call_words(b, UX_SIGPENDING, 0, 0, 0, 0);

	if (!result)
		call_get(b, (void *)arg(b, 0), 8);
	return result;
}

int64_t sys_rt_sigsuspend(struct block *b)
{
	return call_words(b, UX_SIGSUSPEND, *(uint64_t *)arg(b, 0), 0, 0, 0);
}

int64_t sys_rt_sigtimedwait(struct block *b)
{
	const int64_t *t = (const int64_t *)arg(b, 2);
	bool valid;
	int64_t ns = timeout_ns(t, 1, &valid), result;

	if (!valid || arg(b, 3) != 8)
		return -EINVAL;
	result = call_words(b, UX_SIGTIMEDWAIT, *(uint64_t *)arg(b, 0),
			    (uint64_t)ns, 0, 0);
	if (result > 0)
		call_get(b, (void *)arg(b, 1), 128);
	return result;
}

struct alt_stack {
	uint64_t sp;
	int32_t flags, pad;
	uint64_t size;
};

int64_t sys_sigaltstack(struct block *b)
{
	const struct alt_stack *new = (const void *)arg(b, 0);
	struct alt_stack *old = (void *)arg(b, 1);
	struct alt_stack set = {0};

	if (new)
		set = *new;
	if (old) {
		*old = (struct alt_stack){b->alt_sp, b->alt_flags, 0,
					  b->alt_size};
		if (on_alt_stack(b))
			old->flags = SS_ONSTACK;
		else if (!b->alt_size)
			old->flags = SS_DISABLE;
	}
	if (!new)
		return 0;
	if (on_alt_stack(b))
		return -EPERM;
	if (set.flags & ~SS_DISABLE)
		return -EINVAL;
	if (!(set.flags & SS_DISABLE) && set.size < 2048)
		return -ENOMEM;
	b->alt_sp = set.sp;
	b->alt_size = set.flags & SS_DISABLE ? 0 : set.size;
	b->alt_flags = set.flags;
	return 0;
}

int64_t sys_tgkill(struct block *b)
{
	if ((int)arg(b, 0) <= 0)
		return -EINVAL;
	return call_words(b, UX_TGKILL, arg(b, 0), arg(b, 1), arg(b, 2), 0);
}

int64_t sys_tkill(struct block *b)
{
	return call_words(b, UX_TGKILL, 0, arg(b, 0), arg(b, 1), 0);
}

static int64_t queue(struct block *b, uint64_t pid, uint64_t tid,
		     uint64_t sig, uint64_t info)
{
	call_begin(b, UX_SIGQUEUE);
	call_word(b, 0, pid);
	call_word(b, 1, tid);
	call_word(b, 2, sig);
	call_put(b, (const void *)info, 128);
	return call_send(b);
}

int64_t sys_rt_sigqueueinfo(struct block *b)
{
	return queue(b, arg(b, 0), 0, arg(b, 1), arg(b, 2));
}

int64_t sys_rt_tgsigqueueinfo(struct block *b)
{
	return queue(b, arg(b, 0), arg(b, 1), arg(b, 2), arg(b, 3));
}

/* Sleeps restart with a new deadline of their own: nothing to do. */
int64_t sys_restart_syscall(struct block *b)
{
	(void)b;
	return -EINTR;
}
