/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: telling them from forgeries, and asking for them. */
#include <server/notify.h>

#include <mach/mach.h>
#include <mach/mig_errors.h>

static void release_receive(mach_port_t receive)
{
	mach_port_mod_refs(mach_task_self(), receive, MACH_PORT_RIGHT_RECEIVE,
			   -1);
}

static void release_name(mach_port_t name)
{
	mach_port_deallocate(mach_task_self(), name);
}

static bool from_kernel(const mach_msg_header_t *m)
{
	return (m->msgh_bits & MACH_MSGH_BITS_KERNEL) &&
	       m->msgh_id >= MACH_NOTIFY_FIRST &&
	       m->msgh_id <= MACH_NOTIFY_LAST;
}

static void call_or(void (*handler)(mach_port_t), mach_port_t name,
		    void (*otherwise)(mach_port_t))
{
	if (handler != NULL)
		handler(name);
	else if (otherwise != NULL && MACH_PORT_VALID(name))
		otherwise(name);
}

bool notify_dispatch(mach_msg_header_t *message, const struct notify_handlers *h)
{
	const mach_notification_t *n = (const mach_notification_t *)message;

	if (!from_kernel(message))
		return false;
	switch (message->msgh_id) {
	case MACH_NOTIFY_PORT_DELETED:
		call_or(h->port_deleted, n->not_value, NULL);
		return true;
	case MACH_NOTIFY_MSG_ACCEPTED:
		call_or(h->msg_accepted, n->not_value, NULL);
		return true;
	case MACH_NOTIFY_PORT_DESTROYED:
		call_or(h->port_destroyed, n->not_value, release_receive);
		return true;
	case MACH_NOTIFY_NO_SENDERS:
		if (h->no_senders != NULL)
			h->no_senders(message->msgh_local_port, n->not_value);
		return true;
	case MACH_NOTIFY_SEND_ONCE:
		call_or(h->send_once, message->msgh_local_port, NULL);
		return true;
	case MACH_NOTIFY_DEAD_NAME:
		call_or(h->dead_name, n->not_value, release_name);
		return true;
	default:
		return false;
	}
}

void notify_demux(mach_msg_header_t *message, mach_msg_header_t *reply,
		  const struct notify_handlers *h)
{
	*(mig_reply_header_t *)reply = (mig_reply_header_t){
		.Head.msgh_size = sizeof(mig_reply_header_t),
		.RetCode = notify_dispatch(message, h) ? MIG_NO_REPLY :
							 MIG_DESTROY_REQUEST,
	};
}

static kern_return_t request(mach_port_t name, int id, mach_port_mscount_t sync,
			     mach_port_t notify)
{
	mach_port_t previous = MACH_PORT_NULL;
	kern_return_t kr = mach_port_request_notification(
		mach_task_self(), name, id, sync, notify,
		MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);

	if (kr == KERN_SUCCESS && MACH_PORT_VALID(previous))
		mach_port_deallocate(mach_task_self(), previous);
	return kr;
}

kern_return_t notify_request_dead_name(mach_port_t name, mach_port_t notify)
{
	return request(name, MACH_NOTIFY_DEAD_NAME, 0, notify);
}

kern_return_t notify_request_no_senders(mach_port_t receive,
					mach_port_mscount_t sync,
					mach_port_t notify)
{
	return request(receive, MACH_NOTIFY_NO_SENDERS, sync, notify);
}
