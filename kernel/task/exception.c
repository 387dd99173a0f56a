/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages. Nothing is kept on the stack while the victim
 * waits: what it raised and which port is being asked stand beside the thread.
 * The message has two forms (ipc/exception_form.h).
 */
#include <task/exception.h>

#include <arch/state.h>
#include <ipc/exception_form.h>
#include <ipc/krpc.h>
#include <arch/cpu.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <mach/exception.h>
#include <mach/thread_info.h>
#include <mach/x86_64/thread_status.h>
#include <task/task.h>

enum { ASK_THREAD, ASK_TASK, ASK_NOBODY };

/* Items count from the end of the header. */
#define BODY_OFFSET(field)                                                     \
	(offsetof(struct exc_ports, field) - sizeof(mach_msg_header_t))

/* A function of its own: hardly any answer needs it. */
[[gnu::noinline, gnu::noreturn]] static void
exception_ask_next(struct thread *self);

/* --- the request --- */

static struct ipc_message *request(struct thread *self,
				   const struct thread_exc *exc, bool wide,
				   const struct exception_rights *who)
{
	mach_msg_header_t *head;
	struct ipc_message *m =
		ipc_kernel_request(exc_request_size(wide), 2, &head);
	if (!m) {
		ipc_right_release(who->thread);
		ipc_right_release(who->task);
		return NULL;
	}
	exc_fill(head, self, exc, wide);
	struct exc_ports *p = (void *)head;
	p->thread_type = p->task_type =
		(mach_msg_type_t)EXC_WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1);
	ipc_kernel_request_right(m, 0, BODY_OFFSET(thread), who->thread);
	ipc_kernel_request_right(m, 1, BODY_OFFSET(task), who->task);
	return m;
}

/* The next port to ask and who asks, +1 each; moves exc->state on past it.
 * False: nobody is left. */
static bool exception_next(struct thread *self, struct thread_exc *exc,
			   struct exception_rights *r)
{
	while (exc->state != ASK_NOBODY) {
		bool task = exc->state++ == ASK_TASK;
		if (exception_rights(self, task, r))
			return true;
	}
	return false;
}

/* --- the reply --- */

/* The topmost bit says nothing. */
static bool word_is(uint32_t word, uint32_t expected)
{
	return (word & INT32_MAX) == expected;
}

/* New registers in a long reply; false: malformed or refused. */
static bool reply_registers(struct thread *self,
			    const mach_msg_header_t *reply)
{
	const struct exc_reply_64 *r = (const void *)reply;

	if (reply->msgh_size != sizeof(*r) ||
	    !word_is(r->flavor_type, EXC_REPLY_INT(1)) ||
	    !word_is(r->state_type,
		     EXC_REPLY_INT(x86_64_THREAD_STATE_COUNT)) ||
	    r->flavor != x86_64_THREAD_STATE)
		return false;
	return machine_set_state(&self->machine, x86_64_THREAD_STATE, r->state,
				 x86_64_THREAD_STATE_COUNT) == KR_SUCCESS;
}

/* Handled? Anything malformed counts as no: a dropped reply right arrives
 * here as a notification. */
static bool reply_handled(struct thread *self, enum kr result,
			  const mach_msg_header_t *reply)
{
	const struct exc_reply_32 *r = (const void *)reply;

	if (!reply)
		return result == KR_ABORTED; /* then the victim just goes on */
	if (reply->msgh_bits & (MACH_MSGH_BITS_KERNEL | MACH_MSGH_BITS_COMPLEX) ||
	    reply->msgh_size < sizeof(*r) ||
	    !word_is(r->result_type, EXC_REPLY_INT(1)) ||
	    r->result != KR_SUCCESS)
		return false;
	if (reply->msgh_id == EXC_REPLY_OF(EXC_ID_32))
		return reply->msgh_size == sizeof(*r);
	return reply->msgh_id == EXC_REPLY_OF(EXC_ID_64) &&
	       reply_registers(self, reply);
}

static void exception_done(enum kr result, const mach_msg_header_t *reply)
{
	struct thread *self = thread_self();

	if (!reply_handled(self, result, reply))
		exception_ask_next(self);
	context_user_return();
}

/* --- the walk --- */

static const char *const class_name[EXC_TYPES_MAX + 1] = {
	"no exception",	   "bad access", "bad instruction", "arithmetic",
	"emulation",	   "software",	 "breakpoint",
};

[[gnu::noreturn]] static void exception_unhandled(struct thread *self,
						  const struct thread_exc *exc)
{
	struct task *task = self->task;
	int e = exc->exception;

	klog("%s: %s (code %lld, subcode 0x%llx) at pc 0x%llx: no handler, "
	     "task terminated",
	     task->name, e > 0 && e <= EXC_TYPES_MAX ? class_name[e] : "?",
	     (long long)exc->code, (unsigned long long)exc->subcode,
	     (unsigned long long)machine_user_pc(&self->machine));
	if (task->essential)
		machine_end(MACHINE_PANIC); /* the reason is the last line */
	(void)!task_terminate(task);
	context_user_return(); /* dies on its way */
}

/* Asks the next handler, state being where the walk is, if it waits and knows
 * thread and task; else returns, and nothing has happened. */
__attribute__((always_inline)) static inline void
exception_ask_waiting(struct thread *self, struct thread_exc *exc, uint8_t state)
{
	struct task *task = self->task;
	struct ipc_exception x;

	spin_lock(&task->lock);
	struct ipc_port *handler = exc->exception_port;
	exc->state = ASK_TASK;
	if (!handler || state != ASK_THREAD) {
		handler = task->exception.port;
		exc->state = ASK_NOBODY;
	}
	x.handler = handler;
	x.task = task->sself.port;
	bool met = handler && task->active && state != ASK_NOBODY &&
		   ipc_exception_meet(&x, exc);
	spin_unlock(&task->lock);
	if (met)
		ipc_exception_tell(&x, exception_done);
	exc->state = state;
}

[[gnu::noreturn]] static void exception_ask_any(struct thread *self,
						struct thread_exc *exc)
{
	struct exception_rights r;
	if (!exception_next(self, exc, &r))
		exception_unhandled(self, exc);
	bool wide = ipc_port_exception_form(r.port.port) == EXC_FORM_64;
	ipc_kernel_rpc(r.port, request(self, exc, wide, &r), exception_done);
}

static void exception_ask_next(struct thread *self)
{
	struct thread_exc *exc = thread_exc(self);

	exception_ask_waiting(self, exc, exc->state);
	exception_ask_any(self, exc);
}

static inline void exception_note(struct thread_exc *exc, int exception,
				  int64_t code, int64_t subcode)
{
	exc->exception = (uint8_t)exception;
	exc->code = (int32_t)code;
	exc->subcode = subcode;
}

/* There is nothing yet to note it in; without memory for that nobody can be
 * asked. No handler is met: there is no reply port either. */
[[gnu::noinline, gnu::noreturn]] static void
exception_first(struct thread *self, int exception, int64_t code,
		int64_t subcode)
{
	struct thread_exc lost = {}, *exc = &lost;
	bool made = thread_exc_make(self) == KR_SUCCESS;

	if (made)
		exc = thread_exc(self);
	exception_note(exc, exception, code, subcode);
	if (!made)
		exception_unhandled(self, exc);
	exc->state = ASK_THREAD;
	exception_ask_any(self, exc);
}

void exception_raise(int exception, int64_t code, int64_t subcode)
{
	struct thread *self = thread_self();
	struct thread_exc *exc = thread_exc(self);

	if (__builtin_expect(!exc, 0))
		exception_first(self, exception, code, subcode);
	exception_note(exc, exception, code, subcode);
	exception_ask_waiting(self, exc, ASK_THREAD);
	exception_ask_any(self, exc);
}
