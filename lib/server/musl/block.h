/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The in-task handler of Linux system calls: what its files share.
 *
 * musl's system calls are redirected to musl_entry, on the calling thread, with
 * every register the caller's and nothing of it on any stack. gs points to the
 * thread's block; the handler runs on the stack inside it, and answers from
 * Mach calls. It keeps every register but rax, rcx and r11, as Linux does, so
 * it is compiled for general registers only and never touches fs: that is the
 * program's.
 */
#ifndef MUSL_BLOCK_H
#define MUSL_BLOCK_H

/* Offsets that handler_entry.S knows. */
#define BLOCK_SELF     0
#define BLOCK_USER_SP  8
#define BLOCK_STACK    16
#define BLOCK_CLEAR    24
#define BLOCK_IN_USE   32
#define BLOCK_BYTES    16384 /* the stack included */

#ifndef __ASSEMBLER__

#include <mach/mach_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the entry code pushes, lowest address first. */
struct musl_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r9, r8, r10, rdx, rsi, rdi;
	uint64_t rax; /* in: the number; out: the result */
	uint64_t r11; /* flags */
	uint64_t rcx; /* return address */
};

struct musl_block {
	struct musl_block *self;
	uint64_t user_sp;  /* of the call being answered */
	uint64_t stack;	   /* top */
	uint64_t clear;	   /* int *, stored 0 at the thread's end, or 0 */
	_Atomic int in_use;
	int tid;
	mach_port_t reply_port; /* for the handler's own RPCs */
	int unused;
};
_Static_assert(offsetof(struct musl_block, user_sp) == BLOCK_USER_SP, "");
_Static_assert(offsetof(struct musl_block, stack) == BLOCK_STACK, "");
_Static_assert(offsetof(struct musl_block, clear) == BLOCK_CLEAR, "");
_Static_assert(offsetof(struct musl_block, in_use) == BLOCK_IN_USE, "");

/* The calling thread's. */
static inline struct musl_block *musl_block(void)
{
	struct musl_block *b;

	/* In C the address is null, behind which the compiler sees nothing, so
	 * that it drops what is stored there. */
	__asm__("movq %%gs:%c1, %0" : "=r"(b) : "i"(BLOCK_SELF));
	return b;
}

/* One task, for all files; set at the start. */
struct musl_task {
	mach_port_t self;
	mach_port_t output; /* where descriptors 1 and 2 write; or NULL */
	uint64_t page;	    /* bytes */
	_Atomic int next_tid;
};
extern struct musl_task musl_task;

/* Results are Linux's: a value or minus an errno. */
typedef int64_t (*musl_call)(struct musl_frame *f);

int64_t musl_mmap(struct musl_frame *f);
int64_t musl_munmap(struct musl_frame *f);
int64_t musl_mprotect(struct musl_frame *f);
int64_t musl_mremap(struct musl_frame *f);
int64_t musl_clone(struct musl_frame *f);
int64_t musl_exit(struct musl_frame *f);
int64_t musl_exit_group(struct musl_frame *f);
int64_t musl_futex(struct musl_frame *f);
int64_t musl_arch_prctl(struct musl_frame *f);
int64_t musl_set_tid_address(struct musl_frame *f);
int64_t musl_gettid(struct musl_frame *f);
int64_t musl_write(struct musl_frame *f);
int64_t musl_writev(struct musl_frame *f);
int64_t musl_clock_gettime(struct musl_frame *f);
int64_t musl_gettimeofday(struct musl_frame *f);
int64_t musl_nanosleep(struct musl_frame *f);
int64_t musl_clock_nanosleep(struct musl_frame *f);
int64_t musl_sched_yield(struct musl_frame *f);
int64_t musl_uname(struct musl_frame *f);
int64_t musl_getrandom(struct musl_frame *f);

/* Provided by handler_entry.S. */
void musl_entry(void);
[[gnu::noreturn]] void musl_thread_end(struct musl_block *block);

#endif
#endif
