/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap ports of processes. The super-user's is the public subset: what is
 * registered there everybody can look up. Each other user has a subset of it
 * of their own, so that nobody replaces, hides or takes another's services. It
 * exists as long as a task that was executed for that user, or its forks.
 */
#include <servers/bootstrap.h>
#include <stdlib.h>
#include "machine_i.h"

struct session_ports {
	struct session_ports *next;
	uint32_t uid;
	unsigned users;
	mach_port_t requestor; /* receive right: the subset dies with it */
	mach_port_t subset;    /* send right */
};

static mach_port_t public_subset;
static struct session_ports *sessions;

void session_ports_open(mach_port_t requestor)
{
	if (bootstrap_subset(bootstrap_port, requestor, &public_subset))
		public_subset = MACH_PORT_NULL;
}

static bool subset_open(struct session_ports *s)
{
	mach_port_t self = mach_task_self();

	if (mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &s->requestor))
		return false;
	if (mach_port_insert_right(self, s->requestor, s->requestor,
				   MACH_MSG_TYPE_MAKE_SEND) == KERN_SUCCESS &&
	    bootstrap_subset(public_subset, s->requestor, &s->subset) ==
		    BOOTSTRAP_SUCCESS)
		return true;
	mach_port_destroy(self, s->requestor);
	return false;
}

struct session_ports *session_ports_take(uint32_t uid)
{
	struct session_ports *s;

	if (uid == 0)
		return NULL;
	for (s = sessions; s; s = s->next)
		if (s->uid == uid)
			return session_ports_ref(s);
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	/* None is better than somebody else's. */
	if (!subset_open(s))
		s->requestor = s->subset = MACH_PORT_NULL;
	s->uid = uid;
	s->users = 1;
	s->next = sessions;
	sessions = s;
	return s;
}

struct session_ports *session_ports_ref(struct session_ports *s)
{
	if (s)
		s->users++;
	return s;
}

void session_ports_unref(struct session_ports *s)
{
	struct session_ports **p = &sessions;

	if (!s || --s->users)
		return;
	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	if (s->requestor)
		mach_port_destroy(mach_task_self(), s->requestor);
	if (s->subset)
		mach_port_deallocate(mach_task_self(), s->subset);
	free(s);
}

mach_port_t session_bootstrap(const struct session_ports *s, uint32_t uid)
{
	if (uid == 0)
		return public_subset;
	return s ? s->subset : MACH_PORT_NULL;
}
