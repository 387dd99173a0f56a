/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks and switching between them. The sanitizers are told of each switch:
 * ASan keeps its picture of the running stack, TSan treats a fiber as a thread.
 */
#define _GNU_SOURCE
#include "host_i.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_start_switch_fiber(void **fake, const void *bottom,
				    size_t size);
void __sanitizer_finish_switch_fiber(void *fake, const void **bottom,
				     size_t *size);
void __asan_unpoison_memory_region(const volatile void *p, size_t size);
#define asan_start(fake, bottom, size) \
	__sanitizer_start_switch_fiber(fake, bottom, size)
#define asan_finish(fake)	__sanitizer_finish_switch_fiber(fake, NULL, NULL)
#define asan_clean(p, size)	__asan_unpoison_memory_region(p, size)
#else
#define asan_start(fake, bottom, size) ((void)(fake), (void)(bottom))
#define asan_finish(fake)	((void)(fake))
#define asan_clean(p, size)	((void)(p), (void)(size))
#endif

#if defined(__SANITIZE_THREAD__)
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#define tsan_create()	  __tsan_create_fiber(0)
#define tsan_destroy(f)	  __tsan_destroy_fiber(f)
#define tsan_current()	  __tsan_get_current_fiber()
#define tsan_switch(f)	  __tsan_switch_to_fiber(f, 0)
#else
#define tsan_create()	NULL
#define tsan_destroy(f) ((void)(f))
#define tsan_current()	NULL
#define tsan_switch(f)	((void)(f))
#endif

/*
 * fiber_swap(void **save, void *load): pushes the registers a function must
 * keep, stores the stack pointer at *save, takes load, pops, returns there.
 */
__asm__(".text\n"
	".globl fiber_swap\n"
	".type fiber_swap, @function\n"
	"fiber_swap:\n"
	"	push %rbp\n"
	"	push %rbx\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbx\n"
	"	pop %rbp\n"
	"	ret\n"
	".globl fiber_first\n"
	"fiber_first:\n"
	"	mov %r12, %rdi\n"
	"	mov %r13, %rsi\n"
	"	xor %ebp, %ebp\n"
	"	call fiber_enter\n"
	"	ud2\n"
	".section .note.GNU-stack,\"\",@progbits\n"
	".text\n");

void fiber_swap(void **save, void *load);
extern char fiber_first[];
void fiber_enter(void (*fn)(void *), void *arg);

static void after_switch(void)
{
	struct host_cpu *cpu = host_cpu();

	if (cpu->dead_tsan != NULL) {
		tsan_destroy(cpu->dead_tsan);
		cpu->dead_tsan = NULL;
	}
}

/* First code on a fresh fiber. */
void fiber_enter(void (*fn)(void *), void *arg)
{
	asan_finish(NULL);
	after_switch();
	fn(arg);
	abort();
}

void fiber_init(struct host_fiber *f, void *bottom, size_t size,
		void (*fn)(void *), void *arg)
{
	uintptr_t top = ((uintptr_t)bottom + size) & ~(uintptr_t)15;
	void **sp = (void **)top;

	/* Whoever ran here before may have left without returning. */
	asan_clean(bottom, size);
	*--sp = fiber_first;	/* return address */
	*--sp = NULL;		/* rbp */
	*--sp = NULL;		/* rbx */
	*--sp = (void *)fn;	/* r12 */
	*--sp = arg;		/* r13 */
	*--sp = NULL;		/* r14 */
	*--sp = NULL;		/* r15 */
	f->sp = sp;
	f->bottom = bottom;
	f->size = size;
	f->fake = NULL;
	if (f->tsan == NULL)
		f->tsan = tsan_create();
}

void fiber_switch(struct host_fiber *from, struct host_fiber *to)
{
	struct host_cpu *cpu = host_cpu();
	void *dead_sp;

	cpu->fiber = to;
	/* A Linux thread's own TSan state ends with that thread. */
	if (from == NULL && tsan_current() != cpu->boot.tsan)
		cpu->dead_tsan = tsan_current();
	asan_start(from != NULL ? &from->fake : NULL, to->bottom, to->size);
	tsan_switch(to->tsan);
	fiber_swap(from != NULL ? &from->sp : &dead_sp, to->sp);
	/* Only those that were saved come back; cpu may be another one now. */
	asan_finish(from->fake);
	after_switch();
}

void fiber_adopt_linux(struct host_fiber *f)
{
	pthread_attr_t attr;

	if (pthread_getattr_np(pthread_self(), &attr) != 0 ||
	    pthread_attr_getstack(&attr, &f->bottom, &f->size) != 0) {
		perror("host: stack of the Linux thread");
		exit(2);
	}
	pthread_attr_destroy(&attr);
	f->tsan = tsan_current();
}

void fiber_restart(struct host_fiber *f, void *top, void (*fn)(void))
{
	/* TSan's record of calls never shrinks on a stack that is cut. */
	if (f->tsan != NULL) {
		host_cpu()->dead_tsan = f->tsan;
		f->tsan = tsan_create();
		tsan_switch(f->tsan);
		after_switch();
	}
	asan_clean(f->bottom, f->size);
	__asm__ volatile("mov %0, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call *%1\n\t"
			 "ud2"
			 :
			 : "r"(top), "r"(fn)
			 : "memory");
	__builtin_unreachable();
}
