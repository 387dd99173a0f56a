/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap ports of processes. The super-user's is the public subset: what is
 * registered there everybody can look up. Each other user has a subset of it
 * of their own, so that nobody replaces, hides or takes another's services. It
 * exists as long as a task that was executed for that user, or its forks. What
 * bootstrap refuses, when it has no room, the next task asks for again.
 */
#include <servers/bootstrap.h>
#include <stdlib.h>
#include "machine_i.h"

struct session_ports {
	struct session_ports *next;
	uint32_t uid;
	unsigned users;
	mach_port_t requestor; /* receive right: the subset dies with it */
	mach_port_t subset;    /* send right; both NULL: refused so far */
};

static mach_port_t public_requestor, public_subset;
static struct session_ports *sessions;

static mach_port_t public_get(void)
{
	mach_port_t made;

	if (!public_subset && bootstrap_subset(bootstrap_port, public_requestor,
					       &made) == BOOTSTRAP_SUCCESS)
		public_subset = made;
	return public_subset;
}

void session_ports_open(mach_port_t requestor)
{
	public_requestor = requestor;
	(void)public_get();
}

/* None is better than somebody else's. */
static void subset_open(struct session_ports *s)
{
	mach_port_t self = mach_task_self(), requestor, subset;

	if (!public_get() ||
	    mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &requestor))
		return;
	if (mach_port_insert_right(self, requestor, requestor,
				   MACH_MSG_TYPE_MAKE_SEND) ||
	    bootstrap_subset(public_subset, requestor, &subset)) {
		mach_port_destroy(self, requestor);
		return;
	}
	s->requestor = requestor;
	s->subset = subset;
}

static struct session_ports *session_of(uint32_t uid)
{
	struct session_ports *s = sessions;

	while (s && s->uid != uid)
		s = s->next;
	return s;
}

static struct session_ports *session_add(uint32_t uid)
{
	struct session_ports *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->uid = uid;
	s->next = sessions;
	sessions = s;
	return s;
}

struct session_ports *session_ports_take(uint32_t uid)
{
	struct session_ports *s;

	if (uid == 0)
		return NULL;
	s = session_of(uid);
	if (!s)
		s = session_add(uid);
	if (s && !s->subset)
		subset_open(s);
	return session_ports_ref(s);
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
		return public_get();
	return s ? s->subset : MACH_PORT_NULL;
}
