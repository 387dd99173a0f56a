/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions in the manual's dialect: the request is 64 bytes, the reply 32,
 * and both begin with a msg_header_t. The long form that a port may ask the
 * kernel for is read too: handlers get both on one port.
 */
#include <stdbool.h>
#include <mach/exception_helpers.h>
#include <mach/mach.h>
#include <mach/mig_errors.h>

#define EXC_ID	    2400
#define EXC_ID_LONG 2405

struct exc_request {
	msg_header_t head;
	msg_type_t thread_type;
	port_t thread;
	msg_type_t task_type;
	port_t task;
	msg_type_t exception_type;
	int exception;
	msg_type_t code_type;
	int code;
	msg_type_t subcode_type;
	int subcode;
};
_Static_assert(sizeof(struct exc_request) == 64, "the manual's size");

/* As far as exc_server reads it. */
struct exc_request_long {
	msg_header_t head;
	msg_type_t thread_type;
	port_t thread;
	msg_type_t task_type;
	port_t task;
	msg_type_t exception_type;
	int exception;
	msg_type_t code_type;
	i64_a4 code[2];
};

#define TYPE(kind, bits, count)                                               \
	{                                                                     \
		.msg_type_name = (kind), .msg_type_size = (bits),             \
		.msg_type_number = (count), .msg_type_inline = TRUE           \
	}
static const msg_type_t type_port = TYPE(MSG_TYPE_PORT, 32, 1);
static const msg_type_t type_int = TYPE(MSG_TYPE_INTEGER_32, 32, 1);

static bool same_type(msg_type_t a, msg_type_t b)
{
	return a.msg_type_name == b.msg_type_name &&
	       a.msg_type_size == b.msg_type_size &&
	       a.msg_type_number == b.msg_type_number && a.msg_type_inline &&
	       !a.msg_type_longform;
}

kern_return_t exception_raise(port_t exception_port, port_t clear_port,
			      port_t thread, port_t task, int exception,
			      int code, int subcode)
{
	union {
		struct exc_request request;
		death_pill_t reply;
	} m = {.request = {
		.head = {
			.msg_simple = FALSE,
			.msg_size = sizeof(struct exc_request),
			.msg_type = MSG_TYPE_NORMAL | MSG_TYPE_RPC,
			.msg_local_port = clear_port,
			.msg_remote_port = exception_port,
			.msg_id = EXC_ID,
		},
		.thread_type = type_port, .thread = thread,
		.task_type = type_port, .task = task,
		.exception_type = type_int, .exception = exception,
		.code_type = type_int, .code = code,
		.subcode_type = type_int, .subcode = subcode,
	}};
	msg_return_t mr = msg_rpc(&m.request.head, MSG_OPTION_NONE, sizeof m, 0,
				  0);

	if (mr != RPC_SUCCESS)
		return mr;
	if (m.reply.Head.msg_id != EXC_ID + 100 ||
	    m.reply.Head.msg_size != sizeof m.reply ||
	    !same_type(m.reply.RetCodeType, type_int))
		return MIG_REPLY_MISMATCH;
	return m.reply.RetCode;
}

static void reply_init(const msg_header_t *in, death_pill_t *reply)
{
	*reply = (death_pill_t){
		.Head = {
			.msg_simple = TRUE,
			.msg_size = sizeof *reply,
			.msg_type = in->msg_type,
			.msg_local_port = PORT_NULL,
			.msg_remote_port = in->msg_remote_port,
			.msg_id = in->msg_id + 100,
		},
		.RetCodeType = type_int,
		.RetCode = MIG_BAD_ID,
	};
}

static kern_return_t serve_short(const struct exc_request *r)
{
	if (r->head.msg_size != sizeof *r || r->head.msg_simple ||
	    !same_type(r->thread_type, type_port) ||
	    !same_type(r->task_type, type_port) ||
	    !same_type(r->exception_type, type_int) ||
	    !same_type(r->code_type, type_int) ||
	    !same_type(r->subcode_type, type_int))
		return MIG_BAD_ARGUMENTS;
	return catch_exception_raise(r->head.msg_local_port, r->thread, r->task,
				     r->exception, r->code, r->subcode);
}

static kern_return_t serve_long(const struct exc_request_long *r)
{
	static const msg_type_t type_codes = TYPE(MSG_TYPE_INTEGER_64, 64, 2);

	if (r->head.msg_size < sizeof *r || r->head.msg_simple ||
	    !same_type(r->thread_type, type_port) ||
	    !same_type(r->task_type, type_port) ||
	    !same_type(r->exception_type, type_int) ||
	    !same_type(r->code_type, type_codes))
		return MIG_BAD_ARGUMENTS;
	return catch_exception_raise(r->head.msg_local_port, r->thread, r->task,
				     r->exception, (int)r->code[0],
				     (int)r->code[1]);
}

boolean_t exc_server(msg_header_t *in, msg_header_t *out)
{
	death_pill_t *reply = (death_pill_t *)out;
	int id = in->msg_id;

	reply_init(in, reply);
	if (id == EXC_ID)
		reply->RetCode = serve_short((struct exc_request *)in);
	else if (id == EXC_ID_LONG)
		reply->RetCode = serve_long((struct exc_request_long *)in);
	else
		return FALSE;
	/* A long reply would have to carry registers; a short one to a long
	 * request has its own id and says "as they are". */
	reply->Head.msg_id = EXC_ID + 100;
	return TRUE;
}
