/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name server: netname_* for names of this host.
 *
 * A table of entries, each a name (folded to upper case), a port and a
 * signature. The signature is a right: to change an entry one must send it
 * along, and possession is the proof. An entry vanishes when its port or its
 * signature port dies. After a crash the successor takes the entries over with
 * their ports, and the queue of requests; clients notice nothing but
 * MIG_SERVER_DIED for a request that had been received.
 */
#include "table.h"

#include <mach/mach.h>
#include <mach/mig_errors.h>
#include <mach/mig_support.h>
#include <mach/netname_server.h>
#include <server/heap.h>
#include <server/index.h>
#include <server/notify.h>
#include <server/state.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX 1024

static mach_port_t notify_port;

static void watch(mach_port_t name)
{
	if (MACH_PORT_VALID(name) &&
	    notify_request_dead_name(name, notify_port) != KERN_SUCCESS)
		table_port_died(name);
}

kern_return_t do_netname_check_in(mach_port_t server, netname_name_t name,
				  mach_port_t signature, mach_port_t port)
{
	kern_return_t kr;

	(void)server;
	if (!MACH_PORT_VALID(port))
		return NETNAME_INVALID_PORT;
	kr = table_enter(name, signature, port);
	if (kr != NETNAME_SUCCESS)
		return kr;
	watch(port);
	watch(signature);
	return NETNAME_SUCCESS;
}

kern_return_t do_netname_look_up(mach_port_t server, netname_name_t host,
				 netname_name_t name, mach_port_t *port)
{
	(void)server;
	host[sizeof(netname_name_t) - 1] = '\0';
	if (strcmp(host, "") != 0 && strcmp(host, "*") != 0)
		return NETNAME_NO_SUCH_HOST;
	*port = table_find(name);
	return *port != MACH_PORT_NULL ? NETNAME_SUCCESS
				       : NETNAME_NOT_CHECKED_IN;
}

kern_return_t do_netname_check_out(mach_port_t server, netname_name_t name,
				   mach_port_t signature)
{
	kern_return_t kr = table_remove(name, signature);

	(void)server;
	/* The request's own reference; the entry had another. */
	if (kr == NETNAME_SUCCESS && MACH_PORT_VALID(signature))
		mach_port_deallocate(mach_task_self(), signature);
	return kr;
}

kern_return_t do_netname_version(mach_port_t server, netname_name_t version)
{
	(void)server;
	strcpy(version, "Mach name server, local names");
	return NETNAME_SUCCESS;
}

static void dead_name(mach_port_t name)
{
	table_port_died(name);
	mach_port_deallocate(mach_task_self(), name);
}

/* Nothing of a request is kept that its answer does not need. */
static boolean_t answer(mach_msg_header_t *request, mach_msg_header_t *reply)
{
	boolean_t known = netname_server(request, reply);

	server_heap_trim();
	return known;
}

static boolean_t demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
	static const struct notify_handlers handlers = {.dead_name = dead_name};

	if (request->msgh_local_port != notify_port)
		return answer(request, reply);
	notify_demux(request, reply, &handlers);
	return TRUE;
}

static bool is_folded(const netname_name_t name)
{
	const char *end = memchr(name, '\0', sizeof(netname_name_t));

	for (const char *c = name; end != NULL && c < end; c++)
		if (*c >= 'a' && *c <= 'z')
			return false;
	return end != NULL;
}

static void release(mach_port_t port)
{
	if (MACH_PORT_VALID(port))
		mach_port_deallocate(mach_task_self(), port);
}

/* An entry of the predecessor. One whose port or signature died meanwhile is
 * no mistake: it would have gone anyway. */
static bool adopt(const void *payload, void *context)
{
	const struct name_record *r = payload;
	mach_port_t port, signature = MACH_PORT_NULL;
	bool dead;

	(void)context;
	if (!is_folded(r->name) || !MACH_PORT_VALID(r->port) ||
	    table_find(r->name) != MACH_PORT_NULL)
		return false;
	port = state_pull(r->port);
	if (r->signature != MACH_PORT_NULL)
		signature = state_pull(r->signature);
	dead = port == MACH_PORT_NULL ||
	       (signature == MACH_PORT_NULL && r->signature != MACH_PORT_NULL);
	if (dead || table_enter(r->name, signature, port) != NETNAME_SUCCESS) {
		release(port);
		release(signature);
		return dead;
	}
	watch(port);
	watch(signature);
	return true;
}

static void must(const char *what, kern_return_t kr)
{
	if (kr == KERN_SUCCESS)
		return;
	fprintf(stderr, "name: %s: %s\n", what, mach_error_string(kr));
	exit(1);
}

int main(void)
{
	static const struct state_format format = {
		.server = "name",
		.version = NAME_RECORD_VERSION,
		.payload = sizeof(struct name_record),
		.records = NAME_ENTRIES_MAX,
	};
	mach_port_t self = mach_task_self(), set, service;

	must("no port set",
	     mach_port_allocate(self, MACH_PORT_RIGHT_PORT_SET, &set));
	must("no notify port", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
						  &notify_port));
	index_init();
	must("no state", state_create(&format));
	state_adopt(bootstrap_port, adopt, NULL);
	must("no service", state_check_in(bootstrap_port, "netname", &service));
	state_adopted(bootstrap_port);
	must("port set", mach_port_move_member(self, notify_port, set));
	must("port set", mach_port_move_member(self, service, set));
	must("cannot receive", mach_msg_server(demux, REQUEST_MAX, set));
	return 1;
}
