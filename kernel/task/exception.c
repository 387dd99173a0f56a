/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages. Nothing is kept on the stack while the victim
 * waits: what it raised and which port is being asked stand in thread->exc.
 *
 * The message has two forms, an attribute of the port that its receiver
 * chooses: the short one (2400, 64 bytes, 32-bit codes) and the long one
 * (2405, 64-bit codes, registers in the request and in the reply).
 */
#include <task/exception.h>

#include <arch/state.h>
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

#define WORD(kind, bits, count) \
	{ .msgt_name = (kind), .msgt_size = (bits), .msgt_number = (count), \
	  .msgt_inline = 1 }
#define WORD_INT  WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1)
#define WORD_PORT WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1)

struct exc_ports { /* begins both requests */
	mach_msg_header_t head;
	mach_msg_type_t thread_type;
	uint32_t thread;
	mach_msg_type_t task_type;
	uint32_t task;
	mach_msg_type_t exception_type;
	int32_t exception;
};

/* Items count from the end of the header. */
#define BODY_OFFSET(field)                                                     \
	(offsetof(struct exc_ports, field) - sizeof(mach_msg_header_t))

struct exc_request_32 {
	struct exc_ports ports;
	mach_msg_type_t code_type;
	int32_t code;
	mach_msg_type_t subcode_type;
	int32_t subcode;
};
_Static_assert(sizeof(struct exc_request_32) == 64, "the manual's size");

struct exc_request_64 {
	struct exc_ports ports;
	mach_msg_type_t code_type;
	i64_a4 code[2];
	mach_msg_type_t flavor_type;
	int32_t flavor;
	mach_msg_type_t state_type;
	uint32_t state[x86_64_THREAD_STATE_COUNT];
};

struct exc_reply_32 {
	mach_msg_header_t head;
	mach_msg_type_t result_type;
	int32_t result;
};
_Static_assert(sizeof(struct exc_reply_32) == 32, "the manual's size");

struct exc_reply_64 {
	struct exc_reply_32 start;
	mach_msg_type_t flavor_type;
	int32_t flavor;
	mach_msg_type_t state_type;
	uint32_t state[x86_64_THREAD_STATE_COUNT];
};

#define EXC_ID_32	2400
#define EXC_ID_64	2405
#define EXC_REPLY_OF(id) ((id) + 100)

[[gnu::noreturn]] static void exception_ask(struct thread *self);

/* --- the request --- */

static void fill_ports(struct exc_ports *p, struct thread *self, int id)
{
	p->head.msgh_id = id;
	p->thread_type = (mach_msg_type_t)WORD_PORT;
	p->task_type = (mach_msg_type_t)WORD_PORT;
	p->exception_type = (mach_msg_type_t)WORD_INT;
	p->exception = self->exc.exception;
}

static struct ipc_message *request_32(struct thread *self)
{
	mach_msg_header_t *head;
	struct ipc_message *m = ipc_kernel_request(
		sizeof(struct exc_request_32), 2, &head);
	if (!m)
		return NULL;
	struct exc_request_32 *r = (void *)head;
	fill_ports(&r->ports, self, EXC_ID_32);
	r->code_type = (mach_msg_type_t)WORD_INT;
	r->code = (int32_t)self->exc.code;
	r->subcode_type = (mach_msg_type_t)WORD_INT;
	r->subcode = (int32_t)self->exc.subcode;
	return m;
}

static struct ipc_message *request_64(struct thread *self)
{
	unsigned count = x86_64_THREAD_STATE_COUNT;
	mach_msg_header_t *head;
	struct ipc_message *m = ipc_kernel_request(
		sizeof(struct exc_request_64), 2, &head);
	if (!m)
		return NULL;
	struct exc_request_64 *r = (void *)head;
	fill_ports(&r->ports, self, EXC_ID_64);
	r->code_type =
		(mach_msg_type_t)WORD(MACH_MSG_TYPE_INTEGER_64, 64, 2);
	r->code[0] = self->exc.code;
	r->code[1] = self->exc.subcode;
	r->flavor_type = (mach_msg_type_t)WORD_INT;
	r->flavor = x86_64_THREAD_STATE;
	r->state_type = (mach_msg_type_t)WORD(MACH_MSG_TYPE_INTEGER_32, 32,
					      x86_64_THREAD_STATE_COUNT);
	enum kr kr = machine_get_state(&self->machine, x86_64_THREAD_STATE,
				       r->state, &count);
	panic_unless(kr == KR_SUCCESS);
	return m;
}

/* The next port to ask and who asks, +1 each; moves thread->exc.state on past
 * it. False: nobody is left. */
static bool exception_next(struct thread *self, struct exception_rights *r)
{
	while (self->exc.state != ASK_NOBODY) {
		bool task = self->exc.state++ == ASK_TASK;
		if (exception_rights(self, task, r))
			return true;
	}
	return false;
}

/* --- the reply --- */

static bool word_is(mach_msg_type_t word, int kind, int bits, unsigned count)
{
	return word.msgt_name == kind && word.msgt_size == bits &&
	       word.msgt_number == count && word.msgt_inline &&
	       !word.msgt_longform && !word.msgt_deallocate;
}

/* New registers in a long reply; false: malformed or refused. */
static bool reply_registers(struct thread *self,
			    const struct ipc_kernel_reply *reply)
{
	const struct exc_reply_64 *r = (const void *)reply->head;

	if (reply->size != sizeof(*r) ||
	    !word_is(r->flavor_type, MACH_MSG_TYPE_INTEGER_32, 32, 1) ||
	    !word_is(r->state_type, MACH_MSG_TYPE_INTEGER_32, 32,
		     x86_64_THREAD_STATE_COUNT) ||
	    r->flavor != x86_64_THREAD_STATE)
		return false;
	return machine_set_state(&self->machine, x86_64_THREAD_STATE, r->state,
				 x86_64_THREAD_STATE_COUNT) == KR_SUCCESS;
}

/* Handled? Anything malformed counts as no: a dropped reply right arrives
 * here as a notification. */
static bool reply_handled(struct thread *self,
			  const struct ipc_kernel_reply *reply)
{
	const struct exc_reply_32 *r = (const void *)reply->head;

	if (reply->result == KR_ABORTED)
		return true; /* thread_abort on the victim: it just goes on */
	if (!reply->head || reply->from_kernel || reply->size < sizeof(*r) ||
	    (r->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) ||
	    !word_is(r->result_type, MACH_MSG_TYPE_INTEGER_32, 32, 1) ||
	    r->result != KR_SUCCESS)
		return false;
	if (r->head.msgh_id == EXC_REPLY_OF(EXC_ID_32))
		return reply->size == sizeof(*r);
	return r->head.msgh_id == EXC_REPLY_OF(EXC_ID_64) &&
	       reply_registers(self, reply);
}

static void exception_done(const struct ipc_kernel_reply *reply)
{
	struct thread *self = thread_self();

	if (!reply_handled(self, reply))
		exception_ask(self);
	context_user_return();
}

/* --- the walk --- */

static const char *const class_name[EXC_TYPES_MAX + 1] = {
	"no exception",	   "bad access", "bad instruction", "arithmetic",
	"emulation",	   "software",	 "breakpoint",
};

[[gnu::noreturn]] static void exception_unhandled(struct thread *self)
{
	struct task *task = self->task;
	int e = self->exc.exception;

	klog("%s: %s (code %lld, subcode 0x%llx) at pc 0x%llx: no handler, "
	     "task terminated",
	     task->name, e > 0 && e <= EXC_TYPES_MAX ? class_name[e] : "?",
	     (long long)self->exc.code, (unsigned long long)self->exc.subcode,
	     (unsigned long long)machine_user_pc(&self->machine));
	if (task->essential)
		machine_end(MACHINE_PANIC); /* the reason is the last line */
	(void)!task_terminate(task);
	context_user_return(); /* dies on its way */
}

static void exception_ask(struct thread *self)
{
	struct exception_rights r;
	if (!exception_next(self, &r))
		exception_unhandled(self);
	bool wide = ipc_port_exception_form(r.port.port) == EXC_FORM_64;
	struct ipc_message *m = wide ? request_64(self) : request_32(self);
	if (m) {
		ipc_kernel_request_right(m, 0, BODY_OFFSET(thread), r.thread);
		ipc_kernel_request_right(m, 1, BODY_OFFSET(task), r.task);
	} else {
		ipc_right_release(r.thread);
		ipc_right_release(r.task);
	}
	ipc_kernel_rpc(r.port, m, exception_done);
}

void exception_raise(int exception, int64_t code, int64_t subcode)
{
	struct thread *self = thread_self();

	self->exc.exception = exception;
	self->exc.code = code;
	self->exc.subcode = subcode;
	self->exc.state = ASK_THREAD;
	exception_ask(self);
}
