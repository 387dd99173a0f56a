/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated client stubs need: libmach's calls, and what a stub does when
 * something went wrong.
 */
#ifndef MACH_MIG_USER_H
#define MACH_MIG_USER_H

#include <mach/mig_errors.h>
#include <mach/msg_call.h>
#include <mach/mig_support.h>
#include <mach/mig_wire.h>
#include <mach/notify.h>
#include <mach/vm_types.h>

/* ---- libmach ---- */

msg_return_t msg_send(msg_header_t *header, msg_option_t option,
		      msg_timeout_t timeout);
msg_return_t msg_receive(msg_header_t *header, msg_option_t option,
			 msg_timeout_t timeout);
msg_return_t msg_rpc(msg_header_t *header, msg_option_t option,
		     msg_size_t rcv_size, msg_timeout_t send_timeout,
		     msg_timeout_t rcv_timeout);

/* ---- procedures have no return code ---- */

void MsgError(kern_return_t code);

/* ---- the cold paths of client stubs ---- */

#define MIG_COLD __attribute__((cold, noinline, unused))

/*
 * mach_msg failed. A message that was given back is destroyed, as the caller
 * has already parted with what is in it. The stub's own reply port (`port`;
 * NULL if the caller supplied one) may yet receive something: away with it.
 */
static MIG_COLD kern_return_t mig_failed(mach_msg_header_t *msg,
					 mach_msg_return_t code,
					 mach_port_t port)
{
	switch (code & ~MACH_MSG_MASK) {
	case MACH_SEND_TIMED_OUT:
	case MACH_SEND_INTERRUPTED:
	case MACH_SEND_NOTIFY_IN_PROGRESS:
	case MACH_SEND_INVALID_NOTIFY:
	case MACH_SEND_NO_NOTIFY:
	case MACH_RCV_BODY_ERROR:
		mach_msg_destroy(msg);
		break;
	}
	if (port != MACH_PORT_NULL)
		mig_dealloc_reply_port(port);
	return code;
}

/* The reply is not what the stub expects: says why, and destroys it. */
static MIG_COLD kern_return_t mig_wrong_reply(mach_msg_header_t *msg,
					      mach_msg_id_t id,
					      mach_port_t port)
{
	const mig_reply_header_t *reply = (void *)msg;
	uint32_t type;

	if (msg->msgh_id == MACH_NOTIFY_SEND_ONCE)
		return MIG_SERVER_DIED;
	if (msg->msgh_id != id) {
		mach_msg_destroy(msg);
		if (port != MACH_PORT_NULL)
			mig_dealloc_reply_port(port);
		return MIG_REPLY_MISMATCH;
	}
	mig_copy(&type, &reply->RetCodeType, sizeof(type));
	if (!mig_is_complex(msg) && msg->msgh_size == sizeof(*reply) &&
	    type == MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1) &&
	    reply->RetCode != KERN_SUCCESS)
		return reply->RetCode;
	mach_msg_destroy(msg);
	return MIG_TYPE_ERROR;
}

/* A whole reply with a bad code: its contents are nobody's. */
static MIG_COLD kern_return_t mig_destroy_reply(mach_msg_header_t *msg,
						kern_return_t code)
{
	mach_msg_destroy(msg);
	return code;
}

/* ---- the same in the manual's dialect: nothing is destroyed ---- */

static MIG_COLD kern_return_t mig_failed_25(msg_header_t *msg,
					    msg_return_t code, port_t port)
{
	(void)msg;
	if (port != PORT_NULL)
		mig_dealloc_reply_port(port);
	return code;
}

static MIG_COLD kern_return_t mig_wrong_reply_25(msg_header_t *msg, int id,
						 port_t port)
{
	const death_pill_t *reply = (void *)msg;
	uint32_t type;

	if (msg->msg_id == MACH_NOTIFY_SEND_ONCE)
		return MIG_SERVER_DIED;
	if (msg->msg_id != id) {
		if (port != PORT_NULL)
			mig_dealloc_reply_port(port);
		return MIG_REPLY_MISMATCH;
	}
	mig_copy(&type, &reply->RetCodeType, sizeof(type));
	if (!mig_is_complex_25(msg) && msg->msg_size == sizeof(*reply) &&
	    type == MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) &&
	    reply->RetCode != KERN_SUCCESS)
		return reply->RetCode;
	return MIG_TYPE_ERROR;
}

static MIG_COLD kern_return_t mig_destroy_reply_25(msg_header_t *msg,
						   kern_return_t code)
{
	(void)msg;
	return code;
}

#endif
