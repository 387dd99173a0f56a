/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of a server made of generated stubs, with the ownership rule: what
 * a routine refused is released here, what it accepted is its own.
 */
#include <stdbool.h>
#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <mach/mig_support.h>

/* The code in a reply that demux wrote. Complex replies report success. */
static kern_return_t reply_code(const mach_msg_header_t *reply)
{
	if (reply->msgh_bits & MACH_MSGH_BITS_COMPLEX)
		return KERN_SUCCESS;
	return ((const mig_reply_header_t *)reply)->RetCode;
}

static bool is_send_once(mach_msg_bits_t bits)
{
	return MACH_MSGH_BITS_REMOTE(bits) == MACH_MSG_TYPE_MOVE_SEND_ONCE;
}

/* NO_BUFFER: the client has more answers already than it may leave untaken. */
static void reply_refused(mach_msg_header_t *reply, mach_msg_return_t mr)
{
	switch (mr & ~MACH_MSG_MASK) {
	case MACH_SEND_INVALID_DEST:
	case MACH_SEND_TIMED_OUT:
	case MACH_SEND_NO_BUFFER:
		mach_msg_destroy(reply);
		break;
	default:
		break;
	}
}

/*
 * A send-once right always has room. Through a send right a lazy client could
 * keep us waiting: then the reply is tried once.
 */
static void reply_send(mach_msg_header_t *reply)
{
	mach_msg_option_t option = MACH_SEND_MSG;

	if (!is_send_once(reply->msgh_bits))
		option |= MACH_SEND_TIMEOUT;
	reply_refused(reply, mach_msg(reply, option, reply->msgh_size, 0,
				      MACH_PORT_NULL, 0, MACH_PORT_NULL));
}

/* The request is dealt with; true: the reply is to be sent. */
static bool reply_is_due(mach_msg_header_t *request, mach_msg_header_t *reply,
			 boolean_t known)
{
	kern_return_t kr = reply_code(reply);

	if (known && kr == MIG_NO_REPLY)
		return false;
	if (kr == MIG_DESTROY_REQUEST) {
		mach_msg_destroy(request);
		return false;
	}
	if (!known || kr != KERN_SUCCESS) {
		/* The reply right travels in the reply. */
		request->msgh_remote_port = MACH_PORT_NULL;
		mach_msg_destroy(request);
	}
	if (reply->msgh_remote_port != MACH_PORT_NULL)
		return true;
	mach_msg_destroy(reply);
	return false;
}

void mach_msg_server_reply(mach_msg_header_t *request, mach_msg_header_t *reply,
			   boolean_t known)
{
	if (reply_is_due(request, reply, known))
		reply_send(reply);
}

/*
 * A message of which something found no room here (its memory, its rights): it
 * is dropped with what there is of it, or any client could end the server.
 */
static bool is_partial(mach_msg_return_t mr, mach_msg_header_t *request)
{
	switch (mr & ~MACH_MSG_MASK) {
	case MACH_RCV_BODY_ERROR:
		mach_msg_destroy(request);
		return true;
	case MACH_RCV_HEADER_ERROR:
		return true;
	default:
		return false;
	}
}

mach_msg_return_t mach_msg_server_once(
	boolean_t (*demux)(mach_msg_header_t *request, mach_msg_header_t *reply),
	mach_msg_size_t max_size, mach_port_t port, mach_msg_option_t option,
	mach_msg_timeout_t timeout)
{
	_Alignas(8) char request[max_size];
	_Alignas(8) char reply[max_size];
	mach_msg_header_t *in = (mach_msg_header_t *)request;
	mach_msg_header_t *out = (mach_msg_header_t *)reply;
	mach_msg_return_t mr;

	mr = mach_msg(in, MACH_RCV_MSG | option, 0, max_size, port, timeout,
		      MACH_PORT_NULL);
	if (mr == MACH_MSG_SUCCESS)
		mach_msg_server_reply(in, out, demux(in, out));
	return is_partial(mr, in) ? MACH_MSG_SUCCESS : mr;
}

static mach_msg_return_t receive(mach_msg_header_t *request,
				 mach_msg_size_t max_size, mach_port_t port)
{
	return mach_msg(request, MACH_RCV_MSG, 0, max_size, port,
			MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}

/*
 * In one call of the kernel, which hands the processor to the client: the next
 * request lies where the reply lay. False: the reply is gone, nothing was
 * received.
 */
static bool reply_and_receive(mach_msg_header_t *reply,
			      mach_msg_size_t max_size, mach_port_t port,
			      mach_msg_return_t *mr)
{
	if (!is_send_once(reply->msgh_bits)) {
		reply_send(reply);
		return false;
	}
	*mr = mach_msg(reply, MACH_SEND_MSG | MACH_RCV_MSG, reply->msgh_size,
		       max_size, port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
	if (*mr == MACH_MSG_SUCCESS ||
	    (*mr & ~MACH_MSG_MASK) >= MACH_RCV_IN_PROGRESS)
		return true;
	reply_refused(reply, *mr);
	return false;
}

/* A message that is too large has been dropped: go on. */
mach_msg_return_t mach_msg_server(boolean_t (*demux)(mach_msg_header_t *request,
						     mach_msg_header_t *reply),
				  mach_msg_size_t max_size, mach_port_t port)
{
	_Alignas(8) char one[max_size];
	_Alignas(8) char other[max_size];
	mach_msg_header_t *request = (mach_msg_header_t *)one;
	mach_msg_header_t *reply = (mach_msg_header_t *)other;
	mach_msg_return_t mr = receive(request, max_size, port);

	for (;;) {
		bool due = false;

		if (mr == MACH_MSG_SUCCESS)
			due = reply_is_due(request, reply,
					   demux(request, reply));
		else if (!is_partial(mr, request) && mr != MACH_RCV_TOO_LARGE)
			return mr;
		if (due && reply_and_receive(reply, max_size, port, &mr)) {
			mach_msg_header_t *next = reply;

			reply = request;
			request = next;
		} else {
			mr = receive(request, max_size, port);
		}
	}
}
