/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arrives at the port set: calls, exceptions of servers, notifications.
 *
 * A notification counts only if the kernel sent it (MACH_MSGH_BITS_KERNEL):
 * anybody who holds a send right to one of our ports could write the same
 * bytes. A forged one is released like any message nobody wanted.
 *
 * Who has the receive right of a service can take our request for its return,
 * and with it a send-once right to return_port, to which he can have the kernel
 * send any notification about a name he chooses. So nothing counts there but a
 * receive right that comes back, and every kind has a port of its own.
 */
#include "bootstrap.h"

#include <mach/bootstrap_server.h>
#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <server/exc_request.h>
#include <server/notify.h>

kern_return_t watch_death(mach_port_t name)
{
	return notify_request_dead_name(name, notify_port);
}

static void dead_name(mach_port_t name)
{
	struct server *s = server_by_task(name);
	struct server *other = server_by_corpse(name);

	if (s != NULL)
		server_died(s);
	else if (other != NULL)
		corpse_end(other); /* somebody else ended it */
	port_died(name);
	/* The notification's own reference. */
	mach_port_deallocate(mach_task_self(), name);
}

static void port_destroyed(mach_port_t port)
{
	if (!service_returned(port))
		mach_port_mod_refs(mach_task_self(), port,
				   MACH_PORT_RIGHT_RECEIVE, -1);
}

static void no_senders(mach_port_t local, mach_port_mscount_t count)
{
	struct way *w = way_find(local);

	(void)count;
	if (w != NULL && w->server != NULL && w->server->created)
		created_ended(w->server);
}

/* Dead names: on notify_port, returns on return_port, and lost senders on the
 * ports that lost them. NULL: nothing that counts there. */
static const struct notify_handlers *handlers_of(const mach_msg_header_t *m)
{
	static const struct notify_handlers deaths = {.dead_name = dead_name};
	static const struct notify_handlers returns = {
		.port_destroyed = port_destroyed};
	static const struct notify_handlers senders = {
		.no_senders = no_senders};

	switch (m->msgh_id) {
	case MACH_NOTIFY_DEAD_NAME:
		return m->msgh_local_port == notify_port ? &deaths : NULL;
	case MACH_NOTIFY_PORT_DESTROYED:
		return m->msgh_local_port == return_port ? &returns : NULL;
	case MACH_NOTIFY_NO_SENDERS:
		return m->msgh_local_port != notify_port &&
				       m->msgh_local_port != return_port ?
			       &senders :
			       NULL;
	default:
		return NULL;
	}
}

/* The exception is never answered: when its reply right goes, the thread has
 * been taken out of its wait and its task is suspended for good. */
static void exception(const struct exc_request *r)
{
	struct server *s = server_by_task(r->task);
	const char *how;

	if (server_by_corpse(r->task) != NULL)
		return; /* another thread of it, too late */
	if (s == NULL) {
		say("a task that is no server raised %s",
		    mach_exception_string(r->exception));
		task_terminate(r->task);
		return;
	}
	how = mach_NeXT_exception_string(r->exception, r->code, r->subcode);
	say("server %s: %s", s->config->name, how);
	server_end(s, false, how);
}

static bool is_exception(const mach_msg_header_t *m)
{
	return m->msgh_local_port == exception_port &&
	       exc_request_is_kernels(m);
}

/* No reply; mach_msg_server releases what is left in the request. */
static void no_answer(mach_msg_header_t *request, mach_msg_header_t *reply)
{
	mig_reply_header_t *r = (mig_reply_header_t *)reply;

	*r = (mig_reply_header_t){
		.Head.msgh_size = sizeof *r,
		.RetCode = MIG_DESTROY_REQUEST,
	};
	(void)request;
}

static bool is_notification(const mach_msg_header_t *m)
{
	return m->msgh_local_port == notify_port ||
	       m->msgh_local_port == return_port ||
	       ((m->msgh_bits & MACH_MSGH_BITS_KERNEL) &&
		m->msgh_id == MACH_NOTIFY_NO_SENDERS);
}

/* The answer lets the other thread look again. */
static void demand(const mach_msg_header_t *request, mach_msg_header_t *reply)
{
	created_demand();
	*(mig_reply_header_t *)reply = (mig_reply_header_t){
		.Head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
		.Head.msgh_size = sizeof(mig_reply_header_t),
		.Head.msgh_remote_port = request->msgh_remote_port,
		.RetCode = KERN_SUCCESS,
	};
}

boolean_t event_demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
	const struct notify_handlers *handlers;

	no_answer(request, reply);
	if (is_notification(request)) {
		handlers = handlers_of(request);
		if (handlers != NULL)
			notify_demux(request, reply, handlers);
		return TRUE;
	}
	if (is_exception(request)) {
		exception((const struct exc_request *)request);
		return TRUE;
	}
	if (request->msgh_local_port == demand_port) {
		demand(request, reply);
		return TRUE;
	}
	return bootstrap_server(request, reply);
}

#define NOTIFICATION_MAX 512

static void drain(mach_port_t port)
{
	mach_port_t self = mach_task_self();
	mach_msg_return_t mr;

	/* A member of a set cannot be received from by itself. */
	mach_port_move_member(self, port, MACH_PORT_NULL);
	do {
		mr = mach_msg_server_once(event_demux, NOTIFICATION_MAX, port,
					  MACH_RCV_TIMEOUT, 0);
	} while (mr == MACH_MSG_SUCCESS || mr == MACH_RCV_TOO_LARGE);
	mach_port_move_member(self, port, event_set);
}

/* What a death leads to may ask for this again: that is done by then. */
void notifications_drain(void)
{
	static bool draining;

	if (draining)
		return;
	draining = true;
	drain(return_port);
	drain(notify_port);
	draining = false;
}
