/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The child's thread begins with a stack of its own and with its creator's
 * thread pointer and system-call block: in the inherited copy of the memory
 * those are the child's alone.
 */
#include <server/child.h>

#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <server/auxv.h>
#include <server/notify.h>
#include <sys/auxv.h>

#define STACK_BYTES (256 * 1024)

/* lib/server/musl: the handler's part of being a child. */
extern void musl_forked(mach_port_t output);

[[gnu::noreturn]] static void child_entry(void (*fn)(void *), void *arg,
					  mach_port_t output)
{
	musl_forked(output);
	mach_init_child();
	fn(arg);
	for (;;)
		task_terminate(mach_task_self());
}

static uint64_t fs_base(void)
{
	uint64_t value;

	__asm__ volatile("rdfsbase %0" : "=r"(value));
	return value;
}

static uint64_t gs_base(void)
{
	uint64_t value;

	__asm__ volatile("rdgsbase %0" : "=r"(value));
	return value;
}

static kern_return_t state_set(thread_t thread, void (*fn)(void *), void *arg,
			       vm_address_t stack, mach_port_t output)
{
	struct x86_64_thread_state s = {
		.rip = (uintptr_t)child_entry,
		.rsp = stack + STACK_BYTES - 8, /* as after a call */
		.rdi = (uintptr_t)fn,
		.rsi = (uintptr_t)arg,
		.rdx = output,
		.fs_base = fs_base(),
		.gs_base = gs_base(),
	};

	return thread_set_state(thread, x86_64_THREAD_STATE, (thread_state_t)&s,
				x86_64_THREAD_STATE_COUNT);
}

/* The child's output port has the name it has here. */
static mach_port_t output_give(task_t task)
{
	mach_port_t output = (mach_port_t)getauxval(AT_MACH_OUTPUT);

	if (output == MACH_PORT_NULL ||
	    mach_port_insert_right(task, output, output,
				   MACH_MSG_TYPE_COPY_SEND) != KERN_SUCCESS)
		return MACH_PORT_NULL;
	return output;
}

static kern_return_t task_fill(struct child *c, void (*fn)(void *), void *arg,
			       vm_address_t stack)
{
	kern_return_t kr = thread_create(c->task, &c->thread);

	if (kr == KERN_SUCCESS)
		kr = state_set(c->thread, fn, arg, stack, output_give(c->task));
	return kr;
}

kern_return_t child_create(struct child *c, void (*fn)(void *), void *arg)
{
	mach_port_t self = mach_task_self();
	vm_address_t stack = 0;
	kern_return_t kr;

	*c = (struct child){};
	kr = vm_allocate(self, &stack, STACK_BYTES, TRUE);
	if (kr != KERN_SUCCESS)
		return kr;
	kr = task_create(self, TRUE, &c->task);
	vm_deallocate(self, stack, STACK_BYTES);
	if (kr != KERN_SUCCESS)
		return kr;
	kr = task_fill(c, fn, arg, stack);
	if (kr != KERN_SUCCESS)
		child_kill(c);
	return kr;
}

kern_return_t child_go(struct child *c)
{
	return thread_resume(c->thread);
}

/* A dead-name notification, waited for at most ms (0: for ever). */
static bool death_wait(task_t task, unsigned ms)
{
	mach_notification_t m;
	mach_port_t port;
	bool dead = true;

	port = mach_reply_port();
	if (notify_request_dead_name(task, port) == KERN_SUCCESS) {
		dead = mach_msg(&m.not_header,
				MACH_RCV_MSG | (ms ? MACH_RCV_TIMEOUT : 0), 0,
				sizeof m, port, ms,
				MACH_PORT_NULL) == MACH_MSG_SUCCESS;
		if (dead)
			mach_port_deallocate(mach_task_self(), task);
	}
	mach_port_destroy(mach_task_self(), port);
	return dead;
}

bool child_dead_within(const struct child *c, unsigned ms)
{
	return death_wait(c->task, ms);
}

void child_wait(struct child *c)
{
	death_wait(c->task, 0);
	mach_port_deallocate(mach_task_self(), c->task);
	if (c->thread != THREAD_NULL)
		mach_port_deallocate(mach_task_self(), c->thread);
	*c = (struct child){};
}

void child_kill(struct child *c)
{
	task_terminate(c->task);
	child_wait(c);
}
