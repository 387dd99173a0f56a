/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: clone as pthread_create uses it, exit, futexes.
 *
 * A thread's block is taken from a table of blocks that dead threads left, or
 * made new. The table is bounded; beyond it there are no more threads.
 */
#include <stdbool.h>
#include <errno.h>

#include <sched.h>
#include <stdatomic.h>
#include <mach/mach_ext.h>
#include <mach/mach_interface.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <time.h>

#include "block.h"
#include "console.h"

#define BLOCKS_MAX 1024

/* Linux's futex operations; the flags above do not matter here. */
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, FUTEX_CMD_MASK = 127 };

static struct musl_block *_Atomic blocks[BLOCKS_MAX];

static struct musl_block *block_create(void)
{
	uint64_t at = 0;
	struct musl_block *b;

	if (mach_trap4(MACH_TRAP_VM_ALLOCATE, musl_task.self, (uintptr_t)&at,
		       BLOCK_BYTES, TRUE) != KERN_SUCCESS)
		return NULL;
	b = (struct musl_block *)at;
	b->self = b;
	b->stack = at + BLOCK_BYTES;
	b->in_use = 1;
	return b;
}

static bool block_claim(struct musl_block *b)
{
	int none = 0;

	return atomic_compare_exchange_strong_explicit(&b->in_use, &none, 1,
						       memory_order_acquire,
						       memory_order_relaxed);
}

/* One slot of the table: the block in it if it is free, or a new one. */
static struct musl_block *slot_take(struct musl_block *_Atomic *slot)
{
	struct musl_block *b = *slot, *none = NULL;

	if (b != NULL)
		return block_claim(b) ? b : NULL;
	b = block_create();
	if (b == NULL || atomic_compare_exchange_strong_explicit(
				 slot, &none, b, memory_order_acq_rel,
				 memory_order_acquire))
		return b;
	mach_trap4(MACH_TRAP_VM_DEALLOCATE, musl_task.self, (uintptr_t)b,
		   BLOCK_BYTES, 0);
	return NULL;
}

static struct musl_block *block_take(void)
{
	for (unsigned i = 0; i < BLOCKS_MAX; i++) {
		struct musl_block *b = slot_take(&blocks[i]);

		if (b != NULL)
			return b;
	}
	return NULL;
}

/* The child begins where the call returns, with 0 in rax. */
static void child_state(struct x86_64_thread_state *s,
			const struct musl_frame *f, const struct musl_block *b)
{
	*s = (struct x86_64_thread_state){
		.rbx = f->rbx, .rcx = f->rcx, .rdx = f->rdx, .rdi = f->rdi,
		.rsi = f->rsi, .rbp = f->rbp, .rsp = f->rsi, .r8 = f->r8,
		.r9 = f->r9, .r10 = f->r10, .r11 = f->r11, .r12 = f->r12,
		.r13 = f->r13, .r14 = f->r14, .r15 = f->r15, .rip = f->rcx,
		.rflags = f->r11, .fs_base = f->r8,
		.gs_base = (uintptr_t)b,
	};
}

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SETTLS)

/* clone(flags, stack, parent tid, child tid, tls) */
int64_t musl_clone(struct musl_frame *f)
{
	struct x86_64_thread_state state;
	struct musl_block *b;
	mach_port_t thread;

	if ((f->rdi & THREAD_FLAGS) != THREAD_FLAGS)
		return -ENOSYS;
	b = block_take();
	if (b == NULL)
		return -EAGAIN;
	b->tid = musl_task.next_tid++;
	b->clear = f->rdi & CLONE_CHILD_CLEARTID ? f->r10 : 0;
	if (f->rdi & CLONE_PARENT_SETTID)
		*(int *)f->rdx = b->tid;
	child_state(&state, f, b);
	if (thread_create_running(musl_task.self, x86_64_THREAD_STATE,
				  (thread_state_t)&state,
				  x86_64_THREAD_STATE_COUNT,
				  &thread) != KERN_SUCCESS) {
		b->in_use = 0;
		return -EAGAIN;
	}
	mach_trap2(MACH_TRAP_MACH_PORT_DEALLOCATE, musl_task.self, thread);
	return b->tid;
}

int64_t musl_exit(struct musl_frame *f)
{
	struct musl_block *b = musl_block();

	(void)f;
	if (b->reply_port != MACH_PORT_NULL)
		mach_trap4(MACH_TRAP_MACH_PORT_MOD_REFS, musl_task.self,
			   b->reply_port, MACH_PORT_RIGHT_RECEIVE,
			   (uint64_t)-1);
	b->reply_port = MACH_PORT_NULL;
	musl_thread_end(b);
}

int64_t musl_exit_group(struct musl_frame *f)
{
	musl_console_exit((int)f->rdi);
	for (;;)
		task_terminate(musl_task.self);
}

int64_t musl_set_tid_address(struct musl_frame *f)
{
	musl_block()->clear = f->rdi;
	return musl_block()->tid;
}

int64_t musl_gettid(struct musl_frame *f)
{
	(void)f;
	return musl_block()->tid;
}

#define ARCH_SET_FS 0x1002

int64_t musl_arch_prctl(struct musl_frame *f)
{
	if (f->rdi != ARCH_SET_FS || f->rsi >> 47)
		return -EINVAL;
	__asm__ volatile("wrfsbase %0" : : "r"(f->rsi));
	return 0;
}

static int64_t futex_errno(int64_t kr)
{
	switch (kr) {
	case KERN_SUCCESS:
		return 0;
	case KERN_FAILURE:
		return -EAGAIN;
	case KERN_ABORTED:
		return -EINTR;
	case KERN_TIMEDOUT:
		return -ETIMEDOUT;
	case KERN_INVALID_ADDRESS:
		return -EFAULT;
	default:
		return -EINVAL;
	}
}

static uint64_t deadline_of(const struct timespec *wait)
{
	if (wait == NULL)
		return FUTEX_NO_DEADLINE;
	return (uint64_t)mach_trap2(MACH_TRAP_CLOCK_GET, MACH_CLOCK_MONOTONIC,
				    0) +
	       (uint64_t)wait->tv_sec * 1000000000u + (uint64_t)wait->tv_nsec;
}

/*
 * The task's memory is its own, so every futex is private. A requeue wakes
 * instead: waiters look again in any case.
 */
int64_t musl_futex(struct musl_frame *f)
{
	switch (f->rsi & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return futex_errno(mach_trap4(
			MACH_TRAP_FUTEX_WAIT, f->rdi, (uint64_t)(int)f->rdx, 0,
			deadline_of((struct timespec *)f->r10)));
	case FUTEX_WAKE:
		return mach_trap4(MACH_TRAP_FUTEX_WAKE, f->rdi, f->rdx, 0, 0);
	case FUTEX_REQUEUE:
		return mach_trap4(MACH_TRAP_FUTEX_WAKE, f->rdi,
				  f->rdx + f->r10, 0, 0);
	default:
		return -ENOSYS;
	}
}
