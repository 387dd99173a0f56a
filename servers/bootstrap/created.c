/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers made by bootstrap_create_server.
 *
 * Such a server counts as active until the last send right to its way is gone:
 * its creator's, or that of the task that was started for it. Then it is
 * started at once, or (on demand) when a message waits at one of its services.
 * One that declares nothing by then is forgotten.
 *
 * How a waiting message is seen without taking it: the receive rights of
 * services of idle servers are members of demand_set. A thread of its own
 * receives from the set with no room at all, which leaves the message where it
 * is and says that there is one, and then calls the first thread. The answer
 * means that the port is no longer in the set, so this never spins.
 */
#include "bootstrap.h"

#include <mach/bootstrap_server.h>
#include <mach/mig_errors.h>
#include <pthread.h>
#include <server/notify.h>
#include <stdlib.h>
#include <string.h>

#define CREATED_MAX 64

static mach_port_t demand_set;
mach_port_t demand_port;

static void demand_call(void)
{
	struct {
		mach_msg_header_t head;
		char reply[sizeof(mig_reply_header_t)];
	} m = {.head = {
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_size = sizeof m.head,
		.msgh_remote_port = demand_port,
		.msgh_local_port = mig_get_reply_port(),
	}};

	mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof m.head, sizeof m,
		 m.head.msgh_local_port, 0, MACH_PORT_NULL);
}

static void *demand_thread(void *unused)
{
	mach_msg_header_t none;

	for (;;)
		if (mach_msg(&none, MACH_RCV_MSG | MACH_RCV_LARGE, 0, 0,
			     demand_set, 0, MACH_PORT_NULL) ==
		    MACH_RCV_TOO_LARGE)
			demand_call();
	return unused;
}

static bool demand_begin(void)
{
	mach_port_t self = mach_task_self();
	pthread_t thread;

	if (demand_set != MACH_PORT_NULL)
		return true;
	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &demand_port) !=
		    KERN_SUCCESS ||
	    mach_port_move_member(self, demand_port, event_set) !=
		    KERN_SUCCESS ||
	    mach_port_allocate(self, MACH_PORT_RIGHT_PORT_SET, &demand_set) !=
		    KERN_SUCCESS)
		return false;
	return pthread_create(&thread, NULL, demand_thread, NULL) == 0 &&
	       pthread_detach(thread) == 0;
}

static mach_port_status_t status_of(mach_port_t port)
{
	mach_port_status_t status = {0};

	mach_port_get_receive_status(mach_task_self(), port, &status);
	return status;
}

static bool message_waits(const struct service *s)
{
	return status_of(s->port).mps_msgcount != 0;
}

/* Each service of the server that is here goes into a set, or out of it. */
static void services_move(const struct server *server, mach_port_t set)
{
	for (struct link *l = server->owns; l != NULL; l = l->next) {
		struct service *s = entry_of(l, struct service, in_owner);

		if (!s->active)
			mach_port_move_member(mach_task_self(), s->port, set);
	}
}

static bool is_wanted(const struct server *server)
{
	for (struct link *l = server->owns; l != NULL; l = l->next) {
		struct service *s = entry_of(l, struct service, in_owner);

		if (!s->active && message_waits(s))
			return true;
	}
	return false;
}

static void demand_start(struct server *s)
{
	services_move(s, MACH_PORT_NULL);
	s->idle = false;
	server_restart(s);
}

void created_demand(void)
{
	for (struct server *s = server_next(NULL); s != NULL; s = server_next(s))
		if (s->idle && is_wanted(s))
			demand_start(s);
}

void created_watch(struct server *s, mach_port_t service)
{
	if (s->idle)
		mach_port_move_member(mach_task_self(), service, demand_set);
}

/* Tells when the last send right to its way is gone; there has been one. */
static void senders_watch(struct server *s)
{
	mach_port_mscount_t count = status_of(s->way->port).mps_mscount;

	notify_request_no_senders(s->way->port, count != 0 ? count : 1,
				  s->way->port);
}

void created_ended(struct server *s)
{
	if (s->task != TASK_NULL || s->idle || s->gone)
		return;
	if (status_of(s->way->port).mps_srights)
		senders_watch(s); /* active, whoever runs it */
	else if (s->owns == NULL)
		s->gone = true;
	else if (!s->on_demand)
		server_restart(s);
	else {
		s->idle = true;
		services_move(s, demand_set);
	}
}

static bool created_have_room(void)
{
	unsigned n = 0;

	for (struct server *s = server_next(NULL); s != NULL; s = server_next(s))
		n += s->created;
	return n < CREATED_MAX;
}

static kern_return_t create(struct config_server *config, bool on_demand,
			    struct server **server)
{
	struct server *s;

	if (!created_have_room() || (on_demand && !demand_begin()))
		return BOOTSTRAP_NO_MEMORY;
	s = server_insert(config);
	if (s == NULL)
		return BOOTSTRAP_NO_MEMORY;
	s->created = true;
	s->on_demand = on_demand;
	senders_watch(s);
	*server = s;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_create_server(mach_port_t bootstrap, cmd_t command,
					 int uid, boolean_t on_demand,
					 mach_port_t *port)
{
	struct way *w = way_find(bootstrap);
	struct config_server *config;
	struct archive_file file;
	struct server *s = NULL;
	kern_return_t kr;

	command[sizeof(cmd_t) - 1] = '\0';
	/* Bare tasks belong to nobody but the system. */
	if (w == NULL || w->server == NULL || uid != 0 ||
	    !(w->server->config->grants & GRANT_SERVERS))
		return BOOTSTRAP_NOT_PRIVILEGED;
	config = config_command(command);
	if (config == NULL)
		return KERN_INVALID_ARGUMENT;
	kr = archive_find(&boot_archive, config->program, &file) ?
		     create(config, on_demand, &s) : KERN_INVALID_ARGUMENT;
	if (kr != BOOTSTRAP_SUCCESS)
		free(config);
	else
		*port = s->way->port;
	return kr;
}
