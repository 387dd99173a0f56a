/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual's msg_send, msg_receive, msg_rpc.
 *
 * The kernel knows one header. These calls permute the six words of a
 * msg_header_t into it, in place, make the call with MACH_SEND_25 and
 * MACH_RCV_25 (so that rights come and go the manual's way) and permute back:
 *
 *	manual	 simple | size | type	| local  | remote | id
 *	native	 bits	| size | remote | local  | seqno  | id
 *
 * A message that was sent leaves its header as it was, so that programs can
 * send it again. The buffer must be writable, also for sending.
 */
#include <stdbool.h>
#include <mach/mach.h>
#include <string.h>

/* Both dispositions are "a port, as the manual means it". */
#define DISPOSITION_25 MSG_TYPE_PORT
#define TYPE_SHIFT     16

union header {
	msg_header_t old;
	mach_msg_header_t new;
};

static mach_msg_size_t rounded(msg_size_t size)
{
	return (size + 3) & ~3u;
}

static void to_native(union header *h, msg_size_t size)
{
	msg_header_t old = h->old;

	h->new.msgh_bits = DISPOSITION_25 |
			   ((uint32_t)old.msg_type << TYPE_SHIFT &
			    MACH_MSGH_BITS_TYPE_MASK);
	if (old.msg_local_port != PORT_NULL)
		h->new.msgh_bits |= DISPOSITION_25 << 8;
	if (!old.msg_simple)
		h->new.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	h->new.msgh_size = size;
	h->new.msgh_remote_port = old.msg_remote_port;
	h->new.msgh_local_port = old.msg_local_port;
	h->new.msgh_seqno = 0;
	h->new.msgh_id = old.msg_id;
}

/*
 * From a header the kernel wrote: a receipt, or a message given back (whose
 * ports still stand where the sender put them, as in a receipt they stand
 * where the receiver expects them). msg_unused says whether the kernel sent
 * it: a mark nobody can forge.
 */
static void to_manual(union header *h)
{
	mach_msg_header_t new = h->new;
	bool kernel = new.msgh_bits & MACH_MSGH_BITS_KERNEL;
	bool notice = new.msgh_id >= NOTIFY_FIRST && new.msgh_id <= NOTIFY_LAST;

	h->old.msg_unused = kernel;
	h->old.msg_simple = !(new.msgh_bits & MACH_MSGH_BITS_COMPLEX);
	h->old.msg_size = new.msgh_size;
	h->old.msg_type = (int)MACH_MSGH_BITS_MSG_TYPE(new.msgh_bits);
	if (kernel && notice)
		h->old.msg_type |= MSG_TYPE_EMERGENCY;
	h->old.msg_local_port = new.msgh_local_port;
	h->old.msg_remote_port = new.msgh_remote_port;
	h->old.msg_id = new.msgh_id;
}

static msg_return_t send_code(mach_msg_return_t mr)
{
	switch (mr & ~MACH_MSG_MASK) {
	case MACH_MSG_SUCCESS:
		return SEND_SUCCESS;
	case MACH_SEND_TIMED_OUT:
		return SEND_TIMED_OUT;
	case MACH_SEND_WILL_NOTIFY:
		return SEND_WILL_NOTIFY;
	case MACH_SEND_NOTIFY_IN_PROGRESS:
		return SEND_NOTIFY_IN_PROGRESS;
	case MACH_SEND_INTERRUPTED:
	case MACH_SEND_NO_BUFFER:
	case MACH_SEND_NO_NOTIFY:
		return SEND_INTERRUPTED;
	case MACH_SEND_INVALID_DATA:
	case MACH_SEND_INVALID_MEMORY:
		return SEND_INVALID_MEMORY;
	case MACH_SEND_MSG_TOO_SMALL:
		return SEND_MSG_TOO_SMALL;
	case MACH_SEND_MSG_TOO_LARGE:
		return SEND_MSG_TOO_LARGE;
	default: /* INVALID_DEST, _REPLY, _RIGHT, _TYPE, _HEADER, _NOTIFY */
		return SEND_INVALID_PORT;
	}
}

static msg_return_t receive_code(mach_msg_return_t mr)
{
	if (mr == MACH_MSG_SUCCESS)
		return RCV_SUCCESS;
	switch (mr & ~MACH_MSG_MASK) {
	case MACH_RCV_TIMED_OUT:
		return RCV_TIMED_OUT;
	case MACH_RCV_TOO_LARGE:
		return RCV_TOO_LARGE;
	case MACH_RCV_INTERRUPTED:
		return RCV_INTERRUPTED;
	case MACH_RCV_PORT_CHANGED:
		return RCV_PORT_CHANGE;
	case MACH_RCV_INVALID_DATA:
		return RCV_INVALID_MEMORY;
	case MACH_RCV_HEADER_ERROR:
	case MACH_RCV_BODY_ERROR:
		return RCV_NOT_ENOUGH_MEMORY;
	default: /* INVALID_NAME, IN_SET, PORT_DIED */
		return RCV_INVALID_PORT;
	}
}

/* Did the kernel write the message back into the buffer? */
static bool given_back(mach_msg_return_t mr)
{
	switch (mr & ~MACH_MSG_MASK) {
	case MACH_SEND_TIMED_OUT:
	case MACH_SEND_INTERRUPTED:
	case MACH_SEND_NOTIFY_IN_PROGRESS:
	case MACH_SEND_NO_NOTIFY:
	case MACH_SEND_NO_BUFFER: /* or as it was, in the kernel's order */
		return true;
	default:
		return false;
	}
}

static mach_msg_option_t send_options(msg_option_t option)
{
	mach_msg_option_t o = MACH_SEND_MSG | MACH_SEND_25;

	if (option & (SEND_TIMEOUT | SEND_NOTIFY))
		o |= MACH_SEND_TIMEOUT;
	if (option & SEND_NOTIFY)
		o |= MACH_SEND_NOTIFY;
	if (option & SEND_INTERRUPT)
		o |= MACH_SEND_INTERRUPT;
	return o;
}

static mach_msg_option_t receive_options(msg_option_t option)
{
	mach_msg_option_t o = MACH_RCV_MSG | MACH_RCV_25 | MACH_RCV_LARGE;

	if (option & RCV_TIMEOUT)
		o |= MACH_RCV_TIMEOUT;
	if (option & RCV_INTERRUPT)
		o |= MACH_RCV_INTERRUPT;
	return o;
}

/* SEND_NOTIFY without a time-out does not wait. */
static msg_timeout_t send_timeout(msg_option_t option, msg_timeout_t timeout)
{
	return option & SEND_TIMEOUT ? timeout : 0;
}

/* Too long a message is refused before anything of it is read. */
static bool send_size_ok(msg_size_t size)
{
	return size <= MSG_SIZE_MAX;
}

static msg_return_t finish_send(union header *h, const msg_header_t *saved,
				mach_msg_return_t mr)
{
	if (given_back(mr))
		to_manual(h);
	else
		h->old = *saved;
	return send_code(mr);
}

static msg_return_t finish_receive(union header *h, const msg_header_t *saved,
				   mach_msg_return_t mr)
{
	if (mr == MACH_RCV_TOO_LARGE) {
		msg_size_t size = h->new.msgh_size;

		h->old = *saved;
		h->old.msg_size = size;
	} else if (mr == MACH_MSG_SUCCESS ||
		   (mr & ~MACH_MSG_MASK) == MACH_RCV_BODY_ERROR ||
		   (mr & ~MACH_MSG_MASK) == MACH_RCV_HEADER_ERROR) {
		to_manual(h);
	} else {
		h->old = *saved;
	}
	return receive_code(mr);
}

msg_return_t msg_send(msg_header_t *header, msg_option_t option,
		      msg_timeout_t timeout)
{
	union header *h = (union header *)header;
	msg_header_t saved = *header;
	mach_msg_size_t size = rounded(saved.msg_size);
	mach_msg_return_t mr;

	if (!send_size_ok(saved.msg_size))
		return SEND_MSG_TOO_LARGE;
	to_native(h, size);
	mr = mach_msg(&h->new, send_options(option), size, 0, MACH_PORT_NULL,
		      send_timeout(option, timeout), MACH_PORT_NULL);
	return finish_send(h, &saved, mr);
}

msg_return_t msg_receive(msg_header_t *header, msg_option_t option,
			 msg_timeout_t timeout)
{
	union header *h = (union header *)header;
	msg_header_t saved = *header;
	mach_msg_return_t mr;

	mr = mach_msg(&h->new, receive_options(option), 0, saved.msg_size,
		      saved.msg_local_port, timeout, MACH_PORT_NULL);
	return finish_receive(h, &saved, mr);
}

/* Send and receive as two calls: their time-outs differ. */
static msg_return_t rpc_in_two(msg_header_t *header, msg_option_t option,
			       msg_size_t rcv_size, msg_timeout_t send_timeout,
			       msg_timeout_t rcv_timeout)
{
	msg_return_t mr = msg_send(header, option, send_timeout);

	if (mr != SEND_SUCCESS)
		return mr;
	header->msg_size = rcv_size;
	return msg_receive(header, option, rcv_timeout);
}

msg_return_t msg_rpc(msg_header_t *header, msg_option_t option,
		     msg_size_t rcv_size, msg_timeout_t send_time,
		     msg_timeout_t rcv_time)
{
	union header *h = (union header *)header;
	msg_header_t saved = *header;
	mach_msg_size_t size = rounded(saved.msg_size);
	mach_msg_return_t mr;

	if (option & (SEND_TIMEOUT | SEND_NOTIFY))
		return rpc_in_two(header, option, rcv_size, send_time,
				  rcv_time);
	if (!send_size_ok(saved.msg_size))
		return SEND_MSG_TOO_LARGE;
	to_native(h, size);
	mr = mach_msg(&h->new, send_options(option) | receive_options(option),
		      size, rcv_size, saved.msg_local_port, rcv_time,
		      MACH_PORT_NULL);
	if (mr != MACH_MSG_SUCCESS && (mr & 0x4000) == 0)
		return finish_send(h, &saved, mr);
	return finish_receive(h, &saved, mr);
}
